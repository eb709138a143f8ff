"""The effects that the trade needs, as arguments: a clock and new ids.

Times are the hall's civil time (UTC+8, no summer time), naive `datetime`; on the wire
`YYYY-MM-DDTHH:MM:SS.mmm` (`stamp`, `moment`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from casework.errors import BadBytes

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
