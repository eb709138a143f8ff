"""What a served hall does by itself with its releases, and what the fleet screen asks of it (updates.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hall import cli
from hall.cli_release import ONLINE_KEY, releases_of
from hall.releases.watching import Watching, keep_looking

if TYPE_CHECKING:
    from hall.app import Api
    from hall.service import Hall

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
