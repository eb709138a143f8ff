"""Which acts a case offers to the person before it, and why one of them is off: what screens show as keys (S14, R15).

It looks ahead only: whether an act may be is for `decide` and the rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from casework.acts import HANDLERS, own_post
from casework.acts.claims import own_places
from casework.acts.intake import in_hand, outstanding
from casework.acts.parts import item_of, overseer_post
from casework.bodies import RouteStep
from casework.case import AT_APPLICANT, OPEN_STATES, UNDER_WAY, Case, module_at, open_steps, paused, places
from casework.catalogue.materials import NOT_FOUND, PENDING
from casework.claims import claim_on, needs_a_claim, others_claim
from casework.commands import Accept
from casework.decide import not_now
from casework.drafting import Context
from casework.events import EVENTS
from casework.rights import delegated, may, post_for
from casework.rules import Refusal
from casework.rules.claims import has_it
from casework.rules.course import may_be_spared, told_today
from casework.rules.refusing import ready, told_already
from casework.rules.result import no_decision_yet, withheld

Offer = tuple[str, str]
"""An act, and the type of the fact that it makes."""


def possible(case: Case, context: Context) -> tuple[tuple[str, Refusal | None], ...]:
    """The acts that belong to the case's state and the person's posts, each with the reason why it is off, or None."""
    return tuple(
        (action, not_now(case, type_, context) or _anothers(case, type_, context) or _foreseen(case, action, context))
        for action, type_ in dict.fromkeys(_offered(case, context))
    )


def may_print(action: str) -> bool:
    """Whether a paper may come of the act; of some only where the hall confirms it."""
    made = (*_ASIDE, *(offer[:2] for offer in _BY_STATE), *(offer for acts in _BY_KIND.values() for offer in acts))
    return any(EVENTS[type_].prints for name, type_ in made if name == action)


def _anothers(case: Case, type_: str, context: Context) -> Refusal | None:
    """Who has all that this shift could work on (S23)."""
    if not case.claims or not needs_a_claim(type_) or overseer_post(context, type_):
        return None
    steps = [place.step for place, _ in own_places(case, context)] or [""]
    held = [others_claim(case, step, context.staff.number, context.day) for step in steps]
    return has_it(held[0]) if held[0] is not None and all(held) else None


def claimable(case: Case, context: Context) -> bool:
    """Whether opening the case from the queue takes it: nobody has it, nobody was given it, and she may move it on.

    Whoever may not do what it waits for (she accepted it herself, say) only looks: no mark says that she works on it.
    """
    mine = own_places(case, context)
    free = case.handed is None and all(claim_on(case, place.step, context.day) is None for place, _ in mine)
    return bool(mine) and free and _moves_on(case, context)


def _moves_on(case: Case, context: Context) -> bool:
    """Whether she may do what the case waits for here, line or no line."""
    offered = (action for action, _ in _offered(case, context) if action in _ONWARD)
    return any(_foreseen(case, action, context) is None for action in offered)


def _foreseen(case: Case, action: str, context: Context) -> Refusal | None:
    """What would be refused whatever is typed: nobody fills in a form for that."""
    if action == "accept":
        made = HANDLERS["accept"](case, Accept(), context)
        return made if isinstance(made, Refusal) else None
    if action == "reassign":  # what stands still is with a third party: there is no desk to take it from
        waits = [ready(case, step.id) for step in open_steps(case)]
        return waits[0] if waits and all(waits) else None
    if action == "supplement":
        return told_already(case)
    if action == "nudge":
        return told_today(case, context.staff.number, context.day)
    if action == "decide":
        return no_decision_yet(case, context.staff.number)
    if action in {"deliver", "post"}:
        return withheld(case)
    if action == "extend" and case.extension is not None:
        return Refusal("extended_already", {"number": case.number})
    return None


def _offered(case: Case, context: Context) -> Iterator[Offer]:
    if context.staff.number in case.recused:
        return
    for step in open_steps(case) if case.state not in AT_APPLICANT else ():
        post = own_post(case, step, context)
        for action, type_ in _at_step(case, step):
            if _may_at(case, context, type_, post, module_at(case, step.id, type_)):
                yield action, type_
    if case.state not in AT_APPLICANT and open_steps(case) and overseer_post(context, "reassigned"):
        yield "reassign", "reassigned"
    for action, type_ in _of_state(case, context):
        if _may(case, context, type_) and not _pointless(case, context, type_):
            yield action, type_


def _at_step(case: Case, step: RouteStep) -> Iterator[Offer]:
    """What can be done with an open step."""
    if paused(case, step.id):
        yield "resume", "resumed"
        return
    yield from _BY_KIND.get(step.kind, ())
    if case.accepted_at and not case.decided_at and step.kind in _WORK:
        if case.state in {"accepted", "suspended"} and case.received.stops:
            yield "suspend", "suspended"
        yield from (("consult", "consulted"), ("reassign", "reassigned"))
        if any(each.id in case.steps and each.kind != "receive" for each in case.received.route):
            yield "send-back", "sent_back"
    if step.kind == "accept" and case.state == "received":
        yield "reassign", "reassigned"
    if may_be_spared(case, step):
        yield "not-needed", "step.not_needed"
    if step.kind == "decide" and case.received.forward_to and case.forwarded is None:
        yield "forward", "forwarded"


def _of_state(case: Case, context: Context) -> Iterator[Offer]:
    yield from (offer[:2] for offer in _BY_STATE if case.state in offer[2])
    have = set(case.materials.values())
    if case.is_open and outstanding(case, item_of(case, context)):
        yield "supplement-received", "material.added"
    if case.is_open and have & {PENDING, NOT_FOUND} and not case.decided_at:
        yield "check", "checked_by_network"
    if case.deemed and case.accepted is None and case.state in UNDER_WAY:
        yield "accept", "accepted"
    if case.state in {"accepted", "suspended"} and case.received.statutory and case.received.statutory.extension:
        yield "extend", "extended"
    waits = places(case)
    if waits and waits[0].step == "pledge_check":
        yield "pledge-check", "pledge.checked"
    if waits and waits[0].step == "close":
        yield "close", "closed"
    if case.decided_at and case.state not in {"revoked", "terminated"}:
        yield "correct", "corrected"
        if case.outcome == "granted":
            yield "revoke", "revoked"
    if not case.decided_at and case.is_open:
        yield "void", "voided"
    if case.is_open and case.doubts:
        yield "confirm-date", "date.confirmed"
    if case.open_recalls:
        yield "recall", "recalled"


def _may(case: Case, context: Context, type_: str) -> bool:
    row, staff, posts = EVENTS[type_], context.staff, context.catalogue.posts
    if row.officers_only and staff.team != "officer":
        return False
    if post_for(staff, context.shift, row.verb, posts, module=case.received.module):
        return True
    return delegated(staff, row.verb, context.day) is not None


def _may_at(case: Case, context: Context, type_: str, post: str, module: str) -> bool:
    row = EVENTS[type_]
    if not post or (row.officers_only and context.staff.team != "officer"):
        return False
    mandate = delegated(context.staff, row.verb, context.day) is not None
    return mandate or may(context.staff, row.verb, post, context.catalogue.posts, module)


def _pointless(case: Case, context: Context, type_: str) -> bool:
    """What the rules would never let through on this case."""
    registration, accepted = case.received.registration, bool(case.accepted_at)
    if type_ == "supplement.told":
        return registration or accepted
    if type_ == "returned":
        return not registration or accepted
    if type_ == "refused_at_intake":
        return accepted
    if type_ == "terminated":  # after the decision only for a paper that never came (R31)
        return bool(case.decided_at) and "defer" not in case.materials.values()
    if type_ == "pledge.checked":
        return places(case)[0].post not in context.shift
    if type_ == "material.returned":
        return not in_hand(case)
    if type_ == "scanned":
        return not case.materials
    return type_ == "accepted" and _accepted_elsewhere(case, context)


def _accepted_elsewhere(case: Case, context: Context) -> bool:
    """Whether the acceptance is not hers: the window has no authority (R15), or it was given to another post."""
    if context.staff.team == "helper" and not case.received.authority:
        return True
    step = next((each for each in open_steps(case) if each.kind == "accept"), None)
    return step is not None and case.received.module not in context.shift and not own_post(case, step, context)


_WORK = frozenset({"examine", "site_check", "expert_review", "hearing", "consult", "publicity", "decide"})
_BEFORE = frozenset({"received", *AT_APPLICANT, *UNDER_WAY})
"""Not yet decided."""

_BY_STATE: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("accept", "accepted", frozenset({"received"})),
    ("supplement", "supplement.told", frozenset({"received", *AT_APPLICANT})),
    ("return", "returned", frozenset({"received"})),
    ("refuse", "refused_at_intake", frozenset({"received"})),
    ("supplement-received", "material.added", AT_APPLICANT),
    ("mend", "mended_on_the_spot", frozenset({"received"})),
    ("withdraw", "withdrawn", _BEFORE),
    ("terminate", "terminated", _BEFORE | {"decided", "certified"}),
    ("transfer", "transferred", _BEFORE),
    ("nudge", "nudged", UNDER_WAY),
    ("scan", "scanned", OPEN_STATES),
    ("recuse", "recused", frozenset({"received", *UNDER_WAY})),
    ("hand-back", "material.returned", frozenset({"returned", "withdrawn", "terminated", "refused_at_intake", "void"})),
)
_BY_KIND: dict[str, tuple[Offer, ...]] = {
    "pre_review": (("pre-review", "step.done"),),
    "examine": (("examine", "step.done"),),
    "site_check": (("site-check", "inspected"),),
    "expert_review": (("expert-review", "step.done"),),
    "hearing": (("hearing", "step.done"),),
    "publicity": (("publicity", "step.done"),),
    "consult": (("answer", "step.done"),),
    "decide": (("decide", "decided"),),
    "pay": (("pay", "paid"),),
    "certify": (("certify", "certified"),),
    "deliver": (("deliver", "delivered"), ("post", "posted")),
}
_ASIDE: tuple[Offer, ...] = (
    ("suspend", "suspended"), ("extend", "extended"), ("forward", "forwarded"), ("correct", "corrected"),
    ("revoke", "revoked"),
)  # fmt: skip
"""Of the ways aside, those that bring a paper out."""
_ONWARD = frozenset(action for acts in _BY_KIND.values() for action, _ in acts) | {
    "accept", "supplement", "return", "refuse", "resume", "forward", "close", "pledge-check"
}  # fmt: skip
"""What a case waits for; to consult, to reassign or to stop a clock is a way aside."""
