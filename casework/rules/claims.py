"""Rules of the queue's items: who may take one, who may let go of it, and that nobody works on another's (S23)."""

from __future__ import annotations

from typing import Any

from casework import bodies
from casework.case import APPLICANT, THIRD_PARTY, Case, Claim, places, step_of
from casework.claims import claim_on, needs_a_claim, others_claim
from casework.facts import Fact
from casework.rights import may
from casework.rules.refusing import Bench, Refusal, Rule, at_post, named, overseen


def not_anothers(case: Case, fact: Fact, body: Any, bench: Bench) -> Refusal | None:
    """Whether somebody else has the item that the fact works on; what a supervisor reassigns is taken from her."""
    if not case.claims or not needs_a_claim(fact.type) or overseen(fact, bench):
        return None
    claim = others_claim(case, getattr(body, "step", ""), fact.actor, fact.time.at[:10])
    return has_it(claim) if claim is not None else None


def has_it(claim: Claim) -> Refusal:
    """The *no* that says who has it."""
    return Refusal("claimed_by", {"name": claim.name, "window": claim.terminal[2:], "claimed_at": claim.at})


def _claimed(case: Case, fact: Fact, body: bodies.Claimed, bench: Bench) -> Refusal | None:
    place = next((each for each in places(case) if each.step == body.step), None)
    if place is None or place.post in {APPLICANT, THIRD_PARTY}:
        return Refusal("nothing_to_claim", {"number": case.number})
    held = claim_on(case, body.step, fact.time.at[:10])
    if held is not None and held.by != fact.actor:
        return has_it(held)
    step = step_of(case, body.step)
    if step is not None:
        return at_post(case, step, fact, bench)
    return None if place.post == fact.post else Refusal("other_post", {"step": body.step, **named(place.post, bench)})


def _released(case: Case, fact: Fact, body: bodies.Released, bench: Bench) -> Refusal | None:
    held = claim_on(case, body.step, fact.time.at[:10])
    if held is None:
        return Refusal("nothing_claimed", {"number": case.number})
    if held.by == fact.actor:
        return None
    if bench.staff is None or not may(bench.staff, RELEASE, fact.post, bench.posts):
        return has_it(held)
    return None if body.reason.strip() else Refusal("reason")


RELEASE = "case.release"
"""The supervisor's right to free an item that somebody else has."""

RULES: dict[str, Rule] = {"claimed": _claimed, "released": _released}
