"""From a case to what its papers say: one place, so that a paper reads alike at every window, line or no line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from casework import bodies
from casework.ambient import moment
from casework.calendar import Calendar
from casework.case import AT_APPLICANT, Case, Recall, open_steps, places, steps_of_kind
from casework.catalogue.schema import Field, Item, Post, Text
from casework.papers.case_clocks import extension_of, limit_of, not_counted, special_of, until_of
from casework.papers.case_materials import deferred_of, form_of, lines_of, materials_of, mended_fields, name_of
from casework.papers.case_result import (
    correction_of,
    decision_of,
    delivery_of,
    nature_of,
    payment_of,
    pledge_of,
    texts,
    validity_of,
)
from casework.papers.facts import Agent, Handover, PaperFacts, Party, Replaced, Ticket
from casework.papers.model import Reprint
from casework.papers.of_item import fee_of_case, guide_facts, guide_of
from casework.papers.of_prefile import prepared_again
from casework.papers.parts import Say
from casework.standing import standing

__all__ = ["PRINTED_WITH", "Counter", "Occasion", "guide_facts", "paper_facts", "said"]


class Counter(msgspec.Struct, frozen=True):
    """Who prints, where and when."""

    hall: str
    window: str
    clerk: str
    clerk_number: str
    now: datetime
    phone: str = ""


_AT_THE_COUNTER = frozenset({"applicant", "third_party", "window", "guide", "delivery"})
"""Places at which nobody sits and waits for an officer."""


def _officer_place(case: Case) -> str:
    """The officers' post at which the applicant waits for a word before the decision; nothing where there is none."""
    waits = case.received.on_spot or case.state == "received"
    if not waits or case.decided_at or case.state in AT_APPLICANT:
        return ""
    return next((place.post for place in places(case) if place.post not in _AT_THE_COUNTER), "")


def _fee_is_due(case: Case) -> bool:
    """Whether a step of payment is open or done, and somebody has said how much."""
    steps = [step for step in steps_of_kind(case, "pay") if _state(case, step.id) != "not_needed"]
    reached = any(step.id in case.steps for step in steps) or any(step in open_steps(case) for step in steps)
    return bool(case.fee) and reached


def _state(case: Case, step: str) -> str:
    return case.steps[step].state if step in case.steps else ""


PRINTED_WITH: dict[str, Callable[[Case], bool]] = {
    "receipt": lambda case: case.state != "void",
    "supplement": lambda case: case.supplement is not None and case.state != "void",
    "acceptance": lambda case: (case.accepted is not None or case.settled) and case.state != "void",
    "refusal": lambda case: case.state == "refused_at_intake",
    "return": lambda case: case.state in {"returned", "withdrawn", "terminated"},
    "handover": lambda case: True,
    "suspension": lambda case: any(pause.kind != "rectify" for pause in case.pauses),
    "extension": lambda case: case.extension is not None,
    "decision": lambda case: case.decided is not None,
    "payment": _fee_is_due,
    "delivery": lambda case: case.delivered is not None or case.posted is not None,
    "pledge": lambda case: case.pledged,
    "guide": lambda case: True,
    "ticket": lambda case: bool(_officer_place(case)),
    "preparation": lambda case: case.state == "returned",
    "recall": lambda case: bool(case.open_recalls),
    "referral": lambda case: case.state in {"transferred", "refused_at_intake"} or case.forwarded is not None,
}
"""Which papers of a case can be printed now, by what has happened to it; of a void number none is handed out anew.

`handover` wants a hand-over in its history, `referral` of a refused case the organ that the refusal named. A
preparation list is for what comes again; that of an application without a number is `of_prefile.preparation_facts`.
"""


class Occasion(msgspec.Struct, frozen=True):
    """What a single paper is about beside the state of the case.

    `refusal`, `handed` and `ended` are the newest facts of their types; `waiting`: how many wait before the case at its
    post; `bundle`: the name of its bundle or stage; `approver`: the name of who extended.
    """

    refusal: bodies.RefusedAtIntake | None = None
    handed: bodies.HandedOver | None = None
    reprint: Reprint | None = None
    ended: bodies.Terminated | None = None
    waiting: int = 0
    bundle: str = ""
    approver: str = ""
    replaces: tuple[Recall, ...] = ()
    issue: int = 1


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
        posts: for the names on a hand-over slip, a ticket and the guide.
        say: the language of the paper.
        occasion: what this one paper is about.
    """
    received = case.received
    clocks = {each.kind: each for each in standing(case, calendar, counter.now)}
    until = until_of(case, calendar)
    whole: dict[str, Any] = {
        "statutory": limit_of(received.statutory, clocks.get("statutory"), say),
        "promised": limit_of(received.promised, clocks.get("promised"), say),
        "not_counted": not_counted(case, say),
        "until": until.day if until else None,
        "until_provisional": bool(until and until.provisional),
        "special": special_of(case, calendar, say),
        "extension": extension_of(case, clocks, occasion.approver, _limit_basis(item), say),
    }
    whole |= _who(case, item, counter, say) | _papers(case, item, calendar, say) | _answers(case, item, occasion)
    whole |= _result(case, item, say)
    return PaperFacts(
        number=case.number, former=case.former_numbers[-1] if case.former_numbers else "", joint=received.joint,
        bundle=occasion.bundle or received.bundle,
        awaiting_decision=received.on_spot and not case.decided_at and case.is_open and case.supplement is None,
        spot_lost=received.spot_lost, handover=_handover(occasion.handed, _window(counter, say), posts),
        ticket=_ticket(case, occasion.waiting, posts),
        guide=guide_of(item, posts, say) if item else None, fee=fee_of_case(received, item, case.fee, say),
        query=say("papers.query.counter"), query_url=case.number, reprint=occasion.reprint,
        replaces=tuple(
            Replaced(say(f"paper.{each.paper}"), each.count, moment(each.at), each.holder) for each in occasion.replaces
        ),
        issue=occasion.issue, **whole,
    )  # fmt: skip


def _who(case: Case, item: Item | None, counter: Counter, say: Say) -> dict[str, Any]:
    """Hall, item, organ, people and times."""
    received, accepted = case.received, case.accepted
    organ = accepted.organ if accepted and accepted.organ else item.organ.zh if item else ""
    return {
        "hall": counter.hall, "item": item.name.zh if item else received.item, "item_code": received.item,
        "issued_at": counter.now, "organ": organ, "project_code": received.project_code,
        "authorisation": accepted.authority if accepted else "", "applicant": _party(received.applicant),
        "agent": _agent(case, item), "clerk": counter.clerk, "clerk_number": counter.clerk_number,
        "window": _window(counter, say), "phone": counter.phone, "received_at": moment(case.received_at),
        "accepted_at": moment(case.accepted_at) if case.accepted_at else None,
        "complaints": item.complaints if item else "", "nature": nature_of(case, item),
    }  # fmt: skip


def _papers(case: Case, item: Item | None, calendar: Calendar, say: Say) -> dict[str, Any]:
    """What was handed in, what is missing, what follows, what is promised, what went back."""
    told = case.supplement
    return {
        "form": form_of(case, item, said), "mended": mended_fields(case, item),
        "materials": materials_of(case, item, say),
        "supplements": lines_of(told.lines if told and case.state != "returned" else case.lines, item),
        "also": lines_of(told.also if told else (), item), "deferred": deferred_of(case, item, calendar),
        "pledged": tuple(name_of(item, code) for code, have in case.materials.items() if have == "pledge"),
        "pledge": pledge_of(case, item), "pledge_check_days": case.received.pledge_check_days,
        "handed_back": tuple(name_of(item, code) for code in case.handed_back),
        "prepared": prepared_again(case, item, say),
    }  # fmt: skip


def _answers(case: Case, item: Item | None, occasion: Occasion) -> dict[str, Any]:
    """How the counter answered: accepted, turned away, sent home, or sent on."""
    refused = occasion.refusal or bodies.RefusedAtIntake("", "", "")
    grounds = {"not_our_power": "not_our_power", "no_permit_needed": "no_permit"}
    if case.state == "transferred":
        way, organ = "transferred", case.organ
    elif case.forwarded is not None:
        way, organ = "forwarded", case.forwarded.organ
    else:
        way, organ = "counter", refused.right_organ
    reasons, remedies = _reasons(case, refused)
    return {
        "how": case.accepted.how if case.accepted else "deemed" if case.deemed else "outright",
        "ground": grounds.get(refused.ground, "other"), "right_organ": organ, "referral": way,
        "opinion": case.forwarded.opinion if case.forwarded else "", "reasons": reasons, "remedies": remedies,
        "ending": case.state if case.state in {"withdrawn", "terminated"} else "returned",
        "ending_ground": occasion.ended.ground if occasion.ended else "",
        "ended_at": moment(case.ended_at) if case.ended_at else None,
    }  # fmt: skip


def _reasons(case: Case, refused: bodies.RefusedAtIntake) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reasons, and the words on review and appeal, of the newest thing that has them."""
    if case.revoked is not None:
        return texts(case.revoked.reason), texts(case.revoked.remedies)
    if case.decided is not None:
        return texts(case.decided.reasons), texts(case.decided.remedies)
    return texts(refused.reason or case.reason), texts(refused.remedies)


def _result(case: Case, item: Item | None, say: Say) -> dict[str, Any]:
    """What was decided, what it costs, what is handed out."""
    decided = case.decided
    return {
        "decision": decision_of(case), "decided_at": moment(case.decided_at) if case.decided_at else None,
        "decider": decided.organ if decided else "", "conditions": texts(decided.conditions) if decided else (),
        "correction": correction_of(case), "result": item.result.zh if item else "",
        "valid": validity_of(case, item, say), "payment": payment_of(case, item, say),
        "delivery": delivery_of(case, item, say),
    }  # fmt: skip


def _party(party: bodies.Party) -> Party:
    kind: Literal["person", "entity"] = "entity" if party.kind == "entity" else "person"
    return Party(party.name, party.id, kind, party.phone, party.address, party.representative)


def _agent(case: Case, item: Item | None) -> Agent | None:
    """The agent, with the paper that shows the authority, where one was handed in."""
    party = case.received.agent
    if party is None:
        return None
    held = {code for code, have in case.materials.items() if have in {"original", "copy", "electronic"}}
    papers = (each.name.zh for each in item.materials if each.authority and each.code in held) if item else ()
    return Agent(party.name, party.id, party.phone, party.authority or next(iter(papers), ""))


def said(field: Field, value: str) -> Text:
    """A value of the form as people read it: the label of a choice, the unit behind a number."""
    option = next((option for option in field.options if option.code == value), None)
    if option is not None:
        return option.label
    unit = field.unit
    return Text(f"{value} {unit.zh}", f"{value} {unit.en}") if unit else Text(value, value)


def _window(counter: Counter, say: Say) -> str:
    """`12号窗口`, where the window is known by its number alone."""
    return say("papers.window", number=counter.window) if counter.window.isdigit() else counter.window


def _handover(handed: bodies.HandedOver | None, window: str, posts: Mapping[str, Post]) -> Handover | None:
    if handed is None:
        return None
    there = posts.get(handed.to)
    return Handover(from_post=window, to_post=there.name.zh if there else handed.to, note=handed.papers)


def _ticket(case: Case, waiting: int, posts: Mapping[str, Post]) -> Ticket | None:
    """The item's letter and the four digits of the case's counter: what is called out stands on the receipt too."""
    post = _officer_place(case)
    if not post:
        return None
    return Ticket(
        f"{case.received.item[:1]}{case.number[16:20]}", waiting, posts[post].name.zh if post in posts else post
    )


def _limit_basis(item: Item | None) -> str:
    """The article of the statutory limit, where the catalogue has it: an extension stands on the same."""
    return item.statutory.basis.zh if item is not None and item.statutory is not None else ""
