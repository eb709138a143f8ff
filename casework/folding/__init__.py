"""From facts to the state of a case: `evolve` one fact, `fold` many.

`evolve` is total: it never raises, and is the same on every platform (no floats, no set order, no locale). A fact of a
type that this version can't read leaves the state as it is and is counted.
"""

from __future__ import annotations

from typing import Any

import msgspec

from casework import bodies
from casework.case import Case, PaperAct, StepState, is_ready, paused, step_of
from casework.dating import doubted
from casework.errors import BadBytes
from casework.events import EVENTS, Klass, body_of, known, reading_mark
from casework.facts import Fact
from casework.folding import claims, course, dates, intake, result, scans, settling
from casework.folding.parts import Evolver, unchanged

EVOLVERS: dict[str, Evolver] = {
    **intake.EVOLVERS, **course.EVOLVERS, **result.EVOLVERS, **settling.EVOLVERS, **dates.EVOLVERS,
    **claims.EVOLVERS, **scans.EVOLVERS,
}  # fmt: skip

FOLD = "12"
"""Which fold this is: another one makes every state anew, at the hall and at the terminals."""


def fold_mark() -> str:
    """The fold of this program, and what it can read: what it learned to read is folded after its update (S32)."""
    return f"{FOLD}/{reading_mark()}"


_AFTER_THE_END = frozenset(
    {
        "received",
        "printed",
        "material.returned",
        "corrected",
        "revoked",
        "renumbered",
        "resolve.withdraw",
        "resolve.amend",
        "recalled",
        "scanned",
        "scan.arrived",
    }
)


def evolve(case: Case | None, fact: Fact) -> Case | None:
    """The state after `fact`. None stays None until `received` gives the case its number."""
    try:
        body = body_of(fact)
    except BadBytes:
        return case and msgspec.structs.replace(case, facts=case.facts + 1, unread=case.unread + (not known(fact)))
    if case is None:
        return _begin(fact, body) if fact.type == "received" else None
    moves = _moves(case, fact.type, body)
    evolver = EVOLVERS.get(fact.type, unchanged) if moves else unchanged
    told = moves and _is_told_on_paper(fact.type)
    acts = (*case.acts, PaperAct(fact.id, EVENTS[fact.type].prints)) if told else case.acts
    if told and fact.id in case.given_up:  # in a log that comes back somebody had insisted on it: its paper stands
        case = msgspec.structs.replace(case, given_up=tuple(id_ for id_ in case.given_up if id_ != fact.id))
    after = claims.kept_claims(evolver(case, fact, body), fact.type, body)
    return msgspec.structs.replace(after, facts=case.facts + 1, acts=acts)


def _is_told_on_paper(type_: str) -> bool:
    """Whether it is a judgement that the applicant gets in writing: refused later, its paper has to be settled too."""
    row = EVENTS[type_]
    return bool(row.prints) and (row.klass is Klass.JUDGEMENT or row.klass is Klass.NEEDS_HALL)


def fold(facts: tuple[Fact, ...] | list[Fact], case: Case | None = None) -> Case | None:
    """The state after all of `facts`, from `case` on."""
    for fact in facts:
        case = evolve(case, fact)
    return case


def has_moved(before: Case, after: Case) -> bool:
    """Whether a fact did more to its case than being counted. Whoever acts in vain has it taken up all the same."""
    taken_up = msgspec.structs.replace(
        before, facts=after.facts, acts=after.acts, handed=after.handed, claims=after.claims
    )
    return after != taken_up


def _begin(fact: Fact, body: bodies.Received) -> Case:
    first = next((step.id for step in body.route if step.kind == "receive"), None)
    case = Case(
        id=fact.case,
        root=fact.root,
        number=body.number,
        state="received",
        received=body,
        received_at=fact.time.at,
        catalogue=fact.catalogue,
        terminal=body.number[12:16],
        taken_by=fact.actor,
        materials=body.materials,
        visit=fact.visit,
        steps={first: StepState("done", fact.actor, fact.time.at)} if first else {},
        proposal=body.proposal,
        fee=body.fee or None,
        facts=1,
    )
    return doubted(case, "received", fact.time)


def _moves(case: Case, type_: str, body: Any) -> bool:
    """Whether the fact has an effect.

    One of the counter is never refused (S14), yet a late or second one moves nothing: else the second delivery of a
    closed case would open it again, at no place.
    """
    row = EVENTS[type_]
    if not case.is_open:
        return type_ in _AFTER_THE_END
    if type_ == "suspended" and body.step in case.steps:
        return False  # in a log that came back the step is over: nobody could end it any more
    if not row.step_kind or type_ == "received":
        return True
    step = step_of(case, body.step)
    if step is None or not row.ends(step.kind):
        return False
    if type_ == "accepted":  # it ticks off the pre-review before it, and may follow the hall's timer (R4)
        return step.id not in case.steps or (bool(case.deemed) and case.accepted is None)
    return is_ready(case, step) and paused(case, step.id) is None
