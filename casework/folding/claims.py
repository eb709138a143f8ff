"""Who has which item of the queue (S23): the first of two keeps it, a lapsed claim holds nobody up."""

from __future__ import annotations

from typing import Any

import msgspec

from casework import bodies
from casework.case import Case, Claim, places
from casework.claims import claim_on, needs_a_claim
from casework.events import EVENTS
from casework.facts import Fact
from casework.folding.parts import Evolver


def _claimed(case: Case, fact: Fact, body: bodies.Claimed) -> Case:
    held = claim_on(case, body.step, fact.time.at[:10])
    if held is not None and held.by != fact.actor:
        return case  # the hall's order says who was first; the second one moves nothing
    claim = Claim(fact.actor, fact.time.at, body.terminal, body.name)
    return msgspec.structs.replace(case, claims={**case.claims, body.step: claim})


def _released(case: Case, fact: Fact, body: bodies.Released) -> Case:
    held = case.claims.get(body.step)
    if held is not None and held.by != fact.actor and not body.reason.strip():
        return case  # hers came second and never held: letting go of it frees nobody else's (claims lapse with the day)
    left = {step: claim for step, claim in case.claims.items() if step != body.step}
    return msgspec.structs.replace(case, claims=left)


def kept_claims(case: Case, type_: str, body: Any) -> Case:
    """The case with claims only on what still waits: an item that was done, sent back or reassigned is nobody's."""
    if case.handed is not None and _is_taken_up(type_):
        case = msgspec.structs.replace(case, handed=None)
    if not case.claims:
        return case
    waiting = {place.step for place in places(case)} - ({body.step} if type_ == "reassigned" else set())
    if case.claims.keys() <= waiting:
        return case
    return msgspec.structs.replace(case, claims={step: one for step, one in case.claims.items() if step in waiting})


def _is_taken_up(type_: str) -> bool:
    """Whether a fact of this type says that somebody works on what was handed over."""
    if type_ == "reassigned":  # that names whoever has it from now on, or nobody
        return False
    return type_ == "claimed" or bool(EVENTS[type_].step_kind) or needs_a_claim(type_)


def _told_apart(case: Case, fact: Fact, body: bodies.ToldApart) -> Case:
    return msgspec.structs.replace(case, apart=tuple(sorted({*case.apart, *body.others})))


EVOLVERS: dict[str, Evolver] = {"claimed": _claimed, "released": _released, "told_apart": _told_apart}
