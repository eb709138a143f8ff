"""One file was taken in at two windows, one without its line: what was said there does not end it in silence (S22)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from casework import bodies
from casework.facts import Fact
from casework.listing import is_over
from casework.refused import Waits, called_back, papers_out
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, placed, plugged
from tests.contract.test_papers_out import DAY, lines, of, printed, said
from tests.contract.test_told_after_a_restore import fresh
from tests.hall_world import HallWorld, Window, in_hall

Client = httpx.AsyncClient
ID = "c" * 32
ENDS = {
    "refused_at_intake": bodies.RefusedAtIntake("not_our_power", "不属于本级", "可以复议", "市局"),
    "returned": bodies.Returned((bodies.SupplementLine("D01-01", "缺", "补"),), "缺材料"),
    "withdrawn": bodies.Withdrawn("不办了"),
}


def ended(window: Window, type_: str) -> Fact:
    """The application is over, by what this window knows."""
    actor, post = ("1001", "window") if type_ == "withdrawn" else ("2001", "single")
    return window.make(type_, ENDS[type_], ID, actor, post)


@pytest.mark.parametrize("type_", ENDS)
def test_t63_s22_a_file_that_was_ended_without_the_line_and_taken_in_anew_elsewhere_goes_on(
    tmp_path: Path, type_: str
) -> None:
    """She was sent home, came back to another window with what was missing, and its receipt was worth nothing."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        first = other.received(case=ID, registration=type_ == "returned")
        over = ended(other, type_)
        world.clock.go(3600)
        await one.push(one.received(case=ID, registration=type_ == "returned"))
        await one.pull_all()
        answers = await other.push(first, over, printed(other, over, "return"))
        assert said(answers) == [("accepted", ""), ("rejected", "stale"), ("accepted", "")]
        assert of(world, ID).state == "received"
        (line,) = lines(world)
        assert (line.fact, line.kind, line.facts, line.insistable) == (
            over.id, "rejected", {"what": "received"}, type_ != "withdrawn"
        )  # fmt: skip
        await one.pull_all()
        assert said(await one.push(ended(one, type_))) == [("accepted", "")], "who has seen both may end it"

    in_hall(tmp_path, story)


@pytest.mark.parametrize("type_", ENDS)
def test_t63_s22_a_receipt_that_comes_behind_the_end_of_its_file_is_a_task_of_its_own(
    tmp_path: Path, type_: str
) -> None:
    """It is the newer one; all that anybody was told was to print it again."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        first = other.received(case=ID, registration=type_ == "returned")
        over = ended(other, type_)
        world.clock.go(3600)
        last = one.received(case=ID, registration=type_ == "returned")
        await other.push(first, over)
        assert said(await one.push(last)) == [("accepted", "")]
        assert of(world, ID).state == type_
        assert [(line.fact, line.kind, line.code) for line in lines(world)] == [(last.id, "flagged", "received_twice")]
        await one.pull_all()
        assert said(await one.push(one.gives_up(ID, last.id))) == [("accepted", "")]

    in_hall(tmp_path, story)


@pytest.mark.parametrize("type_", ENDS)
def test_t32_s22_an_end_that_a_restored_hall_had_forgotten_is_a_task_where_the_file_was_taken_in_anew_since(
    tmp_path: Path, type_: str
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        copied(world, tmp_path / "backup.db")
        first = one.received(case=ID, registration=type_ == "returned")
        await one.push(first)
        await one.pull_all()
        over = ended(one, type_)
        assert said(await one.push(over)) == [("accepted", "")]
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await fresh(world, client)
        await other.push(other.received(case=ID, registration=type_ == "returned"))
        plugged(world, place)
        await place.sync()
        assert of(world, ID).state == type_
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == [
            (over.id, "flagged", {"what": "received"})
        ]

    in_hall(tmp_path, story)


@pytest.mark.parametrize(("lists", "task"), [("original", True), ("missing", False)])
def test_t63_s15_a_notice_that_asks_for_what_the_receipt_of_another_window_lists_is_a_task(
    tmp_path: Path, lists: str, task: bool
) -> None:
    """The case waited for what the applicant had handed in with the other receipt; nobody was told."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        await one.push(one.received(case=ID, materials={"D01-01": "original", "D01-02": lists}))
        world.clock.go(3600)
        second = other.received(case=ID, materials={"D01-01": "original", "D01-02": "missing"})
        body = bodies.SupplementTold((bodies.SupplementLine("D01-02", "缺", "补"),))
        notice = other.make("supplement.told", body, ID)
        await other.push(second, notice, printed(other, notice, "supplement"))
        told_of = [(line.fact, line.kind, line.facts) for line in lines(world)]
        assert told_of == ([(notice.id, "flagged", {"what": "received"})] if task else [])

    in_hall(tmp_path, story)


OVER = {**ENDS, "transferred": bodies.Transferred("市局", "不属于本级"), "voided": bodies.Voided("收错")}


@pytest.mark.parametrize("type_", OVER)
def test_t63_s22_an_end_that_crosses_the_receipt_of_another_window_is_a_task_whichever_comes_to_the_hall_first(
    tmp_path: Path, type_: str
) -> None:
    """The receipt came a moment before, and all that anybody was told was to print it again."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        second = other.received(case=ID, registration=type_ == "returned")
        await one.push(one.received(case=ID, registration=type_ == "returned"))
        await one.pull_all()
        actor, post = ("1001", "window") if type_ == "withdrawn" else ("2001", "single")
        over = one.make(type_, OVER[type_], ID, actor, post)
        await other.push(second)
        assert said(await one.push(over)) == [("accepted", "")]
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == [
            (over.id, "flagged", {"what": "received"})
        ]
        await other.pull_all()
        assert said(await other.push(other.gives_up(ID, over.id))) == [("accepted", "")]
        assert (lines(world), of(world, ID).open_recalls) == ([], ()), "it stands, and so does its paper"

    in_hall(tmp_path, story)


def test_t63_s22_the_window_whose_receipt_stands_answers_it(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        await other.push(other.received(case="d" * 32))
        first = other.received(case=ID)
        await one.push(one.received(case=ID))
        await one.pull_all()
        away = ended(one, "refused_at_intake")
        await other.push(first)
        assert said(await one.push(away)) == [("accepted", "")]

    in_hall(tmp_path, story)


def noticed(window: Window) -> Fact:
    """The applicant is told what is missing of D04."""
    return window.make("supplement.told", bodies.SupplementTold((bodies.SupplementLine("D04-02", "缺", "补"),)), ID)


OF_ANOTHER: dict[str, Callable[[Window], Fact]] = {
    "supplement.told": noticed,
    "material.added": lambda window: window.make("material.added", bodies.MaterialAdded({"D04-02": "copy"}), ID),
    "mended_on_the_spot": lambda window: window.make("mended_on_the_spot", bodies.MendedOnTheSpot({"tel": "9"}), ID),
}


@pytest.mark.parametrize("type_", OF_ANOTHER)
def test_t63_s22_what_was_told_of_another_item_of_the_same_file_is_a_task_and_asks_nothing_of_the_case_that_stands(
    tmp_path: Path, type_: str
) -> None:
    """The case waited for papers of the other item, which its own applicant was never asked for."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        first = other.received(case=ID, item="D04")
        fact = OF_ANOTHER[type_](other)
        await one.push(one.received(case=ID))
        await other.push(first, fact, printed(other, fact, "supplement"))
        number = of(world, ID).number
        assert (of(world, ID).state, of(world, ID).supplement) == ("received", None)
        assert [(line.fact, line.code, line.facts) for line in lines(world)] == [
            (each.id, "received_other", {"number": number, "item": "D01"}) for each in (first, fact)
        ]
        await one.pull_all()
        assert said(await one.push(one.accepted(ID))) == [("accepted", "")]
        out = called_back(
            papers_out(of(world, ID), [Waits(line) for line in lines(world) if line.fact == fact.id]), "张"
        )
        settled = bodies.ResolveWithdraw((fact.id,), "已重新收件", out)
        assert said(await one.push(one.make("resolve.withdraw", settled, ID, "3001", "supervisor"))) == [
            ("accepted", "")
        ]

    in_hall(tmp_path, story)


def test_t63_s30_a_notice_of_another_item_takes_no_acceptance_by_the_timer_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        await one.push(one.received(case=ID))
        first, notice = other.received(case=ID, item="D04"), noticed(other)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert of(world, ID).deemed
        await other.push(first, notice)
        assert (of(world, ID).state, of(world, ID).set_aside) == ("accepted", False)
        assert [(line.fact, line.code) for line in lines(world)] == [
            (each.id, "received_other") for each in (first, notice)
        ]

    in_hall(tmp_path, story)


def test_t32_s22_an_acceptance_of_another_item_that_a_restored_hall_had_forgotten_is_a_task(tmp_path: Path) -> None:
    """It had been accepted under a receipt that the hall knew no more, and counts for the case that was begun since."""

    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        copied(world, tmp_path / "backup.db")
        first, accepted = one.received(case=ID, item="D04"), one.accepted(ID)
        await one.push(first)
        await one.push(accepted)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await fresh(world, client)
        await other.push(other.received(case=ID))
        plugged(world, place)
        await place.sync()
        assert [(line.fact, line.code) for line in lines(world)] == [
            (each.id, "received_other") for each in (first, accepted)
        ]

    in_hall(tmp_path, story)


@pytest.mark.parametrize("first", ["receipt", "void"])
def test_s22_nobody_is_asked_to_print_the_receipt_of_a_number_that_is_void(tmp_path: Path, first: str) -> None:
    """No receipt of a void number can be printed: the task lay in every tray, and the case left no window, for ever."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        place = await placed(world, "0013")
        taken = one.received(case=ID)
        await one.push(taken)
        await one.pull_all()
        again = other.received(case=ID)
        if first == "receipt":
            await other.push(again)
            await one.pull_all()
        void = one.make("voided", bodies.Voided("收错", ""), ID, "3001", "supervisor")
        assert said(await one.push(void)) == [("accepted", "")]
        if first == "void":
            await other.push(again)
        await place.sync()
        case = of(world, ID)
        assert (case.state, len(case.former_numbers)) == ("void", 1), "both numbers find it"
        assert place.memory.reprints() == ()
        assert is_over(case), "after its days it leaves them"

    in_hall(tmp_path, story)


def test_s22_a_paper_that_only_the_second_receipt_lists_is_in_the_case(tmp_path: Path) -> None:
    """Other answers were given there. It lay at the window, on a receipt, and in no list; the receipt that was printed
    anew did not name it.
    """

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        await one.push(one.received(case=ID, materials={"D01-01": "original"}))
        also = {"D01-01": "original", "D01-02": "copy", "D01-03": "missing", "D01-05": "pledge"}
        assert said(await other.push(other.received(case=ID, materials=also))) == [("accepted", "")]
        assert of(world, ID).materials == {"D01-01": "original", "D01-02": "copy"}, "what is not here is not asked for"
        await one.pull_all()
        back = one.make("material.returned", bodies.MaterialReturned(("D01-02",), "张建国"), ID)
        assert said(await one.push(back)) == [("accepted", "")]
        assert of(world, ID).handed_back == ("D01-02",)

    in_hall(tmp_path, story)


def test_t63_s22_whoever_has_heard_of_the_receipt_that_stands_judges_that_one(tmp_path: Path) -> None:
    """A third window's receipt of the same item came between, and it was refused as of the other item."""

    async def story(world: HallWorld, client: Client) -> None:
        a, b, c = [await world.window(number, client) for number in ("0012", "0007", "0009")]
        await a.push(a.received(case=ID))
        world.clock.go(60)
        await b.push(b.received(case=ID, item="D04"))
        await b.pull_all()
        world.clock.go(60)
        accepted = b.accepted(ID)
        await c.push(c.received(case=ID))
        assert said(await b.push(accepted)) == [("accepted", "")]
        assert of(world, ID).state == "accepted"

    in_hall(tmp_path, story)


def test_t63_s15_a_notice_that_a_paper_is_not_legible_is_no_task_where_a_second_receipt_does_not_speak_of_it(
    tmp_path: Path,
) -> None:
    told = bodies.SupplementTold((bodies.SupplementLine("D01-01", "看不清", "请重交"),))

    async def story(world: HallWorld, client: Client) -> None:
        a, b = await world.window("0012", client), await world.window("0007", client)
        await a.push(a.received(case=ID))
        world.clock.go(60)
        notice = a.make("supplement.told", told, ID)
        world.clock.go(60)
        await b.push(b.received(case=ID, item="D04"))
        await a.push(notice)
        assert [line.type for line in lines(world)] == ["received"], "the other item has its task, the notice none"
        assert of(world, ID).state == "awaiting_supplement"

    in_hall(tmp_path, story)
