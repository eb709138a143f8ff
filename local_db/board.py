"""What the board is made of, as the memory has it (`casework.board.Rows`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from casework.board import Rows, Waiting
from casework.case import decode_case
from casework.listing import PlaceRow, place_rows
from casework.measuring import Measures, measured
from local_db.connection import Connected
from local_db.sql import queries

_SQL = queries("board")


class BoardCounts(Connected):
    """The counting half of the memory."""

    def board_rows(self, today: str, since: str) -> Rows:
        """Count.

        Args:
            today: the day (YYYY-MM-DD) whose receipts are told by the hour.
            since: the first day of rates and times.
        """
        with self.reading() as db:
            return Rows(
                arrived=db.execute(_SQL["arrived"], (today,)).fetchall(),
                checked=db.execute(_SQL["checked"], (since,)).fetchall(),
                decided=db.execute(_SQL["decided"], (since,)).fetchall(),
                waiting=db.execute(_SQL["waiting"]).fetchall(),
                running=db.execute(_SQL["running"]).fetchall(),
                late_asks=db.execute(_SQL["late_asks"]).fetchall(),
                prefile_looks=db.execute(_SQL["prefile_looks"], (since,)).fetchone(),
                uncounted=db.execute(_SQL["uncounted"]).fetchone()[0],
            )

    def measure(self, most: int = 0) -> int:
        """Measure cases that came in bulk, oldest id first; how many are left.

        `most`: of one slice, in one transaction; 0 for `limits.measure_cases`.
        """
        count = most or self.limits.measure_cases
        with self.reading() as db:
            if not db.execute(_SQL["uncounted"]).fetchone()[0]:
                return 0
        with self.transaction(flushed=False) as db:
            fresh = db.execute(_SQL["unmeasured"], (count,)).fetchall()
            for case_id, body in fresh:
                case = decode_case(body)
                measures = measured(case)
                db.execute(_SQL["measure"], (*row_of(measures), case_id))
                clock_places(db, place_rows(case), measures.terms)
            left: int = db.execute(_SQL["uncounted"]).fetchone()[0]
        return left

    def tray_counts(self) -> dict[str, int]:
        """How many lines wait in the tray of the whole hall, by kind."""
        with self.reading() as db:
            return dict(db.execute(_SQL["tray_counts"]).fetchall())

    def places(self) -> tuple[Waiting, ...]:
        """Where open steps wait."""
        with self.reading() as db:
            return tuple(db.execute(_SQL["waiting"]).fetchall())

    def scopes_here(self) -> tuple[str, ...]:
        """The parts of the hall's log that this copy covers."""
        with self.reading() as db:
            return tuple(row[0] for row in db.execute(_SQL["scopes"]).fetchall())


def row_of(found: Measures) -> tuple[str, str, int, str, int, str]:
    """The columns of what a case counts by."""
    return found.checked_at, found.first, found.looks, found.decided_at, found.asks, found.terms


def clock_places(db: sqlite3.Connection, places: Sequence[PlaceRow], terms: str) -> None:
    """Beside each open step of a case the clocks that run on it: a queue is put in order by them."""
    db.executemany(_SQL["clock_place"], [(terms, *place[:4]) for place in places])
