"""What a clerk does at the counter, against the terminal's memory: the use cases behind every screen and command.

Each use case is one transaction: read, decide, commit; what it says is saved is on the disk when it returns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from casework import bodies, numbers
from casework.ambient import Clock, NewId
from casework.bundle import first_module, take_in_together
from casework.case import Case
from casework.catalogue.materials import FOUND
from casework.catalogue.schema import Catalogue, Item
from casework.command import Command
from casework.commands import Check, Intake, read_act
from casework.decide import ask_refused, decide, print_paper, unmask
from casework.drafting import Context, Decision
from casework.errors import BadInput
from casework.events import EVENTS
from casework.facts import Base, Fact, LegalTime
from casework.intake import take_in
from casework.messages import Message
from casework.offering import possible
from casework.outbox import SHOWN, UNSENT, Row
from casework.paper_versions import told_by
from casework.papers.model import Paper
from casework.prefiling import module_of
from casework.refused import Waits
from casework.rules import Refusal
from casework.text import clean_code
from console.begun import leaves
from console.legal_time import LegalClock
from console.library import Library
from console.paperwork import Paperwork
from console.sources import Sources, answers, questions
from local_db.commit import Writing
from local_db.finding import History, Told
from local_db.memory import TerminalMemory

_NOTHING: Mapping[str, Waits] = {}


class Session(msgspec.Struct, frozen=True):
    """Who sits at the counter now: a person of the roster, the posts that she serves, and the visitor before her."""

    staff: bodies.StaffSet
    shift: tuple[str, ...]
    visit: str = ""
    catalogue: str = ""
    """The version under which the form of an intake was begun; the newest where none is named."""


class Taken(msgspec.Struct, frozen=True):
    """An intake that is saved. `known`: its reference had been seen before, and this is the case of then."""

    number: str
    case: str
    state: str
    types: tuple[str, ...] = ()
    known: bool = False


class Acted(msgspec.Struct, frozen=True):
    """An act that is saved. `waits`: it counts only after the hall's word (S14)."""

    number: str
    state: str
    types: tuple[str, ...]
    waits: bool = False


class PrintedNow(msgspec.Struct, frozen=True):
    """A print that is on record; the paper with its mark."""

    paper: Paper
    count: int
    mark: str


@dataclasses.dataclass(frozen=True)
class Counter:
    """The use cases of one terminal."""

    memory: TerminalMemory
    library: Library
    paperwork: Paperwork
    clock: Clock
    legal: LegalClock
    new_id: NewId
    known_down: Callable[[], bool]
    """Whether the line is known to be down at this moment (S14)."""
    sources: Sources
    """Where papers are checked over the network."""

    # Taking in

    def intake(self, session: Session, command: Intake, case_id: str = "") -> Taken | Refusal:
        """Take an application in.

        Raises BadInput for what can be mended at the keyboard, DayUnknown where nobody knows today's date.
        """
        case_id = case_id or self.new_id()
        self.own_papers(command)
        with self.memory.writing() as tx:
            if command.ref:
                known = tx.ref(command.ref)
                if known is not None:
                    return self._known(tx, known.case_id)
            context = self.context(session, tx, "", self.library.version(session.catalogue))
            decision = received_here(tx, case_id) or take_in(command, context, case_id, lambda: self._number(tx))
            if isinstance(decision, Refusal):
                return decision
            leaves(tx, case_id, module_of(clean_code(command.item), context.catalogue), context)
            tx.commit_groups(decision.groups)
            tx.drop_draft(case_id)
            state = _certain(decision)
            if command.ref:
                tx.keep_ref(command.ref, state.number, case_id)
        return Taken(state.number, case_id, state.state, decision.types)

    def intake_together(self, session: Session, command: Intake, case_id: str = "") -> tuple[Taken, ...] | Refusal:
        """Take a bundle or stage in: all its cases in one transaction, each with its number.

        Raises BadInput and DayUnknown as `intake` does.
        """
        root = case_id or self.new_id()
        self.own_papers(command)
        with self.memory.writing() as tx:
            known = tx.ref(command.ref) if command.ref else None
            if known is not None:
                cases = self.memory.of_root(known.case_id)
                if not cases:
                    raise BadInput("intake.ref_lost")
                return tuple(_taken(case, known=True) for case in cases)
            context = self.context(session, tx, "", self.library.version(session.catalogue))
            made = received_here(tx, root) or take_in_together(command, context, root, lambda: self._number(tx))
            if isinstance(made, Refusal):
                return made
            leaves(tx, root, first_module(command, context.catalogue), context)
            tx.commit_groups(made.groups)
            tx.drop_draft(root)
            if command.ref:
                tx.keep_ref(command.ref, made.cases[0].number, root)
        return tuple(
            _taken(case, tuple(fact.type for group in made.groups for fact in group if fact.case == case.id))
            for case in made.cases
        )

    def own_papers(self, command: Intake) -> None:
        """A paper is taken over from another case of the same applicant alone. What is not known here may be so."""
        for number in command.reused.values():
            for case in self.memory.case_by_number(numbers.parse(number).number):
                if case.received.applicant.id != clean_code(command.applicant.id):
                    raise BadInput("intake.reused", number=numbers.printed(case.number))

    def is_bundle(self, code: str, version: str = "") -> bool:
        """Whether `code` names a bundle or stage in that version, or in the newest."""
        return code in self.library.version(version).bundles

    def _known(self, tx: Writing, case_id: str) -> Taken:
        case = tx.case(case_id)
        if case is None:
            raise BadInput("intake.ref_lost")
        return Taken(case.number, case_id, case.state, known=True)

    def _number(self, tx: Writing) -> str:
        day = self.legal.day()
        who = self.memory.identity
        return numbers.make(who.region, day, who.terminal, tx.next_number(day))

    # Acting

    def act(self, session: Session, number: str, action: str, data: Any) -> Acted | Refusal:
        """Do `action` on the case `number`.

        What stands in the way only because nobody has asked the sources yet is asked first (R33).

        Raises BadInput: no such case or act, or its data can be mended.
        """
        command = read_act(action, data)
        done = self._act(session, number, action, command)
        unasked = isinstance(done, Refusal) and done.code == "checks_pending" and not self.known_down()
        if unasked and isinstance(self.check(session, number), Acted):
            return self._act(session, number, action, command)
        return done

    def _act(self, session: Session, number: str, action: str, command: Command) -> Acted | Refusal:
        with self.memory.writing() as tx:
            case = self._fresh(tx, number)
            context = self.context(session, tx, case.id, self.library.of(case))
            decision = decide(case, command, action, context)
            if isinstance(decision, Refusal):
                on_record = ask_refused(case, command, decision, context)
                if on_record is not None:
                    tx.commit_groups(on_record.groups)
                return decision
            tx.commit_groups(decision.groups)
            shown = tx.case(case.id) or case
        waits = any(EVENTS[name].klass.value == "needs_hall" or name == "claimed" for name in decision.types)
        return Acted(case.number, shown.state, decision.types, waits)

    def check(self, session: Session, number: str) -> Acted | Refusal:
        """Ask the sources for what of the case has yet to be looked up (R33).

        The sources are asked before the memory is locked: nobody else at this window waits for them.
        """
        case = self.case(number)
        asked = questions(case, self.item(case))
        said = answers(self.sources, asked)
        news = tuple(line for line in said if FOUND[line.outcome] != case.materials.get(line.material))
        if not news:
            return Refusal("still_not_found" if said else "no_source" if asked else "nothing_to_check")
        return self._act(session, number, "check", Check(news))

    def possible(self, session: Session, case: Case) -> tuple[tuple[str, Refusal | None], ...]:
        """The acts that belong to the case now, each with the reason why it is off, or None."""
        return possible(case, self.outlook(session, case))

    def outlook(self, session: Session, case: Case | None, refused: Mapping[str, Waits] = _NOTHING) -> Context:
        """What is looked at to say beforehand what a person may do with a case; nothing is made with it."""
        history = self.memory.history(case.id) if case else History(())
        return Context(
            staff=session.staff,
            shift=session.shift,
            terminal=self.memory.identity.terminal,
            modules=self.memory.modules(),
            former=self.memory.former_numbers,
            time=self.legal.now(),
            base=Base(0, 0, 0),
            roster=0,
            catalogue=self.library.of(case) if case else self.library.version(session.catalogue),
            new_id=self.new_id,
            online=not self.known_down(),
            refused=refused,
            waiting=frozenset(told.fact.type for told in history.lines if told.row in UNSENT),
            sourced=self.sources.connected,
            calendar=self.library.calendar(),
        )

    def unmask(self, session: Session, number: str, reason: str, intake: str = "") -> Case | Refusal:
        """Put on record that the full personal data of the case are looked at, and why; `intake`: for which new one."""
        with self.memory.writing() as tx:
            case = self._fresh(tx, number)
            decision = unmask(case, reason, self.context(session, tx, case.id, self.library.of(case)), intake)
            if isinstance(decision, Refusal):
                return decision
            tx.commit_groups(decision.groups)
            return tx.case(case.id) or case

    # Papers

    def preview(self, session: Session, number: str, kind: str) -> Paper | Refusal:
        """The paper as it would be printed now; nothing is counted."""
        return self._paper(session, self.case(number), kind)

    def print(self, session: Session, number: str, kind: str, *, queue: bool = True) -> PrintedNow | Refusal:
        """Put a print on record and, with `queue`, the paper into the print queue in the same transaction.

        Raises BadInput when there is no such case; BadPaper when the law wants more on it.
        """
        with self.memory.writing() as tx:
            case = self._fresh(tx, number)
            context = self.context(session, tx, case.id, self.library.of(case))
            paper = self._paper(session, case, kind)
            if isinstance(paper, Refusal):
                return paper
            told = _newest_told(self.memory.history(case.id), kind, case.given_up)
            decision = print_paper(case, kind, context, self.paperwork.digest(paper), told)
            if isinstance(decision, Refusal):
                return decision
            tx.commit_groups(decision.groups)
            body = _certain(decision).papers[-1]
            if queue:
                tx.queue_print(case.id, case.number, kind, body.count, msgspec.json.encode(paper))
        return PrintedNow(paper, body.count, body.mark)

    def _paper(self, session: Session, case: Case, kind: str) -> Paper | Refusal:
        return self.paperwork.paper(case, kind, self.item(case), session.staff, facts_of(self.memory.history(case.id)))

    # Reading

    def item(self, case: Case) -> Item | None:
        """The item of the case, as it was at receipt."""
        return self.library.of(case).items.get(case.received.item)

    def case(self, number: str) -> Case:
        """The case with this number, old numbers too. Raises BadInput when there is none here."""
        wanted = numbers.parse(number).number
        found = self.memory.case_by_number(wanted)
        if not found:
            raise BadInput("case.unknown", number=numbers.printed(wanted))
        return found[0]

    def same_open_case(self, item: str, applicant_id: str) -> Message | None:
        """A warning when the applicant has an open case of the same item here."""
        found = self.memory.same_open_case(item, applicant_id, 1)
        return Message("intake.same_open", {"number": numbers.printed(found[0].number)}) if found else None

    def _fresh(self, tx: Writing, number: str) -> Case:
        """The case as it is inside the transaction."""
        found = self.case(number)
        return tx.case(found.id) or found

    def context(self, session: Session, tx: Writing, case_id: str, catalogue: Catalogue) -> Context:
        """All that a decision needs, read inside the transaction."""
        return Context(
            staff=tx.staff(session.staff.number) or session.staff,
            shift=session.shift,
            terminal=self.memory.identity.terminal,
            modules=self.memory.modules(),
            former=self.memory.former_numbers,
            time=self._time(),
            base=tx.base(),
            roster=tx.roster_position(),
            catalogue=catalogue,
            new_id=self.new_id,
            online=not self.known_down(),
            visit=session.visit,
            waiting=tx.waiting(case_id) if case_id else frozenset(),
            team_of=lambda number: _team(tx, number),
            person_of=tx.staff,
            sourced=self.sources.connected,
            calendar=self.library.calendar(),
            writes=tx.writes(),
        )

    def _time(self) -> LegalTime:
        return self.legal.now()


def received_here(tx: Writing, case_id: str) -> Refusal | None:
    """Whether another window has taken the application in meanwhile: it gets no second number (S22)."""
    case = tx.case(case_id)
    return Refusal("received_twice", {"number": case.number}) if case is not None else None


def _team(tx: Writing, number: str) -> str:
    """The team of a staff number; empty where nobody active has it."""
    staff = tx.staff(number)
    return staff.team if staff is not None and staff.active else ""


def _taken(case: Case, types: tuple[str, ...] = (), *, known: bool = False) -> Taken:
    return Taken(case.number, case.id, case.state, types, known)


_FATES = {Row.HELD: "held", Row.REJECTED: "refused", Row.RESOLVED: "refused"}


def fate_of(told: Told) -> str:
    """What became of a fact: sent, pending, held or refused."""
    if told.row is None or told.row in {Row.ACCEPTED, Row.PASSED}:
        return "sent"
    return _FATES.get(told.row, "pending")


def facts_of(history: History) -> tuple[Fact, ...]:
    """The facts that count: what the log has, and own ones that the hall has not refused."""
    return tuple(told.fact for told in history.lines if told.row is None or told.row in SHOWN)


def _newest_told(history: History, kind: str, given_up: Collection[str]) -> Fact | None:
    """The newest fact that a paper tells of; one that the hall has doubted only where there is no other, and none whose
    papers somebody has called back.
    """
    doubted = {told.fact.id for told in history.lines if told.flags}
    found = [fact for fact in told_by(facts_of(history), kind) if fact.id not in given_up]
    return next((fact for fact in reversed(found) if fact.id not in doubted), found[-1] if found else None)


def _certain(decision: Decision) -> Case:
    if decision.case is None:  # every decision begins or continues a case
        raise AssertionError("a decision without a case")
    return decision.case
