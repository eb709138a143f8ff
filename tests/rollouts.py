"""A hall that publishes, looks after its rollout by itself, and hears windows that say how they stand."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import msgspec
from argon2 import PasswordHasher

from casework import events
from casework.ambient import stamp
from casework.facts import digest
from casework.limits import LIMITS
from casework.report import Report, encode_report
from casework.rollout import Rollout, Standing, Versions
from hall import cli
from hall.cli import utc_now
from hall.cli_release import rollouts_of
from hall.founding import SAMPLE_PIN
from hall.releases.acts import Act
from hall.releases.keys import ONLINE_KEY, make_key
from hall.releases.repository import Releases
from hall.releases.roles import NORMAL
from hall.releases.rollouts import Rollouts
from hall.releases.watching import Watched, Watching, read_watched
from hall.rows import Changes, ReportRow, TerminalRow
from tests.hall_world import HallWorld, Window
from tests.releases import ONLINE, ONLINE_SECRET, Publisher

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Verifiers that cost no time."""
BY = Act("2026-01-01T09:00:00.000", "4001", "rollout", proven=True)
"""Who begins the rollouts here."""
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
        return Releases(self.publisher.folder, (ONLINE,), utc_now(self.world.clock), NORMAL)

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
        self.rollouts.publish(rollout, BY)
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


class HallFolder:
    """A hall in a folder as IT has it on disk, with windows that have said how they stand, and releases.

    For what is typed there: no server, no line; the time is this machine's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        cli.create_hall(folder, sample=True, verifier=QUICK.hash)
        self.publisher = Publisher(folder / "releases")
        make_key(folder / "releases" / ONLINE_KEY, ONLINE_SECRET)

    def window(self, number: str, update: Standing | None = None, *, ago: float = 0.0, **said: Any) -> None:
        """An enrolled window, heard of `ago` seconds ago."""
        with cli.open_hall(self.folder) as here:
            at = stamp(here.clock.now() - timedelta(seconds=ago))
            row = TerminalRow(
                number, digest(number.encode())[:32], digest(f"key{number}".encode()), ("hall",), last_seen=at, cursor=9
            )
            known = {"program": "0.4.0", "unsent": 0, "free_mb": 40_000, "update": update, **said}
            report = ReportRow(number, at, 9, "", msgspec.structs.replace(Report(at), **known))
            with here.store.writing() as tx:
                tx.save(Changes(terminals={number: row}, reports={number: report}))

    def release(self, *words: str) -> int:
        """`yichuang release …`, by somebody who types her PIN."""
        pin = {cli.PIN_VARIABLE: os.environ.get(cli.PIN_VARIABLE, SAMPLE_PIN)}
        with mock.patch.dict(os.environ, pin):
            return cli.run(["release", *words, "--dir", str(self.folder)])

    @property
    def rollout(self) -> Rollout:
        """What is published now."""
        with cli.open_hall(self.folder) as here:
            rollout = rollouts_of(here).current()
        assert rollout is not None
        return rollout
