"""What would move nothing at a restored hall waits for a window that shows what lay before it (S14, S25)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from casework.case import Case
from casework.seals import Signed
from casework.wire import OfferAnswer
from sync.errors import Busy
from sync.transport import Transport
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered
from tests.contract.test_scopes import give
from tests.desks import DAY, Desk, desk, lines
from tests.hall_world import HallWorld
from tests.machines import at_a_hall


async def burns(
    world: HallWorld, copy: Path, first: Desk, second: Desk, case: str, loses: tuple[str, ...] = ("0013",),
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> Case:  # fmt: skip
    """The second window loses the module; the hall is restored, and it comes when all has been gathered, before the
    first one. How the case stood.

    `loses`: or both of them. `meanwhile`: what happens while the hall gathers.
    """
    both = (first, second)
    for one in both * 2:
        await one.sync()
    before = world.case(case)
    assert isinstance(before, Case)
    for number in loses:
        give(world, number, "business")
    for one in both * 3:
        await one.sync()
        world.api.hall.tick()
    assert second.memory.case_state(case) is None, "what the story is about"
    restored(world, copy)
    if meanwhile is not None:
        await meanwhile()
    gathered(world)
    for _ in range(2):
        await second.sync()
        world.api.hall.tick()
    return before


async def delivered_without_a_module(world: HallWorld, tmp_path: Path, copied_at: str) -> tuple[Desk, Desk, Case]:
    """One window has decided, the other has delivered and lost the module. And how the case stood."""
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
    before = await burns(world, tmp_path / "backup.db", first, second, taken.case)
    assert before.state == "delivered"
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


@pytest.mark.parametrize("speaks", [False, True])
@pytest.mark.parametrize("way", ["sent back and examined anew", "withdrawn"])
def test_s5_s25_what_stood_on_what_nobody_has_shown_yet_is_not_taken_in_before_it(
    tmp_path: Path, way: str, speaks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examination of now stood on the case as it was before the other one; then that was sent back, behind it.

    `speaks`: the other window has said where it stands, and its line dropped before it showed anything.
    """

    async def story(world: HallWorld) -> None:
        first, second = await desk(world, tmp_path, "0040"), await desk(world, tmp_path, "0013")
        both = (first, second)
        taken = first.takes_in()
        await first.goes_on(taken.number, "accept")
        for one in both * 2:
            await one.sync()
        if way == "withdrawn":
            await first.goes_on(taken.number, "examine")
        copied(world, tmp_path / "backup.db")
        if way == "withdrawn":
            await first.goes_on(taken.number, "site-check")
        else:
            await first.goes_on(taken.number, "examine")
            world.clock.go(60)
            first.acts("2002", taken.number, "send-back", to="examine", reason="重看")
        for one in both * 2:
            await one.sync()
        world.clock.go(60)
        if way == "withdrawn":
            second.acts("1001", taken.number, "withdraw", reason="撤回")
        else:
            await second.goes_on(taken.number, "examine")

        async def says_where_it_stands() -> None:
            offer = Transport.offer

            async def drops(line: Transport, signed: Signed) -> OfferAnswer:
                if b'"entries":[{' in bytes(signed.body):
                    raise Busy("line.busy", 1.0)
                return await offer(line, signed)

            with monkeypatch.context() as patched:
                patched.setattr(Transport, "offer", drops)
                assert (await first.sync()).error

        meanwhile = says_where_it_stands if speaks else None
        before = await burns(world, tmp_path / "backup.db", first, second, taken.case, meanwhile=meanwhile)
        for one in (first, first, second, first):
            await one.sync()
            world.api.hall.tick()
        assert world.case(taken.case) == before
        assert lines(world) == []

    at_a_hall(tmp_path, story)


def test_s15_s25_what_was_done_on_what_another_window_sends_later_is_judged_behind_it(tmp_path: Path) -> None:
    """Both had lost the module: nobody could show anything, and the examination was refused for want of that."""

    async def story(world: HallWorld) -> None:
        first, second = await desk(world, tmp_path, "0040"), await desk(world, tmp_path, "0013")
        both = (first, second)
        taken = first.takes_in()
        for one in both * 2:
            await one.sync()
        copied(world, tmp_path / "backup.db")
        await first.goes_on(taken.number, "accept")
        for one in both * 2:
            await one.sync()
        await second.goes_on(taken.number, "examine", "site-check", "decide")
        before = await burns(world, tmp_path / "backup.db", first, second, taken.case, ("0013", "0040"))
        assert before.state == "decided"
        for _ in range(2):
            await first.sync()  # with its facts, and not at the hall's next look
        assert world.case(taken.case) == before
        assert lines(world) == []

    at_a_hall(tmp_path, story)


def test_s14_s25_what_waits_for_a_window_that_never_comes_stands_in_its_order_after_a_day(tmp_path: Path) -> None:
    """Each of a lane waited a day of its own, and the delivery, which passes the lane, was taken in first."""

    async def story(world: HallWorld) -> None:
        first, second = await desk(world, tmp_path, "0040"), await desk(world, tmp_path, "0013")
        for one in (first, second):
            await one.sync()
        give(world, "0013", "business")
        first.takes_in()  # so that both were heard before the loss
        second.takes_in("A01")
        for one in (second, first):
            await one.sync()
        taken = first.takes_in()
        for _ in range(2):
            await first.sync()
        copied(world, tmp_path / "backup.db")
        await first.goes_on(taken.number, "accept", "examine", "site-check", "decide", "certify", "deliver")
        await second.sync()
        before = await burns(world, tmp_path / "backup.db", second, first, taken.case, ("0040",))
        assert before.state == "delivered"
        assert {code for _, code, _ in lines(world)} >= {"not_shown"}
        for _ in range(25):
            world.clock.go(3600 + 1)
            world.api.hall.tick()
            await first.sync()
        assert world.case(taken.case) == before
        assert lines(world) == []

    at_a_hall(tmp_path, story)
