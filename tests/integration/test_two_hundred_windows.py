"""Two hundred windows ask one hall, each proving what it reads: what hurts a few is stopped before it hurts all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec

from casework.ambient import moment, stamp
from casework.rollout import Rollout, Seen, Standing, Versions, approved, opened
from casework.updating import Here, plan
from hall.releases.rollouts import Rollouts
from sync.updates.client import Published
from tests.releases import Asker, Publisher
from tests.rollouts import BY

OLD, BAD, GOOD = "0.5.0", "0.6.0", "0.6.1"
WINDOWS = tuple(f"{number:04d}" for number in range(1, 201))
HURT = frozenset(WINDOWS[place] for place in range(5, 200, 33))
MORNING = moment("2026-12-01T08:00:00.000")


class Fleet:
    """A hall and its windows, hour after hour."""

    def __init__(self, folder: Path) -> None:
        self.publisher = Publisher(folder / "hall")
        self.rollouts = Rollouts(self.publisher.releases, "h1")
        for version in (BAD, GOOD):
            self.publisher.releases_app(version, {f"yichuang-{version}-py3-none-any.whl": version.encode()})
        self.askers = {number: Asker(self.publisher, folder / number) for number in WINDOWS}
        self.running = dict.fromkeys(WINDOWS, OLD)
        self.failed: dict[str, tuple[str, int]] = {}
        self.said: dict[str, Standing] = {}
        self.now = MORNING
        self.most = 0
        """Windows that ran a version that hurts at one time."""

    def begins(self, number: int, target: str, before: str) -> None:
        """IT publishes a rollout."""
        rollout = Rollout(
            number, "h1", Versions(target), Versions(before), attempt=number, lab=("0001", "0002"), first="0003",
            published_by="9001", soak_minutes=60, jitter_minutes=0,
        )  # fmt: skip
        self.rollouts.publish(opened(rollout, "lab", stamp(self.now)), BY)

    def hour(self, stands: Callable[[str, str], bool]) -> str:
        """Every window asks, begins and says how it stands; the hall steps after every twenty; what it did last."""
        step = ""
        for place, number in enumerate(WINDOWS):
            self.look(number, stands)
            if place % 20 == 19:
                step = self.step()
        self.now += timedelta(hours=1, seconds=1)
        return step

    def look(self, number: str, stands: Callable[[str, str], bool]) -> None:
        """One window: what it is shown is proven; a version that does not stand is left for the one before."""
        published: Published = self.askers[number].asks()
        rollout = published.rollout("h1")
        assert rollout is not None
        version, attempt = self.failed.get(number, ("", 0))
        here = Here(number, self.running[number], (OLD, BAD, GOOD), frozenset({version} - {""}), attempt, True, False)
        found = plan(rollout, here, stamp(self.now))
        if found.step == "switch":
            if found.version in {BAD, GOOD}:
                published.manifest(found.version)
            if stands(number, found.version):
                self.running[number] = found.version
            else:
                self.failed[number] = (found.version, rollout.attempt)
        self.most = max(self.most, sum(version == BAD for version in self.running.values()))
        self.said[number] = self._standing(number, rollout)

    def _standing(self, number: str, rollout: Rollout) -> Standing:
        version, attempt = self.failed.get(number, ("", 0))
        running = self.running[number]
        if version == rollout.target.app and attempt == rollout.attempt:
            return Standing(rollout.number, running, state="returned", version=version, error="update.fell")
        return Standing(rollout.number, running, state="healthy", version=running)

    def step(self) -> str:
        """What the hall does each minute; a second person says yes where one is asked."""
        seen = [Seen(number, stamp(self.now), said) for number, said in self.said.items()]
        found = self.rollouts.step(seen, stamp(self.now))
        if found.step == "ask":
            rollout = self.rollouts.current()
            assert rollout is not None
            self.rollouts.publish(approved(rollout, found.ring, "9002", stamp(self.now)), BY)
        return found.step


def test_three_percent_that_fail_halt_it_and_the_mended_version_reaches_everybody(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path)
    assert len(HURT) == 6
    fleet.begins(1, BAD, OLD)
    for _ in range(12):
        if fleet.hour(lambda number, version: not (version == BAD and number in HURT)) == "halt":
            break
    halted = fleet.rollouts.current()
    assert halted is not None
    assert halted.halted == "rollout.halted.errors"
    assert 0 < fleet.most < len(WINDOWS), "some had it, and not all"
    assert len(fleet.failed) <= 4, "no more than it takes to be sure"
    fleet.hour(lambda _number, _version: True)
    assert set(fleet.running.values()) == {OLD}, "who had it has gone back by itself"

    fleet.begins(halted.number + 1, GOOD, OLD)
    for _ in range(12):
        fleet.hour(lambda _number, _version: True)
    assert set(fleet.running.values()) == {GOOD}
    last = fleet.rollouts.current()
    assert last is not None
    assert not last.halted
    assert msgspec.to_builtins(last)["opened"].keys() == {"lab", "first", "tenth", "half", "all"}
