"""The schema: brought up to date equals new, two starters don't collide, every query stands and is used."""

from __future__ import annotations

import re
import sqlite3
import threading
from pathlib import Path

import pytest

from hall.queries import script
from local_db import migrations
from local_db.migrations import READABLE_SINCE, SCHEMA_VERSION, migrate, version_of
from local_db.sql import queries, schema, schema_files

ROOM = Path(__file__).resolve().parents[2] / "local_db"
FILES = sorted(path.stem for path in (ROOM / "queries").glob("*.sql"))


def empty() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def drawn(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """All tables, indexes and triggers of ours."""
    return db.execute(
        "select type, name, sql from sqlite_master where name not like '%sqlite_migrations%' order by type, name"
    ).fetchall()


@pytest.mark.parametrize("version", range(SCHEMA_VERSION + 1))
def test_a_file_of_any_version_brought_up_to_date_equals_a_new_one(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = empty(), empty()
    with monkeypatch.context() as then:
        then.setattr(migrations, "SCHEMA_VERSION", version)
        then.setattr(migrations, "schema_files", lambda: schema_files()[:version])
        migrate(old, "old")
    assert version_of(old) == version
    migrate(old, "old")
    migrate(new, "new")
    assert drawn(old) == drawn(new) != []
    assert version_of(old) == version_of(new) == SCHEMA_VERSION == len(schema_files())
    old.close()
    new.close()


def test_migrations_only_expand_so_that_a_window_can_go_back_a_version() -> None:
    takes_away = re.compile(r"\b(drop\s+(table|column|index|trigger)|rename|delete\s+from)\b", re.IGNORECASE)
    since = [name for name in schema_files() if int(name[:4]) > READABLE_SINCE]
    assert [name for name in since if takes_away.search(schema(name))] == []
    assert READABLE_SINCE <= SCHEMA_VERSION


def test_a_migration_that_breaks_in_the_middle_leaves_the_file_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> str:
        return "create table first (a);\ncreate table second (b;\n"

    monkeypatch.setattr(migrations, "schema", broken)
    db = empty()
    with pytest.raises(sqlite3.Error):
        migrate(db, "x")
    assert drawn(db) == []
    assert version_of(db) == 0
    db.close()


def test_two_starters_at_once_both_find_the_file_ready(tmp_path: Path) -> None:
    start = threading.Barrier(2)
    ended: list[object] = []

    def begin() -> None:
        db = sqlite3.connect(tmp_path / "t.db", isolation_level=None, timeout=20)
        start.wait()
        try:
            migrate(db, "t.db")
            ended.append(version_of(db))
        except sqlite3.Error as error:
            ended.append(error)
        finally:
            db.close()

    starters = [threading.Thread(target=begin) for _ in range(2)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert ended == [SCHEMA_VERSION] * 2


@pytest.mark.parametrize("file", FILES)
def test_every_query_stands_by_the_schema_and_is_used(file: str) -> None:
    db = empty()
    migrate(db, "x")
    if file == "bootstrap":  # the hall's file lies beside the memory while it is applied
        db.execute("attach ':memory:' as snap")
        for statement in script("snapshot_tables"):
            db.execute(statement)
    for name, text in queries(file).items():
        marks = sorted(set(re.findall(r"\?\d+", text))) or re.findall(r"\?", text)
        db.execute(f"explain {text}", [None] * len(marks))
        users = [path for path in ROOM.glob("*.py") if f'queries("{file}")' in path.read_text(encoding="utf-8")]
        named = [path for path in users if f'["{name}"]' in path.read_text(encoding="utf-8")]
        built = name.startswith(("clear_", "hash_")) and file == "rebuild"
        assert named or built, f"{file}.sql: {name}"
    db.close()
