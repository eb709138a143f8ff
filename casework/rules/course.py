"""Rules of a case between acceptance and decision (R9, R11, R12, R21, R22; routing and recusal)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from casework import bodies
from casework.case import Case, module_at, paused, step_of
from casework.catalogue.schema import Post
from casework.events import EVENTS
from casework.facts import Fact
from casework.nudging import nudged_on
from casework.rights import may, stands_in
from casework.rules.refusing import Bench, Refusal, Rule, at_step, first, named, overseen, reason, undecided
from casework.rules.scans import READS, papers_to_come

_BRANCHES = frozenset({"site_check", "expert_review", "hearing", "consult", "publicity", "pay"})
"""Kinds of steps that may turn out not to be needed; an examination only where another one stands beside it."""


def _step_done(case: Case, fact: Fact, body: bodies.StepDone, bench: Bench) -> Refusal | None:
    if body.fee is not None and (not case.received.fee_assessed or body.fee < 0):
        return Refusal("no_fee", {"item": case.received.item})
    step = step_of(case, body.step)
    return papers_to_come(case, body.seen) if step is not None and step.kind in READS else None


def may_be_spared(case: Case, step: bodies.RouteStep) -> bool:
    """Whether `step` is a branch that can be declared not needed."""
    spared = {id_ for id_, state in case.steps.items() if state.state == "not_needed"}
    examining = [each for each in case.received.route if each.kind == step.kind == "examine" and each.id != step.id]
    beside = [each for each in examining if each.id not in spared]
    return not step.always and (step.kind in _BRANCHES or bool(beside))


def _not_needed(case: Case, fact: Fact, body: bodies.StepNotNeeded, bench: Bench) -> Refusal | None:
    step = step_of(case, body.step)
    if step is not None and not may_be_spared(case, step):
        return Refusal("step_needed", {"step": step.kind})
    return at_step(case, body.step, fact, bench, while_paused=True) or reason(body)


def _inspected(case: Case, fact: Fact, body: bodies.Inspected, bench: Bench) -> Refusal | None:
    step = step_of(case, body.step)
    needed = max(2, step.officers if step else 2)
    if len({number.strip() for number in body.officers}) < needed or fact.actor not in body.officers:
        return Refusal("two_officers", {"needed": needed})
    if set(body.officers) & set(case.recused):
        return Refusal(
            "recused", {"name": ", ".join(sorted(set(body.officers) & set(case.recused))), "number": case.number}
        )
    if body.outcome not in {"pass", "rectify", "fail"}:
        return Refusal("outcome", {"possible": "pass, rectify, fail"})
    return Refusal("reason") if body.outcome != "pass" and not body.note.strip() else None


def _sent_back(case: Case, fact: Fact, body: bodies.SentBack, bench: Bench) -> Refusal | None:
    to = step_of(case, body.to)
    no = first(undecided(case), at_step(case, body.step, fact, bench))
    if no is not None:
        return no
    if to is None or to.id not in case.steps or to.kind == "receive":
        return Refusal("not_done_yet", {"given": body.to[:40]})
    return reason(body)


def _reassigned(case: Case, fact: Fact, body: bodies.Reassigned, bench: Bench) -> Refusal | None:
    step, post = step_of(case, body.step), bench.posts.get(body.post)
    no = at_step(case, body.step, fact, bench)
    if no is not None and no.code != "other_post":
        return no
    if step is None or post is None or case.received.module not in post.modules or step.kind not in post.kinds:
        return Refusal("no_such_post", named(body.post[:40], bench))
    return first(reason(body), None if overseen(fact, bench) else no, may_not_take(case, step, body, bench))


def may_not_take(case: Case, step: bodies.RouteStep, body: bodies.Reassigned, bench: Bench) -> Refusal | None:
    """Why the person who is named can't do the step: no right at that post, stepped aside, or let the case in."""
    if not body.person or bench.person_of is None:
        return None
    taker = bench.person_of(body.person)
    if taker is None or not taker.active:
        return Refusal("no_such_person", {"number": body.person[:40]})
    if taker.number in case.recused:
        return Refusal("recused", {"name": taker.name, "number": case.number})
    if not may_do(taker, step, body.post, case, bench.posts):
        return Refusal("taker_may_not", {"name": taker.name, "step": step.kind, **named(body.post, bench)})
    if step.kind == "decide" and taker.number in case.let_in_by and not case.received.one_person:
        return Refusal("taker_let_in", {"name": taker.name, "number": case.number})
    return None


def may_do(staff: bodies.StaffSet, step: bodies.RouteStep, post: str, case: Case, posts: Mapping[str, Post]) -> bool:
    """Whether she serves `post`, or one that stands in for it, with the right to what ends the step."""
    ends = next((row for row in EVENTS.values() if row.ends(step.kind)), None)
    module = module_at(case, step.id, ends.name) if ends else ""
    return ends is not None and any(
        stands_in(here, post, step.kind, case.received.module, posts) and may(staff, ends.verb, here, posts, module)
        for here in staff.posts
    )


def _consulted(case: Case, fact: Fact, body: bodies.Consulted, bench: Bench) -> Refusal | None:
    post = bench.posts.get(body.post)
    if post is None or post.team != "officer" or "consult" not in post.kinds:
        return Refusal("no_such_post", named(body.post[:40], bench))
    if step_of(case, body.asked) is not None:
        return Refusal("asked_already", {"number": case.number})
    if not body.question.strip():
        return Refusal("nothing_said")
    return undecided(case) or at_step(case, body.step, fact, bench)


def _recused(case: Case, fact: Fact, body: bodies.Recused, bench: Bench) -> Refusal | None:
    if body.staff in case.recused:
        return Refusal("recused", {"name": body.staff, "number": case.number})
    if body.staff != fact.actor and not _decides_here(case, bench):
        return Refusal("recused_by", {"name": bench.staff.name if bench.staff else fact.actor})
    return reason(body)


def _decides_here(case: Case, bench: Bench) -> bool:
    """Who else has to step aside is for those who decide on such cases."""
    staff, module = bench.staff, case.received.module
    return staff is not None and any(may(staff, "case.decide", post, bench.posts, module) for post in staff.posts)


def _nudged(case: Case, fact: Fact, body: bodies.Nudged, bench: Bench) -> Refusal | None:
    if not body.text.strip():
        return Refusal("nothing_said")
    return told_today(case, fact.actor, fact.time.at[:10])


def told_today(case: Case, who: str, day: str) -> Refusal | None:
    """One nudge a day of each person on a case: more of them move nothing."""
    before = nudged_on(case, who, day)
    return Refusal("nudged_today", {"nudged_at": before.at}) if before is not None else None


def _suspended(case: Case, fact: Fact, body: bodies.Suspended, bench: Bench) -> Refusal | None:
    if case.state not in {"accepted", "suspended"}:
        return Refusal("not_accepted", {"number": case.number, "state": case.state})
    stop = next((each for each in case.received.stops if each.kind == body.kind), None)
    if stop is None:
        possible = ", ".join(each.kind for each in case.received.stops) or "-"
        return Refusal("no_such_stop", {"given": body.kind[:40], "possible": possible})
    if body.days < 1 or (stop.most and body.days > stop.most):
        return Refusal("stop_days", {"kind": body.kind, "most": stop.most or 400})
    if not _is_day(body.asked_on, optional=True) or not _is_day(body.held_on, optional=body.kind != "hearing"):
        return Refusal("hearing_day")
    return first(undecided(case), at_step(case, body.step, fact, bench), reason(body))


def _is_day(text: str, *, optional: bool) -> bool:
    if not text:
        return optional
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("YYYY-MM-DD")


def _resumed(case: Case, fact: Fact, body: bodies.Resumed, bench: Bench) -> Refusal | None:
    no = at_step(case, body.step, fact, bench, while_paused=True)
    return no or (None if paused(case, body.step) else Refusal("not_suspended", {"number": case.number}))


def _extended(case: Case, fact: Fact, body: bodies.Extended, bench: Bench) -> Refusal | None:
    most = case.received.statutory.extension if case.received.statutory else 0
    if case.state not in {"accepted", "suspended"}:
        return Refusal("not_accepted", {"number": case.number, "state": case.state})
    if case.extension is not None:
        return Refusal("extended_already", {"number": case.number})
    if not most:
        return Refusal("no_extension", {"item": case.received.item})
    return Refusal("extension_days", {"most": most}) if not 1 <= body.days <= most else reason(body)


def _paid(case: Case, fact: Fact, body: bodies.Paid, bench: Bench) -> Refusal | None:
    if not body.receipt.strip():
        return Refusal("treasury_receipt")
    return None if body.amount == case.fee else Refusal("fee_amount", {"amount": case.fee or 0})


RULES: dict[str, Rule] = {
    "step.done": _step_done,
    "step.not_needed": _not_needed,
    "inspected": _inspected,
    "sent_back": _sent_back,
    "reassigned": _reassigned,
    "consulted": _consulted,
    "recused": _recused,
    "nudged": _nudged,
    "suspended": _suspended,
    "resumed": _resumed,
    "extended": _extended,
    "paid": _paid,
}
