"""A person's own lists: her cases, her prefiles, and the applicants she works for."""

from __future__ import annotations

import msgspec

from casework.case import OPEN_STATES
from casework.prefile import Prefile, decode_prefile
from local_db.connection import Connected
from local_db.finding import CaseRow, made
from local_db.sql import queries

_SQL = queries("finding")


class Client(msgspec.Struct, frozen=True):
    """An applicant for whom a person took something in. `last`: when the newest case was received."""

    applicant_id: str
    name: str
    kind: str
    count: int
    open: int
    last: str


class Mine(Connected):
    """What belongs to one person at the counter, by her staff number."""

    def cases_of_clerk(self, clerk: str) -> tuple[CaseRow, ...]:
        """The cases for which she is responsible at the counter (R16), newest first."""
        with self.reading() as db:
            rows = db.execute(_SQL["of_clerk"], (clerk, self.limits.list_rows)).fetchall()
            return tuple(made(db, row) for row in rows)

    def prefiles_of_clerk(self, clerk: str) -> tuple[Prefile, ...]:
        """The prefiles that she opened and nobody has taken in yet, touched last first."""
        with self.reading() as db:
            rows = db.execute(_SQL["prefiles_of_clerk"], (clerk, self.limits.list_rows)).fetchall()
        return tuple(decode_prefile(row[0]) for row in rows)

    def clients_of(self, clerk: str) -> tuple[Client, ...]:
        """The applicants of her cases, the newest first."""
        open_states = msgspec.json.encode(sorted(OPEN_STATES)).decode()
        with self.reading() as db:
            rows = db.execute(_SQL["applicants_of_clerk"], (clerk, open_states, self.limits.list_rows)).fetchall()
        return tuple(Client(*row) for row in rows)
