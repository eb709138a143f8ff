"""A file of applications: its lines with what is wrong in each, one confirmation, and a line of result for each.

The lines are taken in some at a time, so the screen stays alive; each is saved before the next, so stopping it, or the
machine, loses nothing: the same file taken in again brings only the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from textual.widget import Widget

from casework.limits import LIMITS
from casework.messages import Message, t
from casework.numbers import printed
from screens.canvas import Part
from screens.counter_views import BatchRow, BatchView
from screens.desk import Page, Refused
from screens.frame import FrameScreen
from screens.table import Column, Table

_COLUMNS = (
    Column("screens.column.line", 5),
    Column("screens.column.ref", 14),
    Column("screens.column.item", 6),
    Column("screens.column.applicant", 20),
    Column("screens.column.result", 20, grows=True),
)
_INK = {"ready": "", "warn": "warn", "wrong": "error", "done": "good"}


def _cells(row: BatchRow) -> Sequence[Part]:
    ink = _INK[row.fate]
    result = printed(row.number) if row.number else row.said
    return ((str(row.line), "dim"), (row.key, ""), (row.item, ""), (row.applicant, ""), (result, ink))


class AgentFileScreen(FrameScreen):
    """Enter or F2 asks once and takes in; w goes to the next line that is wrong; p prints what was taken in."""

    PLACE = "agent_file"

    def __init__(self, view: BatchView) -> None:
        super().__init__()
        self.view = view
        self.rows = {row.line: row for row in view.rows}
        self.running = self.stopping = False
        self.table = Table(
            _COLUMNS, lambda row: str(row.line), _cells, empty="screens.agent.no_files", moved=self._moved
        )

    def body(self) -> Iterator[Widget]:
        """The lines."""
        yield self.table

    def heading(self) -> str:
        """The file, and how far it is."""
        done, wrong = len(self._with("done")), len(self._with("wrong"))
        facts = {"file": self.view.name, "done": done, "wrong": wrong, "all": len(self.rows)}
        return t("screens.agent.heading", **facts)

    def _with(self, *fates: str) -> list[BatchRow]:
        return [row for row in self.rows.values() if row.fate in fates]

    async def arrive(self) -> None:
        """The lines, and what to do."""
        await self._show()
        if not self.running:
            self.say(self._asks(), "warn" if self._with("wrong") else "dim")

    async def freshen(self) -> None:
        """Another language; what was said of a line stays as it was said."""
        await self._show()

    def _asks(self) -> str:
        todo, wrong = len(self._with("ready", "warn")), len(self._with("wrong"))
        return t("screens.agent.looked", n=todo, wrong=wrong) if todo else t("screens.agent.nothing", wrong=wrong)

    async def _show(self) -> None:
        rows = tuple(self.rows.values())

        async def page(after: str) -> Page[Any]:
            return Page(rows, len(rows))

        await self.table.load(page)
        self.dress()

    def _moved(self, row: BatchRow | None) -> None:
        if row is not None and not self.running:
            self.say(f"{row.line}: {row.said}", "dim" if row.fate in {"ready", "done"} else _INK[row.fate])

    async def leave(self) -> bool:
        """Not in the middle of it: the first Esc stops behind the line that is being taken in."""
        if self.running:
            self.stopping = True
            self.say(t("screens.agent.stopping"), "warn")
        return not self.running

    async def act_take_in(self) -> None:
        """Enter or F2: the one question."""
        if self.running:
            return
        todo = self._with("ready", "warn")
        if not todo:
            self.app.bell()
            self.say(self._asks(), "warn")
            return
        from screens.confirm import ConfirmScreen

        question = Message("screens.agent.sure", {"n": len(todo), "file": self.view.name})
        notes = [t("screens.agent.wrong_stay", n=len(self._with("wrong")))] if self._with("wrong") else []
        notes += [t("screens.agent.warned", n=len(self._with("warn")))] if self._with("warn") else []
        await self.console_app.show(ConfirmScreen(question, self._begin, notes=notes))

    act_save = act_take_in

    async def _begin(self) -> None:
        self.running, self.stopping = True, False
        self.run_worker(self.console_app.tried(self._take_in()), exclusive=True)

    async def _take_in(self) -> None:
        try:
            todo = [row.line for row in self._with("ready", "warn")]
            while todo and not self.stopping:
                some, todo = tuple(todo[: LIMITS.batch_at_once]), todo[LIMITS.batch_at_once :]
                answer = await self.desk.batch_take(some)
                if isinstance(answer, Refused):
                    self.answer(answer)
                    return
                self.rows |= {row.line: row for row in answer}
                await self._show()
                self.say(t("screens.agent.under_way", n=len(todo)), "dim")
        finally:
            self.running = False
        self.app.bell()
        self.answer(await self.desk.batch_end())

    async def act_next_wrong(self) -> None:
        """w: the next line that is wrong."""
        rows = list(self.rows.values())
        ahead = [*range(self.table.at + 1, len(rows)), *range(self.table.at + 1)]
        wrong = next((at for at in ahead if rows and rows[at].fate in {"wrong", "warn"}), None)
        if wrong is None:
            self.say(t("screens.agent.none_wrong"), "good")
        else:
            self.table.stand(wrong)

    async def act_print_taken(self) -> None:
        """p: the papers of all that was taken in."""
        if not self.running:
            self.answer(await self.desk.batch_print())
