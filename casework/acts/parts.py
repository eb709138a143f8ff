"""What the acts share: the open step, the post that serves it, the item as it was at receipt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casework import bodies
from casework.case import Case, open_steps, post_of
from casework.catalogue.parse import item_hash
from casework.catalogue.schema import Item
from casework.drafting import Context
from casework.events import EVENTS
from casework.rights import delegated, post_for, stands_in
from casework.rules import Refusal

Step = tuple[str, bodies.Body, str]
"""Type, body and post of the fact that an act makes."""

Handler = Callable[[Case, Any, Context], Step | Refusal]
Opened = tuple[bodies.RouteStep, str]
"""An open step, and the post that serves it here."""


def opened(case: Case, context: Context, *kinds: str, step: str = "") -> Opened | Refusal:
    """The open step of one of `kinds` (that of the id `step`, where one is named), at a post of the shift first."""
    ready = [each for each in open_steps(case) if each.kind in kinds and step in {"", each.id}]
    if not ready:
        return Refusal("step_not_open", {"step": kinds[0]})
    for each in ready:
        post = own_post(case, each, context)
        if post:
            return each, post
    home = post_of(case, ready[0])
    there = context.catalogue.posts.get(home)
    return Refusal("other_post", {"step": ready[0].kind, "post": home, "at": there.name.both() if there else home})


def own_post(case: Case, step: bodies.RouteStep, context: Context) -> str:
    """The post of the shift at which `step` can be done: its own first, then one that stands in for it; or `""`."""
    home, posts, module = post_of(case, step), context.catalogue.posts, case.received.module
    if home in context.shift:
        return home
    found = next((here for here in context.shift if stands_in(here, home, step.kind, module, posts)), "")
    if not found and step.kind == "pay" and context.staff.team == "officer":
        return any_post(case, context, "step.not_needed")
    if not found and step.kind == "decide" and delegated(context.staff, "case.decide", context.day):
        return any_post(case, context, "step.done")
    return found


def any_post(case: Case, context: Context, type_: str, wanted: str = "") -> str:
    """The post of the shift with the right; the first of the shift where none has it, and then the rules say no."""
    staff, posts = context.staff, context.catalogue.posts
    found = post_for(staff, context.shift, EVENTS[type_].verb, posts, wanted, case.received.module)
    return found or next(iter(context.shift), "")


def overseer_post(context: Context, type_: str) -> str:
    """The post of the shift from which a fact of `type_` may be made of what others hold; empty where there is none."""
    right = EVENTS[type_].oversight
    return post_for(context.staff, context.shift, right, context.catalogue.posts) if right else ""


def item_of(case: Case, context: Context) -> Item | None:
    """The item as it was at receipt, if the catalogue in hand still has that very one."""
    item = context.catalogue.items.get(case.received.item)
    return item if item is not None and item_hash(item) == case.received.item_hash else None
