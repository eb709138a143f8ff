"""The simulated world: terminals, wires, clerks and one hall in one virtual time, driven by one seed."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TextIO

import msgspec

from casework.catalogue.schema import MODULES
from casework.facts import Fact
from casework.limits import LIMITS
from tests.sim.clerk import Clerk
from tests.sim.dice import Dice
from tests.sim.editions import Editions
from tests.sim.giving import Giving
from tests.sim.judgement import Judgement
from tests.sim.lineage import Lineage
from tests.sim.loop import PowerCut, run_virtual
from tests.sim.mishaps import Mishaps
from tests.sim.network import Wire
from tests.sim.patches import Rules, patched
from tests.sim.planting import NO_BUG, Bug
from tests.sim.profiles import PROFILES, Profile
from tests.sim.programs import NEW
from tests.sim.schedule import Schedule
from tests.sim.server import Server
from tests.sim.terminal import Terminal, verdicts_of
from tests.sim.tracing import Trace
from tests.sim.truth import Broken, Mirror, Truth
from tests.sim.window import Window
from tests.sim.working import Working

HEALTH = 600.0
"""Seconds without a fault after which nothing may wait any more."""
EVENINGS = 8
"""How often a supervisor goes through all trays before something in them counts as stuck."""
SNAPSHOTS: dict[str, Any] = {
    "snapshot_least": 30, "snapshot_part": 65536, "snapshot_part_least": 16384, "snapshot_wait": 5.0,
}  # fmt: skip
"""How little has to lie behind for a snapshot to be worth it, where windows open in the middle of the day."""
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
    tail: tuple[str, ...] = ()
    """The last lines of the trace, when something broke."""
    minutes: float = 0.0
    """Virtual minutes that went by until it broke."""


class World:
    """One run. `bug` plants a fault in the program, outside the shipped code."""

    def __init__(
        self, seed: int, profile: Profile, folder: Path, bug: Bug = NO_BUG, sink: TextIO | None = None
    ) -> None:
        self.dice = Dice(seed)
        self.profile = profile
        self.schedule = Schedule(profile)
        self.folder = folder
        self.bug = bug
        self.rules = Rules()
        self.happened: Counter[str] = Counter()
        self.trace = Trace(sink)
        self.limits = msgspec.structs.replace(
            LIMITS, poll_seconds=profile.poll_seconds, poll_spacing=profile.poll_spacing
        )
        if profile.opened:
            self.limits = msgspec.structs.replace(self.limits, **SNAPSHOTS)
        self.server = Server(folder, self.dice, bug.store, self.limits)
        mirror = Mirror(self.server.peek(), self.happened)
        self.truth = Truth(mirror, self.happened, self.limits, profile.every_step)
        self.judgement = Judgement(self.truth)
        self.editions = Editions(self)
        self.giving = Giving(self)
        self.mishaps = Mishaps(self)
        self.lineage = Lineage(self)
        self.working = Working(self)
        self.terminals: list[Terminal] = []
        self.clerks: list[Clerk] = []
        self.well = False
        """Every fault has ended; somebody looks after all that is left."""
        self._burnt: int | None = None
        """How many entries there were when the hall burnt down, until it is up again."""
        self._broken: BaseException | None = None
        self._ended = asyncio.Event()
        self._tasks: list[asyncio.Future[None]] = []

    # Making it

    async def found(self) -> None:
        """Enrol every terminal, before anything goes wrong."""
        for place in range(self.profile.terminals):
            number = f"{place + 1:04d}"
            terminal = self.machine(number)
            terminal.wire.calm = True
            narrow = bool(place) and place == self.profile.terminals - 1 and not self.profile.modules
            modules = NARROW if narrow else frozenset(MODULES)
            window = self.window(number, modules)
            self.truth.windows[number] = window
            self.server.invite(number)
            await terminal.enrol()
            if narrow:
                self._narrow(number)
            self.terminals.append(terminal)
            self.clerks.append(self._clerk_of(terminal, window, modules))

    def machine(self, name: str) -> Terminal:
        """A PC with its wire; nothing is on it yet."""
        wire = Wire(name, self.server, self.profile, self.dice, self.happened, self._tracer(name), self._watched)
        return Terminal(
            name, self.folder, wire, self.dice, memory_kind=self.bug.memory, stepped=self._stepped,
            committed=self._committed, happened=self.happened, limits=self.limits,
        )  # fmt: skip

    @staticmethod
    def window(number: str, modules: frozenset[str] = frozenset(MODULES)) -> Window:
        """What is known of a window that is enrolled now."""
        return Window(number, frozenset({"hall", *modules}))

    def join(self, terminal: Terminal, window: Window) -> None:
        """A machine more, in the middle of everything: somebody works at it."""
        modules = frozenset(MODULES)
        self.truth.windows[terminal.number] = window
        clerk = self._clerk_of(terminal, window, modules)
        self.terminals.append(terminal)
        self.clerks.append(clerk)
        works = [*self.working.of(clerk), self.mishaps.reboots(terminal)]
        self._tasks += [asyncio.ensure_future(self._guarded(work)) for work in works]

    def _clerk_of(self, terminal: Terminal, window: Window, modules: frozenset[str]) -> Clerk:
        stream = self.dice.stream(f"clerk/{terminal.number}")
        return Clerk(terminal, stream, modules, self.happened, _drafts_of(window))

    @property
    def whole(self) -> list[Terminal]:
        """The terminals that hold all modules."""
        return self.terminals[:-1] if self.profile.terminals > 1 else self.terminals[:]

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
        self._tasks = [asyncio.ensure_future(self._guarded(work)) for work in self._works()]
        try:
            await asyncio.wait_for(self._ended.wait(), self.schedule.until)
        except TimeoutError:
            self.trace.say("world", "everything is well from here on")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._raise()
        await self.heal()

    async def heal(self) -> None:
        """Every fault ends; after `HEALTH` seconds nothing waits; a supervisor settles; then the truth is told."""
        self.well = True
        looked_after = asyncio.gather(*(self._guarded(work) for work in (self._ticks(), self.lineage.it())))
        self.rules.fails_on = ""
        self.server.fuse = None
        self.server.fill(False)
        if not self.server.up:
            await self.hall_down(0.0)
        for terminal in self.terminals:
            terminal.wire.heal()
            terminal.clock.fuse, terminal.closed = None, False
            terminal.fill(False)
            await terminal.wire.settle()
            await self._revive(terminal)
        self.mishaps.heal()
        self.lineage.heal()
        if self.profile.upgrades:
            await self._same_version()
        await self._health(HEALTH * 4 if self.profile.proxies else HEALTH)  # small pages, one after the other
        with self.server.program.running():
            self.truth.see_again(self.terminals)
            self.judgement.drained(self.terminals)
            await self._settle()
            looked_after.cancel()
            await asyncio.gather(looked_after, return_exceptions=True)
            self.giving.end()
            self.judgement.told(self.terminals)

    async def _same_version(self) -> None:
        """Everybody is updated in the end."""
        self.server.program = NEW
        await self.hall_down(0.0)
        for terminal in self.terminals:
            await terminal.run_program(NEW)

    async def _health(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            self.trace.say("world", f"{seconds:.0f} seconds without a fault are over")
        self._raise()
        for terminal in self.terminals:
            if terminal.serving is not None and terminal.serving.done():
                raise Broken(f"line: {terminal.number} has stopped: {terminal.serving.exception()!r}")

    async def _settle(self) -> None:
        """A supervisor goes from window to window and settles all that waits."""
        for evening in range(EVENINGS):
            if not any(not tray.settled for _, tray in self.truth.mirror.trays.values()):
                break
            clerk = self.clerks[evening % len(self.clerks)]
            for did in clerk.give_up_everything():
                self.happened["supervised"] += 1
                self.trace.say(clerk.terminal.number, f"a supervisor settles: {did}")
            await self._health(120.0)
        self.judgement.drained(self.terminals)
        self.judgement.settled(self.terminals)

    async def _revive(self, terminal: Terminal) -> None:
        """Somebody looks after every PC that is dark, or whose program has just died."""
        if terminal.on and terminal.serving is not None and terminal.serving.done():
            if not isinstance(terminal.serving.exception(), PowerCut):
                return  # it has to be enrolled again, or the end shows that it never came back
            await self.dark(terminal)
        if not terminal.on:
            self.light(terminal)

    async def end(self) -> None:
        """Close every file."""
        for terminal in self.terminals:
            await terminal.wire.settle()
            await terminal.switch_off()
        await self.server.stop()
        self.truth.mirror.eyes.close()

    def _works(self) -> list[Coroutine[Any, Any, None]]:
        works = [*self.mishaps.works(), self._ticks(), self.working.office()]
        works += [work for clerk in self.clerks for work in self.working.of(clerk)]
        return works

    async def _ticks(self) -> None:
        """The hall looks at its timers, seldom while nobody works."""
        while True:
            is_open = self.well or self.schedule.is_open(asyncio.get_running_loop().time())
            await asyncio.sleep(self.profile.tick_seconds if is_open else 3600.0)
            blind = self.truth.blind and self.profile.fires == 1
            if self.profile.restores and not blind and self.dice.stream("backup").random() < 0.3:
                self.server.back_up()
            if self.profile.opened and self.server.up and self.dice.stream("snapshot").random() < 0.3:
                self.server.snapshot()
            if self.server.tick():
                self.happened["timer"] += 1
                self.trace.say("hall", "a timer has run out")

    # Power

    async def dark(self, terminal: Terminal) -> None:
        """The power of a PC is gone."""
        await terminal.power_off()
        self.trace.say(terminal.number, "is dark")

    def light(self, terminal: Terminal) -> None:
        """Somebody switches it on."""
        terminal.switch_on()
        self.trace.say(terminal.number, "is switched on")
        with terminal.program.running():
            self.truth.check(terminal, set())

    def rot(self, terminal: Terminal, stream: Any) -> bool:
        """A byte breaks in something that waits; whether there was anything."""
        broke = terminal.rot(stream) if terminal.on else None
        if broke is not None:
            self.truth.windows[terminal.number].rotten.add(broke)
        return broke is not None

    async def hall_down(self, seconds: float) -> None:
        """The hall's process ends, and is started again after so long."""
        self.trace.say("hall", "is down")
        await self.server.stop()
        await asyncio.sleep(seconds)
        self._hall_up()

    async def burnt_down(self, whole: bool) -> None:
        """The hall's machine is gone; another one is made from its second place."""
        self.server.back_up()
        if not self.server.second.is_dir():
            return  # it was down from the beginning, and nobody had copied anything
        lost = self.truth.mirror.end
        await asyncio.sleep(30.0)
        await self.server.stop()
        self.server.restore(whole)
        self._burnt = lost
        await asyncio.sleep(20.0)  # the faults of the world may end here: then whoever looks after it starts the hall
        self._hall_up()

    def _hall_up(self) -> None:
        """Start the hall on the file that is there, unless somebody has: its own, or the one from the second place."""
        if self.server.up:
            return
        self.server.start()
        lost, self._burnt = self._burnt, None
        if lost is None:
            self.trace.say("hall", "is up")
            with self.server.program.running():
                self.truth.mirror.reopen(self.server.peek())
                self.truth.hall()
            return
        self.truth.burnt(Mirror(self.server.peek(), self.happened), self.terminals)
        if self.truth.mirror.end < lost:
            self.happened["entries lost by the hall"] += 1
        self.trace.say("hall", f"is up again, with {self.truth.mirror.end} entries where {lost} were")

    # Watching it

    def _committed(self, terminal: Terminal, facts: tuple[Fact, ...]) -> None:
        for fact in facts:
            self.happened[f"did {fact.type}"] += 1
        self.truth.committed(terminal, facts)

    def _stepped(self, terminal: Terminal, name: str, args: tuple[Any, ...]) -> None:
        try:
            fuse, terminal.clock.fuse = terminal.clock.fuse, None
            if name == "answered":
                heard = [f"{each.seq} {each.verdict.v} {each.verdict.code}".rstrip() for each in verdicts_of(args)]
                self.trace.say(terminal.number, f"hears of its facts: {', '.join(heard)}")
            elif name == "apply":
                self.trace.say(terminal.number, f"takes {len(args[0])} entries after {args[1]}")
            self.truth.stepped(terminal, name, args)
            terminal.clock.fuse = fuse
        except Broken as broken:  # the line would take it for trouble of the memory and try again
            self._break(broken)

    def _watched(self, number: str, request: Any, response: Any) -> None:
        try:
            self.truth.asked(number, request, response)
        except Broken as broken:
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
            self.trace.say("world", f"BROKEN {error}")
        self._ended.set()

    def _raise(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _tracer(self, who: str) -> Any:
        return lambda words: self.trace.say(who, words)


def _drafts_of(window: Window) -> Any:
    return lambda case_id, kept: window.drafts.add(case_id) if kept else window.drafts.discard(case_id)


def play(seed: int, profile: str | Profile = "normal", bug: Bug = NO_BUG, sink: TextIO | None = None) -> Outcome:
    """One seed, from founding to the truth. A broken invariant is in the outcome."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="yichuang-sim-", dir=memory if memory.is_dir() else None))
    chosen = PROFILES[profile] if isinstance(profile, str) else profile
    name = profile if isinstance(profile, str) else "reduced"
    log = logging.getLogger("yichuang.hall")

    async def whole() -> Outcome:
        world = World(seed, chosen, folder, bug, sink)
        broken = ""
        with patched(world.rules, bug.patches):
            try:
                await world.live()
            except Broken as error:
                broken = str(error)
            finally:
                await world.end()
        facts = sum(len(window.own) for window in world.truth.windows.values())
        mirror = world.truth.mirror
        return Outcome(
            seed, name, world.trace.hash(mirror.chains[-1]), mirror.end, facts, dict(sorted(world.happened.items())),
            broken, tuple(world.trace.last) if broken else (), asyncio.get_running_loop().time() / 60,
        )  # fmt: skip

    log.disabled = True  # what the faults of a world make the hall say is not for anybody to read
    try:
        return run_virtual(whole())
    finally:
        log.disabled = False
        shutil.rmtree(folder, ignore_errors=True)
