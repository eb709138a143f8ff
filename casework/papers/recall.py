"""What a new paper says of the old one that it replaces, and the notice that calls an old paper back (S15)."""

from __future__ import annotations

from typing import Any

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts
from casework.papers.model import Note, Table
from casework.papers.parts import Words, applicant_fields, applicant_name, ask, item_fields, seal

Built = dict[str, Any]


def recall(facts: PaperFacts, w: Words) -> Built:
    """收回通知书: which papers no longer hold, and that they have to be given back."""
    if not facts.replaces:
        raise BadPaper("papers.error.recall", kind="recall")
    rows = tuple((each.name, str(each.count), w.moment(each.at), each.holder) for each in facts.replaces)
    header = (w("column.paper"), w("column.issue"), w("column.printed_at"), w("column.holder"))
    give_back = w("recall.give_back", window=facts.window or facts.hall)
    return {
        "title": w("recall.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w("recall.body", item=facts.item),),
        "fields": (*item_fields(facts, w), *applicant_fields(facts, w, brief=True)),
        "table_title": w("table.recalled"),
        "table": Table(header=header, rows=rows, weights=(14, 6, 16, 12)),
        "notes": (Note(w("note.told"), (give_back, w("recall.no_effect"), *ask(facts, w)), numbered=True),),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.applicant"),),
    }


def replacing(facts: PaperFacts, w: Words) -> tuple[Note, ...]:
    """The words of a new paper on the old one: nothing in somebody's hand is contradicted in silence."""
    lines = tuple(
        w("replaces", paper=each.name, count=each.count, at=w.moment(each.at), issue=facts.issue)
        for each in facts.replaces
    )
    return (Note(w("note.replaces"), lines),) if lines else ()
