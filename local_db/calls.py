"""Calls from window to person: who is asked to come where, and whether she has answered. Kept for the day."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from casework import bodies
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Fact
from casework.rules.calls import TYPES
from local_db.connection import Connected
from local_db.replay import readable
from local_db.sql import queries

_SQL = queries("calls")


class Call(msgspec.Struct, frozen=True):
    """One call. `answered_at` is empty while nobody has answered."""

    id: str
    to: str
    terminal: str
    number: str
    by: str
    at: str
    answered_by: str = ""
    answered_at: str = ""


def heard(db: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    """Note calls and answers, in whatever order they come; hearing one twice changes nothing."""
    for fact in facts:
        if fact.type in TYPES:
            _hear(db, fact)


def _hear(db: sqlite3.Connection, fact: Fact) -> None:
    try:
        body = body_of(fact)
    except BadBytes:
        return
    if isinstance(body, bodies.Called):
        row = (fact.case, body.to, body.terminal, body.number, fact.actor, fact.time.at)
        db.execute(_SQL["keep_call"], row)
    else:
        db.execute(_SQL["keep_answer"], (fact.case, fact.actor, fact.time.at))


def heard_own(db: sqlite3.Connection) -> None:
    """What was called from here and the log may not have yet."""
    rows = db.execute(_SQL["own_calls"]).fetchall()
    heard(db, (fact for fact in (readable(row[0]) for row in rows) if fact is not None))


class Calls(Connected):
    """Calls as the screens ask for them."""

    def calls(self, staff: str, since: str) -> tuple[Call, ...]:
        """Calls of that person and to her since a day, oldest first."""
        with self.reading() as db:
            rows = db.execute(_SQL["calls"], (staff, since, self.limits.list_rows)).fetchall()
        return tuple(Call(*row) for row in rows)

    def call(self, call_id: str) -> Call | None:
        """The call with this id."""
        with self.reading() as db:
            row = db.execute(_SQL["call"], (call_id,)).fetchone()
        return Call(*row) if row else None
