"""What goes wrong besides the line: power, disks, clocks, the hall's machine, the roster, programs with faults."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from casework import bodies
from casework.ambient import stamp
from casework.facts import Fact, Group, LegalTime, encode_body
from casework.limits import Limits
from hall.errors import Stop, StorageTrouble
from hall.office import write_version
from local_db.errors import StoreError
from tests.sim.loop import PowerCut
from tests.sim.programs import NEW, OLD
from tests.sim.server import STAFF
from tests.sim.terminal import Terminal
from tests.sim.truth import Broken

if TYPE_CHECKING:
    from tests.sim.world import World

_CLOCKS = (
    timedelta(days=-26 * 365), timedelta(days=-1), timedelta(hours=-3), timedelta(minutes=-7), timedelta(minutes=4),
    timedelta(minutes=11), timedelta(hours=5), timedelta(days=1), timedelta(days=366), timedelta(0),
)  # fmt: skip
_DRIFTS = (-0.01, -0.001, 0.0, 0.001, 0.01)
_ROOMY = Limits(fact_bytes=1 << 20, group_facts=100)


class Mishaps:
    """The troubles of one world, each on its own stream."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._profile = world.profile
        self._happened = world.happened
        self._off: set[str] = set()

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """All of them, to be run side by side."""
        profile, works = self._profile, list[Coroutine[Any, Any, None]]()
        for terminal in self._world.terminals:
            each: tuple[tuple[str, float, Callable[[Terminal, random.Random], Awaitable[None]]], ...] = (
                ("cuts", profile.partitions, self._partition), ("one-way", profile.one_way, self._one_way),
                ("narrow", profile.narrow, self._narrow), ("crashes", profile.crashes, self._crash),
                ("fuses", profile.torn, self._fuse), ("disk", profile.disk_full, self._disk_full),
                ("rot", profile.rotten, self._rot), ("clock", profile.clocks, self._clock),
                ("faulty", profile.faulty, self._faulty), ("upgrades", profile.upgrades, self._upgrade),
                ("battery", profile.batteries, self._battery),
            )  # fmt: skip
            works += [self._often(f"{name}/{terminal.number}", times, self._of(act, terminal))
                      for name, times, act in each if times]  # fmt: skip
            works.append(self.reboots(terminal))
        hall = (
            ("hall", profile.hall_restarts, self._hall_restart), ("hall-crash", profile.hall_crashes, self._hall_crash),
            ("hall-disk", profile.hall_full, self._hall_full), ("hall-fault", profile.hall_fault, self._hall_fault),
            ("roster", profile.roster, self._roster), ("editions", profile.editions, self._world.editions.publish),
            ("modules", profile.modules, self._world.giving.give),
            ("hall-upgrade", profile.hall_upgrades, self._hall_upgrade),
            ("restore", profile.restores, self._restore),
        )  # fmt: skip
        works += [self._often(name, times, act) for name, times, act in hall if times]
        works.append(self._hall_reboots())
        works += self._world.lineage.works(self._often)
        return works

    @staticmethod
    def _of(
        act: Callable[[Terminal, random.Random], Awaitable[None]], terminal: Terminal
    ) -> Callable[[random.Random], Awaitable[None]]:
        return lambda stream: act(terminal, stream)

    async def _often(self, concern: str, times: float, act: Callable[[random.Random], Awaitable[None]]) -> None:
        """`act` so many times in the open time of the whole run, on average."""
        stream, schedule = self._world.dice.stream(concern), self._world.schedule
        while True:
            await schedule.pass_by(stream.expovariate(times / schedule.seconds))
            await act(stream)

    def _say(self, who: str, words: str) -> None:
        self._world.trace.say(who, words)

    # The line

    async def _partition(self, terminal: Terminal, stream: random.Random) -> None:
        self._say(terminal.number, "is cut off")
        terminal.wire.cut = True
        await asyncio.sleep(stream.uniform(10, 240))
        terminal.wire.cut = False
        self._say(terminal.number, "has its line back")

    async def _one_way(self, terminal: Terminal, stream: random.Random) -> None:
        mute = stream.random() < 0.5
        terminal.wire.mute, terminal.wire.deaf = mute, not mute
        self._say(terminal.number, "is not heard any more" if mute else "hears nothing any more")
        await asyncio.sleep(stream.uniform(10, 200))
        terminal.wire.mute = terminal.wire.deaf = False
        self._say(terminal.number, "has both directions back")

    async def _narrow(self, terminal: Terminal, stream: random.Random) -> None:
        terminal.wire.widest = stream.choice((600, 1500, 4000))
        self._say(terminal.number, f"a proxy lets nothing over {terminal.wire.widest} bytes through")
        await asyncio.sleep(stream.uniform(30, 150))
        terminal.wire.widest = 0
        self._say(terminal.number, "the proxy lets everything through")

    # The PC

    async def _crash(self, terminal: Terminal, stream: random.Random) -> None:
        if terminal.on:
            self._happened["crash"] += 1
            await self._world.dark(terminal)

    async def _fuse(self, terminal: Terminal, stream: random.Random) -> None:
        """The power fails at one of the next places that ask the clock, in a page or in a save."""
        if terminal.on:
            terminal.clock.fuse = stream.randint(1, 12)

    async def reboots(self, terminal: Terminal) -> None:
        """Whoever finds a PC dark switches it on again; a line that died of a power cut takes its PC along."""
        stream = self._world.dice.stream(f"reboots/{terminal.number}")
        while True:
            await self._world.schedule.pass_by(self._profile.look_seconds)
            if terminal.on and terminal.serving is not None and terminal.serving.done():
                error = terminal.serving.exception()
                if not isinstance(error, PowerCut):
                    if self._world.lineage.explains(terminal):
                        continue
                    status = terminal.line.status if terminal.line else None
                    raise Broken(f"line: {terminal.number} has stopped: {error!r} {status}")
                self._happened["torn page"] += 1
                await self._world.dark(terminal)
            if _wants_light(terminal):
                await asyncio.sleep(stream.uniform(1, 60))
                if _wants_light(terminal):
                    self._world.light(terminal)

    async def _disk_full(self, terminal: Terminal, stream: random.Random) -> None:
        self._say(terminal.number, "its disk is full")
        terminal.fill(True)
        await asyncio.sleep(stream.uniform(20, 180))
        terminal.fill(False)
        self._say(terminal.number, "its disk has room again")

    async def _rot(self, terminal: Terminal, stream: random.Random) -> None:
        if not terminal.on:
            return
        terminal.wire.cut = True  # something has to wait
        await asyncio.sleep(stream.uniform(20, 90))
        terminal.wire.cut = False
        if self._world.rot(terminal, stream):
            self._happened["rotten"] += 1
            self._say(terminal.number, "a byte breaks on its disk")

    async def _clock(self, terminal: Terminal, stream: random.Random) -> None:
        if stream.random() < 0.4:
            drift = stream.choice(_DRIFTS)
            terminal.clock.run(drift)
            self._happened["clock drifts"] += 1
            self._say(terminal.number, f"its clock gains {drift} seconds in a second")
        else:
            ahead = stream.choice(_CLOCKS)
            terminal.clock.set(ahead)
            self._happened["clock jumps"] += 1
            self._say(terminal.number, f"its clock is set {ahead.total_seconds():.0f} seconds ahead of the truth")

    async def _battery(self, terminal: Terminal, stream: random.Random) -> None:
        """Its clock begins in 2000 with each boot from now on; where nothing names the boots nobody could tell two."""
        if terminal.names_boots and terminal.clock.battery:
            terminal.clock.battery = False
            self._happened["battery empty"] += 1
            self._say(terminal.number, "its battery is empty")

    async def _faulty(self, terminal: Terminal, stream: random.Random) -> None:
        """A program with a fault seals what none should: it comes back, and a person settles it."""
        if not terminal.on:
            return
        made = self._wrong_fact(terminal, stream)
        if made is None:
            return
        self._world.truth.mirror.faulty.add(made.id)
        limits, terminal.mind.limits = terminal.mind.limits, _ROOMY
        fuse, terminal.clock.fuse = terminal.clock.fuse, None
        try:
            with terminal.program.running(), terminal.mind.writing() as act:
                act.commit_groups([(made,)])
            self._happened["faulty program"] += 1
            self._say(terminal.number, f"a faulty program seals {made.type} version {made.version}")
        except StoreError as error:
            self._say(terminal.number, f"a faulty program can't seal: {type(error).__name__}")
        finally:
            terminal.clock.fuse, terminal.mind.limits = fuse, limits

    def _wrong_fact(self, terminal: Terminal, stream: random.Random) -> Fact | None:
        mirror, window = self._world.truth.mirror, self._world.truth.windows[terminal.number]
        seen = [fact for seq, fact in mirror.facts.items()
                if fact.type == "received" and mirror.scopes[seq - 1] in window.scopes]  # fmt: skip
        if not seen:
            return None
        like, kind = stream.choice(seen[-20:]), stream.choice(("hall", "big", "id", "version", "body", "future"))
        new = terminal.new_id()
        fact = msgspec.structs.replace(
            like, id=new, type="nudged", post="window", group=Group(terminal.new_id(), 0, 1), actor="1001",
            body=encode_body(bodies.Nudged("催办")), time=LegalTime(like.time.at), catalogue="",
        )  # fmt: skip
        match kind:
            case "hall":
                return msgspec.structs.replace(
                    fact, type="deemed_accepted", body=encode_body(bodies.DeemedAccepted("2026-11-30"))
                )
            case "big":
                return msgspec.structs.replace(fact, body=encode_body(bodies.Nudged("长" * 8000)))
            case "id":
                foreign = [fact for fact in seen if fact.id not in window.ids]
                return msgspec.structs.replace(fact, id=stream.choice(foreign).id) if foreign else None
            case "version":
                return msgspec.structs.replace(fact, version=99)
            case "body":
                return msgspec.structs.replace(fact, body=msgspec.Raw(b'{"text":[1]}'))
        return msgspec.structs.replace(fact, type="of.the.future")

    # The hall

    async def _hall_restart(self, stream: random.Random) -> None:
        if not self._world.server.up:
            return
        self._happened["hall restart"] += 1
        await self._world.hall_down(stream.uniform(*self._profile.hall_outage))

    async def _hall_crash(self, stream: random.Random) -> None:
        self._world.server.fuse = stream.randint(1, 8)

    async def _hall_reboots(self) -> None:
        stream = self._world.dice.stream("hall-reboots")
        while True:
            await self._world.schedule.pass_by(self._profile.look_seconds)
            if self._world.server.died:
                self._happened["hall crash"] += 1
                await self._world.hall_down(stream.uniform(*self._profile.hall_outage))

    async def _hall_full(self, stream: random.Random) -> None:
        self._say("hall", "its disk is full")
        self._happened["hall disk full"] += 1
        self._world.server.fill(True)
        await asyncio.sleep(stream.uniform(20, 120))
        self._world.server.fill(False)
        self._say("hall", "its disk has room again")

    async def _hall_fault(self, stream: random.Random) -> None:
        self._say("hall", "a version with a fault is started")
        self._world.rules.fails_on = stream.choice("0123456789abcdef")
        await asyncio.sleep(stream.uniform(60, 200))
        self._world.rules.fails_on = ""
        if self._world.server.up:
            self._happened["hall mended"] += 1
            await self._world.hall_down(5.0)

    # Versions, and fire

    async def _upgrade(self, terminal: Terminal, stream: random.Random) -> None:
        if not terminal.on:
            return
        newer = terminal.program is OLD
        if not newer and stream.random() < 0.8:
            return
        self._happened["updated" if newer else "gone back"] += 1
        self._say(terminal.number, f"runs version {(NEW if newer else OLD).name} from here on")
        await terminal.run_program(NEW if newer else OLD)

    async def _hall_upgrade(self, stream: random.Random) -> None:
        world = self._world
        if world.server.program is OLD:
            world.server.program = NEW
            self._happened["hall updated"] += 1
            await world.hall_down(5.0)
        if not world.server.up:
            return
        try:
            with NEW.running():
                world.server.change(
                    lambda tx: write_version(tx, "nudged", 2, stamp(world.server.clock.now()), world.server.new_id)
                )
            world.server.api.bell.ring(None)
            self._happened["version raised"] += 1
        except Stop as no:
            self._happened[f"no {no.code}"] += 1
        except (StorageTrouble, PowerCut):
            return

    async def _restore(self, stream: random.Random) -> None:
        """What is not in the second place comes back from the windows (S25, S26)."""
        if self._happened["hall restored"] >= self._profile.fires:
            return
        whole = stream.random() < 0.5
        self._happened["hall restored"] += 1
        self._happened["restored with segments" if whole else "restored from the copy alone"] += 1
        self._say(
            "hall", f"burns down; what it had {'to the last seconds' if whole else 'at its last copy'} is put back"
        )
        await self._world.burnt_down(whole)

    async def _roster(self, stream: random.Random) -> None:
        who = stream.choice(STAFF[:4])
        self._change(msgspec.structs.replace(who, active=False))
        await asyncio.sleep(stream.uniform(30, 120))
        self._change(who)

    def _change(self, staff: bodies.StaffSet) -> None:
        """A change of the roster, if the hall takes it now."""
        if not self._world.server.up:
            return
        try:
            self._world.server.roster(staff)
        except (StorageTrouble, PowerCut):
            return
        (self._off.discard if staff.active else self._off.add)(staff.number)
        self._happened["roster"] += 1
        self._say("hall", f"{staff.number} is {'on' if staff.active else 'off'} the roster")

    def heal(self) -> None:
        """Everybody is on the roster again."""
        for staff in STAFF:
            if staff.number in self._off:
                self._change(staff)


def _wants_light(terminal: Terminal) -> bool:
    """Whether somebody would switch it on now."""
    return not terminal.on and not terminal.closed
