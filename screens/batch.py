"""One act on all marked cases: one confirmation, and a line of result for each; what is refused says why.

Keys are those of the acts on a case, and only what every marked case offers has one. Each case is acted on by itself:
one that is refused holds up no other, and stays marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from textual.widget import Widget

from casework.messages import Message, t
from screens.actions import case_key
from screens.batch_model import own_answers, shared_acts
from screens.canvas import Canvas, Part
from screens.case_lines import act_lines
from screens.cases import short
from screens.desk import ActView, CaseView, Done, Offered, Page, PaperRef, QueueRow, Refused
from screens.frame import FrameScreen
from screens.performing import perform
from screens.side import Side, titled
from screens.table import Column, Table

COLUMNS = (
    Column("screens.column.number", 13),
    Column("screens.column.item", 8, grows=True),
    Column("screens.column.applicant", 12),
    Column("screens.column.todo", 8, wide=True),
    Column("screens.column.result", 26, grows=True),
)
_LISTED = 12
"""Cases that the question names one by one."""


class ActStrip(Canvas):
    """The acts that all of them offer, with their keys."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: tuple[ActView, ...] = ()
        self.id = "acts"

    def tell(self, acts: tuple[ActView, ...]) -> None:
        """Other acts."""
        self.acts = acts
        self.refresh()

    def parts(self, y: int) -> Sequence[Part]:
        """A heading, then the acts; what has no room is in the panel or behind its key all the same."""
        if y == 0:
            return [(f" {t('screens.batch.acts' if self.acts else 'screens.batch.no_acts')}", "heading")]
        lines = act_lines(self.acts, self.size.width)
        return lines[y - 1] if y - 1 < len(lines) else ()


class BatchScreen(FrameScreen):
    """The marked cases; Space takes one out, Enter opens it."""

    PLACE = "batch"
    LIVE = True
    DIGITS = True

    def __init__(self, rows: Sequence[QueueRow], done_with: Callable[[str], None]) -> None:
        """`done_with`: told of each case that is done, or taken out."""
        super().__init__()
        self.rows = {row.number: row for row in rows}
        self.done_with = done_with
        self.results: dict[str, tuple[str, str]] = {}
        self.waiting: dict[str, str] = {}
        """Done here, and to be confirmed by the hall."""
        self.papers: dict[str, tuple[PaperRef, ...]] = {}
        self.offers: dict[str, Offered] = {}
        self.acts: tuple[ActView, ...] = ()
        self.side = Side()
        self.strip = ActStrip()
        self.table = Table(COLUMNS, lambda row: str(row.number), self._cells, empty="screens.batch.empty",
                           moved=self._moved, marks=True)  # fmt: skip

    def body(self) -> Iterator[Widget]:
        """List, acts, panel."""
        yield self.table
        yield self.strip
        yield self.side

    def heading(self) -> str:
        """How many."""
        return f"{t('screens.title.batch')} ({len(self.table.marked or ())}/{len(self.rows)})"

    def _cells(self, row: QueueRow) -> Sequence[Part]:
        text, ink = self.results.get(row.number, ("", ""))
        return (
            (short(row.number), ""), (f"{row.item} {row.item_name}", ""), (row.applicant, ""), (row.todo, ""),
            (text, ink),
        )  # fmt: skip

    def _moved(self, row: QueueRow | None) -> None:
        text, ink = self.results.get(row.number, ("", "")) if row else ("", "")
        lines = titled("screens.column.result", [text], ink) if text else []
        acts = [f"{case_key(act.code)}  {act.name}" for act in self.acts if act.allowed]
        off = [f"{act.name}: {act.reason}" for act in self.acts if not act.allowed]
        self.side.show([*lines, *titled("screens.batch.acts", acts), *titled("screens.batch.off", off, "dim")])
        self.say(text or t("screens.batch.hint"), ink or "dim")

    async def arrive(self) -> None:
        """Read what the cases offer; the first time all of them are marked."""
        first = not self.table.rows
        await self.table.load(self._page)
        if first:
            await self.table.mark_all(len(self.rows))
        await self._read_offers()

    async def _page(self, after: str) -> Page[Any]:
        return Page(tuple(self.rows.values()), len(self.rows))

    async def _read_offers(self) -> None:
        offers = await self.desk.offers(tuple(self.table.marked or ()))
        self.offers = {one.number: one for one in offers}
        self.acts = shared_acts(offers)
        self.strip.tell(self.acts)
        self._moved(self.table.row)
        self.dress()

    async def freshen(self) -> None:
        """The hall has answered some; what it refused is marked again."""
        for number in sorted(self.waiting):
            case = await self.desk.case(number)
            if isinstance(case, CaseView) and not case.unsent:
                self._heard(case, self.waiting.pop(number))
        await self._read_offers()
        self.table.refresh()

    def _heard(self, case: CaseView, act: str) -> None:
        if any(line.fate == "refused" for line in case.history[-2:]):
            self.results[case.number] = (t("screens.case.hall_refused"), "error")
        else:
            self.results[case.number] = (
                t("screens.case.hall_agreed", act=act, state=case.state, places=case.places),
                "good",
            )

    # Marks

    async def act_mark(self) -> None:
        """Space: with or without this one."""
        self.table.mark(len(self.rows))
        await self._read_offers()

    async def act_look(self) -> None:
        """Enter: the case under the cursor."""
        if self.table.row is not None:
            await self.console_app.open_case(self.table.row.number)

    # The act

    async def action_case_act(self, code: str) -> None:
        """The key of an act."""
        act = next((one for one in self.acts if one.code == code), None)
        if act is None or not self.offers:
            self.app.bell()
            self.say(self._not_all(code), "warn")
            return
        filled: dict[str, str] = {}

        async def submit(data: dict[str, str]) -> Done | Refused:
            filled.update(data)
            return Done(Message("screens.batch.begun"))

        async def after(done: Done) -> None:
            await self._run(act, filled)

        subject = t("screens.batch.subject", n=len(self.offers))
        await perform(self.console_app, subject, self._with_list(act), submit, after, "batch")

    def _not_all(self, code: str) -> str:
        """Which of them do not offer it."""
        without = [
            short(one.number) for one in self.offers.values()
            if not any(act.code == code and act.allowed for act in one.acts)
        ]  # fmt: skip
        act = t(f"screens.case_act.{code}")
        if not without:
            return t("screens.batch.one_by_one", act=act)
        return t("screens.batch.not_all", act=act, numbers=without[:3], n=len(without))

    def _with_list(self, act: ActView) -> ActView:
        from msgspec import structs

        rows = [self.rows[number] for number in self.offers]
        lines = [f"{short(row.number)}  {row.item} {row.item_name}  {row.applicant}" for row in rows[:_LISTED]]
        more = [t("screens.batch.more", n=len(rows) - _LISTED)] if len(rows) > _LISTED else []
        return structs.replace(act, notes=(*act.notes, "\n".join([*lines, *more])), grave=True)

    async def _run(self, act: ActView, data: dict[str, str]) -> None:
        """Act on each by itself; the results stand beside them as they come."""
        done = 0
        for number, offered in tuple(self.offers.items()):
            own = next(one for one in offered.acts if one.code == act.code)
            answer = await self.desk.act(number, act.code, {**own_answers(own, act.fields), **data}, offered.seen)
            self.results[number] = (str(answer.message), "good" if isinstance(answer, Done) else "error")
            if isinstance(answer, Done):
                done += 1
                self._done(number, act.name, answer)
            self.table.refresh()
        left = len(self.offers) - done
        await self._read_offers()
        self.say(t("screens.batch.done", act=act.name, n=done, left=left), "warn" if left else "good")

    def _done(self, number: str, act: str, answer: Done) -> None:
        if answer.waits:
            self.waiting[number] = act
            self.results[number] = (str(answer.message), "warn")
        self.papers[number] = (*self.papers.get(number, ()), *answer.papers)
        self.done_with(number)
        if self.table.marked is not None:
            self.table.marked.pop(number, None)

    async def act_print_batch(self) -> None:
        """F7: the papers of all that are done, each once."""
        jobs = [(number, paper) for number, papers in self.papers.items() for paper in papers]
        if not jobs:
            self.say(t("screens.batch.no_papers"), "warn")
            return
        self.papers = {}
        refused = 0
        for number, paper in jobs:
            answer = await self.desk.print_paper(number, paper.kind)
            if isinstance(answer, Refused):
                refused += 1
                self.results[number] = (str(answer.message), "error")
                self.papers[number] = (*self.papers.get(number, ()), paper)
        self.table.refresh()
        self.say(t("screens.batch.printed", n=len(jobs) - refused, left=refused), "warn" if refused else "good")
