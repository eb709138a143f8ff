"""交接 at a shift's end: who takes, which items, a line of result for each, and the sheet that both sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from casework.messages import Message, t
from screens.canvas import Part
from screens.cases import short, whole
from screens.desk import ActView, Choice, Done, Field, Page, Refused
from screens.frame import FrameScreen
from screens.menu import MenuScreen, Option
from screens.performing import perform
from screens.post_views import HandedOver, HandoverLine, HandoverRow
from screens.table import Column, Table

if TYPE_CHECKING:
    from screens.app import ConsoleApp

_COLUMNS = (
    Column("screens.column.mark", 4),
    Column("screens.column.number", 13),
    Column("screens.column.item", 8, grows=True),
    Column("screens.column.applicant", 14),
    Column("screens.column.result", 10, grows=True),
)


async def choose_taker(app: ConsoleApp) -> None:
    """First who takes: by name, number or post."""
    takers = await app.desk.takers()
    if not takers:
        app.bell()
        app.frame.say(t("screens.handover.no_taker"), "warn")
        return

    def options() -> list[Option]:
        return [Option(one.code, one.text.partition("  ")[0], one.code, one.text.partition("  ")[2]) for one in takers]

    async def take(number: str) -> None:
        taker = next(one for one in takers if one.code == number)
        await app.show(HandoverScreen(taker))

    await app.show(MenuScreen("screens.title.taker", options, take, t("screens.handover.who")))


class HandoverScreen(FrameScreen):
    """The items with marks; after the hand-over the same lines with what became of each."""

    PLACE = "handover"
    PASSING = True

    def __init__(self, taker: Choice) -> None:
        super().__init__()
        self.taker = taker
        self.marked: set[str] = set()
        self.result: HandedOver | None = None
        self._begun = False
        self.table = Table(_COLUMNS, _number, self._cells, empty="screens.handover.empty", moved=self._moved)

    def body(self) -> Iterator[Widget]:
        """The list."""
        yield self.table

    def heading(self) -> str:
        """Who takes, and how many."""
        if self.result is not None:
            return t("screens.handover.done_title", name=self.taker_name, n=self.result.gone)
        return t("screens.handover.title", name=self.taker_name, n=len(self.marked))

    @property
    def taker_name(self) -> str:
        """The name of whoever takes."""
        return self.taker.text.partition("  ")[0]

    async def arrive(self) -> None:
        """What can be handed over; her own are marked at first."""
        await self.table.load(self._page)
        if not self._begun:
            self._begun = True
            self.marked = {row.row.number for row in self.table.rows if row.mine}
        self.dress()
        self._tell()

    freshen = arrive

    def _tell(self) -> None:
        if self.result is None:
            self.say(t("screens.handover.keys"), "dim")
        else:
            stay = len(self.result.lines) - self.result.gone
            words = "screens.handover.some_stay" if stay else "screens.handover.all_gone"
            self.say(t(words, n=self.result.gone, stay=stay), "warn" if stay else "good")

    def _moved(self, one: HandoverRow | HandoverLine | None) -> None:
        """What the columns may have cut: the whole item, the whole reason."""
        if isinstance(one, HandoverLine) and one.refused is not None:
            self.say(f"{one.item} | {one.applicant} | {one.refused}", "error")
        elif isinstance(one, HandoverRow) and self._begun:
            self.say(whole(one.row), "dim")

    async def _page(self, after: str) -> Page[Any]:
        rows: Sequence[Any] = await self.desk.handover_items() if self.result is None else self.result.lines
        return Page(tuple(rows), len(rows))

    def _cells(self, one: HandoverRow | HandoverLine) -> Sequence[Part]:
        if isinstance(one, HandoverLine):
            said = one.refused if one.refused is not None else t("screens.handover.gone", name=self.taker_name)
            sign, ink = ("!", "error") if one.refused is not None else ("+", "good")
            return ((f" {sign}", ink), (short(one.number), ""), (one.item, ""), (one.applicant, ""), (str(said), ink))
        row, on = one.row, one.row.number in self.marked
        words = f"{row.todo or row.state} {row.holder}".strip()
        return (
            ("[x]" if on else "[ ]", "on" if on else "dim"), (short(row.number), ""),
            (f"{row.item} {row.item_name}", ""), (row.applicant, ""), (words, "dim"),
        )  # fmt: skip

    # Acts

    async def act_mark(self) -> None:
        """Space: this one or not, and on to the next."""
        row = self.table.row
        if isinstance(row, HandoverRow):
            self.marked ^= {row.row.number}
            await self.table.handle("down")
            self.table.refresh()
            self.dress()

    async def act_mark_all(self) -> None:
        """a: all, or none."""
        every = {row.row.number for row in self.table.rows if isinstance(row, HandoverRow)}
        self.marked = set() if self.marked >= every else every
        self.table.refresh()
        self.dress()

    async def act_save(self) -> None:
        """F2: one question for all of them, with room for a word to the taker."""
        if self.result is not None:
            return
        if not self.marked:
            self.app.bell()
            self.say(t("screens.handover.none_marked"), "error")
            return
        notes = (t("screens.handover.note", n=len(self.marked), name=self.taker_name),)
        word = Field("note", t("screens.handover.word"), max_chars=200, help=t("screens.handover.word_help"))
        act = ActView("shift", t("screens.act.hand_over"), fields=(word,), notes=notes)
        await perform(self.console_app, self.taker_name, act, self._submit, self._done, self.taker.code)

    async def _submit(self, data: dict[str, str]) -> Done | Refused:
        numbers = tuple(row.row.number for row in self.table.rows if row.row.number in self.marked)
        answer = await self.desk.hand_over(self.taker.code, numbers, data.get("note", ""))
        if isinstance(answer, Refused):
            return answer
        self.result = answer
        return Done(Message("screens.handover.all_gone", {"n": answer.gone}))

    async def _done(self, done: Done) -> None:
        self.table.at = 0
        await self.arrive()

    async def act_print_sheet(self) -> None:
        """p: the sheet that both sign."""
        if self.result is None:
            self.app.bell()
            self.say(t("screens.handover.print_later"), "warn")
            return
        self.answer(await self.desk.print_handover())


def _number(one: HandoverRow | HandoverLine) -> str:
    return one.number if isinstance(one, HandoverLine) else one.row.number
