"""A printer that takes raw bytes at a TCP port, by custom 9100.

The protocol has no receipt: bytes that were taken are as good as printed, unless the printer `answers`. Then it is
asked for its state before the paper (a dead or empty one takes nothing, and the paper waits) and behind it (the answer
comes when all before it is printed). What breaks off after the first byte is MaybePrinted: no second try in silence.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import msgspec

from casework.printer_slots import Form
from console.output import reason_of
from console.printing.errors import MaybePrinted, PrinterDown

STATE = b"\x1dr\x01"
"""`GS r 1`: a till printer answers with one byte when everything before it is done."""
PAPER_END = 0x0C


class PrinterLimits(msgspec.Struct, frozen=True):
    """Seconds that a printer has to take the call, to take some part of the paper, to print all of it, to hang up."""

    connect_seconds: float = 3.0
    send_seconds: float = 10.0
    paper_seconds: float = 60.0
    close_seconds: float = 1.0


class NetworkPrinter:
    """The printer at `host`:`port`. `form`: what it prints; `answers`: it tells its state (most till printers do);
    `monotonic`: seconds that only grow."""

    def __init__(
        self,
        host: str,
        port: int,
        monotonic: Callable[[], float],
        limits: PrinterLimits | None = None,
        *,
        form: Form = "escpos",
        answers: bool = False,
    ) -> None:
        self._address = (host, port)
        self._limits = limits or PrinterLimits()
        self._answers = answers
        self._monotonic = monotonic
        self.form: Form = form
        self.name = f"{host}:{port}"

    def send(self, data: bytes, job: str) -> None:
        """Print `data`.

        Raises PrinterDown when nobody answers (nothing was printed), MaybePrinted when it breaks off later.
        """
        try:
            line = socket.create_connection(self._address, timeout=self._limits.connect_seconds)
        except OSError as error:
            raise self._down(error) from error
        with line:
            if self._answers:
                self._ready(line)
            self._pour(line, data + STATE if self._answers else data)
            self._end(line)

    def _ready(self, line: socket.socket) -> None:
        """Before the paper: the printer is there and has paper. Raises PrinterDown."""
        try:
            line.settimeout(self._limits.send_seconds)
            line.sendall(STATE)
            state = line.recv(1)
        except OSError as error:
            raise self._down(error) from error
        if not state:
            raise PrinterDown("papers.error.silent", printer=self.name)
        if state[0] & PAPER_END:
            raise PrinterDown("papers.error.no_paper", printer=self.name)

    def _pour(self, line: socket.socket, data: bytes) -> None:
        """All bytes; after the first of them nobody can say that nothing was printed."""
        until = self._monotonic() + self._limits.paper_seconds
        line.settimeout(self._limits.send_seconds)
        rest, sent = memoryview(data), 0
        while sent < len(data):
            try:
                sent += line.send(rest[sent:])
            except OSError as error:
                raise (self._down(error) if not sent else self._maybe(error)) from error
            if sent < len(data) and self._monotonic() > until:
                raise MaybePrinted("papers.unsure.slow", printer=self.name)

    def _end(self, line: socket.socket) -> None:
        """Hear the printer out: its answer, or that it hangs up. One that keeps the line open has taken everything."""
        try:
            if self._answers:
                line.settimeout(self._limits.paper_seconds)
                state = line.recv(1)
                if not state or state[0] & PAPER_END:
                    raise MaybePrinted("papers.unsure.no_paper" if state else "papers.unsure.silent", printer=self.name)
                return
            line.shutdown(socket.SHUT_WR)
            line.settimeout(self._limits.close_seconds)
            line.recv(1)
        except TimeoutError as error:
            if self._answers:
                raise MaybePrinted("papers.unsure.silent", printer=self.name) from error
        except OSError as error:
            raise self._maybe(error) from error

    def _down(self, error: OSError) -> PrinterDown:
        match error:
            case ConnectionRefusedError():
                return PrinterDown("papers.error.printer.refuses", printer=self.name)
            case TimeoutError():
                return PrinterDown("papers.error.printer.silent", printer=self.name)
            case socket.gaierror():
                return PrinterDown("papers.error.printer.lost", printer=self.name)
        if error.errno in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
            return PrinterDown("papers.error.printer.lost", printer=self.name)
        return PrinterDown("papers.error.printer", printer=self.name, reason=reason_of(error))

    def _maybe(self, error: OSError) -> MaybePrinted:
        return MaybePrinted("papers.unsure.broke", printer=self.name, reason=reason_of(error))
