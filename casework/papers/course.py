"""The papers of a case under way: hand-over slip, suspension, extension, payment, decision, delivery.

Keeps R10 (no refusal without reasons and remedies), R11 (no fee without a basis), R21 and R22 (notices of the clocks).
"""

from __future__ import annotations

from typing import Any

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts
from casework.papers.intake import reasons_of
from casework.papers.model import Note, Table
from casework.papers.parts import (
    Words,
    applicant_fields,
    applicant_name,
    item_fields,
    material_table,
    need,
    present,
    seal,
)

Built = dict[str, Any]


def handover(facts: PaperFacts, w: Words) -> Built:
    """物料流转凭证: the slip that goes with the papers from post to post, signed by both hands (R16)."""
    move = facts.handover
    if move is None:
        raise BadPaper("papers.error.handover", kind="handover")
    return {
        "title": w("handover.title"),
        "copies": 2,
        "copies_text": w("copies.handover", count=2),
        "fields": (
            *item_fields(facts, w),
            *present(
                (w("field.from_post"), move.from_post),
                (w("field.to_post"), move.to_post),
                (w("field.from_person"), move.from_person),
                (w("field.to_person"), move.to_person),
                (w("field.step"), move.step),
                (w("field.sheets"), "" if move.sheets is None else str(move.sheets)),
                (w("field.handed_at"), w.moment(move.at or facts.issued_at)),
                (w("field.note"), move.note),
            ),
            *applicant_fields(facts, w, brief=True),
        ),
        "table_title": w("table.handed") if facts.materials else "",
        "table": material_table(facts.materials, w),
        "notes": (Note(w("note.remarks"), (w("handover.check"),)),),
        "signature_boxes": (w("sign.giver"), w("sign.taker")),
    }


def suspension(facts: PaperFacts, w: Words) -> Built:
    """特殊程序告知书: what is done, how many working days it takes, that they are not counted (R22, 行政许可法 45)."""
    special = facts.special
    if special is None or not special.kind.strip():
        raise BadPaper("papers.error.special", kind="suspension")
    return {
        "title": w("suspension.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w("suspension.body", item=facts.item, what=special.kind),),
        "fields": present(
            (w("field.special"), special.kind),
            (w("field.special_days"), w("workdays", days=special.days) if special.days else ""),
            (w("field.special_start"), w.day(special.start or facts.issued_at.date())),
            (w("field.special_due"), w.due(special.due, special.provisional)),
            (w("field.basis"), special.basis or w("suspension.basis")),
        ),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.applicant"),),
    }


def extension(facts: PaperFacts, w: Words) -> Built:
    """延长办理期限通知书: once, before the end, by the head, with the reason (R21, 行政许可法 42)."""
    special = facts.special
    reasons = tuple(reason for reason in facts.reasons if reason.strip())
    if special is None or special.days <= 0:
        raise BadPaper("papers.error.special", kind="extension")
    need("".join(reasons), "reasons", "extension")
    return {
        "title": w("extension.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w("extension.body", item=facts.item, days=special.days),),
        "fields": present(
            (w("field.extension_days"), w("workdays", days=special.days)),
            (w("field.new_due"), w.due(special.due, special.provisional)),
            (w("field.approver"), special.approver),
            (w("field.basis"), special.basis or w("extension.basis")),
        ),
        "notes": (Note(w("note.reasons"), reasons, numbered=len(reasons) > 1),),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.applicant"),),
    }


def payment(facts: PaperFacts, w: Words) -> Built:
    """缴费通知书: no fee without its basis (R11, 行政许可法 58)."""
    fee = facts.payment
    if fee is None:
        raise BadPaper("papers.error.payment", kind="payment")
    need(fee.basis, "fee_basis", "payment")
    return {
        "title": w("payment.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w("payment.body", item=facts.item),),
        "fields": present(
            (w("field.fee_item"), fee.item),
            (w("field.amount"), fee.amount),
            (w("field.fee_basis"), fee.basis),
            (w("field.pay_where"), fee.where),
            (w("field.pay_due"), w.day(fee.due)),
        ),
        "notes": (Note(w("note.remarks"), (w("payment.treasury"),)),),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.applicant"),),
    }


def decision(facts: PaperFacts, w: Words) -> Built:
    """准予 / 不予许可决定书. A refusal has its reasons and the words on review and appeal, or is not printed (R10)."""
    opening = w("letter.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item)
    accepted = w("decision.accepted", day=w.day(facts.accepted_at.date())) if facts.accepted_at else ""
    shared: Built = {
        "copies": 2,
        "addressee": applicant_name(facts),
        "fields": (*applicant_fields(facts, w, brief=True), *item_fields(facts, w)),
        "fields_first": True,
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.receiver"),),
    }
    if facts.decision == "refused":
        reasons = reasons_of(facts, "decision")
        return shared | {
            "title": w.of(facts.nature, "decision.refused.title"),
            "paragraphs": (opening + accepted, w.of(facts.nature, "decision.refused.body")),
            "notes": (
                Note(w("note.reasons"), reasons, numbered=len(reasons) > 1),
                Note(w("note.remedies"), facts.remedies),
            ),
        }
    notes: tuple[Note, ...] = (Note(w("note.result"), (facts.result,)),) if facts.result else ()
    notes += (Note(w("note.remedies"), facts.remedies),) if facts.remedies else ()
    return shared | {
        "title": w.of(facts.nature, "decision.granted.title"),
        "paragraphs": (
            opening + accepted,
            w.of(facts.nature, "decision.granted.body"),
            w.of(facts.nature, "decision.granted.delivery"),
        ),
        "notes": notes,
    }


def delivery(facts: PaperFacts, w: Words) -> Built:
    """送达回证: which papers, how, to whom, when; the receiver signs, an agent with their ID (行政许可法 44)."""
    handed = facts.delivery
    if handed is None or not handed.papers:
        raise BadPaper("papers.error.delivery", kind="delivery")
    how = w(f"delivery.{handed.how}") if handed.how in ("counter", "post", "agent") else handed.how
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
                (w("field.delivered_at"), w.moment(handed.at)),
                (w("field.clerk"), facts.clerk),
            ),
        ),
        "table_title": w("table.delivered"),
        "table": Table(
            header=(w("column.no"), w("column.paper"), w("column.copies")),
            rows=tuple((str(n), name, "1") for n, name in enumerate(handed.papers, 1)),
            weights=(5, 36, 9),
        ),
        "notes": (Note(w("note.remarks"), (w("delivery.check"),)),),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.receiver"), w("sign.received_at"), w("sign.deliverer")),
    }
