"""Where papers go: what every printer is, and the folder that takes papers as files.

A printer that does not answer raises PrinterDown, one that breaks off in the middle MaybePrinted, and nothing else: the
paper waits in the print queue of the store, and intake goes on. Sending blocks, so it belongs in a worker thread.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from casework.printer_slots import Form
from console.files import write_whole
from console.output import reason_of
from console.printing.errors import PrinterDown

ENDINGS: dict[Form, str] = {"pdf": "pdf", "svg": "svg", "txt": "txt", "escpos": "bin"}


class Printer(Protocol):
    """Takes the bytes of a paper in the form that it prints."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def form(self) -> Form:
        """The form of the bytes it takes."""

    def send(self, data: bytes, job: str) -> None:
        """Print `data`; `job` names the paper (`4201…82-receipt-1`). Raises PrinterDown, MaybePrinted."""


class FilePrinter:
    """Writes each paper to a folder, whole or not at all (temporary file, fsync, rename); twice is once."""

    def __init__(self, folder: Path, form: Form = "pdf") -> None:
        self._folder = folder
        self.form: Form = form
        self.name = str(folder)

    def send(self, data: bytes, job: str) -> None:
        """Write `data` under the job's name; the same job again replaces its file. Raises PrinterDown."""
        self.path(job)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.path(job), data)
        except OSError as error:
            raise PrinterDown("papers.error.spool", printer=self.name, reason=reason_of(error)) from error

    def path(self, job: str) -> Path:
        """Where the paper of `job` lies; a name can't lead out of the folder."""
        return self._folder / f"{re.sub(r'[^0-9A-Za-z_-]', '_', job)[:120]}.{ENDINGS[self.form]}"
