"""Faults of a terminal's memory: its outbox, pages, overlay, tray, drafts, numbers and clock."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from casework.ambient import stamp
from casework.facts import LegalTime
from casework.outbox import Row
from casework.seals import Signed
from casework.wire import Answered, Link, Tray
from local_db.memory import TerminalMemory
from local_db.replay import keep, overlaid, shown_case
from tests.sim.planting import Bug


class DropsRefused(TerminalMemory):
    """Deletes what the hall refuses, as a queue does that is no memory."""

    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None:
        """Write the verdicts down, and throw away what was refused."""
        super().answered(answers, acked, epoch)
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

    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None:
        """Write the verdicts down, and some that nobody gave."""
        super().answered(answers, acked, epoch)
        with self.transaction() as db:
            db.execute("update outbox set state = 'accepted' where state = 'sent' and local_seq <= ?", (acked,))


class OverlayDropped(TerminalMemory):
    """Takes an acknowledged fact out of the overlay before the cursor has passed it."""

    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None:
        """Write the verdicts down, and be done with what was accepted."""
        super().answered(answers, acked, epoch)
        with self.transaction() as db:
            for answer in answers:
                if answer.verdict.v != "accepted":
                    continue
                row = db.execute("select case_id, state from outbox where local_seq = ?", (answer.seq,)).fetchone()
                if row is not None and row[1] == "accepted":
                    db.execute("update outbox set state = 'passed' where local_seq = ?", (answer.seq,))
                    self._reshow(db, {row[0]})


class SentIsDone(TerminalMemory):
    """Takes what it is about to send for what has arrived."""

    def mark_sent(self, first: int, last: int) -> None:
        """They are on their way, so nobody has to look after them."""
        super().mark_sent(first, last)
        with self.transaction() as db:
            db.execute("update standing set acked = max(acked, ?)", (last,))


class UndoForgotten(TerminalMemory):
    """Makes what is shown from what was shown, and never takes anything back."""

    def _reshow(self, db: Any, cases: set[str]) -> None:
        now = stamp(self.clock.now())
        for case_id in sorted(filter(None, cases)):
            before = shown_case(db, case_id)
            keep(db, case_id, before, before or overlaid(db, case_id, None), now)


class TrayForgets(TerminalMemory):
    """Never hears that somebody has settled a line of the tray."""

    def _named(self, db: Any, line: Tray) -> Tray:
        known = db.execute("select 1 from tray where fact_id = ?", (line.fact,)).fetchone()
        import msgspec

        return msgspec.structs.replace(super()._named(db, line), settled="" if known else line.settled)


class TwoTransactions(TerminalMemory):
    """Commits each group of one act by itself."""

    @contextlib.contextmanager
    def writing(self) -> Iterator[Any]:
        """An act whose groups are committed one by one."""
        with super().writing() as act:
            commit = act.commit_groups

            def commit_groups(groups: Any) -> Any:
                sealed: tuple[Any, ...] = ()
                for group in groups:
                    sealed += tuple(commit((group,)))
                    act._db.execute("commit")
                    act._db.execute("begin immediate")
                return sealed

            act.commit_groups = commit_groups  # type: ignore[method-assign]
            yield act


class HeldIsGone(TerminalMemory):
    """Closes what is held as if it were settled."""

    def answered(self, answers: tuple[Answered, ...], acked: int, epoch: int = 0) -> None:
        """Write the verdicts down, and close what waits for the hall."""
        super().answered(answers, acked, epoch)
        with self.transaction() as db:
            db.execute("update outbox set state = ? where state = ?", (Row.RESOLVED, Row.HELD))


def _counts_in_mind(real: Any) -> Any:
    """Numbers come from a variable that begins again with the program."""

    def next_number(act: Any, day: date) -> int:
        given = act._memory.__dict__.setdefault("given", {})
        given[day] = given.get(day, 0) + 1
        count: int = given[day]
        return count

    return next_number


def _by_the_wall(real: Any) -> Any:
    """The day of a number is what the PC's clock says."""

    def day(legal: Any) -> date:
        today: date = legal.clock.now().date()
        return today

    return day


def _always_proven(real: Any) -> Any:
    """Every fact says that its clock was right a moment ago."""

    def legal_time(memory: Any) -> LegalTime:
        now = stamp(memory.clock.now())
        return LegalTime(now, 0, now, same_boot=True)

    return legal_time


def _asks_no_boot(real: Any) -> Any:
    """Both clocks alone tell whether it is the boot of then."""

    def same_boot(memory: Any, local: str, mono: float, boot: str) -> bool:
        same: bool = real(memory, local, mono, "")
        return same

    return same_boot


def _draft_goes_later(real: Any) -> Any:
    """The draft of a case that was saved is not removed with it."""
    return lambda act, case_id: None


def _follows_nobody(real: Any) -> Any:
    """What becomes of own facts changes no application before its number."""
    return lambda db, cases: None


AT_TERMINAL = (
    Bug("deletes what the hall refuses", "the terminal's outbox", ("lost", "sent"), memory=DropsRefused, fixed=True),
    Bug("moves the cursor before the page is committed", "the terminal's pages", ("chain", "entries"),
        seed=2, memory=CursorFirst, fixed=True),
    Bug("counts a missing verdict as accepted", "the terminal's outbox", ("sent", "shown"), memory=SilenceIsConsent,
        fixed=True),
    Bug("drops the overlay when the hall acknowledges", "the terminal's overlay", ("sent", "shown"),
        memory=OverlayDropped, fixed=True),
    Bug("takes what it sends for what has arrived", "the terminal's outbox", ("drained", "line"), memory=SentIsDone),
    Bug("takes nothing back when the hall refuses it", "the terminal's overlay", ("shown",), memory=UndoForgotten,
        fixed=True),
    Bug("does not hear that a tray was settled", "the terminal's tray", ("settled", "tray"), memory=TrayForgets),
    Bug("commits an act group by group", "the terminal's acts", ("lost", "draft"), seed=3, memory=TwoTransactions),
    Bug("closes what is held", "the terminal's outbox", ("sent",), memory=HeldIsGone),
    Bug("counts case numbers in a variable", "the terminal's numbers", ("number",), fixed=True,
        patches=(("local_db.commit", "Writing.next_number", _counts_in_mind),)),
    Bug("numbers by the PC's calendar", "the terminal's numbers", ("day",), profile="clock-chaos",
        patches=(("console.legal_time", "LegalClock.day", _by_the_wall),)),
    Bug("says of every time that it is proven", "the terminal's clock", ("clock",), profile="clock-chaos", fixed=True,
        patches=(("local_db.standing", "Standing.legal_time", _always_proven),)),
    Bug("takes another boot for the one that has met the hall", "the terminal's clock", ("clock", "day"),
        profile="clock-chaos", seed=4, patches=(("local_db.standing", "Standing.same_boot", _asks_no_boot),)),
    Bug("leaves the draft of a saved case", "the terminal's drafts", ("draft",), profile="normal",
        patches=(("local_db.commit", "Writing.drop_draft", _draft_goes_later),)),
    Bug("leaves in the list what was given up before its number", "the terminal's prefiles", ("prefile", "rebuilt"),
        seed=2, patches=tuple((f"local_db.{room}", "follow_own", _follows_nobody)
                              for room in ("outbox", "pages", "commit"))),
)  # fmt: skip
