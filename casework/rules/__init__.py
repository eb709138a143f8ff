"""What may happen to a case, said once: `decide` checks itself by it, and the hall judges by it.

`refusing` what a *no* is, `intake`, `course`, `result` and `settling` the rules of each event.
"""

from __future__ import annotations

from typing import Any

from casework.bodies import RouteStep
from casework.case import AT_APPLICANT, Case, is_ready, module_at, paused, step_of
from casework.events import EVENTS, EventType
from casework.facts import Fact
from casework.folding.intake import is_another
from casework.rights import delegated, may
from casework.rules import calls, claims, course, dates, doubles, intake, result, scans, settling
from casework.rules.refusing import SEPARATION, Bench, Refusal, Rule, asked_for, at_post, named, overseen, sentence

__all__ = ["RULES", "SEPARATION", "Bench", "Refusal", "asked_for", "refusal", "sentence"]

RULES: dict[str, Rule] = {
    **intake.RULES, **course.RULES, **result.RULES, **settling.RULES, **dates.RULES, **claims.RULES,
    **scans.RULES, **calls.RULES, **doubles.RULES,
}  # fmt: skip

_BEFORE_THE_NUMBER = frozenset(
    {"prefile.opened", "prefile.checked", "prefile.parked", "prefile.taken", "prefile.closed"}
)
_WITHOUT_A_CASE = settling.WITHOUT_A_CASE | calls.TYPES
_AFTER_THE_END = (
    frozenset({"printed", "unmasked", "handed_over", "material.returned", "corrected", "revoked", "ask.refused"})
    | {"recalled", "scanned"}
    | settling.WITHOUT_A_CASE
)
_WHILE_WAITING = frozenset(
    {"material.added", "checked_by_network", "mended_on_the_spot", "supplement.told", "nudged", "recused"}
    | {"withdrawn", "terminated", "transferred", "voided", "date.confirmed", "told_apart"}
) | _AFTER_THE_END  # fmt: skip


def refusal(case: Case | None, fact: Fact, body: Any, bench: Bench) -> Refusal | None:
    """Why `fact` may not happen to `case` now; None when it may."""
    row = EVENTS[fact.type]
    module = module_at(case, getattr(body, "step", ""), row.name) if case is not None else getattr(body, "module", "")
    return (
        _person(case, row, fact, bench, module)
        or _state(case, row, body)
        or (_step(case, row, fact, body, bench) if case is not None else None)
        or (claims.not_anothers(case, fact, body, bench) if case is not None else None)
        or (RULES[row.name](case, fact, body, bench) if _has_rule(case, row) else None)
    )


def _has_rule(case: Case | None, row: EventType) -> bool:
    return row.name in RULES and (case is not None or row.name in _WITHOUT_A_CASE)


def _person(case: Case | None, row: EventType, fact: Fact, bench: Bench, module: str) -> Refusal | None:
    staff, post = bench.staff, bench.posts.get(fact.post)
    if staff is None or not staff.active:
        return Refusal("no_such_person", {"number": fact.actor})
    at_officers = staff.team == "helper" and post is not None and post.team != "helper"
    over = overseen(fact, bench)
    if (row.officers_only and staff.team != "officer" and not over) or at_officers:
        return Refusal("helper_may_not", {"name": staff.name})
    if fact.post not in staff.posts:
        return Refusal("not_your_post", {"name": staff.name, **named(fact.post, bench)})
    if not (over or may(staff, row.verb, fact.post, bench.posts, module) or _by_delegation(row, fact, bench)):
        return Refusal("no_right", {"name": staff.name, **named(fact.post, bench)})
    if case is not None and staff.number in case.recused and row.name != "recused":
        return Refusal("recused", {"name": staff.name, "number": case.number})
    return None


def _by_delegation(row: EventType, fact: Fact, bench: Bench) -> bool:
    return bench.staff is not None and delegated(bench.staff, row.verb, fact.time.at[:10]) is not None


def _state(case: Case | None, row: EventType, body: Any) -> Refusal | None:
    if case is None:
        begins = row.name == "received" or row.name in _BEFORE_THE_NUMBER | _WITHOUT_A_CASE
        return None if begins else Refusal("no_case")
    if row.name == "received" and is_another(case, body):
        return Refusal("received_other", {"number": case.number, "item": case.received.item})
    if row.name == "received" or row.name in _BEFORE_THE_NUMBER:
        return Refusal("received_twice", {"number": case.number})
    if not case.is_open and row.name not in _AFTER_THE_END:
        return Refusal("case_ended", {"number": case.number, "state": case.state})
    if case.state in AT_APPLICANT and row.name not in _WHILE_WAITING:
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
    if not (case.is_open and is_ready(case, step)) and not (row.name == "accepted" and _is_accepted_early(case, step)):
        return Refusal("step_not_open", {"step": step.kind})
    pause = paused(case, step.id)
    if pause is not None:
        return Refusal("step_paused", {"step": step.kind, "kind": pause.kind})
    return at_post(case, step, fact, bench)


def _is_accepted_early(case: Case, step: RouteStep) -> bool:
    """Acceptance ticks off the pre-review before it, and may follow the hall's timer (R4)."""
    again = bool(case.deemed) and case.accepted is None
    return step.kind == "accept" and step in case.received.route and (again or step.id not in case.steps)
