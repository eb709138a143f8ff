"""The printers that the system knows: by its program `lp` or `lpr`, started without a shell, or by Windows' own calls.

What the system has taken is its own affair.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from casework.printer_slots import Form
from console.printing.errors import MaybePrinted, PrinterDown
from console.printing.windows import WindowsSpooler

PROGRAMS = ("lp", "lpr")
_SECONDS = 30.0


def program() -> str | None:
    """The system's print program, with its folder; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def way() -> str | None:
    """What this system prints with: Windows' spooler, or the program with its folder; None where there is neither."""
    return "winspool" if os.name == "nt" else program()


class SpoolPrinter:
    """A queue of the system's spooler; an empty `queue` is the default one.

    `raw`: the printer reads the bytes itself, a PDF too. `windows`: the calls of that system, where it is that one.
    """

    def __init__(
        self,
        queue: str = "",
        form: Form = "pdf",
        seconds: float = _SECONDS,
        *,
        raw: bool = False,
        windows: WindowsSpooler | None = None,
    ) -> None:
        self._queue = queue
        self._seconds = seconds
        self._raw = raw or form != "pdf"
        self._windows = windows or (WindowsSpooler() if os.name == "nt" else None)
        self.form: Form = form
        self.name = f"spool:{queue}"

    def send(self, data: bytes, job: str) -> None:
        """Hand `data` over. Raises PrinterDown when it is refused, MaybePrinted when there is no answer in time."""
        if self._windows is not None:
            hand_over = self._windows.raw if self._raw else self._windows.shown
            hand_over(self._queue, job, data)
            return
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
            raise PrinterDown(
                "papers.error.spool_refused", printer=self.name, code=error.errno, said=str(error)
            ) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            words = said[-1][:200] if said else "-"
            raise PrinterDown("papers.error.spool_refused", printer=self.name, code=done.returncode, said=words)

    def _words(self, found: str, job: str) -> list[str]:
        raw = ["-o", "raw"] if self.form == "escpos" or (self._raw and self.form == "pdf") else []
        if found.removesuffix(".exe").endswith("lpr"):
            return [*(["-P", self._queue] if self._queue else []), "-J", job, *raw]
        return [*(["-d", self._queue] if self._queue else []), "-t", job, *raw]
