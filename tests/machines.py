"""Window PCs with the real memory and the real line, at a real hall: enrolled, copied, restored, enrolled again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from casework.case import Case
from casework.facts import Fact
from casework.limits import LIMITS
from casework.seals import Ed25519Signer, seal
from casework.wire import PURPOSE_ENROL, EnrolAnswer, EnrolRequest
from local_db.counter import Identity
from local_db.incarnation import Adopted
from local_db.memory import TerminalMemory
from sync.line import Line
from sync.status import Synced
from sync.transport import Transport
from tests.builders import Hand, grouped
from tests.hall_world import HallWorld

T = TypeVar("T")
CODES = iter(range(1, 1 << 30))


async def _here(call: Callable[..., T], *args: Any) -> T:
    return call(*args)


async def _no_wait(_seconds: float) -> None:
    return None


class Machine:
    """A PC with a data folder and a user's state folder. `limits`: of its line."""

    limits = LIMITS

    def __init__(self, world: HallWorld, folder: Path, name: str) -> None:
        self.world = world
        self.name = name
        self.folder = folder / name
        self.state = folder / f"state-{name}"
        self.hand = Hand("0000", name, world.clock)
        self.memory: TerminalMemory
        self.signer: Ed25519Signer

    async def enrol(self, number: str, lost: Any = None) -> Adopted | None:
        """Become the terminal `number`: anew, or over the memory that is there."""
        code = self.world.invite(number, bits=next(CODES))
        self.signer = Ed25519Signer(f"{self.name}{number}".encode().ljust(32)[:32])
        incarnation = f"inc-{self.name}-{number}"
        async with self._transport("") as transport:
            request = EnrolRequest(number, code, incarnation, self.signer.public)
            answer: EnrolAnswer = await transport.enrol(seal(self.signer, PURPOSE_ENROL, request))
        who = Identity(answer.hall, answer.region, answer.name, answer.key, number, incarnation, answer.epoch)
        if (self.folder / "terminal.db").exists():
            return self.memory.adopt(who, self.hand.new_id, lost)
        self.memory = TerminalMemory.create(self.folder, self.world.clock, self.state, who)
        return None

    @contextlib.asynccontextmanager
    async def _transport(self, key: str) -> Any:
        wire = httpx.ASGITransport(app=self.world.app)
        transport = Transport("http://hall", self.world.clock, key=key, wire=wire)
        try:
            yield transport
        finally:
            await transport.aclose()

    async def sync(self) -> Synced:
        """One round of the line."""
        async with self._transport(self.memory.identity.hall_key) as transport:
            line = Line(
                self.memory, transport, self.signer, clock=self.world.clock, sleep=_no_wait, dice=lambda: 0.0,
                run=_here, limits=self.limits,
            )  # fmt: skip
            return await line.sync_once()

    def reopen(self) -> None:
        """Close the program, and open it on what the disk holds now."""
        self.memory.close()
        self.memory = TerminalMemory.open(self.folder, self.world.clock, self.state)

    # At the counter

    def save(self, *facts: Fact) -> None:
        """Each fact in a group of its own, as a decision of now makes it."""
        with self.memory.writing() as act:
            for fact in facts:
                act.commit_groups([(self.now(fact, act.base()),)])

    def now(self, fact: Fact, base: Any) -> Fact:
        """`fact` with what this machine has seen, and a good clock."""
        time = msgspec.structs.replace(fact.time, offset_ms=0, contact=fact.time.at, same_boot=True)
        return msgspec.structs.replace(fact, base=base, time=time)

    def take_in(self) -> Case:
        """One intake with its receipt."""
        with self.memory.writing() as act:
            self.hand.terminal = self.memory.identity.terminal
            self.hand.numbered = act.next_number(self.world.clock.now().date()) - 1
            taken, base = self.hand.received(), act.base()
            printed = self.hand.printed(taken.case)
            act.commit_groups([grouped(self.now(taken, base), self.now(printed, base))])
        case = self.memory.case_state(taken.case)
        assert case is not None
        return case

    def agrees(self, *cases: str) -> bool:
        """Whether these cases are here as the hall has them."""
        return all(self.memory.case_state(id_) == self.world.case(id_) for id_ in cases)


def at_a_hall(folder: Path, story: Callable[[HallWorld], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run `story` at a new hall."""
    world = HallWorld(folder, **options)
    try:
        asyncio.run(story(world))
    finally:
        world.store.close()
