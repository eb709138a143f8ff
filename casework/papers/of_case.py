"""From a case to what its papers say: one place, so that a paper reads alike at every window, line or no line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from casework import bodies
from casework.ambient import moment
from casework.calendar import Calendar
from casework.case import Case
from casework.catalogue.materials import PENDING
from casework.catalogue.schema import Field, Item, LimitData, Post, Text
from casework.clocks import unit_word
from casework.papers.facts import (
    Agent,
    Deferred,
    Delivery,
    GuideFacts,
    Handover,
    LimitLine,
    MaterialLine,
    PaperFacts,
    Party,
    Pledge,
    SupplementLine,
)
from casework.papers.model import Reprint
from casework.papers.parts import Say
from casework.standing import Standing, standing


class Counter(msgspec.Struct, frozen=True):
    """Who prints, where and when."""

    hall: str
    window: str
    clerk: str
    clerk_number: str
    now: datetime
    phone: str = ""


PRINTED_WITH: dict[str, Callable[[Case], bool]] = {
    "receipt": lambda case: True,
    "supplement": lambda case: case.supplement is not None,
    "acceptance": lambda case: case.accepted is not None,
    "refusal": lambda case: case.state == "refused_at_intake",
    "return": lambda case: case.state == "returned",
    "handover": lambda case: True,
    "decision": lambda case: case.decided is not None,
    "delivery": lambda case: case.delivered is not None,
    "pledge": lambda case: "pledge" in case.materials.values(),
    "guide": lambda case: True,
}
"""Which papers of a case can be printed now, by what has happened to it."""


class Occasion(msgspec.Struct, frozen=True):
    """What a single paper is about beside the state of the case."""

    refusal: bodies.RefusedAtIntake | None = None
    handed: bodies.HandedOver | None = None
    reprint: Reprint | None = None


_PLAIN = Occasion()


def paper_facts(
    case: Case,
    item: Item | None,
    counter: Counter,
    calendar: Calendar,
    posts: Mapping[str, Post],
    say: Say,
    occasion: Occasion = _PLAIN,
) -> PaperFacts:
    """All that any paper of `case` may need.

    Args:
        case: the case as this terminal shows it.
        item: as it was at receipt; None when that version is not here, then codes stand for names.
        counter: who prints.
        calendar: counts the due dates.
        posts: for the names on a hand-over slip.
        say: the language of the paper.
        occasion: what this one paper is about.
    """
    received = case.received
    clocks = {each.kind: each for each in standing(case, calendar, counter.now)}
    refused = occasion.refusal or bodies.RefusedAtIntake("", "", "")
    decided = case.decided
    return PaperFacts(
        hall=counter.hall, item=item.name.zh if item else received.item, item_code=received.item,
        issued_at=counter.now, organ=item.organ.zh if item else "", number=case.number,
        project_code=received.project_code, authorisation=case.accepted.authority if case.accepted else "",
        applicant=_party(received.applicant), agent=_agent(received.agent), clerk=counter.clerk,
        clerk_number=counter.clerk_number, window=counter.window, phone=counter.phone,
        received_at=moment(case.received_at), accepted_at=moment(case.accepted_at) if case.accepted_at else None,
        statutory=_limit(received.statutory, clocks.get("statutory"), say),
        promised=_limit(received.promised, clocks.get("promised"), say),
        form=_form(item, received.form), materials=_materials(case, item),
        supplements=_lines(case.supplement.lines if case.supplement else case.lines, item),
        deferred=_deferred(case, item, calendar),
        ground="not_our_power" if refused.ground == "not_our_power" else "no_permit" if refused.ground else "other",
        right_organ=refused.right_organ,
        reasons=_texts(decided.reasons if decided else refused.reason or case.reason),
        remedies=_texts(decided.remedies if decided else refused.remedies),
        decision="refused" if case.outcome == "refused" else "granted", result=item.result.zh if item else "",
        nature=_nature(case, item), handover=_handover(case, occasion.handed, counter, posts),
        delivery=_delivery(case, item),
        pledge=_pledge(case, item), guide=_guide(item), fee=_fee(item, say), query=say("papers.query.counter"),
        query_url=case.number,
        complaints=item.complaints if item else "", reprint=occasion.reprint,
    )  # fmt: skip


def _nature(case: Case, item: Item | None) -> Literal["licence", "registration", "filing"]:
    if case.received.registration:
        return "registration"
    return "filing" if item is not None and item.result_paper == "filing" else "licence"


def _party(party: bodies.Party) -> Party:
    kind: Any = party.kind
    return Party(party.name, party.id, kind, party.phone, party.address, party.representative)


def _agent(party: bodies.Party | None) -> Agent | None:
    return Agent(party.name, party.id, party.phone) if party else None


def _limit(span: bodies.Span, stand: Standing | None, say: Say) -> LimitLine:
    text = say(f"limit.{unit_word(span.unit, span.amount)}", amount=span.amount, start=say(f"limit.start.{span.start}"))
    if stand is None:
        return LimitLine(text)
    time = f"{stand.clock.due_at:%H:%M}" if stand.clock.by_minutes else ""
    return LimitLine(text, stand.clock.due_day, stand.clock.provisional, time)


def _form(item: Item | None, form: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if item is None:
        return tuple((name, value) for name, value in form.items() if value)
    return tuple((field.label.zh, said(field, form[field.id]).zh) for field in item.fields if form.get(field.id))


def said(field: Field, value: str) -> Text:
    """A value of the form as people read it: the label of a choice, the unit behind a number."""
    option = next((option for option in field.options if option.code == value), None)
    if option is not None:
        return option.label
    unit = field.unit
    return Text(f"{value} {unit.zh}", f"{value} {unit.en}") if unit else Text(value, value)


def _name(item: Item | None, code: str) -> str:
    material = item.material(code) if item else None
    return material.name.zh if material else code


def _materials(case: Case, item: Item | None) -> tuple[MaterialLine, ...]:
    lines = []
    for code, have in case.materials.items():
        material = item.material(code) if item else None
        copies = material.copies if material else 1
        lines.append(MaterialLine(_name(item, code), have, copies))
    return tuple(lines)


def _lines(lines: tuple[bodies.SupplementLine, ...], item: Item | None) -> tuple[SupplementLine, ...]:
    samples = {m.code: m.sample.zh for m in item.materials if m.sample} if item else {}
    return tuple(SupplementLine(line.defect, line.cure, samples.get(line.material, "")) for line in lines)


def _deferred(case: Case, item: Item | None, calendar: Calendar) -> tuple[Deferred, ...]:
    start = moment(case.accepted_at or case.received_at).date()
    due = calendar.add_working_days(start, item.defer_days).day if item else None
    return tuple(Deferred(_name(item, code), "", due) for code, have in case.materials.items() if have == "defer")


def _texts(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())


def _handover(
    case: Case, handed: bodies.HandedOver | None, counter: Counter, posts: Mapping[str, Post]
) -> Handover | None:
    if handed is None:
        return None
    there = posts.get(handed.to)
    return Handover(from_post=counter.window, to_post=there.name.zh if there else handed.to, step=handed.papers)


def _delivery(case: Case, item: Item | None) -> Delivery | None:
    done = case.delivered
    if done is None:
        return None
    made = case.certified.document if case.certified and case.certified.document else ""
    paper = f"{item.result.zh if item else case.received.item} {made}".strip()
    return Delivery(
        (paper,), done.how, done.receiver, done.receiver_id, moment(case.delivered_at), parcel=done.tracking
    )


def _pledge(case: Case, item: Item | None) -> Pledge | None:
    replaced = tuple(_name(item, code) for code, have in case.materials.items() if have == "pledge")
    return Pledge(replaced) if replaced else None


def _guide(item: Item | None) -> GuideFacts | None:
    if item is None:
        return None
    return GuideFacts(
        basis=(item.basis.zh, item.statutory.basis.zh, item.promised.basis.zh), conditions=(item.guide.zh,)
    )


def guide_facts(item: Item, hall: str, now: datetime, say: Say) -> PaperFacts:
    """What the service guide of `item` says, without a case (R8)."""
    return PaperFacts(
        hall=hall,
        item=item.name.zh,
        item_code=item.code,
        issued_at=now,
        organ=item.organ.zh,
        statutory=_limit(_span(item.statutory), None, say),
        promised=_limit(_span(item.promised), None, say),
        materials=tuple(
            MaterialLine(material.name.zh, PENDING if material.source else material.form, material.copies)
            for material in item.materials
        ),
        result=item.result.zh,
        guide=_guide(item),
        fee=_fee(item, say),
        complaints=item.complaints,
    )


def _span(limit: LimitData) -> bodies.Span:
    return bodies.Span(limit.amount, limit.unit, limit.start)


def _fee(item: Item | None, say: Say) -> str:
    if item is None or item.fee == 0:
        return say("papers.fee.none")
    return say("papers.fee.amount", yuan=f"{item.fee // 100}.{item.fee % 100:02d}")
