"""Facts, and the envelopes that seal them (sync.md S1-S3, S5).

A fact is in the past tense, made once, encoded once, stored and resent byte for byte. An envelope
gives it a place in the chain of one incarnation of one terminal.
"""

from __future__ import annotations

import hashlib

import msgspec

from casework.errors import UNREADABLE, BadBytes
from casework.limits import LIMITS, Limits

NO_HASH = "0" * 64
"""The previous hash of the first envelope of an incarnation, and the chain before the first entry."""

HALL = "0000"
"""The hall is a terminal of its own (S10)."""


class Group(msgspec.Struct, frozen=True, gc=False):
    """Facts of one command and one class, committed, sent, judged and accepted all or none (S3)."""

    id: str
    index: int
    size: int
    after: str | None = None
    """The group of the same command that is judged before this one."""


class Base(msgspec.Struct, frozen=True, gc=False):
    """What its maker had seen (S5): the hall's log up to `cursor`, and the own fact before it."""

    epoch: int
    cursor: int
    local_seq: int


class LegalTime(msgspec.Struct, frozen=True, gc=False):
    """The counter's time, the one on the paper, with its evidence (S29)."""

    at: str
    """Hall civil time, `casework.ambient.stamp`."""
    offset_ms: int | None = None
    """This clock minus the hall's at the last contact, milliseconds; None when there never was one."""
    contact: str | None = None
    """Hall time of the last contact."""
    same_boot: bool = False
    """The last contact was in this boot."""

    def is_good(self, now: str, limits: Limits = LIMITS) -> bool:
        """Whether the evidence carries the time without a supervisor's word (S29). `now`: the hall's time."""
        if self.offset_ms is None or abs(self.offset_ms) > limits.clock_offset_seconds * 1000:
            return False
        if self.same_boot:
            return True
        from casework.ambient import moment

        contact = moment(self.contact or self.at)
        since = (moment(now) - contact).total_seconds()  # before the contact: somebody has set the clock back since
        return -limits.clock_offset_seconds <= since <= limits.clock_contact_seconds


class Fact(msgspec.Struct, frozen=True, gc=False):
    """What happened, once, for ever. `body` is the exact JSON of the type's own struct in `casework.events`."""

    id: str
    type: str
    version: int
    root: str
    """Bundle, stage or case: the lane of S15."""
    case: str
    group: Group
    actor: str
    """Staff number; `""` for the hall's own facts."""
    post: str
    visit: str
    base: Base
    time: LegalTime
    catalogue: str
    """Version of the catalogue by hash; `""` where none matters."""
    roster: int
    """Position in the log of the newest roster entry its maker had."""
    body: msgspec.Raw


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """A fact's place in the chain of an incarnation (S2)."""

    terminal: str
    incarnation: str
    seq: int
    prev: str
    fact_hash: str

    @property
    def hash(self) -> str:
        """SHA-256 over all fields, hex."""
        text = f"yichuang-envelope-1\n{self.terminal}\n{self.incarnation}\n{self.seq}\n{self.prev}\n{self.fact_hash}"
        return digest(text.encode())


_encode = msgspec.json.Encoder().encode
_decode_fact = msgspec.json.Decoder(Fact).decode


def digest(data: bytes) -> str:
    """SHA-256, hex. The algorithm's name stands beside every stored hash's format (`yichuang-envelope-1`)."""
    return hashlib.sha256(data).hexdigest()


def encode_body(body: msgspec.Struct) -> msgspec.Raw:
    """The exact bytes of a fact's body."""
    return msgspec.Raw(_encode(body))


def encode_fact(fact: Fact, limits: Limits = LIMITS) -> bytes:
    """The bytes of `fact`, for ever.

    Raises BadBytes when they would be more than a fact may have (S3).
    """
    data = _encode(fact)
    if len(data) > limits.fact_bytes:
        raise BadBytes("bytes.fact_too_big", size=len(data), most=limits.fact_bytes)
    return data


def decode_fact(data: bytes | msgspec.Raw) -> Fact:
    """The fact in `data`.

    Raises BadBytes when the bytes are no fact; unknown fields are passed over, an unknown type is not an error here.
    """
    try:
        return _decode_fact(data)
    except UNREADABLE as cause:
        raise BadBytes("bytes.fact", reason=str(cause)) from cause
