"""Office minutes between many pairs of moments: the same as `calendar.office_minutes`, with each day looked up once."""

from __future__ import annotations

from casework.ambient import moment
from casework.calendar import Calendar
from casework.errors import BadBytes

_MINUTES = 24 * 60


class OfficeTime:
    """A calendar that remembers the days it was asked for."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._origin = calendar.first
        self._open = [sum(max(0, min(m, closes) - opens) for opens, closes in calendar.office) for m in range(_MINUTES)]
        self._clock = {f"{minute // 60:02}:{minute % 60:02}": minute for minute in range(_MINUTES)}
        self._days: dict[str, tuple[int, bool]] = {}

    def between(self, start: str, end: str) -> int:
        """Office minutes from one stamp to a later one; 0 where `end` is earlier.

        Raises BadDate, BadBytes.
        """
        return max(0, self._at(end) - self._at(start))

    def _at(self, stamp: str) -> int:
        """Office minutes from the calendar's first day to that moment."""
        before, works = self._days.get(stamp[:10]) or self._day(stamp[:10])
        if not works:
            return before
        minute = self._clock.get(stamp[11:16])
        if minute is None:
            raise BadBytes("bytes.time", text=stamp[:40])
        return before + self._open[minute]

    def _day(self, text: str) -> tuple[int, bool]:
        day = moment(text).date()
        works, _ = self._calendar.is_working_day(day)
        days = self._calendar.working_days_between(self._origin, day) - works
        found = self._days[text] = days * self._calendar.office_day, works
        return found
