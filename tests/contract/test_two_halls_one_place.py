"""A hall that was restored while the one of before still runs: both write into one second place (S26)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from casework import bodies
from casework.ambient import NewId
from casework.facts import NO_HASH
from casework.seals import Ed25519Signer
from hall.backups import Backups
from hall.errors import Stop
from hall.office import own_facts
from hall.restoring import restore
from hall.rows import Changes, HallRow
from hall.segments import segments_in
from hall.service import Hall
from hall.sqlite_store import SqliteStore
from hall.store import Reading
from tests.hall_world import PEOPLE, HallWorld, in_hall


def says(body: bodies.Body) -> Callable[[Reading, str, NewId], Changes]:
    """A word of the hall's own."""
    return lambda reading, now, new_id: own_facts(reading, [body], now, new_id)


def goes_on(world: HallWorld, folder: Path, second: Path) -> tuple[Hall, SqliteStore]:
    """The hall, restored into another folder and at work there."""
    folder.mkdir()
    restore(folder, "hall.db", second, None, world.signer, world.clock, world.ids.new_id)
    store = SqliteStore(folder / "hall.db")
    hall = Hall(store, world.signer, world.clock, world.ids.new_id)
    world.clock.go(world.limits.heal_seconds + 1)
    hall.tick()
    return hall, store


def test_s26_an_old_hall_that_nobody_has_switched_off_does_not_push_out_the_copies_of_the_new_one(
    tmp_path: Path,
) -> None:
    """Each day it was the first with its copy. The next restore took that for the newest, and what the hall had written
    into its second place since was passed over without a word.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        second = tmp_path / "second"
        window = await world.window("0012", client)
        old = Backups(second, world.path, world.store, world.signer, world.clock)
        old.step()
        await window.push(window.received())
        hall, store = goes_on(world, tmp_path / "new", second)
        new = Backups(second, tmp_path / "new" / "hall.db", store, world.signer, world.clock)
        new.step()
        world.api.hall.change(says(PEOPLE[0]))  # a timer, say
        old.step()
        told = set()
        for _ in range(5 * 12):
            world.clock.go(2 * 3600)
            hall.change(says(PEOPLE[1]))
            try:
                old.step()
            except Stop as trouble:
                told.add(trouble.code)
            new.step()
        assert told == {"goes_on_elsewhere"}
        with store.reading() as reading:
            end = reading.hall().seq
        store.close()
        (tmp_path / "third").mkdir()
        done = restore(tmp_path / "third", "hall.db", second, None, world.signer, world.clock, world.ids.new_id)
        assert done.from_copy + done.from_segments == end

    in_hall(tmp_path, story)


def test_s26_the_one_that_is_to_go_on_opens_an_epoch_and_writes_there_again(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        second = tmp_path / "second"
        old = Backups(second, world.path, world.store, world.signer, world.clock)
        old.step()
        _, store = goes_on(world, tmp_path / "new", second)
        Backups(second, tmp_path / "new" / "hall.db", store, world.signer, world.clock).step()
        store.close()
        world.clock.go(25 * 3600)
        with pytest.raises(Stop, match=r"hall\.goes_on_elsewhere"):
            old.step()
        world.api.hall.open_epoch("the other one was a drill")
        world.clock.go(1)
        old.step()

    in_hall(tmp_path, story)


def test_s26_two_halls_that_were_given_one_folder_do_not_push_out_each_others_copies(tmp_path: Path) -> None:
    """Each found no copy of its own there and made one every two seconds; of each the third newest went."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        second = tmp_path / "second"
        first = Backups(second, world.path, world.store, world.signer, world.clock)
        first.step()
        other = SqliteStore(tmp_path / "other.db")
        signer = Ed25519Signer(b"another hall".ljust(32, b"."))
        with other.writing() as tx:
            tx.found(HallRow("420106", "420106", "武昌", signer.public, 1, 0, NO_HASH))
        stranger = Backups(second, tmp_path / "other.db", other, signer, world.clock)
        for _ in range(4):
            world.clock.go(2)
            with pytest.raises(Stop, match=r"hall\.place_of_another"):
                stranger.step()
            first.step()
        assert len(list(second.glob("full-*.db"))) == 1
        other.close()

    in_hall(tmp_path, story)


def test_s26_segments_of_another_hall_say_nothing_of_this_one(tmp_path: Path) -> None:
    """IT was told that this hall goes on elsewhere, and to open an epoch."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        second = tmp_path / "second"
        (second / "segments").mkdir(parents=True)
        strange = second / "segments" / "000003-000000000001-000000000009.segment"
        strange.write_bytes(b"of another hall")
        assert [name.epoch for name in segments_in(second / "segments")] == [3]
        Backups(second, world.path, world.store, world.signer, world.clock).step()
        assert len(list(second.glob("full-*.db"))) == 1

    in_hall(tmp_path, story)
