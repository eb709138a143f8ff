"""Two windows act without knowing of each other, and both hand out a paper: whoever holds both is not left alone (S15).

Each story was told by an attack with the real use cases; without the line, or across a hall that was restored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casework.case import open_steps
from casework.rules import Refusal
from console.counter import Acted
from hall.office import revoke
from tests.desks import DAY, Desk, desk, lines, session, together, trayed, two_desks
from tests.hall_world import HallWorld
from tests.machines import at_a_hall

PARTS = {"part_construction": "yes", "part_road": "yes", "part_drainage": "yes"}
REFUSED = {"ground": "not_our_power", "reason": "不属于本级", "right_organ": "市局"}


async def with_branches(here: Desk, there: Desk) -> tuple[str, str, str]:
    """An accepted case with steps side by side, known at both windows: number, the step, how it can be stopped."""
    number = here.takes_in("C11", given=PARTS).number
    await here.goes_on(number, "pre-review", "accept")
    await together(here, there)
    case = here.case(number)
    return number, open_steps(case)[0].id, next(stop.kind for stop in case.received.stops if stop.kind != "hearing")


def stops(here: Desk, number: str, step: str, kind: str) -> None:
    """A special procedure begins."""
    here.acts("2001", number, "suspend", kind=kind, days=5, reason="检测", step=step)


@pytest.mark.parametrize("upto", ["accepted", "decided"])
def test_s15_an_old_refusal_is_not_insisted_on_once_the_case_was_accepted_on_paper(tmp_path: Path, upto: str) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        taken = other.takes_in()
        await together(one, other)
        other.down = True
        other.acts("2001", taken.number, "refuse", **REFUSED)
        other.prints("2001", taken.number, "refusal")
        one.acts("2001", taken.number, "accept")
        one.prints("2001", taken.number, "acceptance")
        await together(one, other)
        if upto == "decided":
            await one.goes_on(taken.number, "examine", "site-check", "decide")
            one.prints("2002", taken.number, "decision")
        (line,) = trayed(world)
        one.settles(line.fact, "insist", "2002")
        await together(one, other)
        assert [code for _, code, _ in lines(world)] == ["stale", "insist_idle"]
        case = world.case(taken.case)
        assert case is not None
        assert case.state == upto

    at_a_hall(tmp_path, story)


def test_s15_the_referral_slip_of_a_refusal_that_is_given_up_is_called_back(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        taken = other.takes_in()
        await together(one, other)
        other.down = True
        other.acts("2001", taken.number, "refuse", **REFUSED)
        other.prints("2001", taken.number, "referral")
        one.acts("2001", taken.number, "accept")
        await together(one, other)
        (line,) = trayed(world)
        no = one.settles(line.fact)
        assert isinstance(no, Refusal)
        assert (no.code, no.facts["paper"]) == ("paper_out", "referral")
        one.settles(line.fact, holder="张建国")
        await together(one, other)
        case = world.case(taken.case)
        assert case is not None
        assert [(each.paper, each.holder) for each in case.open_recalls] == [("referral", "张建国")]

    at_a_hall(tmp_path, story)


def test_s15_a_recall_notice_of_a_resolution_that_is_refused_is_called_back_itself(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        taken = other.takes_in()
        await together(one, other)
        other.down = True
        other.acts("2001", taken.number, "accept")
        other.prints("2001", taken.number, "acceptance")
        paper = next(code for code, have in one.case(taken.number).materials.items() if have == "original")
        one.acts("1002", taken.number, "supplement-received", materials={paper: "original"})
        await together(one, other)
        (line,) = trayed(world)
        one.settles(line.fact, "insist", "2002")
        other.settles(line.fact, holder="张建国")
        other.prints("2001", taken.number, "recall")
        await together(one, other)
        (line,) = trayed(world)
        no = other.settles(line.fact)
        assert isinstance(no, Refusal)
        assert (line.code, no.code, no.facts["paper"]) == ("nothing_refused", "paper_out", "recall")

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("way", ["not-needed", "send-back"])
def test_s5_nobody_ends_a_special_procedure_of_which_he_had_not_heard(tmp_path: Path, way: str) -> None:
    """The applicant has on paper that the clock stands still, and it ran on."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number, step, kind = await with_branches(other, one)
        other.down = True
        stops(one, number, step, kind)
        await one.sync()
        one.prints("2001", number, "suspension")
        if way == "not-needed":
            other.acts("2002", number, way, step=step, reason="不涉及")
        else:
            other.acts("2002", number, way, step=open_steps(other.case(number))[1].id, to="accept", reason="再看")
        await together(one, other)
        assert [(code, what) for _, code, what in lines(world)] == [("stale", "suspended")]
        assert one.case(number).state == other.case(number).state == "suspended"

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("handed_out", [False, True], ids=["by-no-paper", "by-its-notice"])
def test_s30_an_acceptance_in_time_has_its_own_date_or_somebody_is_told(tmp_path: Path, handed_out: bool) -> None:
    """The timer had spoken while its window had no line; two notices named two dates, and the older one counted."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        taken = other.takes_in()
        await together(one, other)
        other.down = True
        world.clock.go(3 * DAY)
        other.acts("2001", taken.number, "accept")
        other.prints("2001", taken.number, "acceptance")
        on_paper = other.case(taken.number).accepted_at
        world.clock.go(6 * DAY)
        world.api.hall.tick()
        await one.sync()
        assert one.case(taken.number).deemed
        if handed_out:
            world.clock.go(2 * DAY)
            world.api.hall.tick()
            await one.sync()
            one.prints("2001", taken.number, "acceptance")
        await together(one, other)
        case = world.case(taken.case)
        assert case is not None
        if handed_out:
            assert lines(world) == [("accepted", "stale", "deemed_accepted")]
            assert case.accepted_at == taken_at(world, taken.case)
        else:
            assert lines(world) == []
            assert (case.accepted_at, case.deemed, case.settled) == (on_paper, "", False)
            assert "1001" not in case.let_in_by, "the timer has let nobody's case in"
        assert one.case(taken.number) == other.case(taken.number) == case

    at_a_hall(tmp_path, story)


def taken_at(world: HallWorld, case_id: str) -> str:
    """When it was received."""
    case = world.case(case_id)
    assert case is not None
    return case.received_at


def test_s30_a_notice_of_the_timers_acceptance_that_is_on_its_way_is_called_back(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        taken = other.takes_in()
        await together(one, other)
        other.down = True
        world.clock.go(3 * DAY)
        other.acts("2001", taken.number, "accept")
        for days in (6, 2):
            world.clock.go(days * DAY)
            world.api.hall.tick()
        await one.sync()
        one.down = True
        one.prints("2001", taken.number, "acceptance")
        await together(other)
        await together(one, other)
        case = world.case(taken.case)
        assert case is not None
        assert [each.paper for each in case.open_recalls] == ["acceptance"]

    at_a_hall(tmp_path, story)


def test_s15_a_withdrawal_that_crosses_the_notice_of_the_timers_acceptance_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        taken = other.takes_in()
        await together(one, other)
        other.down = True
        world.clock.go(2 * DAY)
        other.acts("1001", taken.number, "withdraw", reason="不办了")
        for days in (7, 2):
            world.clock.go(days * DAY)
            world.api.hall.tick()
        await one.sync()
        one.prints("2001", taken.number, "acceptance")
        await together(one, other)
        assert lines(world) == [("withdrawn", "stale", "deemed_accepted, printed")]

    at_a_hall(tmp_path, story)


def test_s22_of_two_cases_that_look_alike_each_voided_for_the_other_one_stays(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        here, there = one.takes_in(), other.takes_in()
        await together(one, other)
        one.acts("3001", there.number, "void", reason="重复", new_number=here.number)
        other.acts("3001", here.number, "void", reason="重复", new_number=there.number)
        await together(one, other)
        states = {world.case(taken.case).state for taken in (here, there)}  # type: ignore[union-attr]
        assert states == {"received", "void"}
        assert lines(world) == [("voided", "stale", "voided")]

    at_a_hall(tmp_path, story)


def test_s22_a_double_is_void_in_favour_of_one_that_is_over_where_the_supervisor_knows_that(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        here, there = one.takes_in(), other.takes_in()
        one.acts("1001", here.number, "withdraw", reason="不办了")
        await together(one, other)
        one.acts("3001", there.number, "void", reason="重复", new_number=here.number)
        await together(one, other)
        assert lines(world) == []
        assert one.case(there.number).state == "void"

    at_a_hall(tmp_path, story)


def test_s22_a_paper_that_only_the_second_receipt_asks_for_is_a_task_also_beside_one_that_both_do(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        case_id, late = "c" * 32, {"C01-01": "original", "C01-04": "original"}
        other.down = True
        without: dict[str, Any] = {"materials": {"C01-03": "original"}}
        one.takes_in("C01", case_id, given={"above_standard": "no"}, **without)
        await one.sync()
        second = other.takes_in("C01", case_id, given={"above_standard": "yes"}, **without)
        other.acts("1002", second.number, "supplement-received", materials=late)
        other.prints("1002", second.number, "receipt")
        await together(one, other)
        assert [(type_, code) for type_, code, _ in lines(world)] == [("material.added", "not_listed")]

    at_a_hall(tmp_path, story)


def test_s22_one_file_taken_in_for_two_applicants_is_a_task_and_no_judgement_of_the_other(tmp_path: Path) -> None:
    """An acceptance counted for an applicant whose papers nobody had looked at, and the other one was in no case."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        case_id = "c" * 32
        other.down = True
        second = other.takes_in(case_id=case_id, count=2)
        other.acts("2001", second.number, "accept")
        other.prints("2001", second.number, "acceptance")
        one.takes_in(case_id=case_id)
        await together(one)
        await together(one, other)
        assert [(type_, code) for type_, code, _ in lines(world)] == [
            ("received", "received_other"), ("accepted", "received_other"),
        ]  # fmt: skip
        case = world.case(case_id)
        assert case is not None
        assert (case.state, case.reprint) == ("received", ())

    at_a_hall(tmp_path, story)


def test_s15_a_notice_that_asks_for_what_a_source_has_given_meanwhile_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        other.acts("1001", number, "check", results=[{"material": "D01-02", "outcome": "no_match"}])
        await together(one, other)
        other.down = True
        world.clock.go(600)
        one.acts("1001", number, "check", results=[{"material": "D01-02", "outcome": "match"}])
        world.clock.go(600)
        asked = [{"material": "D01-02", "defect": "查无", "cure": "请提交"}]
        other.acts("1001", number, "supplement", lines=asked)
        await together(one, other)
        assert lines(world) == [("supplement.told", "stale", "checked_by_network")]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("first", ["paper", "word"], ids=["notice-first", "waived-first"])
def test_s15_a_payment_notice_that_crosses_the_word_that_nothing_is_to_be_paid_is_a_task(
    tmp_path: Path, first: str
) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in("C05", given={"can_build_shelter": "no"}).number
        course = ("pre-review", "accept", "examine", "site-check", "expert-review", "publicity", "decide")
        await other.goes_on(number, *course)
        await together(one, other)
        other.down = True
        paying, waiving = (other, one) if first == "word" else (one, other)
        paying.prints("1002", number, "payment")
        waiving.acts("2001", number, "not-needed", reason="免缴")
        await one.sync()
        await together(one, other)
        told = ("printed", "stale", "step.not_needed") if first == "word" else ("step.not_needed", "stale", "printed")
        assert lines(world) == [told]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize(
    ("paper", "crossed"),
    [("acceptance", "withdrawn"), ("decision", "corrected"), ("supplement", "withdrawn"), ("receipt", "voided")],
)
def test_s15_a_paper_that_is_handed_out_without_knowledge_of_the_end_of_its_word_is_a_task(
    tmp_path: Path, paper: str, crossed: str
) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        courses = {"acceptance": ("accept",), "decision": ("accept", "examine", "site-check", "decide")}
        await other.goes_on(number, *courses.get(paper, ()))
        if paper == "supplement":
            other.acts("1001", number, "supplement", lines=[{"material": "D01-01", "defect": "缺页", "cure": "补齐"}])
        await together(one, other)
        other.down = True
        if crossed == "withdrawn":
            one.acts("1001", number, "withdraw", reason="不办了")
        elif crossed == "voided":
            one.acts("3001", number, "void", reason="收错")
        else:
            one.acts("2002", number, "correct", what="地址", reason="笔误")
        await one.sync()
        other.prints("2001", number, paper)
        await together(one, other)
        assert lines(world) == [("printed", "stale", crossed)]
        (line,) = trayed(world)
        no = one.settles(line.fact)
        assert isinstance(no, Refusal)
        assert (no.code, no.facts["paper"]) == ("paper_out", paper)
        one.settles(line.fact, holder="张建国")
        await together(one, other)
        assert lines(world) == []
        assert [each.paper for each in one.case(number).open_recalls] == [paper]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("printed", [False, True], ids=["acts", "prints"])
def test_s5_what_is_done_at_one_branch_is_nothing_to_the_special_procedure_of_another(
    tmp_path: Path, printed: bool
) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number, step, kind = await with_branches(other, one)
        if printed:
            stops(one, number, step, kind)
            await together(one, other)
        other.down = True
        parallel = open_steps(other.case(number))[1].id
        if printed:
            one.acts("2002", number, "not-needed", step=parallel, reason="不涉及")
            other.prints("2001", number, "suspension")
        else:
            stops(one, number, step, kind)
            other.acts("2002", number, "not-needed", step=parallel, reason="不涉及")
        await one.sync()
        await together(one, other)
        assert lines(world) == []
        assert one.case(number).state == other.case(number).state == "suspended"

    at_a_hall(tmp_path, story)


def test_s15_the_notice_of_a_procedure_that_lasts_is_true_also_where_another_one_has_ended(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number, step, kind = await with_branches(other, one)
        branches = [each.id for each in open_steps(other.case(number))]
        for branch in branches[:2]:
            stops(one, number, branch, kind)
            await together(one, other)
        one.acts("2001", number, "resume", step=branches[0])
        await together(one, other)
        other.down = True
        one.acts("2002", number, "not-needed", step=branches[2], reason="不涉及")
        other.prints("2001", number, "suspension")
        await one.sync()
        await together(one, other)
        assert lines(world) == []
        assert step in branches

    at_a_hall(tmp_path, story)


def test_s15_a_notice_that_is_handed_out_unaware_that_a_source_has_answered_it_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        other.acts("1001", number, "check", results=[{"material": "D01-02", "outcome": "no_match"}])
        other.acts("1001", number, "supplement", lines=[{"material": "D01-02", "defect": "查无", "cure": "请提交"}])
        await together(one, other)
        other.down = True
        one.acts("1001", number, "check", results=[{"material": "D01-02", "outcome": "match"}])
        await one.sync()
        other.prints("1001", number, "supplement")
        await together(one, other)
        assert lines(world) == [("printed", "stale", "checked_by_network")]

    at_a_hall(tmp_path, story)


def test_s15_whoever_waives_a_fee_and_knows_of_its_notice_is_no_task_because_another_paper_came_out(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in("C05", given={"can_build_shelter": "no"}).number
        course = ("pre-review", "accept", "examine", "site-check", "expert-review", "publicity", "decide")
        await other.goes_on(number, *course)
        other.prints("1002", number, "payment")
        await together(one, other)
        one.prints("1001", number, "receipt")
        await one.sync()
        other.down = True
        other.acts("2001", number, "not-needed", reason="免缴")
        await together(one, other)
        assert lines(world) == []

    at_a_hall(tmp_path, story)


def test_s15_a_notice_is_no_task_because_another_paper_came_than_the_one_that_it_asks_for(tmp_path: Path) -> None:
    """It asked for a page of a paper that both knew; closing the task would have called a true notice back."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in(materials={"D01-01": "missing", "D01-03": "original", "D01-04": "original"}).number
        other.acts("1001", number, "supplement-received", materials={"D01-01": "copy"})
        await together(one, other)
        other.down = True
        world.clock.go(60)
        one.acts("1001", number, "supplement-received", materials={"D01-03": "original"})
        await one.sync()
        world.clock.go(60)
        other.acts("1001", number, "supplement", lines=[{"material": "D01-01", "defect": "缺页", "cure": "补齐"}])
        await together(one, other)
        assert lines(world) == []

    at_a_hall(tmp_path, story)


def test_s15_whoever_insists_has_seen_the_notice_that_went_out_meanwhile(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        third = await desk(world, tmp_path, "0021")
        taken = other.takes_in()
        await together(one, other, third)
        other.down = True
        one.acts("1001", taken.number, "supplement-received", materials={"D01-04": "original"})
        other.acts("2001", taken.number, "accept")
        await together(one, other, third)
        (line,) = trayed(world)
        third.down = True
        one.acts("1001", taken.number, "supplement", lines=[{"material": "D01-01", "defect": "缺页", "cure": "补齐"}])
        one.prints("1001", taken.number, "supplement")
        await one.sync()
        third.down = False
        third.settles(line.fact, "insist", "2002")
        await together(one, other, third)
        assert lines(world) == [("accepted", "stale", "material.added"), ("resolve.insist", "stale", "supplement.told")]
        assert one.case(taken.number).state == "awaiting_supplement"

    at_a_hall(tmp_path, story)


def test_s15_who_corrects_unaware_that_the_uncorrected_result_is_out_is_told(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        await other.goes_on(number, "accept", "examine", "site-check", "decide")
        other.acts("1002", number, "certify", document="JY1")
        await together(one, other)
        other.acts("1002", number, "deliver", receiver=other.case(number).received.applicant.name)
        one.acts("2002", number, "correct", what="地址", reason="笔误")
        await other.sync()
        await together(one, other)
        assert lines(world) == [("corrected", "stale", "delivered")]

    at_a_hall(tmp_path, story)


def test_s15_a_receipt_that_crosses_a_refusal_for_want_of_that_paper_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in(materials={"D01-01": "original", "D01-03": "original", "D01-04": "defer"}).number
        await other.goes_on(number, "accept", "examine", "site-check")
        await together(one, other)
        one.down = True
        one.acts("1002", number, "supplement-received", materials={"D01-04": "original"})
        one.prints("1002", number, "receipt")
        refused = {"outcome": "refused", "reasons": "未提交材料", "remedies": "可以复议"}
        await other.goes_on(number, "decide", data={"decide": refused})
        await together(one, other)
        assert lines(world) == [("material.added", "stale", "decided")]
        (line,) = trayed(world)
        assert isinstance(other.settles(line.fact), Acted), "the receipt is true"

    at_a_hall(tmp_path, story)


def test_s15_s28_what_a_revoked_window_handed_out_is_called_back_with_its_act(tmp_path: Path) -> None:
    """The print was held like its act: nobody was asked for a paper when that was given up."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        await together(one, other)
        other.down = True
        world.api.hall.change(lambda reading, now, ids: revoke(reading, "0007", now, ids, ""))
        world.clock.go(600)
        other.acts("2001", number, "accept")
        other.prints("2001", number, "acceptance")
        await other.enrol("0040")
        await together(one, other)
        assert [(type_, code) for type_, code, _ in lines(world)] == [("accepted", "after_revocation")]
        no = one.settles(trayed(world)[0].fact)
        assert isinstance(no, Refusal)
        assert (no.code, no.facts["paper"]) == ("paper_out", "acceptance")

    at_a_hall(tmp_path, story)


def test_s15_no_paper_is_handed_out_while_an_act_that_makes_it_untrue_waits_for_the_halls_word(tmp_path: Path) -> None:
    """The uncorrected decision came out as an original, by the very window that had corrected it."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        await other.goes_on(number, "accept", "examine", "site-check", "decide")
        other.prints("2002", number, "decision")
        await together(one, other)
        other.acts("2002", number, "correct", what="地址", reason="笔误")
        no = other.counter.print(session("2002"), number, "decision")
        assert isinstance(no, Refusal)
        assert no.code == "waits_for_hall"
        await other.sync()
        assert other.prints("2002", number, "decision").mark == ""
        assert lines(world) == []

    at_a_hall(tmp_path, story)
