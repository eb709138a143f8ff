"""How facts move a case from its decision to its end."""

from __future__ import annotations

import msgspec

from casework import bodies
from casework.case import AFTER_DECISION, Case, Place, places
from casework.dating import doubted
from casework.facts import Fact
from casework.folding.parts import Evolver, anew, done, ended, not_needed, over, unchanged


def _decided(case: Case, fact: Fact, body: bodies.Decided) -> Case:
    steps = done(case, fact, body.step, body.outcome)
    if body.outcome == "refused":  # nothing to pay or to make; the decision itself is handed out
        steps = not_needed(case, fact, steps, "certify", "pay")
    elif not case.fee:
        steps = not_needed(case, fact, steps, "pay")
    case = msgspec.structs.replace(
        case,
        state="decided",
        steps=steps,
        pauses=over(case.pauses, fact.time.at),
        outcome=body.outcome,
        decided=body,
        decided_at=fact.time.at,
        decided_by=fact.actor,
    )
    return doubted(case, "decided", fact.time)


def _corrected(case: Case, fact: Fact, body: bodies.Corrected) -> Case:
    """The result is made and handed out again, also after the file was closed."""
    if not case.decided_at or case.state not in {*AFTER_DECISION, "closed"}:
        return case
    again = {"deliver"} if case.outcome == "refused" else {"certify", "deliver"}
    kinds = {step.id: step.kind for step in case.received.route}
    return msgspec.structs.replace(
        case,
        state="decided",
        steps={id_: state for id_, state in case.steps.items() if kinds.get(id_) not in again},
        corrections=(*case.corrections, body),
        corrected_at=fact.time.at,
        certified=None,
        posted=None,
        delivered=None,
        delivered_at="",
        ended_at="",
        ended_by="",
    )


def _revoked(case: Case, fact: Fact, body: bodies.Revoked) -> Case:
    if case.outcome != "granted" or case.state not in {*AFTER_DECISION, "closed"}:
        return case
    return msgspec.structs.replace(ended("revoked")(case, fact, body), revoked=body)


def _certified(case: Case, fact: Fact, body: bodies.Certified) -> Case:
    state = "certified" if case.state == "decided" else case.state
    return msgspec.structs.replace(case, state=state, steps=done(case, fact, body.step), certified=body)


def _posted(case: Case, fact: Fact, body: bodies.Posted) -> Case:
    return msgspec.structs.replace(case, posted=body) if case.state in {"decided", "certified"} else case


def _delivered(case: Case, fact: Fact, body: bodies.Delivered) -> Case:
    return msgspec.structs.replace(
        case, state="delivered", steps=done(case, fact, body.step), delivered=body, delivered_at=fact.time.at
    )


def _pledge_checked(case: Case, fact: Fact, body: bodies.PledgeChecked) -> Case:
    return case if case.pledge or case.state != "delivered" else msgspec.structs.replace(case, pledge=body.outcome)


def _closed(case: Case, fact: Fact, body: bodies.Closed) -> Case:
    waits_for_that = places(case) == (Place("close", "delivery"),)
    return ended("closed")(case, fact, body) if waits_for_that else case


def _transferred(case: Case, fact: Fact, body: bodies.Transferred) -> Case:
    return msgspec.structs.replace(ended("transferred")(case, fact, body), organ=body.organ)


def _forwarded(case: Case, fact: Fact, body: bodies.Forwarded) -> Case:
    if case.state != "accepted":
        return case
    return msgspec.structs.replace(case, state="forwarded", forwarded=body)


def _voided(case: Case, fact: Fact, body: bodies.Voided) -> Case:
    return msgspec.structs.replace(ended("void")(case, fact, body), renumbered=body.new_number, reprint=())


def _renumbered(case: Case, fact: Fact, body: bodies.Renumbered) -> Case:
    """The case goes on under the hall's number; what was printed under the old one is printed again (S27)."""
    if case.number != body.old:
        return case
    return msgspec.structs.replace(
        case,
        number=body.number,
        former_numbers=(*case.former_numbers, body.old),
        reprint=anew(case, fact),
    )


EVOLVERS: dict[str, Evolver] = {
    "decided": _decided,
    "corrected": _corrected,
    "revoked": _revoked,
    "certified": _certified,
    "posted": _posted,
    "delivered": _delivered,
    "pledge.checked": _pledge_checked,
    "closed": _closed,
    "withdrawn": ended("withdrawn"),
    "terminated": ended("terminated"),
    "transferred": _transferred,
    "forwarded": _forwarded,
    "voided": _voided,
    "renumbered": _renumbered,
    "unmasked": unchanged,
}
