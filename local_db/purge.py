"""What leaves a terminal after its days (S21): cases that have ended, with everything that is known of them here.

Own facts stay, and whatever somebody still has to settle. The days count by the hall's time of the last contact, so a
clock that is wrong here drops nothing; a terminal that is cut off keeps what it has.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from casework.ambient import moment, stamp
from casework.case import Case
from casework.listing import person_rows, place_rows
from casework.wire import decode_entry
from local_db.pages import Pages, next_count
from local_db.replay import shown_case
from local_db.sparse import raise_floor
from local_db.sql import queries

_SQL = queries("purge")
_REPLAY = queries("replay")
_FIRST = 16
_WIDE = 16
"""Hidden entries that may lie between two that are shown, in one slice."""


class Purge(Pages):
    """The forgetting of the memory."""

    _purge_count = _FIRST
    _purge_mark = ("", "")

    def purge_step(self) -> bool:
        """Do one slice of at most `limits.apply_slice_ms`; False when nothing more is to go now."""
        began = self.clock.monotonic()
        with self.transaction(flushed=False) as db:
            contact, cursor, floor = db.execute(_SQL["contact"]).fetchone()
            if not contact or db.execute(_SQL["under_way"]).fetchone():
                return False
            cutoff = stamp(moment(contact) - timedelta(seconds=self.limits.kept_seconds))
            count = self._purge_count
            more = self._thin(db, floor, cursor, cutoff, count) or self._over(db, cutoff, count)
        took = (self.clock.monotonic() - began) * 1000
        self._purge_count = next_count(count, took, self.limits.apply_slice_ms)
        return more

    def _thin(self, db: sqlite3.Connection, floor: int, cursor: int, cutoff: str, count: int) -> bool:
        """Make a little more of the copy sparse; False when it is, up to the cutoff."""
        end = floor
        for seq, data in db.execute(_SQL["aged"], (floor, cursor, count)).fetchall():
            if decode_entry(data).received_at >= cutoff:
                break
            end = seq
        if end == floor:
            return False
        end = min(end, floor + count * _WIDE)
        raise_floor(db, end)  # first: nothing goes where the copy is not said to be sparse
        db.execute(_SQL["thin"], (floor, end))
        return True

    def _over(self, db: sqlite3.Connection, cutoff: str, count: int) -> bool:
        """Let a few cases go; False when none is left that may."""
        rows = db.execute(_SQL["over"], (cutoff, *self._purge_mark, count)).fetchall()
        floor = db.execute(_SQL["contact"]).fetchone()[2]
        for touched, case_id in rows:
            self._purge_mark = (touched, case_id)  # one that has to stay is looked at again the next time
            newest = db.execute(_SQL["newest"], (case_id,)).fetchone()[0]
            case = shown_case(db, case_id)
            settled = case is None or self.scans_settled(db, case)
            if settled and newest <= floor and not db.execute(_SQL["waits"], (case_id,)).fetchone()[0]:
                drop_case(db, case_id)
                if case is not None:
                    self.forget_scans(db, case)
        if not rows:
            self._purge_mark = ("", "")
        return bool(rows)


def drop_case(db: sqlite3.Connection, case_id: str) -> None:
    """A case goes: entries, state, places, tray, and the names of whom no other case speaks. Own facts stay."""
    case = shown_case(db, case_id)
    db.execute(_SQL["drop_entries"], (case_id,))
    db.execute(_SQL["drop_confirmed"], (case_id,))
    db.execute(_SQL["drop_tray"], (case_id,))
    db.execute(_REPLAY["drop_prefile"], (case_id,))
    db.executemany(_REPLAY["drop_place"], place_rows(case))
    db.execute(_REPLAY["drop_shown"], (case_id,))
    if case is not None:
        db.executemany(_REPLAY["drop_alias"], [(number, case_id) for number in case.former_numbers])
        forget_people(db, case)


def forget_people(db: sqlite3.Connection, case: Case) -> None:
    """The names of whom no other case speaks go with a case that is not shown any more."""
    indexed = db.execute(_SQL["indexed"]).fetchone()[0]
    for code, *_ in person_rows(case):
        for id_, words in db.execute(_SQL["people_of_code"], (code,)).fetchall():
            if id_ <= indexed:
                db.execute(_SQL["unindex"], (id_, words))
            db.execute(_SQL["drop_person"], (id_,))
    db.execute(_SQL["finder_ends"])
