"""What stands before every answer: bodies that can be read, signatures that hold, one and the same log (S8, S24)."""

from __future__ import annotations

from typing import Any

from casework.errors import BadBytes
from casework.facts import NO_HASH
from casework.seals import Signed, key_id, read, unseal
from hall.errors import BadRequest, Diverged, Unproven
from hall.rows import HallRow
from hall.store import Reading


def same_log(reading: Reading, hall: HallRow, epoch: int, seq: int, chain: str) -> None:
    """S24: whoever is beyond the head, in another epoch or on another chain gets nothing and leaves nothing."""
    if epoch != hall.epoch:
        raise Diverged("hall.diverged", what="epoch", epoch=hall.epoch)
    if seq > hall.seq or seq < 0:
        raise Diverged("hall.diverged", what="cursor", newest=hall.seq)
    if chain != (reading.chain_at(seq) if seq else NO_HASH):
        raise Diverged("hall.diverged", what="chain", at=seq)


def read_body(data: bytes, kind: type[Any]) -> Any:
    """A request's body as `kind`. Raises BadRequest."""
    try:
        return read(data, kind)
    except BadBytes as cause:
        raise BadRequest("hall.unreadable", what=kind.__name__) from cause


def unsealed(signed: Signed, public: str, purpose: str, kind: type[Any]) -> Any:
    """What is inside `signed`, if it was sealed with the key `public` for `purpose`. Raises Unproven."""
    try:
        if signed.key != key_id(public):
            raise Unproven("hall.signature")
        return unseal(signed, public, purpose, kind)
    except (BadBytes, ValueError) as cause:
        raise Unproven("hall.signature") from cause
