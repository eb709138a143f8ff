"""A hall that publishes, looks after its rollout by itself, and hears windows that say how they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec

from casework import events
from casework.limits import LIMITS
from casework.report import Report, encode_report
from casework.rollout import Rollout, Standing, Versions
from hall.cli import utc_now
from hall.cli_release import ONLINE_KEY
from hall.releases.keys import make_key
from hall.releases.repository import Releases
from hall.releases.roles import NORMAL
from hall.releases.rollouts import Rollouts
from hall.releases.watching import Watched, Watching, read_watched
from tests.hall_world import HallWorld, Window
from tests.releases import ONLINE, ONLINE_SECRET, Publisher

WHEEL = {"yichuang-0.5.0-py3-none-any.whl": b"the program"}


class Publishing:
    """The repository of a `HallWorld`, with two releases listed, and its looks."""

    def __init__(self, world: HallWorld, folder: Path) -> None:
        self.world = world
        self.publisher = Publisher(folder / "releases", now=utc_now(world.clock))
        make_key(folder / "releases" / ONLINE_KEY, ONLINE_SECRET)
        self.publisher.releases_app("0.4.0", WHEEL)
        self.watching = Watching(self.publisher.folder, self.open, world.api.hall, world.store, LIMITS)

    def open(self) -> Releases:
        """The repository as of now."""
        return Releases(self.publisher.folder, ONLINE, utc_now(self.world.clock), NORMAL)

    @property
    def rollouts(self) -> Rollouts:
        """Of this hall."""
        return Rollouts(self.open(), self.world.row.id[:16])

    @property
    def now(self) -> Rollout:
        """What is published now."""
        rollout = self.rollouts.current()
        assert rollout is not None
        return rollout

    def begins(self, **changes: Any) -> Rollout:
        """A rollout of 0.5.0 that is open for the lab, window 0012."""
        known = {"opened": {"lab": self.world.api_now()}, "lab": ("0012",), "published_by": "9001", "soak_minutes": 60}
        rollout = Rollout(1, self.world.row.id[:16], Versions("0.5.0"), Versions("0.4.0"), **{**known, **changes})
        self.rollouts.publish(rollout)
        return rollout

    def looks(self, seconds: float = 60.0) -> Watched:
        """After so long the hall looks once; what it wrote down of it."""
        self.world.clock.go(seconds)
        self.watching.look()
        return read_watched(self.publisher.folder)


def standing(state: Any = "healthy", **more: Any) -> Standing:
    """What a window says that runs 0.5.0."""
    return Standing(**{"rollout": 1, "app": "0.5.0", "version": "0.5.0", "state": state, **more})


async def tells(window: Window, update: Standing | None = None, **facts: Any) -> None:
    """A window says how it stands, with a pull."""
    report = msgspec.structs.replace(
        Report(window.world.api_now(), "0.5.0", reads=events.readable(), unsent=0, free_mb=9000, update=update), **facts
    )
    query = f"epoch={window.epoch}&after={window.cursor}&chain={window.chain}&report={_quoted(encode_report(report))}"
    response = await window.get("/sync/v1/pull", query)
    assert response.status_code == 200, response.text


def _quoted(text: str) -> str:
    return str(httpx.QueryParams({"report": text}))[len("report=") :]
