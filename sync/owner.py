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

from sync.errors import NoLock

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


def own(folder: Path, pid: int, since: str, file_name: str = FILE) -> Owner | None:
    """The line of `folder`, or None when another process has it; with another `file_name` the printers of it.

    Args:
        folder: the terminal's data folder.
        pid: this process, shown to whoever asks who has the line.
        since: the time now, for the same purpose.

    Raises NoLock when the file can't be opened; a full disk is no hindrance.
    """
    file = folder / file_name
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(file, timeout=0.0, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        if _told(connection, pid, since):
            connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")  # whoever came in between has it now
    except sqlite3.Error as cause:
        if connection is not None:
            connection.close()
        if _is_busy(cause):
            return None
        raise NoLock("line.lock", file=str(file)) from cause
    return Owner(connection)


def _told(connection: sqlite3.Connection, pid: int, since: str) -> bool:
    """Write down who has the line; on a full disk nobody is told, and what waits is pushed all the same."""
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), pid, since)")
        connection.execute("INSERT OR REPLACE INTO owner VALUES (1, ?, ?)", (pid, since))
    except sqlite3.OperationalError as cause:
        if cause.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
        if not connection.in_transaction:  # SQLite took it all back, the lock too
            connection.execute("BEGIN IMMEDIATE")
        return False
    return True


def owner_of(folder: Path) -> tuple[int, str] | None:
    """Process and since when, of whoever has the line now; None when nobody has it. Raises NoLock."""
    file = folder / FILE
    if not file.exists():
        return None
    try:
        with _looking(folder) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as cause:
                if not _is_busy(cause):
                    raise
                return _owner_in(connection)
    except sqlite3.Error as cause:
        raise NoLock("line.lock", file=str(file)) from cause
    return None


def _owner_in(connection: sqlite3.Connection) -> tuple[int, str]:
    try:
        row = connection.execute("SELECT pid, since FROM owner").fetchone()
    except sqlite3.OperationalError:  # it took the line with the disk full, and could not say who it is
        return 0, ""
    return (int(row[0]), str(row[1])) if row else (0, "")


@contextlib.contextmanager
def _looking(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / FILE, timeout=0.0, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
