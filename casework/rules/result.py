"""Rules of the decision, of what is handed out, and of every other end (R10, R30, R31, R44, R56)."""

from __future__ import annotations

from casework import bodies, numbers
from casework.ambient import moment
from casework.case import AFTER_DECISION, AT_APPLICANT, Case, Place, places, step_of, steps_of_kind
from casework.catalogue.materials import NOT_FOUND, PENDING
from casework.dating import counted
from casework.errors import BadBytes, BadDate, BadInput
from casework.facts import Fact
from casework.rights import may
from casework.rules.refusing import (
    Bench,
    Refusal,
    Rule,
    at_step,
    first,
    named,
    ready,
    reason,
    taken_in_elsewhere,
    undecided,
)
from casework.rules.scans import papers_to_come

GROUNDS = ("deferred_overdue", "nobody_came", "gate", "other")
"""Why a case is terminated."""


def _decided(case: Case, fact: Fact, body: bodies.Decided, bench: Bench) -> Refusal | None:
    if body.outcome not in {"granted", "refused"}:
        return Refusal("outcome", {"possible": "granted, refused"})
    if body.outcome == "refused" and not (body.reasons.strip() and body.remedies.strip()):
        return Refusal("reason_and_remedies")
    granted = _granted(case) if body.outcome == "granted" else None
    return no_decision_yet(case, fact.actor) or granted or papers_to_come(case, body.seen)


def no_decision_yet(case: Case, who: str) -> Refusal | None:
    """Why `who` cannot decide it, whatever the outcome; None when she can."""
    if who in case.let_in_by and not case.received.one_person:
        return Refusal("same_person", {"number": case.number})
    if case.received.forward_to and case.forwarded is None:
        return Refusal("forward_first", {"organ": case.received.forward_to})
    return None


def _granted(case: Case) -> Refusal | None:
    if _failed_check(case):
        return Refusal("check_failed", {"number": case.number})
    for state, code in ((PENDING, "checks_pending"), (NOT_FOUND, "not_found_outstanding")):
        waiting = [material for material, have in case.materials.items() if have == state]
        if waiting and case.received.sourced:
            return Refusal(code, {"materials": ", ".join(waiting)})
    if case.received.fee_assessed and case.fee is None and steps_of_kind(case, "pay"):
        return Refusal("fee_unknown", {"number": case.number})
    return None


def _failed_check(case: Case) -> bool:
    checks = (step.id for step in case.received.route if step.kind == "site_check")
    return any(case.steps[id_].note == "fail" for id_ in checks if id_ in case.steps)


def _after_decision(case: Case) -> Refusal | None:
    decided = bool(case.decided_at) and case.state in {*AFTER_DECISION, "closed"}
    return None if decided else Refusal("not_decided", {"number": case.number, "state": case.state})


def _corrected(case: Case, fact: Fact, body: bodies.Corrected, bench: Bench) -> Refusal | None:
    return _after_decision(case) or reason(body) or (None if body.what.strip() else Refusal("nothing_said"))


def _revoked(case: Case, fact: Fact, body: bodies.Revoked, bench: Bench) -> Refusal | None:
    if not body.reason.strip() or not body.remedies.strip():
        return Refusal("reason_and_remedies")
    granted = None if case.outcome == "granted" else Refusal("not_granted", {"number": case.number})
    return _after_decision(case) or granted


def _posted(case: Case, fact: Fact, body: bodies.Posted, bench: Bench) -> Refusal | None:
    if not body.carrier.strip() or not body.tracking.strip():
        return Refusal("parcel")
    step = step_of(case, body.step)
    wrong = Refusal("wrong_step", {"step": step.kind}) if step is not None and step.kind != "deliver" else None
    return wrong or at_step(case, body.step, fact, bench) or withheld(case)


def withheld(case: Case) -> Refusal | None:
    """R31: the result is withheld until what was deferred is here."""
    later = [code for code, have in case.materials.items() if have == "defer"]
    return (
        Refusal("deferred_outstanding", {"materials": ", ".join(later)})
        if later and case.outcome == "granted"
        else None
    )


def _delivered(case: Case, fact: Fact, body: bodies.Delivered, bench: Bench) -> Refusal | None:
    if not body.receiver.strip():
        return Refusal("receiver")
    if body.how not in {"counter", "post", "agent"}:
        return Refusal("outcome", {"possible": "counter, post, agent"})
    if body.how == "agent" and not body.receiver_id.strip():
        return Refusal("agent_id")
    return withheld(case)


def _pledge_checked(case: Case, fact: Fact, body: bodies.PledgeChecked, bench: Bench) -> Refusal | None:
    waits = places(case)
    if not waits or waits[0].step != "pledge_check":
        return Refusal("no_pledge_to_check", {"number": case.number})
    if body.outcome not in {"kept", "false"}:
        return Refusal("outcome", {"possible": "kept, false"})
    if fact.post != waits[0].post:
        return Refusal(
            "not_your_post",
            {"name": bench.staff.name if bench.staff else "", **named(waits[0].post, bench)},
        )
    return Refusal("reason") if body.outcome == "false" and not body.note.strip() else None


def _closed(case: Case, fact: Fact, body: bodies.Closed, bench: Bench) -> Refusal | None:
    if places(case) == (Place("close", "delivery"),):
        return None
    if case.state != "delivered":
        return Refusal("not_delivered", {"number": case.number})
    return Refusal("revoke_first" if case.pledge == "false" else "pledge_first", {"number": case.number})


def _withdrawn(case: Case, fact: Fact, body: bodies.Withdrawn, bench: Bench) -> Refusal | None:
    return undecided(case) or taken_in_elsewhere(case, fact) or reason(body)


def _terminated(case: Case, fact: Fact, body: bodies.Terminated, bench: Bench) -> Refusal | None:
    """A granted result that is withheld for a paper that never came ends too (R31): by whoever may decide."""
    if body.ground not in GROUNDS:
        return Refusal("outcome", {"possible": ", ".join(GROUNDS)})
    overdue = body.ground == "deferred_overdue" and "defer" in case.materials.values() and case.state != "delivered"
    return first(
        _may_undo(fact, bench) if overdue and case.decided_at else undecided(case),
        _without_ground(case, body.ground, fact, bench),
        reason(body),
    )


def _may_undo(fact: Fact, bench: Bench) -> Refusal | None:
    if bench.staff is None or may(bench.staff, "case.decide", fact.post, bench.posts):
        return None
    return Refusal("no_right", {"name": bench.staff.name, **named(fact.post, bench)})


def _without_ground(case: Case, ground: str, fact: Fact, bench: Bench) -> Refusal | None:
    """Nobody's case is ended for a paper before the term has run in which it may be brought."""
    if ground == "deferred_overdue":
        waits = bool(case.accepted_at) and "defer" in case.materials.values()
        begun, days = counted(case, "accepted"), case.received.defer_days
    elif ground == "nobody_came":
        told = case.supplement if case.state in AT_APPLICANT else None
        if told is None and any(pause.kind == "rectify" and not pause.until for pause in case.pauses):
            return None  # how long something is put right is for the officer who asked for it
        waits, begun, days = told is not None, counted(case, "told"), case.received.supplement_days
    else:
        return None
    if not waits:
        return Refusal("nothing_waited_for", {"number": case.number})
    due = _last_day(begun, days, bench)
    return Refusal("term_runs", {"due": due}) if due and fact.time.at[:10] <= due else None


def _last_day(begun: str, days: int, bench: Bench) -> str:
    """The last day of a term, YYYY-MM-DD; empty where it cannot be counted (no calendar, a clock that was far off)."""
    try:
        return bench.calendar.add_working_days(moment(begun).date(), days).day.isoformat() if bench.calendar else ""
    except (BadDate, BadBytes):
        return ""


def _transferred(case: Case, fact: Fact, body: bodies.Transferred, bench: Bench) -> Refusal | None:
    return undecided(case) or (None if body.organ.strip() else Refusal("right_organ")) or reason(body)


def _forwarded(case: Case, fact: Fact, body: bodies.Forwarded, bench: Bench) -> Refusal | None:
    if not case.received.forward_to:
        return Refusal("not_forwarded", {"item": case.received.item})
    if not body.organ.strip():
        return Refusal("right_organ")
    if case.state != "accepted":
        return Refusal("not_accepted", {"number": case.number, "state": case.state})
    step = next(iter(steps_of_kind(case, "decide")), None)
    return ready(case, step.id) if step else Refusal("no_such_step", {"given": "decide"})


def _voided(case: Case, fact: Fact, body: bodies.Voided, bench: Bench) -> Refusal | None:
    if body.new_number:
        try:
            numbers.parse(body.new_number)
        except BadInput:
            return Refusal("new_number", {"given": body.new_number[:40]})
    return undecided(case) or reason(body)


RULES: dict[str, Rule] = {
    "decided": _decided,
    "corrected": _corrected,
    "revoked": _revoked,
    "posted": _posted,
    "delivered": _delivered,
    "pledge.checked": _pledge_checked,
    "closed": _closed,
    "withdrawn": _withdrawn,
    "terminated": _terminated,
    "transferred": _transferred,
    "forwarded": _forwarded,
    "voided": _voided,
}
