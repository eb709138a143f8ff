"""Scans of a memory that is put in place again (S35): from beside the backup, or from the folder that it replaces.

Those that the hall has are left there: they are fetched when somebody asks.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from casework.errors import BadBytes, BadScan
from casework.events import body_of
from casework.facts import decode_fact
from casework.limits import Limits
from local_db.backup import SCANS
from local_db.scan_files import ScanFiles
from local_db.sql import queries

_SQL = queries("scans")


def rescue(db: sqlite3.Connection, draft: Path, folder: Path, source: Path, limits: Limits) -> int:
    """Take over the scans of own facts that the hall has not said to have; how many.

    Args:
        db: the memory in `draft`, no transaction open.
        draft: the folder that is being made.
        folder: the one that it will replace.
        source: the backup, or the damaged file.
        limits: bounds of a scan.

    Raises DiskFull, NotWritable. What can't be read any more is left out: its row says that it is lost.
    """
    files, before, count = ScanFiles(draft), ScanFiles(folder), 0
    epoch = db.execute("select epoch from standing").fetchone()[0]
    for (data,) in db.execute(_SQL["own_scanned"]).fetchall():
        try:
            body = body_of(decode_fact(data))
        except BadBytes:
            continue
        row = db.execute(_SQL["row"], (body.sha256,)).fetchone()
        if row is not None and row[4] >= epoch:  # what a hall had before it was restored is asked about again
            continue
        there = before.path(body.sha256, body.media)
        for file in (source.with_name(source.name + SCANS) / there.name, there):
            if _taken(files, file, body.sha256, limits):
                db.execute(_SQL["keep"], (body.sha256, body.size, body.media))
                count += 1
                break
    return count


def _taken(files: ScanFiles, file: Path, sha256: str, limits: Limits) -> bool:
    """Whether `file` is that scan, and has its place now."""
    if not file.is_file():
        return False
    try:
        staged = files.copy(file, limits)
    except BadScan:
        return False
    try:
        if staged.sha256 != sha256:
            return False
        files.place(staged)
        return True
    finally:
        staged.file.unlink(missing_ok=True)
