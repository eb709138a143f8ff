"""Papers on their way to a printer: what was put on record is printed in order, and waits while the printer is down.

The print itself is a fact already (`Counter.print`); the queue only carries bytes. A failure keeps the job with its
reason and age and stops nothing else.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from casework.errors import UNREADABLE
from casework.papers import Paper, to_text
from casework.papers.text import COLUMNS
from console.day import Receipt
from console.printing.drawing import Drawn
from console.printing.errors import NotDrawn, PrinterDown
from console.printing.printers import FilePrinter, Form, Printer
from console.terminal import Terminal

if TYPE_CHECKING:
    from console.printing.pdf import Press  # loads typst

FOLDER = "papers"
MOST_AT_ONCE = 50
"""Jobs of one flush: a printer that comes back must not hold the worker for an hour."""


def render(paper: Paper, form: Form) -> Drawn:
    """`paper` in the form that a printer takes. Raises NotDrawn."""
    if form == "txt":
        return Drawn(to_text(paper, COLUMNS[paper.size]).encode(), ())
    if form == "escpos":
        from console.printing.escpos import escpos

        return escpos(paper)
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


def default_printer(terminal: Terminal) -> FilePrinter:
    """The folder `papers/` of the terminal."""
    return FilePrinter(terminal.memory.folder / FOLDER)


def print_waiting(terminal: Terminal, printer: Printer | None = None) -> list[Receipt]:
    """Print what waits, oldest first; returns what came out.

    A printer that is down ends the run: what waits behind would fail as well. A paper that can't be drawn is noted and
    passed over.
    """
    to = printer or default_printer(terminal)
    printed: list[Receipt] = []
    for job in terminal.memory.waiting_prints()[:MOST_AT_ONCE]:
        name = job_name(job.number, job.kind, job.count)
        try:
            paper = msgspec.json.decode(job.paper, type=Paper)
            to.send(render(paper, to.form).data, name)
        except PrinterDown as error:
            terminal.memory.print_failed(job.id, error.code)
            break
        except NotDrawn as error:
            terminal.memory.print_failed(job.id, error.code)
            continue
        except UNREADABLE:
            terminal.memory.print_failed(job.id, "papers.error.draw")
            continue
        path = str(to.path(name)) if isinstance(to, FilePrinter) else to.name
        terminal.memory.print_done(job.id, path)
        printed.append(Receipt(job.number, job.kind, path))
    return printed
