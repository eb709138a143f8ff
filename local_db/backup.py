"""A copy of the memory while it is in use, and whether the file is sound.

Files are written by temporary file, fsync, rename.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from local_db.connection import Connected
from local_db.errors import Damaged, DiskFull, wrapped
from local_db.state import sync_folder

_PAGES = 1000
"""Pages that are copied at a time, so that a save in between waits for milliseconds only."""


class Backup(Connected):
    """Copy and check."""

    def backup(self, path: Path) -> None:
        """Write a whole copy to `path`; an older one there stays until the new one is durable.

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
                temporary.replace(path)
                sync_folder(path.parent)
        finally:
            with contextlib.suppress(OSError):
                _forget(temporary)

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


def _forget(temporary: Path) -> None:
    """Take away what an attempt left behind: the file, and the journal that SQLite would play into the next one."""
    for left in (temporary, temporary.with_name(temporary.name + "-journal")):
        left.unlink(missing_ok=True)
