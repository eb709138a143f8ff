"""From a world that breaks to the smallest one in which the same invariant still breaks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from tests.sim.planting import NO_BUG, Bug
from tests.sim.profiles import FAULTS, PROFILES, Profile
from tests.sim.world import Outcome, play

ROUNDS = 3
"""How often everything is tried again once something could be left out."""


def shrink(seed: int, profile: str, bug: Bug = NO_BUG, say: Callable[[str], None] = print) -> tuple[Profile, Outcome]:
    """The smallest world that is found, and how it goes. Raises ValueError when this seed breaks nothing.

    Time, terminals, kinds of faults and acts are left out one after the other. Each concern has dice of its own, so
    what is left out changes nothing else.
    """
    small = PROFILES[profile]
    outcome = play(seed, small, bug)
    if not outcome.broken:
        raise ValueError(f"seed {seed} {profile} breaks nothing")
    word = _word(outcome)
    for _ in range(ROUNDS):
        before = small
        for name, tried in _smaller(small, outcome):
            if any(getattr(small, key) and value > getattr(small, key) for key, value in tried.items()):
                continue  # it is smaller than that already
            less = dataclasses.replace(small, **tried)  # type: ignore[arg-type]
            if less == small:
                continue
            tries = play(seed, less, bug)
            if _word(tries) == word:
                say(f"still {word} without so much: {name}")
                small, outcome = less, tries
        if small == before:
            break
    return small, outcome


def _smaller(small: Profile, outcome: Outcome) -> Iterator[tuple[str, dict[str, float]]]:
    """What may be left out, the coarse first."""
    for terminals in range(1, small.terminals):
        yield f"{terminals} terminals", {"terminals": terminals}
    minutes = small.until or small.minutes
    for part in (min(1.0, (outcome.minutes + 0.1) / minutes), 0.75, 0.5, 0.25):
        if not small.days:
            yield f"{minutes * part:.1f} minutes", {"until": round(minutes * part, 1)}
    for fault in FAULTS:
        if getattr(small, fault):
            yield f"no {fault}", {fault: 0.0}
    for acts in (2, 4, 8, 16, 32):
        if not small.acts or acts < small.acts:
            yield f"{acts} acts", {"acts": acts}


def _word(outcome: Outcome) -> str:
    return outcome.broken.partition(":")[0]


def differences(profile: Profile, name: str) -> str:
    """What makes `profile` of the one with that name, as the command takes it: `terminals=1,drop=0`."""
    base = PROFILES[name]
    changed = {
        field.name: getattr(profile, field.name)
        for field in dataclasses.fields(Profile)
        if getattr(profile, field.name) != getattr(base, field.name)
    }
    return ",".join(f"{key}={value:g}" for key, value in changed.items())


def changed(name: str, words: str) -> Profile:
    """The profile `name` with `words` (`terminals=1,drop=0`). Raises ValueError for what is none of its names."""
    kinds = {field.name: field.type for field in dataclasses.fields(Profile)}
    given: dict[str, float] = {}
    for word in filter(None, words.split(",")):
        key, _, value = word.partition("=")
        if kinds.get(key) not in {"int", "float"}:
            raise ValueError(f"no such part of a world: {key}")
        given[key] = int(value) if kinds[key] == "int" else float(value)
    return dataclasses.replace(PROFILES[name], **given)  # type: ignore[arg-type]
