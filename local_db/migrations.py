"""Brings a terminal's file to the schema of this program: forward only, change and record in one transaction.

`sqlite-utils` keeps the record. It is not safe for two starters and knows no *newer than the program*, so both are done
here: the write lock is taken first, and `user_version` tells at once whether anything is to do, without loading it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from local_db.errors import NewerThanProgram
from local_db.sql import schema, schema_files

_READABLE_SINCE = "schema.readable_since"
SCHEMA_VERSION = 18
"""The number of the newest migration; `PRAGMA user_version` of a file of today."""

READABLE_SINCE = 16
"""The oldest schema whose programs may still open a file of today: after an update a window can go back (updates.md).

A migration only adds: tables, columns with a default, indexes. One that takes away raises this number.
"""


def version_of(db: sqlite3.Connection) -> int:
    """The schema's number that `db` has; 0 for an empty file."""
    return int(db.execute("pragma user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, file: str) -> None:
    """Apply what `db` lacks.

    Args:
        db: opened with `isolation_level=None`, no transaction open.
        file: its name, for the sentence.

    Raises:
        NewerThanProgram: a newer program has written it, and this one would not understand it.
    """
    found = version_of(db)
    if found > SCHEMA_VERSION and _readable_since(db, found) > SCHEMA_VERSION:
        raise NewerThanProgram("store.newer", file=file, found=found, known=SCHEMA_VERSION)
    if found >= SCHEMA_VERSION:
        return
    from sqlite_utils import Database, Migrations

    migrations = Migrations("terminal")
    for name in schema_files():
        migrations(name=name)(_step(name))
    db.execute("begin immediate")  # whoever comes second waits here, and then finds nothing to do
    try:
        if version_of(db) < SCHEMA_VERSION:
            migrations.apply(Database(db))
            db.execute("insert or replace into meta (key, value) values (?, ?)", (_READABLE_SINCE, READABLE_SINCE))
        db.execute("commit")
    except BaseException:
        db.rollback()
        raise


def _readable_since(db: sqlite3.Connection, found: int) -> int:
    """What the newer program has written down; without a word only programs of its own schema may."""
    if db.execute("select 1 from sqlite_master where name = 'meta'").fetchone() is None:
        return found
    row = db.execute("select value from meta where key = ?", (_READABLE_SINCE,)).fetchone()
    return int(row[0]) if row else found


def _step(name: str) -> Callable[[object], None]:
    number = int(name.partition("_")[0])

    def apply(db: object) -> None:
        connection: sqlite3.Connection = db.conn  # type: ignore[attr-defined]  # sqlite-utils hands its Database
        for statement in statements(schema(name)):
            connection.execute(statement)
        connection.execute(f"pragma user_version = {number}")

    return apply


def statements(text: str) -> list[str]:
    """The statements of `text`, one by one: `executescript` would commit the transaction around them."""
    found: list[str] = []
    pending = ""
    for line in text.splitlines():
        if line.lstrip().startswith("--"):
            continue
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return [statement for statement in found if statement]
