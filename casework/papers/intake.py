"""The papers of the counter: receipt, one-time notice, acceptance, refusal at intake, return (R2, R4, R6, R15, R41)."""

from __future__ import annotations

from typing import Any

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts
from casework.papers.model import Note, Table
from casework.papers.parts import (
    Words,
    applicant_fields,
    applicant_name,
    clock_fields,
    counter_fields,
    item_fields,
    material_table,
    need,
    seal,
    service_fields,
)

Built = dict[str, Any]


def receipt(facts: PaperFacts, w: Words) -> Built:
    """接收回执: what was handed in, when, to whom. It is no acceptance, and says so (R6, 行政许可法 32)."""
    remark = w("receipt.awaiting") if facts.awaiting_decision else w.of(facts.nature, "receipt.not_accepted")
    return {
        "title": w("receipt.title"),
        "copies": 2,
        "fields": (
            *item_fields(facts, w),
            *applicant_fields(facts, w),
            *facts.form,
            *counter_fields(facts, w),
            *clock_fields(facts, w),
            *service_fields(facts, w),
        ),
        "table_title": w("table.materials") if facts.materials else "",
        "table": material_table(facts.materials, w),
        "notes": (Note(w("note.remarks"), (remark, w("receipt.keep"))),),
        "seal_box": seal(facts, w, "receipt"),
        "signature_boxes": (w("sign.applicant"), w("sign.clerk")),
    }


def supplement(facts: PaperFacts, w: Words) -> Built:
    """一次性告知书: everything that is missing, each with its defect, its cure and its sample, once (R4, R5)."""
    if not facts.supplements:
        raise BadPaper("papers.error.supplements", kind="supplement")
    rows = tuple((str(n), s.defect, s.cure, s.sample or w("none")) for n, s in enumerate(facts.supplements, 1))
    header = (w("column.no"), w("column.defect"), w("column.cure"), w("column.sample"))
    return {
        "title": w("supplement.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (
            w("supplement.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item),
        ),
        "table_title": w("table.supplements", count=len(rows)),
        "table": Table(header=header, rows=rows, weights=(4, 17, 19, 12)),
        "notes": (Note(w("note.told"), (w("supplement.once"), w("supplement.next"), *_ask(facts, w)), numbered=True),),
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant"), w("sign.clerk")),
    }


def acceptance(facts: PaperFacts, w: Words) -> Built:
    """受理通知书 with all its fields: organ, authorisation and operator (R15), both limits, what is not counted."""
    notes: tuple[Note, ...] = ()
    if facts.deferred:
        lines = tuple(
            w("deferred.line", name=d.name, form=d.form or w("have.original"), due=w.day(d.due), consequence=c)
            for d in facts.deferred
            for c in [d.consequence or w("deferred.consequence")]
        )
        notes = (Note(w("deferred.heading"), lines, numbered=True),)
    need(facts.organ, "organ", "acceptance")
    accepted = w.day((facts.accepted_at or facts.issued_at).date())
    return {
        "title": w("acceptance.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w.of(facts.nature, "acceptance.opening", day=accepted, item=facts.item),),
        "fields": (
            *item_fields(facts, w),
            *applicant_fields(facts, w),
            *counter_fields(facts, w, accepted=True),
            *clock_fields(facts, w),
            *service_fields(facts, w),
        ),
        "table_title": w("table.materials") if facts.materials else "",
        "table": material_table(facts.materials, w),
        "notes": notes,
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant"), w("sign.clerk")),
    }


def refusal(facts: PaperFacts, w: Words) -> Built:
    """不予受理决定书: with the reason, the right organ where it is not our power (R1, R2), review and appeal (R10)."""
    reasons = reasons_of(facts, "refusal")
    if facts.ground == "not_our_power":
        need(facts.right_organ, "right_organ", "refusal")
    turn_to = (Note(w("refusal.right_organ"), (facts.right_organ,)),) if facts.right_organ else ()
    ground = {
        "no_permit": w("refusal.ground.no_permit"),
        "not_our_power": w("refusal.ground.not_our_power"),
        "other": w("refusal.ground.other"),
    }[facts.ground]
    return {
        "title": w("refusal.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (
            w("letter.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item),
            ground,
        ),
        "notes": (
            Note(w("note.reasons"), reasons, numbered=len(reasons) > 1),
            *turn_to,
            Note(w("note.remedies"), facts.remedies),
        ),
        "fields": (*applicant_fields(facts, w, brief=True), *item_fields(facts, w), *counter_fields(facts, w)),
        "fields_first": True,
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant"), w("sign.clerk")),
    }


def reasons_of(facts: PaperFacts, kind: str) -> tuple[str, ...]:
    """The reasons, provided that the words on review and appeal are there as well (R10, 行政许可法 38)."""
    reasons = tuple(reason for reason in facts.reasons if reason.strip())
    need("".join(reasons), "reasons", kind)
    need("".join(facts.remedies), "remedies", kind)
    return reasons


def returned(facts: PaperFacts, w: Words) -> Built:
    """退件通知书: a registration's papers go back; coming again is a new receipt (R41).

    Source: 市场主体登记管理条例实施细则, article 18.
    """
    lines = facts.supplements
    reasons = tuple(reason for reason in facts.reasons if reason.strip())
    if not lines and not reasons:
        raise BadPaper("papers.error.reasons", kind="return")
    rows = tuple((str(n), s.defect, s.cure, s.sample or w("none")) for n, s in enumerate(lines, 1))
    header = (w("column.no"), w("column.defect"), w("column.cure"), w("column.sample"))
    reason_note = (Note(w("note.reasons"), reasons, numbered=len(reasons) > 1),) if reasons else ()
    return {
        "title": w("return.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (
            w("letter.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item),
            w("return.body"),
        ),
        "table_title": w("table.supplements", count=len(rows)) if rows else "",
        "table": Table(header=header, rows=rows, weights=(4, 17, 19, 12)) if rows else None,
        "notes": (*reason_note, Note(w("note.told"), (w("return.again"), *_ask(facts, w)), numbered=True)),
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant_papers"), w("sign.clerk")),
    }


def _ask(facts: PaperFacts, w: Words) -> tuple[str, ...]:
    """Whom to ask, where a telephone is named."""
    return (w("letter.ask", window=facts.window or facts.hall, phone=facts.phone),) if facts.phone else ()
