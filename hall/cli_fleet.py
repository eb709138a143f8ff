"""What a served hall does by itself with its releases, and what the fleet screen asks of it (updates.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from casework.fleet import Fleet
from casework.rollout import Rollout, approved, blocked, halted, opened, resumed
from hall import cli
from hall.cli_person import expect_pin, named_person
from hall.cli_release import change_rollout, releases_of
from hall.ownership import changing
from hall.releases.acts import Act, Done
from hall.releases.watching import Watching, keep_looking

if TYPE_CHECKING:
    from hall.app import Api
    from hall.service import Hall


class FleetHand:
    """What the fleet screen asks of an opened hall. Everything here may be called in any thread."""

    def __init__(self, here: cli.HallHere) -> None:
        self._here = here

    def fleet(self) -> Fleet:
        """All terminals and the rollout, now."""
        return self._here.hall.fleet(self._here.folder / cli.RELEASES)

    def halt(self, number: str, reason: str) -> Rollout:
        """Let the rollout stand still, by a number alone. Raises ReleaseTrouble."""
        act = self._act("halted", named_person(self._here, number).number, reason=reason, proven=False)
        return self._change(lambda now: halted(now, "rollout.halted.person"), act)

    def resume(self, number: str, pin: str) -> Rollout:
        """Let it go on. Raises ReleaseTrouble, BadRollout."""
        act = self._act("resumed", self._proven(number, pin))
        return self._change(lambda now: resumed(now, act.at), act)

    def open_next(self, ring: str, number: str, pin: str) -> Rollout:
        """Open the ring `ring`, whose turn it is. Raises ReleaseTrouble, BadRollout."""
        act = self._act("opened", self._proven(number, pin), ring)
        return self._change(lambda now: opened(now, ring, act.at), act)

    def approve(self, ring: str, number: str, pin: str) -> Rollout:
        """The yes of a second person. Raises ReleaseTrouble, BadRollout."""
        act = self._act("approved", self._proven(number, pin), ring)
        return self._change(lambda now: approved(now, ring, act.by, act.at), act)

    def block(self, version: str, number: str, pin: str, reason: str) -> Rollout:
        """Take a version out of service. Raises ReleaseTrouble, BadRollout."""
        act = self._act("blocked", self._proven(number, pin), version, reason)
        return self._change(lambda now: blocked(now, version), act)

    def _proven(self, number: str, pin: str) -> str:
        person = named_person(self._here, number)
        expect_pin(self._here, person, pin)
        return person.number

    def _act(self, done: Done, by: str, what: str = "", reason: str = "", *, proven: bool = True) -> Act:
        return Act(self._here.hall.now, by, done, what=what, reason=reason, proven=proven)

    def _change(self, change: Callable[[Rollout], Rollout], act: Act) -> Rollout:
        with changing(self._here.folder, self._here.limits.busy_seconds):
            return change_rollout(self._here, change, act)


Run = Callable[[Callable[[], frozenset[str]]], Awaitable[frozenset[str]]]


def watching_of(here: cli.HallHere, hall: Hall) -> Watching:
    """The looks of a hall that is served; `hall`: the use cases that have heard the terminals."""
    return Watching(here.folder / cli.RELEASES, lambda: releases_of(here), hall, here.store, here.limits)


async def looking_after(here: cli.HallHere, api: Api, run: Run, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Move the rollout on, once a minute; nothing while the hall publishes nothing. Runs until cancelled."""
    watching = watching_of(here, api.hall)
    published = here.folder / cli.RELEASES / "metadata"

    def look() -> frozenset[str]:
        return watching.look() if published.is_dir() else frozenset()

    await keep_looking(lambda: run(look), api.bell.ring, sleep, here.limits.release_look_seconds)
