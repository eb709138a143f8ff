"""How a fault is planted into the simulated world: what stands in for the real parts, and what has to find it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from hall.sqlite_store import SqliteStore
from local_db.memory import TerminalMemory
from tests.sim.patches import Patch


@dataclasses.dataclass(frozen=True)
class Bug:
    """What stands in for the real parts, none of it in shipped code.

    `where`: the part that is wrong; `finds`: the invariants that have to break, by their first word; `seed`: the first
    seed of `profile` that breaks one; `fixed`: whether every test run plants it, or only the long one.
    """

    name: str
    where: str = ""
    finds: tuple[str, ...] = ()
    profile: str = "storm"
    seed: int = 1
    fixed: bool = False
    memory: type[TerminalMemory] = TerminalMemory
    store: Callable[[Path], SqliteStore] = SqliteStore
    patches: tuple[Patch, ...] = ()


NO_BUG = Bug("none")
