"""What is received: an application as its item wants it, with everything resolved that the case will need (S33).

Keeps R7 (nothing that the item does not list), R15 (the authorisation that holds today), R33 (what a source gives is
not asked for) and R51.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from casework import bodies, numbers
from casework.ambient import moment
from casework.catalogue.form import form_gaps
from casework.catalogue.materials import PENDING, material_states
from casework.catalogue.parse import item_hash
from casework.catalogue.schema import Item, LimitData
from casework.catalogue.situations import holds, normal_answers
from casework.codes import check_identity, check_person_name, check_phone, check_project_code
from casework.commands import Intake
from casework.drafting import Context
from casework.errors import BadInput
from casework.facts import LegalTime
from casework.limits import LIMITS
from casework.text import clean_code, clean_line, clean_name, clean_text


def receive(command: Intake, context: Context, item: Item) -> bodies.Received:
    """The body of `received`, without its number. Raises BadInput for what can be mended at the keyboard."""
    day, authority = moment(context.time.at).date(), authority_on(item, context.time)
    applicant = _applicant(command, item, day)
    agent = _party(command.agent, day) if command.agent else None
    answers = _answers(command, item)
    have = {code: state for code, state in command.materials.items() if state != PENDING}
    route = route_for(item, answers)
    at_once = item.on_spot and not any(step.kind in _TAKES_TIME for step in route)
    return bodies.Received(
        number="", item=item.code, item_hash=item_hash(item), module=item.module, applicant=applicant, agent=agent,
        project_code=_project_code(command, item), situations=answers, form=_form(item, answers, command.form),
        materials={m.code: state for m, state in material_states(item, answers, have, agent is not None)},
        reused=_reused(command), route=route,
        **_limits(item, answers),
        refers_to=clean_line(command.refers_to), ref=clean_line(command.ref), authority=authority,
        one_person=item.one_person, registration=item.registration,
        on_spot=at_once and context.online, spot_lost=at_once and not context.online,
        sourced=context.sourced, joint=item.joint,
        stops=tuple(bodies.Stop(stop.kind, stop.most, stop.basis.zh) for stop in item.stops), **_fee(item, answers),
        gives=item.gives, forward_to=item.forward_to.zh if item.forward_to else "", defer_days=item.defer_days,
        pledge_check_days=item.pledge_check_days, supplement_days=item.supplement_days,
        first_contact=clean_code(command.first_contact) or context.staff.number,
    )  # fmt: skip


_TAKES_TIME = frozenset({"site_check", "expert_review", "hearing", "consult", "publicity"})
"""Kinds of steps for which nobody sits and waits: with one of them an item is not decided on the spot."""


def _applicant(command: Intake, item: Item, day: date) -> bodies.Party:
    applicant = _party(command.applicant, day)
    if applicant.kind not in item.applicants:
        raise BadInput(
            "intake.applicant_kind", item=item.code, kind=applicant.kind, possible=", ".join(item.applicants)
        )
    return applicant


def _project_code(command: Intake, item: Item) -> str:
    code = command.project_code.strip()
    if item.project_code and not code:
        raise BadInput("intake.project_code", item=item.code)
    return check_project_code(code) if code else ""


def _answers(command: Intake, item: Item) -> dict[str, str]:
    answers = normal_answers(item, command.situations)
    if command.agent is not None and item.situation("agent") is not None:
        answers["agent"] = "yes"
    if item.ticks and not any(answers.get(code) == "yes" for code in item.ticks):
        raise BadInput("intake.ticks", item=item.code, possible=", ".join(item.ticks))
    return answers


def _reused(command: Intake) -> dict[str, str]:
    return {code: numbers.parse(number).number for code, number in command.reused.items() if code in command.materials}


def _limits(item: Item, answers: dict[str, str]) -> dict[str, Any]:
    way = next((track for track in item.tracks if holds(track.when, answers)), item)
    law = way.statutory or item.statutory
    return {"statutory": span(law) if law else None, "promised": span(way.promised)}


def _fee(item: Item, answers: dict[str, str]) -> dict[str, Any]:
    if item.fee is None or not holds(item.fee.when, answers):
        return {}
    return {"fee": item.fee.amount, "fee_assessed": not item.fee.amount}


def route_for(item: Item, answers: dict[str, str]) -> tuple[bodies.RouteStep, ...]:
    """The steps that apply; who needed a step that does not apply needs what that one needed."""
    needs: dict[str, tuple[str, ...]] = {}
    route = []
    for step in item.route:  # listed in the order of its needs
        wanted = tuple(dict.fromkeys(each for need in step.needs for each in needs.get(need, (need,))))
        if holds(step.when, answers):
            route.append(bodies.RouteStep(step.id, step.kind, step.post, wanted, step.officers, step.always))
        else:
            needs[step.id] = wanted
    return tuple(route)


def span(limit: LimitData) -> bodies.Span:
    """A limit as a case carries it."""
    return bodies.Span(limit.amount, limit.unit, limit.start, limit.extension)


def authority_on(item: Item, time: LegalTime) -> str:
    """The number of the recorded authorisation that holds on the day of `time` (R15), or nothing."""
    found = item.authorisation
    if not item.authorised or found is None or not found.since <= time.at[:10] <= found.until:
        return ""
    return found.number


def _party(party: bodies.Party, today: date) -> bodies.Party:
    if party.kind not in {"person", "entity"}:
        raise BadInput("intake.kind", kind=party.kind[:40])
    name = clean_name(party.name)
    if not name:
        raise BadInput("intake.name")
    identity = check_identity(party.kind, party.id, today)  # type: ignore[arg-type]
    return bodies.Party(
        kind=party.kind,
        name=name,
        id=identity.number,
        phone=check_phone(party.phone) if party.phone.strip() else "",
        address=clean_line(party.address),
        representative=check_person_name(party.representative),
        authority=clean_line(party.authority),
    )


def _form(item: Item, answers: dict[str, str], form: dict[str, str]) -> dict[str, str]:
    fields = {field.id: field for field in item.fields}
    if len(form) > LIMITS.form_fields:
        raise BadInput("intake.form_size", given=len(form), most=LIMITS.form_fields)
    for name in form:
        if name not in fields:
            raise BadInput("intake.form_field", item=item.code, field=name[:40], known=", ".join(fields) or "-")
    cleaned = {name: clean_text(str(value)) for name, value in form.items()}
    for gap in form_gaps(item, answers, cleaned):
        if cleaned.get(gap.field):  # empty fields can follow; a wrong number or date can't stay
            raise BadInput(gap.reason.id, **gap.reason.facts)
    return cleaned
