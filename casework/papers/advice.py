"""The papers beside a case: service guide (R8), pledge (R30), preparation list, referral slip (R15), queue ticket."""

from __future__ import annotations

from typing import Any

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts
from casework.papers.model import Note
from casework.papers.parts import (
    Words,
    applicant_fields,
    applicant_name,
    clock_fields,
    item_fields,
    material_table,
    need,
    present,
    service_fields,
)

Built = dict[str, Any]


def guide(facts: PaperFacts, w: Words) -> Built:
    """办事指南: basis, conditions, steps, limits, fee, materials of an item, as the office must show them (R8)."""
    told = facts.guide
    basis, conditions, steps, more = (told.basis, told.conditions, told.steps, told.more) if told else ((), (), (), ())
    notes = tuple(
        Note(heading, lines, numbered=len(lines) > 1)
        for heading, lines in (
            (w("guide.conditions"), conditions),
            (w("guide.steps"), steps),
            (w("guide.basis"), basis),
        )
        if lines
    )
    return {
        "title": w("guide.title"),
        "size": "A4",
        "fields": (
            *item_fields(facts, w),
            *present((w("field.organ"), facts.organ), (w("field.window"), facts.window)),
            *present((w("field.counter_phone"), facts.phone)),
            *clock_fields(facts, w),
            *present((w("field.fee"), facts.fee or w("fee.none"))),
            *service_fields(facts, w),
            *more,
        ),
        "table_title": w("table.needed") if facts.materials else "",
        "table": material_table(facts.materials, w),
        "notes": (*notes, Note(w("note.remarks"), (w("guide.as_of", day=w.day(facts.issued_at.date())),))),
    }


def pledge(facts: PaperFacts, w: Words) -> Built:
    """告知承诺书: what was told, what is promised, what a false promise brings; signed by the applicant (R30)."""
    promise = facts.pledge
    if promise is None or not promise.replaces:
        raise BadPaper("papers.error.pledge", kind="pledge")
    told = (w("pledge.told", papers=w.join(promise.replaces)), *promise.conditions)
    consequences = promise.consequences or (w("pledge.consequence.revoke"), w("pledge.consequence.record"))
    return {
        "title": w("pledge.title"),
        "size": "A4",
        "copies": 2,
        "fields": (*item_fields(facts, w), *applicant_fields(facts, w)),
        "notes": (
            Note(w("pledge.heading.told"), told, numbered=True),
            Note(w("pledge.heading.consequences"), consequences, numbered=True),
            Note(
                w("pledge.heading.promise"),
                (w("pledge.read"), w("pledge.meets"), w("pledge.true"), w("pledge.liable")),
                numbered=True,
            ),
        ),
        "signature_boxes": (w("sign.pledger"), w("sign.date"), w("sign.clerk")),
    }


def preparation(facts: PaperFacts, w: Words) -> Built:
    """准备清单: what to bring, with the short code and the QR code by which any window finds the prefile again."""
    return {
        "title": w("preparation.title"),
        "printed_number": facts.short_code,
        "qr": facts.query_url or facts.short_code or None,
        "qr_caption": w("preparation.qr") if facts.query_url or facts.short_code else "",
        "addressee": applicant_name(facts),
        "paragraphs": (w("preparation.opening", item=facts.item),),
        "fields": present(
            (w("field.item_code"), facts.item_code),
            (w("field.promised"), w.limit(facts.promised)),
            (w("field.fee"), facts.fee or w("fee.none")),
            (w("field.window"), facts.window),
            (w("field.counter_phone"), facts.phone),
        ),
        "table_title": w("table.needed") if facts.materials else "",
        "table": material_table(facts.materials, w),
        "notes": (
            *((Note(w("note.reasons_prepare"), facts.reasons, numbered=True),) if facts.reasons else ()),
            Note(w("note.remarks"), (w("preparation.no_number"),)),
        ),
    }


def referral(facts: PaperFacts, w: Words) -> Built:
    """转介单: where to go instead, in print, never by a word of mouth (R2, R15)."""
    organ = need(facts.right_organ, "right_organ", "referral")
    reasons = tuple(reason for reason in facts.reasons if reason.strip())
    return {
        "title": w("referral.title"),
        "addressee": applicant_name(facts),
        "paragraphs": (w("referral.body", item=facts.item, organ=organ),),
        "fields": present(
            (w("field.right_organ"), organ),
            (w("field.query"), facts.query),
            (w("field.from_window"), facts.window),
            (w("field.clerk"), facts.clerk),
            (w("field.counter_phone"), facts.phone),
            (w("field.issued_at"), w.moment(facts.issued_at)),
        ),
        "notes": (Note(w("note.reasons"), reasons, numbered=len(reasons) > 1),) if reasons else (),
        "signature_boxes": (w("sign.clerk"),),
    }


def ticket(facts: PaperFacts, w: Words) -> Built:
    """排队票: the number to be called by, how many wait before it."""
    place = facts.ticket
    if place is None:
        raise BadPaper("papers.error.ticket", kind="ticket")
    return {
        "title": w("ticket.title"),
        "size": "80mm",
        "printed_number": place.number,
        "fields": present(
            (w("field.item"), facts.item),
            (w("field.waiting"), w("ticket.waiting", count=place.waiting)),
            (w("field.window"), place.windows),
            (w("field.taken_at"), w.moment(facts.issued_at)),
        ),
        "notes": (Note("", (w("ticket.listen"),)),),
    }
