"""Old cases that come back: entries of before are fetched from the hall, and the whole is folded (S21, T68)."""

from __future__ import annotations

import sqlite3

from casework.ambient import stamp
from casework.errors import BadBytes
from casework.facts import digest
from casework.wire import ENTRY_FACT, Entry, decode_entry
from local_db.pages import own_among
from local_db.rebuild import Rebuild, fact_of
from local_db.sql import queries

_SQL = queries("holes")


class Holes(Rebuild):
    """The mending of holes."""

    def holes(self, after: str = "", limit: int = 0) -> tuple[str, ...]:
        """Cases of which earlier entries are missing here, by id; `after`: the last one of the page before."""
        with self.reading() as db:
            rows = db.execute(_SQL["holes"], (after, limit or self.limits.list_rows)).fetchall()
        return tuple(row[0] for row in rows)

    def keep_case(self, case_id: str, raws: tuple[bytes, ...]) -> None:
        """Keep the entries of a case as the hall has shown them, and fold it anew.

        What is newer than the cursor comes with the log. Entries of other cases are passed over.
        """
        read = [(data, entry) for data, entry in ((data, _entry(data)) for data in raws) if entry is not None]
        with self.transaction() as db:
            cursor = db.execute("select cursor from standing").fetchone()[0]
            for data, entry in read:
                fact = fact_of(entry)
                if entry.seq <= cursor and fact is not None and fact.case == case_id:
                    self._keep_old(db, case_id, data, entry)
            db.execute(_SQL["drop_settled_tray"], (case_id,))
            self.refold(db, case_id, stamp(self.clock.now()), cursor)
            db.execute(_SQL["touch"], (case_id,))

    def no_case(self, case_id: str) -> None:
        """The hall has no such case for this terminal: own facts in it that the cursor has passed will not be shown."""
        with self.transaction() as db:
            for (seq,) in db.execute(_SQL["passed_unseen"], (case_id,)).fetchall():
                self._pass(db, seq)
            db.execute(_SQL["forget_hole"], (case_id,))
            self._reshow(db, {case_id})

    def _keep_old(self, db: sqlite3.Connection, case_id: str, data: bytes, entry: Entry) -> None:
        hash_ = digest(data)
        db.execute(_SQL["unhide"], (entry.seq, hash_))
        row = (entry.seq, entry.scope, entry.kind, hash_, data, case_id, entry.fact_id)
        if db.execute(_SQL["keep_entry"], row).rowcount:
            self._note(db, entry, fact_of(entry), own_among(db, (entry.fact_id,)))


def _entry(data: bytes) -> Entry | None:
    try:
        entry = decode_entry(data)
    except BadBytes:
        return None  # a later version may read it (S32)
    return entry if entry.kind == ENTRY_FACT else None


def scope_of(data: bytes) -> str:
    """The scope of an entry; empty where it can't be read."""
    entry = _entry(data)
    return entry.scope if entry is not None else ""
