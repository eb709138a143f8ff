"""The papers beside a case: pledge (R30), preparation list, referral slip (R15), queue ticket."""

from __future__ import annotations

from typing import Any

from casework.errors import BadPaper
from casework.papers.facts import PaperFacts
from casework.papers.model import Note, Table, printed_number
from casework.papers.parts import Words, applicant_fields, applicant_name, item_fields, need, present

Built = dict[str, Any]


def pledge(facts: PaperFacts, w: Words) -> Built:
    """告知承诺书: what was told, what is promised, what a false promise brings; signed by the applicant (R30)."""
    promise = facts.pledge
    if promise is None or not promise.replaces:
        raise BadPaper("papers.error.pledge", kind="pledge")
    told = (
        w("pledge.told", papers=w.join(tuple(each.name for each in promise.replaces))),
        *promise.conditions,
        w("pledge.not_asked"),
        *((w("pledge.check", days=promise.check_days),) if promise.check_days else ()),
    )
    consequences = promise.consequences or (w("pledge.consequence.revoke"), w("pledge.consequence.record"))
    rows = tuple(
        (str(n), each.name, each.basis or w("dash"), w("pledge.promise")) for n, each in enumerate(promise.replaces, 1)
    )
    header = (w("column.no"), w("column.pledged"), w("column.basis"), w("column.promise"))
    return {
        "title": w("pledge.title"),
        "size": "A4",
        "copies": 2,
        "fields": (*item_fields(facts, w), *applicant_fields(facts, w)),
        "table_title": w("table.pledged"),
        "table": Table(header=header, rows=rows, weights=(5, 16, 16, 22)),
        "notes": (
            Note(w("pledge.heading.told"), told, numbered=True),
            Note(w("pledge.heading.consequences"), consequences, numbered=True),
            Note(
                w("pledge.heading.promise"),
                (w("pledge.read"), w("pledge.meets"), w("pledge.true"), w("pledge.liable"), *_by_agent(facts, w)),
                numbered=True,
            ),
        ),
        "signature_boxes": (w("sign.pledger"), w("sign.date"), w("sign.clerk")),
    }


def _by_agent(facts: PaperFacts, w: Words) -> tuple[str, ...]:
    """An agent signs only with a written authority for it; else the applicant signs (R30)."""
    if facts.agent is None or facts.pledge is None:
        return ()
    if not facts.pledge.empowered:
        return (w("pledge.agent.not"),)
    return (w("pledge.agent.may", agent=facts.agent.name, authority=facts.agent.authority),)


def preparation(facts: PaperFacts, w: Words) -> Built:
    """准备清单: what to bring, with the short code and the QR code by which any window finds the prefile again.

    Of a registration that was sent home it bears the number of the old case: coming again is a new receipt (R41).
    """
    built: Built = {
        "title": w("preparation.title"),
        "addressee": applicant_name(facts),
        "paragraphs": (w("preparation.again" if facts.number else "preparation.opening", item=facts.item),),
        "fields": present(
            (w("field.item_code"), facts.item_code),
            (w("field.organ"), facts.organ),
            (w("field.statutory"), w.limit(facts.statutory)),
            (w("field.promised"), w.limit(facts.promised)),
            (w("field.fee"), facts.fee or w("fee.none")),
            (w("field.window"), facts.window),
            (w("field.counter_phone"), facts.phone),
        ),
        "table_title": w("table.needed") if facts.prepared else "",
        "table": _prepared(facts, w),
        "notes": (
            *((Note(w("note.reasons_prepare"), facts.reasons, numbered=True),) if facts.reasons else ()),
            Note(w("note.remarks"), (w("preparation.no_number"),)),
        ),
    }
    if facts.number:
        return built
    code = facts.short_code
    return built | {
        "printed_number": code,
        "qr": code.replace("-", "") or None,
        "qr_caption": w("preparation.qr") if code else "",
    }


def _prepared(facts: PaperFacts, w: Words) -> Table | None:
    if not facts.prepared:
        return None
    header = (w("column.no"), w("column.material"), w("column.form"), w("column.copies"), w("column.prepared"))
    rows = tuple((str(n), p.name, p.form, p.copies, p.said or w("dash")) for n, p in enumerate(facts.prepared, 1))
    return Table(header=header, rows=rows, weights=(5, 17, 8, 5, 22))


def referral(facts: PaperFacts, w: Words) -> Built:
    """转介单: where to go instead, in print, never by a word of mouth (R2, R15); or where the case itself went:
    to the organ that has the power (移送), or to the upper organ that decides (上报, R56)."""
    organ = need(facts.right_organ, "right_organ", "referral")
    reasons = () if facts.referral == "forwarded" else tuple(reason for reason in facts.reasons if reason.strip())
    opinion = (Note(w("note.opinion"), (facts.opinion,)),) if facts.opinion.strip() else ()
    went = facts.referral != "counter"
    return {
        "title": w("referral.title"),
        "addressee": applicant_name(facts),
        "paragraphs": (w(f"referral.{facts.referral}", item=facts.item, organ=organ),),
        "fields": present(
            (w("field.right_organ" if not went else f"field.organ_{facts.referral}"), organ),
            (w("field.query"), facts.query if facts.referral != "transferred" else ""),
            (w("field.from_window"), facts.window),
            (w("field.clerk"), facts.clerk),
            (w("field.counter_phone"), facts.phone),
            (w("field.issued_at"), w.moment(facts.issued_at)),
        ),
        "notes": (
            *((Note(w("note.reasons"), reasons, numbered=True),) if reasons else ()),
            *(opinion if facts.referral == "forwarded" else ()),
            *((Note(w("note.told"), (w(f"referral.{facts.referral}.told"),)),) if went else ()),
        ),
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
            (w("field.case"), printed_number(facts.number) if facts.number else ""),
            (w("field.waiting"), w("ticket.waiting", count=place.waiting)),
            (w("field.wait_at"), place.windows),
            (w("field.taken_at"), w.moment(facts.issued_at)),
        ),
        "notes": (Note("", (w("ticket.listen"),)),),
    }
