"""Rules of a route: a graph without cycles from receipt to delivery, whose steps lie at posts that may do them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from casework.catalogue.finding import Problem
from casework.catalogue.schema import Item, Post, Step


def route_problems(item: Item, posts: Mapping[str, Post]) -> list[Problem]:
    """Every rule that the route of `item` breaks, given the hall's `posts`."""
    steps = {step.id: step for step in item.route}
    return [
        *_ends(item, steps),
        *_graph(item, steps),
        *(problem for step in item.route for problem in _post(item, step, posts)),
    ]


def _ends(item: Item, steps: Mapping[str, Step]) -> Iterator[Problem]:
    for step_id, count in Counter(step.id for step in item.route).items():
        if count > 1:
            yield Problem(step_id, "twice", {"what": "step", "code": step_id})
    kinds = Counter(step.kind for step in item.route)
    for kind in ("receive", "accept", "decide", "deliver"):
        if kinds[kind] != 1:
            yield Problem(item.code, "route_kind", {"kind": kind, "count": kinds[kind]})
    for step in item.route:
        if step.kind == "receive" and step.needs:
            yield Problem(step.id, "receive_needs", {"step": step.id})
        if step.kind == "deliver" and not any(steps[each].kind == "decide" for each in _before(step, steps)):
            yield Problem(step.id, "deliver_undecided", {"step": step.id})
        if step.kind == "decide" and not any(steps[each].kind == "accept" for each in _before(step, steps)):
            yield Problem(step.id, "decide_unaccepted", {"step": step.id})


def _graph(item: Item, steps: Mapping[str, Step]) -> Iterator[Problem]:
    for step in item.route:
        for need in step.needs:
            if need not in steps:
                yield Problem(step.id, "need_unknown", {"step": step.id, "need": need})
    cycle = _cycle(steps)
    if cycle:
        yield Problem(cycle[0], "cycle", {"steps": " → ".join([*cycle, cycle[0]])})
    reached = {step.id for step in item.route if step.kind == "receive"}
    for _ in steps:
        reached |= {step.id for step in item.route if step.needs and set(step.needs) & reached}
    for step in item.route:
        if step.id not in reached:
            yield Problem(step.id, "unreachable", {"step": step.id})


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


def _post(item: Item, step: Step, posts: Mapping[str, Post]) -> Iterator[Problem]:
    if step.officers < 1 or step.days < 0:
        yield Problem(step.id, "step_amount", {"step": step.id})
    if step.kind == "site_check" and step.officers < 2:
        yield Problem(step.id, "site_check_officers", {"step": step.id, "officers": step.officers})
    post = posts.get(step.post)
    if post is None:
        yield Problem(step.id, "post_unknown", {"step": step.id, "post": step.post})
        return
    facts = {"step": step.id, "post": post.id, "kind": step.kind, "module": item.module}
    if post.team == "helper" and step.kind in ("decide", "examine", "site_check"):
        yield Problem(step.id, "decide_by_helper", facts)
    elif step.kind not in post.kinds or item.module not in post.modules:
        yield Problem(step.id, "post_does_not_serve", facts)
    if post.team == "helper" and step.kind == "accept" and not item.authorised:
        yield Problem(step.id, "accept_unauthorised", facts)
    if post.team not in ("helper", "officer"):
        yield Problem(step.id, "post_team", facts)
