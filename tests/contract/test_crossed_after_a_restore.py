"""What comes back to a restored hall crosses what was handed out since: nobody is left alone with both (S15, S25)."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.rules import Refusal
from console.counter import Acted
from hall.office import revoke
from sync.carrying import carried
from tests.contract.test_crossed_on_paper import stops, with_branches
from tests.desks import backed_up, burnt, desk, lines, together, trayed, two_desks
from tests.hall_world import HallWorld
from tests.machines import at_a_hall


def test_s25_a_paper_that_comes_back_behind_the_decision_that_missed_it_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in(materials={"D01-01": "original", "D01-03": "original", "D01-04": "defer"}).number
        await other.goes_on(number, "accept", "examine", "site-check")
        await together(one, other)
        other.down, backup = True, backed_up(world, tmp_path)
        one.acts("1002", number, "supplement-received", materials={"D01-04": "original"})
        one.prints("1002", number, "receipt")
        await one.sync()
        await burnt(world, backup, one, other)
        refused = {"outcome": "refused", "reasons": "未提交材料", "remedies": "可以复议"}
        await other.goes_on(number, "decide", data={"decide": refused})
        await together(one, other)
        assert lines(world) == [("material.added", "stale", "decided")]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("way", ["examine", "not-needed"])
def test_s25_a_special_procedure_that_comes_back_behind_the_end_of_its_step_stops_no_clock(
    tmp_path: Path, way: str
) -> None:
    """Nobody could end it any more: the case stood still until it was decided."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number, step, kind = await with_branches(other, one)
        other.down, backup = True, backed_up(world, tmp_path)
        stops(one, number, step, kind)
        await one.sync()
        one.prints("2001", number, "suspension")
        await one.sync()
        await burnt(world, backup, one, other)
        data = {"reason": "不涉及"} if way == "not-needed" else {}
        other.acts("2002", number, way, step=step, **data)
        await together(other)
        await together(one, other)
        assert one.case(number).state == "accepted"
        ended = "step.done" if way == "examine" else "step.not_needed"
        assert lines(world) == [("suspended", "stale", ended)]
        (line,) = trayed(world)
        no = other.settles(line.fact)
        assert isinstance(no, Refusal)
        assert (no.code, no.facts["paper"]) == ("paper_out", "suspension")

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("way", ["examine", "not-needed"])
def test_s25_the_end_of_a_step_that_comes_back_behind_its_special_procedure_is_a_task(tmp_path: Path, way: str) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number, step, kind = await with_branches(other, one)
        other.down, backup = True, backed_up(world, tmp_path)
        data = {"reason": "不涉及"} if way == "not-needed" else {}
        one.acts("2002", number, way, step=step, **data)
        await one.sync()
        await burnt(world, backup, one, other)
        stops(other, number, step, kind)
        await other.sync()
        other.prints("2001", number, "suspension")
        await other.sync()
        await together(one, other)
        ended = "step.done" if way == "examine" else "step.not_needed"
        crossed = "suspended" if way == "examine" else "printed, suspended"
        assert lines(world) == [(ended, "stale", crossed)]
        if way == "examine":
            other.acts("2001", number, "resume")

    at_a_hall(tmp_path, story)


def test_s25_a_case_sent_back_in_the_lost_log_takes_no_forwarding_back_in_silence(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in("D07").number
        course = ("pre-review", "accept", "examine", "site-check", "expert-review", "publicity")
        await other.goes_on(number, *course)
        await together(one, other)
        other.down, backup = True, backed_up(world, tmp_path)
        done = [step.id for step in one.case(number).received.route if step.id in one.case(number).steps]
        one.acts("2002", number, "send-back", to=done[-1], reason="再看")
        await one.sync()
        await burnt(world, backup, one, other)
        other.acts("2001", number, "forward", organ="省局", opinion="同意")
        await other.sync()
        other.prints("2001", number, "referral")
        await other.sync()
        await together(one, other)
        assert lines(world) == [("sent_back", "stale", "forwarded, printed")]

    at_a_hall(tmp_path, story)


def test_s25_a_line_that_waits_again_is_shown_where_somebody_had_settled_it_before(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        await together(one, other)
        other.down = True
        other.acts("2001", number, "accept")
        other.prints("2001", number, "acceptance")
        paper = next(code for code, have in one.case(number).materials.items() if have == "original")
        one.acts("1002", number, "supplement-received", materials={paper: "original"})
        await together(one, other)
        (line,) = trayed(world)
        other.down, backup = True, backed_up(world, tmp_path)
        one.settles(line.fact, "insist", "2002")
        await one.sync()
        await burnt(world, backup, one, other)
        other.settles(line.fact, holder="张建国")
        await together(other)
        await together(one, other)
        assert lines(world) == [("accepted", "stale", "resolve.withdraw")]
        for here in (one, other):
            assert [shown.fact for shown in here.memory.tray()] == [line.fact]
        one.settles(line.fact, holder="张建国")
        await together(one, other)
        assert lines(world) == []
        assert not one.memory.tray()
        assert not other.memory.tray()

    at_a_hall(tmp_path, story)


def test_s22_a_receipt_is_printed_anew_also_after_the_line_of_the_second_one_was_closed(tmp_path: Path) -> None:
    """The task to print it lay in every tray for ever: it named a receipt whose line somebody had closed."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        case_id, backup = "c" * 32, backed_up(world, tmp_path)
        first = one.takes_in(case_id=case_id)
        one.prints("1001", first.number, "receipt")
        await one.sync()
        await burnt(world, backup, one, other)
        second = other.takes_in(case_id=case_id)
        other.prints("1001", second.number, "receipt")
        other.acts("1001", second.number, "withdraw", reason="不办了")
        await together(one, other)
        (line,) = trayed(world)
        one.settles(line.fact, holder="张建国")
        await together(one, other)
        world.clock.go(60)
        case = world.case(case_id)
        assert case is not None
        assert case.reprint
        other.prints("1001", case.number, "receipt")
        await together(one, other)
        assert not one.memory.reprints()
        assert not other.memory.reprints()

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("between", [0, 130], ids=["at once", "a day later"])
def test_s25_a_settled_line_of_before_the_loss_does_not_stand_for_what_crosses_since(
    tmp_path: Path, between: int
) -> None:
    """A case that was decided since was withdrawn in silence: its withdrawal had once been looked after, for less."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        third = await desk(world, tmp_path, "0021")
        number = other.takes_in().number
        await together(one, other, third)
        other.down = True
        one.acts("2001", number, "accept")
        one.prints("2001", number, "acceptance")
        for here in (one, third):
            await here.sync()
        backup, third.down = backed_up(world, tmp_path), True
        other.acts("1001", number, "withdraw", reason="不办了")
        other.prints("1001", number, "return")
        await together(other, one)
        for count in range(between):  # the line is settled in another piece of the lost log
            one.takes_in(count=count + 2)
        await one.sync()
        one.settles(trayed(world)[0].fact)
        await together(one, other)
        assert lines(world) == []
        other.down = True
        await burnt(world, backup, one, third)
        await third.goes_on(number, "examine", "site-check", "decide")
        third.prints("2002", number, "decision")
        await third.sync()
        await together(one, other, third)
        assert lines(world) == [("withdrawn", "stale", "decided")]

    at_a_hall(tmp_path, story)


def test_s25_a_correction_that_comes_back_behind_the_uncorrected_result_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        await other.goes_on(number, "accept", "examine", "site-check", "decide")
        await together(one, other)
        other.down, backup = True, backed_up(world, tmp_path)
        one.acts("2002", number, "correct", what="地址", reason="笔误")
        await one.sync()
        await burnt(world, backup, one, other)
        other.acts("1002", number, "certify", document="JY1")
        other.acts("1002", number, "deliver", receiver=other.case(number).received.applicant.name)
        await other.sync()
        await together(one, other)
        assert lines(world) == [("corrected", "stale", "delivered")]

    at_a_hall(tmp_path, story)


def test_s15_s28_a_paper_whose_act_was_given_up_before_its_case_was_known_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        since = world.api_now()[:16]
        world.clock.go(600)
        other.down = True
        taken = other.takes_in()
        other.acts("2001", taken.number, "accept")
        other.prints("2001", taken.number, "acceptance")
        world.api.hall.change(lambda reading, now, ids: revoke(reading, "0007", now, ids, since))
        (file,) = carried(other.memory, other.signer, None)
        world.api.hall.take_in(file, "3001", "f" * 64, vouched=False)
        await one.sync()
        (accepted,) = (line for line in trayed(world) if line.type == "accepted")
        one.settles(accepted.fact)
        await one.sync()
        world.api.hall.take_in(file, "3001", "f" * 64, vouched=True)
        await together(one)
        assert lines(world) == [("printed", "stale", "resolve.withdraw")]
        one.settles(trayed(world)[0].fact, holder="张建国")
        await together(one)
        case = world.case(taken.case)
        assert case is not None
        assert [each.paper for each in case.open_recalls] == ["acceptance"]

    at_a_hall(tmp_path, story)


def test_s25_what_makes_a_paper_untrue_that_was_handed_out_at_the_restored_hall_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        await other.goes_on(number, "accept")
        await together(one, other)
        other.down, backup = True, backed_up(world, tmp_path)
        one.acts("1001", number, "withdraw", reason="不办了")
        await one.sync()
        await burnt(world, backup, one, other)
        other.prints("2001", number, "acceptance")
        await other.sync()
        await together(one, other)
        assert lines(world) == [("withdrawn", "stale", "printed")]

    at_a_hall(tmp_path, story)


def test_s25_a_withdrawal_that_comes_back_to_a_case_that_is_void_since_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in().number
        await together(one, other)
        other.down, backup = True, backed_up(world, tmp_path)
        one.acts("1001", number, "withdraw", reason="不办了")
        one.prints("1001", number, "return")
        await one.sync()
        await burnt(world, backup, one, other)
        other.acts("3001", number, "void", reason="收错")
        await other.sync()
        await together(one, other)
        assert lines(world) == [("withdrawn", "stale", "voided")]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("told", ["before", "since"])
def test_s25_the_answer_to_a_notice_that_comes_back_behind_its_print_is_a_task(tmp_path: Path, told: str) -> None:
    """The applicant is asked for what she had handed in."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in(materials={"D01-01": "original", "D01-03": "original", "D01-04": "missing"}).number
        asks = [{"material": "D01-04", "defect": "缺", "cure": "补"}]
        if told == "before":
            other.acts("1001", number, "supplement", lines=asks)
        await together(one, other)
        other.down, backup = True, backed_up(world, tmp_path)
        one.acts("1002", number, "supplement-received", materials={"D01-04": "original"})
        one.prints("1002", number, "receipt")
        await one.sync()
        await burnt(world, backup, one, other)
        if told == "since":
            other.acts("1001", number, "supplement", lines=asks)
        other.prints("1001", number, "supplement")
        await other.sync()
        await together(one, other)
        assert lines(world) == [("material.added", "stale", "printed")]
        (line,) = trayed(world)
        assert isinstance(other.settles(line.fact), Acted), "its own receipt is true: nobody is asked for it"

    at_a_hall(tmp_path, story)


def test_s25_the_answer_to_a_notice_crosses_none_for_another_paper(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        number = other.takes_in(materials={"D01-01": "missing", "D01-03": "original", "D01-04": "defer"}).number
        await together(one, other)
        other.down, backup = True, backed_up(world, tmp_path)
        one.acts("1002", number, "supplement-received", materials={"D01-04": "original"})
        await one.sync()
        await burnt(world, backup, one, other)
        other.acts("1001", number, "supplement", lines=[{"material": "D01-01", "defect": "缺", "cure": "补"}])
        other.prints("1001", number, "supplement")
        await other.sync()
        await together(one, other)
        assert lines(world) == []

    at_a_hall(tmp_path, story)
