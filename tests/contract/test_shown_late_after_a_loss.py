"""What would move nothing at a restored hall waits for a window that shows what lay before it (S14, S25)."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.case import Case
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered
from tests.contract.test_scopes import give
from tests.desks import DAY, Desk, desk, lines
from tests.hall_world import HallWorld
from tests.machines import at_a_hall


async def delivered_without_a_module(world: HallWorld, tmp_path: Path, copied_at: str) -> tuple[Desk, Desk, Case]:
    """One window has decided, the other has delivered and lost the module; the hall is restored, and the second
    comes first, when all has been gathered. And how the case stood.
    """
    first, second = await desk(world, tmp_path, "0040"), await desk(world, tmp_path, "0013")
    both = (first, second)
    for one in both:
        await one.sync()
    if copied_at == "before":
        copied(world, tmp_path / "backup.db")
    taken = first.takes_in()
    for one in both * 2:
        await one.sync()
    if copied_at == "behind the receipt":
        copied(world, tmp_path / "backup.db")
    await first.goes_on(taken.number, "accept", "examine", "site-check", "decide")
    for one in both * 2:
        await one.sync()
    await second.goes_on(taken.number, "certify", "deliver")
    for one in both * 2:
        await one.sync()
    before = world.case(taken.case)
    assert isinstance(before, Case)
    assert before.state == "delivered"
    give(world, "0013", "business")
    for one in both * 3:
        await one.sync()
        world.api.hall.tick()
    assert second.memory.case_state(taken.case) is None, "what the story is about"
    restored(world, tmp_path / "backup.db")
    gathered(world)
    for _ in range(2):
        await second.sync()
        world.api.hall.tick()
    return first, second, before


@pytest.mark.parametrize("copied_at", ["before", "behind the receipt"])
def test_s14_s25_what_was_delivered_is_delivered_when_who_decided_comes_last(tmp_path: Path, copied_at: str) -> None:
    """The delivery was taken in at once, moved nothing, and the decision came back behind it."""

    async def story(world: HallWorld) -> None:
        first, second, before = await delivered_without_a_module(world, tmp_path, copied_at)
        for one in (first, first, second, first):
            await one.sync()
            world.api.hall.tick()
        assert world.case(before.id) == before
        assert lines(world) == []
        assert first.memory.case_state(before.id) == before

    at_a_hall(tmp_path, story)


def test_s14_s25_what_nobody_shows_anything_before_is_taken_in_after_a_day_as_it_is(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        _, second, before = await delivered_without_a_module(world, tmp_path, "behind the receipt")
        held = {(line.type, line.kind, line.code) for line in second.memory.tray()}
        assert held == {("certified", "held", "not_shown"), ("delivered", "held", "not_shown")}
        world.clock.go(DAY + 60)
        world.api.hall.tick()
        await second.sync()
        flagged = {(line.type, line.kind, line.code) for line in second.memory.tray()}
        assert flagged == {("certified", "flagged", "step_not_open"), ("delivered", "flagged", "step_not_open")}
        case = world.case(before.id)
        assert case is not None
        assert case.state == "received"

    at_a_hall(tmp_path, story)
