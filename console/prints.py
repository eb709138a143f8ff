"""What a person does about papers that are not out: try again, another printer, *it is out*, give up for a reason.

A paper that may be out is only printed again as a reprint, with its mark and its fact: no two papers look alike.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

import msgspec

from casework.ambient import moment
from casework.errors import BadInput
from casework.messages import Message
from casework.papers import Paper
from casework.rules import Refusal
from casework.text import clean_text
from console.counter import Session
from console.print_queue import slots_of
from console.printing.slots import slot_for
from console.terminal import Terminal
from local_db.printing import PrintJob

Way = Literal["again", "move", "out", "drop"]
WAYS: tuple[Way, ...] = ("again", "move", "out", "drop")
"""Try it (again); on another printer; it lies there; it is given up."""
_OPEN_WAYS: dict[str, tuple[Way, ...]] = {"waiting": ("again", "move", "drop"), "unsure": ("out", "again", "drop")}


class Waiting(msgspec.Struct, frozen=True):
    """A paper that is not out: where it goes, how long it waits (seconds), and what can be done about it."""

    job: PrintJob
    printer: str
    age: int
    ways: tuple[Way, ...]


@dataclasses.dataclass(frozen=True)
class Prints:
    """The use cases of one window."""

    terminal: Terminal

    def waiting(self) -> tuple[Waiting, ...]:
        """What is not out, or may not be, oldest first."""
        return tuple(self._waiting(job) for job in self.terminal.memory.open_prints())

    def printers(self) -> tuple[str, ...]:
        """The names of the window's printers."""
        return tuple(slot.name for slot in slots_of(self.terminal))

    def _waiting(self, job: PrintJob) -> Waiting:
        slots = slots_of(self.terminal)
        name = job.sent_to.partition(":")[2] if job.state != "waiting" else ""
        if not name:
            name = slot_for(slots, msgspec.json.decode(job.paper, type=Paper), job.kind, job.printer).name
        age = max(0, int((self.terminal.clock.now() - moment(job.since)).total_seconds()))
        ways = tuple(way for way in _OPEN_WAYS.get(job.state, ()) if way != "move" or len(slots) > 1)
        return Waiting(job, name, age, ways)

    def settle(self, session: Session, id_: int, way: str, *, to: str = "", reason: str = "") -> Message | Refusal:
        """Do it. Raises BadInput: no such paper, way or printer, it is settled already, or no reason was given."""
        job = self.terminal.memory.print_job(id_)
        if job is None or job.state not in {"waiting", "sending", "unsure"}:
            raise BadInput("prints.settled")
        possible = _OPEN_WAYS.get(job.state, ())
        if way not in possible:
            raise BadInput("prints.way", way=way[:20], possible=", ".join(possible) or "-")
        done = self._do(session, job, way, to, clean_text(reason))
        self.terminal.print_again()
        return done

    def _do(self, session: Session, job: PrintJob, way: str, to: str, reason: str) -> Message | Refusal:
        if way == "again":
            return self._reprinted(session, job) if job.state == "unsure" else Message("prints.again")
        if way == "move":
            if to not in self.printers():
                raise BadInput("printer.unknown", name=to[:40], possible=", ".join(self.printers()))
            self._expect(self.terminal.memory.choose_printer(job.id, to))
            return Message("prints.moved", {"printer": to})
        if way == "drop" and not reason:
            raise BadInput("prints.reason")
        self._expect(
            self.terminal.memory.settle_print(
                job.id, "printed" if way == "out" else "dropped", session.staff.number, reason
            )
        )
        return Message("prints.out" if way == "out" else "prints.dropped")

    def _reprinted(self, session: Session, job: PrintJob) -> Message | Refusal:
        """Once more, with the mark of a reprint."""
        memory = self.terminal.memory
        if not job.case_id or job.kind == "preparation":
            paper = self.terminal.paperwork.again(msgspec.json.decode(job.paper, type=Paper), session.staff)
            with memory.writing() as tx:
                tx.queue_print(job.case_id, job.number, job.kind, job.count, msgspec.json.encode(paper))
            words = Message("prints.again")
        else:
            case = memory.case_state(job.case_id)  # its number may have gone to another one, which came first (T31)
            printed = self.terminal.counter.print(session, case.number if case else job.number, job.kind)
            if isinstance(printed, Refusal):
                return printed
            words = Message("prints.reprinted", {"mark": printed.paper.reprint.mark if printed.paper.reprint else ""})
        self._expect(memory.settle_print(job.id, "replaced", session.staff.number, ""))
        return words

    def _expect(self, settled: bool) -> None:
        if not settled:
            raise BadInput("prints.settled")
