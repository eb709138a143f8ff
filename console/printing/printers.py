"""Where papers go: a folder, or a till printer on the network at port 9100.

A printer that does not answer raises PrinterDown and nothing else: the paper waits in the print queue of the store,
and intake goes on. Sending blocks for at most the named seconds, so it belongs in a worker thread.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from console.files import write_whole
from console.printing.errors import PrinterDown

Form = Literal["pdf", "svg", "txt", "escpos"]
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
        """Print `data`; `job` names the paper (`4201…82-receipt-1`). Raises PrinterDown."""


class PrinterLimits(msgspec.Struct, frozen=True):
    """Seconds a network printer has to take the call, and to take each part of the paper."""

    connect_seconds: float = 3.0
    send_seconds: float = 10.0


class FilePrinter:
    """Writes each paper to a folder, whole or not at all (temporary file, fsync, rename)."""

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
            raise PrinterDown("papers.error.spool", printer=self.name, reason=error.strerror or str(error)) from error

    def path(self, job: str) -> Path:
        """Where the paper of `job` lies; a name can't lead out of the folder."""
        return self._folder / f"{re.sub(r'[^0-9A-Za-z_-]', '_', job)[:120]}.{ENDINGS[self.form]}"


class NetworkPrinter:
    """A till printer that takes raw bytes at a TCP port."""

    form: Form = "escpos"

    def __init__(self, host: str, port: int = 9100, limits: PrinterLimits | None = None) -> None:
        self._address = (host, port)
        self._limits = limits or PrinterLimits()
        self.name = f"{host}:{port}"

    def send(self, data: bytes, job: str) -> None:
        """Send `data` and close. Raises PrinterDown when nobody answers or the printer stops taking bytes."""
        try:
            with socket.create_connection(self._address, timeout=self._limits.connect_seconds) as line:
                line.settimeout(self._limits.send_seconds)
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise PrinterDown("papers.error.printer", printer=self.name, reason=error.strerror or str(error)) from error
