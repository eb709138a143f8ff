"""How facts move a case between acceptance and decision."""

from __future__ import annotations

import msgspec

from casework import bodies
from casework.case import UNDER_WAY, Case, Consult, Extension, Handed, Pause, StepState, open_steps, paused, step_of
from casework.facts import Fact
from casework.folding.parts import Evolver, after, done, over, under_way
from casework.nudging import with_nudge


def _step_done(case: Case, fact: Fact, body: bodies.StepDone) -> Case:
    fee = case.fee if body.fee is None else body.fee
    return msgspec.structs.replace(case, steps=done(case, fact, body.step, body.note), fee=fee)


def _not_needed(case: Case, fact: Fact, body: bodies.StepNotNeeded) -> Case:
    step = step_of(case, body.step)
    if step is None or step not in open_steps(case):
        return case
    steps = {**case.steps, step.id: StepState("not_needed", fact.actor, fact.time.at, body.reason)}
    return _with_state(msgspec.structs.replace(case, steps=steps, pauses=over(case.pauses, fact.time.at, step.id)))


def _inspected(case: Case, fact: Fact, body: bodies.Inspected) -> Case:
    pauses = over(case.pauses, fact.time.at, body.step)
    if body.outcome == "rectify":  # the check stays open and comes again; meanwhile the promised clock stands still
        rectify = Pause(body.step, "rectify", fact.time.at, reason=body.note)
        return msgspec.structs.replace(case, pauses=(*pauses, rectify))
    return msgspec.structs.replace(case, steps=done(case, fact, body.step, body.outcome), pauses=pauses)


def _sent_back(case: Case, fact: Fact, body: bodies.SentBack) -> Case:
    if case.decided_at:
        return case  # a restored hall had forgotten that: the decision is out
    again = after(case, body.to)
    steps = {id_: state for id_, state in case.steps.items() if id_ not in again}
    asked = {each.step.id for each in case.consults if each.asked_by in again and not paused(case, each.step.id)}
    asked -= again | steps.keys()
    # Who asked does the work again from the beginning: the question is not waited for, and can be asked anew.
    steps |= dict.fromkeys(sorted(asked), StepState("not_needed", fact.actor, fact.time.at, body.reason))
    accept = next((step.id for step in case.received.route if step.kind == "accept"), None)
    pauses = over(case.pauses, fact.time.at, *sorted(again))
    # The acceptance was handed out on paper and its clock runs on (S15): only the step opens again.
    state = "received" if accept in again else under_way(pauses) if case.state in UNDER_WAY else case.state
    # What was forwarded is forwarded again once the steps between are done.
    return msgspec.structs.replace(case, steps=steps, pauses=pauses, state=state, forwarded=None)


ENDS_PAUSES = frozenset({"step.not_needed", "sent_back"})
"""What ends a special procedure without a word of it."""


def ends_work_on(case: Case, body: bodies.StepNotNeeded | bodies.SentBack) -> set[str]:
    """The steps whose special procedures end with it."""
    return after(case, body.to) if isinstance(body, bodies.SentBack) else {body.step}


def _reassigned(case: Case, fact: Fact, body: bodies.Reassigned) -> Case:
    handed = Handed(body.person, body.name, fact.actor, fact.time.at) if body.person else None
    return msgspec.structs.replace(case, posts={**case.posts, body.step: body.post}, handed=handed)


def _consulted(case: Case, fact: Fact, body: bodies.Consulted) -> Case:
    asking = step_of(case, body.step)
    if asking is None or asking not in open_steps(case) or step_of(case, body.asked) is not None:
        return case
    step = bodies.RouteStep(body.asked, "consult", body.post)
    return msgspec.structs.replace(case, consults=(*case.consults, Consult(step, body.step, body.question)))


def _recused(case: Case, fact: Fact, body: bodies.Recused) -> Case:
    return case if body.staff in case.recused else msgspec.structs.replace(case, recused=(*case.recused, body.staff))


def _nudged(case: Case, fact: Fact, body: bodies.Nudged) -> Case:
    return with_nudge(case, fact, body.text)


def _ask_refused(case: Case, fact: Fact, body: bodies.AskRefused) -> Case:
    return msgspec.structs.replace(case, asks_refused=case.asks_refused + 1)


def _suspended(case: Case, fact: Fact, body: bodies.Suspended) -> Case:
    if case.state not in {"accepted", "suspended"}:
        return case
    pause = Pause(
        body.step, body.kind, fact.time.at, days=body.days, basis=body.basis, reason=body.reason,
        asked_on=body.asked_on, held_on=body.held_on,
    )  # fmt: skip
    return msgspec.structs.replace(case, pauses=(*case.pauses, pause), state="suspended")


def _resumed(case: Case, fact: Fact, body: bodies.Resumed) -> Case:
    ended = over(case.pauses, fact.time.at, body.step)
    pairs = zip(case.pauses, ended, strict=True)  # what is being put right goes on
    pauses = tuple(before if before.kind == "rectify" else after for before, after in pairs)
    return _with_state(msgspec.structs.replace(case, pauses=pauses))


def _with_state(case: Case) -> Case:
    """Suspended or not, as its pauses say."""
    if case.state not in {"accepted", "suspended"}:
        return case
    return msgspec.structs.replace(case, state=under_way(case.pauses))


def _extended(case: Case, fact: Fact, body: bodies.Extended) -> Case:
    if case.extension is not None:
        return case
    made = Extension(body.days, body.reason, fact.time.at, fact.actor, body.authority)
    return msgspec.structs.replace(case, extension=made)


def _paid(case: Case, fact: Fact, body: bodies.Paid) -> Case:
    if body.amount < (case.fee or 0):
        return case  # the step stays open for the receipt over all of it; the hall has flagged the difference
    return msgspec.structs.replace(case, steps=done(case, fact, body.step), paid=body)


def _handed_over(case: Case, fact: Fact, body: bodies.HandedOver) -> Case:
    """To a person: whoever handed it over has it no more, and she is named until somebody works on it."""
    if not body.person:
        return case
    left = {step: claim for step, claim in case.claims.items() if claim.by != fact.actor}
    handed = Handed(body.person, body.name, fact.actor, fact.time.at)
    return msgspec.structs.replace(case, claims=left, handed=handed)


EVOLVERS: dict[str, Evolver] = {
    "step.done": _step_done,
    "step.not_needed": _not_needed,
    "inspected": _inspected,
    "sent_back": _sent_back,
    "reassigned": _reassigned,
    "consulted": _consulted,
    "recused": _recused,
    "nudged": _nudged,
    "ask.refused": _ask_refused,
    "suspended": _suspended,
    "resumed": _resumed,
    "extended": _extended,
    "paid": _paid,
    "handed_over": _handed_over,
}
