"""办事指南: all that the office must show of an item, so that nobody has to come twice to ask (R8, 行政许可法 30)."""

from __future__ import annotations

from typing import Any

import msgspec

from casework.papers.facts import GuideFacts, GuideMaterial, PaperFacts
from casework.papers.model import Note, Table
from casework.papers.parts import Words, clock_fields, item_fields, present, service_fields

Built = dict[str, Any]

_NOTHING = GuideFacts()


def guide(facts: PaperFacts, w: Words) -> Built:
    """Basis, who may apply, conditions, situations, materials, steps, limits, fee, result, how to ask and complain."""
    told = facts.guide or _NOTHING
    limits = msgspec.structs.replace(
        facts, statutory=told.statutory or facts.statutory, promised=told.promised or facts.promised, not_counted=()
    )
    plain = msgspec.structs.replace(facts, project_code="", bundle="", joint=False)  # it is about the item, not a case
    return {
        "title": w("guide.title"),
        "size": "A4",
        "fields": (
            *item_fields(plain, w),
            *present(
                (w("field.organ"), facts.organ),
                (w("field.window"), w("guide.any_window")),
                (w("field.counter_phone"), facts.phone),
                (w("field.who"), told.who),
            ),
            *clock_fields(limits, w),
            *present(
                (w("field.fee"), told.fee or facts.fee or w("fee.none")),
                (w("field.result"), told.result),
                (w("field.valid"), told.valid),
            ),
            *service_fields(facts, w),
            *present((w("field.complaints"), facts.complaints)),
        ),
        "table_title": w("table.needed") if told.materials else "",
        "table": _materials(told.materials, w),
        "notes": (*_notes(told, w), Note(w("note.remarks"), (w("guide.as_of", day=w.day(facts.issued_at.date())),))),
    }


def _materials(lines: tuple[GuideMaterial, ...], w: Words) -> Table | None:
    if not lines:
        return None
    header = (w("column.no"), w("column.material"), w("column.form"), w("column.copies"), w("column.ways"))
    semicolon = w("list.semicolon")
    rows = tuple(
        (str(at), line.name, line.form, line.copies, semicolon.join(line.ways) or w("dash"))
        for at, line in enumerate(lines, 1)
    )
    return Table(header=header, rows=rows, weights=(4, 19, 8, 4, 29))


def _notes(told: GuideFacts, w: Words) -> tuple[Note, ...]:
    """What takes more than a line, in the order in which an applicant asks."""
    parts = (
        (w("guide.situations"), told.situations, True),
        (w("guide.conditions"), (*told.conditions, *told.handling), False),
        (w("guide.gates"), told.gates, True),
        (w("guide.steps"), (w("guide.arrow").join(told.steps),) if told.steps else (), False),
        (w("guide.not_counted"), told.not_counted, True),
        (w("guide.basis"), told.basis, True),
    )
    return tuple(Note(heading, lines, numbered) for heading, lines, numbered in parts if lines)
