"""What happened in a simulated world, one line each, in words: hashed always, written to a file when asked for."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from datetime import timedelta
from typing import TextIO

from tests.sim.loop import START

KEPT = 40
"""Lines that are kept to be shown when an invariant breaks."""


class Trace:
    """The story of one run. Equal seeds tell it alike, to the letter.

    Args:
        sink: where every line goes besides.
    """

    def __init__(self, sink: TextIO | None = None) -> None:
        self._hash = hashlib.sha256()
        self._sink = sink
        self.last: deque[str] = deque(maxlen=KEPT)

    def say(self, who: str, words: str) -> None:
        """`who` is a terminal's number, `hall` or `world`."""
        at = START + timedelta(milliseconds=round(asyncio.get_running_loop().time() * 1000))
        line = f"{at:%a %d %b %H:%M:%S}.{at.microsecond // 1000:03d}  {who:<5}  {words}"
        self._hash.update(line.encode() + b"\n")
        self.last.append(line)
        if self._sink is not None:
            self._sink.write(line + "\n")

    def hash(self, end: str) -> str:
        """One hash over all that happened. `end`: the chain of the hall's log."""
        whole = self._hash.copy()
        whole.update(end.encode())
        return whole.hexdigest()
