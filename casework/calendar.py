"""Working days of the hall, from a calendar that is data (R20, R24).

The State Council publishes each year's days off and make-up days late in the year before. Past the end of the table
the days are counted Monday to Friday without the fixed national days, and what comes out is provisional (暂定) until a
newer calendar is pushed. Days are the hall's civil days; who has a moment in UTC converts it first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import msgspec

from casework.errors import UNREADABLE, BadCatalogue, BadDate

MOST_DAYS = 4000
"""The longest amount of days that is counted; more is a slip of the finger."""

MOST_YEARS = 100
"""How far past its table the calendar counts; later is a slip of the finger too."""

_OLDEST_YEAR = 1950
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class Due(msgspec.Struct, frozen=True):
    """A day that was counted to; `provisional` when the calendar's table did not reach so far."""

    day: date
    provisional: bool


class Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days off (weekends within a holiday too), and weekend days that are worked for them."""

    off: tuple[date, ...]
    work: tuple[date, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, as it stands."""

    version: str
    source: str
    office: tuple[tuple[str, str], ...]
    years: dict[int, Year]
    every_year: tuple[str, ...]
    moving: dict[int, tuple[date, ...]]


class Calendar:
    """One version of the calendar; never changes after it was read.

    Attributes:
        version: its name, as the log and the status line show it.
        first: the first day that it knows; earlier days are refused.
        last: the last day of the published table; later days are provisional.
        office: opening spans of the office day, as minutes after midnight.
        office_day: minutes that an office day has.
    """

    def __init__(
        self,
        version: str,
        years: Mapping[int, tuple[frozenset[date], frozenset[date]]],
        fixed: frozenset[tuple[int, int]],
        moving: frozenset[date],
        office: tuple[tuple[int, int], ...],
    ) -> None:
        """Take parts that `parse` has checked: per year days off and make-up days, then the fixed national days."""
        self.version = version
        self.first = date(min(years), 1, 1)
        self.last = date(max(years), 12, 31)
        self.office = office
        self.office_day = sum(closes - opens for opens, closes in office)
        self._off = frozenset().union(*(off for off, _ in years.values())) | moving
        self._work = frozenset().union(*(work for _, work in years.values()))
        self._fixed = fixed
        # The working days of a year as day numbers: made once, then counting is a search and no loop over days.
        self._ordinals: dict[int, tuple[int, ...]] = {}

    def is_working_day(self, day: date) -> tuple[bool, bool]:
        """Whether the hall works on `day`, and whether that is provisional.

        Raises:
            BadDate: before the table's first year, or a century past its end.
        """
        self._expect_known(day)
        return self._works(day), day > self.last

    def add_working_days(self, start: date, count: int) -> Due:
        """The day on which `count` working days have run, `start` itself not counted; 0 gives `start`.

        Raises:
            BadDate: `start` is before the table's first year, or `count` is negative or beyond `MOST_DAYS`.
        """
        self._expect_known(start)
        expect_count(count)
        day = start.toordinal()
        year = start.year
        while count:
            ordinals = self._year(year)
            position = bisect_right(ordinals, day) + count - 1
            if position < len(ordinals):
                day, count = ordinals[position], 0
            else:
                count = position - len(ordinals) + 1
                year += 1
                day = date(year, 1, 1).toordinal() - 1
        due = date.fromordinal(day)
        return Due(due, due > self.last)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative when `end` is earlier.

        Raises:
            BadDate: one of them is before the table's first year, or a century past its end.
        """
        if end < start:
            return -self.working_days_between(end, start)
        self._expect_known(start)
        self._expect_known(end)
        first, last = start.toordinal(), end.toordinal()
        return sum(
            bisect_right(self._year(year), last) - bisect_right(self._year(year), first)
            for year in range(start.year, end.year + 1)
        )

    def next_working_day(self, day: date) -> Due:
        """`day` itself when the hall works on it, else the next day on which it does.

        Raises:
            BadDate: before the table's first year, or a century past its end.
        """
        return self.add_working_days(day, 0 if self.is_working_day(day)[0] else 1)

    def _works(self, day: date) -> bool:
        ordinals = self._year(day.year)
        number = day.toordinal()
        position = bisect_left(ordinals, number)
        return position < len(ordinals) and ordinals[position] == number

    def _year(self, year: int) -> tuple[int, ...]:
        known = self._ordinals.get(year)
        if known is None:
            days = (
                date(year, 1, 1) + timedelta(days=n) for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)
            )
            known = tuple(day.toordinal() for day in days if self._rule(day))
            self._ordinals[year] = known
        return known

    def _rule(self, day: date) -> bool:
        if day in self._work:
            return True
        if day.weekday() >= _SATURDAY or day in self._off:
            return False
        return day <= self.last or (day.month, day.day) not in self._fixed

    def _expect_known(self, day: date) -> None:
        if day < self.first:
            raise BadDate("date.before_calendar", day=day.isoformat(), first=self.first.isoformat())
        if day.year > self.last.year + MOST_YEARS:
            raise BadDate("date.after_calendar", day=day.isoformat(), last=self.last.isoformat())


def expect_count(count: int) -> None:
    """Refuse an amount of days that can't be meant.

    Raises:
        BadDate: negative, or more than `MOST_DAYS`.
    """
    if not 0 <= count <= MOST_DAYS:
        raise BadDate("date.count", given=count, most=MOST_DAYS)


def read_table(data: bytes) -> Table:
    """The file as values, whatever its days say. Raises BadCatalogue when it is no such file."""
    try:
        return msgspec.json.decode(data, type=Table)
    except UNREADABLE as error:
        raise BadCatalogue("calendar.unreadable", reason=str(error)) from error


def parse(data: bytes) -> Calendar:
    """Read a calendar from the bytes of its JSON file.

    Raises:
        BadCatalogue: it is no such file, or its years have a gap, or a day in it contradicts another.
    """
    table = read_table(data)
    try:
        every_year = [date.fromisoformat(f"2024-{day}") for day in table.every_year]
        office = tuple((_minutes(opens), _minutes(closes)) for opens, closes in table.office)
    except ValueError as error:
        raise BadCatalogue("calendar.unreadable", reason=str(error)) from error
    given = sorted(table.years)
    if not given or given[0] < _OLDEST_YEAR or given != list(range(given[0], given[0] + len(given))):
        raise BadCatalogue("calendar.years", years=", ".join(map(str, given)))
    for year, days in table.years.items():
        for day in (*days.off, *days.work):
            if day.year != year or (day in days.off and day in days.work):
                raise BadCatalogue("calendar.day", day=day.isoformat(), year=year)
        for day in days.work:
            if day.weekday() < _SATURDAY:
                raise BadCatalogue("calendar.make_up", day=day.isoformat())
    times = [minute for span in office for minute in span]
    if not office or any(later <= earlier for earlier, later in pairwise(times)):
        raise BadCatalogue("calendar.office")
    # A year that has been published since says itself what is off in it.
    moving = frozenset(day for year, days in table.moving.items() if year > given[-1] for day in days)
    fixed = frozenset((day.month, day.day) for day in every_year)
    years = {year: (frozenset(days.off), frozenset(days.work)) for year, days in table.years.items()}
    return Calendar(table.version, years, fixed, moving, office)


def _minutes(clock: str) -> int:
    moment = time.fromisoformat(clock)
    return moment.hour * 60 + moment.minute


def office_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Minutes in which the hall is open from `start` to `end` (hall time), seconds dropped; 0 when `end` is earlier.

    Raises:
        BadDate: `start` is before the table's first year.
    """
    if end <= start:
        return 0
    if start.date() == end.date():
        works, _ = calendar.is_working_day(start.date())
        return _open_until(calendar, end) - _open_until(calendar, start) if works else 0
    between = calendar.working_days_between(start.date(), end.date() - _ONE_DAY) * calendar.office_day
    first = calendar.office_day - _open_until(calendar, start) if calendar.is_working_day(start.date())[0] else 0
    last = _open_until(calendar, end) if calendar.is_working_day(end.date())[0] else 0
    return first + between + last


def _open_until(calendar: Calendar, moment: datetime) -> int:
    """Office minutes of an office day that are over at `moment`."""
    minute = moment.hour * 60 + moment.minute
    return sum(max(0, min(minute, closes) - opens) for opens, closes in calendar.office)
