"""What a served hall does by itself with its releases, and what the fleet screen asks of it (updates.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from casework.ambient import Clock
from casework.bodies import StaffSet
from casework.fleet import Fleet
from casework.rollout import Rollout, approved, blocked, halted, opened, resumed
from hall import cli
from hall.cli_release import change_rollout, releases_of
from hall.ownership import changing
from hall.releases.keys import ONLINE_KEY
from hall.releases.watching import Watching, keep_looking

if TYPE_CHECKING:
    from hall.app import Api
    from hall.service import Hall


class FleetHand:
    """What the fleet screen asks of an opened hall. Everything here may be called in any thread."""

    def __init__(self, here: cli.HallHere) -> None:
        self._here = here

    @property
    def clock(self) -> Clock:
        """The hall's."""
        return self._here.clock

    def fleet(self) -> Fleet:
        """All terminals and the rollout, now."""
        return self._here.hall.fleet(self._here.folder / cli.RELEASES)

    def staff(self, number: str) -> StaffSet | None:
        """Somebody of the hall's roster."""
        with self._here.store.reading() as reading:
            return reading.staff((number,)).get(number)

    def halt(self) -> Rollout:
        """Let the rollout stand still. Raises ReleaseTrouble."""
        return self._change(lambda now: halted(now, "rollout.halted.person"))

    def resume(self) -> Rollout:
        """Let it go on. Raises ReleaseTrouble, BadRollout."""
        return self._change(lambda now: resumed(now, self._here.hall.now))

    def open_next(self, ring: str) -> Rollout:
        """Open the ring `ring`, whose turn it is. Raises ReleaseTrouble, BadRollout."""
        return self._change(lambda now: opened(now, ring, self._here.hall.now))

    def approve(self, ring: str, by: str) -> Rollout:
        """The yes of a second person. Raises ReleaseTrouble, BadRollout."""
        return self._change(lambda now: approved(now, ring, by, self._here.hall.now))

    def block(self, version: str) -> Rollout:
        """Take a version out of service. Raises ReleaseTrouble, BadRollout."""
        return self._change(lambda now: blocked(now, version))

    def _change(self, change: Callable[[Rollout], Rollout]) -> Rollout:
        with changing(self._here.folder, self._here.limits.busy_seconds):
            return change_rollout(self._here, change)


Run = Callable[[Callable[[], frozenset[str]]], Awaitable[frozenset[str]]]


def watching_of(here: cli.HallHere, hall: Hall) -> Watching:
    """The looks of a hall that is served; `hall`: the use cases that have heard the terminals."""
    return Watching(here.folder / cli.RELEASES, lambda: releases_of(here), hall, here.store, here.limits)


async def looking_after(here: cli.HallHere, api: Api, run: Run, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Move the rollout on, once a minute; nothing while the hall publishes nothing. Runs until cancelled."""
    watching = watching_of(here, api.hall)
    key = here.folder / cli.RELEASES / ONLINE_KEY

    def look() -> frozenset[str]:
        return watching.look() if key.is_file() else frozenset()

    await keep_looking(lambda: run(look), api.bell.ring, sleep, here.limits.release_look_seconds)
