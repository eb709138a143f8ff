"""A *no* with its reason, what the rules may look at, and the checks that many of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from casework import bodies, numbers
from casework.calendar import Calendar
from casework.case import Case, is_ready, paused, post_of, step_of
from casework.catalogue.materials import LACKING
from casework.catalogue.schema import Post
from casework.events import EVENTS
from casework.facts import Fact
from casework.messages import Message
from casework.refused import Waits
from casework.rights import delegated, may, stands_in

SEPARATION = frozenset({"same_person", "helper_may_not", "recused"})
"""Refusals that nobody can insist on (S15)."""


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """A *no* with its reason: a value, not an error. `code` is stable, `facts` fill the sentence `refusal.<code>`."""

    code: str
    facts: dict[str, Any] = {}

    @property
    def message(self) -> Message:
        """The sentence that says what to do."""
        return sentence(self.code, self.facts)


_WORDS = {"step": "step", "state": "state", "type": "event", "paper": "paper", "kind": "suspension", "module": "module"}


def sentence(code: str, facts: Mapping[str, Any]) -> Message:
    """The sentence `refusal.<code>` with its codes as words, numbers and times as people write them.

    For refusals of the own rules and for verdicts of the hall alike.
    """
    worded: dict[str, Any] = {name: _worded(name, value) for name, value in facts.items()}
    if "post" in facts:  # an older hall says a post by its code alone
        worded.setdefault("at", worded["post"])
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
    refused: Mapping[str, Waits] = {}
    """What waits in the tray and may be settled with this case, by its name there."""
    calendar: Calendar | None = None
    """The newest, for rules with a term; None where none has come, and then no term is counted."""
    person_of: Callable[[str], bodies.StaffSet | None] | None = None
    """Whom a staff number is by the roster; None where no roster is at hand, and then nobody is looked up."""


Rule = Callable[[Any, Fact, Any, Bench], Refusal | None]


def named(post_id: str, bench: Bench) -> dict[str, Any]:
    """A post as facts: its code for machines, its name for people."""
    post = bench.posts.get(post_id)
    return {"post": post_id, "at": post.name.both() if post else post_id or "-"}


def first(*checks: Refusal | None) -> Refusal | None:
    """The first refusal of several."""
    return next((no for no in checks if no is not None), None)


def reason(body: Any) -> Refusal | None:
    """A reason is a must."""
    return None if body.reason.strip() else Refusal("reason")


def overseen(fact: Fact, bench: Bench) -> bool:
    """Whether a supervisor made the fact, by her right over what others hold."""
    right = EVENTS[fact.type].oversight
    return bool(right) and bench.staff is not None and may(bench.staff, right, fact.post, bench.posts)


def at_post(case: Case, step: bodies.RouteStep, fact: Fact, bench: Bench) -> Refusal | None:
    """Whether the fact was made at the post of `step`, or at one that stands in for it."""
    post = post_of(case, step)
    if stands_in(fact.post, post, step.kind, case.received.module, bench.posts):
        return None
    if step.kind == "accept" and fact.post == case.received.module:
        return None  # the module's officers can always accept what the window may accept for them (R15)
    if step.kind == "pay" and fact.post in bench.posts and bench.posts[fact.post].team == "officer":
        return None  # nobody at the window waives a fee; who may take it is the right's matter
    if step.kind == "decide" and bench.staff and delegated(bench.staff, "case.decide", fact.time.at[:10]):
        return None
    return Refusal("other_post", {"step": step.kind, **named(post, bench)})


def ready(case: Case, step_id: str, *, while_paused: bool = False) -> Refusal | None:
    """Whether the step is one of the route, open, and stands in no special procedure."""
    step = step_of(case, step_id)
    if step is None:
        return Refusal("no_such_step", {"given": step_id[:40]})
    if not (case.is_open and is_ready(case, step)):
        return Refusal("step_not_open", {"step": step.kind})
    pause = paused(case, step_id)
    if pause is not None and not while_paused:
        return Refusal("step_paused", {"step": step.kind, "kind": pause.kind})
    return None


def at_step(case: Case, step_id: str, fact: Fact, bench: Bench, *, while_paused: bool = False) -> Refusal | None:
    """`ready`, and made at its post."""
    no = ready(case, step_id, while_paused=while_paused)
    step = step_of(case, step_id)
    return no or (at_post(case, step, fact, bench) if step else None)


def taken_in_elsewhere(case: Case, fact: Fact) -> Refusal | None:
    """Nobody ends an application on one receipt that another window has taken in anew, with a receipt of its own."""
    blind = bool(case.taken_again) and (fact.base.epoch, fact.base.cursor) <= case.taken_again
    return Refusal("stale", {"what": "received"}) if blind else None


def undecided(case: Case) -> Refusal | None:
    """What has been decided is corrected or revoked, never turned another way."""
    return Refusal("already_decided", {"number": case.number}) if case.decided_at else None


def listed(case: Case, codes: Iterable[str], also: Iterable[bodies.SupplementLine] = ()) -> Refusal | None:
    """Nobody asks for a paper that the item does not list (R7)."""
    told = case.supplement.also if case.supplement else ()
    known = {*case.materials, *(line.material for line in (*also, *told))} - {""}  # a deed is no paper
    foreign = [code for code in codes if code not in known]
    return Refusal("not_listed", {"materials": ", ".join(foreign)}) if foreign else None


def asked_for(case: Case, code: str) -> bool:
    """Whether `code` may still be asked for: after the notice only what stands on its own list (R5)."""
    told = case.supplement
    return told is None or code in {line.material for line in (*told.lines, *told.also)}


def told_already(case: Case) -> Refusal | None:
    """There is one notice, and no second (R5)."""
    told = case.supplement
    return Refusal("second_notice", {"number": case.number, "told_at": told.told_at}) if told else None


def lacking(case: Case) -> tuple[str, ...]:
    """The materials that are missing and may be asked for, by what the case records.

    Whether a copy will do stands in the catalogue, which the hall does not hold: that much the window asks alone.
    """
    return tuple(code for code, have in case.materials.items() if have in LACKING and asked_for(case, code))
