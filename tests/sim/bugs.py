"""Faults planted into the simulated world, to prove that its invariants find them. None is in shipped code."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from casework.seals import Signed
from casework.wire import Answered, Link
from hall.sqlite_store import SqliteStore
from hall.sqlite_writing import SqliteWriting
from local_db.memory import TerminalMemory
from tests.sim.patches import Patch


@dataclasses.dataclass(frozen=True)
class Bug:
    """What stands in for the real parts.

    `where`: the part that is wrong; `finds`: the invariant that has to break, by its first word; `seed`: the first
    seed of the storm that breaks it.
    """

    name: str
    where: str = ""
    finds: tuple[str, ...] = ()
    seed: int = 1
    memory: type[TerminalMemory] = TerminalMemory
    store: Callable[[Path], SqliteStore] = SqliteStore
    patches: tuple[Patch, ...] = ()
    profile: str = "storm"


NO_BUG = Bug("none")


class DropsRefused(TerminalMemory):
    """Deletes what the hall refuses, as a queue does that is no memory."""

    def answered(self, answers: tuple[Answered, ...], acked: int) -> None:
        """Write the verdicts down, and throw away what was refused."""
        super().answered(answers, acked)
        gone = [(answer.seq,) for answer in answers if answer.verdict.v == "rejected"]
        with self.transaction() as db:
            db.executemany("delete from outbox where local_seq = ?", gone)


class CursorFirst(TerminalMemory):
    """Moves the cursor in a transaction of its own, before the page."""

    def apply(self, links: tuple[Link, ...], start: int, head: Signed, chain: str, epoch: int, acked: int) -> bool:
        """The page, after its cursor."""
        before = self.position()
        if before.cursor != start or not links:
            return super().apply(links, start, head, chain, epoch, acked)
        self._move(start + len(links), chain)
        self.clock.now()  # here the power may fail
        self._move(start, before.chain)
        return super().apply(links, start, head, chain, epoch, acked)

    def _move(self, cursor: int, chain: str) -> None:
        with self.transaction() as db:
            db.execute("update standing set cursor = ?, chain = ?", (cursor, chain))


class SilenceIsConsent(TerminalMemory):
    """Counts an event without a verdict as accepted."""

    def answered(self, answers: tuple[Answered, ...], acked: int) -> None:
        """Write the verdicts down, and some that nobody gave."""
        super().answered(answers, acked)
        with self.transaction() as db:
            db.execute("update outbox set state = 'accepted' where state = 'sent' and local_seq <= ?", (acked,))


class OverlayDropped(TerminalMemory):
    """Takes an acknowledged fact out of the overlay before the cursor has passed it."""

    def answered(self, answers: tuple[Answered, ...], acked: int) -> None:
        """Write the verdicts down, and be done with what was accepted."""
        super().answered(answers, acked)
        with self.transaction() as db:
            for answer in answers:
                if answer.verdict.v != "accepted":
                    continue
                row = db.execute("select case_id, state from outbox where local_seq = ?", (answer.seq,)).fetchone()
                if row is not None and row[1] == "accepted":
                    db.execute("update outbox set state = 'passed' where local_seq = ?", (answer.seq,))
                    self._reshow(db, {row[0]})


class AnswersTooEarly(SqliteStore):
    """Says what it has judged before it is on the disk; now and then it never gets there."""

    _turn = 0

    @contextlib.contextmanager
    def writing(self) -> Iterator[SqliteWriting]:
        """One transaction that may be lost without a word."""
        with self._write_lock:
            self._writer.execute("begin immediate")
            try:
                yield SqliteWriting(self._writer)
                self._turn += 1
                self._writer.execute("rollback" if self._turn % 20 == 19 else "commit")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("rollback")
                raise


def _counts_in_mind(real: Any) -> Any:
    """Numbers come from a variable that begins again with the program."""

    def next_number(act: Any, day: date) -> int:
        given = act._memory.__dict__.setdefault("given", {})
        given[day] = given.get(day, 0) + 1
        count: int = given[day]
        return count

    return next_number


PLANTED = (
    Bug("deletes what the hall refuses", "the terminal's outbox", ("lost",), memory=DropsRefused),
    Bug(
        "moves the cursor before the page is committed", "the terminal's pages", ("chain", "entries"), seed=4,
        memory=CursorFirst,
    ),
    Bug("counts a missing verdict as accepted", "the terminal's outbox", ("sent",), memory=SilenceIsConsent),
    Bug("drops the overlay when the hall acknowledges", "the terminal's outbox", ("sent", "shown"),
        memory=OverlayDropped),
    Bug("acknowledges before the commit", "the hall's store", ("lost",), store=AnswersTooEarly),
    Bug("counts case numbers in a variable", "the terminal's numbers", ("number",),
        patches=(("local_db.commit", "Writing.next_number", _counts_in_mind),)),
)  # fmt: skip
"""Each is found in the storm, by the seed that stands with it."""

PLANTED_SEEDS = range(1, 9)
