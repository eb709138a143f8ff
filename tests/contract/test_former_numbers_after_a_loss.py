"""What a former number had brought comes last to a restored hall, and counts as if it had come first (S25, S27)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.case import Case
from casework.facts import Fact
from casework.limits import LIMITS
from console.counter import Taken
from console.demo.sample import application
from hall.office import revoke
from sync.errors import Busy
from sync.outbound import Outbound
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered
from tests.contract.test_scopes import give
from tests.desks import Desk, desk, lines, session
from tests.hall_world import HallWorld
from tests.machines import Machine, at_a_hall


async def with_a_receipt(world: HallWorld, tmp_path: Path, copy: Path) -> tuple[Machine, Machine, Fact]:
    """A window that took something in after the hall's last copy, and goes by another number since; and one that holds
    another module.
    """
    pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
    await pc.enrol("0040")
    await other.enrol("0013")
    give(world, "0013", "business")
    for machine in (pc, other):
        await machine.sync()
    copied(world, copy)
    taken = pc.hand.received()
    pc.save(taken)
    for _ in range(2):
        await pc.sync()
    await pc.enrol("0041")
    for _ in range(3):
        await pc.sync()
    return pc, other, taken


async def module_goes(world: HallWorld, pc: Machine, case: str) -> None:
    give(world, "0041", "business")
    for _ in range(4):
        await pc.sync()
        world.api.hall.tick()
    assert pc.memory.case_state(case) is None, "what the story is about"


async def hall_burns(world: HallWorld, copy: Path, pc: Machine, other: Machine, *, late: bool = False) -> None:
    """`late`: the window comes when the hall has gathered what others showed."""
    for machine in (pc, other):
        await machine.sync()
    restored(world, copy)
    for machine in (other,) if late else (other, pc, pc):
        await machine.sync()
        gathered(world)
    for _ in range(3):
        await pc.sync()


@pytest.mark.parametrize("late", [False, True])
def test_s15_s25_s27_an_act_on_a_case_whose_receipt_comes_behind_it_stands(tmp_path: Path, late: bool) -> None:
    """It was refused, for no such case was known, and its notice was out."""

    async def story(world: HallWorld) -> None:
        pc, other, taken = await with_a_receipt(world, tmp_path, tmp_path / "backup.db")
        accepted = pc.hand.fact("accepted", bodies.Accepted("accept", "局"), taken.case)
        accepted = msgspec.structs.replace(accepted, actor="2001", post="single")
        pc.save(accepted)
        pc.save(pc.hand.fact("printed", bodies.Printed("acceptance", 1, "x", "a" * 64, of=accepted.id), taken.case))
        for _ in range(3):
            await pc.sync()
        before = world.case(taken.case)
        assert isinstance(before, Case)
        assert before.state == "accepted"
        await module_goes(world, pc, taken.case)
        await hall_burns(world, tmp_path / "backup.db", pc, other, late=late)
        after = world.case(taken.case)
        assert after is not None
        assert (after.state, after.accepted_at, after.papers) == (before.state, before.accepted_at, before.papers)
        assert world.waiting() == []

    at_a_hall(tmp_path, story)


def test_s15_s25_an_act_on_a_case_whose_receipt_never_comes_can_be_given_up(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        _, other, _ = await with_a_receipt(world, tmp_path, tmp_path / "backup.db")
        restored(world, tmp_path / "backup.db")
        await other.sync()
        gathered(world)
        accepted = other.hand.fact("accepted", bodies.Accepted("accept", "局"), "c" * 32)
        other.save(msgspec.structs.replace(accepted, actor="2001", post="single"))
        for _ in range(2):
            await other.sync()
        (line,) = other.memory.tray()
        assert (line.kind, line.code) == ("held", "no_case")
        gives_up = other.hand.fact("resolve.withdraw", bodies.ResolveWithdraw((line.fact,), "没有这件"), "c" * 32)
        other.save(msgspec.structs.replace(gives_up, actor="3001", post="supervisor"))
        for _ in range(2):
            await other.sync()
        assert (world.waiting(), other.memory.tray()) == ([], ())

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("way", ["the note is back", "enrolled again"])
def test_s25_s27_a_machine_that_may_not_seal_when_it_meets_a_restored_hall_sends_it_once_it_may(
    tmp_path: Path, way: str
) -> None:
    """It went on in the new epoch all the same, and nobody sealed again what its former number had brought."""

    async def story(world: HallWorld) -> None:
        pc, other, taken = await with_a_receipt(world, tmp_path, tmp_path / "backup.db")
        await module_goes(world, pc, taken.case)
        await other.sync()
        pc.state.rename(tmp_path / "aside")
        pc.reopen()
        restored(world, tmp_path / "backup.db")
        await other.sync()
        gathered(world)
        assert (await pc.sync()).error
        assert pc.memory.position().epoch == 1, "it goes on once it may seal"
        if way == "the note is back":
            shutil.rmtree(pc.state, ignore_errors=True)
            (tmp_path / "aside").rename(pc.state)
            pc.reopen()
        else:
            await pc.enrol("0045")
        for _ in range(4):
            await pc.sync()
            world.api.hall.tick()
        assert world.case(taken.case) is not None

    at_a_hall(tmp_path, story)


async def two_numbers(
    world: HallWorld, tmp_path: Path, copied_at: str, outcome: str = "receive"
) -> tuple[Desk, Desk, Case]:
    """A window whose former number took an application in and accepted it, and whose present one decided on it; it has
    not the module any more. The other has another module. And how the case stands.

    `copied_at`: "first", or "between" the receipt and the acceptance.
    """
    here, other = await desk(world, tmp_path, "0040"), await desk(world, tmp_path, "0013")
    give(world, "0013", "business")
    for one in (here, other):
        await one.sync()
    if copied_at == "first":
        copied(world, tmp_path / "backup.db")
    wanted = application(here.counter.library.current().items["D01"], 7, 1, world.clock.now().date())
    taken = here.counter.intake(session("2001"), msgspec.structs.replace(wanted, outcome=outcome))
    assert isinstance(taken, Taken)
    await here.sync()
    if copied_at == "between":
        copied(world, tmp_path / "backup.db")
    await here.goes_on(taken.number, "accept")
    for _ in range(2):
        await here.sync()
    await here.enrol("0041")
    for _ in range(3):
        await here.sync()
    await here.goes_on(taken.number, "examine", "site-check", "decide")
    for _ in range(3):
        await here.sync()
    before = world.case(taken.case)
    assert isinstance(before, Case)
    assert before.state == "decided"
    await module_goes(world, here, taken.case)
    return here, other, before


def down_after(patched: pytest.MonkeyPatch, batches: int) -> None:
    """The line sends so many batches, and no more."""
    send, left = Outbound._stepped, iter(range(batches))

    async def soon(line: Outbound, ahead: Any) -> int | None:
        if next(left, None) is None:
            raise Busy("line.busy", 1.0)
        return await send(line, ahead)

    patched.setattr(Outbound, "_stepped", soon)


@pytest.mark.parametrize("copied_at", ["first", "between"])
@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("command", ["one", "two"])
def test_s15_s25_s27_what_was_done_on_a_case_is_judged_behind_all_that_a_former_number_had_brought_of_it(
    tmp_path: Path, command: str, cut: bool, copied_at: str
) -> None:
    """The examination was refused, for the acceptance lay behind the receipt; that was held behind the examination.

    `cut`: into batches of one group each, as a weak line does.
    """

    async def story(world: HallWorld) -> None:
        outcome = "accept" if command == "one" else "receive"
        here, other, before = await two_numbers(world, tmp_path, copied_at, outcome)
        here.limits = msgspec.structs.replace(LIMITS, push_facts=1) if cut else LIMITS
        await hall_burns(world, tmp_path / "backup.db", here, other)
        assert world.case(before.id) == before
        assert world.waiting() == []

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("gone", range(8))
def test_s25_s27_who_is_enrolled_once_more_between_two_batches_of_it_sends_all_of_it_in_its_order(
    tmp_path: Path, gone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waited at the hall was judged as soon as the receipt was there. `gone`: so many batches."""

    async def story(world: HallWorld) -> None:
        here, other, before = await two_numbers(world, tmp_path, "first")
        here.limits = msgspec.structs.replace(LIMITS, push_facts=1)
        for one in (other, here):
            await one.sync()
        restored(world, tmp_path / "backup.db")
        await other.sync()
        gathered(world)
        with monkeypatch.context() as patched:
            down_after(patched, gone)
            for _ in range(3):
                await here.sync()
                gathered(world)
        await here.enrol("0042")
        for _ in range(4):
            await here.sync()
            world.api.hall.tick()
        assert world.case(before.id) == before
        assert world.waiting() == []

    at_a_hall(tmp_path, story)


def test_s25_s28_what_waits_for_a_machine_that_never_sends_the_rest_is_judged_once_it_is_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld) -> None:
        here, other, _ = await two_numbers(world, tmp_path, "between")
        here.limits = msgspec.structs.replace(LIMITS, push_facts=1)
        for one in (other, here):
            await one.sync()
        restored(world, tmp_path / "backup.db")
        await other.sync()
        gathered(world)
        with monkeypatch.context() as patched:
            down_after(patched, 2)
            for _ in range(2):
                await here.sync()
        world.api.hall.rejudge()
        assert {code for _, code, _ in lines(world)} == {"on_its_way"}, "more may come"
        world.api.hall.change(lambda reading, now, new_id: revoke(reading, "0041", now, new_id))
        world.api.hall.rejudge()
        assert {code for _, code, _ in lines(world)} == {"not_shown"}, "and in a day as it is"

    at_a_hall(tmp_path, story)


def test_s5_s25_s27_what_a_machine_did_before_makes_nothing_stale_that_it_did_after(tmp_path: Path) -> None:
    """Two former numbers had done both, and its own count of then was taken for that of now: the acceptance was refused
    for the paper that had been taken in before it.
    """

    async def story(world: HallWorld) -> None:
        pc, other, taken = await with_a_receipt(world, tmp_path, tmp_path / "backup.db")
        paper = next(iter(pc.memory.case_state(taken.case).materials), "D01-01")  # type: ignore[union-attr]
        pc.save(pc.hand.fact("material.added", bodies.MaterialAdded({paper: "original"}), taken.case))
        accepted = pc.hand.fact("accepted", bodies.Accepted("accept", "局"), taken.case)
        pc.save(msgspec.structs.replace(accepted, actor="2001", post="single"))
        for _ in range(3):
            await pc.sync()
        await module_goes(world, pc, taken.case)
        restored(world, tmp_path / "backup.db")
        await other.sync()
        gathered(world)
        await pc.enrol("0042")
        for _ in range(4):
            await pc.sync()
        case = world.case(taken.case)
        assert case is not None
        assert (case.state, world.waiting()) == ("accepted", [])

    at_a_hall(tmp_path, story)
