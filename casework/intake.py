"""Taking an application in: every outcome of the counter (R1-R7, R15, R41, R51).

A helper may receive, tell what is missing, and accept where the organ's authorisation is recorded; what
else she proposes waits with the officer. An officer's word counts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from casework import bodies
from casework.ambient import moment
from casework.catalogue.gates import TURNS_AWAY, expect_dates, shut_gates
from casework.catalogue.materials import Missing, recorded_gaps
from casework.catalogue.schema import Gate, Item
from casework.commands import Intake
from casework.drafting import Context, Decision, Drafting, drafted
from casework.errors import BadInput
from casework.messages import Message, written
from casework.once import also_lines
from casework.receiving import authority_on, receive
from casework.rights import post_for
from casework.rules import Refusal
from casework.text import clean_line, clean_text

__all__ = [
    "OUTCOMES",
    "Intaking",
    "accepting",
    "authority_on",
    "default",
    "gaps_of",
    "gate_refusal",
    "lines_of",
    "refusing",
    "take_in",
    "turning_away",
]

OUTCOMES = ("receive", "accept", "supplement", "refuse", "return")
_PROPOSED = frozenset({"refuse", "return", "accept"})
"""What waits with an officer where the counter may not do it itself."""


class Intaking(msgspec.Struct, frozen=True):
    """An intake that was looked at: what will be received, what it lacks, what the counter wants done."""

    command: Intake
    item: Item
    body: bodies.Received
    missing: tuple[Missing, ...]
    gates: tuple[Gate, ...]
    post: str


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
    looked = look(command, context)
    if isinstance(looked, Refusal):
        return looked
    probe = settle(looked, Drafting(context, case_id, case_id, None))  # a refused intake uses up no number
    if isinstance(probe, Refusal):
        return probe
    return settle(numbered(looked, number()), Drafting(context, case_id, case_id, None))


def numbered(looked: Intaking, number: str) -> Intaking:
    """The same with its number."""
    return msgspec.structs.replace(looked, body=msgspec.structs.replace(looked.body, number=number))


def unknown_item(command: Intake, context: Context) -> BadInput:
    """The catalogue that counts has no such item or bundle, or has it no more."""
    known = ", ".join(sorted((*context.catalogue.items, *context.catalogue.bundles)))
    return BadInput("intake.no_item", item=command.item[:40], known=known)


def look(command: Intake, context: Context) -> Intaking | Refusal:
    """What an intake comes to, before anything is made of it. Raises BadInput."""
    item = context.catalogue.items.get(command.item)
    if item is None:
        raise unknown_item(command, context)
    elsewhere = context.elsewhere(item.module)
    if elsewhere is not None:
        return elsewhere
    if command.outcome not in OUTCOMES:
        raise BadInput("intake.outcome", outcome=command.outcome[:40], possible=", ".join(OUTCOMES))
    body = receive(command, context, item)
    missing = gaps_of(body, body.materials, item)
    day = moment(context.time.at).date()
    gates = shut_gates(item, body.situations, body.form, day, context.calendar)
    if command.outcome == "accept":
        expect_dates(item, body.situations, body.form)
    at_once = context.staff.team == "officer" or (command.outcome == "accept" and bool(body.authority))
    no = _outright(command, missing, gates, at_once=at_once)
    if no is not None:
        return no
    proposal = command.outcome if command.outcome in _PROPOSED and not at_once else ""
    reason = clean_text(command.reason) or (_gate_reason(gates) if proposal == "refuse" else "")
    body = msgspec.structs.replace(
        body, proposal=proposal, proposal_reason=reason if proposal else "", gates=tuple(gate.code for gate in gates)
    )
    posts = context.catalogue.posts
    post = post_for(context.staff, context.shift, "case.receive", posts, "window", item.module)
    return Intaking(command, item, body, missing, gates, post or next(iter(context.shift), ""))


def _outright(
    command: Intake, missing: tuple[Missing, ...], gates: tuple[Gate, ...], *, at_once: bool
) -> Refusal | None:
    """Why this outcome can't be, whoever sits there."""
    if command.outcome == "accept":
        gate = next((gate for gate in gates if gate.effect != "warn"), None)
        if gate is not None:
            return gate_refusal(gate)
        if missing and at_once:
            return Refusal("incomplete", {"materials": ", ".join(gap.code for gap in missing)})
    if command.outcome == "supplement" and not missing:
        return Refusal("nothing_missing")
    return None


def gate_refusal(gate: Gate) -> Refusal:
    """Why a shut gate lets nothing through, with its article."""
    return Refusal("gate", {"gate": gate.text.both(), "basis": gate.basis.both()})


def _gate_reason(gates: tuple[Gate, ...]) -> str:
    return next((gate.text.zh for gate in gates if gate.effect in TURNS_AWAY), "")


def settle(looked: Intaking, drafting: Drafting) -> Decision | Refusal:
    """The facts: received, and what is done with it at once."""
    return drafted(drafting, *steps_of(looked, drafting.context))


def steps_of(looked: Intaking, context: Context) -> list[tuple[str, bodies.Body, str]]:
    """Type, body and post of each fact that an intake makes."""
    command, body, post = looked.command, looked.body, looked.post
    reason = clean_text(command.reason)
    steps: list[tuple[str, bodies.Body, str]] = [("received", body, post)]
    if command.outcome == "supplement":
        lines = lines_of(looked.missing)
        also = also_lines(looked.item, body, body.materials, lines)
        steps.append(("supplement.told", bodies.SupplementTold(lines, also), post))
    elif command.outcome == "accept" and not body.proposal:
        steps.append(accepting(looked.item, body, context, post))
    elif command.outcome == "refuse" and not body.proposal:
        steps.append(
            ("refused_at_intake", turning_away(looked.gates, reason, "", command.right_organ, command.remedies), post)
        )
    elif command.outcome == "return" and not body.proposal:
        steps.append(("returned", bodies.Returned(lines_of(looked.missing), reason or default("return")), post))
    return steps


def turning_away(
    gates: Iterable[Gate], reason: str, ground: str, right_organ: str, remedies: str
) -> bodies.RefusedAtIntake:
    """A refusal by the gate that is shut, unless the person says it in words of her own (R1, R2)."""
    gate = next((gate for gate in gates if gate.effect in TURNS_AWAY), None)
    if gate is None or (ground and ground != _GROUND_OF[gate.effect]):
        return refusing(reason, ground, right_organ, remedies)
    organ = right_organ or (gate.organ.zh if gate.organ else "")
    return refusing(reason or gate.text.zh, _GROUND_OF[gate.effect], organ, remedies)


_GROUND_OF = {"no_permit": "no_permit_needed", "not_our_power": "not_our_power"}


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
    return written(Message(f"intake.default.{name}"))


def gaps_of(received: bodies.Received, materials: dict[str, str], item: Item) -> tuple[Missing, ...]:
    """What the case still lacks, under the item that it was taken in under."""
    agent = received.agent
    return recorded_gaps(item, received.situations, materials, agent is not None, mandated(agent))


def mandated(agent: bodies.Party | None) -> bool:
    """Whether it is written down what the agent may do for the applicant."""
    return agent is not None and bool(agent.authority)


def lines_of(missing: tuple[Missing, ...]) -> tuple[bodies.SupplementLine, ...]:
    """What is missing as lines of the notice, in the language of the papers."""
    return tuple(bodies.SupplementLine(gap.code, written(gap.defect), written(gap.cure)) for gap in missing)
