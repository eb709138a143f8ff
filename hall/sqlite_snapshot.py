"""Writes the files of a snapshot from one read view of the hall's SQLite memory (S21).

On a connection of its own, so nobody who pushes waits for it; nearly all of it happens inside SQLite.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from casework.ambient import moment, stamp
from casework.case import ENDED_STATES, decode_case
from casework.limits import LIMITS, Limits
from casework.listing import PLAIN, is_over, listed, person_rows, place_rows
from hall.queries import queries, script
from hall.rows import HallRow

_READ = 1024 * 1024


class Written(msgspec.Struct, frozen=True):
    """A file that was written and is on the disk."""

    scope: str
    sha256: str
    size: int


class SnapshotWriter:
    """Makes the files of one snapshot.

    Args:
        database: the hall's file.
        folder: where the files go; it is there and empty.
        limits: which ended cases a terminal keeps.
    """

    def __init__(self, database: Path, folder: Path, limits: Limits = LIMITS) -> None:
        self._database = database
        self._folder = folder
        self._limits = limits
        self._sql = queries("snapshot")

    def write(self, scopes: Sequence[str], now: str) -> tuple[HallRow, str]:
        """Write `<scope>.db` for each of `scopes`; the hall's row as the view has it, and the fold of its cases.

        Raises sqlite3.Error, OSError.
        """
        with contextlib.closing(sqlite3.connect(self._database, isolation_level=None)) as db:
            db.execute(f"pragma busy_timeout = {int(self._limits.busy_seconds * 1000)}")
            for place, scope in enumerate(scopes):
                db.execute(f"attach ? as f{place}", (str(self.file(scope)),))
                db.execute(f"pragma f{place}.journal_mode = off")
                db.execute(f"pragma f{place}.synchronous = off")
                for statement in script("snapshot_tables"):
                    db.execute(statement.replace("snap.", f"f{place}."))
            for name in ("make_held", "make_want"):
                db.execute(self._sql[name])
            db.execute("begin")
            row = HallRow(*db.execute(queries()["hall"]).fetchone())
            folded = db.execute(queries()["fold"]).fetchone()
            self._hold(db, row.seq, now)
            for place, scope in enumerate(scopes):
                self._fill(db, f"f{place}", scope)
            db.execute("commit")
        return row, str(folded[0]) if folded else ""

    def file(self, scope: str) -> Path:
        """The file of a scope."""
        return self._folder / f"{scope}.db"

    def sealed(self, scope: str) -> Written:
        """Bring the file of `scope` to the disk, and hash it."""
        made, size = hashlib.sha256(), 0
        with self.file(scope).open("rb+") as stream:
            os.fsync(stream.fileno())
            while piece := stream.read(_READ):
                made.update(piece)
                size += len(piece)
        return Written(scope, made.hexdigest(), size)

    def _hold(self, db: sqlite3.Connection, end: int, now: str) -> None:
        """Which cases a terminal holds: open ones, recent ones, those that wait in a tray; and so which entries."""
        since = stamp(moment(now) - timedelta(seconds=self._limits.kept_seconds))
        first = self._first_since(db, end, since)
        db.execute(self._sql["hold_open"], (_as_list(ENDED_STATES),))
        db.execute(self._sql["hold_recent"], (first,))
        db.execute(self._sql["hold_waiting"])
        db.execute(self._sql["want_cases"], (_as_list(PLAIN),))
        db.execute(self._sql["want_hall"])
        db.execute(self._sql["want_tray"], (first,))

    def _first_since(self, db: sqlite3.Connection, end: int, since: str) -> int:
        """The first entry that the hall took in at `since` or later; its clock only goes forward, but for mending."""
        low, high = 1, end + 1
        while low < high:
            middle = (low + high) // 2
            if db.execute(self._sql["received_at"], (middle,)).fetchone()[0] < since:
                low = middle + 1
            else:
                high = middle
        return low

    def _fill(self, db: sqlite3.Connection, file: str, scope: str) -> None:
        for name in ("copy_entries", "copy_held"):
            db.execute(self._in(name, file), (scope,))
        db.execute(self._in("copy_wanted", file))
        for owner, row in enumerate(db.execute(self._sql["cases_of"], (scope,)), 1):
            self._put(db, file, owner, row)

    def _put(self, db: sqlite3.Connection, file: str, owner: int, row: tuple[str, str, int, bytes | None, str]) -> None:
        case_id, root, n, state, touched = row
        case = decode_case(state) if state is not None else None
        columns = listed(case) if case is not None else (None,) * 9
        ended = case is not None and is_over(case)
        db.execute(self._in("put_case", file), (owner, case_id, root, n, ended, touched, state, *columns))
        if case is None:
            return
        db.executemany(self._in("put_place", file), [(owner, *place) for place in place_rows(case)])
        db.executemany(self._in("put_person", file), [(owner, *person) for person in person_rows(case)])

    def _in(self, name: str, file: str) -> str:
        return self._sql[name].replace("snap.", f"{file}.")


def _as_list(values: Collection[str]) -> str:
    return msgspec.json.encode(sorted(values)).decode()
