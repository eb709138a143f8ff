"""What waits in the tray with all that is known of it here: its line, its bytes, its maker (S15, S16)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from casework.beside import FLAGGED
from casework.bodies import StaffSet
from casework.facts import Fact
from casework.limits import LIMITS
from casework.refused import Waits
from casework.wire import CaseAnswer, Tray, decode_entry
from local_db.connection import Connected
from local_db.prefiles import follow
from local_db.replay import readable
from local_db.sql import queries

_SQL = queries("commit")


def to_settle(db: sqlite3.Connection, case_id: str) -> dict[str, Waits]:
    """What a resolution on this case may name: of it, of its root, and what nobody could read, of whatever case."""
    root = db.execute(_SQL["root_of"], (case_id,)).fetchone()
    return {
        line.tray.fact: line
        for line in all_waiting(db)
        if not line.tray.case or line.tray.case == case_id or (root is not None and line.tray.root == root[0])
    }


def all_waiting(db: sqlite3.Connection) -> Iterator[Waits]:
    """Every line that waits."""
    for _, coded, data in db.execute(_SQL["to_settle"], (LIMITS.list_rows,)).fetchall():
        line = msgspec.json.decode(coded, type=Tray)
        fact = readable(data) if data is not None else _in_log(db, line)
        maker = db.execute(_SQL["staff"], (fact.actor,)).fetchone() if fact is not None else None
        yield Waits(line, fact, msgspec.json.decode(maker[0], type=StaffSet) if maker else None)


def _in_log(db: sqlite3.Connection, line: Tray) -> Fact | None:
    """What stands and moves nothing: the log has its bytes."""
    row = db.execute(_SQL["in_log"], (line.case, line.fact)).fetchone() if line.kind == FLAGGED else None
    return readable(bytes(decode_entry(row[0]).fact)) if row else None


class Fetched(Connected):
    """What was fetched from the hall because somebody opened it."""

    def keep_from_hall(self, answer: CaseAnswer) -> None:
        """Keep the bytes of what the hall refused or masked of a case, until it is settled or taken in."""
        facts = [(readable(bytes(kept.fact)), bytes(kept.fact)) for kept in answer.kept]
        with self.transaction() as db:
            db.executemany(_SQL["keep_fetched"], [(fact.id, fact.case, data) for fact, data in facts if fact])
            follow(db, (fact for fact, _ in facts if fact))
