"""The counter's acts on a case that has its number (R1 to R7, R15, R33, R41)."""

from __future__ import annotations

import msgspec

from casework import bodies, commands
from casework.acts.parts import Handler, Step, any_post, item_of
from casework.ambient import moment
from casework.case import Case
from casework.catalogue.form import form_gaps
from casework.catalogue.gates import shut_gates, undated
from casework.catalogue.materials import Missing, material_states
from casework.catalogue.schema import Item
from casework.comers import fetches
from casework.drafting import Context
from casework.errors import BadInput
from casework.intake import accepting, authority_on, default, gaps_of, gate_refusal, lines_of, turning_away
from casework.once import also_lines, cure_of
from casework.rules import Refusal, asked_for
from casework.text import clean_code, clean_line, clean_name, clean_text

_GROUNDS = {"", "no_permit_needed", "not_our_power"}


def _lines(case: Case, given: tuple[bodies.SupplementLine, ...], context: Context) -> tuple[bodies.SupplementLine, ...]:
    """The lines that were typed, and whatever else is missing: everything is said at once (R4, R41)."""
    item = item_of(case, context)
    typed = tuple(
        bodies.SupplementLine(
            clean_code(line.material), clean_text(line.defect), clean_text(line.cure) or cure_of(item, line.material)
        )
        for line in given
    )
    said = {line.material for line in typed}
    return (*typed, *lines_of(tuple(gap for gap in _gaps(case, context) if gap.code not in said)))


def _gaps(case: Case, context: Context) -> tuple[Missing, ...]:
    item = item_of(case, context)
    return gaps_of(case.received, case.materials, item) if item else ()


def _accept(case: Case, command: commands.Accept, context: Context) -> Step | Refusal:
    missing = [gap.code for gap in _gaps(case, context) if asked_for(case, gap.code)]
    if missing and case.state == "received":  # in another state the rules have more to say than that
        return Refusal("incomplete", {"materials": ", ".join(missing)})
    item, received = item_of(case, context), case.received
    if context.staff.team == "helper" and item and not authority_on(item, context.time):
        return Refusal("no_authorisation", {"item": item.code})  # it ran out since the receipt (R15)
    if item is not None and case.state == "received":
        left = undated(item, received.situations, received.form)
        if left:
            return Refusal("date_unknown", {"label": left[0].label.both()})
        now, then = (
            shut_gates(item, received.situations, received.form, moment(at).date(), context.calendar)
            for at in (context.time.at, case.received_at)
        )  # who came in time is not too late because the hall took its time, nor too early for ever
        gate = next((gate for gate in now if gate.effect != "warn" and gate in then), None)
        if gate is not None:
            return gate_refusal(gate)
    received = msgspec.structs.replace(received, materials=case.materials)
    type_, body, post = accepting(item, received, context, "window")
    return type_, body, post or any_post(case, context, "accepted")


def _refuse(case: Case, command: commands.Refuse, context: Context) -> Step | Refusal:
    if command.ground not in _GROUNDS:
        raise BadInput("command.ground", ground=command.ground[:40])
    item, reason = item_of(case, context), clean_text(command.reason) or _proposed(case, "refuse")
    shut = [gate for gate in item.gates if gate.code in case.received.gates] if item else []
    body = turning_away(shut, reason, command.ground, command.right_organ, command.remedies)
    return "refused_at_intake", body, any_post(case, context, "refused_at_intake", case.received.module)


def _proposed(case: Case, outcome: str) -> str:
    """The reason that the counter gave when it proposed `outcome`: the officer's own where she types none."""
    return case.received.proposal_reason if case.received.proposal == outcome else ""


def _return(case: Case, command: commands.Return, context: Context) -> Step | Refusal:
    lines = _lines(case, command.lines, context)
    body = bodies.Returned(lines, clean_text(command.reason) or _proposed(case, "return") or default("return"))
    return "returned", body, any_post(case, context, "returned", case.received.module)


def _supplement(case: Case, command: commands.Supplement, context: Context) -> Step | Refusal:
    lines = _lines(case, command.lines, context)
    if not lines and case.state == "received":
        return Refusal("nothing_missing")
    item = item_of(case, context)
    also = also_lines(item, case.received, case.materials, lines) if item else ()
    return "supplement.told", bodies.SupplementTold(lines, also), any_post(case, context, "supplement.told")


def _supplement_received(case: Case, command: commands.SupplementReceived, context: Context) -> Step | Refusal:
    told = case.supplement
    asked = [line.material for line in told.lines if line.material not in told.answered] if told else []
    materials = command.materials or dict.fromkeys(asked or outstanding(case, item_of(case, context)), "original")
    item = item_of(case, context)
    if item is not None:  # says what is wrong with a code or a state, before the rules look
        material_states(item, case.received.situations, materials, case.received.agent is not None)
    return "material.added", bodies.MaterialAdded(materials), any_post(case, context, "material.added", "window")


def outstanding(case: Case, item: Item | None) -> tuple[str, ...]:
    """The papers that the case waits for: its gaps that may be asked for until it is decided, and what was deferred."""
    found = gaps_of(case.received, case.materials, item) if item and not case.decided_at else ()
    gaps = (gap.code for gap in found if asked_for(case, gap.code))
    later = (code for code, have in case.materials.items() if have == "defer" and case.accepted_at)
    return (*gaps, *later)


def _check(case: Case, command: commands.Check, context: Context) -> Step | Refusal:
    """What the sources said comes with the command: asking them is the desk's work."""
    results = command.results
    if command.material:
        line = bodies.CheckLine(clean_code(command.material), "override", reason=clean_text(command.reason))
        results = (*results, line)
    body = bodies.CheckedByNetwork(results)
    return "checked_by_network", body, any_post(case, context, "checked_by_network", "window")


def _mend(case: Case, command: commands.Mend, context: Context) -> Step | Refusal:
    mends = {clean_line(name)[:60]: clean_text(what) for name, what in command.mends.items()}
    item = item_of(case, context)
    if item is not None:
        _mendable(case, item, mends)
    body = bodies.MendedOnTheSpot(mends)
    return "mended_on_the_spot", body, any_post(case, context, "mended_on_the_spot", "window")


def _mendable(case: Case, item: Item, mends: dict[str, str]) -> None:
    """Papers of the case and fields of its form, the fields with a value that fits. Raises BadInput."""
    known = (*case.materials, *(field.id for field in item.fields))
    for name in mends:
        if name not in known:
            raise BadInput("intake.mend", item=item.code, given=name[:40], known=", ".join(known))
    form = {**case.received.form, **mends}
    for wrong in form_gaps(item, case.received.situations, form):
        if mends.get(wrong.field):
            raise BadInput(wrong.reason.id, **wrong.reason.facts)


def in_hand(case: Case) -> tuple[str, ...]:
    """The papers that the hall still holds."""
    held = (code for code, have in case.materials.items() if have in {"original", "copy"})
    return tuple(code for code in held if code not in case.handed_back)


def _hand_back(case: Case, command: commands.HandBack, context: Context) -> Step | Refusal:
    codes = command.materials or in_hand(case)
    receiver = clean_name(command.receiver) or fetches(case) or case.received.applicant.name
    body = bodies.MaterialReturned(tuple(map(clean_code, codes)), receiver, clean_text(command.reason))
    return "material.returned", body, any_post(case, context, "material.returned", "window")


HANDLERS: dict[str, Handler] = {
    "accept": _accept,
    "refuse": _refuse,
    "return": _return,
    "supplement": _supplement,
    "supplement-received": _supplement_received,
    "check": _check,
    "mend": _mend,
    "hand-back": _hand_back,
}
