"""One process owns a terminal's line (sync.md S34): console, command line and `yichuang sync` may run side by side.

The lock is a write transaction on a small SQLite file of its own, held open: the operating system drops it with
the process, however that ends, so nothing stale is ever left to take over; and it works on Windows as well.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

FILE = "line.lock"


class Owner:
    """The right to run the line of the data folder `folder`. Use as a context manager; `close` gives it back."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Give the line back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def own(folder: Path, pid: int, since: str) -> Owner | None:
    """The line of `folder`, or None when another process has it.

    Args:
        folder: the terminal's data folder.
        pid: this process, shown to whoever asks who has the line.
        since: the time now, for the same purpose.

    Raises sqlite3.Error when the folder can't be written at all.
    """
    connection = sqlite3.connect(folder / FILE, timeout=0.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), pid, since)")
        connection.execute("INSERT OR REPLACE INTO owner VALUES (1, ?, ?)", (pid, since))
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")  # whoever came in between has it now
    except sqlite3.OperationalError as cause:
        connection.close()
        if _is_busy(cause):
            return None
        raise
    except BaseException:
        connection.close()
        raise
    return Owner(connection)


def owner_of(folder: Path) -> tuple[int, str] | None:
    """Process and since when, of whoever has the line now; None when nobody has it."""
    if not (folder / FILE).exists():
        return None
    with _looking(folder) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as cause:
            if not _is_busy(cause):
                raise
            row = connection.execute("SELECT pid, since FROM owner").fetchone()
            return (int(row[0]), str(row[1])) if row else (0, "")
    return None


@contextlib.contextmanager
def _looking(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / FILE, timeout=0.0, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
