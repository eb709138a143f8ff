"""Snapshots of the hall for terminals that begin, or come back after long (sync.md S21): what is offered, and signed.

A snapshot is one SQLite file per scope, made from one view of the log at `seq`. The hall signs which file belongs to
which place of its log, so whoever has checked signature and hash stands at (`seq`, `chain`) as if it had pulled all.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from casework.errors import BadBytes
from casework.seals import Signed, read

PURPOSE_SNAPSHOT = "snapshot"
OFFER = "Yichuang-Snapshot"
"""The header in which an answer carries its `Offer`."""


class Snapshot(msgspec.Struct, frozen=True):
    """One file: the scope `scope` of the log up to `seq`, where the chain is `chain`."""

    hall: str
    epoch: int
    seq: int
    chain: str
    scope: str
    sha256: str
    size: int
    """Bytes of the file."""
    fold: str
    """Which fold has made the cases' states in it: another one makes them anew from the entries."""
    made_at: str


class Offer(msgspec.Struct, frozen=True):
    """What stands beside the bytes of a file: its signature, the signed head at its place, what the terminal holds."""

    snapshot: Signed
    head: Signed
    scopes: tuple[str, ...] = ()
    """The scopes that the asking terminal holds now. Unsigned: its own `terminal.set` in the log is what counts."""


class BootFile(msgspec.Struct, frozen=True):
    """A file on its way to a terminal: `have` of `size` bytes are there. `proven`: they are what the hall signed."""

    scope: str
    sha256: str
    size: int
    have: int
    proven: bool = False


class Boot(msgspec.Struct, frozen=True):
    """A bootstrap under way at a terminal."""

    epoch: int
    seq: int
    chain: str
    files: tuple[BootFile, ...]
    applying: bool
    """All files are there and proven; what is left needs no hall."""
    done: float = 0.0
    """From 0 to 1, for people."""


def write_offer(offer: Offer) -> str:
    """`offer` as the value of a header."""
    return base64.urlsafe_b64encode(msgspec.json.encode(offer)).decode("ascii")


def read_offer(text: str) -> Offer:
    """The offer in a header's value. Raises BadBytes when it is none."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error, ValueError) as cause:
        raise BadBytes("bytes.message", kind="Offer", reason=str(cause)) from cause
    offer: Offer = read(data, Offer)
    return offer
