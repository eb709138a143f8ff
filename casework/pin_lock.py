"""How long wrong PINs in a row lock a person out (security.md): the same at a window and at the hall's machine."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.ambient import moment
from casework.limits import Limits

MOST_DOUBLINGS = 6
"""A lock lasts 16 hours at most: until tomorrow morning, whoever else may help."""


def lock_of(failures: int, limits: Limits) -> timedelta:
    """How long after so many wrong PINs in a row; nothing before `limits.pin_tries`, then doubling."""
    if failures < limits.pin_tries:
        return timedelta()
    doublings = min(failures - limits.pin_tries, MOST_DOUBLINGS)
    return timedelta(seconds=limits.pin_lock_seconds * 2**doublings)


def end_of(failures: int, until: str, now: datetime, limits: Limits) -> datetime | None:
    """When a lock that was kept ends; None where none holds. A clock that was set back locks nobody for years.

    Args:
        failures: wrong PINs in a row.
        until: the end as it was written down (`stamp`); empty: there is none.
        now: the time of whoever asks.
        limits: how long a lock is.
    """
    if not until:
        return None
    end = min(moment(until), now + lock_of(failures, limits))
    return end if now < end else None
