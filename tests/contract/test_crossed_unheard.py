"""What one window hands out while another has not told it what makes that untrue: a person is told (S15, S22)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casework.case import open_steps
from tests.contract.test_crossed_on_paper import stops, with_branches
from tests.desks import DAY, Desk, backed_up, burnt, lines, together, trayed, two_desks
from tests.hall_world import HallWorld
from tests.machines import at_a_hall

REFUSED = {"outcome": "refused", "reasons": "未提交材料", "remedies": "可以复议"}
WITHOUT = {"D01-01": "original", "D01-03": "original", "D01-04": "defer"}


def asks(material: str) -> list[dict[str, Any]]:
    """One line of what is missing."""
    return [{"material": material, "defect": "缺", "cure": "补"}]


async def known(here: Desk, there: Desk, item: str, **changes: Any) -> str:
    """An application that both know: its number."""
    number = here.takes_in(item, **changes).number
    await together(here, there)
    return number


@pytest.mark.parametrize("first", ["decided", "received"])
def test_s22_a_refusal_for_want_of_what_a_second_receipt_lists_is_told(tmp_path: Path, first: str) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        file = f"{0xABC:032x}"
        number = one.takes_in(case_id=file, materials=WITHOUT).number
        one.prints("1001", number, "receipt")
        await one.goes_on(number, "accept", "examine", "site-check")
        other.down = True
        second = other.takes_in(case_id=file, materials={**WITHOUT, "D01-04": "original"})
        other.prints("1001", second.number, "receipt")
        if first == "received":
            other.down = False
            await other.sync()
        one.acts("2001", number, "decide", **REFUSED)
        await together(one, other)
        told = [line for line in lines(world) if line[0] in {"received", "decided"}]
        crossed = ("received", "stale", "decided") if first == "decided" else ("decided", "stale", "received")
        assert told == [crossed]

    at_a_hall(tmp_path, story)


def test_s15_a_notice_of_an_act_with_an_open_line_that_is_printed_unaware_of_the_withdrawal_is_called_back(
    tmp_path: Path,
) -> None:
    """The act stands, so its line calls no paper back: nobody was told, and nobody asked for it."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = await known(other, one, "D01")
        other.down = True
        world.clock.go(8 * DAY)
        for _ in range(2):
            world.api.hall.tick()
        await one.sync()
        other.acts("2001", number, "accept")
        other.down = False
        await other.sync()
        other.down = True
        await one.sync()
        world.clock.go(60)
        one.acts("1001", number, "withdraw", reason="不办了")
        await one.sync()
        world.clock.go(60)
        other.prints("2001", number, "acceptance")
        await together(one, other)
        assert ("printed", "stale", "withdrawn") in lines(world)
        for line in trayed(world):
            one.settles(line.fact, holder="申请人")
        await together(one, other)
        case = world.case(one.case(number).id)
        assert case is not None
        assert [each.paper for each in case.recalls] == ["acceptance"]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("way", ["supplement", "return"])
@pytest.mark.parametrize("done", ["found", "mended"])
def test_s15_what_is_asked_for_on_paper_and_was_found_or_mended_elsewhere_is_told(
    tmp_path: Path, way: str, done: str
) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = await known(other, one, "A02" if way == "return" else "D04")  # a registration is returned
        here = other.case(number).materials
        if done == "found":
            material = next(code for code, have in here.items() if have == "pending_check")
            other.acts("1002", number, "check", results=[{"material": material, "outcome": "no_match"}])
            await together(other, one)
            one.acts("2001", number, "check", results=[{"material": material, "outcome": "match"}])
        else:
            material = next(code for code, have in here.items() if have == "original")
            one.acts("1001", number, "mend", mends={material: "日期"})
        await one.sync()
        world.clock.go(60)
        if way == "return":
            other.acts("2001", number, "return", reason="材料不全", lines=asks(material))
        else:
            other.acts("1001", number, "supplement", lines=asks(material))
        await together(other, one)
        type_ = "returned" if way == "return" else "supplement.told"
        what = "checked_by_network" if done == "found" else "mended_on_the_spot"
        assert lines(world) == [(type_, "stale", what)]

    at_a_hall(tmp_path, story)


def test_s15_s30_the_notice_of_the_timers_acceptance_is_not_called_back_with_an_older_one(tmp_path: Path) -> None:
    """It names no act, and passed for one of the act that was given up."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = await known(other, one, "D01", materials=WITHOUT)
        other.down = True
        other.acts("2001", number, "accept")
        one.acts("1001", number, "supplement-received", materials={"D01-04": "original"})
        await one.sync()
        await together(other, one)
        assert lines(world) == [("accepted", "stale", "material.added")]
        for days in (8, 3):
            world.clock.go(days * DAY)
            for _ in range(2):
                world.api.hall.tick()
        await together(one, other)
        one.prints("2001", number, "acceptance")
        await together(one, other)
        (line,) = trayed(world)
        one.settles(line.fact)
        await together(one, other)
        case = world.case(one.case(number).id)
        assert case is not None
        assert case.settled
        assert (case.recalls, lines(world)) == ((), [])

    at_a_hall(tmp_path, story)


def test_s25_a_resumption_that_comes_back_makes_its_own_notice_untrue_also_behind_a_newer_one(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number, step, kind = await with_branches(other, one)
        stops(other, number, step, kind)
        await together(other, one)
        other.prints("2001", number, "suspension")
        await together(other, one)
        other.down, backup = True, backed_up(world, tmp_path)
        one.acts("2001", number, "resume", step=step)
        await one.sync()
        await burnt(world, backup, one, other)
        other.prints("2001", number, "suspension")
        await other.sync()
        branch = next(each.id for each in open_steps(other.case(number)) if each.id != step)
        stops(other, number, branch, kind)
        await other.sync()
        other.prints("2001", number, "suspension")
        await other.sync()
        await together(one, other)
        assert lines(world) == [("resumed", "stale", "printed")]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("order", ["heard late", "heard first"])
def test_s15_what_was_put_right_after_the_notice_answers_it_and_is_nobodys_task(tmp_path: Path, order: str) -> None:
    """It waited for its applicant for what was done; and the line called a true notice back."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = await known(other, one, "D04")
        material = next(code for code, have in other.case(number).materials.items() if have == "original")
        world.clock.go(60)
        (other if order == "heard late" else one).down = True
        other.acts("1001", number, "supplement", lines=asks(material))
        other.prints("1001", number, "supplement")
        await other.sync()
        world.clock.go(1800)
        one.acts("1001", number, "mend", mends={material: "日期"})
        await one.sync()
        await together(one, other)
        assert lines(world) == []
        assert other.case(number).state == "received"

    at_a_hall(tmp_path, story)


def test_s15_a_return_that_was_at_the_hall_before_what_a_source_found_is_told(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = await known(other, one, "A02")
        material = next(code for code, have in other.case(number).materials.items() if have == "pending_check")
        other.acts("1002", number, "check", results=[{"material": material, "outcome": "no_match"}])
        await together(other, one)
        one.down = True
        one.acts("2001", number, "check", results=[{"material": material, "outcome": "match"}])
        other.acts("2001", number, "return", reason="材料不全", lines=asks(material))
        await other.sync()
        await together(one, other)
        assert lines(world) == [("checked_by_network", "stale", "returned")]

    at_a_hall(tmp_path, story)


def test_s22_a_second_receipt_with_the_same_papers_is_no_task_of_a_refusal(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        file = f"{0xABC:032x}"
        number = one.takes_in(case_id=file, materials=WITHOUT).number
        await one.goes_on(number, "accept", "examine", "site-check")
        other.down = True
        other.takes_in(case_id=file, materials=WITHOUT)
        one.acts("2001", number, "decide", **REFUSED)
        await one.sync()
        await together(one, other)
        assert lines(world) == []

    at_a_hall(tmp_path, story)


def test_s22_a_decision_that_grants_is_not_stale_for_a_second_receipt(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        file = f"{0xABC:032x}"
        number = one.takes_in(case_id=file, materials=WITHOUT).number
        await one.goes_on(number, "accept", "examine", "site-check")
        other.down = True
        other.takes_in(case_id=file, materials={**WITHOUT, "D01-04": "original"})
        other.down = False
        await other.sync()
        one.acts("2001", number, "decide", outcome="granted", reasons="齐全")
        await one.sync()
        assert lines(world) == []

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("paper", ["acceptance", "supplement"])
def test_s15_what_is_handed_out_after_a_withdrawal_that_nobody_had_heard_of_is_told(tmp_path: Path, paper: str) -> None:
    """The paper was at the hall before the withdrawal, and given out after it."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = await known(other, one, "D01", materials={**WITHOUT, "D01-01": "original"})
        if paper == "acceptance":
            other.acts("2001", number, "accept")
        else:
            other.acts("1001", number, "supplement", lines=asks("D01-01"))
        await together(other, one)
        one.down = True
        one.acts("1001", number, "withdraw", reason="不办了")
        world.clock.go(3600)
        other.prints("2001" if paper == "acceptance" else "1001", number, paper)
        await other.sync()
        await together(one, other)
        assert lines(world) == [("withdrawn", "stale", "printed")]

    at_a_hall(tmp_path, story)


def test_s15_a_notice_that_was_true_when_it_was_handed_out_is_nobodys_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = await known(other, one, "D01", materials=WITHOUT)
        other.acts("2001", number, "accept")
        await together(other, one)
        one.down = True
        other.prints("2001", number, "acceptance")
        await other.sync()
        world.clock.go(3600)
        one.acts("1001", number, "withdraw", reason="不办了")
        await together(one, other)
        assert lines(world) == []

    at_a_hall(tmp_path, story)
