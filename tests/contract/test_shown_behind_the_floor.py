"""All that a terminal has behind the sparse part of its copy it can show a restored hall (S21, S25, T60)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from casework.limits import LIMITS
from tests.beginning import DAY, PULLS, SMALL, busy
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gaps, gathered, plugged, shows
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place


def standing(place: Place) -> tuple[int, int]:
    """Its cursor, and up to where its copy is sparse."""
    with place.memory.reading() as db:
        cursor, floor = db.execute("select cursor, floor from standing").fetchone()
    return cursor, floor


async def burns(world: HallWorld, copy: Path, place: Place) -> None:
    """The hall comes back from its copy, and the terminal shows what it has."""
    restored(world, copy)
    plugged(world, place)
    await shows(place)
    gathered(world)


def test_t60_s25_who_came_back_by_a_snapshot_shows_what_it_has_pulled_since(tmp_path: Path) -> None:
    """Few entries lay between the head at its floor and the one before: it went, and with it all proof of the rest."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window, place = await world.window("0012", client), Place(world, "0013", tmp_path, SMALL)
        await place.enrol()
        await window.push(window.received())
        await place.sync()
        await busy(window, 20)
        world.snapshot()
        await place.sync()
        cursor, floor = standing(place)
        assert floor == cursor > 0
        copied(world, tmp_path / "backup.db")
        taken = window.received()
        await window.push(taken)
        await place.sync()
        await burns(world, tmp_path / "backup.db", place)
        assert world.case(taken.case) is not None
        assert gaps(world) == []

    in_hall(tmp_path, story, limits=SMALL)


def test_s21_s25_a_snapshot_that_is_being_applied_makes_no_place_of_its_end(tmp_path: Path) -> None:
    """It raises the floor before the cursor: a restored hall knew that place, and nobody asked for what lay before."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window, place = await world.window("0012", client), Place(world, "0013", tmp_path, SMALL)
        await place.enrol()
        await window.push(window.received())
        await place.sync()
        await busy(window, 20)
        world.snapshot()
        place.line._bootstrap.saw(100)
        ahead = 0
        while await place.line._bootstrap.step():
            cursor, floor = standing(place)
            ahead += floor > cursor
            assert max(point.seq for point in place.memory.points()) == cursor
        assert ahead, "what the story is about"

    in_hall(tmp_path, story, limits=SMALL)


@pytest.mark.parametrize("older", [False, True])
def test_s21_s25_what_is_whole_between_the_floor_and_the_next_head_is_shown(tmp_path: Path, older: bool) -> None:
    """A quiet hall: what is older than its days and what is not came in one page, and only its end was proven.

    `older`: the hall's copy lacks also what the window has let go since.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), Place(world, "0013", tmp_path, PULLS)
        await place.enrol()
        await place.sync()
        if older:
            copied(world, tmp_path / "backup.db")
        await window.push(window.received())
        world.clock.go(LIMITS.kept_seconds + DAY)
        if not older:
            copied(world, tmp_path / "backup.db")
        taken = window.received()
        await window.push(taken, window.accepted(taken.case))
        await place.sync()
        while place.memory.purge_step():
            pass
        cursor, floor = standing(place)
        assert 0 < floor < cursor
        await burns(world, tmp_path / "backup.db", place)
        case = world.case(taken.case)
        assert case is not None
        assert case.state == "accepted"
        assert [gap.last for gap in gaps(world)] == ([floor] if older else [])

    in_hall(tmp_path, story, limits=PULLS)
