"""A terminal that comes late begins from the hall's snapshot, over a bad line and with power cuts, while work goes on.

Also one that comes back after long (S21). What it holds in the end is exactly the log filtered by its scopes, and it
shows what everybody else shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework.catalogue.schema import MODULES
from casework.facts import digest
from local_db.memory import TerminalMemory
from tests.sim.clerk import Clerk
from tests.sim.loop import PowerCut, run_virtual
from tests.sim.network import Wire
from tests.sim.profiles import PROFILES, Profile
from tests.sim.server import STAFF
from tests.sim.terminal import Terminal
from tests.sim.world import World

LATE = "0009"
Story = Callable[[World, Terminal, Clerk], Coroutine[Any, Any, None]]


def tell(seed: int, story: Story) -> None:
    """Two windows have worked for a while; a third one is enrolled, and its line is bad."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        run_virtual(_whole(seed, Path(name), story))


async def _whole(seed: int, folder: Path, story: Story) -> None:
    world = World(seed, Profile(terminals=2, latency=(0.01, 0.05)), folder)
    try:
        await world.found()
        for terminal in world.terminals:
            terminal._stepped = terminal._committed = terminal.wire.watch = _nobody_looks
        await work(world, 40)
        world.server.snapshot()
        await work(world, 10)
        wire = Wire(LATE, world.server, PROFILES["storm"], world.dice, world.happened, _nobody_looks, _nobody_looks)
        wire.calm = True
        limits = msgspec.structs.replace(
            world.limits, snapshot_least=20, snapshot_part=65536, snapshot_part_least=16384, snapshot_wait=0.0,
            pull_entries=5,
        )  # fmt: skip
        late = Terminal(
            LATE, folder, wire, world.dice, stepped=_nobody_looks, committed=_nobody_looks, happened=world.happened,
            limits=limits,
        )  # fmt: skip
        world.server.invite(LATE)
        await late.enrol()
        clerk = Clerk(late, world.dice.stream("late"), frozenset(MODULES), world.happened, _nobody_looks)
        world.terminals.append(late)
        wire.calm = False
        await story(world, late, clerk)
    finally:
        await world.end()


def _nobody_looks(*_: Any) -> None:
    """What is true here is asked at the end."""


async def work(world: World, acts: int) -> None:
    """The two windows act, and it arrives."""
    for _ in range(acts):
        for clerk in world.clerks:
            clerk.act()
        await asyncio.sleep(1)
    await asyncio.sleep(30)


async def calm(world: World, late: Terminal) -> None:
    """Every fault ends, and everything arrives."""
    late.wire.calm = True
    if not late.on:
        late.switch_on()
    await late.wire.settle()
    await asyncio.sleep(600)


def exact(world: World, late: Terminal) -> None:
    """What it holds is the log, what it shows is the hall's, and nothing waits."""
    eyes = world.server.peek()
    log = eyes.execute("select seq, scope, bytes, chain from log order by seq").fetchall()
    scopes = {"hall", f"terminal/{LATE}", *MODULES}
    cursor, floor, chain = late.eyes.execute("select cursor, floor, chain from standing").fetchone()
    assert (cursor, chain) == (log[-1][0], log[-1][3])
    held = {seq: (kind, data) for seq, kind, data in late.eyes.execute("select seq, kind, bytes from entry")}
    for seq, scope, raw, _ in log:
        if scope in scopes and not scope.startswith("terminal/"):
            assert held.pop(seq)[1] == raw
        elif scope not in scopes and seq > floor:
            kind, data = held.pop(seq)
            assert (kind, digest(raw).encode() in data) == ("", True)
        else:
            held.pop(seq, None)
    assert held == {}
    states = dict(eyes.execute("select case_id, state from case_state").fetchall())
    assert dict(late.eyes.execute("select case_id, state from confirmed").fetchall()) == states
    assert late.mind.pending().unsent == 0
    assert late.mind.boot() is None
    before = late.mind.projection_hash()
    late.mind.rebuild()
    assert late.mind.projection_hash() == before
    assert late.eyes.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("seed", range(1, 7))
def test_t47_a_late_terminal_begins_from_a_snapshot_over_a_bad_line_with_power_cuts(seed: int) -> None:
    async def story(world: World, late: Terminal, clerk: Clerk) -> None:
        dice = world.dice.stream("power")
        begun = False
        for _ in range(40):
            world.clerks[0].act()
            await asyncio.sleep(dice.uniform(1, 20))
            begun = begun or late.mind.boot() is not None
            clerk._intake(STAFF[0])
            if dice.random() < 0.25:
                await late.power_off()
                late.switch_on()
        assert begun
        await calm(world, late)
        exact(world, late)
        assert late.eyes.execute("select floor from standing").fetchone()[0] > 0
        assert late.eyes.execute("select count(*) from outbox where state = 'passed'").fetchone()[0] > 0

    tell(seed, story)


class Fragile(TerminalMemory):
    """A memory whose machine loses its power before some of its commits."""

    dice = random.Random(0)
    cuts = 0

    @contextlib.contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        with super().transaction(flushed=flushed) as db:
            yield db
            if self.dice.random() < 0.3:
                type(self).cuts += 1
                raise PowerCut


@pytest.mark.parametrize("seed", range(1, 5))
def test_t23_the_power_fails_inside_a_slice_of_a_bootstrap(seed: int) -> None:
    async def story(world: World, late: Terminal, clerk: Clerk) -> None:
        late.wire.calm = True
        Fragile.dice, Fragile.cuts = world.dice.stream("power"), 0
        await late.power_off()
        late._kind = Fragile
        for _ in range(120):
            if not late.on:
                late.switch_on()
            await asyncio.sleep(1)
            with contextlib.suppress(PowerCut):
                clerk.act()
            if late.serving is not None and late.serving.done():
                await late.power_off()
        assert Fragile.cuts > 5
        late._kind = TerminalMemory
        if late.on:
            await late.power_off()
        await calm(world, late)
        exact(world, late)

    tell(seed, story)


def test_s21_a_terminal_that_comes_back_after_long_begins_anew_and_keeps_its_own(tmp_path: Path) -> None:
    async def story(world: World, late: Terminal, clerk: Clerk) -> None:
        late.wire.calm = True
        await asyncio.sleep(60)
        for _ in range(10):
            clerk.act()
        await asyncio.sleep(60)
        late.wire.cut = True
        for _ in range(6):
            clerk.act()
        await work(world, 40)
        world.server.snapshot()
        await work(world, 5)
        old = late.mind.position().cursor
        late.wire.cut = False
        await calm(world, late)
        assert late.eyes.execute("select floor from standing").fetchone()[0] > old
        exact(world, late)

    tell(1, story)
