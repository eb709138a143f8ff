"""Which acts a case offers to the person before it, and why one of them is off: what screens show as keys (S14, R15).

It looks ahead only: whether an act may be is for `decide` and the rules.
"""

from __future__ import annotations

from casework.case import Case, open_steps
from casework.commands import Accept
from casework.decide import not_now, own_post, step_of_act
from casework.drafting import Context
from casework.events import EVENTS
from casework.rights import may, post_for
from casework.rules import Refusal


def possible(case: Case, context: Context) -> tuple[tuple[str, Refusal | None], ...]:
    """The acts that belong to the case's state and the person's posts, each with the reason why it is off, or None."""
    return tuple(
        (action, not_now(case, type_, context) or _foreseen(case, action, context))
        for action, type_ in _offered(case, context)
    )


def _foreseen(case: Case, action: str, context: Context) -> Refusal | None:
    """What would be refused whatever is typed: nobody fills in a form for that."""
    if action == "accept":
        made = step_of_act(case, Accept(), action, context)
        return made if isinstance(made, Refusal) else None
    if action == "supplement" and case.supplement is not None:
        return Refusal("second_notice", {"number": case.number, "told_at": case.supplement.told_at})
    if action == "decide" and case.accepted_by == context.staff.number and not case.received.one_person:
        return Refusal("same_person", {"number": case.number})
    return None


def _offered(case: Case, context: Context) -> list[tuple[str, str]]:
    offered = [(action, type_) for action, type_, state in _BY_STATE if case.state in state]
    for step in open_steps(case) if case.state != "awaiting_supplement" else ():
        post = own_post(case, step, context)
        offered += [pair for pair in _BY_STEP.get(step.kind, ()) if _may(case, context, pair[1], post)]
    if case.state == "received" and "missing" not in case.materials.values():
        offered.remove(("supplement-received", "material.added"))
    if "defer" in case.materials.values() and case.state in {"accepted", "decided", "certified"}:
        offered.append(("supplement-received", "material.added"))
    staff, posts = context.staff, context.catalogue.posts
    return [
        (action, type_)
        for action, type_ in dict.fromkeys(offered)
        if post_for(staff, context.shift, EVENTS[type_].verb, posts, module=case.received.module)
        and not (EVENTS[type_].officers_only and staff.team != "officer")
        and not (type_ == "supplement.told" and (case.received.registration or case.accepted_at))
        and not (type_ == "returned" and not case.received.registration)
        and not (type_ in {"refused_at_intake", "returned"} and case.accepted_at)
        and not (type_ == "accepted" and staff.team == "helper" and not case.received.authority)
    ]


def _may(case: Case, context: Context, type_: str, post: str) -> bool:
    return may(context.staff, EVENTS[type_].verb, post, context.catalogue.posts, case.received.module)


_BY_STATE = (
    ("accept", "accepted", {"received"}),
    ("supplement", "supplement.told", {"received", "awaiting_supplement"}),
    ("return", "returned", {"received"}),
    ("refuse", "refused_at_intake", {"received"}),
    ("supplement-received", "material.added", {"awaiting_supplement", "received"}),
    ("withdraw", "withdrawn", {"received", "awaiting_supplement", "accepted"}),
    ("close", "closed", {"delivered"}),
)
_BY_STEP = {
    "pre_review": (("pre-review", "step.done"),),
    "examine": (("examine", "step.done"), ("send-back", "sent_back"), ("reassign", "reassigned")),
    "site_check": (("site-check", "inspected"), ("send-back", "sent_back"), ("reassign", "reassigned")),
    "decide": (("decide", "decided"), ("send-back", "sent_back"), ("reassign", "reassigned")),
    "certify": (("certify", "certified"),),
    "deliver": (("deliver", "delivered"),),
}
