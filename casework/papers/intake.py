"""The papers of the counter: receipt, one-time notice, acceptance, refusal at intake, return (R2, R4, R6, R15, R41)."""

from __future__ import annotations

from typing import Any

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts
from casework.papers.model import Note, Table, printed_number
from casework.papers.parts import (
    Words,
    applicant_fields,
    applicant_name,
    ask,
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
        "notes": (Note(w("note.remarks"), (*_remarks(facts, w), w("receipt.keep"))),),
        "seal_box": seal(facts, w, "receipt"),
        "signature_boxes": (w("sign.applicant"), w("sign.clerk")),
    }


def _remarks(facts: PaperFacts, w: Words) -> tuple[str, ...]:
    """What the receipt stands for; what was mended at the counter (R3), what became of a case decided on the spot."""
    mended = (w("receipt.mended", fields=w.join(facts.mended)),) if facts.mended else ()
    if facts.former:
        mended = (*mended, w("receipt.renumbered", old=printed_number(facts.former)))
    if facts.awaiting_decision:
        return (w("receipt.awaiting"), *mended)
    lost = (w("receipt.spot_lost"),) if facts.spot_lost else ()
    return (*lost, w.of(facts.nature, "receipt.not_accepted"), *mended)


def supplement(facts: PaperFacts, w: Words) -> Built:
    """一次性告知书: everything that is missing, each with its defect, its cure and its sample, once (R4, R5).

    Beside it stands what may be asked for in a case that is not known yet, and until when the papers are waited for.
    """
    if not facts.supplements:
        raise BadPaper("papers.error.supplements", kind="supplement")
    told = (
        w("supplement.once.also") if facts.also else w("supplement.once"),
        *((w("supplement.until", day=w.until(facts.until, facts.until_provisional)),) if facts.until else ()),
        w("supplement.not_counted"),
        w("supplement.next"),
        *ask(facts, w),
    )
    return {
        "title": w("supplement.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (
            w("supplement.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item),
        ),
        **_lines(facts, w),
        "notes": (
            *((Note(w("supplement.also"), _also(facts, w), numbered=True),) if facts.also else ()),
            Note(w("note.told"), told, numbered=True),
        ),
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant"), w("sign.clerk")),
    }


def _lines(facts: PaperFacts, w: Words) -> Built:
    """The table of what is wrong and how to mend it."""
    rows = tuple((str(n), s.defect, s.cure, s.sample or w("none")) for n, s in enumerate(facts.supplements, 1))
    header = (w("column.no"), w("column.defect"), w("column.cure"), w("column.sample"))
    return {
        "table_title": w("table.supplements", count=len(rows)) if rows else "",
        "table": Table(header=header, rows=rows, weights=(4, 17, 19, 12)) if rows else None,
    }


def _also(facts: PaperFacts, w: Words) -> tuple[str, ...]:
    return tuple(
        w("supplement.also.line", what=s.defect.rstrip("。；"), cure=s.cure.rstrip("。；")) for s in facts.also
    )


def acceptance(facts: PaperFacts, w: Words) -> Built:
    """受理通知书 with all its fields: organ, authorisation and operator (R15), both limits, what is not counted.

    Also of what the hall's timer accepted: as of the day of receipt (R4).
    """
    need(facts.organ, "organ", "acceptance")
    return {
        "title": w("acceptance.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (_accepted(facts, w),),
        "fields": (
            *item_fields(facts, w),
            *applicant_fields(facts, w),
            *counter_fields(facts, w, accepted=True),
            *clock_fields(facts, w),
            *service_fields(facts, w),
        ),
        "table_title": w("table.materials") if facts.materials else "",
        "table": material_table(facts.materials, w),
        "notes": (*_deferred(facts, w), *_pledged(facts, w)),
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant"), w("sign.clerk")),
    }


def _accepted(facts: PaperFacts, w: Words) -> str:
    """The sentence of the acceptance, by how it came about."""
    day = w.day((facts.accepted_at or facts.issued_at).date())
    if facts.how == "deemed":
        return w("acceptance.deemed", day=day, item=facts.item)
    if facts.how == "outright":
        return w.of(facts.nature, "acceptance.opening", day=day, item=facts.item)
    law = w.of(facts.nature, "acceptance.law")
    return w(f"acceptance.{facts.how}", day=day, item=facts.item, law=law)


def _deferred(facts: PaperFacts, w: Words) -> tuple[Note, ...]:
    """The undertaking: paper, form, date, consequence; until then the result is withheld (R31)."""
    if not facts.deferred:
        return ()
    lines = tuple(
        w(
            "deferred.line",
            name=d.name,
            form=d.form or w("have.original"),
            due=w.until(d.due, d.provisional),
            consequence=c,
        )
        for d in facts.deferred
        for c in [d.consequence or w("deferred.consequence")]
    )
    return (Note(w("deferred.heading"), lines, numbered=True),)


def _pledged(facts: PaperFacts, w: Words) -> tuple[Note, ...]:
    """The papers for which a pledge stands, and that it will be checked (R30)."""
    if not facts.pledged:
        return ()
    checked = (w("pledged.check", days=facts.pledge_check_days),) if facts.pledge_check_days else ()
    return (Note(w("pledged.heading"), (w("pledged.line", papers=w.join(facts.pledged)), *checked)),)


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
            Note(w("note.reasons"), reasons, numbered=True),
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

    The same paper of a case that was terminated (终止办理通知书) or taken back (撤回申请确认书). Source:
    市场主体登记管理条例实施细则, article 18.
    """
    reasons = tuple(reason for reason in facts.reasons if reason.strip())
    if facts.ending != "returned":
        return _ended(facts, reasons, w)
    if not facts.supplements and not reasons:
        raise BadPaper("papers.error.reasons", kind="return")
    told = (w("return.again"), *_back(facts, w), *ask(facts, w))
    return {
        "title": w("return.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (
            w("letter.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item),
            w("return.body"),
        ),
        **_lines(facts, w),
        "notes": (*_reason_note(reasons, w), Note(w("note.told"), told, numbered=True)),
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant_papers"), w("sign.clerk")),
    }


def _ended(facts: PaperFacts, reasons: tuple[str, ...], w: Words) -> Built:
    """Terminated by the hall, or taken back by the applicant: why, since when, which papers went back."""
    ground = (w(f"terminated.{facts.ending_ground}"),) if facts.ending == "terminated" and facts.ending_ground else ()
    if not ground and not reasons:
        raise BadPaper("papers.error.reasons", kind="return")
    rows = tuple((str(at), name) for at, name in enumerate(facts.handed_back, 1))
    ended = facts.ended_at or facts.issued_at
    return {
        "title": w(f"{facts.ending}.title"),
        "copies": 2,
        "addressee": applicant_name(facts),
        "paragraphs": (
            w("letter.opening", day=w.day((facts.received_at or facts.issued_at).date()), item=facts.item)
            + w(f"{facts.ending}.body", day=w.day(ended.date())),
        ),
        "fields": (*applicant_fields(facts, w, brief=True), *item_fields(facts, w)),
        "fields_first": True,
        "table_title": w("table.handed_back") if rows else "",
        "table": Table((w("column.no"), w("column.material")), rows, (5, 45)) if rows else None,
        "notes": (
            *_reason_note((*ground, *(reason for reason in reasons if reason not in ground)), w),
            *((Note(w("note.remedies"), facts.remedies),) if facts.remedies else ()),
            Note(w("note.told"), (w(f"{facts.ending}.again"), *ask(facts, w)), numbered=True),
        ),
        "seal_box": seal(facts, w, "acceptance"),
        "signature_boxes": (w("sign.applicant_papers") if rows else w("sign.applicant"), w("sign.clerk")),
    }


def _reason_note(reasons: tuple[str, ...], w: Words) -> tuple[Note, ...]:
    return (Note(w("note.reasons"), reasons, numbered=True),) if reasons else ()


def _back(facts: PaperFacts, w: Words) -> tuple[str, ...]:
    """Which papers went back, where it was recorded."""
    return (w("return.back", papers=w.join(facts.handed_back)),) if facts.handed_back else ()
