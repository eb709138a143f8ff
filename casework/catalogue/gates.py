"""Which gates of an item are shut for one application: what the law wants beside papers (R1, R2, R45, R49, R55)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from casework.calendar import Calendar
from casework.catalogue.schema import Field, Gate, Item
from casework.catalogue.situations import holds
from casework.errors import BadInput

TURNS_AWAY = frozenset({"no_permit", "not_our_power"})


def shut_gates(
    item: Item, answers: Mapping[str, str], form: Mapping[str, str], day: date, calendar: Calendar | None
) -> tuple[Gate, ...]:
    """The gates of `item` that are shut on `day`, in their order. A date that is not on the form yet shuts nothing."""
    return tuple(gate for gate in item.gates if _shut(gate, answers, form, day, calendar))


def expect_dates(item: Item, answers: Mapping[str, str], form: Mapping[str, str]) -> None:
    """Ask at the keyboard for the first of `undated`. Raises BadInput."""
    for field in undated(item, answers, form):
        raise BadInput("form.required", label=field.label.both())


def undated(item: Item, answers: Mapping[str, str], form: Mapping[str, str]) -> tuple[Field, ...]:
    """The dates of gates that nobody has given: left empty, they would be no gates."""
    needed = {gate.field for gate in item.gates if gate.field and gate.effect != "warn" and holds(gate.when, answers)}
    return tuple(
        field
        for field in item.fields
        if field.id in needed and holds(field.when, answers) and not form.get(field.id, "").strip()
    )


def _shut(
    gate: Gate, answers: Mapping[str, str], form: Mapping[str, str], day: date, calendar: Calendar | None
) -> bool:
    if gate.when is not None and not holds(gate.when, answers):
        return False
    if not gate.field:
        return gate.when is not None
    since = _date(form.get(gate.field, ""))
    if since is None:
        return False
    passed = _days(gate, since, day, calendar)
    too_early = gate.least is not None and passed < gate.least
    return too_early or (gate.most is not None and passed > gate.most)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _days(gate: Gate, since: date, day: date, calendar: Calendar | None) -> int:
    """Days from `since` to `day`; negative when it lies ahead."""
    if gate.unit == "working_days" and calendar is not None and min(since, day) >= calendar.first:
        return calendar.working_days_between(since, day)
    return (day - since).days
