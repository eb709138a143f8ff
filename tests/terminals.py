"""Terminals' memories for tests, in a folder of the test."""

from __future__ import annotations

from pathlib import Path

from casework.limits import LIMITS, Limits
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from tests.builders import REGION, FixedClock

IDENTITY = Identity("420118", REGION, "江岸区政务服务大厅", "ab" * 32, "0012", "i1", 1)


def enrolled(
    folder: Path, clock: FixedClock | None = None, limits: Limits = LIMITS, who: Identity = IDENTITY
) -> TerminalMemory:
    """A new memory under `folder / "terminal"`, its state file under `folder / "state"`."""
    return TerminalMemory.create(folder / "terminal", clock or FixedClock(), folder / "state", who, limits)


def opened(folder: Path, clock: FixedClock | None = None, limits: Limits = LIMITS) -> TerminalMemory:
    """The memory that `enrolled` made, opened again."""
    return TerminalMemory.open(folder / "terminal", clock or FixedClock(), folder / "state", limits)
