"""The frame of every screen: title, body, message, status, keys, always in the same rows.

A screen says its `PLACE` (its acts come from the table by that name), builds its body once in `body()`, and reads what
it shows in `arrive()`, which the app awaits before it looks at the next key. After a change of language or when the
desk's revision has grown, `freshen()` reads again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual._styles_cache import StylesCache
from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from casework.messages import Message, t
from screens.actions import MAKES, USER, Act, bindings, is_refused
from screens.bars import KeyBar, MessageBar, StatusBar, TitleBar
from screens.views import Done, Refused

if TYPE_CHECKING:
    from screens.app import ConsoleApp
    from screens.desk import Desk
    from screens.tour import TourBar


class FrameScreen(Screen[Any], inherit_bindings=False):
    """The base of all screens."""

    PLACE: ClassVar[str] = "text"
    LIVE: ClassVar[bool] = False
    """Read again when the desk's revision has grown."""
    DIGITS: ClassVar[bool] = False
    """Digits are keys of acts here: they wait a moment, for a scanned number begins with one, too."""
    PASSING: ClassVar[bool] = False
    """Looked at and left: when another mode is called, it is not found again on the way back."""
    AUTO_FOCUS = "Sheet, Table, Page"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    ESCAPE_TO_MINIMIZE = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Give the screen the bindings of its place."""
        if "BINDINGS" not in cls.__dict__:
            cls.BINDINGS = cast("list[Any]", bindings(cls.PLACE))
        super().__init_subclass__(**{**options, "inherit_bindings": False})

    def __init__(self) -> None:
        super().__init__()
        self._css_update_count = 0  # a screen is styled as it is put in; from -1 all styles would be read once more
        if USER:
            self._bindings = BindingsMap(bindings(self.PLACE))
        self.title_bar = TitleBar()
        self.message_bar = MessageBar()
        self.status_bar = StatusBar()
        self.key_bar = KeyBar()
        self._murmured = ""
        self.tour_bar: TourBar | None = None
        """Stands on every page of a window for practice."""

    # To be said by each screen

    def body(self) -> Iterator[Widget]:
        """The widgets of the body; one of them may have the id `side`."""
        raise NotImplementedError

    def heading(self) -> str:
        """The title in the present language."""
        return t(f"screens.title.{self.PLACE}")

    async def arrive(self) -> None:
        """Read what is shown; called each time the screen comes to the front, before the next key."""

    async def freshen(self) -> None:
        """Read again, the reader is looking: cursor and typed text stay."""

    async def hear_news(self) -> None:
        """Read again because of news: in a list they have changed a key still means, for a moment, what was seen."""
        from screens.table import Table

        seen = [(table, table.sight()) for table in self.query(Table)]
        await self.freshen()
        kept = [table.keep(sight) for table, sight in seen]
        if not all(kept):
            self.say(t("screens.list.gone"), "warn")

    @property
    def occupied(self) -> bool:
        """Something of an applicant stands here: she is being served, and the window does not lock in her face."""
        return False

    async def leave(self) -> bool:
        """Esc or another screen: put safe what is unfinished. False: stay."""
        return True

    @property
    def keys(self) -> tuple[Act, ...]:
        """What its key row shows."""
        return self.console_app.keys_of(self.PLACE)

    @property
    def about(self) -> str:
        """The number of the case that is in front; empty where none is."""
        return ""

    # The frame

    @property
    def console_app(self) -> ConsoleApp:
        """The app, by its own type."""
        return cast("ConsoleApp", self.app)

    @property
    def desk(self) -> Desk:
        """The clerk's desk."""
        return self.console_app.desk

    def compose(self) -> ComposeResult:
        """Title, body, message, status, keys."""
        yield self.title_bar
        tour = self.console_app.tour
        if tour is not None:
            from screens.tour import TourBar

            self.tour_bar = TourBar(tour)
            yield self.tour_bar
        widgets = list(self.body())
        with Container(id="body"):
            with Container(id="main"):
                yield from (widget for widget in widgets if widget.id != "side")
            yield from (widget for widget in widgets if widget.id == "side")
        yield self.message_bar
        yield self.status_bar
        yield self.key_bar

    def on_mount(self) -> None:
        """Fill the bars before the first frame."""
        self.dress()

    def on_unmount(self) -> None:
        """Let go of what was drawn: Textual remembers two colours under the whole cache of a widget, 1,024 of them."""
        StylesCache.get_inner_outer.cache_clear()

    def dress(self) -> None:
        """Write title, status and keys in the present language."""
        practice = f"{t('tour.title')} | " if self.tour_bar is not None else ""
        self.title_bar.tell(f"{practice}{self.heading()}", self.console_app.person)
        if self.console_app.status is not None:
            self.status_bar.tell(self.console_app.status)
        self.key_bar.tell(self.keys)
        if self.tour_bar is not None:
            self.tour_bar.at(self)

    def say(self, text: str | Message, tone: str = "") -> None:
        """Put a sentence into the message row."""
        self.message_bar.tell(str(text), tone)

    def murmur(self, text: str, tone: str = "dim", *, again: bool = False) -> None:
        """Say what the row in hand is about. `again`: it was only read anew, so what an act has said stays."""
        if again and self.message_bar.text not in {"", self._murmured}:
            return
        self._murmured = text
        self.say(text, tone)

    def answer(self, answer: Done | Refused) -> bool:
        """Say what came of an act; True when it was done."""
        self.say(answer.message, "good" if isinstance(answer, Done) else "error")
        return isinstance(answer, Done)

    async def act_update_now(self) -> None:
        """The version that is ready, at once."""
        from screens.updating import update_now

        await update_now(self.console_app)

    async def show_text(self, title: str, answer: str | Refused) -> None:
        """Put a text on top to be read; what was refused is said here."""
        if isinstance(answer, Refused):
            self.app.bell()
            self.answer(answer)
            return
        from screens.text import TextScreen

        async def read() -> str:
            return answer

        await self.console_app.show(TextScreen(title, read))

    async def action_do(self, act: str) -> None:
        """Do a named act of this place, wholly, before the next key; nothing is begun that will be refused."""
        person = self.console_app.person
        if person is not None and is_refused(act, person.may_not):
            self.app.bell()
            self.say(t("screens.intake.not_yours" if MAKES[act] == "received" else "screens.act.not_yours"), "warn")
            return
        await getattr(self, f"act_{act}")()

    async def act_go_prints(self) -> None:
        """F7 on a list: the papers that are not out."""
        from screens.prints import PrintsScreen

        await self.console_app.show(PrintsScreen())

    async def act_hint(self) -> None:
        """`?` outside text is help."""
        await self.console_app.everywhere.act_help()


def binding_ids(screen: type[FrameScreen]) -> list[str | None]:
    """The ids of a screen's bindings, for the tests of the table."""
    return [binding.id for binding in screen.BINDINGS if isinstance(binding, Binding)]
