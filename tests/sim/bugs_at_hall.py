"""Faults of the hall: its store, log, judge, lanes, tray, scopes and timers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec

from casework.admit import Judgement
from casework.catalogue.schema import MODULES
from hall.rows import Changes
from hall.sqlite_store import SqliteStore
from hall.sqlite_writing import SqliteWriting
from tests.sim.planting import Bug


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


def _chain_in_mind(real: Any) -> Any:
    """The log's end is kept in a variable, also when the transaction was rolled back."""
    ends: dict[str, tuple[int, str]] = {}

    def numbered(seq: int, chain: str, drafts: Any) -> Any:
        seq, chain = max((seq, chain), ends.get("log", (0, "")))
        rows = real(seq, chain, drafts)
        if rows:
            ends["log"] = rows[-1].seq, rows[-1].chain
        return rows

    return numbered


def _one_by_one(real: Any) -> Any:
    """Each fact of a group has its own fate."""
    return lambda said: said


def _nothing_waits(real: Any) -> Any:
    """Later judgements of a lane are not held."""
    return lambda docket, lane, *, refused_only=False, besides=(): False


def _nothing_unseen(real: Any) -> Any:
    """Nobody asks what a fact's maker had not seen."""
    return lambda docket, envelope, fact: frozenset()


def _everybody_sees(real: Any) -> Any:
    """A terminal is given every module."""

    def terminal(reading: Any, number: str) -> Any:
        row = real(reading, number)
        return msgspec.structs.replace(row, scopes=("hall", *MODULES)) if row is not None else None

    return terminal


def _knows_nobody(real: Any) -> Any:
    """What comes again in a later batch is judged again."""

    def is_fresh(sitting: Any, piece: Any, register: Any) -> bool:
        real(sitting, piece, register)
        return True

    return is_fresh


def _no_duplicates(real: Any) -> Any:
    """Every answer is for the first time: what was judged is never looked up."""

    def known(reading: Any, batch: Any, terminal: Any, pieces: Any) -> Any:
        real(reading, batch, terminal, pieces)
        return {}

    return known


def _held_is_lost(real: Any) -> Any:
    """What is held gets no line in the tray."""

    def tray(sitting: Any, id_: str, piece: Any, judgement: Judgement, *, blocks: bool = True) -> None:
        if judgement.kind != "held":
            real(sitting, id_, piece, judgement, blocks=blocks)

    return tray


def _bytes_dropped(real: Any) -> Any:
    """Of what is refused only the verdict is kept."""

    def register_of(piece: Any, verdict: Any, *, first: bool = True, data: bytes | None = b"") -> Any:
        made = real(piece, verdict, first=first, data=data)
        return msgspec.structs.replace(made, data=None) if verdict.v == "rejected" else made

    return register_of


def _refuses_clocks(real: Any) -> Any:
    """A receipt whose clock can't be right is refused."""

    def admit(case: Any, fact: Any, bench: Any, unseen: Any = frozenset()) -> Judgement:
        if not fact.time.is_good(fact.time.at):
            return Judgement("rejected", "clock")
        said: Judgement = real(case, fact, bench, unseen)
        return said

    return admit


def _forgets_the_second(real: Any) -> Any:
    """What stands at the second judgement is not folded into the case."""

    def accept(sitting: Any, piece: Any, judgement: Any, case: Any, revision: int = 1) -> None:
        before = sitting._docket.live(piece.fact.case).case
        real(sitting, piece, judgement, case, revision)
        if revision > 1:
            sitting._docket.live(piece.fact.case).case = before

    return accept


def _nothing_is_out(real: Any) -> Any:
    """Nobody asks whether a paper of what is given up is in somebody's hand."""
    return lambda case, lines: ()


def _not_set_aside(real: Any) -> Any:
    """A notice of before the timer that comes after it changes nothing."""
    return lambda reading, changes, notices, now, new_id, calendar: changes


def _a_day_early(real: Any) -> Any:
    """The timer runs out on its last day, not after it."""

    def due(reading: Any, today: str, most: int) -> Any:
        import datetime

        tomorrow = datetime.date.fromisoformat(today) + datetime.timedelta(days=2)
        return real(reading, tomorrow.isoformat(), most)

    return due


def _timers_never(real: Any) -> Any:
    """Nobody looks at the timers."""
    return lambda hall: frozenset()


def _settled_in_the_log_only(real: Any) -> Any:
    """A line of the tray that is settled stays as it was in the hall's own table."""

    def save(tx: Any, changes: Changes) -> Any:
        kept = {id_: row for id_, row in changes.trays.items() if not row.tray.settled}
        lines, changes.trays = changes.trays, kept
        try:
            return real(tx, changes)
        finally:
            changes.trays = lines

    return save


SILENT = tuple((module, "papers_out", _nothing_is_out) for module in ("casework.settling", "casework.rules.settling"))

AT_HALL = (
    Bug("acknowledges before the commit", "the hall's store", ("lost", "chain"), store=AnswersTooEarly, fixed=True),
    Bug("keeps the log's end in a variable", "the hall's chain", ("dense",), profile="disk-full",
        patches=(("hall.sqlite_writing", "numbered", _chain_in_mind),)),
    Bug("judges each fact of a group by itself", "the hall's groups", ("group",),
        seed=2, patches=(("hall.judging", "_all_or_none", _one_by_one),)),
    Bug("holds nothing behind a refusal", "the hall's lanes", ("lane",),
        patches=(("hall.docket", "Docket.waits", _nothing_waits),)),
    Bug("asks nobody what he had seen", "the hall's bases", ("stale",), fixed=True, seed=13,
        patches=(("hall.unseen", "Unseen.breaking", _nothing_unseen),)),
    Bug("shows every module to everybody", "the hall's scopes", ("entries",), fixed=True,
        patches=(("hall.sqlite_reading", "SqliteReading.terminal", _everybody_sees),)),
    Bug("judges again what comes again", "the hall's register", ("once",), fixed=True,
        patches=(("hall.judge", "Sitting._is_fresh", _knows_nobody),)),
    Bug("puts what it holds into no tray", "the hall's tray", ("tray",),
        patches=(("hall.bookkeeping", "Bookkeeping._tray", _held_is_lost),)),
    Bug("keeps no bytes of what it refuses", "the hall's register", ("lost",),
        patches=(("hall.bookkeeping", "register_of", _bytes_dropped),)),
    Bug("refuses a receipt because of its clock", "the hall's judge", ("paper",), profile="clock-chaos",
        patches=(("hall.judging", "admit", _refuses_clocks),)),
    Bug("folds nothing that stands at the second judgement", "the hall's lanes", ("alike", "sent", "shown"),
        seed=2, patches=(("hall.bookkeeping", "Bookkeeping._accept", _forgets_the_second),)),
    Bug("takes a paper back in silence", "the hall's judge", ("paper",),
        seed=15, patches=SILENT),
    Bug("sets no timer aside", "the hall's timers", ("timer",), profile="normal",
        seed=7, patches=(("hall.consequences", "set_aside", _not_set_aside),)),
    Bug("lets a timer run out early", "the hall's timers", ("timer",), profile="normal",
        patches=(("hall.sqlite_reading", "SqliteReading.timers_due", _a_day_early),)),
    Bug("never looks at its timers", "the hall's timers", ("timer",), profile="normal",
        patches=(("hall.upkeep", "Upkeep.tick", _timers_never),)),
    Bug("settles a tray in the log only", "the hall's tray", ("tray",),
        patches=(("hall.sqlite_writing", "SqliteWriting.save", _settled_in_the_log_only),)),
)  # fmt: skip
