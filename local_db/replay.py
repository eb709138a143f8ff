"""From the log and the own facts to what the screens show.

    confirmed = fold of the log's entries of a case
    shown     = confirmed, and on top of it the own facts that the log has not passed, in the order they were made

Keeps S6 (what is acknowledged stays in the overlay until the cursor has passed it), S14 (what needs the hall counts
only after its word) and S19: undo, apply and replay are one step, because *shown* is always made from *confirmed*.
"""

from __future__ import annotations

import sqlite3

from casework.case import Case, decode_case, encode_case
from casework.errors import BadBytes
from casework.events import EVENTS
from casework.facts import Fact, decode_fact
from casework.folding import evolve
from casework.listing import PersonRow, clerk_of, listed, person_rows, place_rows
from casework.measuring import measured
from casework.outbox import SHOWN, Row, is_shown
from local_db.board import clock_places, row_of
from local_db.sql import queries

_SQL = queries("replay")
HOLE, UNREAD = 1, 2
"""In the column `hole`: an entry of the case is not here; one is here that this program can't read."""
UNINDEXED = 64
"""Names that may wait for the index of words; a search looks through them one by one."""


def counts(type_: str, row: Row) -> bool:
    """Whether an own fact of this type shows; of a type that this version does not know, while nobody refused it."""
    known = EVENTS.get(type_)
    return is_shown(row, known.klass) if known else row in SHOWN or row is Row.HELD


def confirmed_case(db: sqlite3.Connection, case_id: str) -> Case | None:
    """The fold of the log's entries of a case."""
    row = db.execute(_SQL["confirmed"], (case_id,)).fetchone()
    return decode_case(row[3]) if row and row[3] is not None else None


def shown_case(db: sqlite3.Connection, case_id: str) -> Case | None:
    """The case as the screens show it."""
    row = db.execute(_SQL["shown"], (case_id,)).fetchone()
    return decode_case(row[0]) if row else None


def overlaid(db: sqlite3.Connection, case_id: str, case: Case | None) -> Case | None:
    """`case` with the own facts on top that the log has not passed and that sit in no tray."""
    for state, type_, data in db.execute(_SQL["overlay"], (case_id,)).fetchall():
        if counts(type_, Row(state)):
            fact = readable(data)
            case = evolve(case, fact) if fact else case
    return case


def readable(data: bytes) -> Fact | None:
    """The fact in `data`; None when a byte of it broke on this disk (T53): the rest of the case still shows."""
    try:
        return decode_fact(data)
    except BadBytes:
        return None


def reshow(db: sqlite3.Connection, case_id: str, now: str) -> None:
    """Make what is shown of a case anew, from what is confirmed."""
    keep(db, case_id, shown_case(db, case_id), overlaid(db, case_id, confirmed_case(db, case_id)), now)


def keep(
    db: sqlite3.Connection, case_id: str, before: Case | None, after: Case | None, now: str, body: bytes | None = None
) -> None:  # fmt: skip
    """Write `after` as what is shown, where `before` was; with its places, and its people for the finder.

    `body`: `after` as bytes, where somebody has them already.
    """
    if before == after:
        return
    old = place_rows(before)
    new = place_rows(after)
    gone, come = [row for row in old if row not in new], [row for row in new if row not in old]
    if gone:
        db.executemany(_SQL["drop_place"], gone)
    had, has = (case.former_numbers if case else () for case in (before, after))
    if had and had != has:
        db.executemany(_SQL["drop_alias"], [(number, case_id) for number in had if number not in has])
    if after is None:
        db.execute(_SQL["drop_shown"], (case_id,))
        return
    *columns, visit, checks = listed(after)
    marks = (bool(after.reprint), len(after.open_recalls))
    measures = measured(after)
    counted = row_of(measures)
    if come:
        db.executemany(_SQL["keep_place"], [(*row, measures.terms) for row in come])
    if len(come) < len(new):
        clock_places(db, [row for row in new if row in old], measures.terms)
    state = body or encode_case(after)
    row = (case_id, after.root, *columns, now, visit, checks, *marks, *counted, clerk_of(after), state)
    db.execute(_SQL["keep_shown"], row)
    if after.former_numbers:
        db.executemany(_SQL["keep_alias"], [(number, case_id) for number in after.former_numbers])
    if before is None or before.received != after.received:
        for person in person_rows(after):
            _keep_person(db, person)
        agent = after.received.agent
        if agent is not None and agent.id:
            db.execute(_SQL["keep_agent"], (agent.id, case_id, after.received_at))


def _keep_person(db: sqlite3.Connection, person: PersonRow) -> None:
    made = db.execute(_SQL["keep_person"], person)
    if made.rowcount and db.execute(_SQL["unindexed"]).fetchone()[0] >= UNINDEXED:
        db.execute(_SQL["index_words"])
        db.execute(_SQL["indexed"])
