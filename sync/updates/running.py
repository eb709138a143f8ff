"""Which versions run just now: what a living process runs is never thrown away, however old it is (updates.md).

    HOME/running/<v>.lock  read by each process of <v> for as long as it lives; who throws <v> away needs it alone

The lock is a read transaction on a small SQLite file, as in sync.owner: the operating system drops it with the process,
so nothing stale is ever left; many may read at once, and it works on Windows as well.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

FOLDER = "running"


def runs(home: Path, version: str) -> sqlite3.Connection | None:
    """Say that this process runs `version`, until what is returned is closed, or the process ends.

    None where nothing can be written: nobody throws anything away there either.
    """
    try:
        (home / FOLDER).mkdir(exist_ok=True)
        db = _opened(home, version)
        _reads(db)
    except (OSError, sqlite3.Error):
        return None
    return db


def _reads(db: sqlite3.Connection) -> None:
    try:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        db.close()
        raise


@contextlib.contextmanager
def nobody_runs(home: Path, version: str) -> Iterator[bool]:
    """Whether no process runs `version`; where none does, none begins to say so while the block lasts."""
    with contextlib.ExitStack() as held:
        try:
            (home / FOLDER).mkdir(exist_ok=True)
            held.enter_context(contextlib.closing(_opened(home, version))).execute("BEGIN EXCLUSIVE")
        except (OSError, sqlite3.Error):
            yield False
            return
        yield True


def _opened(home: Path, version: str) -> sqlite3.Connection:
    file = home / FOLDER / f"{version}.lock"
    return sqlite3.connect(file, timeout=0.0, isolation_level=None, check_same_thread=False)
