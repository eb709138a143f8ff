"""The effects that the trade needs, as arguments: a clock and new ids; and the forms that time and ids have.

Times are the hall's civil time (UTC+8, no summer time), naive `datetime`; on the wire
`YYYY-MM-DDTHH:MM:SS.mmm` (`stamp`, `moment`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from casework.errors import BadBytes

CIVIL = timedelta(hours=8)
"""How far the halls' civil time is ahead of UTC, the whole year."""

NewId = Callable[[], str]
"""Gives a fresh UUIDv7 as 32 lower-case hex digits; for index locality only, no order is read from it (S1)."""


class Clock(Protocol):
    """Where time comes from; the composition root has the real one, tests and the simulated world their own."""

    def now(self) -> datetime:
        """The hall's civil time as this machine believes it, naive."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment of this boot; never goes back."""
        ...


def uuid7(milliseconds: int, fresh: int) -> str:
    """A UUIDv7 (RFC 9562) as 32 hex digits.

    Args:
        milliseconds: since 1970, UTC.
        fresh: 80 random bits; six of them give way to version and variant.
    """
    value = (milliseconds & (1 << 48) - 1) << 80 | fresh
    value = value & ~(0xF << 76) | 7 << 76
    return f"{value & ~(0b11 << 62) | 0b10 << 62:032x}"


def stamp(moment_: datetime) -> str:
    """`moment_` as it is written into facts and entries, to the millisecond."""
    return moment_.isoformat(timespec="milliseconds")


def moment(text: str) -> datetime:
    """The naive civil time that `stamp` wrote.

    Raises BadBytes when it is no such text.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as cause:
        raise BadBytes("bytes.time", text=text[:40]) from cause
    return read.replace(tzinfo=None)
