"""How long something has waited in the tray, and who is to see to it now (S16). Pure: since when, now, the calendar."""

from __future__ import annotations

import enum
from datetime import datetime

import msgspec

from casework.ambient import moment
from casework.calendar import Calendar
from casework.errors import BadBytes, BadDate


class Level(enum.StrEnum):
    """Who sees to it first. What has climbed stays with those below, too."""

    TERMINAL = "terminal"
    """The window where it was made."""
    POST = "post"
    """Everybody at its post: it has waited for a working day."""
    SUPERVISOR = "supervisor"
    """The supervisor: it has waited for two."""


class Age(msgspec.Struct, frozen=True):
    """How long it has waited: whole working days, and the hours of civil time in all."""

    level: Level
    working_days: int
    hours: int


def age_of(since: str, now: datetime, calendar: Calendar) -> Age:
    """The age of what waits since `since` (a `stamp`), at `now`, by the working days of `calendar`.

    A working day is over at the same time of the next one. A time that can't be read, or lies before the calendar
    begins, counts as old: nobody overlooks it.
    """
    try:
        begun = moment(since)
        days = calendar.working_days_between(begun.date(), max(begun, now).date())
    except (BadBytes, BadDate, ValueError):
        return Age(Level.SUPERVISOR, 0, 0)
    if days and now.time() < begun.time() and calendar.is_working_day(now.date())[0]:
        days -= 1  # today's is not over yet
    level = (Level.TERMINAL, Level.POST, Level.SUPERVISOR)[min(days, 2)]
    return Age(level, days, max(0, int((now - begun).total_seconds() // 3600)))
