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
EMPTY = datetime(2000, 1, 1)  # noqa: DTZ001
"""What a PC believes at each boot once its battery is empty."""


class Stuck(AssertionError):
    """Everybody waits, and no timer is set."""


class _Jumping(selectors.SelectSelector):
    """Waits for nobody: no thread and no socket takes part, so the time jumps when nothing is ready."""

    jump: Callable[[float | None], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout != 0:
            self.jump(timeout)
        return []


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


def true_time() -> datetime:
    """The time that a perfect clock would show, whole milliseconds."""
    return START + timedelta(milliseconds=round(asyncio.get_running_loop().time() * 1000))


class LoopClock:
    """The running loop's time as the clock of a machine; `wrong_by` is what a bad clock is ahead."""

    def __init__(self, wrong_by: timedelta = timedelta(0)) -> None:
        self.wrong_by = wrong_by

    def now(self) -> datetime:
        """Civil time as this machine believes it, whole milliseconds."""
        return true_time() + self.wrong_by

    def monotonic(self) -> float:
        """Seconds since the loop began."""
        return asyncio.get_running_loop().time()


class PowerCut(BaseException):
    """The machine is off, wherever it was."""


class MachineClock(LoopClock):
    """The clock of a PC: set wrong, running fast or slow, begun anew with each boot; and where the power may fail.

    It is asked at many places: from the armed question on (`fuse`) the power is off.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fuse: int | None = None
        self.drift = 0.0
        """Seconds that it gains in a second."""
        self.battery = True
        """Whether its clock goes on while it is off."""
        self.boots = 0
        self._drifts_since = 0.0
        self._booted = 0.0

    def now(self) -> datetime:
        """Civil time as this PC believes it. Raises PowerCut where the fuse burns."""
        self._burn()
        return super().now() + timedelta(milliseconds=self._gained())

    @property
    def error(self) -> timedelta:
        """How far it is ahead of the truth now."""
        return self.wrong_by + timedelta(milliseconds=self._gained())

    def monotonic(self) -> float:
        """Seconds since this boot."""
        return super().monotonic() - self._booted

    def boot(self) -> None:
        """The PC was switched on."""
        self.fuse = None
        self.boots += 1
        self._booted = super().monotonic()
        if not self.battery:
            self.set(EMPTY - true_time())

    def run(self, drift: float) -> None:
        """From now on it gains `drift` seconds in a second."""
        self.wrong_by += timedelta(milliseconds=self._gained())
        self.drift, self._drifts_since = drift, super().monotonic()

    def set(self, wrong_by: timedelta) -> None:
        """Somebody, or an empty battery, has set it."""
        self.wrong_by, self._drifts_since = wrong_by, super().monotonic()

    def _gained(self) -> int:
        return round(self.drift * (super().monotonic() - self._drifts_since) * 1000) if self.drift else 0

    def _burn(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                self.fuse = None
                raise PowerCut


def run_virtual(work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work` on a fresh virtual loop."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.get_loop().set_exception_handler(_not_of_the_dead)
        return runner.run(work)


def _not_of_the_dead(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A task that died with its machine is missed by nobody."""
    if not isinstance(context.get("exception"), PowerCut):
        loop.default_exception_handler(context)
