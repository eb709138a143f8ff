"""All projections made anew from what is never changed, and a hash to compare them by (T25).

A projection that is lost, or of another version, costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator

import msgspec

from casework.ambient import stamp
from casework.beside import FLAGGED
from casework.case import Case
from casework.errors import BadBytes
from casework.events import reading_mark
from casework.facts import NO_HASH, Fact, decode_fact, digest
from casework.folding import FOLD
from casework.wire import Entry, Hidden, Tray, decode_entry
from local_db.calls import heard_own
from local_db.outbox import keep_tray
from local_db.pages import after_entry, keep_confirmed, project, unheard, want
from local_db.prefiles import reshow_prefile
from local_db.replay import keep, overlaid, shown_case
from local_db.sql import queries
from local_db.standing import Standing

_SQL = queries("rebuild")
_LINE = queries("line")
_SCOPES = queries("scopes")
_PROJECTIONS = ("confirmed", "shown", "alias", "place", "prefile", "tray", "staff", "terminal", "head", "call")


PROJECTION = f"{FOLD}.2"
"""Which fold has written the projections: another one folds them anew at the first opening (S21)."""


def projection() -> str:
    """The fold of this program, and what it can read: what it learned to read is folded right after its update (S32),
    and a program that came back folds as it always did.
    """
    return f"{PROJECTION}/{reading_mark()}"


class Rebuild(Standing):
    """Projections from zero."""

    @contextlib.contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        """As `Connected.transaction`; what is written while another fold has made the rest is folded anew later: after
        an update a process of the version before may still run.
        """
        with super().transaction(flushed=flushed) as db:
            yield db
            db.execute(_SQL["not_ours"], (projection(),))

    def up_to_date(self) -> None:
        """Fold every projection anew where a program with another fold has written it."""
        with self.reading() as db:
            written = db.execute(_SQL["projection"]).fetchone()
        if written is None or written[0] != projection():
            self.rebuild()

    def rebuild(self) -> int:
        """Drop every projection and fold it again, in one transaction. Returns how many cases there are."""
        now = stamp(self.clock.now())
        with self.transaction() as db:
            broken = self._hide_broken(db) | {row[0] for row in db.execute(_SQL["unshown_holes"])}
            for table in (*(name for name in _PROJECTIONS if name != "wanted"), "words", "person", "agent", "finder"):
                db.execute(_SQL[f"clear_{table}"])  # what was wanted once stays wanted, also when its case is purged
            cursor = db.execute("select cursor from standing").fetchone()[0]
            self._project_hall(db, cursor)
            cases = [row[0] for row in db.execute(_SQL["cases"]).fetchall()]
            for case_id in cases:
                if case_id not in broken:  # not shown until the hall gives it: nothing says what it lacks
                    self.refold(db, case_id, now, cursor)
            db.execute(_SQL["own_holes"])
            db.executemany(_LINE["mark_hole"], [(case_id,) for case_id in broken])
            heard_own(db)
            self._project_tray(db, cursor)
            db.execute(_SQL["again"])
            db.execute(_SQL["keep_projection"], (projection(),))  # in one: others write right behind it
        return len(cases)

    def _hide_broken(self, db: sqlite3.Connection) -> set[str]:
        """Entries that this disk has changed make room for their places: they are asked for again with their scope. The
        cases that lack them until then.
        """
        rows = db.execute(_SQL["kept_entries"])
        broken = [(seq, scope, hash_, case_id) for seq, scope, hash_, data, case_id in rows if digest(data) != hash_]
        for seq, scope, hash_, _ in broken:
            db.execute(_SCOPES["may_drop"], (scope,))
            db.execute(_SCOPES["drop"], (seq,))
            db.execute(_SCOPES["hide"], (seq, hash_, msgspec.json.encode(Hidden(seq, hash_))))
            db.execute(_SCOPES["may_lack"], (scope,))
            db.execute(_SCOPES["half"], (scope,))
            db.execute(_SCOPES["fill_later"], (NO_HASH, scope))
        db.execute(_SCOPES["dropped"])
        return {case_id for *_, case_id in broken if case_id}

    def _project_hall(self, db: sqlite3.Connection, upto: int) -> None:
        """Roster, terminals, heads."""
        for seq, data in db.execute(_SQL["entries_of_hall"], (upto,)).fetchall():
            fact = fact_of(decode_entry(data))
            if fact is not None:
                want(db, (fact,))
                project(db, seq, fact)

    def _project_tray(self, db: sqlite3.Connection, upto: int) -> None:
        """The hall's lines, and those of own facts that the hall has not told yet."""
        for (data,) in db.execute(_SQL["entries_of_tray"], (upto,)).fetchall():
            self._keep_line(db, decode_entry(data).tray)
        for (local_seq,) in db.execute(_SQL["own_with_verdict"]).fetchall():
            self._tray_of_own(db, local_seq)

    def _keep_line(self, db: sqlite3.Connection, tray: Tray | None) -> None:
        """A line as the hall has told it, unless it is an own one that is known to be over."""
        if tray is None:
            return
        if not self._is_over(db, tray):
            keep_tray(db, self._named(db, tray), told=True)

    def _is_over(self, db: sqlite3.Connection, tray: Tray) -> bool:
        """Whether an own line that is told as open is known to be over."""
        of_a_case = bool(tray.case)  # the line of envelopes that are lost names what stands
        open_ = of_a_case and not tray.settled and self.is_own(tray.terminal)
        over = _SQL["is_looked_after"] if tray.kind == FLAGGED else _SQL["is_over"]
        return open_ and db.execute(over, (tray.fact,)).fetchone() is not None

    def refold(self, db: sqlite3.Connection, case_id: str, now: str, upto: int) -> None:
        """Make all that is shown of a case anew, from its entries up to `upto` and the own facts on top."""
        before = shown_case(db, case_id)
        db.execute(_SQL["drop_confirmed"], (case_id,))
        keep(db, case_id, before, overlaid(db, case_id, self._fold_log(db, case_id, upto)), now)
        reshow_prefile(db, case_id, upto)

    def projection_hash(self) -> str:
        """SHA-256 over all projections in a fixed order; two memories with the same history have the same."""
        made = hashlib.sha256()
        with self.reading() as db:
            for table in _PROJECTIONS:
                made.update(table.encode())
                for row in db.execute(_SQL[f"hash_{table}"]):
                    for value in row:
                        data = value if isinstance(value, bytes) else str(value).encode()
                        made.update(b"%d:" % len(data) + data)
        return made.hexdigest()

    def _fold_log(self, db: sqlite3.Connection, case_id: str, upto: int) -> Case | None:
        if db.execute(_SQL["is_filling"], (case_id,)).fetchone():
            db.execute(_SCOPES["note_case"], (case_id,))
            return None  # a scope that is still asked for: it is folded when all of it is here
        state = None
        for seq, data in db.execute(_SQL["entries_of_case"], (case_id, upto)).fetchall():
            entry = decode_entry(data)
            fact = fact_of(entry)
            if fact is not None:
                state = after_entry(state or unheard(fact), entry, fact)
                want(db, (fact,))
                project(db, seq, fact)
        if state is None:
            return None
        keep_confirmed(db, case_id, state)
        return state.case


def fact_of(entry: Entry) -> Fact | None:
    """The fact of an entry; None when this version can't read it."""
    try:
        return decode_fact(entry.fact)
    except BadBytes:
        return None
