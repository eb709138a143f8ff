"""Applications before their number: folded from the same facts as the case that they will be, found by code (S22)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from casework.errors import BadBytes
from casework.facts import Fact
from casework.outbox import Row
from casework.prefile import SPEAK, Prefile, decode_prefile, encode_prefile, fold_prefile
from casework.wire import decode_entry
from local_db.connection import Connected
from local_db.replay import counts, readable
from local_db.sql import queries

_IN_CLEAR = frozenset({"prefile.taken", "prefile.closed"})
"""What says nothing of a person that has to be fetched to go on with it."""
_SQL = queries("replay")
_FIND = queries("finding")


def follow(db: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    """Make anew what is shown of the prefiles that `facts` begin, move or end."""
    moved: dict[str, bool] = {}
    for fact in facts:
        if fact.case and fact.type.startswith(SPEAK):
            moved[fact.case] = moved.get(fact.case, False) or fact.type.startswith("prefile.")
    for case_id, surely in moved.items():
        if surely or db.execute(_SQL["is_prefile"], (case_id,)).fetchone():  # most cases never were one
            reshow_prefile(db, case_id)


def follow_own(db: sqlite3.Connection, cases: Iterable[str]) -> None:
    """Make the prefiles among `cases` anew: own facts of them were judged, given up or taken back."""
    cases = sorted(filter(None, cases))
    if not cases:
        return
    named = msgspec.json.encode(cases).decode()
    for (case_id,) in db.execute(_SQL["prefiles_among"], (named,)).fetchall():
        reshow_prefile(db, case_id)


def reshow_prefile(db: sqlite3.Connection, case_id: str, upto: int | None = None) -> None:
    """Make what is shown of a prefile anew: what the log says, and the own facts on top of it.

    `upto`: as far as the log is folded now; None: to the cursor.
    """
    said, masked = _in_log(db, case_id, upto)
    prefile = fold_prefile([*said, *_on_top(db, case_id)])
    if prefile is not None and masked:
        prefile = msgspec.structs.replace(prefile, masked=True)
    if prefile is None:
        db.execute(_SQL["drop_prefile"], (case_id,))
        return
    who = prefile.form.applicant
    row = (
        case_id, prefile.code, prefile.form.item, prefile.state, who.name if who else "", who.id if who else "",
        prefile.touched_at or prefile.opened_at, prefile.opened_by, encode_prefile(prefile),
    )  # fmt: skip
    db.execute(_SQL["keep_prefile"], row)


def _in_log(db: sqlite3.Connection, case_id: str, upto: int | None) -> tuple[list[Fact], bool]:
    """The facts that the log has, in full where they were made here or fetched; whether one is masked (S7)."""
    facts: list[Fact] = []
    masked = False
    unseen = db.execute(_SQL["closed_unseen"], (case_id,)).fetchall()
    for seq, data in db.execute(_SQL["said_of_case"], (case_id, upto)).fetchall():
        while unseen and unseen[0][0] < seq:  # where it stands in the log
            closed = readable(unseen.pop(0)[1])
            facts += [closed] if facts and closed else []  # nothing seen was closed by it
        try:
            entry = decode_entry(data)
        except BadBytes:
            continue
        full = db.execute(_SQL["full_bytes"], (entry.fact_id,)).fetchone() if entry.masked else None
        fact = readable(full[0] if full else bytes(entry.fact))
        facts += [fact] if fact else []
        masked = masked or (entry.masked and full is None and fact is not None and fact.type not in _IN_CLEAR)
    facts += filter(None, [readable(data) for _, data in unseen])
    return facts, masked


def _on_top(db: sqlite3.Connection, case_id: str) -> list[Fact]:
    rows = db.execute(_SQL["overlay"], (case_id,)).fetchall()
    found = [readable(data) for state, type_, data in rows if counts(type_, Row(state))]
    return [fact for fact in found if fact is not None]


class Prefiles(Connected):
    """Prefiles as the screens ask for them."""

    def prefile(self, code: str) -> tuple[Prefile, ...]:
        """Those with this short code: one, or by a rare chance two."""
        with self.reading() as db:
            return _read(db.execute(_FIND["prefile_by_code"], (code,)).fetchall())

    def prefile_of(self, case_id: str) -> Prefile | None:
        """The prefile with this id."""
        with self.reading() as db:
            return prefile_in(db, case_id)

    def prefiles(self, text: str = "", limit: int = 0) -> tuple[Prefile, ...]:
        """Those that wait, touched last first; `text`: a name or an identity number."""
        most = min(limit or self.limits.list_rows, self.limits.list_rows)
        with self.reading() as db:
            return _read(db.execute(_FIND["prefiles"], (text, text, f"%{text}%", most)).fetchall())

    def let_go_prefile(self, case_id: str) -> None:
        """It goes on where this terminal does not see it: off the list, until something is said of it here again."""
        with self.transaction() as db:
            db.execute(_SQL["drop_prefile"], (case_id,))


def prefile_in(db: sqlite3.Connection, case_id: str) -> Prefile | None:
    """The prefile with this id as `db` shows it, inside an open act too."""
    found = _read(db.execute(_FIND["prefile_by_id"], (case_id,)).fetchall())
    return found[0] if found else None


def _read(rows: list[tuple[bytes]]) -> tuple[Prefile, ...]:
    return tuple(decode_prefile(row[0]) for row in rows)
