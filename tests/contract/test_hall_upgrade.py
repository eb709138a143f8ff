"""The hall's program is changed for a newer one: there is a way back, and it is there before anything is changed."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hall import cli, migrate, upgrading
from hall.errors import Stop
from hall.ownership import owned
from hall.queries import migrations
from hall.upgrading import copies_in

NOW = migrations()
NEWEST = NOW[-1][0]
NEXT = (*NOW, (NEWEST + 1, "next.sql", ("create table of_the_next (id integer primary key) strict",)))


def runs(patch: pytest.MonkeyPatch, known: tuple[Any, ...]) -> None:
    """From now on the program with these migrations runs."""
    for module in (migrate, upgrading):
        patch.setattr(module, "migrations", lambda: known)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hall of this program, and the next program with one migration more."""
    cli.create_hall(tmp_path, sample=True, verifier=str)
    runs(monkeypatch, NEXT)
    return tmp_path


def schema(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as db:
        return migrate.version_of(db)


def test_a_copy_is_kept_before_a_newer_program_brings_the_database_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schema(folder / cli.DATABASE) == NEWEST
    with cli.open_hall(folder) as here, here.store.reading() as reading:
        entries = reading.hall().seq
    (kept,) = copies_in(folder, cli.DATABASE)
    assert (schema(folder / cli.DATABASE), schema(kept)) == (NEWEST + 1, NEWEST)
    assert str(kept) in capsys.readouterr().err
    with cli.open_hall(folder):
        assert copies_in(folder, cli.DATABASE) == [kept], "once"
    assert cli.run(["hall", "restore", str(kept), "--dir", str(folder)]) == 0
    assert cli.run(["hall", "epoch", "--dir", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["entries"] > entries, "all of it, and the new epoch"


def test_an_older_program_refuses_the_newer_database_and_goes_on_from_the_copy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cli.open_hall(folder):
        pass
    (kept,) = copies_in(folder, cli.DATABASE)
    runs(monkeypatch, NOW)
    with pytest.raises(Stop) as no, cli.open_hall(folder):
        pass
    assert no.value.message.id == "hall.newer_database"
    assert cli.run(["hall", "restore", str(kept), "--dir", str(folder)]) == 0
    with cli.open_hall(folder) as here, here.store.reading() as reading:
        assert (reading.hall().epoch, schema(folder / cli.DATABASE)) == (2, NEWEST)


def test_without_room_for_the_copy_nothing_is_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(database: Path, path: Path) -> None:
        raise Stop("hall.no_write", file=str(path), reason="No space left on device")

    monkeypatch.setattr(upgrading, "whole_copy", full)
    with pytest.raises(Stop), cli.open_hall(folder):
        pass
    assert schema(folder / cli.DATABASE) == NEWEST


def test_a_command_of_the_newer_program_changes_nothing_while_the_older_one_serves(folder: Path) -> None:
    with owned(folder):
        with pytest.raises(Stop) as no, cli.open_hall(folder):
            pass
        assert (no.value.message.id, schema(folder / cli.DATABASE)) == ("hall.served", NEWEST)
        assert copies_in(folder, cli.DATABASE) == []
    with cli.open_hall(folder):
        assert schema(folder / cli.DATABASE) == NEWEST + 1


def test_the_disk_is_not_filled_by_the_copies_of_many_years(folder: Path) -> None:
    for year in range(2020, 2025):
        (folder / f"hall.db.schema-00{year - 2015:02}-at-{year}0101-090000.db").write_bytes(b"old")
    with cli.open_hall(folder):
        pass
    assert [file.name[:20] for file in copies_in(folder, cli.DATABASE)] == [
        "hall.db.schema-0009-",
        f"hall.db.schema-{NEWEST:04}-",
    ]
