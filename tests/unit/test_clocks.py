"""The clocks of a case: due dates, standing still, lights, and the ledger that explains them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import calendar as calendars
from casework.clocks import (
    Clock,
    ClockKind,
    Light,
    Limit,
    Suspension,
    Unit,
    clock,
    counted,
    left,
    light,
    unit_word,
    worse,
)
from casework.errors import BadDate
from casework.ledger import Held, ledger
from casework.messages import Message

DAY = timedelta(days=1)


@cache
def hall() -> calendars.Calendar:
    return calendars.parse((Path(calendars.__file__).parent / "data" / "calendar" / "cn.json").read_bytes())


def works(day: date) -> bool:
    return hall().is_working_day(day)[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def days(amount: int, start: str, *, today: str = "", extension: int = 0, stops: tuple[Suspension, ...] = ()) -> Clock:
    first = date.fromisoformat(start)
    now = date.fromisoformat(today) if today else first
    return clock(hall(), Limit(amount, "working_days"), first, now, extension, stops)


def stop(start: str, end: str = "", kind: str = "hearing") -> Suspension:
    return Suspension(kind, date.fromisoformat(start), date.fromisoformat(end) if end else None)


def shown(now: str, this: Clock) -> Light:
    return light(at(now), this, hall())


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [("2026-09-18", 5, "2026-09-24"), ("2026-09-24", 20, "2026-10-29"), ("2026-02-13", 3, "2026-02-25")],
)
def test_the_checked_vectors(start: str, amount: int, due: str) -> None:
    assert days(amount, start).due == due


def test_an_extension_is_added_once_to_the_limit() -> None:
    assert days(20, "2026-03-02", extension=10).due == days(30, "2026-03-02").due
    assert days(20, "2026-03-02", extension=10).total == 30


def test_a_hearing_moves_the_due_date_by_the_working_days_after_its_start_day_up_to_its_end_day() -> None:
    # Mon 9 to Fri 13 March: Tue, Wed, Thu, Fri stand still.
    assert days(5, "2026-03-04").due == "2026-03-11"
    assert days(5, "2026-03-04", stops=(stop("2026-03-09", "2026-03-13"),)).due == "2026-03-17"


def test_two_suspensions_at_once_are_counted_once() -> None:
    apart = days(20, "2026-03-02", stops=(stop("2026-03-04", "2026-03-16"),))
    overlap = days(20, "2026-03-02", stops=(stop("2026-03-09", "2026-03-16"), stop("2026-03-04", "2026-03-12", "test")))
    assert apart.due == overlap.due


def test_a_suspension_before_the_clock_began_or_after_it_was_over_moves_nothing() -> None:
    assert days(5, "2026-03-04", stops=(stop("2026-02-25", "2026-03-04"),)).due == "2026-03-11"
    assert days(5, "2026-03-04", today="2026-04-01", stops=(stop("2026-03-11", "2026-03-20"),)).due == "2026-03-11"


def test_while_a_hearing_lasts_the_case_neither_ages_nor_turns_black() -> None:
    one = days(10, "2026-03-02", today="2026-03-06", stops=(stop("2026-03-04"),))
    much_later = days(10, "2026-03-02", today="2026-06-01", stops=(stop("2026-03-04"),))
    assert one.standing
    assert much_later.standing
    assert left(at("2026-03-06T10:00"), one, hall()) == 8
    assert left(at("2026-06-01T10:00"), much_later, hall()) == 8
    assert shown("2026-06-01T10:00", one) == Light.GREEN


def test_a_suspension_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadDate) as refused:
        days(5, "2026-03-04", stops=(stop("2026-03-09", "2026-03-06"),))
    assert refused.value.code == "date.suspension"


@pytest.mark.parametrize("unit", get_args(Unit))
def test_an_amount_that_nobody_means_is_refused(unit: Unit) -> None:
    for amount, extension in ((-1, 0), (5, -1), (10_000_000, 0)):
        with pytest.raises(BadDate):
            clock(hall(), Limit(amount, unit), at("2026-03-04T10:00"), date(2026, 3, 4), extension)


def test_a_limit_past_the_calendars_table_is_provisional() -> None:
    assert days(30, "2026-11-23").provisional
    assert not days(20, "2026-11-23").provisional


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-23T09:00", 195, "2026-11-23T13:45"),  # half a day
        ("2026-11-23T10:42", 195, "2026-11-23T15:27"),
        ("2026-11-23T15:00", 195, "2026-11-24T10:15"),
        ("2026-11-23T12:10", 3, "2026-11-23T13:33"),  # at lunch: runs from the reopening
        ("2026-11-23T16:58", 3, "2026-11-24T09:01"),
        ("2026-11-23T16:57:59", 3, "2026-11-23T17:00"),
        ("2026-11-23T09:00", 390, "2026-11-23T17:00"),
        ("2026-11-20T18:30", 30, "2026-11-23T09:30"),  # Friday evening
        ("2026-09-24T16:00", 120, "2026-09-28T10:00"),  # mid-autumn
        ("2026-12-31T16:00", 61, "2027-01-04T09:01"),
    ],
)
def test_half_days_and_hours_are_those_in_which_the_hall_is_open(start: str, minutes: int, due: str) -> None:
    this = clock(hall(), Limit(minutes, "minutes"), at(start), at(start).date())
    assert this.due == due
    assert this.provisional == (due > "2027")


def test_hours_are_sixty_office_minutes() -> None:
    start = at("2026-11-23T11:00")
    assert clock(hall(), Limit(2, "hours"), start, start.date()).due == "2026-11-23T14:30"


def test_a_clock_of_minutes_begun_on_a_day_begins_when_the_hall_opens() -> None:
    assert clock(hall(), Limit(60, "minutes"), date(2026, 11, 23), date(2026, 11, 23)).due == "2026-11-23T10:00"


def test_a_suspended_day_takes_a_whole_office_day_from_a_clock_of_minutes() -> None:
    stops = (stop("2026-11-23", "2026-11-24"),)
    this = clock(hall(), Limit(195, "minutes"), at("2026-11-23T15:00"), date(2026, 11, 25), 0, stops)
    assert this.due == "2026-11-25T10:15"
    assert left(at("2026-11-24T11:00"), this, hall()) == 75
    assert left(at("2026-11-23T16:00"), this, hall()) == 135


@pytest.mark.parametrize(
    ("unit", "amount", "start", "due"),
    [
        ("calendar_days", 7, "2026-11-23", "2026-11-30"),
        ("calendar_days", 20, "2026-11-23", "2026-12-14"),  # the 13th is a Sunday
        ("calendar_days", 10, "2026-09-15", "2026-09-28"),  # into mid-autumn
        ("months", 1, "2026-01-30", "2026-02-28"),  # a make-up Saturday
        ("months", 3, "2026-11-30", "2027-03-01"),  # 28 February 2027 is a Sunday
        ("months", 12, "2024-02-29", "2025-02-28"),
        ("working_days", 0, "2026-11-23", "2026-11-23"),
    ],
)
def test_other_laws_count_calendar_days_or_months_and_end_on_a_working_day(
    unit: Unit, amount: int, start: str, due: str
) -> None:
    first = date.fromisoformat(start)
    assert clock(hall(), Limit(amount, unit), first, first).due == due


def test_received_after_closing_is_still_received_on_that_day() -> None:
    assert clock(hall(), Limit(5, "working_days"), at("2026-09-18T20:00"), date(2026, 9, 18)).due == "2026-09-24"


def test_only_what_a_law_names_stops_the_statutory_clock() -> None:
    both = (stop("2026-03-04", "2026-03-06", "rectify"), stop("2026-03-09", "2026-03-10", "expert_review"))
    assert [each.kind for each in counted("statutory", both)] == ["expert_review"]
    assert counted("promised", both) == both
    assert set(get_args(ClockKind)) == {"statutory", "promised"}


@pytest.mark.parametrize(
    ("amount", "due_in", "expected"),
    [
        *((20, n, Light.GREEN) for n in (20, 4, 3)),
        *((20, n, Light.YELLOW) for n in (2, 1)),
        *((45, n, shade) for n, shade in ((5, Light.GREEN), (2, Light.YELLOW), (0, Light.RED), (-1, Light.BLACK))),
        *((5, n, shade) for n, shade in ((2, Light.GREEN), (1, Light.YELLOW), (0, Light.RED), (-1, Light.BLACK))),
        *((1, n, shade) for n, shade in ((1, Light.YELLOW), (0, Light.RED), (-1, Light.BLACK))),
    ],
)
def test_the_light_of_a_limit_in_days(amount: int, due_in: int, expected: Light) -> None:
    this = days(amount, "2026-06-22")
    today = this.due_day
    while hall().working_days_between(today, this.due_day) != due_in or not works(today):
        today -= DAY if due_in > 0 else -DAY
    assert left(datetime.combine(today, time(10)), this, hall()) == due_in
    assert shown(f"{today}T10:00", this) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        *(("09:00", Light.GREEN), ("13:00", Light.GREEN), ("15:41", Light.GREEN)),
        *(("15:42", Light.YELLOW), ("16:20", Light.YELLOW)),
        *(("16:21", Light.RED), ("17:00", Light.RED), ("17:01", Light.BLACK)),
    ],
)
def test_the_light_of_a_limit_in_minutes(now: str, expected: Light) -> None:
    this = clock(hall(), Limit(390, "minutes"), at("2026-11-23T09:00"), date(2026, 11, 23))
    assert shown(f"2026-11-23T{now}", this) == expected


def test_the_worse_of_two_clocks_is_shown() -> None:
    assert worse(Light.YELLOW, Light.GREEN) == "yellow"
    assert worse(Light.BLACK, Light.RED) == "black"
    assert worse() == "green"


def test_the_ledger_says_day_by_day_what_ran_and_who_held_the_case() -> None:
    this = days(3, "2026-03-04", today="2026-03-16", stops=(stop("2026-03-05", "2026-03-06"),))
    held = (Held("window 07", date(2026, 3, 4), date(2026, 3, 4)), Held("examine", date(2026, 3, 4)))
    rows = ledger(hall(), this, date(2026, 3, 11), held)
    assert [row.state for row in rows] == [
        *("first_day", "ran", "stood_still", "not_working_day", "not_working_day", "ran", "ran", "overdue")
    ]
    assert [row.left for row in rows] == [3, 2, 2, 2, 2, 1, 0, 0]
    assert rows[0].held_by == ("window 07", "examine")
    assert rows[1].held_by == ("examine",)
    assert rows[2].article is not None
    assert rows[2].article.id == "clock.article.stood_still"
    assert rows[2].reason == Message("clock.day.stood_still", {"kind": Message("suspension.hearing")})


def test_the_ledger_names_the_article_that_lets_a_last_day_move() -> None:
    this = clock(hall(), Limit(20, "calendar_days"), date(2026, 11, 23), date(2026, 11, 23))
    last = ledger(hall(), this, this.due_day)[-1]
    assert last.state == "moved"
    assert last.article is not None
    assert last.article.id == "clock.article.moved"


def test_a_suspension_under_another_law_shows_that_law() -> None:
    other = Suspension("evaluation", date(2026, 3, 4), date(2026, 3, 5), "企业投资项目核准和备案管理条例第十条")
    row = ledger(hall(), days(5, "2026-03-04", stops=(other,)), date(2026, 3, 5))[-1]
    assert row.article is not None
    assert row.article.facts == {"article": other.article}


def test_the_ledger_of_hours_runs_in_the_hours_in_which_the_hall_is_open() -> None:
    """From Friday 16:00 for three hours: one on Friday, none on the week-end, two on Monday."""
    this = clock(hall(), Limit(3, "hours"), at("2026-11-20T16:00"), date(2026, 11, 20))
    rows = ledger(hall(), this, date(2026, 11, 24))
    assert [row.state for row in rows] == ["ran", "not_working_day", "not_working_day", "ran", "overdue"]
    assert [(row.ran, row.left) for row in rows] == [(60, 120), (0, 120), (0, 120), (120, 0), (0, 0)]
    assert [row.article.id if row.article else "" for row in rows] == [
        *("", "clock.article.working_days", "clock.article.working_days", "", "")
    ]


def test_each_day_of_the_ledger_names_its_article_or_none() -> None:
    stops = (stop("2026-03-05", "2026-03-06"), stop("2026-03-09", "2026-03-10", "rectify"))
    rows = ledger(hall(), days(3, "2026-03-04", today="2026-03-20", stops=stops), date(2026, 3, 14))
    assert [row.article.id.removeprefix("clock.article.") if row.article else "" for row in rows] == [
        *("first_day", "working_days", "stood_still", "working_days", "working_days", "working_days", "promise"),
        *("working_days", "", "", ""),
    ]


def test_who_holds_the_case_holds_it_on_the_last_day_too() -> None:
    held = (Held("a", date(2026, 3, 4), date(2026, 3, 5)), Held("b", date(2026, 3, 6)))
    rows = ledger(hall(), days(3, "2026-03-04"), date(2026, 3, 6), held)
    assert [row.held_by for row in rows] == [("a",), ("a",), ("b",)]


def test_nobody_promises_195_minutes_but_half_a_day() -> None:
    assert unit_word("minutes", 195) == "half_day"
    assert unit_word("minutes", 196) == "minutes"
    assert unit_word("working_days", 195) == "working_days"


@pytest.mark.parametrize(("amount", "extension", "said"), [(-1, 0, -1), (5, -2, -2), (4001, 0, 4001), (4000, 1, 4001)])
@pytest.mark.parametrize("unit", ["working_days", "calendar_days", "months"])
def test_an_amount_is_refused_with_what_was_given_and_the_most(
    unit: Unit, amount: int, extension: int, said: int
) -> None:
    with pytest.raises(BadDate) as refused:
        clock(hall(), Limit(amount, unit), date(2026, 3, 4), date(2026, 3, 4), extension)
    assert refused.value.code == "date.count"
    assert refused.value.message.facts == {"given": said, "most": 4000}


def test_a_suspension_the_wrong_way_round_is_refused_with_its_days() -> None:
    with pytest.raises(BadDate) as refused:
        days(5, "2026-03-04", stops=(stop("2026-03-09", "2026-03-06"),))
    assert refused.value.message.facts == {"start": "2026-03-09", "end": "2026-03-06"}


STARTS = st.dates(date(2024, 1, 2), date(2027, 12, 31))
SPANS = st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 30)), max_size=4)


def laid(start: date, spans: list[tuple[int, int]]) -> tuple[Suspension, ...]:
    stops = [(start + DAY * max(offset, -((start - date(2024, 1, 1)).days)), length) for offset, length in spans]
    return tuple(Suspension("test", begin, begin + DAY * length) for begin, length in stops)


def stands(day: date, stops: tuple[Suspension, ...]) -> bool:
    return any(each.start < day <= (each.end or day) for each in stops)


def slow_due(start: date, amount: int, stops: tuple[Suspension, ...], unit: Unit) -> date:
    """The same, day by day."""
    day = start
    while amount:
        day += DAY
        amount -= (unit == "calendar_days" or works(day)) and not stands(day, stops)
    while unit == "calendar_days" and not works(day):
        day += DAY
    return day


@given(STARTS, st.integers(0, 90), st.sampled_from(["working_days", "calendar_days"]), SPANS)
def test_the_due_day_equals_counting_day_by_day(
    start: date, amount: int, unit: Unit, spans: list[tuple[int, int]]
) -> None:
    stops = laid(start, spans)
    this = clock(hall(), Limit(amount, unit), start, start, 0, stops)
    assert this.due_day == slow_due(start, amount, stops, unit)
    rows = ledger(hall(), this, this.due_day)
    assert sum(row.ran for row in rows) == this.total == amount
    assert rows[-1].day == this.due_day


@given(STARTS, st.integers(0, 23 * 60 + 59), st.integers(1, 1200), SPANS)
def test_the_due_minute_equals_counting_minute_by_minute(
    start: date, minute: int, amount: int, spans: list[tuple[int, int]]
) -> None:
    stops = laid(start, spans)
    begun = datetime.combine(start, time()) + timedelta(minutes=minute)
    this = clock(hall(), Limit(amount, "minutes"), begun, start, 0, stops)
    day, ran = start, 0
    while True:
        if works(day) and (day == start or not stands(day, stops)):
            for opens, closes in ((540, 720), (810, 1020)):
                first = max(opens, minute) if day == start else opens
                if ran + max(0, closes - first) >= amount:
                    due = datetime.combine(day, time()) + timedelta(minutes=first + amount - ran)
                    assert this.due_at == due
                    assert left(begun, this, hall()) == amount
                    assert left(due, this, hall()) == 0
                    assert sum(row.ran for row in ledger(hall(), this, this.due_day)) == amount
                    return
                ran += max(0, closes - first)
        day += DAY


@given(STARTS, st.integers(1, 60), st.sampled_from(["working_days", "calendar_days"]), SPANS, st.integers(0, 120))
def test_what_is_left_and_what_ran_make_the_whole_limit(
    start: date, amount: int, unit: Unit, spans: list[tuple[int, int]], later: int
) -> None:
    this = clock(hall(), Limit(amount, unit), start, start, 0, laid(start, spans))
    today = start + DAY * later
    remaining = left(datetime.combine(today, time(10)), this, hall())
    rows = ledger(hall(), this, min(today, this.due_day))
    if today <= this.due_day and rows[-1].state != "moved":
        moved = sum(row.state == "moved" for row in ledger(hall(), this, this.due_day))
        assert remaining == amount - sum(row.ran for row in rows) + moved
    assert (remaining < 0) <= (today > this.due_day)


@given(STARTS, st.integers(1, 60), st.sampled_from(get_args(Unit)), SPANS)
def test_a_light_only_ever_gets_worse(start: date, amount: int, unit: Unit, spans: list[tuple[int, int]]) -> None:
    begun = datetime.combine(start, time(9))
    this = clock(
        hall(), Limit(min(amount, 6) if unit == "months" else amount, unit), begun, start, 0, laid(start, spans)
    )
    moments = [
        begun + DAY * n for n in range(max(0, (this.due_day - start).days - 12), (this.due_day - start).days + 3)
    ]
    ranks = [list(Light).index(light(now, this, hall())) for now in moments]
    assert ranks == sorted(ranks)
    assert ranks[-1] == 3
