"""The papers of a case under way: hand-over slip, suspension, extension, payment.

Keeps R11 (no fee without a basis), R12 (hearings), R21 and R22 (notices of the clocks).
"""

from __future__ import annotations

from typing import Any

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts, Special
from casework.papers.model import Note
from casework.papers.parts import (
    Words,
    applicant_fields,
    applicant_name,
    ask,
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
    start = special.start or facts.issued_at.date()
    return {
        "title": w("suspension.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w("suspension.body", item=facts.item, what=special.kind),),
        "fields": present(
            (w("field.special"), special.kind),
            (w("field.special_days"), w("workdays", days=special.days) if special.days else ""),
            (w("field.special_start"), w.day(start)),
            (w("field.special_due"), w.due(special.due, special.provisional)),
            (w("field.special_end"), w.day(special.ended)),
            (w("field.hearing_asked"), w.day(special.asked_on)),
            (w("field.hearing_held"), w.day(special.held_on)),
            (w("field.basis"), special.basis or w("suspension.basis")),
            (w("field.reason"), special.reason),
            (w("field.statutory"), facts.statutory.text if facts.statutory else ""),
            (w("field.promised"), facts.promised.text if facts.promised else ""),
        ),
        "notes": (Note(w("note.told"), (*_standing_still(special, w), *ask(facts, w)), numbered=True),),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.applicant"),),
    }


def _standing_still(special: Special, w: Words) -> tuple[str, ...]:
    """From when the clocks stand still; of a hearing its notice and that it costs nothing (R12, 行政许可法 47, 48)."""
    hearing = (w("suspension.hearing.notice"), w("suspension.hearing.free")) if special.hearing else ()
    return (w("suspension.still"), *hearing)


def extension(facts: PaperFacts, w: Words) -> Built:
    """延长办理期限通知书: once, before the end, by the head, with the reason (R21, 行政许可法 42)."""
    made = facts.extension
    if made is None or not made.amount.strip():
        raise BadPaper("papers.error.special", kind="extension")
    reasons = tuple(reason for reason in made.reasons if reason.strip())
    need("".join(reasons), "reasons", "extension")
    general = w("extension.basis.joint") if facts.joint else w.of(facts.nature, "extension.basis")
    basis = made.basis or general
    return {
        "title": w("extension.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w("extension.body", item=facts.item, amount=made.amount),),
        "fields": present(
            (w("field.extension_days"), made.amount),
            (w("field.new_due"), w.due(made.due, made.provisional)),
            (w("field.approver"), made.approver),
            (w("field.authority"), made.authority),
            (w("field.basis"), basis),
        ),
        "notes": (
            Note(w("note.reasons"), reasons, numbered=True),
            Note(w("note.told"), (w("extension.once"), *ask(facts, w)), numbered=True),
        ),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.applicant"),),
    }


def payment(facts: PaperFacts, w: Words) -> Built:
    """缴费通知书: no fee without its basis (R11, 行政许可法 58); once it is paid, with the treasury's number."""
    fee = facts.payment
    if fee is None:
        raise BadPaper("papers.error.payment", kind="payment")
    need(fee.basis, "fee_basis", "payment")
    return {
        "title": w("payment.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (w("payment.body.paid" if fee.receipt else "payment.body", item=facts.item),),
        "fields": present(
            (w("field.fee_item"), fee.item),
            (w("field.amount"), fee.amount),
            (w("field.rate"), fee.rate),
            (w("field.fee_basis"), fee.basis),
            (w("field.pay_where"), fee.where),
            (w("field.pay_due"), w.day(fee.due)),
            (w("field.treasury_receipt"), fee.receipt or w("payment.unpaid")),
        ),
        "notes": (Note(w("note.remarks"), (w("payment.treasury"), *ask(facts, w)), numbered=True),),
        "seal_box": seal(facts, w, "organ"),
        "signature_boxes": (w("sign.applicant"),),
    }
