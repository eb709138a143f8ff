"""What the line and a terminal's memory tell each other: where the terminal stands, what goes out, what waits.

Both rooms know these values and not each other (`sync.ports.LineStore`).
"""

from __future__ import annotations

import msgspec

from casework.seals import Signed
from casework.wire import Sent


class Position(msgspec.Struct, frozen=True):
    """Where this terminal stands in the hall's log, and who it is."""

    hall: str
    terminal: str
    incarnation: str
    epoch: int
    cursor: int
    chain: str
    known_head: Signed | None
    """The newest head with the hall's signature that was seen."""
    frozen: str = ""
    """Why the cursor stands still (S24); empty while all is well."""
    keep: tuple[str, ...] = ()
    """Scopes that the log has taken away and that are still needed here (S7)."""
    adrift: bool = False
    """What was sealed here may be sent only by a new incarnation (S27)."""
    acked: int = 0
    """The hall's mark of own envelopes, as far as it is known here."""
    former_to: int = 0
    """The last own envelope of what a former number had brought and a restored hall has lost; 0: nothing (S25)."""


class Outgoing(msgspec.Struct, frozen=True):
    """The next envelopes to send, groups whole, within the bounds asked for."""

    first: int
    last: int
    prev: str
    head: str
    events: tuple[Sent, ...]


class Pending(msgspec.Struct, frozen=True):
    """What waits: for the status line, `sync --once` and `doctor`."""

    unsent: int
    oldest: str
    """Legal time of the oldest unsent fact; empty when nothing waits."""
    held: int
    rejected: int


class Refill(msgspec.Struct, frozen=True):
    """A page that a newly given scope asks for: of the log behind `place`, where the chain is `chain` (S7)."""

    scope: str
    place: int
    chain: str


class Piece(msgspec.Struct, frozen=True):
    """A part of a terminal's copy of the log that it can prove: entries up to a head that the hall has signed (S25)."""

    last: int
    head: Signed
    entries: tuple[msgspec.Raw, ...]
    held: tuple[int, ...]
    """Which of them are here with their bytes; the others are hidden from this terminal."""
    after: int = 0
    """The place before them."""
    start: str = ""
    """The chain there, where it is known: the hall may not know that place."""
