"""A paper before its act: the notice as it would be printed, while it can still be mended; nothing is made."""

from __future__ import annotations

from typing import Any

import msgspec

from casework import intake
from casework.commands import Intake, read_act
from casework.decide import decide
from casework.drafting import Decision
from casework.errors import BadInput
from casework.messages import t
from casework.papers.model import Paper
from casework.rules import Refusal
from console.counter import Session, facts_of
from console.desk.intake import papers_awaited, papers_of
from console.intake.taking_in import intake_outlook
from console.terminal import Terminal


def paper_of_act(terminal: Terminal, session: Session, number: str, action: str, data: Any) -> Paper | Refusal:
    """The paper that `action` would print on the case. Raises BadInput, BadPaper."""
    counter = terminal.counter
    case = counter.case(number)
    made = decide(case, read_act(action, data), action, counter.outlook(session, case))
    if isinstance(made, Refusal):
        return made
    return _papers(terminal, session, made, facts_of(terminal.memory.history(case.id)))[0]


def papers_of_intake(terminal: Terminal, session: Session, command: Intake) -> tuple[Paper, ...] | Refusal:
    """The papers that the intake would print, without a number: it gets one only when it is saved. Raises BadInput."""
    if terminal.counter.is_bundle(command.item, session.catalogue):
        raise BadInput("rehearsing.bundle")
    context, number = intake_outlook(terminal, session, command)
    made = intake.take_in(command, context, context.new_id(), lambda: number)
    if isinstance(made, Refusal):
        return made
    later = t("rehearsing.number")
    return tuple(
        msgspec.structs.replace(paper, number=None, printed_number=later, code128=None, qr=None)
        for paper in _papers(terminal, session, made, ())
    )


def _papers(terminal: Terminal, session: Session, made: Decision, before: tuple[Any, ...]) -> tuple[Paper, ...]:
    kinds = papers_of(made.types) or papers_awaited(made.types)
    if not kinds or made.case is None:
        raise BadInput("rehearsing.no_paper")
    facts = (*before, *(fact for group in made.groups for fact in group))
    item = terminal.counter.item(made.case)
    drawn = (terminal.paperwork.paper(made.case, kind, item, session.staff, facts) for kind in kinds)
    return tuple(paper for paper in drawn if isinstance(paper, Paper))
