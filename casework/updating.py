"""What a terminal does next about its versions (updates.md, *Terminal*): pure, asked again after every step.

Work comes first: a version is fetched in its hours, laid beside the running one, and begun only when nothing is open;
after the deadline between two cases. Nothing here ever refuses a case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta
from typing import Literal

import msgspec

from casework.ambient import moment
from casework.rollout import Rollout, is_out, versions_for

Step = Literal["none", "wait", "fetch", "offer", "switch"]
Urge = Literal["", "soon", "today", "now"]
_TODAY, _SOON = timedelta(hours=4), timedelta(days=2)


class Here(msgspec.Struct, frozen=True):
    """How things stand at a terminal."""

    terminal: str
    running: str
    staged: Collection[str] = ()
    failed: Collection[str] = ()
    """Versions that did not stand here; not tried again until a newer rollout names them."""
    failed_in: int = 0
    """The attempt (`Rollout.attempt`) in which the newest of them failed."""
    idle: bool = True
    """No form is open and nothing prints: a moment at which a version may begin."""
    at_work: bool = True
    """Somebody is signed in."""


class Plan(msgspec.Struct, frozen=True):
    """What comes next. `why`: message id for IT and for whoever asks; `urge`: how loud the banner is."""

    step: Step
    version: str = ""
    urge: Urge = ""
    why: str = ""


def plan(rollout: Rollout | None, here: Here, now: str) -> Plan:
    """What to do at `now` (hall's civil time)."""
    if rollout is None:
        return Plan("none", why="updating.none")
    wanted = versions_for(rollout, here.terminal).app
    if not wanted or wanted == here.running:
        return Plan("none", why="updating.current")
    forced = is_out(rollout, here.running)
    if wanted in here.failed and rollout.attempt <= here.failed_in:
        return Plan("none", wanted, why="updating.failed_here")
    if wanted not in here.staged:
        if forced or _in_hours(rollout, now):
            return Plan("fetch", wanted, why="updating.fetches")
        return Plan("wait", wanted, why="updating.hours")
    urge = "now" if forced else _urge(rollout, now)
    if begins(urge, idle=here.idle, at_work=here.at_work):
        return Plan("switch", wanted, urge, "updating.switches")
    return Plan("offer", wanted, urge, "updating.ready")


def begins(urge: Urge, *, idle: bool, at_work: bool) -> bool:
    """Whether a version that is ready begins this moment.

    `idle`: nothing is open. `at_work`: somebody is signed in.
    """
    return idle and (not at_work or urge == "now")


def _urge(rollout: Rollout, now: str) -> Urge:
    if not rollout.deadline:
        return ""
    left = moment(rollout.deadline) - moment(now)
    if left <= timedelta(0):
        return "now"
    return "today" if left <= _TODAY else "soon" if left <= _SOON else ""


def _in_hours(rollout: Rollout, now: str) -> bool:
    first, last = rollout.window
    if not first or not last:
        return True
    clock = now[11:16]
    return first <= clock < last if first <= last else clock >= first or clock < last


def delay_seconds(rollout: Rollout, terminal: str) -> int:
    """How long after a rollout came a terminal begins to fetch: not all at once, and each time others are first."""
    lot = hashlib.sha256(f"{rollout.number}/{terminal}".encode()).digest()
    return int.from_bytes(lot[:4], "big") % (rollout.jitter_minutes * 60 + 1)
