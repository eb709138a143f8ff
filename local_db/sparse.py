"""Up to where this copy of the log is sparse, and the chain there: a restored hall is shown all that lies behind it.

A kept head proves a place (S25), and heads lie apart. Without the chain at the place itself, what lies between it and
the next head would be here and be shown to nobody.
"""

from __future__ import annotations

import sqlite3

import msgspec

from casework.facts import NO_HASH
from casework.seals import Signed
from casework.wire import Head, extend
from local_db.sql import queries

_SQL = queries("sparse")


def floor_of(db: sqlite3.Connection) -> tuple[int, str]:
    """Up to where the copy is sparse, and the chain there; empty where it is not known."""
    floor, known = db.execute(_SQL["floor"]).fetchone()
    place, _, chain = (known or "").partition(" ")
    return floor, chain if place == str(floor) else ""


def head_in(data: bytes) -> Head:
    """What the hall signed of a place."""
    signed: Signed = msgspec.json.decode(data, type=Signed)
    return msgspec.json.decode(signed.body, type=Head)


def raise_floor(db: sqlite3.Connection, end: int, chain: str = "") -> None:
    """Say that the copy is sparse up to `end`, before anything of it goes. `chain`: there, where it is known."""
    chain = chain or _chain_at(db, end)
    db.execute(_SQL["set_floor"], (end,))
    if floor_of(db)[0] == end:
        db.execute(_SQL["keep_chain"], (f"{end} {chain}",))


def forget_floor(db: sqlite3.Connection) -> None:
    """The copy goes on in another log from a place before its floor: no place of that is known."""
    db.execute(_SQL["forget_chain"])


def _chain_at(db: sqlite3.Connection, end: int) -> str:
    """The chain at a place up to which all is here from the floor, or from the newest head before it; else empty."""
    place, chain = floor_of(db)
    chain = chain if place else NO_HASH
    head = db.execute(_SQL["head_before"], (place, end)).fetchone()
    if head is not None:
        place, chain = head[0], head_in(head[1]).chain
    hashes = db.execute(_SQL["hashes"], (place, end)).fetchall()
    if not chain or len(hashes) != end - place:
        return ""
    for (entry_hash,) in hashes:
        chain = extend(chain, entry_hash)
    return chain
