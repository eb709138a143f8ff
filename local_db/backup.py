"""A copy of the memory while it is in use, and whether the file is sound.

Files are written by temporary file, fsync, rename.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from local_db.errors import Damaged, DiskFull, wrapped
from local_db.scan_files import is_sound
from local_db.scans import Scans
from local_db.state import sync_folder, write_whole

_PAGES = 1000
"""Pages that are copied at a time, so that a save in between waits for milliseconds only."""


SCANS = ".scans"
"""What the folder with the scans of a copy is called: the copy's own name and this."""


class Backup(Scans):
    """Copy and check."""

    def backup(self, path: Path) -> int:
        """Write a whole copy to `path`; an older one there stays until the new one is durable.

        Scans that the hall does not have yet lie in a folder beside it; the others are named in the copy, and come from
        the hall again. Returns how many there are (S35).

        Raises DiskFull, NotWritable, Damaged: the older one is as it was. What was read is checked, so that a damaged
        memory never takes the place of the last good copy.
        """
        temporary = path.with_name(path.name + ".tmp")
        try:
            with wrapped(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                _forget(temporary)
                self._copy(temporary)
                with temporary.open("rb+") as stream:
                    os.fsync(stream.fileno())
                scans = self._copy_scans(path)
                temporary.replace(path)
                sync_folder(path.parent)
        finally:
            with contextlib.suppress(OSError):
                _forget(temporary)
        _drop_others(path, scans)
        return len(scans)

    def _copy_scans(self, path: Path) -> frozenset[str]:
        """The scans that are still to be sent, copied beside `path`; the names of their files."""
        folder, names = path.with_name(path.name + SCANS), set()
        for scan in self.scans_to_send(self.limits.backup_scans):
            file = self.scan_path(scan.sha256)
            if file is None:
                continue
            copy = folder / file.name
            names.add(file.name)
            if not is_sound(copy, scan.sha256):
                folder.mkdir(parents=True, exist_ok=True)
                write_whole(copy, file.read_bytes())
        return frozenset(names)

    def _copy(self, temporary: Path) -> None:
        """A checked copy as the file `temporary`. Raises Damaged, DiskFull."""
        with self.reading() as source, contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as copy:
            try:
                source.backup(copy, pages=_PAGES)
                copy.execute("pragma journal_mode = delete")  # one file, no log beside it
                sound = [row[0] for row in copy.execute("pragma quick_check(1)")] == ["ok"]
            except sqlite3.OperationalError as cause:
                if cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:  # where the copy goes, not what is copied
                    raise DiskFull("store.disk_full", file=str(temporary.parent)) from cause
                raise
            except sqlite3.DatabaseError:
                sound = False
        if not sound:
            raise Damaged("store.damaged", file=str(self.file))

    def check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file and its references; empty when it is sound."""
        with self.reading() as db:
            found = [row[0] for row in db.execute("pragma quick_check") if row[0] != "ok"]
            found += [f"{row[0]} {row[1]}" for row in db.execute("pragma foreign_key_check")]
        return tuple(found)


def _drop_others(path: Path, names: frozenset[str]) -> None:
    """Take away what an older copy had and the hall has by now; a file that can't be taken away does no harm."""
    for file in path.with_name(path.name + SCANS).glob("*"):
        if file.name not in names:
            with contextlib.suppress(OSError):
                file.unlink()


def _forget(temporary: Path) -> None:
    """Take away what an attempt left behind: the file, and the journal that SQLite would play into the next one."""
    for left in (temporary, temporary.with_name(temporary.name + "-journal")):
        left.unlink(missing_ok=True)
