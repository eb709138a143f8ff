"""Practice: the line of the first-day tour under the title, the list of its lessons, and the way there.

The line stands on every page of a window for practice, whether a lesson is under way or not, so nothing moves when one
begins or ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from casework.messages import Message, t
from screens.canvas import Canvas, Part, fit, width_of

if TYPE_CHECKING:
    from screens.app import ConsoleApp
    from screens.frame import FrameScreen

TO_PRACTICE = 75
"""What the app returns when she leaves it for the window of practice."""
_LEAVE, _RESUME, _QUIT = "leave", "resume", "quit"


class LessonLine(NamedTuple):
    """A lesson in the list."""

    code: str
    title: str
    state: str
    """`done`, `now` or `open`."""


class Tour(Protocol):
    """What the screens ask of the tour, and tell it."""

    changed: Callable[[], None]
    """Called when the line has changed."""

    @property
    def left(self) -> bool:
        """She has left it for now."""

    def line(self) -> tuple[str, str]:
        """How far she is, and what to do now; in the present language."""

    def lessons(self) -> Sequence[LessonLine]:
        """All lessons in their order."""

    def begin(self, lesson: str) -> None:
        """Take up a lesson from its beginning."""

    def leave(self) -> None:
        """Leave the tour for now."""

    def resume(self) -> None:
        """Go on where she was."""

    def front(self, place: str) -> None:
        """A page has come to the front."""


class TourBar(Canvas):
    """Row 2 of a window for practice."""

    def __init__(self, tour: Tour) -> None:
        super().__init__()
        self._tour = tour

    def at(self, screen: FrameScreen) -> None:
        """The page to which it belongs has come to the front."""
        if self.app.screen is screen:
            self._tour.changed = self.redraw
            self._tour.front(place_of(screen))
        self.refresh()

    def redraw(self) -> None:
        """The line says something else."""
        self.refresh()

    def parts(self, y: int) -> Sequence[Part]:
        """The row: that this is practice, how far she is, what to do now."""
        count, text = self._tour.line()
        parts: list[Part] = [(f" {t('tour.mark')} ", "error"), (f"{count} " if count else "", "key")]
        return [*parts, (fit(text, max(self.size.width - width_of(parts), 0)), "good" if count else "dim")]


def place_of(screen: FrameScreen) -> str:
    """What the tour calls a page: its place in the table of acts; help is a page of its own."""
    from screens.help import HelpScreen

    return "help" if isinstance(screen, HelpScreen) else screen.PLACE


async def show_tour(app: ConsoleApp) -> None:
    """The lessons, where this window is for practice; else the way to it."""
    if app.tour is not None:
        await _show_lessons(app, app.tour)
    elif app.practice_offered:
        await _ask_to_go(app)
    else:
        app.bell()
        app.frame.say(t("tour.elsewhere"), "warn")


async def _show_lessons(app: ConsoleApp, tour: Tour) -> None:
    from screens.menu import MenuScreen, Option

    def options() -> list[Option]:
        lines = [
            Option(one.code, one.title, str(at), t(f"tour.state.{one.state}"))
            for at, one in enumerate(tour.lessons(), 1)
        ]
        if tour.left:
            return [Option(_RESUME, t("tour.resume")), *lines]
        return [*lines, Option(_LEAVE, t("tour.leave"))]

    async def take(code: str) -> None:
        if code == _LEAVE:
            tour.leave()
        elif code == _RESUME:
            tour.resume()
        else:
            tour.begin(code)

    await app.show(MenuScreen("screens.title.tour", options, take, hint=t("tour.choose"), by_key=True))


async def _ask_to_go(app: ConsoleApp) -> None:
    from screens.confirm import ConfirmScreen

    async def go() -> None:
        await app.desk.sign_out()
        app.exit(return_code=TO_PRACTICE)

    if await app.frame.leave():
        await app.show(ConfirmScreen(Message("tour.go_sure"), go, notes=(t("tour.go_note"),)))
