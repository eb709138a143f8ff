"""A hall from its second place (S26): the newest sound copy, the segments after it, and a new epoch by itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain, count
from pathlib import Path

import msgspec

from casework.ambient import Clock, NewId, moment, stamp
from casework.errors import BadBytes
from casework.facts import HALL, Fact, decode_fact
from casework.folding import fold_mark
from casework.limits import LIMITS, Limits
from casework.seals import Signer
from casework.wire import ENTRY_FACT, Entry, decode_entry
from hall.backups import SEGMENTS, fulls_in
from hall.docket import Docket
from hall.errors import Stop
from hall.files import flushed, put_in_place
from hall.healing import new_epoch
from hall.judge import Sitting
from hall.keeping import Keeping
from hall.replaying import Replay
from hall.rows import Changes, Register
from hall.segments import Segment, following, segments_in
from hall.sqlite_store import SqliteStore

_OF_TWO = "two programs"
"""A fold that no program has: of two programs, or by two calendars."""


class Restored(msgspec.Struct, frozen=True):
    """What came of it."""

    copy: str
    """The full copy that it began with."""
    from_copy: int
    """Entries of that copy."""
    from_segments: int
    epoch: int
    kept: str
    """Where the database lies that was there before; empty when there was none."""


class Restoring(Keeping):
    """A memory that is brought forward by segments."""

    def bring_forward(self, folder: Path) -> int:
        """Put back the entries of all segments that go on from here; how many. Raises Stop."""
        with self._store.reading() as reading:
            hall, calendar = reading.hall(), reading.head("calendar")
        for segment in following(folder, hall.seq, hall.chain, self._signer.public):
            self._put_back(segment)
        with self._store.writing() as tx:
            if tx.head("calendar") != calendar:  # whoever serves it makes the timers of all cases anew (S10)
                tx.save(Changes(fold=_OF_TWO))
            return tx.hall().seq - hall.seq

    def _put_back(self, segment: Segment) -> None:
        with self._store.writing() as tx:
            hall = tx.hall()
            docket = Docket(tx, self._posts(tx), self._calendar(tx))
            docket.changes.blobs.update({blob.sha256: blob.data for blob in segment.blobs})
            replay = Replay(docket, {(row.terminal, row.incarnation, row.seq): row for row in segment.kept})
            entries = [decode_entry(raw) for raw in segment.entries[hall.seq + 1 - segment.first :]]
            docket.load(list(_facts_of(entries)))
            for entry in entries:
                replay.put(entry)
            for register in chain(segment.silent, _came_since(segment, docket)):
                docket.put(register, None)
            for mark in segment.marks:
                row = docket.terminal(mark.number)
                if row is not None and mark.number != HALL:
                    docket.changes.terminals[mark.number] = msgspec.structs.replace(
                        row, acked=mark.acked, head=mark.head, cursor=mark.cursor, last_seen=mark.last_seen
                    )
            Sitting(docket, self.now, self._limits).close()
            tx.save(docket.changes)
            if tx.hall().chain != segment.chain:
                raise Stop("hall.segment_differs", first=segment.first, last=segment.last)

    def go_on(self, least: int) -> int:
        """Open an epoch beyond `least` and all that is known; its number."""
        until = stamp(moment(self.now) + timedelta(seconds=self._limits.heal_seconds))
        with self._store.writing() as tx:
            changes = new_epoch(tx, "restore", self.now, until, self._new_id, least)
            if tx.fold() != fold_mark():  # two programs have folded it: whoever serves it folds all anew (S32)
                changes.fold = _OF_TWO
            tx.save(changes)
            return tx.hall().epoch


def _came_since(segment: Segment, docket: Docket) -> Iterator[Register]:
    """What was held or refused in an older segment, and got its bytes in this one: its verdict stands there (S12)."""
    for row in segment.kept:
        known = docket.envelope_at(row, row.seq)
        if known is not None and known.data is None and known.verdict.v == row.verdict.v != "accepted":
            yield row


def _facts_of(entries: Sequence[Entry]) -> Iterator[Fact]:
    """The facts that this version can read."""
    for entry in entries:
        if entry.kind == ENTRY_FACT:
            with contextlib.suppress(BadBytes):
                yield decode_fact(entry.fact)


def restore(
    folder: Path,
    database: str,
    source: Path,
    segments: Path | None,
    signer: Signer,
    clock: Clock,
    new_id: NewId,
    limits: Limits = LIMITS,
) -> Restored:
    """Make the hall in `folder` anew; what is there now is kept beside it.

    Args:
        folder: the hall's folder. Nobody may serve it meanwhile.
        database: the name of its file.
        source: a second place, or one full copy.
        segments: where the segments lie; None: in the second place.
        signer: the hall's key, which lies in no backup.
        clock: the time now.
        new_id: ids for what the hall says of it.
        limits: how long it gathers afterwards.

    Raises Stop when there is no sound copy of this hall; then nothing was changed.
    """
    target, fresh = folder / database, folder / f"{database}.new"
    copy = _sound_copy(source, signer)
    try:
        for old in folder.glob(f"{database}.new*"):
            old.unlink()
        shutil.copyfile(copy, fresh)
        store = SqliteStore(fresh, limits)
        try:
            restoring = Restoring(store, signer, clock, new_id, limits)
            with store.reading() as reading:
                begun = reading.hall().seq
            place = segments or (source / SEGMENTS if source.is_dir() else None)
            brought = restoring.bring_forward(place) if place is not None else 0
            epoch = restoring.go_on(max(_epoch_of(target), _newest_epoch(place)))
        finally:
            store.close()
        flushed(fresh)
        kept = _kept_beside(target, stamp(clock.now()))
        put_in_place(fresh, target)
    except OSError as cause:
        raise Stop("hall.no_write", file=str(target), reason=cause.strerror or str(cause)) from cause
    return Restored(str(copy), begun, brought, epoch, kept)


def _sound_copy(source: Path, signer: Signer) -> Path:
    """The newest copy that is whole and this hall's."""
    copies = fulls_in(source)[::-1] if source.is_dir() else [source]
    for path in copies:
        if _is_sound(path, signer.public):
            return path
    raise Stop("hall.no_copy", source=str(source))


def _is_sound(path: Path, public: str) -> bool:
    if not path.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            whole = [row[0] for row in db.execute("pragma quick_check(1)")] == ["ok"]
            return whole and db.execute("select key from hall").fetchone() == (public,)
    except sqlite3.Error:
        return False


def _epoch_of(path: Path) -> int:
    """The newest epoch that the present memory knows, if it can still be read."""
    if not path.is_file():
        return 0
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return int(db.execute("select max(epoch, seen_epoch) from hall").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return 0


def _newest_epoch(place: Path | None) -> int:
    names = segments_in(place) if place is not None else []
    return max((name.epoch for name in names), default=0)


def _kept_beside(target: Path, now: str) -> str:
    """Keep the present memory under another name, and leave it in place until the new one is put over it in one step.

    Its log is folded into it first: a log that stayed behind would be played into the new memory. Only the log of one
    that can't be opened is moved as it is.
    """
    if not target.exists():
        return ""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.execute("pragma journal_mode = delete")
    kept = _free(target.with_name(f"{target.name}.before-{moment(now):%Y%m%d-%H%M%S}"))
    for tail in ("-wal", "-shm"):
        part = target.with_name(target.name + tail)
        if part.exists():
            part.replace(kept.with_name(kept.name + tail))
    try:
        os.link(target, kept)
    except OSError:  # a file system without links
        shutil.copyfile(target, kept)
        flushed(kept)
    return str(kept)


def _free(path: Path) -> Path:
    """`path`, or the first of its like that is not taken: what was kept once is never written over."""
    return next(
        name for name in chain((path,), (path.with_name(f"{path.name}-{n}") for n in count(2))) if not name.exists()
    )
