"""Reads a batch before any lock is taken (S8): envelopes rebuilt and hashed, facts decoded, sizes checked."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from casework.admit import Judgement
from casework.errors import BadBytes
from casework.events import EVENTS, Klass
from casework.facts import Envelope, Fact, decode_fact
from casework.limits import LIMITS, Limits
from casework.wire import Batch, Sent, envelopes


class Piece(msgspec.Struct, frozen=True):
    """One envelope with what came in it."""

    envelope: Envelope
    data: bytes | None
    """The fact's exact bytes; None for a stub (S12)."""
    fact: Fact | None
    trouble: Judgement | None = None
    """Why it can't be judged at all."""

    @property
    def id(self) -> str:
        """The name under which a person settles it: the fact's id, or the hash of bytes that nobody could read."""
        return self.fact.id if self.fact else self.envelope.fact_hash

    @property
    def is_counter(self) -> bool:
        """Whether it is a fact of the counter, which is never refused (S14)."""
        row = EVENTS.get(self.fact.type) if self.fact else None
        return row is not None and row.klass is Klass.COUNTER

    @property
    def resolves(self) -> bool:
        """Whether it settles a tray entry, and so goes past the lane's hold (S15)."""
        return self.fact is not None and self.fact.type.startswith("resolve.")


def read_pieces(batch: Batch, limits: Limits = LIMITS) -> tuple[Piece, ...]:
    """The envelopes of `batch`, each with its fact or with what is wrong with it.

    Raises BadBytes when the batch as a whole is not what its terminal signed (T16).
    """
    return tuple(_piece(env, event, limits) for env, event in zip(envelopes(batch), batch.events, strict=True))


def _piece(envelope: Envelope, event: Sent, limits: Limits) -> Piece:
    if event.stub:
        return Piece(envelope, None, None, Judgement("held", "bytes", {"reason": event.stub[:200]}))
    data = bytes(event.fact)
    return piece_of(envelope, data, limits)


def piece_of(envelope: Envelope, data: bytes, limits: Limits = LIMITS) -> Piece:
    """An envelope with the fact's bytes."""
    try:
        fact = decode_fact(data)
    except (BadBytes, RecursionError) as error:
        return Piece(envelope, data, None, Judgement("held", "bytes", {"reason": type(error).__name__}))
    if not (fact.id and fact.case and fact.root):
        return Piece(envelope, data, None, Judgement("held", "bytes", {"reason": "id"}))
    too_big = len(data) > limits.fact_bytes or fact.group.size > limits.group_facts
    return Piece(envelope, data, fact, Judgement("rejected", "too_big") if too_big else None)


def in_groups(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Neighbours of one group together (S3); what can't be read stands alone, counter facts apart."""
    groups: list[list[Piece]] = []
    last = None
    for piece in pieces:
        mark = (piece.fact.group.id, piece.is_counter) if piece.fact else None
        if mark is not None and mark == last:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        last = mark
    return groups
