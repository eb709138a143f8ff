"""What a terminal tells the hall of itself with each push and pull (S32, S34): no person and no case is in it.

The hall shows it to IT, knows by it what every program can read, and up to when it has heard everything (S30).
"""

from __future__ import annotations

import msgspec

from casework.errors import UNREADABLE
from casework.rollout import Standing

PROTOCOL = 1
"""The form of requests and answers that this program speaks."""


UPDATE = "update.standing"
"""Under this name a terminal keeps its `Standing` among its settings."""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of one terminal, as it says itself. Fields that are absent have their default."""

    at: str = ""
    """The hall's time when it was made, as far as the terminal knows it."""
    program: str = ""
    """Version of the program."""
    protocol: int = 1
    reads: dict[str, int] = {}
    """The newest version of each type that it reads, beyond what every program has read since the first."""
    unsent: int = 0
    oldest: str = ""
    """Legal time of the oldest fact that the hall has not answered; empty while nothing waits."""
    held: int = 0
    rejected: int = 0
    offset_ms: int = 0
    """Its clock minus the hall's."""
    error: str = ""
    """Message id of the trouble of its line before this request."""
    free_mb: int = -1
    """Free on its disk; -1 where nobody looked."""
    prints: int = -1
    """Papers that wait for their printer; -1 where nobody looked."""
    forms: int = -1
    """Unfinished forms at this window; -1 where nobody looked."""
    update: Standing | None = None
    """Which versions it runs, and how it gets on with those it is to run; None where updates are not set up."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Report).decode


def encode_report(report: Report) -> str:
    """`report` for the `report` field of a question."""
    return _encode(report).decode()


def decode_report(text: str | bytes) -> Report | None:
    """The report in `text`; None when there is none that this program can read: nobody is refused for that."""
    try:
        return _decode(text)
    except UNREADABLE:
        return None
