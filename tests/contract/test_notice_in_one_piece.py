"""A notice that a restored hall had forgotten and what stood behind it, shown in one piece after the timer (S30)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from casework import bodies
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import DAY, gathered, plugged
from tests.contract.test_papers_out import of, printed, told, waits
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place


@pytest.mark.parametrize("ended", [False, True], ids=["accepted", "withdrawn"])
def test_t32_s30_a_notice_behind_which_the_case_went_on_before_the_loss_is_a_task(tmp_path: Path, ended: bool) -> None:
    """The applicant holds two papers that the timer's acceptance contradicts, and nobody was told."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        one, place = await world.window("0012", client), Place(world, "0013", tmp_path)
        await place.enrol()
        taken = one.received()
        await one.push(taken)
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        notice = told(one, taken.case)
        await one.push(notice, printed(one, notice, "supplement"))
        await one.pull_all()
        world.clock.go(DAY)
        await one.push(one.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), taken.case))
        await one.pull_all()
        last = one.make("withdrawn", bodies.Withdrawn("不办了"), taken.case) if ended else one.accepted(taken.case)
        await one.push(last)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert of(world, taken.case).deemed
        plugged(world, place)
        await place.sync()
        assert ("flagged", "supplement.told") in {line[:2] for line in waits(world)}

    in_hall(tmp_path, story)
