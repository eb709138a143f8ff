"""One act on several cases: which acts all of them offer, and what is asked once for all. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework.messages import Message
from screens.desk import ActView, Field, Offered

_ONE_BY_ONE = frozenset({"claim", "release", "scan"})
"""Acts that say nothing when they are done to many: the first two belong to opening a case, a scan is of one paper."""


def shared_acts(offers: Sequence[Offered]) -> tuple[ActView, ...]:
    """The acts that every case offers, off where what they ask for differs from case to case."""
    if not offers:
        return ()
    others = [{act.code: act for act in each.acts if act.allowed} for each in offers[1:]]
    return tuple(
        _shared(act, [acts[act.code] for acts in others])
        for act in offers[0].acts
        if act.allowed and act.code not in _ONE_BY_ONE and all(act.code in acts for acts in others)
    )


def _shared(act: ActView, others: Sequence[ActView]) -> ActView:
    """The act as it is asked once for all: without the fields that each case fills with its own proposal."""
    fields = _asked(act, others)
    if fields is None:
        return ActView(act.code, act.name, allowed=False, reason=Message("screens.batch.differs"))
    notes = tuple(note for note in act.notes if all(note in other.notes for other in others))
    return msgspec.structs.replace(act, fields=fields, notes=notes, grave=True)


def _asked(act: ActView, others: Sequence[ActView]) -> tuple[Field, ...] | None:
    """What is asked once; None where it can't be: other questions, other choices, or a must that has no proposal."""
    asked = []
    for place, field in enumerate(act.fields):
        twins = [other.fields[place] for other in others if len(other.fields) == len(act.fields)]
        if len(twins) < len(others) or any(_question(twin) != _question(field) for twin in twins):
            return None
        if all(twin.value == field.value for twin in twins):
            asked.append(field)
        elif field.required and not all(each.value for each in (field, *twins)):
            return None
    return tuple(asked)


def _question(field: Field) -> tuple[object, ...]:
    return field.code, field.kind, field.required, field.when, field.choices


def own_answers(act: ActView, asked: Sequence[Field]) -> dict[str, str]:
    """What one case answers for itself: its own proposals for all that is not asked of everybody."""
    codes = {field.code for field in asked}
    return {field.code: field.value for field in act.fields if field.code not in codes and field.value}
