"""Reads a batch before any lock is taken (S8): envelopes rebuilt and hashed, facts decoded, sizes checked."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from casework.admit import Judgement
from casework.errors import UNREADABLE, BadBytes
from casework.events import EVENTS, Klass
from casework.facts import Envelope, Fact, decode_fact
from casework.limits import LIMITS, Limits
from casework.wire import Batch, Sent, envelopes


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One envelope with what came in it."""

    envelope: Envelope
    data: bytes | None
    """The fact's exact bytes; None for a stub (S12)."""
    fact: Fact | None
    trouble: Judgement | None = None
    """Why it can't be judged at all."""
    is_counter: bool = False
    """A fact of the counter, which is never refused (S14)."""
    resolves: bool = False
    """It settles a tray entry, and so goes past the lane's hold (S15)."""
    hash: str = ""
    """The envelope's, computed once."""

    @property
    def id(self) -> str:
        """The name under which a person settles it: the fact's id, or the hash of bytes that nobody could read."""
        return self.fact.id if self.fact else self.envelope.fact_hash


def read_pieces(batch: Batch, limits: Limits = LIMITS) -> tuple[Piece, ...]:
    """The envelopes of `batch`, each with its fact or with what is wrong with it.

    Raises BadBytes when the batch as a whole is not what its terminal signed (T16).
    """
    sealed = envelopes(batch)
    hashes = (*(envelope.prev for envelope in sealed[1:]), batch.head)
    return tuple(
        _piece(envelope, event, hash_, limits)
        for envelope, event, hash_ in zip(sealed, batch.events, hashes, strict=True)
    )


def _piece(envelope: Envelope, event: Sent, hash_: str, limits: Limits) -> Piece:
    if event.stub:
        return Piece(envelope, None, None, Judgement("held", "bytes", {"reason": event.stub[:200]}), hash=hash_)
    return piece_of(envelope, bytes(event.fact), hash_, limits)


def piece_of(envelope: Envelope, data: bytes, hash_: str, limits: Limits = LIMITS) -> Piece:
    """An envelope whose hash is `hash_`, with the fact's bytes."""
    try:
        fact = decode_fact(data)
    except BadBytes as error:
        return Piece(envelope, data, None, Judgement("held", "bytes", {"reason": type(error).__name__}), hash=hash_)
    row = EVENTS.get(fact.type)
    of_a_case = row is None or row.klass is not Klass.TERMINAL
    if not (fact.id and fact.root and (fact.case or not of_a_case)):
        return Piece(envelope, data, None, Judgement("held", "bytes", {"reason": "id"}), hash=hash_)
    too_big = len(data) > limits.fact_bytes or fact.group.size > limits.group_facts
    trouble = Judgement("rejected", "too_big") if too_big else None
    counter = row is not None and row.klass is Klass.COUNTER
    return Piece(envelope, data, fact, trouble, counter, fact.type.startswith("resolve."), hash_)


def in_groups(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Neighbours of one group together (S3); what can't be read stands alone, counter facts apart. What this version
    does not know is of the class of its group (S32): judged without the others it would never be whole again.

    An id that comes again begins another group: the first is judged before the second is looked up (T3).
    """
    groups: list[list[Piece]] = []
    ids: set[str] = set()
    last, klass = None, None
    for piece in pieces:
        mark = piece.fact.group.id if piece.fact else None
        own = piece.is_counter if piece.fact and piece.fact.type in EVENTS else None
        if mark is not None and mark == last and piece.id not in ids and (own is None or klass in {None, own}):
            groups[-1].append(piece)
        else:
            groups.append([piece])
            ids.clear()
            klass = None
        ids.add(piece.id)
        last, klass = mark, klass if own is None else own
    return groups


class _Number(msgspec.Struct):
    number: str = ""


_number = msgspec.json.Decoder(_Number).decode


def number_in(fact: Fact) -> str:
    """The number that a `received` or `renumbered` gives its case; empty where it can't be read."""
    try:
        return _number(fact.body).number
    except UNREADABLE:
        return ""
