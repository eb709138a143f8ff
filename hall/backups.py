"""The hall's second place (S26): a full copy each day, segments and scans within seconds, old ones put away."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from datetime import timedelta
from itertools import chain
from pathlib import Path

from casework.ambient import Clock, moment, stamp
from casework.limits import LIMITS, Limits
from casework.seals import Signer
from hall.errors import Stop
from hall.files import flushed, put_in_place
from hall.segments import SegmentName, SegmentWriter, read_segment, segments_in
from hall.sqlite_store import SCANS
from hall.store import Store

SEGMENTS = "segments"
_FULL = "full-*.db"
_PAGES = 2000
"""Pages that are copied at a time, so that a push in between waits for milliseconds only."""


class Backups:
    """Looks after one second place.

    Args:
        folder: where it is; another disk, or another machine's share.
        database: the hall's file.
        store: its memory.
        signer: its key, which is kept elsewhere.
        clock: its time.
        limits: how often, how many.
    """

    def __init__(
        self, folder: Path, database: Path, store: Store, signer: Signer, clock: Clock, limits: Limits = LIMITS
    ) -> None:
        self._folder = folder
        self._database = database
        self._store = store
        self._signer = signer
        self._clock = clock
        self._limits = limits
        self._writer: SegmentWriter | None = None
        self._begun = False
        """Whether the newest full copy is known to be of this log: then a restore begins from it."""

    def step(self) -> int:
        """Write what is new; how many entries. Called every `limits.segment_seconds`.

        Raises Stop, also where only the copy of the day has no room: what is new is written then all the same.
        """
        try:
            late = self._full_if_old()
            if self._writer is None:
                self._writer = SegmentWriter(self._folder / SEGMENTS, self._signer, self._covered())
            with self._store.reading() as reading:
                segment = self._writer.made(reading)
            written = self._writer.write(segment) if segment is not None else 0
            self._store.scans.copy_to(self._folder / SCANS, self._limits.backup_files_at_once)
        except OSError as cause:
            raise Stop("hall.no_write", file=str(self._folder), reason=cause.strerror or str(cause)) from cause
        if late is not None:
            raise late
        return written

    def _covered(self) -> int:
        """Up to where full copies and segments of this epoch have this very log."""
        full = max(map(self._shared, fulls_in(self._folder)), default=0)
        with self._store.reading() as reading:
            hall = reading.hall()
        for name in reversed(segments_in(self._folder / SEGMENTS)):
            if name.epoch == hall.epoch and full < name.last <= hall.seq and self._is_ours(name):
                return name.last
        return full

    def _is_ours(self, name: SegmentName) -> bool:
        """Whether a segment is whole and of this log: one of before a rollback has the same name and other entries."""
        try:
            chain = read_segment(name.path, self._signer.public).chain
        except Stop:
            return False
        return self._has(name.last, chain)

    def _shared(self, full: Path) -> int:
        """Up to which entry a full copy has this log; 0 where it is another one's, or can't be read."""
        seq, chain = _end_of(full)
        return seq if self._has(seq, chain) else 0

    def _has(self, seq: int, chain: str) -> bool:
        """Whether the log is this one at a place. The second place is read before, and nothing of it while one asks."""
        with self._store.reading() as reading:
            return bool(seq) and reading.chain_at(seq) == chain

    def _full_if_old(self) -> Stop | None:
        """A copy each day, and one at once where the newest is of another log: after a restore. Why it is late, where
        an older one stands, from which the segments go on.
        """
        now, fulls = self._clock.now(), fulls_in(self._folder)
        soonest = _named(stamp(now - timedelta(seconds=self._limits.backup_seconds)))
        fresh = bool(fulls) and fulls[-1].stem.removeprefix("full-") >= soonest
        if fresh and not self._begun:
            fresh = self._shared(fulls[-1]) > 0
        if not fresh:
            self._nobody_goes_on()
            try:
                self._expect_room()
                self.full(self._folder / f"full-{_named(stamp(now))}.db")
            except Stop as no:
                if not fulls:
                    raise
                return no
            self._put_away()
        self._begun = True
        return None

    def _expect_room(self) -> None:
        """Take away what nobody finishes. Raises Stop where a copy can't be written whole: none is begun every other
        second, only to fill the disk.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        for half in self._folder.glob(f"{_FULL}.tmp*"):  # a power cut left it
            half.unlink()
        if shutil.disk_usage(self._folder).free < self._database.stat().st_size:
            raise Stop("hall.no_write", file=str(self._folder), reason=os.strerror(errno.ENOSPC))

    def _nobody_goes_on(self) -> None:
        """Raises Stop where another hall has its copies, or this one was restored from here and goes on elsewhere: the
        copies of both would push each other out, and the next restore would take the wrong log for the newest.
        """
        with self._store.reading() as reading:
            here = reading.hall().epoch
        copies = [_hall_in(path) for path in fulls_in(self._folder)]
        if any(key not in {"", self._signer.public} for _, key in copies):
            raise Stop("hall.place_of_another", folder=str(self._folder))
        names = (name for name in segments_in(self._folder / SEGMENTS) if name.epoch > here)
        written = (name.epoch for name in names if self._is_read(name.path))
        newest = max(chain(written, (epoch for epoch, _ in copies)), default=0)
        if newest > here:
            raise Stop("hall.goes_on_elsewhere", folder=str(self._folder), epoch=newest, here=here)

    def _is_read(self, segment: Path) -> bool:
        """Whether it is a segment of this hall."""
        with contextlib.suppress(Stop):
            read_segment(segment, self._signer.public)
            return True
        return False

    def full(self, path: Path) -> None:
        """A checked, whole copy of the memory while it is served. Raises Stop."""
        whole_copy(self._database, path)

    def _put_away(self) -> None:
        """What lies before the oldest full copy that is kept."""
        fulls = fulls_in(self._folder)
        for path in fulls[: -self._limits.backups_kept]:
            path.unlink()
        oldest = self._shared(fulls[-self._limits.backups_kept :][0])
        for name in segments_in(self._folder / SEGMENTS):
            if name.last < oldest:
                name.path.unlink()


def whole_copy(database: Path, path: Path) -> None:
    """A checked copy of a memory as the one file `path`, also while it is served. Raises Stop."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with (
            contextlib.closing(sqlite3.connect(database, isolation_level=None)) as source,
            contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as copy,
        ):
            source.execute("begin")  # one view of it: else the copy begins anew with whatever is written meanwhile
            source.execute("select 1 from sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES)
            copy.execute("pragma journal_mode = delete")  # one file, no log beside it
            if [row[0] for row in copy.execute("pragma quick_check(1)")] != ["ok"]:
                raise Stop("hall.backup_damaged", file=str(database))
        flushed(temporary)
        put_in_place(temporary, path)
    except (OSError, sqlite3.Error) as cause:
        raise Stop("hall.no_write", file=str(path), reason=str(cause)) from cause
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def fulls_in(folder: Path) -> list[Path]:
    """The full copies in a second place, oldest first."""
    return sorted(folder.glob(_FULL))


def _named(at: str) -> str:
    """A time as it stands in a file's name."""
    return f"{moment(at):%Y%m%d-%H%M%S}"


def _hall_in(path: Path) -> tuple[int, str]:
    """Epoch and key of the hall in a full copy; 0 and nothing where it can't be read."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            epoch, key = db.execute("select epoch, key from hall").fetchone()
    except (sqlite3.Error, TypeError):
        return 0, ""
    return int(epoch), str(key)


def _end_of(path: Path) -> tuple[int, str]:
    """Where a full copy ends, and its chain there; 0 and nothing where it can't be read."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            seq, chain = db.execute("select seq, chain from hall").fetchone()
    except (sqlite3.Error, TypeError):
        return 0, ""
    return int(seq), str(chain)
