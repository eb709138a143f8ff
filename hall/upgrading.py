"""Before a newer program brings a hall's database on, a whole copy of it is kept beside: the way back (operations.md).

An older program refuses a newer database. It goes on from the copy by `yichuang hall restore`, in a new epoch, and the
windows bring again what came in since (S25).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from hall.backups import whole_copy
from hall.migrate import version_of
from hall.ownership import owned
from hall.queries import migrations

KEPT = 2
"""So many copies, the newest ones."""


def copies_in(folder: Path, database: str) -> Sequence[Path]:
    """The copies that were kept, the oldest first."""
    return sorted(folder.glob(f"{database}.schema-*.db"), key=lambda file: file.name.rpartition("-at-")[2])


def keep_before(folder: Path, database: str, now: datetime) -> Path | None:
    """Copy the database where this program is about to bring it on; None where nothing is to be done.

    Raises Stop when there is no room for a copy, or a hall of before serves it: then nothing was changed.
    """
    file = folder / database
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(file)) as db:
        found = version_of(db)
        if 0 < found < max(number for number, _, _ in migrations()):
            kept = folder / f"{database}.schema-{found:04d}-at-{now:%Y%m%d-%H%M%S}.db"
            with owned(folder):  # an older program that serves it would push into tables that it does not know
                whole_copy(file, kept)
            for old in copies_in(folder, database)[:-KEPT]:
                old.unlink(missing_ok=True)
            return kept
    return None
