"""The hall's memory in SQLite (WAL, `synchronous=FULL`): the embedded default (S4, S8).

One connection writes and one reads; each has a lock, so `run` may call from any thread. Plain `sqlite3`: the hot path
of a push is a handful of bulk statements.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.limits import LIMITS, Limits
from hall.errors import StorageTrouble
from hall.migrate import migrate
from hall.scan_folder import ScanFolder
from hall.sqlite_reading import SqliteReading
from hall.sqlite_writing import SqliteWriting

_LOG_PAGES = 4000
"""Pages of the write-ahead log after which it is folded into the file (some 16 MB): four times SQLite's own count,
because a batch of a terminal is some 150 pages and every fold costs two waits for the disk."""
_CACHE_KIB = 32 * 1024
"""Of each connection: the upper pages of all indexes of a million entries."""
SCANS = "scans"
"""The folder of scans, beside the database."""


class SqliteStore:
    """A `hall.store.Store` in one file.

    Args:
        path: the database; made and migrated when needed.
        limits: how long to wait for another process that writes.

    Raises:
        Stop: the database is newer than this program.
        StorageTrouble: it can't be opened.
    """

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.scans = ScanFolder(path.parent / SCANS, limits)
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        try:
            self._writer = _connect(path, limits)
            self._writer.execute("pragma journal_mode = wal")
            self._writer.execute("pragma synchronous = full")
            self._writer.execute(f"pragma wal_autocheckpoint = {_LOG_PAGES}")
            migrate(self._writer)
            self._reader = _connect(path, limits)
            self._reader.execute("pragma query_only = on")
        except sqlite3.Error as cause:
            raise StorageTrouble("hall.storage") from cause

    @contextmanager
    def reading(self) -> Iterator[SqliteReading]:
        """One snapshot."""
        with self._read_lock, _trouble():
            self._reader.execute("begin")
            try:
                yield SqliteReading(self._reader)
            finally:
                _end(self._reader, "rollback")

    @contextmanager
    def writing(self) -> Iterator[SqliteWriting]:
        """One transaction: all of it or, after any error, nothing."""
        with self._write_lock, _trouble():
            self._writer.execute("begin immediate")
            try:
                yield SqliteWriting(self._writer)
                self._writer.execute("commit")
            except BaseException:
                _end(self._writer, "rollback")
                raise

    def close(self) -> None:
        """Close both connections."""
        with self._read_lock:
            self._reader.close()
        with self._write_lock:
            self._writer.close()


def _connect(path: Path, limits: Limits) -> sqlite3.Connection:
    # The locks above keep two threads from one connection at a time.
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=limits.busy_seconds)
    db.execute("pragma foreign_keys = on")
    db.execute(f"pragma cache_size = -{_CACHE_KIB}")
    return db


def _end(db: sqlite3.Connection, how: str) -> None:
    if db.in_transaction:
        db.execute(how)


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as cause:
        raise StorageTrouble("hall.storage") from cause
