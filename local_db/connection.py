"""The connections to a terminal's file: one that writes, and one for each reading thread.

Keeps S2 and S4: every write is BEGIN IMMEDIATE, WAL, `synchronous=FULL`; only between the slices of one page of the
hall's log is the disk not waited for (`docs/adr/0017`). Readers have their own snapshot, so a page that is being
applied never blocks a screen.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from casework.ambient import Clock
from casework.limits import LIMITS, Limits
from local_db.errors import Replaced, StoreError, wrapped

FILE = "terminal.db"
_LOG_KEPT = 12 * 1024 * 1024
"""Bytes of the write-ahead log that stay on the disk: writing over them is cheaper than growing it again."""
_LOG_ROWS = 2500
"""Rows of the hall's pages after which the log is folded into the file, somewhat more pages of it. A clerk's count
ten times: each touches the search index as well, and while a reader looks into the log it goes on to the next fold."""


def connect(path: Path, limits: Limits = LIMITS, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the pragmas of the house. May be handed to another thread, never used by two at once."""
    db = sqlite3.connect(path, timeout=limits.busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        db.execute("pragma foreign_keys = on")
        db.execute(f"pragma journal_size_limit = {_LOG_KEPT}")
        db.execute("pragma wal_autocheckpoint = 0")  # folding the log into the file happens outside the write lock
        if read_only:
            db.execute("pragma query_only = on")
    except BaseException:
        db.close()
        raise
    return db


class Connected:
    """What all parts of the memory stand on: the file, the clock, the limits, reading and writing."""

    def __init__(self, folder: Path, clock: Clock, limits: Limits = LIMITS) -> None:
        self.folder = folder
        self.file = folder / FILE
        self.clock = clock
        self.limits = limits
        self.on_commit: Callable[[], None] | None = None
        """Called after every commit of own facts, outside the lock: wakes the line."""
        self.beside: Callable[[Callable[[], None]], None] = _right_here
        """Where the log is folded after a flushed write: `in_a_thread` where a clerk would wait for it."""
        self._lock = threading.RLock()
        self._writing = False
        self._readers = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._folding = threading.Lock()
        self._unfolded = self._folds = 0
        self._lock_held = 0.0
        """Seconds for which the newest transaction had the write lock, folding not counted."""
        with wrapped(self.file):
            self._which = _which(self.file)
            self._writer = connect(self.file, limits)
        self._open.append(self._writer)

    @contextlib.contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[sqlite3.Connection]:
        """The write lock, from BEGIN IMMEDIATE to COMMIT; whatever is raised inside rolls all of it back.

        Args:
            flushed: COMMIT returns when the disk has it. False only for what can be fetched again and is followed by
                a flushed one: a power cut may then take this transaction back as a whole, never a part of it.

        Raises:
            Busy: another process holds the lock longer than `limits.busy_seconds`.
            Replaced: another file lies in its place since it was opened, and nobody would find what is written here.
            DiskFull, Damaged, NotWritable: as they say; nothing was changed.
        """
        with self._lock:
            if self._writing:
                raise RuntimeError("a write transaction inside a write transaction")
            self._writing = True
            db = self._writer
            before = db.total_changes
            try:
                with wrapped(self.file), _as_flushed(db, flushed):
                    _begin(db, self.clock, self.limits)
                    if _which(self.file) != self._which:
                        raise Replaced("store.replaced", file=str(self.file))
                    began = self.clock.monotonic()
                    yield db
                    db.execute("commit")
                self._lock_held = self.clock.monotonic() - began
                rows = db.total_changes - before
                self._unfolded += 10 * rows + 16 if flushed else rows  # small commits share no pages, a page's rows do
            finally:
                self._writing = False
                if db.in_transaction:
                    db.rollback()
        if self._unfolded >= _LOG_ROWS:
            if flushed:
                self.beside(self._checkpoint)
            else:  # whoever writes slice after slice folds between them: beside him the log would never come to its end
                self._checkpoint()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A snapshot for one or more queries, for this thread alone; nested calls share it."""
        with wrapped(self.file):
            db: sqlite3.Connection | None = getattr(self._readers, "db", None)
            if db is None:
                db = connect(self.file, self.limits, read_only=True)
                self._readers.db = db
                with self._lock:
                    self._open.append(db)
            if db.in_transaction:
                yield db
                return
            db.execute("begin")
            try:
                yield db
            finally:
                db.rollback()

    @contextlib.contextmanager
    def looking(self) -> Iterator[sqlite3.Connection]:
        """A snapshot on the connection that writes, for whoever is about to write: its pages are at hand.

        A reader's are not: each commit of another connection empties its cache. Others who write through this object
        wait; other processes and other memories of the same file don't.
        """
        with self._lock, wrapped(self.file):
            if self._writing:
                raise RuntimeError("a look inside a write transaction")
            self._writer.execute("begin")
            try:
                yield self._writer
            finally:
                if self._writer.in_transaction:
                    self._writer.rollback()

    def revision(self) -> int:
        """A number that changes with every commit of any process, as this thread's reader sees it: cheap to ask."""
        with self.reading() as db:
            version: int = db.execute("pragma data_version").fetchone()[0]
        return version

    def _checkpoint(self) -> None:
        """Fold the write-ahead log into the file, beside the writers: nobody waits for it but who calls."""
        if not self._folding.acquire(blocking=False):
            return
        try:
            self._unfolded = 0
            if not self._open:
                return  # closed meanwhile: the last connection has folded it
            with wrapped(self.file), contextlib.closing(connect(self.file, self.limits)) as db:
                db.execute("pragma wal_checkpoint(passive)")
            self._folds += 1
        except StoreError:  # also a file that broke just now: the next write says so, this one is done
            self._unfolded = _LOG_ROWS // 2  # what was saved is safe in the log: tried again a little later
        finally:
            self._folding.release()

    def close(self) -> None:
        """Close all connections; the last one folds the write-ahead log into the file."""
        with self._folding, self._lock:
            for db in self._open[::-1]:
                db.close()
            self._open.clear()


def in_a_thread(job: Callable[[], None]) -> None:
    """Do `job` beside everything else."""
    threading.Thread(target=job, daemon=True).start()


def _which(file: Path) -> tuple[int, int]:
    """Which file lies there, whatever its name: its volume and its number on it. Raises OSError when there is none."""
    found = file.stat()
    return found.st_dev, found.st_ino


def _right_here(job: Callable[[], None]) -> None:
    job()


def _begin(db: sqlite3.Connection, clock: Clock, limits: Limits) -> None:
    """BEGIN IMMEDIATE, asked for again every millisecond: SQLite alone asks less and less often, and misses the moments
    between the slices of a bootstrap. Raises sqlite3.OperationalError after `limits.busy_seconds`.
    """
    usual, until = db.execute("pragma busy_timeout").fetchone()[0], clock.monotonic() + limits.busy_seconds
    db.execute("pragma busy_timeout = 1")
    try:
        for _ in range(int(limits.busy_seconds * 1000)):
            try:
                db.execute("begin immediate")
            except sqlite3.OperationalError as cause:
                if cause.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return
            if clock.monotonic() >= until:  # a millisecond is sixteen where the system's timer is coarse
                break
        db.execute("begin immediate")
    finally:
        db.execute(f"pragma busy_timeout = {usual}")


@contextlib.contextmanager
def _as_flushed(db: sqlite3.Connection, flushed: bool) -> Iterator[None]:
    """`db` with commits that wait for the disk as usual, or that leave it to the next one that does."""
    if flushed:
        yield
        return
    usual = db.execute("pragma synchronous").fetchone()[0]
    db.execute("pragma synchronous = normal")
    try:
        yield
    finally:
        if db.in_transaction:
            db.rollback()
        db.execute(f"pragma synchronous = {usual}")
