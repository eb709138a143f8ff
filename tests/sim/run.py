"""`yichuang simulate`: plays seeds of the simulated world and says which broke an invariant, or shrinks one of them.

Talk goes to standard error, what was found to standard output; 1 when something broke, or a fault never happened.
"""

from __future__ import annotations

import contextlib
import json as jsonlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from tests.sim.profiles import PROFILES
from tests.sim.shrinking import changed, differences, shrink
from tests.sim.world import Outcome, play

_LINE = ("drop", "lost_answer", "delay", "double", "late_double", "reorder", "status", "portal", "cut", "thinned")
_POWER = ("crash", "torn page", "torn save", "hall restart", "hall crash", "unflushed word lost")
_STATUSES = tuple(f"status {code}" for code in (400, 403, 404, 408, 413, 422, 425, 429, 500, 502, 503, 504))
MUST_HAPPEN: dict[str, tuple[str, ...]] = {
    "calm": ("verdict accepted", "did received", "did decided", "did draft", "did printed"),
    "normal": (
        *_LINE, "cached", "veiled", "partition", "one way: no question arrives", "one way: no answer arrives",
        "crash", "hall restart", "duplicate", "night", "timer", "logged deemed_accepted",
    ),
    "storm": (
        *_LINE, *_STATUSES, *_POWER, "cached", "veiled", "413", "partition", "duplicate", "hidden", "rotten",
        "faulty program", "roster", "verdict accepted", "verdict rejected", "verdict held", "did resolve.withdraw",
        "did resolve.amend", "did resolve.insist", "paper called back",
        "settled withdraw", "settled amend", "settled accepted", "supervised",
        "held: lane", "held: bytes", "held: group", "held: after", "held: version", "held: internal",
        "rejected: stale", "rejected: id_reused", "rejected: too_big", "rejected: hall_only",
        "rejected: nothing_refused", "rejected: case_ended", "rejected: step_not_open", "rejected: recused",
        "tray rejected group", "did claimed", "did released", "did prefile.opened",
        "did prefile.checked", "did prefile.parked", "did prefile.taken", "did prefile.closed",
        "prefile fetched", "no claimed_by",
    ),
    "hall-down": (
        "hall restart", "hall crash", "hall mended", "crash", "lost_answer", "held: internal", "no needs_hall",
    ),
    "clock-chaos": (
        "clock jumps", "clock drifts", "battery empty", "clock put right", "day confirmed",
        "answer 401 stale_signature", "flag clock_unproven", "night",
    ),
    "upgrade": ("updated", "gone back", "hall updated", "version raised", "logged noted"),
    "restore": (
        "hall restored", "restored with segments", "restored from the copy alone", "entries lost by the hall",
        "logged epoch.opened", "answer 409 diverged",
    ),
    "lineage": (
        "restored from an image", "gone with a disk", "cloned", "number doubled", "logged renumbered",
        "state folder lost", "revoked", "enrolled again", "logged adopts", "flag forked", "answer 409 forked",
        "answer 403 revoked", "answer 403 adopted", "no store.state_missing", "carried by stick", "logged imported",
        "vouched for", "held: after_revocation", "flag revoked_terminal", "window opened", "began from a snapshot",
        "enrolment broke off",
    ),
    "rebuilt": (
        "hall restored", "entries lost by the hall", "logged epoch.opened", "answer 409 diverged", "cloned",
        "restored from an image", "enrolled again", "logged adopts", "answer 409 forked", "began from a snapshot",
        "sealed again after a restore",
    ),
    "damaged": (
        "rotten", "held: bytes", "cloned", "restored from an image", "enrolled again", "logged adopts", "revoked",
    ),
    "burnt": (
        "hall restored", "restored with segments", "restored from the copy alone", "entries lost by the hall",
        "logged epoch.opened", "answer 409 diverged", "enrolled again", "roster", "timer",
    ),
    "editions": (
        "another catalogue", "another calendar", "hall restored", "entries lost by the hall", "no intake.no_item",
        "logged catalogue.head", "logged calendar.head", "timer", "night", "began from a snapshot",
    ),
    "proxies": (
        "mixed", "too large an answer for a proxy", "hall restored", "entries lost by the hall", "cached",
        "another catalogue", "began from a snapshot",
    ),
    "modules": (
        "other modules", "hall restored", "entries lost by the hall", "began from a snapshot", "crash", "torn page",
        "hidden", "restored from an image",
    ),
    "disk-full": ("no store.disk_full", "hall disk full", "answer 503 storage", "crash", "torn save"),
}  # fmt: skip
"""What has to happen at least once over the seeds of a profile, or they have proven nothing."""
ENOUGH = 20
"""Seeds from which on it is asked what never happened."""


def missing(profile: str, outcomes: Iterable[Outcome]) -> list[str]:
    """What never happened."""
    happened: Counter[str] = Counter()
    for outcome in outcomes:
        happened.update(outcome.happened)
    return [name for name in MUST_HAPPEN.get(profile, ()) if not happened[name]]


def main(seeds: range, profile: str = "storm", json: bool = False, trace: str = "", world: str = "") -> int:
    """Play `seeds`; 0 when every invariant held and every fault happened.

    Args:
        seeds: which.
        profile: one of `PROFILES`.
        json: print each outcome as a line of JSON.
        trace: a file that gets every line of what happened, in words.
        world: what is otherwise than in the profile, as `terminals=1,drop=0`.
    """
    if profile not in PROFILES:
        print(f"no such profile: {profile}; possible: {', '.join(PROFILES)}", file=sys.stderr)
        return 2
    try:
        chosen = changed(profile, world) if world else profile
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    outcomes = []
    with _sink(trace) as sink:
        for seed in seeds:
            outcome = play(seed, chosen, sink=sink)
            outcomes.append(outcome)
            _tell(outcome, profile, world, json)
    broken = [outcome.seed for outcome in outcomes if outcome.broken]
    never = missing(profile, outcomes) if len(outcomes) >= ENOUGH and not world else []
    if never:
        print(f"never happened over these seeds: {', '.join(never)}", file=sys.stderr)
    if broken:
        print(f"broken: {jsonlib.dumps(broken)}", file=sys.stderr)
    return 1 if broken or never else 0


@contextlib.contextmanager
def _sink(trace: str) -> Iterator[TextIO | None]:
    if not trace:
        yield None
        return
    with Path(trace).open("w", encoding="utf-8") as stream:
        yield stream


def _tell(outcome: Outcome, profile: str, world: str, json: bool) -> None:
    if json:
        print(msgspec.json.encode(outcome).decode(), flush=True)
    elif outcome.broken:
        print(story_of(outcome, profile, world), flush=True)
    else:
        print(f"seed {outcome.seed} {profile}: {outcome.facts} facts, trace {outcome.trace[:16]}", file=sys.stderr)


def story_of(outcome: Outcome, profile: str, world: str = "") -> str:
    """What broke, the last lines of what happened, and the command that shows it again."""
    again = f"yichuang simulate --seeds {outcome.seed}..{outcome.seed} --profile {profile}"
    again += f" --world {world}" if world else ""
    return "\n".join([*outcome.tail, f"seed {outcome.seed} {profile}: {outcome.broken}", f"again: {again}"])


def smallest(seed: int, profile: str = "storm") -> int:
    """Shrink a seed that breaks, and tell the smallest world; 0 when it broke, 2 when it breaks nothing."""
    try:
        small, outcome = shrink(seed, profile, say=lambda words: print(words, file=sys.stderr, flush=True))
    except (ValueError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    print(story_of(outcome, profile, differences(small, profile)))
    return 0


def run(
    first: int, last: int, profile: str = "", *, json: bool = False, trace: str = "", world: str = "", shrunk: int = 0
) -> int:
    """What `yichuang simulate` calls: the seeds `first` to `last`, or the seed `shrunk` made small; else the storm."""
    if shrunk:
        return smallest(shrunk, profile or "storm")
    return main(range(first, last + 1), profile or "storm", json, trace, world)
