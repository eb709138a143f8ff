"""One application as it comes from a file: a prefile that it refers to goes on, and the sources are asked."""

from __future__ import annotations

import contextlib

import msgspec

from casework import bundle, intake, numbers
from casework.ambient import moment
from casework.commands import Intake
from casework.drafting import Context
from casework.rules import Refusal
from casework.short_codes import read_code
from console.counter import Session, Taken
from console.preparing import Preparing
from console.terminal import Terminal
from local_db.errors import StoreError


def take_in(terminal: Terminal, session: Session, command: Intake) -> tuple[Taken, ...] | Refusal:
    """One application, or all of a bundle; a prefile that it refers to goes on under its own id. Raises BadInput."""
    case_id, counter = "", terminal.counter
    if read_code(command.refers_to):
        prefile = Preparing(counter).prefile(command.refers_to)
        if prefile.number:
            return Refusal("received_twice", {"number": prefile.number})
        case_id = prefile.id
        command = msgspec.structs.replace(command, first_contact=command.first_contact or prefile.opened_by)
    if counter.is_bundle(command.item):
        taken = counter.intake_together(session, command, case_id)
    else:
        one = counter.intake(session, command, case_id)
        taken = one if isinstance(one, Refusal) else (one,)
    if not isinstance(taken, Refusal) and not counter.known_down():
        with contextlib.suppress(StoreError):  # it is saved: a look-up that can't be written must not deny that
            for each in taken:
                counter.check(session, each.number)
    return taken


def intake_outlook(terminal: Terminal, session: Session, command: Intake) -> tuple[Context, str]:
    """What an intake is tried with, and a number that nobody will get; nothing is made with them. Raises BadInput."""
    counter, who = terminal.counter, terminal.memory.identity
    counter.own_papers(command)
    context = counter.outlook(session, None)
    return context, numbers.make(who.region, moment(context.time.at).date(), who.terminal, 1)


def rehearse(terminal: Terminal, session: Session, command: Intake) -> Refusal | None:
    """What would stand in the way of this application now; nothing is made, no number is used up. Raises BadInput."""
    context, number = intake_outlook(terminal, session, command)
    take = bundle.take_in_together if terminal.counter.is_bundle(command.item) else intake.take_in
    made = take(command, context, context.new_id(), lambda: number)
    return made if isinstance(made, Refusal) else None
