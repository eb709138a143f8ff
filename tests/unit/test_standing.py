"""The clocks of a case as its facts make them, against an oracle that counts one by one (R20 to R24).

The oracle knows nothing of `casework.clocks`: it walks the days of the case and asks of each whether it counts.
"""

from __future__ import annotations

import calendar as months
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import casework
from casework import bodies
from casework.calendar import Calendar, parse
from casework.case import Case, Extension, Pause
from casework.clocks import STATUTORY_KINDS, Light
from casework.standing import Standing, light_of, nearest, standing
from tests.people import CALENDAR, CATALOGUE, ITEMS, Office, code_of

DAY = timedelta(days=1)
CALM = settings(
    max_examples=600, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
OFFICE = ((540, 720), (810, 1020))
"""09:00 to 12:00 and 13:30 to 17:00."""
KINDS = (*sorted(STATUTORY_KINDS), "rectify")
BASE = Office().case("D01", "accept", who="2001")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def of(stand: tuple[Standing, ...], kind: str) -> Standing:
    return next(each for each in stand if each.kind == kind)


def kinds(case: Case, now: str) -> list[str]:
    return [each.kind for each in standing(case, CALENDAR, at(now))]


# The oracle


def works(day: date, table: Calendar) -> bool:
    return table.is_working_day(day)[0]


def still(day: date, pauses: tuple[Pause, ...], now: date, kind: str) -> bool:
    """Whether the clock `kind` stands still on that day: after the first day of a procedure, up to its last."""
    for pause in pauses:
        if kind == "statutory" and pause.kind not in STATUTORY_KINDS:
            continue
        since = date.fromisoformat(pause.since[:10])
        until = date.fromisoformat(pause.until[:10]) if pause.until else max(now, since)
        if since < day <= until:
            return True
    return False


def slow_due(
    span: bodies.Span, start: datetime, more: int, pauses: tuple[Pause, ...], now: date, kind: str, table: Calendar
) -> str:
    """When it is due, counted one day or one minute after the other."""
    day = start.date()
    if span.unit in {"minutes", "hours"}:
        return slow_minutes(span, start, more, pauses, now, kind, table)
    amount = span.amount + more
    if span.unit == "working_days":
        while amount:
            day += DAY
            amount -= works(day, table) and not still(day, pauses, now, kind)
        return day.isoformat()
    if span.unit == "months":
        year, month = start.year + (start.month - 1 + amount) // 12, (start.month - 1 + amount) % 12 + 1
        last = date(year, month, min(start.day, months.monthrange(year, month)[1]))
        left = (last - day).days
    else:
        left = amount
    while left:
        day += DAY
        left -= not still(day, pauses, now, kind)
    while not works(day, table):
        day += DAY
    return day.isoformat()


def slow_minutes(
    span: bodies.Span, start: datetime, more: int, pauses: tuple[Pause, ...], now: date, kind: str, table: Calendar
) -> str:
    total = (span.amount + more) * (60 if span.unit == "hours" else 1)
    day, begin = start.date(), start.hour * 60 + start.minute
    if not total:
        return start.isoformat(timespec="minutes")
    while True:
        first = day == start.date()
        if works(day, table) and (first or not still(day, pauses, now, kind)):
            for opens, closes in OFFICE:
                since = max(opens, begin) if first else opens
                if since < closes:
                    if total <= closes - since:
                        due = datetime.combine(day, time()) + timedelta(minutes=since + total)
                        return due.isoformat(timespec="minutes")
                    total -= closes - since
        day += DAY


def slow_extension(days: int, law: bodies.Span, span: bodies.Span) -> int:
    """The extension in the unit of `span`: a day more is an office day of 390 minutes, seven days are five."""
    if span.unit == law.unit:
        return days
    if law.unit == "calendar_days" and span.unit == "working_days":
        return days
    return {"minutes": days * 390, "hours": -(-days * 390 // 60), "working_days": days}.get(span.unit, days * 7 // 5)


# Any case against it


def stamp(day: date, minute: int = 600) -> str:
    return (datetime.combine(day, time()) + timedelta(minutes=minute)).isoformat(timespec="milliseconds")


_spans = st.builds(
    bodies.Span,
    st.integers(0, 45),
    st.sampled_from(("working_days", "calendar_days", "months", "hours", "minutes")),
    st.sampled_from(("receipt", "acceptance", "application")),
).map(lambda span: msgspec.structs.replace(span, amount=span.amount % 7) if span.unit == "months" else span)
_pauses = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(-3, 60), st.integers(0, 25), st.booleans()), max_size=4
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Case, date]:
    """A case with any two limits, procedures of every kind that overlap as they like, maybe longer, maybe decided."""
    received = draw(st.dates(date(2025, 1, 2), date(2026, 12, 30)))
    accepted = received + DAY * draw(st.integers(0, 9))
    now = accepted + DAY * draw(st.integers(0, 90))
    law, promise = draw(_spans), draw(_spans)
    longer = law.unit in {"working_days", "calendar_days"} and promise.unit != "months"
    days = draw(st.sampled_from((0, 0, 5, 10))) if longer else 0  # nobody lengthens months by days
    pauses = []
    for kind, offset, length, open_ in draw(_pauses):
        since = max(received, accepted + DAY * offset)
        if since > now:
            continue
        ends = "" if open_ else stamp(since + DAY * length)
        pauses.append(Pause("examine", kind, stamp(since), ends, days=draw(st.integers(0, 9))))
    minute = draw(st.integers(0, 23 * 60 + 59))
    statutory = None if draw(st.integers(0, 9)) == 0 else law
    case = msgspec.structs.replace(
        BASE,
        received=msgspec.structs.replace(BASE.received, statutory=statutory, promised=promise),
        received_at=stamp(received, minute),
        accepted_at=stamp(accepted, minute),
        pauses=tuple(pauses),
        extension=Extension(days, "x", stamp(accepted), "2002") if days else None,
    )
    return case, now


@CALM
@given(situations())
def test_both_clocks_are_due_when_somebody_who_counts_day_by_day_says_so(drawn: tuple[Case, date]) -> None:
    case, today = drawn
    stand = standing(case, CALENDAR, datetime.combine(today, time(11)))
    law = case.received.statutory
    for kind, span in (("statutory", law), ("promised", case.received.promised)):
        if span is None:
            assert kind not in [each.kind for each in stand]
            continue
        start = at(case.accepted_at if span.start == "acceptance" else case.received_at)
        more = slow_extension(case.extension.days, law, span) if case.extension and law else 0
        clock = of(stand, kind).clock
        expected = slow_due(span, start, more, case.pauses, today, kind, CALENDAR)
        assert clock.due == expected, (kind, span, case.pauses, today)
        assert clock.provisional == (clock.due_day > CALENDAR.last)
        running = [p for p in case.pauses if not p.until and (kind == "promised" or p.kind != "rectify")]
        assert clock.standing == bool(running)


@CALM
@given(situations(), st.integers(0, 40))
def test_what_was_decided_shows_for_ever_how_it_stood_then(drawn: tuple[Case, date], later: int) -> None:
    case, today = drawn
    ended = msgspec.structs.replace(
        case,
        state="decided",
        decided_at=stamp(today, 660),
        pauses=tuple(p if p.until else msgspec.structs.replace(p, until=stamp(today)) for p in case.pauses),
    )
    assume(all(p.until >= p.since for p in ended.pauses))
    then, now = (
        standing(ended, CALENDAR, datetime.combine(today + DAY * days, time(11, 30))) for days in (0, later)
    )  # fmt: skip
    for one, other in zip(then[:2], now[:2], strict=True):
        if one.kind in {"statutory", "promised"}:
            assert (one.clock.due, one.left, one.light) == (other.clock.due, other.left, other.light)
            assert one.stopped


@CALM
@given(situations())
def test_the_light_of_a_list_is_the_worst_of_what_runs(drawn: tuple[Case, date]) -> None:
    case, today = drawn
    stand = standing(case, CALENDAR, datetime.combine(today, time(11)))
    ranks = [list(Light).index(each.light) for each in stand if not each.stopped]
    assert light_of(stand) == (str(list(Light)[max(ranks)]) if ranks else "none")
    first = nearest(stand)
    assert first is not None
    assert all(first.clock.due_day <= each.clock.due_day for each in stand if not each.stopped)
    for each in stand:
        assert (each.left < 0) <= (each.light == Light.BLACK)


# Vectors of the design page


@pytest.mark.parametrize(
    ("accepted", "amount", "due"),
    [("2026-09-18", 5, "2026-09-24"), ("2026-09-24", 20, "2026-10-29"), ("2026-02-13", 3, "2026-02-25")],
)
def test_the_checked_vectors_hold_for_a_whole_case(accepted: str, amount: int, due: str) -> None:
    office = Office(day=accepted)
    case = office.case("D01", "accept", who="2001")
    span = bodies.Span(amount, "working_days", "acceptance")
    case = msgspec.structs.replace(case, received=msgspec.structs.replace(case.received, promised=span))
    assert of(standing(case, CALENDAR, at(f"{accepted}T11:00")), "promised").clock.due == due


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_shows_its_clocks_from_receipt_to_its_end(item: str) -> None:
    office = Office()
    case = office.case(item)
    entry = CATALOGUE.items[item]
    if entry.promised.start != "acceptance":
        assert "promised" in kinds(case, "2026-11-23T10:30")
    case = office.walked(item, "decide")
    stand = standing(case, CALENDAR, at("2026-11-23T11:00"))
    assert [each.kind for each in stand if each.kind in {"statutory", "promised"}] == [
        *(["statutory"] if case.received.statutory else []),
        "promised",
    ]
    closed = office.walk(case)
    assert light_of(standing(closed, CALENDAR, at("2026-12-30T11:00"))) == "none"


# The terms of single acts


def test_a_file_without_a_word_is_yellow_before_the_fifth_day_and_black_after_it() -> None:
    """R4."""
    office = Office()
    case = office.case("D01")
    lights = {
        day: of(standing(case, CALENDAR, at(f"2026-{day}T11:00")), "completeness").light
        for day in ("11-23", "11-26", "11-27", "11-30", "12-01")
    }
    assert lights == {
        "11-23": Light.GREEN, "11-26": Light.GREEN, "11-27": Light.YELLOW, "11-30": Light.RED, "12-01": Light.BLACK,
    }  # fmt: skip
    assert "completeness" not in kinds(office.case("A01"), "2026-11-23T11:00")
    assert "completeness" not in kinds(office.case("D01", "supplement", materials={}), "2026-11-23T11:00")


def test_who_sits_at_the_counter_waits_three_minutes_for_the_word() -> None:
    case = Office().case("A01", "accept")
    spot = of(standing(case, CALENDAR, at("2026-11-23T10:02")), "spot")
    assert (spot.clock.due, spot.left, spot.stopped) == ("2026-11-23T10:03", 1, False)
    assert of(standing(case, CALENDAR, at("2026-11-23T10:04")), "spot").light == Light.BLACK


def test_with_the_line_down_nobody_waits_on_the_spot_and_the_receipt_says_so() -> None:
    case = Office().case("A01", "accept", online=False)
    assert (case.received.on_spot, case.received.spot_lost) == (False, True)
    assert "spot" not in kinds(case, "2026-11-23T10:02")


def test_what_the_notice_asked_for_is_waited_for_thirty_working_days() -> None:
    case = Office().case("D01", "supplement", materials={})
    assert of(standing(case, CALENDAR, at("2026-11-24T10:00")), "supplement").clock.total == 30
    assert "statutory" not in kinds(case, "2026-11-24T10:00"), "before acceptance no clock has begun"


def test_a_special_procedure_has_its_own_term() -> None:
    office = Office()
    data = {"kind": "hearing", "days": 5, "reason": "x", "held_on": "2026-12-07"}
    case = office.does(office.walked("D01", "examine"), "2001", "suspend", data)
    assert of(standing(case, CALENDAR, at("2026-11-24T10:00")), "special").clock.due == "2026-11-30"
    law = of(standing(case, CALENDAR, at("2026-11-25T10:00")), "statutory")
    assert (law.clock.standing, law.left) == (True, 10)


def test_the_supplement_term_of_no_case_is_counted_after_the_papers_came() -> None:
    office = Office()
    case = office.does(office.case("D01", "supplement", materials={}), "1001", "supplement-received")
    assert kinds(case, "2026-11-24T10:00") == []
    assert light_of(standing(case, CALENDAR, at("2026-11-24T10:00"))) == "none"
    assert nearest(()) is None
    assert code_of(office.act(case, "2001", "accept")) == ""


# Past the end of the calendar (R24)


def with_2027() -> Calendar:
    """The calendar that IT pushes when the State Council has published: two days off that nobody had known."""
    path = Path(casework.__file__).parent / "data" / "calendar" / "cn.json"
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    table["version"] = "cn-2027.1"
    off = ["2027-01-01", "2027-01-04", "2027-01-05", *(f"2027-02-{day:02d}" for day in range(5, 12))]
    table["years"]["2027"] = {"off": off, "work": ["2027-01-09", "2027-02-14"]}
    return parse(json.dumps(table).encode())


def test_a_date_past_the_table_is_provisional_and_moves_with_the_new_calendar_without_any_fact() -> None:
    office = Office(day="2026-11-24")
    case = office.case("C16", "accept", who="2001")
    now, newer = at("2026-11-25T11:00"), with_2027()
    before, after = (of(standing(case, table, now), "statutory").clock for table in (CALENDAR, newer))
    facts, law = list(office.facts[case.id]), case.received.statutory
    assert law is not None
    assert (before.provisional, after.provisional) == (True, False)
    for clock, table in ((before, CALENDAR), (after, newer)):
        assert clock.due == slow_due(law, at(case.accepted_at), 0, (), now.date(), "statutory", table)
    assert after.due > before.due
    assert office.facts[case.id] == facts
    assert not of(standing(case, newer, now), "promised").clock.provisional


@CALM
@given(situations())
def test_a_newer_calendar_moves_no_date_that_was_certain(drawn: tuple[Case, date]) -> None:
    case, today = drawn
    now = datetime.combine(today, time(11))
    for old, new in zip(standing(case, CALENDAR, now), standing(case, with_2027_once(), now), strict=True):
        if not old.clock.provisional:
            assert (old.clock.due, old.light) == (new.clock.due, new.light)
            assert old.left == new.left or today > CALENDAR.last


_NEWER: list[Calendar] = []


def with_2027_once() -> Calendar:
    if not _NEWER:
        _NEWER.append(with_2027())
    return _NEWER[0]


# A day in doubt


def test_a_clock_that_was_a_day_off_leaves_the_other_clerks_their_lists() -> None:
    office = Office()
    case = office.does(office.case("B02"), "2001", "accept")
    stop = case.received.stops[0].kind
    office.day = "2026-11-25"
    stands = office.does(case, "2001", "suspend", {"kind": stop, "days": 5, "reason": "依法需要"})
    office.day = "2026-11-24"
    back = office.does(stands, "2001", "resume", {"step": stands.pauses[0].step})
    assert (back.state, back.pauses[0].until) == ("accepted", back.pauses[0].since)
    assert kinds(back, "2026-11-26T10:00") == kinds(case, "2026-11-26T10:00")


@pytest.mark.parametrize("day", ["1999-01-04", "9999-12-31", "0001-01-01"])
def test_a_day_that_no_calendar_knows_has_no_clock_and_stops_no_list(day: str) -> None:
    office = Office()
    received = msgspec.structs.replace(office.case("D01"), received_at=f"{day}T10:00:00.000")
    for code in ITEMS:
        case = office.case(code, "accept", who="2001")
        for lost in (
            received,
            msgspec.structs.replace(case, accepted_at=received.received_at, received_at=received.received_at),
            msgspec.structs.replace(case, pauses=(Pause("examine", "hearing", received.received_at, days=5),)),
            msgspec.structs.replace(case, pauses=(Pause("x", "hearing", case.received_at, received.received_at),)),
            msgspec.structs.replace(case, ended_at=received.received_at, state="withdrawn"),
        ):
            stand = standing(lost, CALENDAR, at("2026-11-26T10:00"))
            assert nearest(stand) is None or light_of(stand) != "none"
    assert light_of(standing(received, CALENDAR, at("2026-11-26T10:00"))) == "none"
    assert standing(received, CALENDAR, at(f"{day}T10:00")) == ()
