"""The printers that the system knows, by its own program: `lp` or `lpr`, started without a shell.

Windows has neither, and what it has for a PDF (the print verb of whatever viewer is installed) says nothing about
success: there a network printer or a folder is used, and `doctor` says so (`docs/adr/0028`).
"""

from __future__ import annotations

import shutil
import subprocess

from console.printing.errors import MaybePrinted, PrinterDown
from console.printing.printers import Form

PROGRAMS = ("lp", "lpr")
_SECONDS = 30.0


def program() -> str | None:
    """The system's print program, with its folder; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class SpoolPrinter:
    """A queue of the system's spooler; an empty `queue` is the default one. What it has taken is its own affair."""

    def __init__(self, queue: str = "", form: Form = "pdf", seconds: float = _SECONDS) -> None:
        self._queue = queue
        self._seconds = seconds
        self.form: Form = form
        self.name = f"spool:{queue}"

    def send(self, data: bytes, job: str) -> None:
        """Hand `data` over. Raises PrinterDown when it is refused, MaybePrinted when there is no answer in time."""
        found = program()
        if found is None:
            raise PrinterDown("papers.error.no_spool", printer=self.name)
        try:
            done = subprocess.run(
                [found, *self._words(found, job)], input=data, capture_output=True, timeout=self._seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise MaybePrinted("papers.unsure.slow", printer=self.name) from error
        except OSError as error:
            raise PrinterDown("papers.error.printer", printer=self.name, reason=str(error)) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            reason = said[-1][:200] if said else str(done.returncode)
            raise PrinterDown("papers.error.printer", printer=self.name, reason=reason)

    def _words(self, found: str, job: str) -> list[str]:
        raw = ["-o", "raw"] if self.form == "escpos" else []
        if found.removesuffix(".exe").endswith("lpr"):
            return [*(["-P", self._queue] if self._queue else []), "-J", job, *raw]
        return [*(["-d", self._queue] if self._queue else []), "-t", job, *raw]
