"""Brings a hall's database to this version: forward only, each change and its record in one transaction.

A database made by a newer program is refused in words, never touched.
"""

from __future__ import annotations

import sqlite3

from hall.errors import Stop
from hall.queries import migrations


def migrate(db: sqlite3.Connection, upto: int | None = None) -> None:
    """Run what is missing. `upto`: the last number to run (tests of old databases).

    Raises Stop when the database is newer than this program.
    """
    newest = max(number for number, _, _ in migrations())
    if version_of(db) > newest:
        raise Stop("hall.newer_database", database=version_of(db), program=newest)
    for number, _name, steps in migrations():
        if upto is not None and number > upto:
            return
        db.execute("begin immediate")
        try:
            if version_of(db) < number:  # another process may have been faster
                for step in steps:
                    db.execute(step)
                db.execute(f"pragma user_version = {number}")
            db.execute("commit")
        except BaseException:
            db.execute("rollback")
            raise


def version_of(db: sqlite3.Connection) -> int:
    """The number of the newest migration that ran."""
    (number,) = db.execute("pragma user_version").fetchone()
    return int(number)
