"""The shelf of snapshots beside the hall's database: made by one job at a time, handed out in parts, old ones removed.

A set is a folder `<epoch>-<seq>` with a file per scope and `offers.json`; it is complete before it has its name.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from casework.ambient import moment
from casework.catalogue.schema import MODULES
from casework.limits import LIMITS, Limits
from casework.seals import Signed, Signer, seal
from casework.snapshot import PURPOSE_SNAPSHOT, Snapshot
from casework.wire import PURPOSE_HEAD, Head
from hall.docket import HALL_SCOPE
from hall.errors import Stop
from hall.sqlite_snapshot import SnapshotWriter

FOLDER = "snapshots"
SCOPES = (HALL_SCOPE, *MODULES)
_OFFERS = "offers.json"
_MAKING = "making"
_LOCK = "making.lock"
_NAME = re.compile(r"(\d+)-(\d+)")


class Kept(msgspec.Struct, frozen=True):
    """One complete set of files: the log up to `seq`."""

    folder: Path
    epoch: int
    seq: int

    def file(self, scope: str) -> Path:
        """The file of a scope."""
        return self.folder / f"{scope}.db"


class Offered(msgspec.Struct, frozen=True):
    """`offers.json`: the signed head of the set, and the signed line of each file."""

    head: Signed
    files: dict[str, Signed]
    made_at: str


class Shelf:
    """The snapshots of one hall.

    Args:
        folder: `snapshots/` beside the database; made when needed.
        limits: how many sets stay, and what terminals keep.
    """

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self._folder = folder
        self._limits = limits
        self._read: dict[Path, Offered] = {}

    def kept(self) -> tuple[Kept, ...]:
        """The complete sets, newest first."""
        found = []
        for entry in self._folder.iterdir() if self._folder.is_dir() else ():
            match = _NAME.fullmatch(entry.name)
            if match and (entry / _OFFERS).is_file():
                found.append(Kept(entry, int(match[1]), int(match[2])))
        return tuple(sorted(found, key=lambda one: (one.epoch, one.seq), reverse=True))

    def find(self, seq: int | None) -> Kept | None:
        """The set of that place in the log while it is kept, else the newest; None when there is none."""
        sets = self.kept()
        return next((one for one in sets if one.seq == seq), sets[0] if sets else None)

    def offered(self, kept: Kept) -> Offered:
        """What is signed of a set. Raises OSError."""
        found = self._read.get(kept.folder)
        if found is None:
            found = msgspec.json.decode((kept.folder / _OFFERS).read_bytes(), type=Offered)
            self._read = {kept.folder: found, **dict(list(self._read.items())[: self._limits.snapshot_sets])}
        return found

    def due(self, epoch: int, seq: int, now: str) -> bool:
        """Whether a new set is worth its work: enough is new, and the last one is old enough."""
        newest = self.find(None)
        if seq < self._limits.snapshot_least:
            return False
        if newest is None or newest.epoch != epoch:
            return True
        age = (moment(now) - moment(self.offered(newest).made_at)).total_seconds()
        return seq - newest.seq >= self._limits.snapshot_least and age >= self._limits.snapshot_seconds

    def make(self, database: Path, signer: Signer, now: str) -> Kept:
        """Write a set from one read view of `database`; older sets go. Nobody who pushes waits for it.

        Raises Stop when another process is at it, or the disk refuses.
        """
        making = self._folder / _MAKING
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with _alone(self._folder / _LOCK):
                try:
                    shutil.rmtree(making, ignore_errors=True)  # what a job left that was killed
                    making.mkdir()
                    made = self._write(database, making, signer, now)
                except (OSError, sqlite3.Error):
                    shutil.rmtree(making, ignore_errors=True)
                    raise
                self._tidy()
        except (OSError, sqlite3.Error) as cause:
            raise Stop("hall.snapshot_failed", folder=str(self._folder), reason=str(cause)) from cause
        return made

    def _write(self, database: Path, making: Path, signer: Signer, now: str) -> Kept:
        writer = SnapshotWriter(database, making, self._limits)
        hall, fold = writer.write(SCOPES, now)
        written = {scope: writer.sealed(scope) for scope in SCOPES}
        files = {
            scope: seal(signer, PURPOSE_SNAPSHOT, Snapshot(
                hall.id, hall.epoch, hall.seq, hall.chain, scope, one.sha256, one.size, fold, now
            ))
            for scope, one in written.items()
        }  # fmt: skip
        head = seal(signer, PURPOSE_HEAD, Head(hall.id, hall.epoch, hall.seq, hall.chain))
        _durable(making / _OFFERS, msgspec.json.encode(Offered(head, files, now)))
        place = self._folder / f"{hall.epoch}-{hall.seq}"
        self._read.pop(place, None)
        if place.exists():
            shutil.rmtree(place)
        making.replace(place)
        _sync_folder(self._folder)
        return Kept(place, hall.epoch, hall.seq)

    def _tidy(self) -> None:
        """Old sets go; one that somebody is reading on Windows goes the next time."""
        for old in self.kept()[self._limits.snapshot_sets :]:
            shutil.rmtree(old.folder, ignore_errors=True)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One job at a time, whichever process; the system gives the lock back however the process ends."""
    db = sqlite3.connect(lock, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        try:
            db.execute("begin exclusive")
        except sqlite3.OperationalError as cause:
            raise Stop("hall.snapshot_made", folder=str(lock.parent)) from cause
        yield
    finally:
        db.close()


def _durable(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, where the system lets a folder be opened."""
    with contextlib.suppress(PermissionError, IsADirectoryError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
