"""The hall's judgement of one fact (architecture.md), and `decide`'s own last check."""

from __future__ import annotations

from typing import Any

import msgspec

from casework.beside import FLAGGED, OTHER_ITEM, breaks
from casework.case import Case, paused
from casework.errors import BadBytes
from casework.events import EVENTS, EventType, Klass, body_of, known
from casework.facts import Fact
from casework.folding.course import ENDS_PAUSES, ends_work_on
from casework.rules import SEPARATION, Bench, Refusal, refusal

_STANDS_STILL = frozenset({"suspended"})
_PASSES = frozenset({"papers_to_come"})
"""What stands in the way for a while only: such a step waits, and is judged again by itself (S35)."""


class Judgement(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What the hall says of a fact. `kind`: accepted, rejected or held; `flags` are doubts about an accepted one."""

    kind: str
    code: str = ""
    facts: dict[str, str] = {}
    flags: tuple[str, ...] = ()


def admit(case: Case | None, fact: Fact, bench: Bench, unseen: frozenset[str] = frozenset()) -> Judgement:
    """The judgement of `fact` on the state `case`.

    Args:
        case: the state after everything accepted so far.
        fact: authentic, by its envelope and signature.
        bench: who made it, which posts there are, what the tray holds.
        unseen: event types of this case after the fact's base that its maker had not seen (S5).
    """
    if not known(fact):
        return Judgement("held", "version", {"type": fact.type, "version": str(fact.version)})
    row = EVENTS[fact.type]
    if row.klass is Klass.HALL or row.klass is Klass.TERMINAL:
        return Judgement("rejected", "hall_only", {"type": fact.type})
    try:
        body = body_of(fact)
    except BadBytes as error:
        return Judgement("held", "bytes", {"reason": str(error.message.facts.get("reason", ""))[:200]})
    counter = row.klass is Klass.COUNTER
    if unseen and not counter and (seen_later := breaking(case, row, body, unseen)):
        return Judgement("rejected", "stale", {"what": ", ".join(sorted(seen_later))})
    no = refusal(case, fact, body, bench)
    if no is None:
        return Judgement("accepted")
    if counter:  # S14: at worst accepted with flags, and a task for a person
        return Judgement("accepted", flags=(no.code,))
    return Judgement("held" if no.code in _PASSES else "rejected", no.code, _said(no))


def breaking(case: Case | None, row: EventType, body: Any, unseen: frozenset[str]) -> frozenset[str]:
    """What of `unseen` makes an act stale. That a step stands still is nothing to whoever ends another one."""
    found = breaks(row, body) & unseen
    if case is None or row.name not in ENDS_PAUSES or any(paused(case, step) for step in ends_work_on(case, body)):
        return found
    return found - _STANDS_STILL


def flagged(case: Case, fact: Fact, bench: Bench) -> Judgement | None:
    """Why a fact of the counter got a flag on `case`, for the tray; None when the rules say nothing against it."""
    no = refusal(case, fact, body_of(fact), bench)
    return Judgement(FLAGGED, no.code, _said(no)) if no is not None else None


def _said(no: Refusal) -> dict[str, str]:
    return {name: _plain(value) for name, value in no.facts.items()}


def _plain(value: Any) -> str:
    """A fact of a refusal as text; of a text in both languages the hall's own."""
    return str(value["zh"] if isinstance(value, dict) else value)


def insistable(fact_type: str, code: str, behind: str = "") -> bool:
    """Whether a person with the right may insist on a fact of this type that was refused with `code` (S15).

    `behind`: the code of the fact of the same command that was refused itself, where this one went with it.
    """
    row = EVENTS.get(fact_type)
    never = SEPARATION | {OTHER_ITEM}  # of another item: it would be a judgement of what nobody looked at
    return row is not None and row.insistable and not never.intersection((code, behind))
