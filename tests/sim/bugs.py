"""Faults planted into the simulated world, to prove that its invariants find them. None is in shipped code."""

from __future__ import annotations

from tests.sim.bugs_at_hall import AT_HALL
from tests.sim.bugs_at_terminal import AT_TERMINAL
from tests.sim.bugs_on_the_line import ON_THE_LINE
from tests.sim.planting import NO_BUG, Bug
from tests.sim.world import Outcome, play

PLANTED: tuple[Bug, ...] = (*AT_TERMINAL, *ON_THE_LINE, *AT_HALL)
MOST_SEEDS = 200
"""Within so many seeds each has to be found."""
NEARBY = 12
"""Within so many from its own seed on the fixed ones are found: what the program does besides moves the dice."""

__all__ = ["MOST_SEEDS", "NEARBY", "NO_BUG", "PLANTED", "Bug", "hunt"]


def hunt(bug: Bug, first: int = 1, most: int = MOST_SEEDS) -> Outcome | None:
    """The first seed from `first` on that finds `bug`; None when none of `most` does."""
    outcomes = (play(seed, bug.profile, bug) for seed in range(first, first + most))
    return next((outcome for outcome in outcomes if outcome.broken), None)
