"""What the evolvers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from casework.case import Case, Pause, StepState, route_of
from casework.facts import Fact

Evolver = Callable[[Case, Fact, Any], Case]


def unchanged(case: Case, fact: Fact, body: Any) -> Case:
    """It happened, and the case stands as before."""
    return case


def done(case: Case, fact: Fact, step: str, note: str = "") -> dict[str, StepState]:
    """The steps with `step` done."""
    return {**case.steps, step: StepState("done", fact.actor, fact.time.at, note)}


def not_needed(case: Case, fact: Fact, steps: dict[str, StepState], *kinds: str) -> dict[str, StepState]:
    """The steps with all of `kinds` that are still open declared not needed."""
    left = [step.id for step in case.received.route if step.kind in kinds and step.id not in steps]
    return {**steps, **dict.fromkeys(left, StepState("not_needed", fact.actor, fact.time.at))}


def ended(state: str) -> Evolver:
    """The case ends in `state`; nothing stands still any more."""

    def end(case: Case, fact: Fact, body: Any) -> Case:
        return msgspec.structs.replace(
            case,
            state=state,
            ended_at=fact.time.at,
            ended_by=fact.actor,
            proposal="",
            pauses=over(case.pauses, fact.time.at),
            reason=getattr(body, "reason", "") or getattr(body, "note", ""),
            lines=getattr(body, "lines", ()),
        )

    return end


def anew(case: Case, fact: Fact) -> tuple[int, ...]:
    """The task to print its receipt again, for whoever has seen `fact`; none of a void number, which gets no paper."""
    return () if case.state == "void" else (fact.base.epoch, fact.base.cursor)


def over(pauses: tuple[Pause, ...], at: str, *steps: str) -> tuple[Pause, ...]:
    """The pauses of `steps` (of all where none is named) ended at `at`, and none before it began: clocks differ."""
    return tuple(
        msgspec.structs.replace(each, until=max(at, each.since))
        if not each.until and (not steps or each.step in steps)
        else each
        for each in pauses
    )


def under_way(pauses: tuple[Pause, ...]) -> str:
    """The state of an accepted case: suspended while a special procedure lasts."""
    return "suspended" if any(not each.until and each.kind != "rectify" for each in pauses) else "accepted"


def after(case: Case, step: str) -> set[str]:
    """`step` and every step that needs it, however far behind."""
    found = {step}
    route = route_of(case)
    for _ in route:  # as often as a chain of needs can be long, in whatever order the route is listed
        found |= {each.id for each in route if found.intersection(each.needs)}
    return found
