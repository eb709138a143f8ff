"""Who has an item of the queue (S23). A claim is for one place of one case, one person and one day. Pure.

An act is its own claim: where nobody has the item, it is admitted as it comes; where somebody else has it, it is
refused with her name, at the window and at the hall alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from casework.case import APPLICANT, THIRD_PARTY, Case, Claim, Place, places
from casework.events import EVENTS, Klass

WITHOUT_A_CLAIM = frozenset(
    {"withdrawn", "recused", "voided", "extended", "corrected", "revoked"}
    | {"resolve.withdraw", "resolve.amend", "resolve.insist", "date.confirmed", "told_apart"}
)
"""Judgements that are nobody's item: what the applicant wants, what a head or supervisor says, what is put right."""


def needs_a_claim(type_: str) -> bool:
    """Whether a fact of this type is work on an item; what happened at the counter has happened."""
    klass = EVENTS[type_].klass
    return (klass is Klass.JUDGEMENT or klass is Klass.NEEDS_HALL) and type_ not in WITHOUT_A_CLAIM


def item_of_queue(case: Case, step: str = "") -> str:
    """The place in the queue that work on `step` belongs to: its own, or the one before it that it ticks off."""
    waiting = [place.step for place in places(case)]
    return step if step in waiting else next(iter(waiting), "")


def claim_on(case: Case, step: str, day: str) -> Claim | None:
    """The claim on a place that holds on that day (YYYY-MM-DD): it lapses with its day."""
    claim = case.claims.get(step)
    return claim if claim is not None and claim.at[:10] == day else None


def others_claim(case: Case, step: str, who: str, day: str) -> Claim | None:
    """The claim of somebody else on the item that work on `step` belongs to."""
    claim = claim_on(case, item_of_queue(case, step), day)
    return claim if claim is not None and claim.by != who else None


def claimed_at(case: Case, terminal: str, day: str) -> bool:
    """Whether something of the case is claimed at that terminal today: then it can be worked on without the line."""
    return any(claim_on(case, step, day) and case.claims[step].terminal == terminal for step in case.claims)


def workable(case: Case, posts: Iterable[str]) -> tuple[Place, ...]:
    """The places at which somebody of the hall works, those at `posts` only."""
    mine = set(posts) - {APPLICANT, THIRD_PARTY}
    return tuple(place for place in places(case) if place.post in mine)
