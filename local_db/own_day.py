"""What this window did on a day, and where each of it is: for the end of the day (complaints 13 and 24)."""

from __future__ import annotations

from casework.bodies import Printed, Received
from casework.day_end import PrintedOn, TakenIn
from casework.errors import BadBytes
from casework.events import body_of
from casework.outbox import Row
from local_db.connection import Connected
from local_db.replay import readable
from local_db.sql import queries

_SQL = queries("desk")


class OwnDay(Connected):
    """The facts of a day that are counted."""

    def own_day(self, day: str) -> tuple[tuple[TakenIn, ...], tuple[PrintedOn, ...]]:
        """Cases taken in and papers printed on `day` (YYYY-MM-DD), in their order."""
        taken: list[TakenIn] = []
        printed: list[PrintedOn] = []
        with self.reading() as db:
            for case, state, data in db.execute(_SQL["own_day"], (day, f"{day}~")).fetchall():
                fact = readable(data)
                try:
                    body = body_of(fact) if fact is not None else None
                except BadBytes:
                    body = None  # a newer program wrote it, and reads it
                if isinstance(body, Received):
                    taken.append(TakenIn(case, body.module, Row(state) if state else None))
                elif isinstance(body, Printed):
                    of = db.execute(_SQL["own_row"], (body.of, case)).fetchone()
                    printed.append(PrintedOn(case, body.paper, body.count, Row(of[0]) if of else None))
        return tuple(taken), tuple(printed)

    def not_out(self, day: str) -> tuple[tuple[str, str, str], ...]:
        """Case and kind of papers that are on record and not out: `at_printer`, or given up on `day`: `dropped`."""
        with self.reading() as db:
            return tuple(db.execute(_SQL["at_printer"], (day, f"{day}~", self.limits.list_rows)).fetchall())
