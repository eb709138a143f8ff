"""What `doctor` says of an installation: what an update carries, and what it can't (updates.md).

Wheels bring the program and its libraries. The interpreter, fonts, printer drivers and the system are IT's: here is
looked whether they are as the program needs them.
"""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

from casework.ambient import moment
from casework.messages import Message
from casework.rollout import UNTOLD_HOURS, Standing
from console.updating.home import Home
from console.updating.notes import Notes
from sync.updates.install import FACTORY
from sync.updates.launcher import EDITION, KEPT, LIB

OLDEST_PYTHON = (3, 11)


def machine() -> dict[str, Any]:
    """The system and the interpreter, as they are."""
    return {
        "system": platform.platform(terse=True), "interpreter": platform.python_version(),
        "implementation": platform.python_implementation(), "folder": str(sys.base_prefix),
    }  # fmt: skip


def installation(home: Home | None, notes: Notes, now: str, problems: list[Message]) -> dict[str, Any] | None:
    """How the installation stands; what a person has to do is added to `problems`. None: no update installed it."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        problems.append(Message("update.python", {"version": "", "python": "3.11"}))
    if home is None:
        return None
    pointer, said = home.pointer(), notes.standing
    if not pointer:
        problems.append(Message("doctor.no_pointer", {"folder": str(home.folder)}))
    if home.root() is None:
        problems.append(Message("doctor.no_root", {"folder": str(home.folder)}))
    places = (place for place in (home.folder, home.folder / "versions") if not os.access(place, os.W_OK))
    problems += [Message("doctor.home_not_writable", {"folder": str(place)}) for place in places]
    _trouble(said, problems, now)
    factory = [name for name in home.staged() if (home.folder / "versions" / name / FACTORY).exists()]
    return {
        "folder": str(home.folder), "version": home.version, "state": pointer.get("state", KEPT),
        "versions": sorted(home.staged()), "factory": factory, "failed": pointer.get("failed", []),
        "wanted": said.version or None, "standing": said.state or None, "error": said.error or None,
        "launcher": home.launcher, "newest_launcher": EDITION,
        "lib": str(home.folder / "versions" / home.version / LIB),
    }  # fmt: skip


def _trouble(said: Standing, problems: list[Message], now: str) -> None:
    """A version that did not stand here, or that can't be had for two days."""
    if said.state == "returned":
        problems.append(Message("doctor.returned", {"version": said.version}))
    elif said.error and said.since:
        hours = (moment(now) - moment(said.since)).total_seconds() / 3600
        if said.state == "failed" or hours > UNTOLD_HOURS:
            problems.append(Message("doctor.update_trouble", {"version": said.version, "error": said.error}))
