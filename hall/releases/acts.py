"""Who did what with a hall's releases: `acts.jsonl` beside the repository, one line each, only ever appended to.

A line is written before what it tells of is made public, so nothing is public of which nobody knows who did it.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from pathlib import Path
from typing import Literal

import msgspec

from casework.errors import UNREADABLE
from casework.fleet import FleetAct
from casework.messages import Message

ACTS_FILE = "acts.jsonl"
Done = Literal["published", "rollout", "opened", "approved", "halted", "resumed", "blocked"]


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """One act of a person, or of the hall itself."""

    at: str
    """The hall's time."""
    by: str
    """Number of the person; empty: the hall by itself."""
    act: Done
    rollout: int = 0
    """The number that the rollout has by it."""
    what: str = ""
    """The ring, the version, or the roles."""
    reason: str = ""
    """In the person's words, where she gave any."""
    id: str = ""
    """Message id of the hall's own reason, and what fills it."""
    facts: dict[str, str | int] = {}
    proven: bool = False
    """She typed her PIN; only a halt may do without."""


def record(folder: Path, act: Act) -> None:
    """Append it, durably. Whoever calls is alone in changing what is published. Raises OSError."""
    file = folder / ACTS_FILE
    with file.open("ab") as stream:
        if stream.tell() and not _ends_well(file):
            stream.write(b"\n")  # a power cut in the midst of a line: the next one must not hang on to it
        stream.write(msgspec.json.encode(act) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def _ends_well(file: Path) -> bool:
    with file.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def read_acts(folder: Path, most: int) -> tuple[Act, ...]:
    """The newest `most` of them, the newest first; a line that nobody can read is left out."""
    found: deque[Act] = deque(maxlen=most)
    with contextlib.suppress(FileNotFoundError), (folder / ACTS_FILE).open("rb") as stream:
        for line in stream:
            with contextlib.suppress(*UNREADABLE):
                found.append(msgspec.json.decode(line, type=Act))
    return tuple(reversed(found))


def shown(act: Act) -> FleetAct:
    """An act as IT sees it."""
    facts = {**act.facts, "ring": Message(f"fleet.ring.{act.facts['ring']}")} if "ring" in act.facts else act.facts
    why = Message(act.id, dict(facts)) if act.id else None
    return FleetAct(act.at, act.by, act.act, act.rollout, act.what, act.reason, why, act.proven)
