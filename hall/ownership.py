"""One `hall serve` per memory, and one change of what it publishes at a time, of whichever process.

The system gives these locks back however the process ends, on Windows as well.

The lock is SQLite's own, on a small file beside the database: no process id to go stale, no POSIX-only call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hall.errors import ReleaseTrouble, Stop

LOCK_FILE = "serve.lock"
CHANGE_FILE = "releases.lock"
PINS_FILE = "pins.lock"


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Own the hall in `folder` while it is served. Raises Stop when another process serves it."""
    with _held(folder / LOCK_FILE, 0, Stop("hall.served", folder=str(folder))):
        yield


@contextmanager
def changing(folder: Path, seconds: float) -> Iterator[None]:
    """Alone in changing what the hall in `folder` publishes: the served hall, or one command of IT's.

    Raises ReleaseTrouble when another one is at it for longer than `seconds`.
    """
    with _held(folder / CHANGE_FILE, seconds, ReleaseTrouble("release.busy", seconds=round(seconds))):
        yield


@contextmanager
def counting(folder: Path, seconds: float) -> Iterator[None]:
    """Alone in counting wrong PINs at the hall in `folder`. Raises ReleaseTrouble after so many `seconds`."""
    with _held(folder / PINS_FILE, seconds, ReleaseTrouble("release.busy", seconds=round(seconds))):
        yield


@contextmanager
def _held(file: Path, seconds: float, otherwise: Stop) -> Iterator[None]:
    db = sqlite3.connect(file, isolation_level=None, timeout=seconds, check_same_thread=False)
    try:
        try:
            db.execute("begin exclusive")
        except sqlite3.OperationalError as cause:
            raise otherwise from cause
        yield
    finally:
        db.close()
