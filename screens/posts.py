"""换岗/交接 (F9): another post by one more key, forms and items that wait for her, handing over, another person."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from casework.messages import Message, t
from screens.canvas import Part
from screens.cases import short
from screens.desk import Page, Person, PrefileRow, QueueRow, Refused
from screens.frame import FrameScreen
from screens.post_views import Locked
from screens.table import Column, Table

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_KEYS = "123456789abcdefg"
"""Of her posts, one after the other; `h` and `u` do something else here."""
EVERY = "*"
"""The line of all her posts at once."""
_COLUMNS = (
    Column("screens.column.key", 4),
    Column("screens.column.what", 20, grows=True),
    Column("screens.column.tip", 20, grows=True),
)


@dataclasses.dataclass(frozen=True)
class PostLine:
    """A line: `kind` is post, parked, handed or locked; `code` post, short code or the number of case or person."""

    kind: str
    code: str
    key: str
    text: str
    tip: str = ""
    now: bool = False


def _cells(line: PostLine) -> Sequence[Part]:
    ink = "good" if line.now else "warn" if line.kind != "post" else ""
    return ((line.key, "key"), (line.text, ink), (line.tip, "dim"))


class PostTable(Table):
    """The list; its key takes a post at once."""

    async def handle(self, key: str, character: str | None = None) -> bool:
        """One of her posts by its key, the arrows as in every list."""
        line = next((one for one in self.rows if character and one.key == character), None)
        screen = self.screen
        if line is not None and isinstance(screen, PostScreen):
            await screen.take(line)
            return True
        return await super().handle(key, character)


class PostScreen(FrameScreen):
    """Over whatever was in front; Esc goes back there."""

    PLACE = "posts"
    PASSING = True

    def __init__(self) -> None:
        super().__init__()
        self._locked: dict[str, Locked] = {}
        self.table = PostTable(_COLUMNS, lambda one: f"{one.kind} {one.code}", _cells, empty="screens.menu.empty")

    def body(self) -> Iterator[Widget]:
        """The list."""
        yield self.table

    async def arrive(self) -> None:
        """Her posts, her parked forms, what was handed to her."""
        lines = [*self._posts(), *await self._waiting()]

        async def page(after: str) -> Page[Any]:
            return Page(tuple(lines), len(lines))

        await self.table.load(page)
        self.say(t("screens.posts.keys"), "dim")

    freshen = arrive

    def _posts(self) -> Iterator[PostLine]:
        person = self.console_app.person
        posts, shift = (person.posts, set(person.shift)) if person else ((), set())
        for place, post in enumerate(posts):
            now = {post.code} == shift
            key = _KEYS[place] if place < len(_KEYS) else ""
            yield PostLine("post", post.code, key, post.text, t("screens.posts.now") if now else "", now)
        if len(posts) > 1:
            now = len(shift) == len(posts)
            tip = t("screens.posts.now") if now else t("screens.posts.all_tip")
            yield PostLine("post", EVERY, "0", t("screens.posts.all"), tip, now)

    async def _waiting(self) -> list[PostLine]:
        waiting = await self.desk.waiting()
        self._locked = {one.number: one for one in waiting.locked}
        locked = (
            PostLine(
                "locked", one.number, "", t("screens.posts.locked", name=one.name, number=one.number),
                t("screens.posts.locked.tip", until=one.until),
            )
            for one in waiting.locked
        )  # fmt: skip
        return [*map(_parked, waiting.parked), *map(_handed, waiting.handed), *locked]

    async def act_open(self) -> None:
        """Enter: the line under the cursor."""
        if self.table.row is not None:
            await self.take(self.table.row)

    async def take(self, line: PostLine) -> None:
        """Serve the post, go on with the form, open the item."""
        app = self.console_app
        if line.kind == "parked":
            from screens.prefiles import take_prefile

            await take_prefile(app, line.code)
        elif line.kind == "handed":
            from screens.case import open_and_take

            await open_and_take(app, line.code)
        elif line.kind == "locked":
            await self._ask_to_unlock(self._locked[line.code])
        else:
            await self._serve(line.code)

    async def _serve(self, code: str) -> None:
        app = self.console_app
        every = tuple(post.code for post in app.person.posts) if app.person else ()
        answer = await self.desk.serve(every if code == EVERY else (code,))
        if isinstance(answer, Refused):
            self.answer(answer)
            return
        app.seat.person = answer
        await app.go("queue")
        app.frame.say(t("screens.posts.serving", posts=_names(answer)), "good")

    async def _ask_to_unlock(self, locked: Locked) -> None:
        from screens.confirm import ConfirmScreen

        async def do() -> None:
            answer = await self.desk.unlock(locked.number)
            await self.arrive()
            self.answer(answer)

        question = Message("screens.posts.unlock", {"name": locked.name, "number": locked.number})
        notes = [t("screens.posts.unlock.note", tries=locked.failures)]
        notes += [t("screens.posts.unlock.before", before=locked.before)] if locked.before else []
        await self.console_app.show(ConfirmScreen(question, do, notes=notes))

    async def act_hand_over(self) -> None:
        """h: the queue to a colleague, at the end of the shift."""
        from screens.handover import choose_taker

        await choose_taker(self.console_app)

    async def act_another(self) -> None:
        """u: another person sits down here; the open form is parked under its owner."""
        from screens.sign_in import another_person

        await another_person(self.console_app)


def _parked(row: PrefileRow) -> PostLine:
    text = t("screens.posts.parked", code=row.code, item=f"{row.item} {row.item_name}")
    return PostLine("parked", row.code, "", text, f"{row.touched}  {row.applicant}")


def _handed(row: QueueRow) -> PostLine:
    text = t("screens.posts.handed", item=f"{row.item} {row.item_name}")
    return PostLine("handed", row.number, "", text, f"{row.holder}  {short(row.number)}")


def _names(person: Person) -> list[str]:
    return [post.text for post in person.posts if post.code in person.shift]


async def greet(app: ConsoleApp) -> None:
    """What waits for her who sits down: her form of this window, parked ones of any, items that were handed over."""
    draft = await app.desk.load_draft()
    waiting = await app.desk.waiting()
    if draft is not None and app.person is not None and app.person.takes_in:
        facts = {"item": draft.form.item, "name": draft.form.applicant.name, "at": draft.saved}
        app.frame.say(t("screens.queue.draft", **facts), "good")
        return
    forms, items = len(waiting.parked), len(waiting.handed)
    words = {
        (True, True): "screens.posts.welcome_both",
        (True, False): "screens.posts.welcome_parked",
        (False, True): "screens.posts.welcome_handed",
    }
    if forms or items:
        app.frame.say(t(words[bool(forms), bool(items)], parked=forms, handed=items), "good")
