"""How a case stands with its clocks: derived from its facts, never stored as a column that someone edits (R23).

Two clocks run on every case, *statutory* and *promised*. Beside them stand the terms of single acts: *completeness*
(five working days to say what is missing, R4), *spot* (three minutes while the applicant sits), *supplement* and
*deferral* (papers that are waited for), *special* (a special procedure), *delivery* (ten working days, R10) and
*pledge_check*.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from casework import clocks
from casework.ambient import moment
from casework.bodies import Span
from casework.calendar import Calendar
from casework.case import AT_APPLICANT, Case, Pause, places
from casework.dating import counted
from casework.errors import BadBytes, BadDate

Kind = Literal[
    "statutory", "promised", "completeness", "spot", "supplement", "deferral", "special", "delivery", "pledge_check"
]
CLOCKS: tuple[Kind, ...] = ("statutory", "promised")

COMPLETENESS = 5
"""Working days from receipt in which it is said what is missing (行政许可法 32, 82)."""
DELIVERY = 10
"""Working days from the decision in which its result is handed out (行政许可法 44)."""
_WORKING_DAYS_OF_A_MONTH = 21
SPOT = 3
"""Minutes of the counter for a decision on the spot."""


class Standing(msgspec.Struct, frozen=True):
    """A clock or term at a moment. `left`: days, or office minutes, as the limit counts; negative is overdue."""

    kind: Kind
    span: Span
    clock: clocks.Clock
    left: int
    light: clocks.Light
    stopped: bool
    """What it measures has happened: it shows how it stood then."""


def start_of(case: Case, span: Span) -> datetime | None:
    """When the clock of `span` began; None while what starts it has not happened."""
    at = counted(case, "accepted" if span.start == "acceptance" else "received")
    return moment(at) if at else None


def standing(case: Case, calendar: Calendar, now: datetime) -> tuple[Standing, ...]:
    """The clocks and terms that have begun, statutory and promised first.

    What has a day that nobody can count from (somebody's clock was far off) has no clock: one such case stops no list.
    """
    return (*_clocks(case, calendar, now), *_terms(case, calendar, now))


def _clocks(case: Case, calendar: Calendar, now: datetime) -> Iterator[Standing]:
    for kind, span in zip(CLOCKS, (case.received.statutory, case.received.promised), strict=True):
        with contextlib.suppress(BadDate, BadBytes):
            start = start_of(case, span) if span else None
            if span is not None and start is not None:
                yield _clock(case, kind, span, start, calendar, now)


def _clock(case: Case, kind: Kind, span: Span, start: datetime, calendar: Calendar, now: datetime) -> Standing:
    stop = case.decided_at or case.ended_at
    seen = moment(stop) if stop else now
    stops = clocks.counted(kind, tuple(suspension_of(pause) for pause in case.pauses))  # type: ignore[arg-type]
    limit = clocks.Limit(span.amount, span.unit, span.start)  # type: ignore[arg-type]
    clock = clocks.clock(calendar, limit, start, seen.date(), _extension(case, span, calendar), stops)
    return _stood(kind, span, clock, calendar, seen, stopped=bool(stop))


def suspension_of(pause: Pause) -> clocks.Suspension:
    """A special procedure as the clocks count it."""
    end = moment(pause.until).date() if pause.until else None
    return clocks.Suspension(pause.kind, moment(pause.since).date(), end, pause.basis)


def _extension(case: Case, span: Span, calendar: Calendar) -> int:
    """The extension in the unit of `span`: it was given in the law's, and moves the promise as well (R21)."""
    law = case.received.statutory
    if case.extension is None or law is None:
        return 0
    days = case.extension.days
    if span.unit == law.unit:
        return days
    if span.unit in {"minutes", "hours"}:
        minutes = days * calendar.office_day
        return minutes if span.unit == "minutes" else -(-minutes // 60)
    if span.unit == "months":
        return -(-days // _WORKING_DAYS_OF_A_MONTH)
    return days if span.unit == "working_days" else days * 7 // 5


def _terms(case: Case, calendar: Calendar, now: datetime) -> Iterator[Standing]:
    for kind, begun, amount, unit, ended in _running(case):
        span = Span(amount, unit, "receipt")
        limit = clocks.Limit(amount, unit, "receipt")  # type: ignore[arg-type]
        with contextlib.suppress(BadDate, BadBytes):
            seen = moment(ended) if ended else now
            clock = clocks.clock(calendar, limit, moment(begun), seen.date())
            yield _stood(kind, span, clock, calendar, seen, stopped=bool(ended))


def _running(case: Case) -> Iterator[tuple[Kind, str, int, str, str]]:
    """Kind, beginning, amount, unit and end (empty while it runs) of the terms of the case."""
    said = case.received
    if case.state == "received" and not (case.accepted_at or case.supplement or said.registration):
        yield "completeness", counted(case, "received"), COMPLETENESS, "working_days", ""
    if said.on_spot and case.is_open and not (case.decided_at or case.proposal or case.supplement):
        yield "spot", counted(case, "received"), SPOT, "minutes", ""
    if case.state in AT_APPLICANT and case.supplement is not None:
        yield "supplement", counted(case, "told"), said.supplement_days, "working_days", ""
    if case.is_open and case.accepted_at and "defer" in case.materials.values():
        yield "deferral", counted(case, "accepted"), said.defer_days, "working_days", ""
    for pause in case.pauses:
        if not pause.until and pause.days:
            yield "special", pause.since, pause.days, "working_days", ""
    if case.decided_at and (case.is_open or case.delivered_at):
        yield "delivery", case.corrected_at or counted(case, "decided"), DELIVERY, "working_days", case.delivered_at
    if any(place.step == "pledge_check" for place in places(case)):
        yield "pledge_check", case.delivered_at, said.pledge_check_days, "working_days", ""


def _stood(
    kind: Kind, span: Span, clock: clocks.Clock, calendar: Calendar, seen: datetime, *, stopped: bool
) -> Standing:
    left, light = clocks.left(seen, clock, calendar), clocks.light(seen, clock, calendar)
    return Standing(kind, span, clock, left, light, stopped)


def light_of(stand: tuple[Standing, ...]) -> str:
    """The light that a list shows: the worst of what runs; `none` while nothing runs."""
    running = _running_of(stand)
    return str(clocks.worse(*(each.light for each in running))) if running else "none"


def nearest(stand: tuple[Standing, ...]) -> Standing | None:
    """What is due first of all that runs."""
    return min(_running_of(stand), key=lambda each: (each.clock.due_day, each.kind), default=None)


def _running_of(stand: tuple[Standing, ...]) -> list[Standing]:
    """What runs. The three minutes are for the bell and the queue of those who sit, not for the case's light."""
    running = [each for each in stand if not each.stopped]
    return [each for each in running if each.kind != "spot"] or running
