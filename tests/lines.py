"""A real terminal at a real hall: memory on a file, line over ASGI, no socket, no thread, nobody waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from casework.facts import Fact, digest
from casework.limits import LIMITS, Limits
from casework.seals import Ed25519Signer, seal
from casework.wire import PURPOSE_ENROL, EnrolRequest
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from sync.line import Line
from sync.status import Synced
from sync.transport import Transport
from tests.builders import Hand
from tests.hall_world import HallWorld


class Place:
    """One terminal of a `HallWorld`, with its own data folder.

    Args:
        world: its hall.
        number: four digits.
        folder: where its data folder lies.
        limits: of memory and line.
        wire: stands between it and the hall; by default nothing does.
    """

    def __init__(
        self,
        world: HallWorld,
        number: str,
        folder: Path,
        limits: Limits = LIMITS,
        wire: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda inner: inner,
    ) -> None:
        self.world = world
        self.number = number
        self.limits = limits
        self.folder = folder / number
        self.state = folder / "state"
        self.hand = Hand(number, "p", world.clock)
        self.signer = Ed25519Signer(digest(f"place{number}".encode()).encode()[:32])
        self.wire = wire(httpx.ASGITransport(app=world.app))
        self.memory: TerminalMemory
        self.line: Line
        self.slept = 0.0

    async def enrol(self) -> None:
        """Be taken in by the hall, and begin with an empty memory."""
        transport = Transport("http://hall", self.world.clock, wire=httpx.ASGITransport(app=self.world.app))
        request = EnrolRequest(self.number, self.world.invite(self.number), f"i-{self.number}", self.signer.public)
        answer = await transport.enrol(seal(self.signer, PURPOSE_ENROL, request))
        who = Identity(
            answer.hall, answer.region, answer.name, answer.key, self.number, request.incarnation, answer.epoch
        )
        self.memory = TerminalMemory.create(self.folder, self.world.clock, self.state, who, self.limits)
        self.start()

    def restart(self) -> None:
        """Open the memory from its file again."""
        self.memory.close()
        self.memory = TerminalMemory.open(self.folder, self.world.clock, self.state, self.limits)
        self.start()

    def start(self) -> None:
        """A line over the memory as it is."""
        transport = Transport(
            "http://hall", self.world.clock, key=self.world.signer.public, limits=self.limits, wire=self.wire
        )
        self.line = Line(
            self.memory, transport, self.signer,
            clock=self.world.clock, sleep=self._sleep, dice=lambda: 0.0, run=here, limits=self.limits,
        )  # fmt: skip

    async def sync(self) -> Synced:
        """Push everything and pull everything."""
        return await self.line.sync_once()

    def commit(self, *facts: Fact) -> None:
        """Save `facts`, each in its own group."""
        with self.memory.writing() as act:
            act.commit_groups([[fact] for fact in facts])

    async def _sleep(self, seconds: float) -> None:
        self.slept += seconds


async def here(call: Callable[..., Any], *args: Any) -> Any:
    """Calls the memory right here."""
    return call(*args)
