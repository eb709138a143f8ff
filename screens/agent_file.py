"""A file of applications: its lines with what is wrong in each, one confirmation, and a line of result for each.

The lines are taken in some at a time, so the screen stays alive; each is saved before the next, so stopping it, or the
machine, loses nothing: the same file taken in again brings only the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence

from textual.widget import Widget

from casework.limits import LIMITS
from casework.messages import Message, t
from casework.numbers import printed
from screens.canvas import Part
from screens.counter_views import BatchRow
from screens.desk import Refused
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

    def __init__(self, path: str, name: str) -> None:
        super().__init__()
        self.path, self.file, self.lines = path, name, 0
        self.rows: dict[int, BatchRow] = {}
        self._places: dict[int, int] = {}
        self._fates: Counter[str] = Counter()
        self.looking = self.running = self.stopping = False
        self._looked = asyncio.Event()
        self.table = Table(
            _COLUMNS, lambda row: str(row.line), _cells, empty="screens.agent.reading", moved=self._moved
        )

    def body(self) -> Iterator[Widget]:
        """The lines."""
        yield self.table

    def heading(self) -> str:
        """The file, and how far it is."""
        facts = {"file": self.file, "done": self._fates["done"], "wrong": self._fates["wrong"], "all": self.lines}
        return t("screens.agent.heading", **facts)

    def _with(self, *fates: str) -> list[BatchRow]:
        return [row for row in self.rows.values() if row.fate in fates]

    async def arrive(self) -> None:
        """The first time the file is looked through: a small one before the next key, a large one beside the keys."""
        if not self.lines and not self.looking:
            self.looking = True
            self.say(t("screens.agent.reading_file", file=self.file), "dim")
            self.app.run_worker(self.console_app.tried(self._look_through()), exclusive=False)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._looked.wait(), LIMITS.batch_wait_seconds)
        self.dress()

    async def _look_through(self) -> None:
        try:
            view = await self.desk.batch_open(self.path)
            if isinstance(view, Refused):
                await self._not_this_one(view)
                return
            self.file, self.lines = view.name, view.lines
            while not self.stopping:
                rows = await self.desk.batch_look()
                if isinstance(rows, Refused):
                    self.answer(rows)
                    return
                if not rows:
                    self._tell_all()
                    return
                self._put(rows)
                facts = {"n": len(self.rows), "all": self.lines, "wrong": self._fates["wrong"]}
                self.say(t("screens.agent.looking", **facts), "dim")
        finally:
            self.looking = False
            self._looked.set()

    async def _not_this_one(self, why: Refused) -> None:
        """It can't be read: the choice of files is there again, with the reason."""
        from screens.agent_files import AgentFilesScreen

        if self.console_app.screen is self:
            self.console_app.close(self)
            await self.console_app.show(AgentFilesScreen(self.path))
            self.app.bell()
            self.console_app.frame.answer(why)

    def _put(self, rows: Sequence[BatchRow]) -> None:
        """New lines behind the others; what is there already changes in its place."""
        for row in rows:
            before = self.rows.get(row.line)
            if before is None:
                self._places[row.line] = len(self._places)
                self.table.rows.append(row)
            else:
                self._fates[before.fate] -= 1
                self.table.rows[self._places[row.line]] = row
            self.rows[row.line] = row
            self._fates[row.fate] += 1
        self.table.total = len(self.rows)
        self.table.refresh()
        self.dress()

    def _tell_all(self) -> None:
        self.say(self._asks(), "warn" if self._fates["wrong"] else "dim")

    async def freshen(self) -> None:
        """Another language; what was said of a line stays as it was said."""
        self.dress()
        self.table.refresh()

    def _asks(self) -> str:
        todo, wrong = self._fates["ready"] + self._fates["warn"], self._fates["wrong"]
        return t("screens.agent.looked", n=todo, wrong=wrong) if todo else t("screens.agent.nothing", wrong=wrong)

    @property
    def _busy(self) -> bool:
        return self.looking or self.running

    def _moved(self, row: BatchRow | None) -> None:
        if row is not None and not self._busy:
            self.say(f"{row.line}: {row.said}", "dim" if row.fate in {"ready", "done"} else _INK[row.fate])

    async def leave(self) -> bool:
        """Not in the middle of taking in: the first Esc stops behind the line that is being taken in."""
        self.stopping = self._busy
        if self.running:
            self.say(t("screens.agent.stopping"), "warn")
        return not self.running

    async def act_take_in(self) -> None:
        """Enter or F2: the one question."""
        if self._busy:
            self.app.bell()
            return
        todo = self._with("ready", "warn")
        if not todo:
            self.app.bell()
            self.say(self._asks(), "warn")
            return
        from screens.confirm import ConfirmScreen

        question = Message("screens.agent.sure", {"n": len(todo), "file": self.file})
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
                self._put(answer)
                self.say(t("screens.agent.under_way", done=self._fates["done"], n=len(todo)), "dim")
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
        if self._busy:
            self.app.bell()
            return
        self.running, self.stopping = True, False
        self.run_worker(self.console_app.tried(self._print()), exclusive=True)

    async def _print(self) -> None:
        lines, count = [row.line for row in self._with("done")], 0
        try:
            while lines and not self.stopping:
                some, lines = tuple(lines[: LIMITS.batch_at_once]), lines[LIMITS.batch_at_once :]
                answer = await self.desk.batch_print(some)
                if isinstance(answer, Refused):
                    self.answer(answer)
                    return
                count += answer
                self.say(t("screens.agent.printing", count=count, n=len(lines)), "dim")
        finally:
            self.running = False
        self.say(t("screens.agent.printed", n=count), "good")
