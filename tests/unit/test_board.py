"""The figures of the board add up to the receipts: what is counted, from which facts, and what is not."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from casework.ambient import stamp
from casework.board import Rows, made, quantile
from casework.calendar import office_minutes
from casework.case import Case
from casework.errors import BadDate
from casework.measuring import measured, read_terms
from casework.office_time import OfficeTime
from casework.standing import light_of, standing, standing_of
from casework.urgency import LIGHTS, Urgencies
from local_db.board import BoardCounts
from screens.plot import bar, columns, stack
from tests.builders import FixedClock, Hand
from tests.people import CALENDAR, ITEMS, Office
from tests.terminals import enrolled

NOW = datetime(2026, 11, 26, 15, 30)  # noqa: DTZ001 - the hall's civil time is naive
MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2027, 6, 1))  # noqa: DTZ001


def first(case: Case) -> str:
    return measured(case).first


def test_a_first_submission_passes_when_nothing_was_asked_for_before_it_was_accepted() -> None:
    office = Office()
    assert first(office.case("D01", "receive")) == "", "nobody has checked yet"
    assert first(office.case("D01", "accept", who="2001")) == "passed"
    told = office.case("D01", "supplement", materials={})
    assert (first(told), measured(told).looks) == ("failed", 1)
    come = office.does(told, "1001", "supplement-received")
    whole = office.walk(come)
    assert (first(whole), measured(whole).looks) == ("failed", 2), "it came whole the second time: two looks"


def test_a_returned_registration_failed_and_what_comes_again_is_no_first_submission() -> None:
    office = Office()
    old = office.case("A01", "return", who="2001", materials={})
    assert (first(old), measured(old).checked_at) == ("failed", old.ended_at)
    again = office.case("A01", "accept", who="2001", refers_to=old.number)
    assert first(again) == "again"
    assert first(office.case("A01", "accept", who="2001", refers_to="7H2K9QWD")) == "passed", "a prefile is no attempt"


def test_who_is_turned_away_at_intake_was_not_asked_for_papers() -> None:
    assert first(Office().case("D01", "refuse", who="2001", reason="不需要许可")) == ""


@pytest.mark.parametrize("item", ITEMS)
def test_the_light_by_the_kept_clocks_is_the_light_of_the_case_on_every_day(item: str) -> None:
    office = Office()
    case = office.case(item)
    while case.is_open:
        kept = measured(case).terms
        begun = datetime.fromisoformat(case.received_at)
        for day in (0, 1, 3, 9, 30, 90):
            now = begun + timedelta(days=day, hours=2)
            assert light_of(standing_of(read_terms(kept), CALENDAR, now)) == light_of(standing(case, CALENDAR, now))
        before = case
        case = office.walk(case, "decide") if case.state == "received" else office.walk(case)
        if case == before:
            break
    assert measured(office.walk(case)).terms == "", "no clock runs on what has ended"


@given(MOMENTS, MOMENTS)
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_office_time_is_the_calendars_own(one: datetime, other: datetime) -> None:
    assert OfficeTime(CALENDAR).between(stamp(one), stamp(other)) == office_minutes(CALENDAR, one, other)


def test_one_case_decided_by_a_clock_that_was_far_off_takes_no_board_away() -> None:
    rows = Rows(decided=(("city", "1970-01-01T08:00:00.000", stamp(NOW)), ("single", stamp(NOW), stamp(NOW))))
    board = made(rows, CALENDAR, NOW, 1, f"{NOW:%Y-%m-%d}")
    assert [(each.module, each.count) for each in board.handling] == [("single", 1)]


def test_a_day_that_no_calendar_knows_is_in_no_median() -> None:
    with pytest.raises(BadDate):
        OfficeTime(CALENDAR).between("1999-01-01T09:00:00.000", stamp(NOW))
    rows = Rows(decided=[("single", "1999-01-01T09:00:00.000", stamp(NOW)), ("single", stamp(NOW), stamp(NOW))])
    board = made(rows, CALENDAR, NOW, 30, "2026-10-28")
    assert [(row.count, row.median) for row in board.handling] == [(1, 0)]


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([50, 90]))
@settings(deadline=None, derandomize=True, database=None)
def test_a_quantile_is_the_smallest_that_enough_do_not_exceed(values: list[int], percent: int) -> None:
    found = quantile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert not [v for v in values if v < found and sum(o <= v for o in values) * 100 >= percent * len(values)]


def test_no_rate_without_a_case() -> None:
    board = made(Rows(checked=[("single", "again", 2, 2)]), CALENDAR, NOW, 30, "2026-10-28")
    assert (board.first_pass[0].percent, board.first_pass[0].again, board.first_pass[0].looks) == (None, 2, 2)
    with pytest.raises(ValueError, match="no values"):
        quantile([], 50)


def test_receipts_outside_the_office_hours_have_their_columns_too() -> None:
    board = made(Rows(arrived=[(7, "single", "received", 2), (21, "single", "closed", 1)]), CALENDAR, NOW, 1, "x")
    assert board.first_hour == 7
    assert (board.hours[0].by_hour[0], board.hours[0].by_hour[-1], board.hours[0].count) == (2, 1, 3)


def test_the_lights_of_days_are_remembered_for_the_day_and_no_longer() -> None:
    text = measured(Office().case("D01", "accept", who="2001")).terms
    lights = Urgencies(CALENDAR, NOW)
    assert lights.light(text) in LIGHTS
    assert lights.at(CALENDAR, NOW + timedelta(hours=1))._known == {text: lights(text)}
    assert lights.at(CALENDAR, NOW + timedelta(days=1))._known == {}


def test_what_was_saved_here_is_on_the_board_at_once(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    memory = enrolled(tmp_path, clock)
    hand = Hand(clock=clock)
    taken = [hand.received() for _ in range(3)]
    with memory.writing() as act:
        act.commit_groups([(fact,) for fact in taken])
        act.commit_groups([(hand.accepted(taken[0].case),)])
        act.commit_groups([(hand.withdrawn(taken[2].case),)])
    rows = memory.board_rows("2026-11-26", "2026-11-26")
    assert Counter({state: n for _, _, state, n in rows.arrived}) == {"accepted": 1, "received": 1, "withdrawn": 1}
    assert {hour for hour, _, _, _ in rows.arrived} == {15}
    assert [(name, n) for _, name, n, _ in rows.checked] == [("passed", 1)]
    assert sum(n for _, _, n in rows.running) == 2
    assert sum(n for _, n, _, _ in rows.waiting) == 2
    assert memory.board_rows("2026-11-27", "2026-11-27").arrived == []
    memory.close()


def test_what_came_in_bulk_is_measured_in_slices_and_then_counts_alike(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    memory = enrolled(tmp_path, clock)
    hand = Hand(clock=clock)
    taken = [hand.received() for _ in range(5)]
    with memory.writing() as act:
        act.commit_groups([(fact,) for fact in taken])
        act.commit_groups([(hand.accepted(fact.case),) for fact in taken])
    before = memory.board_rows("2026-11-26", "2026-11-26")
    with memory.transaction() as db:
        db.execute("update shown set measured = 0, checked_at = '', first = '', looks = 0, terms = ''")
    assert memory.board_rows("2026-11-26", "2026-11-26").uncounted == 5
    assert isinstance(memory, BoardCounts)
    assert [memory.measure(2), memory.measure(2), memory.measure(2), memory.measure(2)] == [3, 1, 0, 0]
    assert memory.board_rows("2026-11-26", "2026-11-26") == before
    memory.close()


def test_a_plot_has_no_character_of_doubtful_width_and_fits() -> None:
    for share in (-1.0, 0.0, 0.001, 0.5, 0.99, 1.0, 7.0):
        assert cell_len(bar(share, 10)) <= 10
    assert bar(0.0, 10) == ""
    assert bar(0.001, 10), "what is more than nothing shows"
    assert bar(1.0, 10) == "\u28ff" * 10
    rows = columns((0, 1, 5, 10), 10, height=2)
    assert [cell_len(row) for row in rows] == [12, 12]
    assert rows[1][3] != " "
    assert rows[0][-2] == "\u28ff"
    assert columns((0, 0), 0) == ["      "]
    assert sum(cell_len(text) for text, _ in stack([("red", 1), ("green", 999)], 12)) == 12
    assert [ink for _, ink in stack([("red", 1), ("yellow", 0), ("green", 999)], 12)] == ["red", "green"]
    assert stack([("red", 0)], 12) == []
