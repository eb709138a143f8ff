"""A calendar that comes back with the hall's log moves the timers, as it did when it was published (S10, S26)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from hall.backups import Backups
from hall.releases.catalogues import CALENDAR
from hall.restoring import restore
from hall.sqlite_store import SqliteStore
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, placed, plugged
from tests.contract.test_hall_timers import DAY, of
from tests.contract.test_hall_versions import an_open_case, counts, with_days_off
from tests.hall_world import HallWorld, in_hall


@pytest.mark.parametrize("served", [True, False], ids=["by-its-start", "by-the-day-that-was-last"])
def test_s26_s30_a_restored_hall_still_says_what_nobody_said_in_time_by_the_calendar_of_its_segments(
    tmp_path: Path, served: bool
) -> None:
    """It looked at the last day of the old calendar, saw that it was another one, and never looked again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await an_open_case(window)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        counts(world, CALENDAR, 1, with_days_off("2026-11-25", "2026-11-26"))
        with world.store.reading() as reading:
            last = reading.timers_due("2027-01-01", 1)
        backups.step()
        world.store.close()
        restore(tmp_path, "hall.db", tmp_path / "second", None, world.signer, world.clock, world.ids.new_id)
        world.store = SqliteStore(world.path)
        world.start()
        if served:
            world.api.hall.start()
            with world.store.reading() as reading:
                assert reading.timers_due("2027-01-01", 1) == last
        gathered(world)
        for _ in range(12):
            world.clock.go(DAY)
            world.api.hall.tick()
        assert of(world, case).deemed == last[0].due

    in_hall(tmp_path, story)


def test_t32_s10_a_calendar_that_a_window_brings_back_to_a_restored_hall_moves_the_timers_of_all_cases(
    tmp_path: Path,
) -> None:
    """The hall said by the old one, days late, what nobody had said in time."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), await placed(world, "0013")
        counts(world, CALENDAR, 1, with_days_off("2026-11-25"))
        counts(world, CALENDAR, 2, with_days_off("2026-11-25", "2026-11-26"))
        case = await an_open_case(window)
        copied(world, tmp_path / "backup.db")
        counts(world, CALENDAR, 3, with_days_off("2026-11-25"))  # the one before, of which it has the bytes
        other = await an_open_case(window)
        await place.sync()
        with world.store.reading() as reading:
            wanted = {row.case: row.due for row in reading.timers_due("2027-01-01", 9)}
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        await place.sync()
        gathered(world)
        with world.store.reading() as reading:
            assert {row.case: row.due for row in reading.timers_due("2027-01-01", 9)} == wanted
        assert wanted.keys() == {case, other}

    in_hall(tmp_path, story)
