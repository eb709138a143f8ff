"""The papers of the outcome: the decision, its correction, its revocation, and the proof of delivery.

Keeps R10 (nothing is refused or taken back without reasons and remedies; delivery within ten working days).
"""

from __future__ import annotations

from typing import Any

import msgspec

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts
from casework.papers.intake import reasons_of
from casework.papers.model import Note, Table
from casework.papers.parts import Words, applicant_fields, applicant_name, ask, item_fields, present, seal

Built = dict[str, Any]


def decision(facts: PaperFacts, w: Words) -> Built:
    """准予、不予、更正、撤销决定书; the organ that decided stands under it, and its seal (R10, R56)."""
    decided = msgspec.structs.replace(facts, organ=facts.decider or facts.organ)
    shared: Built = {
        "copies": 2,
        "addressee": applicant_name(facts),
        "fields": (
            *applicant_fields(facts, w, brief=True),
            *item_fields(facts, w),
            *present((w("field.decider"), facts.decider)),
        ),
        "fields_first": True,
        "seal_box": seal(decided, w, "organ"),
        "signature_boxes": (w("sign.receiver"),),
    }
    asked = ask(facts, w)
    builder = {"granted": _granted, "refused": _refused, "corrected": _corrected, "revoked": _revoked}[facts.decision]
    built = shared | builder(facts, w)
    return built | {"notes": (*built["notes"], *((Note(w("note.ask"), asked),) if asked else ()))}


def _opening(facts: PaperFacts, w: Words) -> str:
    received = w("letter.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item)
    return received + (w("decision.accepted", day=w.day(facts.accepted_at.date())) if facts.accepted_at else "")


def _granted(facts: PaperFacts, w: Words) -> Built:
    result = tuple(filter(None, (facts.result, facts.valid and w("decision.valid", valid=facts.valid))))
    conditions = tuple(line for line in facts.conditions if line.strip())
    return {
        "title": w.of(facts.nature, "decision.granted.title"),
        "paragraphs": (
            _opening(facts, w),
            w.of(facts.nature, "decision.granted.body"),
            w.of(facts.nature, "decision.granted.delivery"),
        ),
        "notes": (
            *((Note(w("note.result"), result),) if result else ()),
            *((Note(w("note.conditions"), conditions, numbered=True),) if conditions else ()),
            *_remedies(facts, w),
        ),
    }


def _refused(facts: PaperFacts, w: Words) -> Built:
    reasons = reasons_of(facts, "decision")
    return {
        "title": w.of(facts.nature, "decision.refused.title"),
        "paragraphs": (_opening(facts, w), w.of(facts.nature, "decision.refused.body")),
        "notes": (Note(w("note.reasons"), reasons, numbered=True), *_remedies(facts, w)),
    }


def _corrected(facts: PaperFacts, w: Words) -> Built:
    """更正决定书: what was wrong, what is right now; what was handed out before is given back."""
    made = facts.correction
    if made is None or not made.right.strip() or not made.wrong.strip():
        raise BadPaper("papers.error.correction", kind="decision")
    day = w.day((facts.decided_at or facts.issued_at).date())
    return {
        "title": w("decision.corrected.title"),
        "paragraphs": (w("decision.corrected.body", item=facts.item, day=day),),
        "notes": (
            Note(w("note.wrong"), (made.wrong,)),
            Note(w("note.right"), (made.right,)),
            Note(w("note.told"), (w("decision.corrected.stands"), w("decision.corrected.exchange")), numbered=True),
            *_remedies(facts, w),
        ),
    }


def _revoked(facts: PaperFacts, w: Words) -> Built:
    """撤销决定书 (行政许可法 69)."""
    reasons = reasons_of(facts, "decision")
    day = w.day((facts.decided_at or facts.issued_at).date())
    return {
        "title": w("decision.revoked.title"),
        "paragraphs": (
            w("decision.revoked.opening", item=facts.item, day=day),
            w.of(facts.nature, "decision.revoked.body"),
        ),
        "notes": (
            Note(w("note.reasons"), reasons, numbered=True),
            Note(w("note.told"), (w("decision.revoked.hand_back"),)),
            *_remedies(facts, w),
        ),
    }


def _remedies(facts: PaperFacts, w: Words) -> tuple[Note, ...]:
    return (Note(w("note.remedies"), facts.remedies),) if facts.remedies else ()


def delivery(facts: PaperFacts, w: Words) -> Built:
    """送达回证: which papers, how, to whom, when; the receiver signs, an agent with their ID (行政许可法 44)."""
    handed = facts.delivery
    if handed is None or not handed.papers:
        raise BadPaper("papers.error.delivery", kind="delivery")
    how = w(f"delivery.{handed.how}") if handed.how in ("counter", "post", "agent") else handed.how
    dash = w("dash")
    rows = tuple((str(n), p.name, p.document or dash, p.valid or dash, "1") for n, p in enumerate(handed.papers, 1))
    header = (w("column.no"), w("column.paper"), w("column.document"), w("column.valid"), w("column.copies"))
    return {
        "title": w("delivery.title"),
        "copies_text": w("copies.filed"),
        "fields": (
            *item_fields(facts, w),
            *applicant_fields(facts, w, brief=True),
            *present(
                (w("field.delivery_how"), how),
                (w("field.receiver"), handed.receiver),
                (w("field.receiver_id"), handed.receiver_id),
                (w("field.carrier"), handed.carrier),
                (w("field.parcel"), handed.parcel),
                (w("field.sent_to"), handed.address),
                (w("field.delivered_at"), w.moment(handed.at)),
                (w("field.clerk"), facts.clerk),
            ),
        ),
        "table_title": w("table.delivered"),
        "table": Table(header=header, rows=rows, weights=(4, 19, 15, 14, 5)),
        "notes": (Note(w("note.remarks"), (w("delivery.check"),)),),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.receiver"), w("sign.received_at"), w("sign.deliverer")),
    }
