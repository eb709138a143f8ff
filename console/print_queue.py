"""Papers on their way to printers: what was put on record is printed in order, and waits while its printer is down.

The print itself is a fact already (`Counter.print`); the queue only carries bytes. Before the first byte leaves, the
job is marked `sending` and the mark is on the disk: a kill in between leaves a paper that *may* be out. Such a paper,
and one whose printer broke off in the middle, is not sent again before a person has looked. A printer that is down is
left alone for a while that doubles; papers for other printers go on meanwhile.
"""

from __future__ import annotations

import dataclasses
import os
from functools import cache
from typing import TYPE_CHECKING, Protocol

import msgspec

from casework.ambient import stamp
from casework.errors import UNREADABLE, BadInput
from casework.events import body_of, known
from casework.facts import digest
from casework.messages import Message
from casework.papers import Paper, to_text
from casework.papers.text import COLUMNS
from casework.printer_slots import Form
from console.day import Receipt
from console.printing.drawing import Drawn
from console.printing.errors import MaybePrinted, NotDrawn, PrinterDown, PrintingError
from console.printing.printers import FilePrinter
from console.printing.slots import SETTING, Address, Slot, printer_at, read_address, read_slots, slot_for
from console.terminal import Terminal
from local_db.printing import PrintJob
from sync.owner import own

if TYPE_CHECKING:
    from console.printing.pdf import Press  # loads typst

TEST = "test"
"""The kind of a test page; it belongs to no case."""
LOCK = "printers.lock"
"""One process prints at a time: so it knows that what is `sending` and not its own was broken off."""


class Draw(Protocol):
    """Turns a paper into the form that a printer takes; with `dots` its codes are dots. Raises NotDrawn."""

    def __call__(self, paper: Paper, form: Form, *, dots: bool = False) -> Drawn: ...


def render(paper: Paper, form: Form, *, dots: bool = False) -> Drawn:
    """`paper` in the form that a printer takes; `dots`: its codes as dots. Raises NotDrawn."""
    if form == "txt":
        return Drawn(to_text(paper, COLUMNS[paper.size]).encode(), ())
    if form == "escpos":
        from console.printing.escpos import escpos

        return escpos(paper, raster=dots)
    press = _press()
    return press.pdf(paper) if form == "pdf" else press.svg(paper)


@cache
def _press() -> Press:
    """The one press of this process: building it reads the fonts."""
    from console.printing.pdf import Press

    return Press()


def job_name(number: str, kind: str, count: int) -> str:
    """What a paper's file or print job is called."""
    return f"{number}-{kind}-{count}"


def slots_of(terminal: Terminal) -> tuple[Slot, ...]:
    """The window's printers."""
    return read_slots(terminal.memory.setting(SETTING))


@dataclasses.dataclass
class _Rest:
    """A printer that is down: how often it failed, and when it is tried again."""

    failures: int = 0
    until: float = 0.0


class PrintQueue:
    """Prints what waits at one window. Keeps in mind which printers are down, so not for two threads at once."""

    def __init__(self, terminal: Terminal, draw: Draw = render) -> None:
        self._terminal = terminal
        self._draw = draw
        self._rests: dict[str, _Rest] = {}

    def try_now(self) -> None:
        """A person has seen to the printer: no more waiting for it."""
        self._rests.clear()

    def next_try(self) -> float | None:
        """In how many seconds a printer that is down is tried again; None when none is."""
        now = self._terminal.clock.monotonic()
        return min((max(0.0, rest.until - now) for rest in self._rests.values()), default=None)

    def print_waiting(self) -> list[Receipt]:
        """Print what waits, oldest first, each on its printer; returns what came out.

        Nothing comes out while another process prints. What can't be drawn is noted and passed over.
        """
        memory = self._terminal.memory
        if not memory.prints_standing().open:
            return []
        owner = own(memory.folder, os.getpid(), stamp(self._terminal.clock.now()), LOCK)
        if owner is None:
            return []
        with owner:
            slots = slots_of(self._terminal)
            for job in memory.open_prints():
                if job.state == "sending":
                    self._broken_off(job)
            waiting = [job for job in memory.open_prints() if job.state == "waiting"]
            printed = [self._printed(job, slots) for job in waiting[: memory.limits.prints_at_once]]
        return [receipt for receipt in printed if receipt is not None]

    def _broken_off(self, job: PrintJob) -> None:
        """Whoever sent this ended before it could say what became of it. A file is simply written again."""
        stopped = Message("papers.unsure.stopped", {"printer": job.sent_to.partition(":")[2]})
        if job.sent_to.startswith("folder:"):
            self._terminal.memory.print_failed(job.id, stopped)
        else:
            self._terminal.memory.print_unsure(job.id, stopped)

    def _printed(self, job: PrintJob, slots: tuple[Slot, ...]) -> Receipt | None:
        memory = self._terminal.memory
        try:
            paper = self._terminal.paperwork.marked(msgspec.json.decode(job.paper, type=Paper))
            slot = slot_for(slots, paper, job.kind, job.printer)
            address = reached(self._terminal, slot)
            if self._rests_now(slot.name):
                return None
            if self._is_called_back(job):
                memory.print_failed(job.id, Message("papers.called_back"))
                return None
            data = self._draw(paper, address.form, dots=address.dots).data
        except (NotDrawn, BadInput) as error:
            memory.print_failed(job.id, error.message)
            return None
        except UNREADABLE as error:
            memory.print_failed(job.id, Message("papers.error.draw", {"reason": type(error).__name__}))
            return None
        return self._sent(job, slot, address, data)

    def _is_called_back(self, job: PrintJob) -> bool:
        """Whether somebody has given up what it says while its printer was down: whoever got it now would not know."""
        case = self._terminal.memory.case_state(job.case_id) if job.case_id else None
        if case is None:  # with its receipt the whole case went
            return bool(job.case_id) and self._terminal.memory.gave_up(job.case_id)
        if not case.recalls:
            return False
        called, sha256 = {(each.paper, each.count, each.at) for each in case.recalls}, digest(job.paper)
        facts = (told.fact for told in self._terminal.memory.history(case.id).lines)
        prints = ((body_of(fact), fact.time.at) for fact in facts if fact.type == "printed" and known(fact))
        return any(body.sha256 == sha256 and (body.paper, body.count, at) in called for body, at in prints)

    def _sent(self, job: PrintJob, slot: Slot, address: Address, data: bytes) -> Receipt | None:
        memory, name = self._terminal.memory, job_name(job.number, job.kind, job.count)
        to = printer_at(address, memory.folder, self._terminal.clock.monotonic)
        if not memory.print_begins(job.id, f"{address.kind}:{slot.name}"):
            return None
        try:
            to.send(data, name)
        except PrinterDown as error:
            memory.print_failed(job.id, _by_name(error, slot))
            self._down(slot.name)
            return None
        except MaybePrinted as error:
            memory.print_unsure(job.id, _by_name(error, slot))
            self._down(slot.name)
            return None
        self._rests.pop(slot.name, None)
        path = str(to.path(name)) if isinstance(to, FilePrinter) else slot.name
        memory.print_done(job.id, path)
        return Receipt(job.number, job.kind, path)

    def _rests_now(self, printer: str) -> bool:
        rest = self._rests.get(printer)
        return rest is not None and rest.until > self._terminal.clock.monotonic()

    def _down(self, printer: str) -> None:
        rest, limits = self._rests.setdefault(printer, _Rest()), self._terminal.memory.limits
        wait = min(limits.print_retry_seconds * 2**rest.failures, limits.print_retry_most)
        rest.failures += 1
        rest.until = self._terminal.clock.monotonic() + wait


def _by_name(error: PrintingError, slot: Slot) -> Message:
    """What the printer answered, under the name that people call it by and not its address."""
    facts = error.message.facts
    return Message(error.message.id, {**facts, "printer": slot.name} if "printer" in facts else facts)


def print_waiting(terminal: Terminal) -> list[Receipt]:
    """Print what waits, once, for a command that ends afterwards; returns what came out."""
    return PrintQueue(terminal).print_waiting()


def reached(terminal: Terminal, slot: Slot) -> Address:
    """Where the papers of a printer go: at a window for practice a file in its own folder, whatever the printer is.

    Raises BadInput where the printer's address can't be read.
    """
    address = read_address(slot.address)
    return Address("folder", "", form=address.form) if terminal.paperwork.practice else address


def keep_slots(terminal: Terminal, slots: tuple[Slot, ...]) -> None:
    """Write down the window's printers."""
    terminal.memory.keep_setting(SETTING, msgspec.json.encode(slots).decode())


def queue_test(terminal: Terminal, slot: Slot) -> None:
    """A test page into the queue of that printer: what goes wrong stands among the papers that are not out."""
    paper = terminal.paperwork.test_page(slot.name)
    now = terminal.clock.now()
    with terminal.memory.writing() as tx:
        tx.queue_print("", f"test-{now:%y%m%d}", TEST, int(f"{now:%H%M%S}"), msgspec.json.encode(paper))
    terminal.memory.choose_printer(terminal.memory.open_prints()[-1].id, slot.name)


def print_test(terminal: Terminal, slot: Slot) -> None:
    """A test page with Chinese, a bar code and a QR code. Raises PrinterDown, MaybePrinted, NotDrawn."""
    address = reached(terminal, slot)
    paper = terminal.paperwork.test_page(slot.name)
    to = printer_at(address, terminal.memory.folder, terminal.clock.monotonic)
    to.send(render(paper, address.form, dots=address.dots).data, job_name("test", slot.name, 1))
