"""How a case stands with its two clocks: derived from its facts, never stored as a column that someone edits (R23)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from casework import clocks
from casework.ambient import moment
from casework.bodies import Span
from casework.calendar import Calendar
from casework.case import Case

Kind = Literal["statutory", "promised"]
KINDS: tuple[Kind, ...] = ("statutory", "promised")


class Standing(msgspec.Struct, frozen=True):
    """One of the two clocks at a moment. `left`: days, or office minutes, as the limit counts; negative is overdue."""

    kind: Kind
    span: Span
    clock: clocks.Clock
    left: int
    light: clocks.Light
    stopped: bool
    """The case is decided: the clock shows how it stood then."""


def start_of(case: Case, span: Span) -> datetime | None:
    """When the clock of `span` began; None while what starts it has not happened."""
    at = case.accepted_at if span.start == "acceptance" else case.received_at
    return moment(at) if at else None


def standing(case: Case, calendar: Calendar, now: datetime) -> tuple[Standing, ...]:
    """The clocks that have begun, statutory first.

    Raises BadDate when a date is outside the calendar.
    """
    stop = case.decided_at or case.ended_at
    seen = moment(stop) if stop else now
    found = []
    for kind, span in zip(KINDS, (case.received.statutory, case.received.promised), strict=True):
        start = start_of(case, span)
        if start is None:
            continue
        limit = clocks.Limit(span.amount, span.unit, span.start)  # type: ignore[arg-type]
        clock = clocks.clock(calendar, limit, start, seen.date())
        found.append(
            Standing(
                kind, span, clock, clocks.left(seen, clock, calendar), clocks.light(seen, clock, calendar), bool(stop)
            )
        )
    return tuple(found)


def light_of(stand: tuple[Standing, ...]) -> str:
    """The light that a list shows: the worse of the clocks; `none` while none runs or the case is decided."""
    if not stand or all(each.stopped for each in stand):
        return "none"
    return str(clocks.worse(*(each.light for each in stand)))


def nearest(stand: tuple[Standing, ...]) -> Standing | None:
    """The clock that is due first."""
    return min(stand, key=lambda each: (each.clock.due_day, each.kind), default=None)
