"""An event loop whose time is a number: nobody waits, and the same program runs the same way each time.

When nothing is ready the clock jumps to the next timer. When nothing is ready and no timer is set, everybody waits for
something that can never come: that is `Stuck`, at once, instead of a test that hangs.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

_T = TypeVar("_T")

START = datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001 - civil time is naive everywhere (casework.ambient)


class Stuck(AssertionError):
    """Everybody waits, and no timer is set."""


class _Jumping(selectors.SelectSelector):
    """Looks at the real sockets (the loop's own pair) without waiting, then lets the time jump."""

    jump: Callable[[float | None], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout != 0:
            self.jump(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a clock of its own, which starts at zero."""

    def __init__(self) -> None:
        self._now = 0.0
        selector = _Jumping()
        selector.jump = self._jump
        super().__init__(selector)

    def time(self) -> float:
        """Seconds since this loop began."""
        return self._now

    def _jump(self, seconds: float | None) -> None:
        if seconds is None:
            raise Stuck("everybody waits and no timer is set")
        self._now += max(seconds, 0.0)


class LoopClock:
    """The running loop's time as the clock of a machine; `wrong_by` is what a bad clock is ahead."""

    def __init__(self, wrong_by: timedelta = timedelta(0)) -> None:
        self.wrong_by = wrong_by

    def now(self) -> datetime:
        """Civil time as this machine believes it, whole milliseconds."""
        milliseconds = round(self.monotonic() * 1000)
        return START + timedelta(milliseconds=milliseconds) + self.wrong_by

    def monotonic(self) -> float:
        """Seconds since the loop began."""
        return asyncio.get_running_loop().time()


def run_virtual(work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work` on a fresh virtual loop."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
