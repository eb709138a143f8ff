"""The simulated world: terminals, wires, clerks and one hall in one virtual time, driven by one seed."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec

from casework.catalogue.schema import MODULES
from tests.sim.bugs import NO_BUG, Bug
from tests.sim.clerk import Clerk
from tests.sim.dice import Dice
from tests.sim.loop import run_virtual
from tests.sim.network import Wire
from tests.sim.profiles import PROFILES, Profile
from tests.sim.server import Server
from tests.sim.terminal import PowerCut, Terminal
from tests.sim.truth import Broken, Mirror, Truth, Window

HEALTH = 600.0
"""Seconds without a fault after which nothing may wait any more."""
NARROW = frozenset({"business", "single"})
"""The modules of the last terminal: it sees less than the others."""


class Outcome(msgspec.Struct, frozen=True):
    """How one seed went."""

    seed: int
    profile: str
    trace: str
    entries: int
    facts: int
    happened: dict[str, int]
    broken: str = ""


class World:
    """One run. `bug` plants a fault in the program, outside the shipped code."""

    def __init__(self, seed: int, profile: Profile, folder: Path, bug: Bug = NO_BUG) -> None:
        self.dice = Dice(seed)
        self.profile = profile
        self.folder = folder
        self.bug = bug
        self.happened: Counter[str] = Counter()
        self.server = Server(folder, self.dice, bug.store)
        self.truth = Truth(Mirror(self.server.peek()), self.happened)
        self.terminals: list[Terminal] = []
        self.clerks: list[Clerk] = []
        self._traces: dict[str, hashlib._Hash] = {}
        self._broken: BaseException | None = None
        self._calm = False
        self._ended = asyncio.Event()

    # Making it

    async def found(self) -> None:
        """Enrol every terminal, before anything goes wrong."""
        for place in range(self.profile.terminals):
            number = f"{place + 1:04d}"
            wire = Wire(number, self.server, self.profile, self.dice, self.happened, self._tracer(number))
            wire.calm = True
            terminal = Terminal(
                number, self.folder, wire, self.dice,
                memory_kind=self.bug.memory, stepped=self._stepped, happened=self.happened,
            )  # fmt: skip
            narrow = place and place == self.profile.terminals - 1
            modules = NARROW if narrow else frozenset(MODULES)
            self.truth.windows[number] = Window(frozenset({"hall", f"terminal/{number}", *modules}))
            self.server.invite(number)
            await terminal.enrol()
            if narrow:
                self._narrow(number)
            clerk = Clerk(terminal, self.dice.stream(f"clerk/{number}"), modules, self._committed, self.happened)
            self.bug.clerk(clerk)
            self.terminals.append(terminal)
            self.clerks.append(clerk)

    def _narrow(self, number: str) -> None:
        from hall.rows import Changes

        assert self.server.store is not None
        with self.server.store.writing() as tx:
            row = tx.terminal(number)
            assert row is not None
            changed = msgspec.structs.replace(row, scopes=("hall", *sorted(NARROW)))
            tx.save(Changes(terminals={number: changed}))

    # Living in it

    async def live(self) -> None:
        """Work under faults, then health, then the whole truth."""
        await self.found()
        for terminal in self.terminals:
            terminal.wire.calm = False
        seconds = self.profile.minutes * 60
        tasks = [asyncio.ensure_future(self._guarded(work)) for work in self._works(seconds)]
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            self._trace("world", "health")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._raise()
        await self.heal()

    async def heal(self) -> None:
        """Every fault ends; after `HEALTH` seconds the truth is told."""
        self._calm = True
        if not self.server.up:
            self.server.start()
        for terminal in self.terminals:
            terminal.wire.calm, terminal.wire.cut = True, False
            terminal.wire.blocked.clear()
            terminal.wire.forced.clear()
            terminal.clock.fuse = None
            await terminal.wire.settle()
            await self._revive(terminal)
        try:
            await asyncio.wait_for(self._ended.wait(), HEALTH)
        except TimeoutError:
            self._trace("world", "judgement day")
        self._raise()
        for terminal in self.terminals:
            if terminal.serving is not None and terminal.serving.done():
                raise Broken(f"line: {terminal.number} has stopped: {terminal.serving.exception()!r}")
        self.truth.healed(self.terminals)

    async def _revive(self, terminal: Terminal) -> None:
        """Somebody looks after every PC that is dark, or whose program has just died."""
        if terminal.on and terminal.serving is not None and terminal.serving.done():
            if not isinstance(terminal.serving.exception(), PowerCut):
                return
            await self._dark(terminal)
        if not terminal.on:
            terminal.switch_on()

    async def end(self) -> None:
        """Close every file."""
        for terminal in self.terminals:
            await terminal.wire.settle()
            await terminal.switch_off()
        await self.server.stop()
        self.truth.mirror.eyes.close()

    def _works(self, seconds: float) -> list[Coroutine[Any, Any, None]]:
        works: list[Coroutine[Any, Any, None]] = [self._hall_restarts(seconds)]
        for terminal, clerk in zip(self.terminals, self.clerks, strict=True):
            works += [
                self._clerk(terminal, clerk), self._cuts(terminal, seconds), self._crashes(terminal, seconds),
                self._fuses(terminal, seconds), self._reboots(terminal),
            ]  # fmt: skip
        return works

    async def _clerk(self, terminal: Terminal, clerk: Clerk) -> None:
        stream = self.dice.stream(f"pace/{terminal.number}")
        while True:
            await asyncio.sleep(stream.expovariate(1 / self.profile.between_acts))
            if not terminal.on:
                continue
            try:
                did = clerk.act()
            except PowerCut:
                self.happened["torn save"] += 1
                did = "power cut"
                await self._dark(terminal)
            self._trace(terminal.number, "act", did)

    async def _cuts(self, terminal: Terminal, seconds: float) -> None:
        stream = self.dice.stream(f"cuts/{terminal.number}")
        while self.profile.partitions:
            await asyncio.sleep(stream.expovariate(self.profile.partitions / seconds))
            terminal.wire.cut = True
            await asyncio.sleep(stream.uniform(10, 300))
            terminal.wire.cut = False

    async def _crashes(self, terminal: Terminal, seconds: float) -> None:
        stream = self.dice.stream(f"crashes/{terminal.number}")
        while self.profile.crashes:
            await asyncio.sleep(stream.expovariate(self.profile.crashes / seconds))
            if terminal.on:
                self.happened["crash"] += 1
                await self._dark(terminal)

    async def _fuses(self, terminal: Terminal, seconds: float) -> None:
        """Arm the clock: the power fails at one of the next places that ask it, in a page or in a save."""
        stream = self.dice.stream(f"fuses/{terminal.number}")
        while self.profile.torn:
            await asyncio.sleep(stream.expovariate(self.profile.torn / seconds))
            terminal.clock.fuse = stream.randint(1, 12)

    async def _reboots(self, terminal: Terminal) -> None:
        """Whoever finds a PC dark switches it on again; a line that died of a power cut takes its PC along."""
        stream = self.dice.stream(f"reboots/{terminal.number}")
        while True:
            await asyncio.sleep(1.0)
            if terminal.on and terminal.serving is not None and terminal.serving.done():
                error = terminal.serving.exception()
                if not isinstance(error, PowerCut):
                    raise Broken(
                        f"line: {terminal.number} has stopped: {error!r} {terminal.line and terminal.line.status}"
                    )
                self.happened["torn page"] += 1
                await self._dark(terminal)
            if not terminal.on:
                await asyncio.sleep(stream.uniform(1, 60))
                if not terminal.on:
                    terminal.switch_on()
                    self._trace(terminal.number, "on")
                    self.truth.check(terminal, set())

    async def _dark(self, terminal: Terminal) -> None:
        await terminal.power_off()
        self._trace(terminal.number, "off")

    async def _hall_restarts(self, seconds: float) -> None:
        stream = self.dice.stream("hall")
        while self.profile.hall_restarts:
            await asyncio.sleep(stream.expovariate(self.profile.hall_restarts / seconds))
            self.happened["hall restart"] += 1
            await self.server.stop()
            await asyncio.sleep(stream.uniform(*self.profile.hall_outage))
            self.server.start()
            self.truth.hall()

    # Watching it

    def _committed(self, terminal: Terminal, facts: Any) -> None:
        self.truth.committed(terminal, facts)

    def _stepped(self, terminal: Terminal, name: str, args: tuple[Any, ...]) -> None:
        try:
            fuse, terminal.clock.fuse = terminal.clock.fuse, None
            self.truth.stepped(terminal, name, args)
            terminal.clock.fuse = fuse
        except Broken as broken:  # the line would take it for trouble of the memory and try again
            self._break(broken)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._break(error)

    def _break(self, error: BaseException) -> None:
        if self._broken is None:
            self._broken = error
        self._ended.set()

    def _raise(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _tracer(self, who: str) -> Any:
        return lambda *what: self._trace(who, *what)

    def _trace(self, who: str, *what: str) -> None:
        now = round(asyncio.get_running_loop().time() * 1000)
        self._traces.setdefault(who, hashlib.sha256()).update(repr((now, what)).encode())

    @property
    def trace(self) -> str:
        """One hash over all that happened, terminal by terminal."""
        whole = hashlib.sha256()
        for who in sorted(self._traces):
            whole.update(who.encode() + self._traces[who].digest())
        whole.update(self.truth.mirror.chains[-1].encode())
        return whole.hexdigest()


def play(seed: int, profile: str = "normal", bug: Bug = NO_BUG) -> Outcome:
    """One seed, from founding to the truth. A broken invariant is in the outcome."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="yichuang-sim-", dir=memory if memory.is_dir() else None))

    async def whole() -> Outcome:
        world = World(seed, PROFILES[profile], folder, bug)
        broken = ""
        try:
            await world.live()
        except Broken as error:
            broken = str(error)
        finally:
            await world.end()
        facts = sum(len(window.own) for window in world.truth.windows.values())
        entries = len(world.truth.mirror.raws)
        return Outcome(seed, profile, world.trace, entries, facts, dict(sorted(world.happened.items())), broken)

    try:
        return run_virtual(whole())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
