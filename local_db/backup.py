"""A copy of the memory while it is in use, and whether the file is sound.

Files are written by temporary file, fsync, rename.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from local_db.connection import Connected
from local_db.errors import wrapped
from local_db.state import sync_folder

_PAGES = 1000
"""Pages that are copied at a time, so that a save in between waits for milliseconds only."""


class Backup(Connected):
    """Copy and check."""

    def backup(self, path: Path) -> None:
        """Write a whole copy to `path`; an older one there stays until the new one is durable.

        Raises DiskFull, NotWritable: nothing was changed.
        """
        temporary = path.with_name(path.name + ".tmp")
        with wrapped(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            with self.reading() as source:
                copy = sqlite3.connect(temporary, isolation_level=None)
                try:
                    source.backup(copy, pages=_PAGES)
                    copy.execute("pragma journal_mode = delete")  # one file, no log beside it
                finally:
                    copy.close()
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
            temporary.replace(path)
            sync_folder(path.parent)

    def check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file and its references; empty when it is sound."""
        with self.reading() as db:
            found = [row[0] for row in db.execute("pragma quick_check") if row[0] != "ok"]
            found += [f"{row[0]} {row[1]}" for row in db.execute("pragma foreign_key_check")]
        return tuple(found)
