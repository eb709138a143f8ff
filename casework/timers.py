"""What the hall itself says of a case when nobody else does in time (S10, S30, R4)."""

from __future__ import annotations

from casework.ambient import moment
from casework.calendar import Calendar
from casework.case import Case
from casework.dating import counted
from casework.errors import BadBytes, BadDate
from casework.facts import digest
from casework.standing import COMPLETENESS

DEEMED = "deemed_accepted"
SETTLED = "settled"
"""Until when that is provisional at the longest (S30)."""


def timers_of(case: Case, calendar: Calendar) -> dict[str, str]:
    """The timers of the case by kind, with the last day on which somebody may act before the hall does.

    A day that the calendar does not know (a clock that was far off) sets no timer: nothing is decided because of a
    clock.
    """
    if "received" in case.doubts:
        return {}  # nobody knows from which day it would run: a supervisor says so first (S29)
    waits = case.state == "received" and not (case.accepted_at or case.supplement or case.received.registration)
    provisional = case.deemed and case.accepted is None and case.is_open and not case.settled
    if not waits and not provisional:
        return {}
    try:
        if provisional:
            return {SETTLED: _day_after(case.deemed, calendar)}
        begun = moment(counted(case, "received")).date()
        return {DEEMED: calendar.add_working_days(begun, COMPLETENESS).day.isoformat()}
    except (BadDate, BadBytes):
        return {}


def timer_id(case: str, kind: str, due: str) -> str:
    """The id of the fact that a timer makes: the same in every process and after a restore, so it happens once."""
    return digest(f"yichuang-timer-1\n{case}\n{kind}\n{due}".encode())[:32]


def is_provisional(case: Case, calendar: Calendar, today: str) -> bool:
    """Whether an acceptance by the timer may still be set aside by a notice that is on its way (S30)."""
    if not case.deemed or case.accepted is not None or case.settled:
        return False
    return today <= _day_after(case.deemed, calendar)


def _day_after(day: str, calendar: Calendar) -> str:
    """The working day after `day`: the last on which what was late still comes as expected."""
    return calendar.add_working_days(moment(day + "T00:00:00.000").date(), 1).day.isoformat()
