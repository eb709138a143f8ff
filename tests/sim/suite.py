"""The worlds that every test run plays, in chunks that each worker of the run plays once, whoever asks for them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from tests.sim.world import Outcome, play

CHUNK = 10
WORLDS = {
    "calm": 4,
    "normal": 50,
    "storm": 80,
    "hall-down": 40,
    "clock-chaos": 40,
    "disk-full": 40,
    "upgrade": 20,
    "restore": 20,
    "lineage": 30,
    "rebuilt": 12,
    "damaged": 12,
    "burnt": 20,
    "editions": 20,
    "proxies": 20,
    "modules": 20,
}
"""How many seeds of each profile, from 1 on."""
_PATIENCE = 3600.0
"""Seconds that a worker waits while another one plays the chunk that both want."""


def chunks() -> list[tuple[str, int]]:
    """Every chunk: its profile and its first seed."""
    return [(profile, first) for profile, count in WORLDS.items() for first in range(1, count + 1, CHUNK)]


def played(folder: Path, profile: str, first: int) -> list[Outcome]:
    """The outcomes of one chunk, played now or taken from `folder`, where all workers of a run keep them.

    The database's own lock makes the second worker wait for the first.
    """
    seeds = range(first, min(first + CHUNK, WORLDS[profile] + 1))
    db = sqlite3.connect(folder / f"{profile}-{first}.db", timeout=_PATIENCE, isolation_level=None)
    try:
        db.execute("begin immediate")
        db.execute("create table if not exists outcome (data blob)")
        rows = db.execute("select data from outcome order by rowid").fetchall()
        if not rows:
            outcomes = [play(seed, profile) for seed in seeds]
            db.executemany("insert into outcome values (?)", [(msgspec.json.encode(one),) for one in outcomes])
            db.execute("commit")
            return outcomes
        db.execute("rollback")
        return [msgspec.json.decode(data, type=Outcome) for (data,) in rows]
    finally:
        db.close()
