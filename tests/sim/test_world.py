"""The simulated world on fixed seeds: every invariant holds, every fault happens, every planted bug is found."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.sim.bugs import NEARBY, PLANTED, Bug, hunt
from tests.sim.profiles import PROFILES
from tests.sim.run import MUST_HAPPEN, main, missing, smallest, story_of
from tests.sim.shrinking import changed, differences, shrink
from tests.sim.suite import WORLDS, chunks, played
from tests.sim.world import Outcome, play

ROOT = Path(__file__).resolve().parents[2]
KEPT = tomllib.loads(Path(__file__).with_name("seeds.toml").read_text(encoding="utf-8"))["seed"]
FIXED = [bug for bug in PLANTED if bug.fixed]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "worlds"
    folder.mkdir(exist_ok=True)
    return folder


def stories(outcomes: list[Outcome]) -> str:
    """What broke, to be read and repeated."""
    return "\n\n".join(story_of(outcome, outcome.profile) for outcome in outcomes if outcome.broken)


@pytest.mark.parametrize(("profile", "first"), chunks())
def test_nothing_is_lost_doubled_or_told_otherwise_whatever_goes_wrong(shared: Path, profile: str, first: int) -> None:
    """The invariants of S3 to S10, S13 to S19, S22 and S29 after every step; T6, T23, T25, T37, T40 by any dice."""
    assert stories(played(shared, profile, first)) == ""


def test_a_month_of_five_windows_with_its_nights_and_weekends() -> None:
    outcome = play(1, "month")
    assert stories([outcome]) == ""
    assert outcome.facts > 1500
    assert outcome.happened["night"] == 21
    assert outcome.happened["timer"]


@pytest.mark.parametrize("profile", WORLDS)
def test_a_run_that_was_too_kind_fails(shared: Path, profile: str) -> None:
    outcomes = [one for name, first in chunks() if name == profile for one in played(shared, name, first)]
    assert len(outcomes) == WORLDS[profile]
    assert missing(profile, outcomes) == []


def test_three_hundred_worlds_and_every_profile_that_has_to_happen() -> None:
    assert sum(WORLDS.values()) >= 300
    assert set(MUST_HAPPEN) <= set(PROFILES)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: f"{kept['profile']}-{kept['seed']}")
def test_a_seed_that_once_broke_holds(kept: dict[str, Any]) -> None:
    """`world`: what is otherwise in it than in its profile."""
    profile = changed(kept["profile"], kept["world"]) if "world" in kept else kept["profile"]
    assert stories([play(kept["seed"], profile)]) == "", kept["found"]


@pytest.mark.parametrize("bug", FIXED, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Bug) -> None:
    found = hunt(bug, bug.seed, NEARBY)
    assert found is not None, "no seed near its own finds it any more"
    assert found.broken.partition(":")[0] in bug.finds, found.broken


def test_there_are_enough_planted_bugs_and_none_in_two_places() -> None:
    assert len(PLANTED) >= 25
    assert len(FIXED) >= 10
    assert len({bug.name for bug in PLANTED}) == len(PLANTED)


def test_the_same_seed_goes_the_same_way_in_another_process() -> None:
    code = "from tests.sim.world import play; print(play(7, 'storm').trace)"
    traces = set()
    for hashes in ("1", "2"):
        environ = {**os.environ, "PYTHONHASHSEED": hashes}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=True, timeout=120
        )
        traces.add(done.stdout.strip())
    assert len(traces) == 1


def test_one_kind_of_fault_less_leaves_all_other_dice_as_they_were(tmp_path: Path) -> None:
    """A world whose only fault is switched off goes as one that never had it."""
    calm, quiet = play(3, "calm"), play(3, changed("calm", "late_double=0.0000001"))
    assert calm.trace == quiet.trace


def test_the_command_says_which_seed_broke(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "trace.txt"
    assert main(range(1, 2), "calm", json=True, trace=str(file)) == 0
    assert '"seed":1' in capsys.readouterr().out
    assert main(range(1, 2), "weather") == 2
    assert main(range(1, 2), "calm", world="moons=2") == 2
    lines = file.read_text(encoding="utf-8").splitlines()
    assert any("somebody acts: received" in line for line in lines)
    assert lines[0].startswith("Mon 23 Nov 08:30:00")


def test_a_world_that_breaks_is_made_small(capsys: pytest.CaptureFixture[str]) -> None:
    bug = next(bug for bug in PLANTED if bug.name == "splits a group over two batches")
    small, outcome = shrink(bug.seed, "storm", bug, say=lambda words: None)
    assert outcome.broken.partition(":")[0] in bug.finds
    assert small.terminals == 1
    assert (small.drop, small.crashes, small.hall_crashes) == (0.0, 0.0, 0.0)
    assert small.acts or small.until, "shorter, by its acts or by its time"
    assert changed("storm", differences(small, "storm")) == small
    assert outcome.tail[-1].endswith(f"BROKEN {outcome.broken}")
    assert "again: yichuang simulate --seeds" in story_of(outcome, "storm", differences(small, "storm"))
    assert smallest(1, "calm") == 2
    assert "breaks nothing" in capsys.readouterr().err
