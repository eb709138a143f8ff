"""The simulated world on fixed seeds: every invariant holds, every fault happens, every planted bug is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sim.bugs import PLANTED, PLANTED_SEEDS, Bug
from tests.sim.run import main, missing
from tests.sim.world import play

ROOT = Path(__file__).resolve().parents[2]
SEEDS = {"calm": range(1, 3), "normal": range(1, 13), "storm": range(1, 21), "hall-down": range(1, 7)}


@pytest.mark.parametrize("profile", SEEDS)
def test_nothing_is_lost_doubled_or_told_otherwise_whatever_the_line_does(profile: str) -> None:
    """The invariants of S4, S6, S8, S9, S13, S16, S18 and S19 after every step; T6, T23, T25 and T26 by any dice."""
    outcomes = [play(seed, profile) for seed in SEEDS[profile]]
    assert [(outcome.seed, outcome.broken) for outcome in outcomes if outcome.broken] == []
    assert missing(profile, outcomes) == []


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Bug) -> None:
    found = next((outcome for seed in PLANTED_SEEDS if (outcome := play(seed, "storm", bug)).broken), None)
    assert found is not None
    assert found.broken.partition(":")[0] in bug.finds
    assert found.seed == bug.seed, "write the new seed into tests/sim/bugs.py, and the page anew"


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


def test_the_command_says_which_seed_broke(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(range(1, 2), "calm", json=True) == 0
    assert '"seed":1' in capsys.readouterr().out
    assert main(range(1, 2), "weather") == 2
