"""A case is the fold of its facts (architecture.md): the state, `evolve`, and where it waits.

`evolve` is total: it never raises, and is the same on every platform (no floats, no set order, no locale).
A fact of a type that this version can't read leaves the state as it is and is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from casework import bodies
from casework.errors import BadBytes
from casework.events import EVENTS, body_of
from casework.facts import Fact

APPLICANT = "applicant"
"""A place where a case waits for its applicant."""

OPEN_STATES = frozenset({"received", "awaiting_supplement", "accepted", "decided", "certified", "delivered"})
ENDED_STATES = frozenset({"refused_at_intake", "returned", "withdrawn", "closed"})


class StepState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a step: done or not needed, by whom, when, with which remark."""

    state: str
    by: str = ""
    at: str = ""
    note: str = ""


class Supplement(msgspec.Struct, frozen=True, omit_defaults=True):
    """The one notice of what is missing (R4, R5), and what of it came since."""

    lines: tuple[bodies.SupplementLine, ...]
    told_at: str
    answered: tuple[str, ...] = ()


class PrintedPaper(msgspec.Struct, frozen=True):
    """A paper that was handed out."""

    paper: str
    count: int
    mark: str
    at: str
    by: str


class Place(msgspec.Struct, frozen=True):
    """Where a case waits: an open step, and the post whose queue shows it (or the applicant)."""

    step: str
    post: str


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of one case. Times are hall civil time (`casework.ambient.stamp`)."""

    id: str
    root: str
    number: str
    state: str
    received: bodies.Received
    received_at: str
    catalogue: str
    """Version of the catalogue under which it was taken in; the case keeps it."""
    terminal: str
    """The terminal that took it in: the four digits of its number."""
    taken_by: str
    materials: dict[str, str]
    steps: dict[str, StepState] = {}
    posts: dict[str, str] = {}
    """Steps that were reassigned, with their new post."""
    proposal: str = ""
    supplement: Supplement | None = None
    accepted_at: str = ""
    accepted: bodies.Accepted | None = None
    accepted_by: str = ""
    outcome: str = ""
    """`granted` or `refused` once decided."""
    decided_at: str = ""
    decided: bodies.Decided | None = None
    decided_by: str = ""
    certified: bodies.Certified | None = None
    delivered: bodies.Delivered | None = None
    delivered_at: str = ""
    ended_at: str = ""
    ended_by: str = ""
    reason: str = ""
    lines: tuple[bodies.SupplementLine, ...] = ()
    """What a returned registration lacked."""
    papers: tuple[PrintedPaper, ...] = ()
    facts: int = 0

    @property
    def is_open(self) -> bool:
        """Whether anybody still has to act on it."""
        return self.state in OPEN_STATES


def step_of(case: Case, step_id: str) -> bodies.RouteStep | None:
    """The step of the route with that id."""
    return next((step for step in case.received.route if step.id == step_id), None)


def post_of(case: Case, step: bodies.RouteStep) -> str:
    """The post whose queue shows `step` now."""
    return case.posts.get(step.id, step.post)


def open_steps(case: Case) -> tuple[bodies.RouteStep, ...]:
    """Steps whose needs are met and that have not ended, in the order of the route."""
    if not case.is_open:
        return ()
    return tuple(
        step
        for step in case.received.route
        if step.id not in case.steps and all(need in case.steps for need in step.needs)
    )


def places(case: Case) -> tuple[Place, ...]:
    """Exactly one place for each open step; none once the case has ended."""
    if not case.is_open:
        return ()
    if case.state == "awaiting_supplement":
        return (Place("supplement", APPLICANT),)
    if case.state == "delivered":
        return (Place("close", "delivery"),)
    if case.proposal:
        return (Place("proposal", officer_post(case)),)
    return tuple(Place(step.id, post_of(case, step)) for step in open_steps(case))


def officer_post(case: Case) -> str:
    """The officers' post that answers a proposal of the counter: whoever examines, else the module's own."""
    for kind in ("accept", "examine", "decide"):
        for step in case.received.route:
            if step.kind == kind and step.post != "window":
                return post_of(case, step)
    return case.received.module


_Evolver = Callable[[Case, Fact, Any], Case]


def _done(case: Case, fact: Fact, step: str, note: str = "") -> dict[str, StepState]:
    return {**case.steps, step: StepState("done", fact.actor, fact.time.at, note)}


def _material_added(case: Case, fact: Fact, body: bodies.MaterialAdded) -> Case:
    materials = {**case.materials, **body.materials}
    supplement = case.supplement
    state = case.state
    if supplement is not None:
        asked = tuple(line.material for line in supplement.lines)
        came = [code for code, have in body.materials.items() if code in asked and have != "missing"]
        answered = tuple(code for code in asked if code in supplement.answered or code in came)
        supplement = msgspec.structs.replace(supplement, answered=answered)
        if state == "awaiting_supplement" and set(answered) == set(asked):
            state = "received"
    return msgspec.structs.replace(case, materials=materials, supplement=supplement, state=state)


def _supplement_told(case: Case, fact: Fact, body: bodies.SupplementTold) -> Case:
    if case.supplement is not None or case.state != "received" or case.accepted_at or not body.lines:
        return case  # R5: a second notice has no effect, whoever printed it, nor has one after acceptance
    told = Supplement(body.lines, fact.time.at)
    return msgspec.structs.replace(case, supplement=told, state="awaiting_supplement", proposal="")


def _accepted(case: Case, fact: Fact, body: bodies.Accepted) -> Case:
    steps = _done(case, fact, body.step)
    for step in case.received.route:  # what leads to acceptance and was not ticked off apart is done with it
        if step.kind == "pre_review" and step.id not in steps:
            steps = {**steps, step.id: StepState("done", fact.actor, fact.time.at)}
    return msgspec.structs.replace(
        case,
        state="accepted",
        steps=steps,
        accepted=body,
        accepted_at=case.accepted_at or fact.time.at,  # sent back and accepted again: the clock ran on
        accepted_by=fact.actor,
        proposal="",
    )


def _ended(state: str) -> _Evolver:
    def end(case: Case, fact: Fact, body: Any) -> Case:
        return msgspec.structs.replace(
            case,
            state=state,
            ended_at=fact.time.at,
            ended_by=fact.actor,
            proposal="",
            reason=getattr(body, "reason", "") or getattr(body, "note", ""),
            lines=getattr(body, "lines", ()),
        )

    return end


def _step_done(case: Case, fact: Fact, body: bodies.StepDone) -> Case:
    return msgspec.structs.replace(case, steps=_done(case, fact, body.step, body.note))


def _inspected(case: Case, fact: Fact, body: bodies.Inspected) -> Case:
    if body.outcome == "rectify":
        return case  # the check stays open and comes again
    return msgspec.structs.replace(case, steps=_done(case, fact, body.step, body.outcome))


def _sent_back(case: Case, fact: Fact, body: bodies.SentBack) -> Case:
    again = {body.to}
    for _ in case.received.route:  # as often as a chain of needs can be long, in whatever order the route is listed
        again |= {step.id for step in case.received.route if again.intersection(step.needs)}
    steps = {id_: state for id_, state in case.steps.items() if id_ not in again}
    accept = next((step.id for step in case.received.route if step.kind == "accept"), None)
    # The acceptance was handed out on paper and its clock runs on (S15): only the step opens again.
    return msgspec.structs.replace(case, steps=steps, state="received" if accept in again else case.state)


def _reassigned(case: Case, fact: Fact, body: bodies.Reassigned) -> Case:
    return msgspec.structs.replace(case, posts={**case.posts, body.step: body.post})


def _decided(case: Case, fact: Fact, body: bodies.Decided) -> Case:
    steps = _done(case, fact, body.step, body.outcome)
    if body.outcome == "refused":  # nothing to make; the decision itself is handed out
        for step in case.received.route:
            if step.kind == "certify":
                steps = {**steps, step.id: StepState("not_needed", fact.actor, fact.time.at)}
    return msgspec.structs.replace(
        case,
        state="decided",
        steps=steps,
        outcome=body.outcome,
        decided=body,
        decided_at=fact.time.at,
        decided_by=fact.actor,
    )


def _certified(case: Case, fact: Fact, body: bodies.Certified) -> Case:
    state = "certified" if case.state == "decided" else case.state
    return msgspec.structs.replace(case, state=state, steps=_done(case, fact, body.step), certified=body)


def _delivered(case: Case, fact: Fact, body: bodies.Delivered) -> Case:
    return msgspec.structs.replace(
        case, state="delivered", steps=_done(case, fact, body.step), delivered=body, delivered_at=fact.time.at
    )


def _printed(case: Case, fact: Fact, body: bodies.Printed) -> Case:
    paper = PrintedPaper(body.paper, body.count, body.mark, fact.time.at, fact.actor)
    return msgspec.structs.replace(case, papers=(*case.papers, paper))


def _unchanged(case: Case, fact: Fact, body: Any) -> Case:
    return case


_EVOLVERS: dict[str, _Evolver] = {
    "received": _unchanged,  # a second one for the same case is a duplicate, shown by the hall's flag (S22)
    "material.added": _material_added,
    "supplement.told": _supplement_told,
    "accepted": _accepted,
    "refused_at_intake": _ended("refused_at_intake"),
    "returned": _ended("returned"),
    "withdrawn": _ended("withdrawn"),
    "closed": _ended("closed"),
    "step.done": _step_done,
    "inspected": _inspected,
    "sent_back": _sent_back,
    "reassigned": _reassigned,
    "decided": _decided,
    "certified": _certified,
    "delivered": _delivered,
    "printed": _printed,
    "handed_over": _unchanged,
    "unmasked": _unchanged,
    "resolve.withdraw": _unchanged,
    "resolve.amend": _unchanged,
}


def _begin(fact: Fact, body: bodies.Received) -> Case:
    first = next((step.id for step in body.route if step.kind == "receive"), None)
    steps = {first: StepState("done", fact.actor, fact.time.at)} if first else {}
    return Case(
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
        steps=steps,
        proposal=body.proposal,
        facts=1,
    )


def evolve(case: Case | None, fact: Fact) -> Case | None:
    """The state after `fact`. None stays None until `received` gives the case its number."""
    try:
        body = body_of(fact)
    except BadBytes:
        return case and msgspec.structs.replace(case, facts=case.facts + 1)
    if case is None:
        return _begin(fact, body) if fact.type == "received" else None
    evolver = _EVOLVERS.get(fact.type, _unchanged) if _moves(case, fact.type, body) else _unchanged
    return msgspec.structs.replace(evolver(case, fact, body), facts=case.facts + 1)


def _moves(case: Case, type_: str, body: Any) -> bool:
    """Whether the fact has an effect.

    One of the counter is never refused (S14), yet a late or second one moves nothing: else the second delivery of a
    closed case would open it again, at no place.
    """
    row = EVENTS[type_]
    if not case.is_open:
        return type_ == "printed"
    if type_ == "closed":
        return case.state == "delivered"
    if not row.step_kind or type_ == "received":
        return True
    step = step_of(case, body.step)
    if step is None or not row.ends(step.kind) or step.id in case.steps:
        return False
    return type_ == "accepted" or step in open_steps(case)


def fold(facts: tuple[Fact, ...] | list[Fact], case: Case | None = None) -> Case | None:
    """The state after all of `facts`, from `case` on."""
    for fact in facts:
        case = evolve(case, fact)
    return case


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Case).decode


def encode_case(case: Case) -> bytes:
    """The state as bytes for a projection; equal states have equal bytes (keys are sorted)."""
    return _encode(case)


def decode_case(data: bytes) -> Case:
    """The state that `encode_case` wrote."""
    return _decode(data)
