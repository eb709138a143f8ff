"""Taking an application in: every outcome of the counter (R1-R7, R15, R41, R51).

A helper may receive, tell what is missing, and accept where the organ's authorisation is recorded; what
else she proposes waits with the officer. An officer's word counts at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from casework import bodies
from casework.ambient import moment
from casework.catalogue.form import form_gaps
from casework.catalogue.materials import PENDING, Missing, completeness, material_states
from casework.catalogue.parse import item_hash
from casework.catalogue.schema import Item, LimitData
from casework.catalogue.situations import holds, normal_answers
from casework.codes import check_identity, check_phone, check_project_code
from casework.commands import Intake
from casework.drafting import Context, Decision, Drafting, drafted
from casework.errors import BadInput
from casework.facts import LegalTime
from casework.limits import LIMITS
from casework.messages import t
from casework.rights import post_for
from casework.rules import Refusal
from casework.text import clean_line, clean_name, clean_text

OUTCOMES = ("receive", "accept", "supplement", "refuse", "return")


def take_in(command: Intake, context: Context, case_id: str, number: Callable[[], str]) -> Decision | Refusal:
    """The facts of an intake.

    Args:
        command: what stands on the form.
        context: who, when, where, under which catalogue.
        case_id: born with the draft (S22).
        number: gives the next case number; called once, and only when the form is right.

    Raises:
        BadInput: something on the form can be mended at the keyboard.
    """
    item = context.catalogue.items.get(command.item)
    if item is None:
        raise BadInput("intake.no_item", item=command.item[:40], known=", ".join(sorted(context.catalogue.items)))
    if command.outcome not in OUTCOMES:
        raise BadInput("intake.outcome", outcome=command.outcome[:40], possible=", ".join(OUTCOMES))
    body = _received(command, context, item)
    missing = missing_of(body, body.materials, item)
    officer = context.staff.team == "officer"
    if command.outcome == "accept" and (officer or body.authority) and missing:
        return Refusal("incomplete", {"materials": ", ".join(gap.code for gap in missing)})
    if command.outcome == "supplement" and not missing:
        return Refusal("nothing_missing")
    proposal = command.outcome if command.outcome in {"refuse", "return", "accept"} else ""
    if officer or (command.outcome == "accept" and body.authority):
        proposal = ""
    posts = context.catalogue.posts
    post = post_for(context.staff, context.shift, "case.receive", posts, "window", item.module)
    post = post or next(iter(context.shift), "")  # nobody's right: the rules say why
    probe = Drafting(context, case_id, case_id, None)  # a refused intake uses up no number
    no = _steps(probe, command, item, body, proposal, post, missing)
    if isinstance(no, Refusal):
        return no
    numbered = msgspec.structs.replace(body, number=number())
    return _steps(Drafting(context, case_id, case_id, None), command, item, numbered, proposal, post, missing)


def _steps(
    drafting: Drafting, command: Intake, item: Item, body: bodies.Received, proposal: str, post: str,
    missing: tuple[Missing, ...],
) -> Decision | Refusal:  # fmt: skip
    reason = clean_text(command.reason)
    received = msgspec.structs.replace(body, proposal=proposal, proposal_reason=reason if proposal else "")
    steps: list[tuple[str, bodies.Body, str]] = [("received", received, post)]
    context = drafting.context
    if command.outcome == "supplement":
        steps.append(("supplement.told", bodies.SupplementTold(lines_of(missing)), post))
    elif command.outcome == "accept" and not proposal:
        steps.append(accepting(item, received, context, post))
    elif command.outcome == "refuse" and not proposal:
        steps.append(("refused_at_intake", refusing(reason, "", command.right_organ, command.remedies), post))
    elif command.outcome == "return" and not proposal:
        steps.append(("returned", bodies.Returned(lines_of(missing), reason or default("return")), post))
    return drafted(drafting, *steps)


def accepting(
    item: Item | None, received: bodies.Received, context: Context, wanted: str
) -> tuple[str, bodies.Body, str]:
    """The fact `accepted`, by the post that may: `wanted` where it is the step's own, else the module's officers."""
    step = next((step for step in received.route if step.kind == "accept"), None)
    staff, posts = context.staff, context.catalogue.posts
    first = (step.post if step else "") if staff.team == "officer" else wanted
    post = post_for(staff, context.shift, "case.accept", posts, first, received.module)
    if staff.team == "officer" and post != first:
        post = post_for(staff, context.shift, "case.accept", posts, received.module, received.module)
    deferred = tuple(code for code, have in received.materials.items() if have == "defer")
    pledged = tuple(code for code, have in received.materials.items() if have == "pledge")
    how = "deferred" if deferred else "pledged" if pledged else "outright"
    body = bodies.Accepted(
        step=step.id if step else "", organ=item.organ.zh if item else "", how=how,
        authority=received.authority if staff.team == "helper" else "", deferred=deferred, pledged=pledged,
    )  # fmt: skip
    return "accepted", body, post


def refusing(reason: str, ground: str, right_organ: str, remedies: str) -> bodies.RefusedAtIntake:
    """The body of a refusal at intake; what the counter always says stands in where nothing was typed."""
    organ = clean_line(right_organ)
    ground = ground or ("not_our_power" if organ else "no_permit_needed")
    return bodies.RefusedAtIntake(
        ground=ground,
        reason=reason or default("refuse" if ground == "no_permit_needed" else "not_our_power"),
        remedies=clean_text(remedies) or default("remedies"),
        right_organ=organ,
    )


def default(name: str) -> str:
    """The sentence of the counter for `refuse`, `not_our_power`, `return` or `remedies`, where the clerk typed none."""
    return t(f"intake.default.{name}")


def lines_of(missing: tuple[Missing, ...]) -> tuple[bodies.SupplementLine, ...]:
    """What is missing as lines of the notice, in the language of the counter."""
    return tuple(bodies.SupplementLine(gap.code, str(gap.defect), str(gap.cure)) for gap in missing)


def _received(command: Intake, context: Context, item: Item) -> bodies.Received:
    day, authority = moment(context.time.at).date(), authority_on(item, context.time)
    applicant = _party(command.applicant, day)
    if applicant.kind not in item.applicants:
        raise BadInput(
            "intake.applicant_kind", item=item.code, kind=applicant.kind, possible=", ".join(item.applicants)
        )
    agent = _party(command.agent, day) if command.agent else None
    code = command.project_code.strip()
    if item.project_code and not code:
        raise BadInput("intake.project_code", item=item.code)
    answers = normal_answers(item, command.situations)
    have = {code: state for code, state in command.materials.items() if state != PENDING}
    if agent is not None and item.situation("agent") is not None:
        answers["agent"] = "yes"
    return bodies.Received(
        number="", item=item.code, item_hash=item_hash(item), module=item.module, applicant=applicant, agent=agent,
        project_code=check_project_code(code) if code else "", situations=answers,
        form=_form(item, answers, command.form),
        materials={m.code: state for m, state in material_states(item, answers, have, agent is not None)},
        route=_route(item, answers),
        statutory=_span(item.statutory), promised=_span(item.promised),
        refers_to=clean_line(command.refers_to), ref=clean_line(command.ref), authority=authority,
        one_person=item.one_person, registration=item.registration,
    )  # fmt: skip


def _route(item: Item, answers: dict[str, str]) -> tuple[bodies.RouteStep, ...]:
    """The steps that apply; who needed a step that does not apply needs what that one needed."""
    needs: dict[str, tuple[str, ...]] = {}
    route = []
    for step in item.route:  # listed in the order of its needs
        wanted = tuple(dict.fromkeys(each for need in step.needs for each in needs.get(need, (need,))))
        if holds(step.when, answers):
            route.append(bodies.RouteStep(step.id, step.kind, step.post, wanted, step.officers))
        else:
            needs[step.id] = wanted
    return tuple(route)


def _span(limit: LimitData) -> bodies.Span:
    return bodies.Span(limit.amount, limit.unit, limit.start)


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
        representative=clean_name(party.representative),
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


def missing_of(received: bodies.Received, materials: dict[str, str], item: Item) -> tuple[Missing, ...]:
    """What the case still lacks, under the item that it was taken in under."""
    have = {code: state for code, state in materials.items() if state != PENDING}
    return completeness(item, received.situations, have, received.agent is not None)
