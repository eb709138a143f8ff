"""The work of a simulated day: clerks at their pace, queue and prefiles, an office that opens and closes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from tests.sim.clerk import Clerk
from tests.sim.desk import Desk
from tests.sim.loop import PowerCut
from tests.sim.terminal import Terminal

if TYPE_CHECKING:
    from tests.sim.world import World


class Working:
    """Who works in one world, and when."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, clerk: Clerk) -> list[Coroutine[Any, Any, None]]:
        """All that goes on at one terminal."""
        desk = [self._desk(clerk)] if self._world.profile.desk else []
        return [self._clerk(clerk), *desk]

    async def _clerk(self, clerk: Clerk) -> None:
        world, terminal = self._world, clerk.terminal
        stream, acts = world.dice.stream(f"pace/{terminal.number}"), 0
        while not world.profile.acts or acts < world.profile.acts:
            await world.schedule.pass_by(stream.expovariate(1 / world.profile.between_acts))
            if not terminal.on:
                continue
            acts += 1
            try:
                did = clerk.act()
            except PowerCut:
                did = await self._torn(terminal)
            world.trace.say(terminal.number, f"somebody acts: {did}")

    async def _desk(self, clerk: Clerk) -> None:
        world, terminal = self._world, clerk.terminal
        stream = world.dice.stream(f"desk/{terminal.number}")
        desk = Desk(clerk, stream)
        while True:
            await world.schedule.pass_by(stream.expovariate(world.profile.desk / world.schedule.seconds))
            if not terminal.on:
                continue
            try:
                did = await desk.act()
            except PowerCut:
                did = await self._torn(terminal)
            world.trace.say(terminal.number, f"at the desk: {did}")

    async def _torn(self, terminal: Terminal) -> str:
        self._world.happened["torn save"] += 1
        await self._world.dark(terminal)
        return "the power fails in the middle of an act"

    async def office(self) -> None:
        """Windows close in the evening and open in the morning; some are cut off before they have sent everything."""
        world = self._world
        stream, loop = world.dice.stream("office"), asyncio.get_running_loop()
        for (_, closes), (opens, _) in zip(world.schedule.open, world.schedule.open[1:], strict=False):
            await asyncio.sleep(max(0.0, closes - 240 - loop.time()))
            away = [terminal for terminal in world.terminals if stream.random() < 0.5]
            for terminal in away:
                terminal.wire.cut = True
            await asyncio.sleep(max(0.0, closes - loop.time()))
            world.trace.say("world", "the office closes")
            world.happened["night"] += 1
            for terminal in world.terminals:
                terminal.closed = True
                await (world.dark(terminal) if stream.random() < 0.3 else terminal.switch_off())
            await asyncio.sleep(opens - loop.time())
            world.trace.say("world", "the office opens")
            for terminal in world.terminals:
                terminal.closed = terminal.wire.cut = False
                if not terminal.on:
                    world.light(terminal)
