"""A bundle or stage as a whole: the fold of its cases (R61). Nothing of it is stored; what is derived can't drift.

The stage ends when all its cases have ended. Its clock is its own limit, from the first acceptance; a suspension of one
case stops that case, and the stage only while that case is the longest way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from casework import clocks
from casework.ambient import moment
from casework.calendar import Calendar
from casework.case import Case
from casework.catalogue.schema import Bundle
from casework.dating import counted
from casework.errors import BadDate
from casework.standing import standing, suspension_of


class Joint(msgspec.Struct, frozen=True):
    """How a bundle or stage stands. `due`: of its promise, None while nothing is accepted; `longest`: the case on which
    it hangs."""

    root: str
    code: str
    state: str
    """`open`, or `ended` when all its cases have."""
    cases: tuple[str, ...]
    """Numbers, in the order in which they were taken in."""
    open: tuple[str, ...]
    longest: str = ""
    due: str = ""
    light: str = "none"


def joint_of(cases: Sequence[Case], bundle: Bundle | None, calendar: Calendar, now: datetime) -> Joint | None:
    """The bundle that `cases` (all with one root) make; None where there are none."""
    if not cases:
        return None
    ordered = sorted(cases, key=lambda case: case.number)
    waiting = tuple(case.number for case in ordered if case.is_open)
    made = Joint(
        root=ordered[0].root,
        code=ordered[0].received.bundle,
        state="open" if waiting else "ended",
        cases=tuple(case.number for case in ordered),
        open=waiting,
    )
    longest = _longest(ordered, calendar, now)
    if longest is None or bundle is None:
        return made
    try:
        clock = _clock(ordered, longest, bundle, calendar, now)
        light = str(clocks.light(now, clock, calendar)) if waiting else "none"
    except BadDate:  # of one of them a day is in doubt: the others are shown all the same
        return msgspec.structs.replace(made, longest=longest.number)
    return msgspec.structs.replace(made, longest=longest.number, due=clock.due, light=light)


def _longest(cases: Sequence[Case], calendar: Calendar, now: datetime) -> Case | None:
    """The case that is done last: on it the whole hangs. What was decided or has ended was done then."""
    done = [
        (case.decided_at[:16] or case.ended_at[:16] or stand.clock.due_at.isoformat(timespec="minutes"), case)
        for case in cases
        for stand in standing(case, calendar, now)
        if stand.kind == "promised"
    ]
    return max(done, key=lambda each: (each[0], each[1].number))[1] if done else None


def _clock(cases: Sequence[Case], longest: Case, bundle: Bundle, calendar: Calendar, now: datetime) -> clocks.Clock:
    limit = clocks.Limit(bundle.promised.amount, bundle.promised.unit, bundle.promised.start)
    begun = min(counted(case, "accepted") for case in cases if case.accepted_at)
    stops = clocks.counted("promised", tuple(suspension_of(pause) for pause in longest.pauses))
    return clocks.clock(calendar, limit, moment(begun), now.date(), suspensions=stops)
