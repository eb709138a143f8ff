"""What papers say of a case's materials and form: what state each is in, what is missing, what follows (R3, R4)."""

from __future__ import annotations

from collections.abc import Callable

from casework import bodies, numbers
from casework.ambient import moment
from casework.calendar import Calendar
from casework.case import Case
from casework.catalogue.schema import Field, Item, Text
from casework.dating import counted
from casework.papers.facts import Deferred, MaterialLine, SupplementLine
from casework.papers.parts import Say

_ON_PAPER = frozenset({"original", "copy"})


def name_of(item: Item | None, code: str) -> str:
    """The name of a material; its code where the item is not here."""
    material = item.material(code) if item else None
    return material.name.zh if material else code


def materials_of(case: Case, item: Item | None, say: Say) -> tuple[MaterialLine, ...]:
    """Each material of the case. Only what was handed in on paper has copies, and what another case holds has none."""
    lines = []
    for code, have in case.materials.items():
        material = item.material(code) if item else None
        reused = case.received.reused.get(code, "")
        copies = max(material.copies, 1) if material else 1
        on_paper = have in _ON_PAPER and not reused and code not in case.handed_back
        notes = (
            say("papers.note.reused", number=_printed(reused)) if reused else "",
            say("papers.note.mended") if code in case.mended else "",
            say("papers.note.handed_back") if code in case.handed_back else "",
        )
        note = say("papers.list.semicolon").join(filter(None, notes))
        lines.append(MaterialLine(name_of(item, code), have, copies if on_paper else 0, note))
    return tuple(lines)


def _printed(number: str) -> str:
    whole = len(number) == numbers.LENGTH and number.isdigit()
    return numbers.printed(number) if whole else number


def form_of(case: Case, item: Item | None, said: Callable[[Field, str], Text]) -> tuple[tuple[str, str], ...]:
    """The form as people read it; without the item its ids and values."""
    form = case.received.form
    if item is None:
        return tuple((name, value) for name, value in form.items() if value)
    return tuple((field.label.zh, said(field, form[field.id]).zh) for field in item.fields if form.get(field.id))


def mended_fields(case: Case, item: Item | None) -> tuple[str, ...]:
    """What was put right at the counter and is no material: fields of the form (R3)."""
    labels = {field.id: field.label.zh for field in item.fields} if item else {}
    return tuple(labels.get(code, code) for code in case.mended if code not in case.materials)


def lines_of(lines: tuple[bodies.SupplementLine, ...], item: Item | None) -> tuple[SupplementLine, ...]:
    """The lines of a notice, each with the sample of its material."""
    samples = {m.code: m.sample.zh for m in item.materials if m.sample} if item else {}
    return tuple(SupplementLine(line.defect, line.cure, samples.get(line.material, "")) for line in lines)


def deferred_of(case: Case, item: Item | None, calendar: Calendar) -> tuple[Deferred, ...]:
    """The papers that follow, and until when."""
    start = moment(counted(case, "accepted") or counted(case, "received")).date()
    due = calendar.add_working_days(start, case.received.defer_days)
    return tuple(
        Deferred(name_of(item, code), due=due.day, provisional=due.provisional)
        for code, have in case.materials.items()
        if have == "defer"
    )
