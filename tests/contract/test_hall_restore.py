"""The hall's second place: a copy and the segments after it make the very same hall again (S26)."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from casework.seals import Ed25519Signer
from hall.backups import SEGMENTS, Backups, fulls_in
from hall.errors import Stop
from hall.restoring import Restored, Restoring, restore
from hall.segments import segments_in
from hall.sqlite_store import SqliteStore
from tests.hall_world import HallWorld
from tests.sim.profiles import Profile
from tests.sim.test_restored_hall import refusals, tell, work, work_apart
from tests.sim.world import World

TABLES = (
    "log", "register", "case_state", "case_number", "tray", "staff", "head", "blob", "timer", "scan",
    "(select number, incarnation, key, scopes, acked, head, active from terminal)",
)  # fmt: skip


def rows(file: Path, table: str) -> list[Any]:
    """Everything in a table."""
    with sqlite3.connect(file) as db:
        return sorted(map(str, db.execute(f"select * from {table}").fetchall()))


def backups_of(world: World, folder: Path) -> Backups:
    """A second place of the simulated hall."""
    server = world.server
    assert server.store is not None
    return Backups(folder, server.file, server.store, server.signer, server.clock)


def brought_back(world: World, second: Path, folder: Path) -> tuple[Restored, Path]:
    """The hall made again elsewhere, before its new epoch says anything."""
    folder.mkdir()
    done = restore(
        folder, "hall.db", second, None, world.server.signer, world.server.clock, world.dice.ids("again"),
    )  # fmt: skip
    return done, folder / "hall.db"


def test_s26_a_copy_and_its_segments_make_the_same_hall_row_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: World) -> None:
        await work(world, 10)
        second = tmp_path / "second"
        backups = backups_of(world, second)
        backups.step()
        for _ in range(12):
            await work_apart(world, 30)
            backups.step()
            if refusals(world):
                break
        assert refusals(world)
        monkeypatch.setattr(Restoring, "go_on", lambda _self, _least: 2)  # the epoch would write entries of its own
        done, file = brought_back(world, second, tmp_path / "again")
        assert done.from_segments > 50
        for table in TABLES:
            assert rows(file, table) == rows(world.server.file, table), table

    tell(tmp_path, story, Profile(terminals=2))


def test_s26_a_restored_hall_opens_an_epoch_that_nobody_has_seen(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 3)
        second = tmp_path / "second"
        backups_of(world, second).step()
        world.server._app.state.api.hall.open_epoch("once before")
        done, file = brought_back(world, second, tmp_path / "again")
        assert (done.epoch, done.kept) == (2, "")
        again = restore(
            file.parent, "hall.db", second, None, world.server.signer, world.server.clock, world.dice.ids("b")
        )
        assert again.epoch == 3
        assert again.kept
        with sqlite3.connect(file) as db:
            assert db.execute("select epoch, healing <> '' from hall").fetchone() == (3, 1)

    tell(tmp_path, story, Profile(terminals=1))


def test_s26_a_damaged_segment_or_the_copy_of_another_hall_changes_nothing(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 3)
        second = tmp_path / "second"
        backups = backups_of(world, second)
        backups.step()
        await work(world, 3)
        backups.step()
        _, file = brought_back(world, second, tmp_path / "again")
        before = file.read_bytes()
        stranger = Ed25519Signer(b"s" * 32)
        with pytest.raises(Stop, match=r"hall\.no_copy"):
            restore(file.parent, "hall.db", second, None, stranger, world.server.clock, world.dice.ids("b"))
        last = segments_in(second / SEGMENTS)[-1].path
        last.write_bytes(gzip.compress(gzip.decompress(last.read_bytes()).replace(b"received", b"rejected")))
        with pytest.raises(Stop, match=r"hall\.bad_segment"):
            restore(file.parent, "hall.db", second, None, world.server.signer, world.server.clock, world.dice.ids("b"))
        assert file.read_bytes() == before

    tell(tmp_path, story, Profile(terminals=1))


def test_s26_the_newest_copy_that_is_damaged_is_passed_over(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 2)
        second = tmp_path / "second"
        backups = backups_of(world, second)
        backups.step()
        await work(world, 2)
        backups.step()
        (second / "full-29991231-000000.db").write_bytes(b"torn")
        done, _ = brought_back(world, second, tmp_path / "again")
        assert Path(done.copy) == fulls_in(second)[0]
        assert done.from_segments > 0

    tell(tmp_path, story, Profile(terminals=1))


def test_s26_copies_and_segments_of_long_ago_are_put_away(tmp_path: Path) -> None:
    world = HallWorld(tmp_path)
    second = tmp_path / "second"
    backups = Backups(second, world.path, SqliteStore(world.path), world.signer, world.clock)
    for day in range(5):
        world.api.hall.open_epoch(f"day {day}")
        backups.step()
        world.clock.go(24 * 3600 + 1)
    assert len(fulls_in(second)) == 3
    oldest = min(name.first for name in segments_in(second / SEGMENTS))
    assert oldest > 1
    world.store.close()


def test_s26_a_second_place_without_room_for_the_copy_of_the_day_is_written_on_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the log had come there any more until somebody made room, and that was told once."""

    async def story(world: World) -> None:
        await work(world, 10)
        second = tmp_path / "second"
        backups_of(world, second).step()
        (full,) = fulls_in(second)
        full.rename(second / "full-20200101-080000.db")
        half = second / "full-20200102-080000.db.tmp"
        half.write_bytes(b"a power cut left it")
        full_disk = shutil.disk_usage(second)._replace(free=0)
        monkeypatch.setattr(shutil, "disk_usage", lambda _place: full_disk)
        await work(world, 10)
        backups = backups_of(world, second)
        with pytest.raises(Stop, match=r"hall\.no_write"):
            backups.step()
        assert not half.exists()
        done, _ = brought_back(world, second, tmp_path / "again")
        assert done.from_segments > 5
        assert len(fulls_in(second)) == 1

    tell(tmp_path, story, Profile(terminals=2))
