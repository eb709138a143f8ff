"""Rules of a route: a graph without cycles from receipt to delivery, whose steps lie at posts that may do them.

A step that does not apply hands its needs on to who needed it, so what comes before what is the same under all answers
and is seen once, on the whole graph; only whether a step is there at all depends on the answers. Keeps R9, R11, R15,
R22 and *acceptor ≠ decider*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from casework.catalogue.check_answers import MOST, Answers, in_words
from casework.catalogue.finding import Problem
from casework.catalogue.schema import Condition, Item, Post, Step, StepKind
from casework.catalogue.situations import holds
from casework.messages import Message

HELPER_KINDS = frozenset({"receive", "pre_review", "accept", "pay", "certify", "deliver"})
"""The steps that a helper may do (R15): taking in and handing out, and accepting where an organ has authorised it."""

_ONCE: tuple[StepKind, ...] = ("receive", "accept", "decide", "deliver")
_BEFORE_DECISION = frozenset(
    {"pre_review", "examine", "site_check", "expert_review", "hearing", "consult", "publicity"}
)
_AFTER_DECISION = frozenset({"pay", "certify"})
_STANDS_STILL = frozenset({"expert_review", "hearing"})


def route_problems(item: Item, posts: Mapping[str, Post]) -> list[Problem]:
    """Every rule that the route of `item` breaks, given the hall's `posts`."""
    steps = {step.id: step for step in item.route}
    answers = Answers(item.situations, item.ticks)
    return [
        *_ends(item, steps),
        *_graph(item, steps),
        *_order(item, steps),
        *_always(item, answers),
        *_pay(item, answers),
        *_flags(item, answers, posts),
        *(problem for step in item.route for problem in _post(item, step, posts)),
    ]


def _ends(item: Item, steps: Mapping[str, Step]) -> Iterator[Problem]:
    for step_id, count in Counter(step.id for step in item.route).items():
        if count > 1:
            facts = {"what": Message("catalogue.part.step"), "code": step_id}
            yield Problem(step_id, "twice", facts, table="route")
    kinds = Counter(step.kind for step in item.route)
    for kind in _ONCE:
        if kinds[kind] != 1:
            yield Problem(item.code, "route_kind", {"kind": kind, "count": kinds[kind]})
    for step in item.route:
        if step.kind == "receive" and step.needs:
            yield Problem(step.id, "receive_needs", {"step": step.id}, table="route")
        if step.kind == "deliver" and not any(steps[each].kind == "decide" for each in _before(step, steps)):
            yield Problem(step.id, "deliver_undecided", {"step": step.id}, table="route")
        if step.kind == "decide" and not any(steps[each].kind == "accept" for each in _before(step, steps)):
            yield Problem(step.id, "decide_unaccepted", {"step": step.id}, table="route")


def _graph(item: Item, steps: Mapping[str, Step]) -> Iterator[Problem]:
    listed: set[str] = set()
    for step in item.route:
        for need in step.needs:
            if need not in steps:
                yield Problem(step.id, "need_unknown", {"step": step.id, "need": need}, table="route")
            elif need not in listed:
                yield Problem(step.id, "route_order", {"step": step.id, "need": need}, table="route")
        listed.add(step.id)
    cycle = _cycle(steps)
    if cycle:
        yield Problem(cycle[0], "cycle", {"steps": " → ".join([*cycle, cycle[0]])}, table="route")
    reached = {step.id for step in item.route if step.kind == "receive"}
    for _ in steps:
        reached |= {step.id for step in item.route if step.needs and set(step.needs) & reached}
    for step in item.route:
        if step.id not in reached:
            yield Problem(step.id, "unreachable", {"step": step.id}, table="route")


def _before(step: Step, steps: Mapping[str, Step]) -> set[str]:
    found: set[str] = set()
    waiting = list(step.needs)
    while waiting:
        need = waiting.pop()
        if need in steps and need not in found:
            found.add(need)
            waiting.extend(steps[need].needs)
    return found


def _cycle(steps: Mapping[str, Step]) -> list[str]:
    """A shortest cycle through the first step that lies on one, each step once; empty when there is none."""
    start = next((each for each in steps if each in _before(steps[each], steps)), None)
    if start is None:
        return []
    ways: dict[str, list[str]] = {start: [start]}
    waiting = [start]
    for step_id in waiting:
        for need in steps[step_id].needs:
            if need == start:
                return ways[step_id]
            if need in steps and need not in ways:
                ways[need] = [*ways[step_id], need]
                waiting.append(need)
    return []


def _order(item: Item, steps: Mapping[str, Step]) -> Iterator[Problem]:
    """What the decision must wait for, and what lies between it and the delivery."""
    before = {step.id: _before(step, steps) for step in item.route}
    first = {step.kind: step.id for step in reversed(item.route)}
    if "decide" not in first or "deliver" not in first:
        return
    decide, deliver = first["decide"], first["deliver"]
    paying = [step.id for step in item.route if step.kind == "pay"]
    for step in item.route:
        facts = {"step": step.id, "kind": step.kind}
        if step.kind in _BEFORE_DECISION and step.id not in before[decide]:
            yield Problem(step.id, "open_at_decision", {**facts, "decide": decide}, table="route")
        if step.kind in _AFTER_DECISION and decide not in before[step.id]:
            yield Problem(step.id, "before_decision", {**facts, "decide": decide}, table="route")
        if step.kind in _AFTER_DECISION and step.id not in before[deliver]:
            yield Problem(step.id, "open_at_delivery", {**facts, "deliver": deliver}, table="route")
        if step.kind == "certify":
            for pay in paying:
                if pay not in before[step.id]:
                    yield Problem(step.id, "certify_unpaid", {"step": step.id, "pay": pay}, table="route")


def _always(item: Item, answers: Answers) -> Iterator[Problem]:
    """Under every combination of answers the case is received, accepted, decided and delivered."""
    for step in item.route:
        if step.kind in _ONCE and step.when is not None and answers.knows(step.when):
            without = answers.failing(step.when)
            if without is not None:
                facts = {"step": step.id, "kind": step.kind, "answers": in_words(without)}
                yield Problem(step.id, "route_lacks", facts, table="route")


def _pay(item: Item, answers: Answers) -> Iterator[Problem]:
    """A step to pay exactly where there is a fee, under the same answers (R11)."""
    paying = [step for step in item.route if step.kind == "pay"]
    fee = item.fee
    if fee is None:
        for step in paying:
            yield Problem(step.id, "pay_without_fee", {"step": step.id, "code": item.code}, table="route")
        return
    if len(paying) != 1:
        yield Problem(item.code, "fee_without_pay", {"code": item.code, "count": len(paying)}, near="fee")
        return
    step = paying[0]
    known = answers.knows(fee.when) and answers.knows(step.when)
    if known and not answers.alike(fee.when, step.when):
        yield Problem(step.id, "pay_when", {"step": step.id, "code": item.code}, table="route")


def _flags(item: Item, answers: Answers, posts: Mapping[str, Post]) -> Iterator[Problem]:
    """Flags of the item that its route belies, and steps for which the clock could not stand still (R22)."""
    checks = [step for step in item.route if step.kind == "site_check"]
    if checks and item.one_person:
        yield Problem(item.code, "one_person_site_check", {"code": item.code, "step": checks[0].id}, near="one_person")
    if checks and item.on_spot and _one_always(answers, [step.when for step in checks]):
        yield Problem(item.code, "on_spot_site_check", {"code": item.code, "step": checks[0].id}, near="on_spot")
    accept = next((step for step in item.route if step.kind == "accept"), None)
    post = posts.get(accept.post) if accept else None
    if item.authorised and accept and post and post.team != "helper":
        facts = {"code": item.code, "step": accept.id, "post": post.id}
        yield Problem(item.code, "authorised_elsewhere", facts, near="authorised")
    stops = {stop.kind for stop in item.stops}
    for step in item.route:
        if step.kind in _STANDS_STILL and step.kind not in stops:
            yield Problem(step.id, "step_without_stop", {"step": step.id, "kind": step.kind}, table="route")


def _one_always(answers: Answers, conditions: list[Condition | None]) -> bool:
    if not all(answers.knows(condition) for condition in conditions):
        return False
    ways = answers.ways(*conditions)
    return len(ways) <= MOST and all(any(holds(each, given) for each in conditions) for given in ways)


def _post(item: Item, step: Step, posts: Mapping[str, Post]) -> Iterator[Problem]:
    if step.officers < 1 or step.days < 0:
        yield Problem(step.id, "step_amount", {"step": step.id}, table="route")
    if step.kind == "site_check" and step.officers < 2:
        facts = {"step": step.id, "officers": step.officers}
        yield Problem(step.id, "site_check_officers", facts, table="route")
    post = posts.get(step.post)
    if post is None:
        yield Problem(step.id, "post_unknown", {"step": step.id, "post": step.post}, table="route")
        return
    facts = {"step": step.id, "post": post.id, "kind": step.kind, "module": item.module}
    if post.team == "helper" and step.kind not in HELPER_KINDS:
        yield Problem(step.id, "decide_by_helper", facts, table="route")
    elif step.kind not in post.kinds or item.module not in post.modules:
        yield Problem(step.id, "post_does_not_serve", facts, table="route")
    if post.team == "helper" and step.kind == "accept" and not item.authorised:
        yield Problem(step.id, "accept_unauthorised", facts, table="route")
    if post.team not in ("helper", "officer"):
        yield Problem(step.id, "post_team", facts, table="route")
