"""Work that needs much memory for a moment is done in a process beside the console, which ends when nothing comes.

Drawing a paper leaves 100 MB of fonts and of typst's notes behind, spelling a name 45 MB of phrases (so is 重庆 read
rightly); a console that sits open all day would keep both. What falls there takes no console with it.

The two talk through pipes: a length of four bytes, then MessagePack. When the console is gone, so is the pipe, and the
other one ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

import casework
from casework.ambient import Clock
from casework.limits import LIMITS, Limits
from casework.messages import Message, Spoken
from casework.papers.model import Paper
from casework.printer_slots import Form
from console.errors import ConsoleError
from console.printing.drawing import Drawn
from console.printing.errors import NotDrawn

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from console.beside import work; work()"
_LIB = Path(casework.__file__).resolve().parents[1]
_HEAD = 4
"""Bytes of the length before each message."""


class Asked(msgspec.Struct, array_like=True):
    """What is to be done, with what."""

    work: str
    given: msgspec.Raw


class Answered(msgspec.Struct, array_like=True):
    """What came of it, or the sentence that says why nothing did."""

    made: msgspec.Raw = msgspec.Raw(b"\xc0")
    wrong: Message | None = None


class Gone(Exception):
    """The process beside ended or hung; the text says how."""


class Beside:
    """The process, started when something is asked, ended by `rest`. For any thread, one at a time."""

    def __init__(self, clock: Clock, limits: Limits = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._last = 0.0

    def draw(self, paper: Paper, form: Form, *, dots: bool = False) -> Drawn:
        """`console.print_queue.render`, done there. Raises NotDrawn."""
        try:
            answer = self._ask("draw", (paper, form, dots))
        except Gone as error:
            raise NotDrawn("papers.error.draw", reason=str(error)) from error
        if answer.wrong is not None:
            raise NotDrawn(answer.wrong.id, **answer.wrong.facts)
        return msgspec.msgpack.decode(answer.made, type=Drawn)

    def initials(self, names: Sequence[str]) -> list[str]:
        """The letters by which each name is found, in the order of `names`. Raises ConsoleError."""
        try:
            answer = self._ask("initials", list(names))
        except Gone as error:
            raise ConsoleError("names.not_spelled", why=str(error)) from error
        if answer.wrong is not None:
            raise ConsoleError("names.not_spelled", why=str(answer.wrong))
        return msgspec.msgpack.decode(answer.made, type=list[str])

    def rest(self) -> None:
        """End it when it has had nothing to do for `limits.drawing_quiet_seconds`."""
        with self._lock:
            if self._clock.monotonic() - self._last >= self._limits.drawing_quiet_seconds:
                self._end()

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._end()

    def _ask(self, work: str, given: Any) -> Answered:
        asked = msgspec.msgpack.encode(Asked(work, msgspec.Raw(msgspec.msgpack.encode(given))))
        with self._lock:
            process, to, out = self._running()
            hung = threading.Timer(self._limits.drawing_seconds, process.kill)
            hung.daemon = True
            hung.start()
            try:
                _send(to, asked)
                return msgspec.msgpack.decode(_receive(out), type=Answered)
            except (OSError, EOFError, msgspec.DecodeError) as error:
                process.kill()
                self._end()
                raise Gone(f"exit {process.returncode}") from error
            finally:
                hung.cancel()
                self._last = self._clock.monotonic()

    def _running(self) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _PROGRAM, str(_LIB)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            )  # fmt: skip
        to, out = self._process.stdin, self._process.stdout
        if to is None or out is None:  # both were asked for
            raise Gone("no pipe")
        return self._process, to, out

    def _end(self) -> None:
        if self._process is not None:
            self._process.__exit__(None, None, None)  # closes the pipes, at which it ends, and waits
            self._process = None


def _send(stream: IO[bytes], data: bytes) -> None:
    left = memoryview(len(data).to_bytes(_HEAD, "big") + data)
    while left:
        left = left[stream.write(left) :]


def _receive(stream: IO[bytes]) -> bytes:
    """Raises EOFError: the other side is gone."""
    size = int.from_bytes(_exactly(stream, _HEAD), "big")
    return _exactly(stream, size)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = stream.read(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


# ---------------------------------------------------------------------------------------------------------------------
# In the process beside
# ---------------------------------------------------------------------------------------------------------------------


def _draw(given: msgspec.Raw) -> Drawn:
    from console.print_queue import render

    paper, form, dots = msgspec.msgpack.decode(given, type=tuple[Paper, Form, bool])
    return render(paper, form, dots=dots)


def _initials(given: msgspec.Raw) -> list[str]:
    from casework.catalogue.pinyin import initials_of

    return [initials_of(name) for name in msgspec.msgpack.decode(given, type=list[str])]


WORK: dict[str, Callable[[msgspec.Raw], Any]] = {"draw": _draw, "initials": _initials}


def answer(asked: Asked) -> Answered:
    """Do what is asked; whatever goes wrong becomes a sentence."""
    try:
        return Answered(msgspec.Raw(msgspec.msgpack.encode(WORK[asked.work](asked.given))))
    except Spoken as error:
        return Answered(wrong=error.message)
    except Exception as error:  # a fault in here is the answer, and the next one is asked
        return Answered(wrong=Message("papers.error.draw", {"reason": f"{type(error).__name__}: {error}"[:300]}))


def work() -> None:
    """Answer until nobody asks any more. What a library prints goes nowhere: standard output carries the answers."""
    given, taken = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    while True:
        try:
            asked = msgspec.msgpack.decode(_receive(given), type=Asked)
        except EOFError:
            return
        _send(taken, msgspec.msgpack.encode(answer(asked)))
