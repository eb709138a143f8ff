"""`yichuang simulate --seeds A..B [--profile P]`: plays the seeds and says which broke an invariant.

Talk goes to standard error, what was found to standard output; 1 when something broke, or a fault never happened.
"""

from __future__ import annotations

import json as jsonlib
import sys
from collections import Counter
from collections.abc import Iterable

import msgspec

from tests.sim.profiles import PROFILES
from tests.sim.world import Outcome, play

FAULTS = ("drop", "lost_answer", "double", "late_double", "html", "portal", "cut", "thinned", "veiled")
EVENTS = ("partition", "crash", "torn page", "torn save", "hall restart", "duplicate", "hidden")
MUST_HAPPEN: dict[str, tuple[str, ...]] = {
    "calm": ("verdict accepted", "did received", "did decided"),
    "normal": (*FAULTS, "partition", "crash", "hall restart", "duplicate"),
    "storm": (*FAULTS, *EVENTS, "verdict accepted", "verdict rejected", "verdict held", "did resolve.withdraw"),
    "hall-down": ("hall restart", "crash", "lost_answer", "verdict rejected", "no needs_hall"),
}
"""What has to happen at least once over the seeds of a profile, or they have proven nothing."""


def missing(profile: str, outcomes: Iterable[Outcome]) -> list[str]:
    """What never happened."""
    happened: Counter[str] = Counter()
    for outcome in outcomes:
        happened.update(outcome.happened)
    return [name for name in MUST_HAPPEN[profile] if not happened[name]]


def main(seeds: range, profile: str = "storm", json: bool = False) -> int:
    """Play `seeds`; 0 when every invariant held and every fault happened.

    Args:
        seeds: which.
        profile: one of `PROFILES`.
        json: print each outcome as a line of JSON.
    """
    if profile not in PROFILES:
        print(f"no such profile: {profile}; possible: {', '.join(PROFILES)}", file=sys.stderr)
        return 2
    outcomes = []
    for seed in seeds:
        outcome = play(seed, profile)
        outcomes.append(outcome)
        if json:
            print(msgspec.json.encode(outcome).decode(), flush=True)
        elif outcome.broken:
            print(f"seed {seed} {profile}: {outcome.broken}", flush=True)
        else:
            print(f"seed {seed} {profile}: {outcome.facts} facts, trace {outcome.trace[:16]}", file=sys.stderr)
    broken = [outcome.seed for outcome in outcomes if outcome.broken]
    never = missing(profile, outcomes) if len(outcomes) >= 20 else []
    if never:
        print(f"never happened over these seeds: {', '.join(never)}", file=sys.stderr)
    if broken:
        print(f"broken: {jsonlib.dumps(broken)}", file=sys.stderr)
    return 1 if broken or never else 0


def run(first: int, last: int, profile: str = "", *, json: bool = False) -> int:
    """What `yichuang simulate` calls: the seeds `first` to `last`, the storm where no profile is named."""
    return main(range(first, last + 1), profile or "storm", json)
