"""What papers say of a case's outcome: decision, fee, pledge, result and what is handed out (R10, R11, R30)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from casework.ambient import moment
from casework.case import Case
from casework.catalogue.schema import Item
from casework.money import yuan
from casework.papers.case_materials import name_of
from casework.papers.facts import Correction, Delivery, HandedPaper, Payment, Pledge, Promise
from casework.papers.parts import Say, Words

Nature = Literal["licence", "registration", "filing"]

_HELD = frozenset({"original", "copy", "electronic"})


def texts(text: str) -> tuple[str, ...]:
    """The lines of a text that say something."""
    return tuple(line for line in text.splitlines() if line.strip())


def nature_of(case: Case, item: Item | None) -> Nature:
    """Which law the words come from."""
    if case.received.registration:
        return "registration"
    return "filing" if item is not None and item.result_paper == "filing" else "licence"


def decision_of(case: Case) -> Literal["granted", "refused", "corrected", "revoked"]:
    """The newest word on the application: a revocation, a correction, else the decision itself."""
    if case.revoked is not None:
        return "revoked"
    if case.corrections:
        return "corrected"
    return "refused" if case.outcome == "refused" else "granted"


def correction_of(case: Case) -> Correction | None:
    """The newest correction."""
    return Correction(case.corrections[-1].reason, case.corrections[-1].what) if case.corrections else None


def validity_of(case: Case, item: Item | None, say: Say) -> str:
    """Until when the result holds, or how long; nothing where it has no end."""
    made = case.certified
    if made is not None and made.valid_until:
        return say("papers.valid.until", day=_day(made.valid_until, say))
    return say("papers.valid.years", years=item.result_years) if item is not None and item.result_years else ""


def _day(text: str, say: Say) -> str:
    try:
        return Words(say).day(date.fromisoformat(text))
    except ValueError:
        return text


def payment_of(case: Case, item: Item | None, say: Say) -> Payment | None:
    """The fee that is to be paid or was paid; None while nobody has said how much."""
    if not case.fee:
        return None
    fee = item.fee if item else None
    return Payment(
        item=fee.name.zh if fee else case.received.item,
        amount=say("papers.money", yuan=yuan(case.fee)),
        basis=fee.basis.zh if fee else "",
        rate=fee.rate.zh if fee and fee.rate else "",
        receipt=case.paid.receipt if case.paid else "",
    )


def pledge_of(case: Case, item: Item | None) -> Pledge | None:
    """The papers for which a pledge stands, and whether the agent may sign it (R30)."""
    replaced = []
    for code, have in case.materials.items():
        if have == "pledge":
            material = item.material(code) if item else None
            replaced.append(Promise(name_of(item, code), material.basis.zh if material else ""))
    if not replaced:
        return None
    powers = {each.code for each in item.materials if each.authority} if item else set()
    empowered = any(case.materials.get(code) in _HELD for code in powers)
    return Pledge(tuple(replaced), check_days=case.received.pledge_check_days, empowered=empowered)


def delivery_of(case: Case, item: Item | None, say: Say) -> Delivery | None:
    """What is handed out: to whom and when once it was, by which parcel while it is on its way."""
    done, sent = case.delivered, case.posted
    if done is None and sent is None:
        return None
    return Delivery(
        papers=_handed(case, item, say),
        how=done.how if done else "post",
        receiver=done.receiver if done else "",
        receiver_id=done.receiver_id if done else "",
        at=moment(case.delivered_at) if case.delivered_at else None,
        carrier=sent.carrier if sent else "",
        parcel=(done.tracking if done else "") or (sent.tracking if sent else ""),
        address=sent.address if sent else "",
    )


def _handed(case: Case, item: Item | None, say: Say) -> tuple[HandedPaper, ...]:
    """The decision where it is on paper, each correction, and the result itself."""
    w, nature = Words(say), nature_of(case, item)
    papers = []
    if case.outcome == "refused":
        papers.append(HandedPaper(w.of(nature, "decision.refused.title")))
    elif any(each.paper == "decision" for each in case.papers):
        papers.append(HandedPaper(w.of(nature, "decision.granted.title")))
    if case.corrections:
        papers.append(HandedPaper(w("decision.corrected.title")))
    if case.outcome != "refused":
        name, made = item.result.zh if item else case.received.item, case.certified
        papers.append(HandedPaper(name, made.document if made else "", validity_of(case, item, say)))
    return tuple(papers)
