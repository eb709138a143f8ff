"""Modules that are given to windows and taken away from them while people work there (S7)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from casework.ambient import stamp
from casework.catalogue.schema import MODULES
from hall.errors import Stop, StorageTrouble
from hall.scoping import set_scopes
from tests.sim.loop import PowerCut
from tests.sim.mirror import Broken

if TYPE_CHECKING:
    from tests.sim.window import Window
    from tests.sim.world import World


class Giving:
    """IT at the hall, who moves work from one window to another. The first window keeps everything."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def give(self, stream: random.Random) -> None:
        """One window has other modules from here on."""
        world = self._world
        if not world.server.up or len(world.terminals) < 2:
            return
        window = world.truth.windows[stream.choice(world.terminals[1:]).number]
        modules = stream.sample(MODULES, stream.randint(1, len(MODULES)))
        now = stamp(world.server.clock.now())
        try:
            world.server.change(lambda tx: set_scopes(tx, window.number, modules, now, world.server.new_id))
        except Stop as no:
            world.happened[f"no {no.message.id}"] += 1
            return
        except (StorageTrouble, PowerCut):
            return
        for each in world.truth.windows.values():  # a clone goes by the same number
            each.moving |= frozenset(MODULES) if window.number in each.numbers else frozenset()
        world.happened["other modules"] += 1
        world.trace.say(window.number, f"is given {', '.join(sorted(modules))}")
        world.server.api.bell.ring(None)

    def end(self) -> None:
        """Who has what in the end: the hall says it, and sends nobody anything that was taken away long ago."""
        eyes = self._world.truth.mirror.eyes
        for window in self._world.truth.windows.values():
            if not window.moving:
                continue
            left = eyes.execute("select scope from leaving where terminal = ?", (window.number,)).fetchall()
            if left:
                raise Broken(f"modules: {window.number} is still sent {left}, which was taken away")
            self._comes_to_rest(window, *eyes.execute("select scopes from terminal where number = ?", (window.number,)))

    @staticmethod
    def _comes_to_rest(window: Window, row: tuple[str]) -> None:
        own = {scope for scope in window.scopes if scope not in MODULES}
        window.scopes, window.moving, window.seen = frozenset({*own, *row[0].split()}), frozenset(), 0
