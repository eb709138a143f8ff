"""What stands before every answer: bodies that can be read, signatures that hold, one and the same log (S8, S24)."""

from __future__ import annotations

from typing import Any

from casework.errors import BadBytes
from casework.facts import NO_HASH
from casework.seals import Signed, check, key_id, read
from casework.wire import Batch, Offer
from hall.errors import BadRequest, Diverged, Forbidden, Gathering, Unproven
from hall.rows import HallRow, TerminalRow
from hall.store import Reading


def same_log(reading: Reading, hall: HallRow, epoch: int, seq: int, chain: str) -> None:
    """S24: whoever is beyond the head, in another epoch or on another chain gets nothing and leaves nothing."""
    if epoch != hall.epoch:
        raise Diverged("hall.diverged", what="epoch", epoch=hall.epoch)
    if seq > hall.seq or seq < 0:
        raise Diverged("hall.diverged", what="cursor", newest=hall.seq)
    if chain != (reading.chain_at(seq) if seq else NO_HASH):
        raise Diverged("hall.diverged", what="chain", at=seq)


def enrolled(terminal: TerminalRow | None, stated: Batch | Offer) -> TerminalRow:
    """The terminal that says so. Raises Unproven when nobody knows it, Forbidden when it is revoked or another one."""
    if terminal is None:
        raise Unproven("hall.unknown_key")
    in_use(terminal)
    if terminal.incarnation != stated.incarnation:
        raise Forbidden("hall.not_enrolled", number=terminal.number)
    return terminal


def taking_in(hall: HallRow) -> None:
    """Raises Gathering while no numbers are given: latched, or gathering what a restore has lost (S24, S25)."""
    if hall.latched:
        raise Gathering("hall.latched")
    if hall.healing:
        raise Gathering("hall.healing", until=hall.healing[11:16])


def in_use(terminal: TerminalRow) -> TerminalRow:
    """The terminal, if it may ask and push. Raises Forbidden with what to do."""
    if terminal.adopted_by:
        raise Forbidden("hall.adopted", number=terminal.number, by=terminal.adopted_by)
    if not terminal.active:
        raise Forbidden("hall.revoked", number=terminal.number)
    return terminal


def read_body(data: bytes, kind: type[Any]) -> Any:
    """A request's body as `kind`. Raises BadRequest."""
    try:
        return read(data, kind)
    except BadBytes as cause:
        raise BadRequest("hall.unreadable", what=kind.__name__) from cause


def unsealed(signed: Signed, public: str, purpose: str, kind: type[Any]) -> Any:
    """What is inside `signed`, if it was sealed with the key `public` for `purpose`. Raises Unproven."""
    proven(signed, public, purpose)
    try:
        return read(bytes(signed.body), kind)
    except BadBytes as cause:
        raise Unproven("hall.signature") from cause


def proven(signed: Signed, public: str, purpose: str) -> None:
    """Raises Unproven when `signed` was not sealed with the key `public` for `purpose`."""
    try:
        if signed.key != key_id(public):
            raise Unproven("hall.signature")
        check(signed, public, purpose)
    except (BadBytes, ValueError) as cause:
        raise Unproven("hall.signature") from cause
