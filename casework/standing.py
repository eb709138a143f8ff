"""How a case stands with its clocks: derived from its facts, never stored as a column that someone edits (R23).

Two clocks run on every case, *statutory* and *promised*. Beside them stand the terms of single acts: *completeness*
(five working days to say what is missing, R4), *spot* (three minutes while the applicant sits), *supplement* and
*deferral* (papers that are waited for), *special* (a special procedure), *delivery* (ten working days, R10) and
*pledge_check*.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
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


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A clock or term at a moment. `left`: days, or office minutes, as the limit counts; negative is overdue."""

    kind: Kind
    span: Span
    clock: clocks.Clock
    left: int
    light: clocks.Light
    stopped: bool
    """What it measures has happened: it shows how it stood then."""


class Term(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A clock or term of a case that has begun, without the day on which somebody looks at it.

    `extension`: working days that were given, in the law's unit `law`; `pauses`: what stops this clock.
    """

    kind: Kind
    span: Span
    begun: str
    ended: str = ""
    """When what it measures happened; empty while it runs."""
    extension: int = 0
    law: str = ""
    pauses: tuple[clocks.Suspension, ...] = ()

    def plain(self) -> Term:
        """The same with no more than it counts by: of clocks of days the day alone, so that many cases share one."""
        by_minutes = self.span.unit in {"minutes", "hours"}
        return self if by_minutes else msgspec.structs.replace(self, begun=self.begun[:10])


def _started(case: Case, span: Span) -> str:
    return counted(case, "accepted" if span.start == "acceptance" else "received")


def standing(case: Case, calendar: Calendar, now: datetime) -> tuple[Standing, ...]:
    """The clocks and terms that have begun, statutory and promised first.

    What has a day that nobody can count from (somebody's clock was far off) has no clock: one such case stops no list.
    """
    return standing_of(terms(case), calendar, now)


def standing_of(terms_: Iterable[Term], calendar: Calendar, now: datetime) -> tuple[Standing, ...]:
    """How clocks and terms stand at `now`."""
    found = []
    for term in terms_:
        with contextlib.suppress(BadDate, BadBytes):
            found.append(_stood(term, calendar, now))
    return tuple(found)


def terms(case: Case) -> tuple[Term, ...]:
    """The clocks and terms of the case that have begun, statutory and promised first."""
    return (*_clocks(case), *_terms(case))


def _clocks(case: Case) -> Iterator[Term]:
    law = case.received.statutory
    extension = case.extension.days if case.extension is not None and law is not None else 0
    stop = case.decided_at or case.ended_at
    for kind, span in zip(CLOCKS, (law, case.received.promised), strict=True):
        if span is None:
            continue
        with contextlib.suppress(BadDate, BadBytes):
            start = _started(case, span)
            pauses = clocks.counted(kind, tuple(suspension_of(pause) for pause in case.pauses))  # type: ignore[arg-type]
            if start:
                yield Term(kind, span, start, stop, extension, law.unit if extension and law else "", pauses)


def suspension_of(pause: Pause) -> clocks.Suspension:
    """A special procedure as the clocks count it."""
    end = moment(pause.until).date() if pause.until else None
    return clocks.Suspension(pause.kind, moment(pause.since).date(), end, pause.basis)


def _stood(term: Term, calendar: Calendar, now: datetime) -> Standing:
    span, seen = term.span, moment(term.ended) if term.ended else now
    limit = clocks.Limit(span.amount, span.unit, span.start)  # type: ignore[arg-type]
    extension = _extension(term, calendar)
    clock = clocks.clock(calendar, limit, moment(term.begun), seen.date(), extension, term.pauses)
    left, light = clocks.left(seen, clock, calendar), clocks.light(seen, clock, calendar)
    return Standing(term.kind, span, clock, left, light, bool(term.ended))


def _extension(term: Term, calendar: Calendar) -> int:
    """The extension in the unit of the clock: it was given in the law's, and moves the promise as well (R21)."""
    span, days = term.span, term.extension
    if span.unit == term.law:
        return days
    if span.unit in {"minutes", "hours"}:
        minutes = days * calendar.office_day
        return minutes if span.unit == "minutes" else -(-minutes // 60)
    if span.unit == "months":
        return -(-days // _WORKING_DAYS_OF_A_MONTH)
    return days if span.unit == "working_days" else days * 7 // 5


def _terms(case: Case) -> Iterator[Term]:
    for kind, begun, amount, unit, ended in _running(case):
        yield Term(kind, Span(amount, unit, "receipt"), begun, ended)


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
