"""What the hall says when nobody else does in time, and what it takes back (R4, S30)."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import bodies
from casework.case import Case, places
from casework.facts import Fact
from casework.folding import evolve
from casework.offering import possible
from casework.standing import standing
from casework.timers import DEEMED, is_provisional, timer_id, timers_of
from tests.people import CALENDAR, CATALOGUE, ITEMS, Office, code_of
from tests.walking import finished, stray

LINES = (bodies.SupplementLine("D01-01", "缺", "交"),)
WAITING = tuple(code for code in ITEMS if not CATALOGUE.items[code].registration)


@pytest.fixture
def office() -> Office:
    return Office()


def deemed(office: Office, case: Case) -> Case:
    (due,) = timers_of(case, CALENDAR).values()
    after = evolve(case, stray(office, case, DEEMED, bodies.DeemedAccepted(due), ""))
    assert after is not None
    return after


def set_aside(office: Office, case: Case, lines: tuple[bodies.SupplementLine, ...] = LINES) -> Case:
    fact = stray(office, case, "timer.set_aside", bodies.TimerSetAside("2026-11-27T16:00:00.000", lines), "")
    after = evolve(case, fact)
    assert after is not None
    return after


@pytest.mark.parametrize("item", WAITING)
def test_who_was_told_nothing_in_five_working_days_is_accepted_as_of_the_day_of_receipt(
    office: Office, item: str
) -> None:
    case = office.case(item, materials={})
    assert timers_of(case, CALENDAR) == {DEEMED: "2026-11-30"}
    after = deemed(office, case)
    assert (after.state, after.accepted_at, after.accepted_by) == ("accepted", case.received_at, ())
    assert (after.deemed, after.accepted) == ("2026-11-30", None)
    assert timers_of(after, CALENDAR) == {"settled": "2026-12-01"}
    now = datetime(2026, 12, 1, 9)  # noqa: DTZ001 - hall time carries no zone
    promised = next(each for each in standing(after, CALENDAR, now) if each.kind == "promised")
    assert promised.clock.start[:10] == "2026-11-23"
    finished(office, after)


@pytest.mark.parametrize("item", [code for code in ITEMS if CATALOGUE.items[code].registration])
def test_a_registration_waits_for_no_timer(office: Office, item: str) -> None:
    """R41: its papers go back instead."""
    assert timers_of(office.case(item, materials={}), CALENDAR) == {}


def test_whoever_was_told_accepted_or_turned_away_has_no_timer(office: Office) -> None:
    for case in (
        office.case("D01", "supplement", materials={}),
        office.case("D01", "accept", who="2001"),
        office.case("D01", "refuse", who="2001"),
        office.does(office.case("D01"), "1001", "withdraw", {"reason": "x"}),
    ):
        assert timers_of(case, CALENDAR) == {}
        after = evolve(case, stray(office, case, DEEMED, bodies.DeemedAccepted("2026-11-30"), ""))
        assert after is not None
        assert msgspec.structs.replace(after, facts=case.facts) == case


def test_a_case_that_was_sent_back_behind_its_acceptance_is_not_accepted_again_by_a_timer(office: Office) -> None:
    case = office.walked("D01", "examine")
    case = office.does(case, "2001", "send-back", {"to": "pre_review", "reason": "x"})
    assert (case.state, timers_of(case, CALENDAR)) == ("received", {})


def test_the_timer_counts_what_the_counter_had_proposed_for_nothing(office: Office) -> None:
    case = office.case("D01", "refuse")
    assert case.proposal == "refuse"
    assert deemed(office, case).proposal == ""


@pytest.mark.parametrize(
    ("received", "due"), [("2026-09-18", "2026-09-24"), ("2026-02-12", "2026-02-26"), ("2026-12-28", "2027-01-05")]
)
def test_the_last_day_is_a_working_day_over_holidays_and_make_up_days(received: str, due: str) -> None:
    office = Office(day=received)
    assert timers_of(office.case("D01"), CALENDAR) == {DEEMED: due}


@pytest.mark.parametrize("received", ["1970-01-01T00:00:00.000", "2199-01-01T00:00:00.000"])
def test_a_clock_that_was_far_off_decides_nothing(office: Office, received: str) -> None:
    case = msgspec.structs.replace(office.case("D01"), received_at=received)
    assert timers_of(case, CALENDAR) == {}


def test_one_working_day_more_the_acceptance_is_provisional(office: Office) -> None:
    """S30."""
    case = deemed(office, office.case("D01", materials={}))
    days = {day: is_provisional(case, CALENDAR, day) for day in ("2026-11-30", "2026-12-01", "2026-12-02")}
    assert days == {"2026-11-30": True, "2026-12-01": True, "2026-12-02": False}
    accepted = office.does(case, "2001", "accept")
    assert not is_provisional(accepted, CALENDAR, "2026-11-30")
    assert not is_provisional(office.case("D01"), CALENDAR, "2026-11-30")


def test_a_notice_of_before_that_came_late_sets_the_acceptance_aside(office: Office) -> None:
    case = deemed(office, office.case("D01", materials={}))
    back = set_aside(office, case)
    assert (back.state, back.accepted_at, back.deemed) == ("awaiting_supplement", "", "")
    assert back.supplement is not None
    assert (back.supplement.lines, back.supplement.told_at) == (LINES, "2026-11-27T16:00:00.000")
    assert [place.post for place in places(back)] == ["applicant"]
    back = office.does(back, "1001", "supplement-received")
    assert office.does(back, "2001", "accept").state == "accepted"


def test_steps_that_stood_on_the_acceptance_open_again_with_it(office: Office) -> None:
    case = deemed(office, office.case("D01", materials={}))
    case = office.does(case, "2001", "examine")
    case = office.does(case, "2001", "suspend", {"kind": "hearing", "days": 5, "reason": "x", "held_on": "2026-12-07"})
    case = office.does(case, "2002", "extend", {"reason": "x"})
    back = set_aside(office, case)
    assert set(back.steps) == {"receive", "pre_review"}
    assert (back.pauses, back.extension, back.state) == ((), None, "awaiting_supplement")
    finished(office, back)


def test_what_was_forwarded_on_it_was_not_forwarded(office: Office) -> None:
    case = deemed(office, office.case("D07", materials={}))
    case = office.does(office.walk(case, "forward"), "2001", "forward")
    back = set_aside(office, case, (bodies.SupplementLine("D07-01", "缺", "交"),))
    assert (back.state, back.forwarded) == ("awaiting_supplement", None)
    finished(office, back)


def test_a_decision_that_stands_on_it_stays(office: Office) -> None:
    case = deemed(office, office.case("D06"))
    case = office.does(office.walk(case, "decide"), "2001", "decide")
    after = set_aside(office, case)
    assert msgspec.structs.replace(after, facts=case.facts) == case


def test_after_a_person_accepted_it_no_timer_takes_it_back(office: Office) -> None:
    """R4: the officer may put her name to it, and then it is hers."""
    case = deemed(office, office.case("D01"))
    assert "accept" in dict(possible(case, office.context("2001")))
    named = office.does(case, "2001", "accept")
    assert (named.accepted_by, named.accepted_at) == (("2001",), case.accepted_at)
    assert msgspec.structs.replace(set_aside(office, named), facts=named.facts) == named
    assert code_of(office.act(named, "2001", "accept")) in {"not_received", "step_not_open"}


@pytest.mark.parametrize("state", ["suspended", "forwarded"])
def test_a_name_under_the_acceptance_moves_the_case_nowhere(office: Office, state: str) -> None:
    item = "D01" if state == "suspended" else "D07"
    case = deemed(office, office.case(item))
    if state == "suspended":
        data = {"kind": "hearing", "days": 5, "reason": "x", "held_on": "2026-12-07"}
        case = office.does(case, "2001", "suspend", data)
    else:
        case = office.does(office.walk(case, "forward"), "2001", "forward")
    named = office.does(case, "2001", "accept")
    assert (named.state, places(named), named.accepted_by) == (state, places(case), ("2001",))


def test_the_hall_says_it_once_after_a_restart_too() -> None:
    """S10: the id follows from what it says."""
    assert timer_id("c" * 32, DEEMED, "2026-11-30") == timer_id("c" * 32, DEEMED, "2026-11-30")
    others = {timer_id(c, k, d) for c in ("a", "b") for k in (DEEMED, "x") for d in ("2026-11-30", "2026-12-01")}
    assert len(others) == 8
    assert all(len(each) == 32 and set(each) <= set("0123456789abcdef") for each in others)


def _again(office: Office, case: Case, fact: Fact) -> Case:
    after = evolve(evolve(case, fact), fact)
    assert after is not None
    return after


def test_a_timer_that_fires_twice_accepts_once(office: Office) -> None:
    case = office.case("D01", materials={})
    fact = stray(office, case, DEEMED, bodies.DeemedAccepted("2026-11-30"), "")
    once = evolve(case, fact)
    assert once is not None
    twice = _again(office, case, fact)
    assert msgspec.structs.replace(twice, facts=once.facts) == once


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(st.dates(date(2024, 1, 2), date(2027, 6, 30)))
def test_the_timer_is_the_fifth_working_day_counted_one_by_one(day: date) -> None:
    office = Office()
    case = msgspec.structs.replace(office.case("D01"), received_at=f"{day}T10:00:00.000")
    (due,) = timers_of(case, CALENDAR).values()
    found, left = day, 5
    while left:
        found = date.fromordinal(found.toordinal() + 1)
        left -= CALENDAR.is_working_day(found)[0]
    assert due == found.isoformat()
