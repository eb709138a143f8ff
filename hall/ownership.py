"""One `hall serve` per memory: a lock that the system gives back however the process ends, on Windows as well.

The lock is SQLite's own, on a small file beside the database: no process id to go stale, no POSIX-only call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hall.errors import Stop

LOCK_FILE = "serve.lock"


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Own the hall in `folder` while it is served. Raises Stop when another process serves it."""
    db = sqlite3.connect(folder / LOCK_FILE, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        try:
            db.execute("begin exclusive")
        except sqlite3.OperationalError as cause:
            raise Stop("hall.served", folder=str(folder)) from cause
        yield
    finally:
        db.close()
