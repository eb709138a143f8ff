"""Nudges (催办): who asked the post that has a case to hurry, and that nobody does so twice a day. Pure.

A nudge is a fact of the counter: what was asked for has been asked for. The window refuses a second one of the same
person on the same day; one that came all the same (from two windows at once) is accepted by the hall with a flag (S14).
"""

from __future__ import annotations

import msgspec

from casework.case import Case, Nudge, open_steps
from casework.facts import Fact

KEPT = 20
"""Nudges of a case that are told one by one; `Case.nudges` counts all of them."""


def with_nudge(case: Case, fact: Fact, text: str) -> Case:
    """The case after one more."""
    made = Nudge(fact.actor, fact.time.at, text, tuple(step.id for step in open_steps(case)))
    return msgspec.structs.replace(case, nudges=case.nudges + 1, nudged=(*case.nudged, made)[-KEPT:])


def nudged_on(case: Case, who: str, day: str) -> Nudge | None:
    """The nudge of that person on that day (YYYY-MM-DD)."""
    return next((each for each in reversed(case.nudged) if each.by == who and each.at[:10] == day), None)


def unanswered(case: Case) -> tuple[Nudge, ...]:
    """The nudges whose step is still open: whoever works on the case has not moved it since."""
    waiting = {step.id for step in open_steps(case)}
    return tuple(each for each in case.nudged if waiting.intersection(each.steps))
