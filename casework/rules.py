"""What may happen to a case, said once: `decide` checks itself by it, and the hall judges by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from casework import bodies, numbers
from casework.case import Case, open_steps, post_of, step_of
from casework.catalogue.schema import Post
from casework.events import EVENTS, EventType
from casework.facts import Fact
from casework.messages import Message
from casework.rights import may, stands_in

SEPARATION = frozenset({"same_person", "helper_may_not"})
"""Refusals that nobody can insist on (S15)."""


class Refusal(msgspec.Struct, frozen=True):
    """A *no* with its reason: a value, not an error. `code` is stable, `facts` fill the sentence `refusal.<code>`."""

    code: str
    facts: dict[str, Any] = {}

    @property
    def message(self) -> Message:
        """The sentence that says what to do."""
        return sentence(self.code, self.facts)


_WORDS = {"step": "step", "state": "state", "type": "event", "paper": "paper"}


def sentence(code: str, facts: Mapping[str, Any]) -> Message:
    """The sentence `refusal.<code>` with its codes as words, numbers and times as people write them.

    For refusals of the own rules and for verdicts of the hall alike.
    """
    worded: dict[str, Any] = {name: _worded(name, value) for name, value in facts.items()}
    return Message(f"refusal.{code}", worded)


def _worded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _WORDS and value:
        return Message(f"{_WORDS[name]}.{value}")
    if name == "what":
        return [Message(f"event.{type_}") for type_ in value.split(", ")]
    if name == "number" and len(value) == numbers.LENGTH:
        return numbers.printed(value)
    if name.endswith("_at"):
        return value[:16].replace("T", " ")
    return value


class Bench(msgspec.Struct, frozen=True):
    """What a rule may look at beside case and fact: the person, the posts, what the tray holds of the case."""

    staff: bodies.StaffSet | None
    posts: Mapping[str, Post]
    refused: frozenset[str] = frozenset()
    """Ids of facts of this case that wait in the tray."""


_AFTER_THE_END = frozenset({"printed", "unmasked", "resolve.withdraw", "resolve.amend", "handed_over"})
_WITHOUT_A_CASE = frozenset({"resolve.withdraw", "resolve.amend"})
"""What was refused because its case never arrived must have a way out too (S16)."""
_WHILE_WAITING = frozenset({"material.added", "withdrawn", "supplement.told"}) | _AFTER_THE_END


def refusal(case: Case | None, fact: Fact, body: Any, bench: Bench) -> Refusal | None:
    """Why `fact` may not happen to `case` now; None when it may."""
    row = EVENTS[fact.type]
    module = case.received.module if case is not None else getattr(body, "module", "")
    return (
        _person(row, fact, bench, module)
        or _state(case, row)
        or (_step(case, row, fact, body, bench) if case is not None else None)
        or (_RULES[row.name](case, fact, body, bench) if _has_rule(case, row) else None)
    )


def _has_rule(case: Case | None, row: EventType) -> bool:
    return row.name in _RULES and (case is not None or row.name in _WITHOUT_A_CASE)


def _person(row: EventType, fact: Fact, bench: Bench, module: str) -> Refusal | None:
    staff, post = bench.staff, bench.posts.get(fact.post)
    if staff is None or not staff.active:
        return Refusal("no_such_person", {"number": fact.actor})
    at_officers = staff.team == "helper" and post is not None and post.team != "helper"
    if (row.officers_only and staff.team != "officer") or at_officers:
        return Refusal("helper_may_not", {"name": staff.name})
    if fact.post not in staff.posts:
        return Refusal("not_your_post", {"name": staff.name, **_named(fact.post, bench)})
    if not may(staff, row.verb, fact.post, bench.posts, module):
        return Refusal("no_right", {"name": staff.name, **_named(fact.post, bench)})
    return None


def _named(post_id: str, bench: Bench) -> dict[str, Any]:
    """A post as facts: its code for machines, its name for people."""
    post = bench.posts.get(post_id)
    return {"post": post_id, "at": post.name.both() if post else post_id or "-"}


def _state(case: Case | None, row: EventType) -> Refusal | None:
    if case is None:
        return None if row.name == "received" or row.name in _WITHOUT_A_CASE else Refusal("no_case")
    if row.name == "received":
        return Refusal("received_twice", {"number": case.number})
    if not case.is_open and row.name not in _AFTER_THE_END:
        return Refusal("case_ended", {"number": case.number, "state": case.state})
    if case.state == "awaiting_supplement" and row.name not in _WHILE_WAITING:
        return Refusal("awaiting_supplement", {"number": case.number})
    return None


def _step(case: Case, row: EventType, fact: Fact, body: Any, bench: Bench) -> Refusal | None:
    if not row.step_kind or row.name == "received":
        return None
    step = step_of(case, body.step)
    if step is None:
        return Refusal("no_such_step", {"given": body.step[:40]})
    if not row.ends(step.kind):
        return Refusal("wrong_step", {"step": step.kind})
    ready = open_steps(case)
    if row.name == "accepted":  # acceptance ticks off the pre-review before it
        ready = (*ready, *(s for s in case.received.route if s.kind == "accept" and s.id not in case.steps))
    if step not in ready:
        return Refusal("step_not_open", {"step": step.kind})
    return _at_post(case, step, fact, bench)


def _at_post(case: Case, step: bodies.RouteStep, fact: Fact, bench: Bench) -> Refusal | None:
    post = post_of(case, step)
    if stands_in(fact.post, post, step.kind, case.received.module, bench.posts):
        return None
    if step.kind == "accept" and fact.post == case.received.module:
        return None  # the module's officers can always accept what the window may accept for them (R15)
    return Refusal("other_post", {"step": step.kind, **_named(post, bench)})


def _received_only(case: Case) -> Refusal | None:
    return None if case.state == "received" else Refusal("not_received", {"number": case.number, "state": case.state})


def _before_acceptance(case: Case) -> Refusal | None:
    """What was accepted on paper is neither turned away nor asked for more when it is sent back (S15)."""
    if case.state == "received" and case.accepted_at:
        return Refusal("was_accepted", {"number": case.number, "accepted_at": case.accepted_at})
    return _received_only(case)


def asked_for(case: Case, code: str) -> bool:
    """Whether `code` may still be asked for: after the notice only what stands on its own list (R5)."""
    return case.supplement is None or code in {line.material for line in case.supplement.lines}


def _accepted(case: Case, fact: Fact, body: bodies.Accepted, bench: Bench) -> Refusal | None:
    late = _received_only(case)
    if late:
        return late
    if (
        bench.staff
        and bench.staff.team == "helper"
        and not (body.authority and body.authority == case.received.authority)
    ):
        return Refusal("no_authorisation", {"item": case.received.item})
    missing = [code for code, have in case.materials.items() if have == "missing" and asked_for(case, code)]
    if missing:
        return Refusal("incomplete", {"materials": ", ".join(missing)})
    return None


def _told(case: Case, fact: Fact, body: bodies.SupplementTold, bench: Bench) -> Refusal | None:
    if case.supplement is not None:
        return Refusal("second_notice", {"number": case.number, "told_at": case.supplement.told_at})
    if case.received.registration:
        return Refusal("registration_returns", {"number": case.number})
    if not body.lines:
        return Refusal("nothing_said")
    return _before_acceptance(case) or _listed(case, [line.material for line in body.lines])


def _listed(case: Case, codes: list[str]) -> Refusal | None:
    foreign = [code for code in codes if code not in case.materials]
    return Refusal("not_listed", {"materials": ", ".join(foreign)}) if foreign else None


def _added(case: Case, fact: Fact, body: bodies.MaterialAdded, bench: Bench) -> Refusal | None:
    return Refusal("nothing_said") if not body.materials else _listed(case, list(body.materials))


def _refused(case: Case, fact: Fact, body: bodies.RefusedAtIntake, bench: Bench) -> Refusal | None:
    if not body.reason.strip() or not body.remedies.strip():
        return Refusal("reason_and_remedies")
    if body.ground == "not_our_power" and not body.right_organ.strip():
        return Refusal("right_organ")
    return _before_acceptance(case)


def _returned(case: Case, fact: Fact, body: bodies.Returned, bench: Bench) -> Refusal | None:
    if not case.received.registration:
        return Refusal("only_registration_returns", {"number": case.number})
    if not body.lines and not body.reason.strip():
        return Refusal("nothing_said")
    return _before_acceptance(case)


def _inspected(case: Case, fact: Fact, body: bodies.Inspected, bench: Bench) -> Refusal | None:
    step = step_of(case, body.step)
    needed = max(2, step.officers if step else 2)
    if len(set(body.officers)) < needed or fact.actor not in body.officers:
        return Refusal("two_officers", {"needed": needed})
    if body.outcome not in {"pass", "rectify", "fail"}:
        return Refusal("outcome", {"possible": "pass, rectify, fail"})
    return None


def _decided(case: Case, fact: Fact, body: bodies.Decided, bench: Bench) -> Refusal | None:
    if body.outcome not in {"granted", "refused"}:
        return Refusal("outcome", {"possible": "granted, refused"})
    if body.outcome == "refused" and not (body.reasons.strip() and body.remedies.strip()):
        return Refusal("reason_and_remedies")
    if case.accepted_by == fact.actor and not case.received.one_person:
        return Refusal("same_person", {"number": case.number})
    if body.outcome == "granted" and _failed_check(case):
        return Refusal("check_failed", {"number": case.number})
    return None


def _failed_check(case: Case) -> bool:
    checks = (step.id for step in case.received.route if step.kind == "site_check")
    return any(case.steps[id_].note == "fail" for id_ in checks if id_ in case.steps)


def _sent_back(case: Case, fact: Fact, body: bodies.SentBack, bench: Bench) -> Refusal | None:
    here, to = step_of(case, body.step), step_of(case, body.to)
    if case.decided_at:
        return Refusal("already_decided", {"number": case.number})
    if here is None:
        return Refusal("no_such_step", {"given": body.step[:40]})
    if here not in open_steps(case):
        return Refusal("step_not_open", {"step": here.kind})
    if to is None or to.id not in case.steps or to.kind == "receive":
        return Refusal("not_done_yet", {"given": body.to[:40]})
    if not body.reason.strip():
        return Refusal("reason")
    return _at_post(case, here, fact, bench)


def _reassigned(case: Case, fact: Fact, body: bodies.Reassigned, bench: Bench) -> Refusal | None:
    step, post = step_of(case, body.step), bench.posts.get(body.post)
    if step is None:
        return Refusal("no_such_step", {"given": body.step[:40]})
    if step not in open_steps(case):
        return Refusal("step_not_open", {"step": step.kind})
    if post is None or case.received.module not in post.modules or step.kind not in post.kinds:
        return Refusal("no_such_post", {"post": body.post[:40]})
    return Refusal("reason") if not body.reason.strip() else _at_post(case, step, fact, bench)


def _delivered(case: Case, fact: Fact, body: bodies.Delivered, bench: Bench) -> Refusal | None:
    if not body.receiver.strip():
        return Refusal("receiver")
    if body.how not in {"counter", "post", "agent"}:
        return Refusal("outcome", {"possible": "counter, post, agent"})
    if body.how == "agent" and not body.receiver_id.strip():
        return Refusal("agent_id")
    later = [code for code, have in case.materials.items() if have == "defer"]
    if later and case.outcome == "granted":  # R31: the result is withheld until they are here
        return Refusal("deferred_outstanding", {"materials": ", ".join(later)})
    return None


def _closed(case: Case, *_: Any) -> Refusal | None:
    return None if case.state == "delivered" else Refusal("not_delivered", {"number": case.number})


def _withdrawn(case: Case, fact: Fact, body: bodies.Withdrawn, bench: Bench) -> Refusal | None:
    if case.state in {"decided", "certified", "delivered"}:
        return Refusal("already_decided", {"number": case.number})
    return Refusal("reason") if not body.reason.strip() else None


def _resolve(case: Case | None, fact: Fact, body: Any, bench: Bench) -> Refusal | None:
    unknown = [id_ for id_ in body.refused if id_ not in bench.refused]
    if unknown or not body.refused:
        return Refusal("nothing_refused")
    return Refusal("reason") if not body.reason.strip() else None


_Rule = Callable[[Any, Fact, Any, Bench], Refusal | None]

_RULES: dict[str, _Rule] = {
    "accepted": _accepted,
    "supplement.told": _told,
    "material.added": _added,
    "refused_at_intake": _refused,
    "returned": _returned,
    "inspected": _inspected,
    "decided": _decided,
    "sent_back": _sent_back,
    "reassigned": _reassigned,
    "delivered": _delivered,
    "closed": _closed,
    "withdrawn": _withdrawn,
    "resolve.withdraw": _resolve,
    "resolve.amend": _resolve,
}
