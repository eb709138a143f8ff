"""A case was ended at a window without its line, and another one handed out a paper that says that it goes on (S15)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from casework import bodies
from casework.facts import Fact
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, placed, plugged
from tests.contract.test_papers_out import DAY, DELIVERY, lines, of, printed, said, told, two
from tests.contract.test_told_after_a_restore import fresh
from tests.hall_world import HallWorld, Window, in_hall

Client = httpx.AsyncClient


def withdrawn(window: Window, case: str) -> Fact:
    """The applicant takes it back."""
    return window.make("withdrawn", bodies.Withdrawn("不办了"), case)


def brought(window: Window, case: str) -> Fact:
    """A paper is handed in, and there is a receipt for it."""
    return window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case)


@pytest.mark.parametrize("what", ["material.added", "supplement.told", "accepted"])
def test_s14_s15_a_case_that_was_withdrawn_without_the_line_is_a_task_where_a_paper_says_that_it_goes_on(
    tmp_path: Path, what: str
) -> None:
    """The other way round the paper was a task; like that two papers contradicted each other, and nobody was told."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        away = withdrawn(other, case)
        world.clock.go(3600)
        makes: dict[str, Callable[[Window, str], Fact]] = {"material.added": brought, "supplement.told": told}
        paper = makes[what](one, case) if what in makes else one.accepted(case)
        assert said(await one.push(paper)) == [("accepted", "")]
        assert said(await other.push(away, printed(other, away, "return"))) == [("accepted", "")] * 2
        assert of(world, case).state == "withdrawn"
        (line,) = lines(world)
        assert (line.kind, line.type, line.code, line.facts) == ("flagged", "withdrawn", "stale", {"what": what})
        await one.pull_all()
        assert said(await one.push(one.gives_up(case, away.id))) == [("accepted", "")]
        assert lines(world) == []
        await one.push(one.make("printed", bodies.Printed("return", 2, "0012-1", "", away.id), case))
        assert of(world, case).open_recalls == (), "it stands, and so does its paper, also when it is printed again"

    in_hall(tmp_path, story)


def noticed(window: Window, case: str) -> Fact:
    """The applicant is told that one paper is missing."""
    lines_ = (bodies.SupplementLine("D01-02", "缺", "补"),)
    return window.make("supplement.told", bodies.SupplementTold(lines_), case)


@pytest.mark.parametrize(
    ("brought_", "seen", "task"), [("D01-02", False, True), ("D01-02", True, False), ("D01-03", False, False)]
)
def test_s14_s15_a_notice_that_asks_for_what_another_window_has_a_receipt_for_is_a_task(
    tmp_path: Path, brought_: str, seen: bool, task: bool
) -> None:
    """It waited for the applicant, who had handed that in and had the receipt for it; nobody was told."""

    async def story(world: HallWorld, client: Client) -> None:
        lacking = {"D01-01": "original", "D01-02": "missing", "D01-03": "missing"}
        one, other, case = await two(world, client, materials=lacking)
        body = bodies.MaterialAdded({brought_: "original"})
        await one.push(one.make("material.added", body, case))
        if seen:
            await other.pull_all()
        world.clock.go(3600)
        notice = noticed(other, case)
        assert said(await other.push(notice)) == [("accepted", "")]
        told_of = [(line.fact, line.kind, line.facts) for line in lines(world)]
        assert told_of == ([(notice.id, "flagged", {"what": "material.added"})] if task else [])
        await one.pull_all()
        assert not task or said(await one.push(one.gives_up(case, notice.id))) == [("accepted", "")]

    in_hall(tmp_path, story)


def test_s14_a_notice_of_before_a_receipt_that_came_first_is_answered_and_no_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client, materials={"D01-01": "original", "D01-02": "missing"})
        notice = noticed(other, case)
        world.clock.go(3600)
        await one.push(one.make("material.added", bodies.MaterialAdded({"D01-02": "original"}), case))
        await other.push(notice)
        assert (of(world, case).state, lines(world)) == ("received", [])

    in_hall(tmp_path, story)


@pytest.mark.parametrize("brought_", ["before", "after"])
def test_s30_a_notice_that_takes_the_timer_back_and_asks_for_what_was_here_by_then_is_a_task(
    tmp_path: Path, brought_: str
) -> None:
    """The case waited once more for what had been handed in at another window, and nobody was told."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client, materials={"D01-01": "original", "D01-02": "missing"})
        body = bodies.MaterialAdded({"D01-02": "original"})
        notice, came = noticed(other, case), one.make("material.added", body, case)
        world.clock.go(3600)
        if brought_ == "before":
            notice = noticed(other, case)
        else:
            came = one.make("material.added", body, case)
        await one.push(came)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert of(world, case).deemed
        await other.push(notice)
        early = brought_ == "before"
        assert of(world, case).state == ("awaiting_supplement" if early else "received")
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == (
            [(notice.id, "flagged", {"what": "material.added"})] if early else []
        )

    in_hall(tmp_path, story)


def test_s15_who_ends_a_case_and_has_seen_all_of_it_leaves_no_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other, case = await two(world, client)
        await one.push(brought(one, case))
        await other.pull_all()
        await other.push(withdrawn(other, case))
        assert lines(world) == []

    in_hall(tmp_path, story)


@pytest.mark.parametrize("ends", ["withdrawn", "transferred", "voided"])
def test_t32_s15_a_case_that_a_restored_hall_had_forgotten_to_be_over_is_a_task_where_a_paper_was_given_since(
    tmp_path: Path, ends: str
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        await one.push(taken)
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        body = {
            "withdrawn": bodies.Withdrawn("不办了"), "transferred": bodies.Transferred("市局", "不属于本级"),
            "voided": bodies.Voided("收错"),
        }[ends]  # fmt: skip
        actor, post = ("1001", "window") if ends == "withdrawn" else ("2001", "single")
        over = one.make(ends, body, taken.case, actor, post)
        assert said(await one.push(over)) == [("accepted", "")]
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await fresh(world, client)
        await other.push(brought(other, taken.case))
        plugged(world, place)
        await place.sync()
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == [
            (over.id, "flagged", {"what": "material.added"})
        ]

    in_hall(tmp_path, story)


def test_t32_s5_a_case_that_was_sent_back_and_decided_by_a_hall_that_had_forgotten_it_stays_decided_and_is_a_task(
    tmp_path: Path,
) -> None:
    """It stood as received again, and the applicant had the decision in her hand."""

    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        await one.push(taken, one.accepted(taken.case))
        await one.push(one.examined(taken.case))
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        body = bodies.SentBack("decide", "accept", "材料有误")
        back = one.make("sent_back", body, taken.case, "2002", "chief")
        assert said(await one.push(back)) == [("accepted", "")]
        assert of(world, taken.case).state == "received"
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await fresh(world, client)
        assert said(await other.push(other.decided(taken.case))) == [("accepted", "")]
        plugged(world, place)
        await place.sync()
        assert (of(world, taken.case).state, "examine" in of(world, taken.case).steps) == ("decided", True)
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == [
            (back.id, "flagged", {"what": "decided"})
        ]

    in_hall(tmp_path, story)


def test_t32_s15_a_result_that_was_revoked_and_handed_out_by_a_hall_that_had_forgotten_it_is_a_task(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        await one.push(taken, one.accepted(taken.case))
        await one.push(one.examined(taken.case), one.decided(taken.case))
        made = one.make("certified", bodies.Certified("certify", "JY1"), taken.case, "1002", "window")
        await one.push(made)
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        body = bodies.Revoked("材料虚假", "可以复议")
        revoked = one.make("revoked", body, taken.case, "2002", "chief")
        assert said(await one.push(revoked)) == [("accepted", "")]
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await fresh(world, client)
        await other.push(other.make("delivered", bodies.Delivered("deliver", "张建国"), taken.case, **DELIVERY))
        plugged(world, place)
        await place.sync()
        assert of(world, taken.case).state == "revoked"
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == [
            (revoked.id, "flagged", {"what": "delivered"})
        ]

    in_hall(tmp_path, story)
