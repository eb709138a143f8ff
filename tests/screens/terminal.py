"""A real terminal for the tests: a program on a pty, keys at any pace, the screen as a terminal would draw it."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import queue
import re
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

KEYS = {
    "enter": "\r", "tab": "\t", "s-tab": "\x1b[Z", "esc": "\x1b", "bs": "\x7f", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "ins": "\x1b[2~", "f1": "\x1bOP",
    "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~",
    "f9": "\x1b[20~", "f10": "\x1b[21~",
}  # fmt: skip
# What pyte misreads: private sequences, operating system commands, device controls.
_JUNK = re.compile(
    r"\x1b\[[<=>][0-9;:]*[ -/]*[@-~]|\x1b\[\??[0-9;:]*[ $'\"]+[@-~]"
    r"|\x1b\].*?(?:\x07|\x1b\\)|\x1b[PX^_].*?\x1b\\",
    re.DOTALL,
)
_PARTIAL = re.compile(r"\x1b(?:\[[0-9;:<=>?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?)?$")


def keys(text: str) -> list[str]:
    """The writes for `text`: a character each, `<enter>` and its like as one, `<paste:...>` as a bracketed paste."""
    out: list[str] = []
    last = 0
    for match in re.finditer(r"<(paste:[^>]*|ctrl\+[a-z]|[a-z0-9-]+)>", text):
        out += text[last : match.start()]
        name, last = match.group(1), match.end()
        if name.startswith("paste:"):
            out.append(f"\x1b[200~{name[6:]}\x1b[201~")
        elif name.startswith("ctrl+"):
            out.append(chr(ord(name[5]) & 31))
        else:
            out.append(KEYS[name])
    return [*out, *text[last:]]


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, argv: Sequence[str | Path], columns: int = 80, rows: int = 24) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._tail = ""
        self._read: queue.Queue[bytes] = queue.Queue()
        self.alive = True
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PYTHONUTF8": "1",
            "LANG": "C.UTF-8",
        }
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)
        words = [str(word) for word in argv]
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(words[0], words, environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._hung_up = False
        self._reader = threading.Thread(target=self._reading, daemon=True)
        self._reader.start()

    def _reading(self) -> None:
        while not self._hung_up:
            try:
                if not select.select([self._fd], [], [], 0.2)[0]:
                    continue
                data = os.read(self._fd, 65536)
            except (OSError, ValueError):  # hung up, or closed under our feet: -1 is no descriptor
                data = b""
            self._read.put(data)
            if not data:
                return

    def pump(self, seconds: float) -> bool:
        """Draw what has come within `seconds`; False when nothing has."""
        try:
            data = self._read.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return False
        if not data:
            self.alive = False
            return False
        text = self._tail + self._decode(data)
        partial = _PARTIAL.search(text)
        self._tail = ""
        if partial and len(partial.group(0)) < 4096:
            self._tail, text = text[partial.start() :], text[: partial.start()]
        self._stream.feed(_JUNK.sub("", text))
        return True

    def lines(self) -> list[str]:
        """The rows of the screen. (pyte's own `display` fails on a wide character of which one half was redrawn.)"""
        rows = [self._row(y) for y in range(self.screen.lines)]
        return ["".join(row[x].data for x in range(self.screen.columns)) for row in rows]

    def _row(self, y: int) -> Mapping[int, Any]:
        row: Mapping[int, Any] = self.screen.buffer[y]
        return row

    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines())

    def sees(self, what: str) -> bool:
        """Is it on the screen? Blanks don't count."""
        return re.sub(r"\s", "", what) in re.sub(r"\s", "", self.text())

    def until(self, test: Callable[[], bool], seconds: float = 20.0) -> float:
        """Draw until `test` holds; the time that it took.

        Raises:
            AssertionError: it never did; the screen is in the message.
        """
        begin = time.perf_counter()
        while not test():
            assert self.alive or self.pump(0), f"the program ended\n{self.text()}"
            assert time.perf_counter() - begin < seconds, f"waited in vain\n{self.text()}"
            self.pump(0.02)
        return time.perf_counter() - begin

    def wait_for(self, what: str) -> float:
        """Draw until `what` is on the screen."""
        return self.until(lambda: self.sees(what))

    def type(self, text: str, milliseconds: float = 0.0) -> None:
        """Type `text`: at 0 in one write, else a character each so many milliseconds."""
        if not milliseconds:
            os.write(self._fd, "".join(keys(text)).encode())
            return
        for key in keys(text):
            os.write(self._fd, key.encode())
            end = time.perf_counter() + milliseconds / 1000
            while time.perf_counter() < end:
                self.pump(min(0.0005, max(0.0, end - time.perf_counter())))

    def resize(self, columns: int, rows: int) -> None:
        """As somebody who pulls the window's corner; the program is told by the terminal itself."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def kill(self) -> None:
        """End it as a power cut does."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def hang_up(self, seconds: float) -> None:
        """Take the window away, as its x does, and wait until the program has gone.

        Raises:
            AssertionError: it stays.
        """
        self._let_go()  # a read that is under way would hold the window open
        gone = threading.Thread(target=os.waitpid, args=(self.pid, 0), daemon=True)
        gone.start()
        gone.join(seconds)
        assert not gone.is_alive(), "it runs on without a window"

    def close(self) -> None:
        """End it and give the terminal back."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):  # it may have ended by itself
            self.kill()
        if not self._hung_up:
            self._let_go()

    def _let_go(self) -> None:
        """Only when nobody reads it any more: the next terminal may get the same descriptor, and lose what is read."""
        self._hung_up = True
        self._reader.join()
        os.close(self._fd)
