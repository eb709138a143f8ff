"""What waits in the tray climbs: from its window to its post, and to the supervisor (S16)."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.ambient import stamp
from casework.climbing import Age, Level, age_of
from tests.people import CALENDAR

FRIDAY = "2026-11-20T16:30:00.000"
"""Before a week-end without a working day in it."""


@pytest.mark.parametrize(
    ("now", "level", "days"),
    [
        ("2026-11-20T16:30:00.000", Level.TERMINAL, 0),
        ("2026-11-22T20:00:00.000", Level.TERMINAL, 0),
        ("2026-11-23T16:29:00.000", Level.TERMINAL, 0),
        ("2026-11-23T16:30:00.000", Level.POST, 1),
        ("2026-11-24T16:29:00.000", Level.POST, 1),
        ("2026-11-24T16:30:00.000", Level.SUPERVISOR, 2),
        ("2026-12-04T16:30:00.000", Level.SUPERVISOR, 10),
    ],
)
def test_s16_after_a_working_day_it_is_for_the_post_and_after_two_for_the_supervisor(
    now: str, level: Level, days: int
) -> None:
    age = age_of(FRIDAY, datetime.fromisoformat(now), CALENDAR)
    assert (age.level, age.working_days) == (level, days)


def test_s16_a_sunday_that_is_worked_on_counts() -> None:
    saturday = "2026-09-19T10:00:00.000"
    assert age_of(saturday, datetime(2026, 9, 20, 9, 59), CALENDAR).level is Level.TERMINAL  # noqa: DTZ001
    assert age_of(saturday, datetime(2026, 9, 21, 9, 0), CALENDAR).level is Level.POST  # noqa: DTZ001


@pytest.mark.parametrize("since", ["", "x", "0001-01-01T00:00:00.000"])
def test_s16_a_time_that_says_nothing_is_old_and_nobody_overlooks_it(since: str) -> None:
    assert age_of(since, datetime(2026, 11, 23, 9, 0), CALENDAR) == Age(Level.SUPERVISOR, 0, 0)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-11-20T16:00:00.000", 0),  # a clock that was put back
        ("2026-11-20T17:29:59.999", 0),
        ("2026-11-20T17:30:00.000", 1),
        ("2026-12-20T16:29:59.000", 719),
        ("2026-12-20T16:30:00.000", 720),
    ],
)
def test_s16_the_hours_shown_are_full_ones_and_never_less_than_none(now: str, hours: int) -> None:
    assert age_of(FRIDAY, datetime.fromisoformat(now), CALENDAR).hours == hours


_TIMES = st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30))  # noqa: DTZ001


@given(since=_TIMES, one=_TIMES, two=_TIMES)
def test_s16_nothing_climbs_down_again(since: datetime, one: datetime, two: datetime) -> None:
    order = list(Level)
    first, later = sorted((one, two))
    before, after = (age_of(stamp(since), now, CALENDAR) for now in (first, later))
    assert order.index(before.level) <= order.index(after.level)
    assert before.hours <= after.hours
