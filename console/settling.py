"""Settling what the hall refused or holds: the ways out, what they call back, and the act itself (S15, S16)."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from casework.beside import FLAGGED
from casework.case import Case, PrintedPaper
from casework.climbing import Age, age_of
from casework.commands import read_act
from casework.drafting import Context, Decision
from casework.errors import BadInput
from casework.messages import Message
from casework.refused import Waits, papers_out
from casework.rules import Refusal, sentence
from casework.settling import (
    WAYS,
    give_up_without_case,
    settle_by_amending,
    settle_by_insisting,
    settle_by_withdrawing,
    ways_out,
)
from casework.wire import Tray
from console.counter import Acted, Counter, Session
from local_db.commit import Writing


class Settlement(msgspec.Struct, frozen=True):
    """What a person wants done with a line of the tray.

    `holder`: who has the papers of what is given up; without a name nothing that is on paper is given up.
    """

    way: str
    reason: str
    action: str = ""
    data: Any = None
    holder: str = ""


class Line(msgspec.Struct, frozen=True):
    """A line of the tray with what may be done about it: each way with the reason why it is off, or None."""

    tray: Tray
    age: Age
    ways: tuple[tuple[str, Refusal | None], ...]
    papers: tuple[PrintedPaper, ...]
    """Papers of it that somebody holds."""
    here: bool
    """Its bytes are here, so that what was refused can be shown."""


@dataclasses.dataclass(frozen=True)
class Settling:
    """The use cases of one terminal, over the same memory as its counter."""

    counter: Counter

    def lines(self, session: Session) -> tuple[Line, ...]:
        """What waits, oldest first."""
        memory = self.counter.memory
        return tuple(self._line(session, row) for row in memory.tray())

    def _line(self, session: Session, row: Tray) -> Line:
        counter = self.counter
        waits = counter.memory.to_settle(row.case) if row.case else counter.memory.to_settle("")
        line = waits.get(row.fact) or Waits(row)
        case = counter.memory.case_state(row.case) if row.case else None
        named = [
            waits[id_] for id_ in _with_it(row, "withdraw", tuple(each.tray for each in waits.values())) if id_ in waits
        ]
        context = counter.outlook(session, case, waits)
        age = age_of(row.since, counter.clock.now(), counter.library.calendar())
        papers = papers_out(case, named) if case else ()
        return Line(row, age, ways_out(case, line, context), papers, line.fact is not None)

    def settle(self, session: Session, fact_id: str, wanted: Settlement) -> Acted | Refusal:
        """Settle the line `fact_id`: `withdraw` it, `amend` it by an act, or `insist` on it (S15).

        With what is given up goes all else that was refused of its case; who insists, insists on the whole command.
        What is held, or stands and moves nothing, is given up only by its name.

        Raises BadInput: nothing of that id waits, or the way does not exist.
        """
        if wanted.way not in WAYS or (wanted.way == "amend" and not wanted.action):
            raise BadInput("tray.way", way=wanted.way[:40], possible=", ".join(WAYS))
        tray = self.counter.memory.tray()
        waiting = next((row for row in tray if row.fact == fact_id), None)
        if waiting is None:
            raise BadInput("tray.unknown", fact=fact_id[:40])
        refused = _with_it(waiting, wanted.way, tray)
        with self.counter.memory.writing() as tx:
            case = tx.case(waiting.case)
            if case is None:
                return self._give_up(session, tx, waiting, refused, wanted)
            context = self.counter.context(session, tx, case.id, self.counter.library.of(case))
            context = dataclasses.replace(context, refused=tx.refused(case.id))
            if not set(refused) <= set(context.refused):
                raise BadInput("tray.unknown", fact=fact_id[:40])
            decision = _settled(case, refused, wanted, context)
            if isinstance(decision, Refusal):
                return decision
            tx.commit_groups(decision.groups)
            shown = tx.case(case.id) or case
        return Acted(case.number, shown.state, decision.types, waits=wanted.way == "insist")

    def _give_up(
        self, session: Session, tx: Writing, waiting: Tray, refused: tuple[str, ...], wanted: Settlement
    ) -> Acted | Refusal:
        """There is no case to put right: what waits can only be given up."""
        if wanted.way != "withdraw":
            raise BadInput("tray.no_case", number=waiting.number)
        case_id = waiting.case or waiting.fact[:32]
        context = self.counter.context(session, tx, case_id, self.counter.library.current())
        context = dataclasses.replace(context, refused=tx.refused(case_id))
        decision = give_up_without_case(case_id, waiting.root or case_id, refused, wanted.reason, context)
        if isinstance(decision, Refusal):
            return decision
        tx.commit_groups(decision.groups)
        return Acted(waiting.number, "", decision.types)


def reason_of(line: Line) -> Message:
    """Why it waits; of what stands on record and moves nothing also who has to be looked after."""
    why = sentence(line.tray.code, line.tray.facts)
    if line.tray.kind != FLAGGED:
        return why
    return Message("tray.flagged_paper" if line.papers or not line.here else "tray.flagged", {"why": why})


def _settled(case: Case, refused: tuple[str, ...], wanted: Settlement, context: Context) -> Decision | Refusal:
    if wanted.way == "withdraw":
        return settle_by_withdrawing(case, refused, wanted.reason, context, wanted.holder)
    if wanted.way == "insist":
        return settle_by_insisting(case, refused, wanted.reason, context)
    command = read_act(wanted.action, wanted.data)
    return settle_by_amending(case, refused, wanted.reason, command, wanted.action, context, wanted.holder)


def _with_it(waiting: Tray, way: str, tray: tuple[Tray, ...]) -> tuple[str, ...]:
    """What is settled with `waiting`: of what is insisted on its command, else all that was refused of its case; with
    what stands and was looked after nothing.
    """
    also: list[str] = []
    if way == "insist":
        also = [row.fact for row in tray if waiting.group and row.group == waiting.group]
    elif waiting.kind != FLAGGED:
        also = [row.fact for row in tray if waiting.case and row.case == waiting.case and row.kind == "rejected"]
    return tuple(dict.fromkeys((*also, waiting.fact)))
