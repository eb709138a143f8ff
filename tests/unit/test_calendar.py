"""Working days: what a clerk counts on her fingers must be what the console prints."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import calendar
from casework.errors import BadCatalogue, BadDate

DATA = Path(calendar.__file__).parent / "data" / "calendar" / "cn.json"


@cache
def shipped() -> calendar.Calendar:
    return calendar.parse(DATA.read_bytes())


def changed(**parts: Any) -> bytes:
    return json.dumps({**json.loads(DATA.read_bytes()), **parts}).encode()


def slow_add(start: date, count: int) -> date:
    """The same, day by day."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= shipped().is_working_day(day)[0]
    return day


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_table_says_the_same_as_the_notices_of_the_state_council(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        assert shipped().is_working_day(day) == (chinese_calendar.is_workday(day), False), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [("2026-09-18", 5, "2026-09-24"), ("2026-09-24", 20, "2026-10-29"), ("2026-02-13", 3, "2026-02-25")],
)
def test_the_checked_vectors_across_holidays_and_make_up_days(start: str, count: int, due: str) -> None:
    assert shipped().add_working_days(date.fromisoformat(start), count) == calendar.Due(date.fromisoformat(due), False)
    assert shipped().working_days_between(date.fromisoformat(start), date.fromisoformat(due)) == count


def test_a_sunday_that_makes_up_for_a_holiday_is_counted() -> None:
    assert shipped().is_working_day(date(2026, 9, 20)) == (True, False)
    assert shipped().is_working_day(date(2026, 9, 25)) == (False, False)


def test_thirty_days_taken_in_november_end_in_a_year_without_table_and_are_provisional() -> None:
    due = shipped().add_working_days(date(2026, 11, 23), 30)
    assert due == calendar.Due(date(2027, 1, 5), True)
    assert not shipped().add_working_days(date(2026, 11, 24), 27).provisional


@pytest.mark.parametrize(
    "day",
    [
        *("2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15", "2027-10-01"),
        *("2028-01-25", "2031-01-23", "2034-06-20", "2035-02-07", "2040-05-01"),
    ],
)
def test_fixed_national_days_past_the_table_are_no_working_days(day: str) -> None:
    assert shipped().is_working_day(date.fromisoformat(day)) == (False, True)


def test_no_weekend_past_the_table_is_taken_for_a_make_up_day() -> None:
    days = (date(2027, 1, 1) + timedelta(days=n) for n in range(3650))
    assert not any(shipped().is_working_day(day)[0] for day in days if day.weekday() >= 5)


def test_the_moon_agrees_with_the_tabulated_lunar_days() -> None:
    # Mean new moon of 2000-01-06 18:14 UTC, month of 29.530589 days; the true moon strays by at most 0.6 days.
    for year, days in json.loads(DATA.read_bytes())["moving"].items():
        dates = [date.fromisoformat(day) for day in days]
        assert len(dates) == 7, year
        first, dragon_boat, mid_autumn = dates[1], dates[5], dates[6]
        assert [day - first for day in dates[:4]] == [timedelta(days=n) for n in (-1, 0, 1, 2)]
        assert dates[4] in {date(int(year), 4, 4), date(int(year), 4, 5)}
        for day, of_the_month in ((first, 1), (dragon_boat, 5), (mid_autumn, 15)):
            noon = (day - date(2000, 1, 6)).days + 0.5 - 8 / 24 - 18.23 / 24
            age = (noon - (of_the_month - 1)) % 29.530589
            assert min(age, 29.530589 - age) < 1.2, (day, age)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 400))
def test_counting_by_search_equals_counting_day_by_day(start: date, count: int) -> None:
    due = shipped().add_working_days(start, count)
    assert due == calendar.Due(slow_add(start, count), due.day > date(2026, 12, 31))
    assert shipped().working_days_between(start, due.day) == count
    assert shipped().working_days_between(due.day, start) == -count


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_the_next_working_day_is_the_first_one(day: date) -> None:
    due = shipped().next_working_day(day)
    assert shipped().is_working_day(due.day)[0]
    assert not any(shipped().is_working_day(day + timedelta(days=n))[0] for n in range((due.day - day).days))


def test_a_day_before_the_calendar_is_refused_with_its_first_day() -> None:
    with pytest.raises(BadDate) as refused:
        shipped().add_working_days(date(2023, 12, 31), 1)
    assert refused.value.code == "date.before_calendar"
    assert refused.value.message.facts == {"day": "2023-12-31", "first": "2024-01-01"}


def test_a_year_mistyped_by_a_millennium_is_refused() -> None:
    with pytest.raises(BadDate) as refused:
        shipped().add_working_days(date(9999, 12, 31), 5)
    assert refused.value.code == "date.after_calendar"


@pytest.mark.parametrize("count", [-1, calendar.MOST_DAYS + 1])
def test_an_amount_of_days_that_nobody_means_is_refused(count: int) -> None:
    with pytest.raises(BadDate):
        shipped().add_working_days(date(2026, 1, 5), count)


def test_a_newer_table_replaces_the_guess() -> None:
    table = json.loads(DATA.read_bytes())["years"]
    table["2027"] = {"off": ["2027-01-01"], "work": ["2027-02-06"]}
    newer = calendar.parse(changed(years=table))
    assert newer.is_working_day(date(2027, 2, 6)) == (True, False)
    assert newer.is_working_day(date(2027, 2, 8)) == (True, False)  # the published table says itself what is off


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"years": {}}, "calendar.years"),
        ({"years": {"2024": {"off": [], "work": []}, "2026": {"off": [], "work": []}}}, "calendar.years"),
        ({"years": {"2024": {"off": ["2025-01-01"], "work": []}}}, "calendar.day"),
        ({"years": {"2024": {"off": ["2024-02-04"], "work": ["2024-02-04"]}}}, "calendar.day"),
        ({"years": {"2024": {"off": [], "work": ["2024-01-02"]}}}, "calendar.make_up"),
        ({"office": [["09:00", "12:00"], ["11:00", "17:00"]]}, "calendar.office"),
        ({"office": []}, "calendar.office"),
        ({"office": [["nine", "12:00"]]}, "calendar.unreadable"),
        ({"every_year": ["x"]}, "calendar.unreadable"),
        ({"years": {"1": {"off": [], "work": []}}}, "calendar.years"),
        ({"extra": 1}, "calendar.unreadable"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_not_taken(parts: dict[str, Any], code: str) -> None:
    with pytest.raises(BadCatalogue) as refused:
        calendar.parse(changed(**parts))
    assert refused.value.code == code


def test_bytes_that_are_no_calendar_are_not_taken() -> None:
    with pytest.raises(BadCatalogue):
        calendar.parse(b"\xff\x00")
