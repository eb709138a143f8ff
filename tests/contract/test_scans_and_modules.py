"""A module leaves a window also where scans of it lie there that others have named (S7, S35)."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import msgspec

from casework.limits import LIMITS
from tests.beginning import PULLS, placed
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, plugged
from tests.contract.test_modules_in_turn import only, with_a_scan
from tests.contract.test_scopes import exact
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place


async def with_time(world: HallWorld, place: Place, rounds: int = 3) -> None:
    """The window's line has its time."""
    for _ in range(rounds):
        world.clock.go(LIMITS.scan_retry_seconds + LIMITS.retry_most)
        await place.line.sync_once(scans=True)
        world.api.hall.tick()


def test_s35_s7_a_scan_that_was_read_here_and_is_another_windows_keeps_no_module_from_leaving(tmp_path: Path) -> None:
    """The PC was put back to an image of before, at a hall that was restored: it asked for it in vain for ever."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        await world.window("0012", client)
        maker, place = await placed(world, "0031", limits=PULLS), await placed(world, "0032", limits=PULLS)
        await maker.sync()
        sha = await with_a_scan(maker, tmp_path)
        await maker.line.sync_once(scans=True)
        await with_time(world, maker)
        assert world.store.scans.is_whole(sha)
        await place.sync()
        (case,) = [row.case_id for row in place.memory.cases()]
        place.memory.want_scan(place.memory.case_state(case).scans[0])  # type: ignore[union-attr]
        await with_time(world, place)
        assert place.memory.scan_state(sha).here
        image = tmp_path / "image"
        place.memory.close()
        shutil.copytree(place.folder, image)
        place.restart()
        await only(world, place, "business")
        exact(world, place, "business")
        copied(world, tmp_path / "backup.db")
        restored(world, tmp_path / "backup.db")
        gathered(world)
        place.memory.close()
        shutil.rmtree(place.folder)
        shutil.copytree(image, place.folder)
        place.restart()
        plugged(world, place)
        await with_time(world, place)
        await only(world, place, "construction")
        exact(world, place, "construction")
        assert place.memory.position().keep == ()
        assert not place.memory.scan_state(sha).here

    in_hall(tmp_path, story, limits=PULLS)


def test_s35_s27_a_scan_whose_fact_was_given_up_under_the_old_number_keeps_no_module_from_leaving(
    tmp_path: Path,
) -> None:
    """A proxy had let its fact through without the bytes, and the PC got a new number: no module ever left it again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, again = await world.window("0012", client), await world.window("0033", client)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        sha = await with_a_scan(place, tmp_path, stub="refused with 413")
        (line,) = place.memory.tray()
        await window.push(window.gives_up(line.case, line.fact))
        await place.sync()
        assert place.memory.tray() == ()
        who = msgspec.structs.replace(place.memory.identity, terminal="0033", incarnation=again.incarnation)
        place.memory.adopt(who, place.hand.new_id)
        place.number, place.signer = "0033", again.signer
        place.restart()
        await with_time(world, place)
        assert place.memory.scan_path(sha) is None
        await only(world, place, "business")
        assert place.memory.position().keep == ()
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=PULLS)
