"""Between acceptance and decision: standing still, more time, asking others, going back, stepping aside, looking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.bodies import Delegation, StaffSet
from casework.case import THIRD_PARTY, Case, open_steps, places
from casework.drafting import Decision
from casework.events import body_of
from casework.folding import evolve
from casework.nudging import unanswered
from casework.offering import possible
from casework.rules import Refusal
from casework.standing import standing
from tests.people import CALENDAR, CATALOGUE, STAFF, Office, code_of, judged
from tests.walking import stray

HEARING = {"kind": "hearing", "days": 10, "reason": "利害关系人申请听证", "held_on": "2026-12-07"}


@pytest.fixture
def office() -> Office:
    return Office()


def where(case: Case) -> list[tuple[str, str]]:
    return [(place.step, place.post) for place in places(case)]


def due(case: Case, kind: str, day: str) -> str:
    now = datetime.fromisoformat(f"{day}T11:00:00")
    return next(each.clock.due for each in standing(case, CALENDAR, now) if each.kind == kind)


# Standing still (R22)


@pytest.mark.parametrize("item", [code for code, item in CATALOGUE.items.items() if item.stops])
def test_a_case_stands_still_for_each_procedure_that_its_law_names_and_goes_on(office: Office, item: str) -> None:
    for stop in CATALOGUE.items[item].stops:
        case = office.walked(item, "examine")
        data = {"kind": stop.kind, "days": stop.most or 5, "reason": "依法需要", "held_on": "2026-12-07"}
        stands = office.does(case, "2001", "suspend", data)
        assert stands.state == "suspended"
        (pause,) = stands.pauses
        assert (pause.kind, pause.basis, pause.until) == (stop.kind, stop.basis.zh, "")
        assert (pause.step, THIRD_PARTY) in where(stands)
        back = office.does(stands, "2001", "resume", {"step": pause.step})
        assert (back.state, back.pauses[0].until[:10], where(back)) == ("accepted", office.day, where(case))
        assert office.walk(back).state == "closed"


def test_nothing_is_done_at_a_step_that_stands_still(office: Office) -> None:
    case = office.does(office.walked("D10", "decide"), "2002", "suspend", HEARING)
    assert where(case) == [("decide", THIRD_PARTY)]
    assert code_of(office.act(case, "2002", "decide")) == "step_paused"
    assert code_of(office.act(case, "2002", "send-back", {"to": "examine", "reason": "x"})) == "step_paused"
    offered = dict(possible(case, office.context("2002")))
    assert "resume" in offered
    assert "decide" not in offered
    assert office.does(case, "1001", "withdraw", {"reason": "不办了"}).pauses[0].until


def test_a_hearing_is_held_at_the_step_of_hearings_and_only_that_stands_still(office: Office) -> None:
    case = office.walked("D10", "hearing")
    case = office.does(case, "2001", "suspend", HEARING)
    assert where(case) == [("hearing", THIRD_PARTY)]
    assert case.pauses[0].asked_on == "2026-11-23"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"kind": "auction"}, "no_such_stop"),
        ({"kind": "rectify"}, "no_such_stop"),
        ({"days": 0}, "stop_days"),
        ({"reason": " "}, "reason"),
        ({"held_on": ""}, "hearing_day"),
        ({"held_on": "2026-02-30"}, "hearing_day"),
        ({"held_on": "20261207"}, "hearing_day"),
        ({"asked_on": "soon"}, "hearing_day"),
    ],
)
def test_a_suspension_is_of_the_law_with_days_and_reason(office: Office, data: dict[str, Any], code: str) -> None:
    case = office.walked("D01", "examine")
    assert code_of(office.act(case, "2001", "suspend", {**HEARING, **data})) == code


@pytest.mark.parametrize(("item", "kind", "most"), [("B02", "evaluation", 30), ("C06", "expert_review", 20)])
def test_an_evaluation_takes_no_longer_than_its_law_allows(office: Office, item: str, kind: str, most: int) -> None:
    """R52."""
    case = office.walked(item, "examine")
    data = {"kind": kind, "days": most + 1, "reason": "x"}
    refused = office.act(case, "2001", "suspend", data)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.facts["most"]) == ("stop_days", most)
    assert office.does(case, "2001", "suspend", {**data, "days": most}).state == "suspended"


@pytest.mark.parametrize(
    ("asked", "held", "code"),
    [
        ("2026-11-23", "2026-11-29", "hearing_terms"),  # six days of notice
        ("2026-11-23", "2026-11-30", ""),  # seven (行政许可法 48)
        ("2026-11-23", "2026-12-21", ""),  # the twentieth working day
        ("2026-11-23", "2026-12-22", "hearing_terms"),
        ("2026-11-16", "2026-12-14", ""),  # counted from the day on which it was asked for
        ("2026-11-16", "2026-12-15", "hearing_terms"),
    ],
)
def test_a_hearing_is_made_known_seven_days_before_and_held_within_twenty(
    office: Office, asked: str, held: str, code: str
) -> None:
    """R12."""
    case = office.walked("D01", "examine")
    assert code_of(office.act(case, "2001", "suspend", {**HEARING, "asked_on": asked, "held_on": held})) == code


def test_before_acceptance_nothing_stands_still(office: Office) -> None:
    assert code_of(office.act(office.walked("D01", "accept"), "2001", "suspend", HEARING)) in {
        "not_accepted",
        "step_not_open",
    }


def test_two_procedures_at_two_steps_end_one_by_one(office: Office) -> None:
    case = office.walked("B02", "answer", situations={"listed": "yes", "upper_level": "no"})
    steps = [step.id for step in open_steps(case)]
    assert steps == ["consult", "expert_review"]
    data = {"kind": "evaluation", "days": 5, "reason": "x"}
    case = office.does(case, "2001", "suspend", {**data, "step": "consult"})
    case = office.does(case, "2001", "suspend", {**data, "kind": "expert_review", "step": "expert_review"})
    assert [post for _, post in where(case)] == [THIRD_PARTY, THIRD_PARTY]
    case = office.does(case, "2001", "resume", {"step": "expert_review"})
    assert (case.state, where(case)[0]) == ("suspended", ("consult", THIRD_PARTY))
    assert code_of(office.act(case, "2001", "resume", {"step": "expert_review"})) == "not_suspended"
    case = office.does(case, "2001", "resume")
    assert case.state == "accepted"
    assert code_of(office.act(case, "2001", "resume")) == "not_suspended"


def test_a_step_that_turned_out_not_to_be_needed_stands_still_no_longer(office: Office) -> None:
    case = office.does(office.walked("D10", "hearing"), "2001", "suspend", HEARING)
    if CATALOGUE.items["D10"].step("hearing").always:  # type: ignore[union-attr]
        assert code_of(office.act(case, "2001", "not-needed", {"reason": "x"})) == "step_needed"
    case = office.walked("B02", "expert-review", situations={"listed": "yes", "upper_level": "no"})
    case = office.does(case, "2001", "suspend", {"kind": "expert_review", "days": 5, "reason": "x"})
    assert case.state == "suspended"
    case = office.does(case, "2001", "not-needed", {"step": "expert_review", "reason": "无需评审"})
    assert (case.state, case.steps["expert_review"].state) == ("accepted", "not_needed")


# More time (R21)


def test_the_head_gives_more_time_once_and_both_clocks_move(office: Office) -> None:
    case = office.walked("D12", "examine")
    assert (due(case, "statutory", office.day), due(case, "promised", office.day)) == ("2026-12-21", "2026-11-24")
    longer = office.does(case, "2002", "extend", {"reason": "案情复杂"})
    assert longer.extension is not None
    assert (longer.extension.days, longer.extension.by, longer.extension.authority) == (10, "2002", "")
    assert (
        due(longer, "statutory", office.day)
        == CALENDAR.add_working_days(
            datetime(2026, 11, 23).date(),  # noqa: DTZ001 - hall time carries no zone
            30,
        ).day.isoformat()
    )
    assert due(longer, "promised", office.day) == "2026-12-08"
    assert code_of(office.act(longer, "2002", "extend", {"reason": "x"})) == "extended_already"


@pytest.mark.parametrize(
    ("data", "code"), [({"days": 11}, "extension_days"), ({"days": -1}, "extension_days"), ({"reason": " "}, "reason")]
)
def test_more_time_is_no_more_than_the_law_gives_and_says_why(office: Office, data: dict[str, Any], code: str) -> None:
    case = office.walked("D12", "examine")
    assert code_of(office.act(case, "2002", "extend", {"reason": "x", **data})) == code


def test_a_limit_without_extension_gets_none(office: Office) -> None:
    assert code_of(office.act(office.walked("D11", "examine"), "2002", "extend", {"reason": "x"})) == "no_extension"
    assert "extend" not in dict(possible(office.walked("D11", "examine"), office.context("2002")))


def test_more_time_is_given_before_the_limit_runs_out_and_not_after(office: Office) -> None:
    case = office.walked("D12", "examine")
    office.day = "2026-12-21"
    assert isinstance(office.act(case, "2002", "extend", {"reason": "x"}), Decision)
    office.day = "2026-12-22"
    refused = office.act(case, "2002", "extend", {"reason": "x"})
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.facts) == ("extension_late", {"due": "2026-12-21"})


def test_an_officer_without_delegation_gives_no_more_time(office: Office) -> None:
    """The head, or whoever has it in writing: then the document stands on the paper."""
    case = office.walked("D12", "examine")
    clerk = msgspec.structs.replace(STAFF["2003"], number="2007", posts=("single",))
    assert code_of(office.act(case, clerk, "extend", {"reason": "x"})) == "no_right"
    given = Delegation("case.extend", "2002", "武新〔2026〕7号", "2026-11-01", "2026-11-30")
    allowed = msgspec.structs.replace(clerk, delegations=(given,))
    decision = office.act(case, allowed, "extend", {"reason": "x"})
    assert isinstance(decision, Decision)
    assert body_of(decision.groups[0][0]).authority == "武新〔2026〕7号"
    office.day = "2026-12-01"
    assert code_of(office.act(case, allowed, "extend", {"reason": "x"})) == "no_right"


# Asking another post


def test_whoever_asks_another_post_waits_for_its_answer(office: Office) -> None:
    case = office.walked("C07", "examine")
    case = office.does(case, "2001", "consult", {"post": "planning", "question": "是否在红线内？"})
    assert where(case) == [("consult_1", "planning")]
    assert code_of(office.act(case, "2001", "examine")) == "step_not_open"
    again = office.does(case, "2001", "consult", {"post": "fire", "question": "消防间距？", "step": "consult_1"})
    assert where(again) == [("consult_2", "fire")]
    case = office.does(again, "2003", "answer", {"note": "符合"})
    case = office.does(case, "2002", "answer", {"note": "在红线内"})
    assert where(case) == [("examine", "construction")]
    assert office.walk(case).state == "closed"


@pytest.mark.parametrize("post", ["window", "survey", "moon"])
def test_only_a_post_of_officers_that_answers_is_asked(office: Office, post: str) -> None:
    case = office.walked("C07", "examine")
    assert code_of(office.act(case, "2001", "consult", {"post": post, "question": "x"})) == "no_such_post"
    assert code_of(office.act(case, "2001", "consult", {"post": "chief", "question": " "})) == "nothing_said"


@pytest.mark.parametrize(
    "post", [p.id for p in CATALOGUE.posts.values() if p.team == "officer" and "consult" in p.kinds]
)
def test_every_post_that_can_be_asked_can_answer_and_the_case_goes_on(office: Office, post: str) -> None:
    """Also one of another module, and it alone."""
    case = office.walked("C07", "examine")
    case = office.does(case, "2001", "consult", {"post": post, "question": "x"})
    only = msgspec.structs.replace(STAFF["2003"], number="2007", posts=(post,))
    assert "answer" in dict(possible(case, office.context(only)))
    assert where(office.does(case, only, "answer", {"note": "无意见"})) == [("examine", "construction")]
    other = msgspec.structs.replace(only, posts=("survey",))
    assert code_of(office.act(case, other, "answer")) == "other_post"


def test_two_windows_that_ask_at_once_ask_once(office: Office) -> None:
    case = office.walked("C07", "examine")
    first = office.does(case, "2001", "consult", {"post": "planning", "question": "x"})
    second = office.act(case, "2002", "consult", {"post": "fire", "question": "y"})
    assert isinstance(second, Decision)
    fact = second.groups[0][0]
    assert judged(first, fact).code == "asked_already"
    after = evolve(first, fact)
    assert after is not None
    assert after.consults == first.consults


# Stepping aside


def test_who_has_an_interest_steps_aside_and_acts_no_more(office: Office) -> None:
    case = office.walked("D01", "examine")
    case = office.does(case, "2001", "recuse", {"reason": "与申请人是近亲属"})
    assert case.recused == ("2001",)
    assert code_of(office.act(case, "2001", "examine")) == "recused"
    assert possible(case, office.context("2001")) == ()
    assert code_of(office.act(case, "2001", "recuse", {"reason": "x"})) == "recused"
    case = office.does(case, "2002", "examine")
    assert code_of(office.act(case, "2002", "site-check", {"officers": ["2001"]})) == "recused"
    assert office.does(case, "2002", "site-check", {"officers": ["2003"]}).state == "accepted"


def test_an_officer_may_say_it_of_another_and_a_helper_of_herself_alone(office: Office) -> None:
    case = office.walked("D01", "examine")
    assert code_of(office.act(case, "1001", "recuse", {"staff": "2001", "reason": "x"})) == "recused_by"
    assert code_of(office.act(case, "2001", "recuse", {"reason": " "})) == "reason"
    case = office.does(case, "1001", "recuse", {"reason": "申请人的妹妹"})
    case = office.does(case, "2002", "recuse", {"staff": "2001", "reason": "申请人的股东"})
    assert case.recused == ("1001", "2001")


# Not needed


def test_a_branch_that_does_not_apply_is_left_out_with_its_reason(office: Office) -> None:
    case = office.walked("B02", "answer", situations={"listed": "yes", "upper_level": "no"})
    assert code_of(office.act(case, "2001", "not-needed", {"step": "consult", "reason": " "})) == "reason"
    case = office.does(case, "2001", "not-needed", {"step": "consult", "reason": "不涉及其他部门"})
    case = office.does(case, "2001", "not-needed", {"step": "expert_review", "reason": "无需评估"})
    assert where(case) == [("decide", "chief")]
    assert case.steps["consult"].note == "不涉及其他部门"


@pytest.mark.parametrize("item", [c for c, i in CATALOGUE.items.items() if any(step.always for step in i.route)])
def test_what_a_law_demands_is_never_declared_not_needed(office: Office, item: str) -> None:
    case = office.walked(item, "examine")
    demanded = {step.id for step in CATALOGUE.items[item].route if step.always}
    while case.is_open:
        for step in open_steps(case):
            if step.id in demanded:
                refused = office.act(case, "2001", "not-needed", {"step": step.id, "reason": "x"})
                assert code_of(refused) == "step_needed"
        case = office.walk(case, "") if not demanded - set(case.steps) else office.does(case, *_next(case))


def _next(case: Case) -> tuple[str, str, dict[str, Any]]:
    from tests.people import natural

    return natural(case)


@pytest.mark.parametrize("item", ["C11", "C16"])
def test_of_examinations_side_by_side_one_at_least_is_made(office: Office, item: str) -> None:
    ticks = CATALOGUE.items[item].ticks
    answers = dict.fromkeys(ticks, "yes")
    case = office.walked(item, "examine", situations=answers)
    for step in [step.id for step in open_steps(case) if step.kind == "examine"]:
        outcome = office.act(case, "2001", "not-needed", {"step": step, "reason": "不适用"})
        if isinstance(outcome, Decision):
            case = office.keep(outcome)
        else:
            assert outcome.code == "step_needed"
    while not case.decided_at:
        case = office.does(case, *_next(case))
    kinds = {step.id: step.kind for step in case.received.route}
    assert [id_ for id_, state in case.steps.items() if kinds[id_] == "examine" and state.state == "done"]


def test_the_only_examination_is_never_spared(office: Office) -> None:
    case = office.walked("D01", "examine")
    assert code_of(office.act(case, "2001", "not-needed", {"step": "examine", "reason": "x"})) == "step_needed"
    assert "not-needed" not in dict(possible(case, office.context("2001")))


# Looking at the place


def test_what_must_be_put_right_stops_the_promise_and_not_the_law(office: Office) -> None:
    case = office.walked("D01", "site-check")
    again = office.does(case, "2003", "site-check", {"officers": ["2001"], "outcome": "rectify", "note": "加装水池"})
    assert (again.state, where(again)) == ("accepted", [("site_check", "survey")])
    assert again.pauses[0].kind == "rectify"
    later = "2026-11-27"
    assert due(again, "promised", later) == "2026-12-04", "Tuesday to Friday stood still"
    assert due(again, "statutory", later) == due(case, "statutory", later)
    office.day = later
    passed = office.does(again, "2003", "site-check", {"officers": ["2002"]})
    assert passed.pauses[0].until[:10] == later
    assert due(passed, "promised", "2026-12-01") == "2026-12-04"


def test_putting_right_twice_is_two_spans_and_a_failure_ends_them(office: Office) -> None:
    case = office.walked("D01", "site-check")
    data: dict[str, Any] = {"officers": ["2001"], "outcome": "rectify", "note": "x"}
    for day in ("2026-11-23", "2026-11-25", "2026-11-26"):
        office.day = day
        case = office.does(case, "2003", "site-check", data)
    assert [(pause.since[:10], pause.until[:10]) for pause in case.pauses] == [
        ("2026-11-23", "2026-11-25"),
        ("2026-11-25", "2026-11-26"),
        ("2026-11-26", ""),
    ]
    case = office.does(case, "2003", "site-check", {**data, "outcome": "fail"})
    assert all(pause.until for pause in case.pauses)
    assert code_of(office.act(case, "2002", "decide")) == "check_failed"


def test_a_hearing_during_the_putting_right_ends_and_the_putting_right_goes_on(office: Office) -> None:
    case = office.walked("D01", "site-check")
    case = office.does(case, "2003", "site-check", {"officers": ["2001"], "outcome": "rectify", "note": "x"})
    case = office.does(case, "2001", "suspend", {**HEARING, "step": "site_check"})
    assert (case.state, where(case)) == ("suspended", [("site_check", THIRD_PARTY)])
    case = office.does(case, "2001", "resume")
    assert (case.state, where(case)) == ("accepted", [("site_check", "survey")])
    assert [(pause.kind, bool(pause.until)) for pause in case.pauses] == [("rectify", False), ("hearing", True)]


def test_nobody_looks_alone_or_for_somebody_else(office: Office) -> None:
    """R9: the one who writes it down was there."""
    case = office.walked("D01", "site-check")
    assert code_of(office.act(case, "2003", "site-check", {"officers": ["2003"]})) == "two_officers"
    decision = office.act(case, "2003", "site-check", {"officers": ["2001"]})
    assert isinstance(decision, Decision)
    fact = decision.groups[0][0]
    absent = msgspec.structs.replace(fact, actor="2002")
    assert judged(case, absent).code == "two_officers"


# Sent back


def test_what_is_sent_back_ends_the_procedures_of_the_steps_that_open_again(office: Office) -> None:
    case = office.walked("B07", "publicity", situations={"category": "form", "confidential": "no"})
    case = office.does(
        case, "2001", "suspend", {"kind": "hearing", "days": 5, "step": "examine", **_held()}
    )  # fmt: skip
    case = office.does(case, "2001", "publicity", {"step": "publicity_application"})
    assert where(case) == [("examine", THIRD_PARTY)]
    case = office.does(case, "2001", "resume")
    case = office.does(case, "2001", "examine")
    case = office.does(case, "2001", "send-back", {"to": "examine", "reason": "请重新审查"})
    assert (case.state, where(case)) == ("accepted", [("examine", "investment")])
    assert "publicity_application" in case.steps
    assert case.pauses[0].until


def test_a_procedure_at_a_step_that_opens_again_is_over(office: Office) -> None:
    """Side by side: what stands still at one branch is sent back from the other."""
    case = office.walked("B07", "publicity", situations={"category": "form", "confidential": "no"})
    case = office.does(case, "2001", "suspend", {"kind": "hearing", "days": 5, "step": "examine", **_held()})
    data = {"step": "publicity_application", "to": "accept", "reason": "受理有误"}
    case = office.does(case, "2001", "send-back", data)
    assert (case.state, case.pauses[0].until[:10]) == ("received", office.day)
    again = office.does(case, "2001", "accept")
    assert (again.state, [post for _, post in where(again)]) == ("accepted", ["investment", "investment"])


def _held() -> dict[str, str]:
    return {"reason": "x", "held_on": "2026-12-07"}


def test_a_procedure_at_an_asked_post_goes_on_when_the_case_is_sent_back_behind_its_acceptance(office: Office) -> None:
    case = office.walked("B07", "publicity", situations={"category": "form", "confidential": "no"})
    case = office.does(case, "2001", "consult", {"step": "examine", "post": "chief", "question": "x"})
    case = office.does(
        case, "2001", "suspend", {"kind": "expert_review", "days": 5, "step": "consult_1", "reason": "x"}
    )  # fmt: skip
    case = office.does(
        case, "2001", "send-back", {"step": "publicity_application", "to": "pre_review", "reason": "x"}
    )  # fmt: skip
    assert case.state == "received"
    case = office.does(office.does(case, "1001", "pre-review"), "2001", "accept")
    assert case.state == "suspended"
    case = office.does(case, "2001", "resume")
    assert case.state == "accepted"


def test_somebody_asks_to_hurry_and_it_is_counted(office: Office) -> None:
    case = office.walked("D01", "examine")
    assert code_of(office.act(case, "1001", "nudge", {"text": " "})) == "nothing_said"
    case = office.does(
        office.does(case, "1001", "nudge", {"text": "申请人来催"}), "3001", "nudge", {"text": "请今日办结"}
    )
    assert case.nudges == 2
    assert [(each.by, each.text) for each in unanswered(case)] == [("1001", "申请人来催"), ("3001", "请今日办结")]


def test_one_person_urges_a_case_once_a_day_and_sees_so_before_she_types(office: Office) -> None:
    case = office.does(office.walked("D01", "examine"), "1001", "nudge", {"text": "申请人来催"})
    assert code_of(office.act(case, "1001", "nudge", {"text": "又来催"})) == "nudged_today"
    offers = dict(possible(case, office.context("1001")))
    assert offers["nudge"] is not None
    assert offers["nudge"].code == "nudged_today"
    assert dict(possible(case, office.context("1002"))).get("nudge") is None
    office.day = "2026-11-24"
    assert office.does(case, "1001", "nudge", {"text": "又来催"}).nudges == 2


def test_a_nudge_from_another_window_on_the_same_day_happened_and_is_flagged_by_the_hall(office: Office) -> None:
    case = office.does(office.walked("D01", "examine"), "1002", "nudge", {"text": "申请人来催"})
    again = judged(case, stray(office, case, "nudged", bodies.Nudged("又来催"), "1002"))
    assert (again.kind, again.flags) == ("accepted", ("nudged_today",))
    assert judged(case, stray(office, case, "nudged", bodies.Nudged("来催"), "1001")).flags == ()


def test_a_nudge_is_answered_when_the_step_is_done(office: Office) -> None:
    case = office.does(office.walked("D01", "examine"), "1001", "nudge", {"text": "申请人来催"})
    assert len(unanswered(case)) == 1
    case = office.does(case, "2001", "examine")
    assert unanswered(case) == ()
    assert case.nudges == 1


# Who was asked answers, and does nothing else


def asked(office: Office) -> tuple[Case, StaffSet]:
    case = office.does(
        office.walked("D01", "decide"), "2001", "consult", {"post": "investment", "question": "是否可行？"}
    )
    return case, StaffSet("2008", "投资科", "officer", ("investment",), "")


def test_a_post_of_another_module_that_was_asked_has_one_key_the_answer(office: Office) -> None:
    case, theirs = asked(office)
    data = {"step": "consult_1", "reason": "x"}
    keys = [action for action, off in possible(case, office.context(theirs)) if off is None]
    assert keys == ["answer"]
    for action, more in (
        ("send-back", {"to": "accept"}),
        ("suspend", {"kind": "hearing", "days": 5, "held_on": "2026-12-10"}),
        ("not-needed", {}),
        ("reassign", {"post": "chief"}),
    ):
        assert code_of(office.act(case, theirs, action, {**data, **more})) == "no_right"
    assert (
        code_of(office.act(case, theirs, "consult", {"step": "consult_1", "post": "fire", "question": "?"}))
        == "no_right"
    )
    assert office.does(case, theirs, "answer", {"note": "可行"}).steps["consult_1"].state == "done"


def test_a_question_is_not_waited_for_once_the_case_went_back_behind_it(office: Office) -> None:
    case = office.does(office.walked("D01", "decide"), "2001", "consult", {"post": "chief", "question": "是否可行？"})
    back = office.does(case, "2002", "send-back", {"step": "consult_1", "to": "accept", "reason": "受理要素有误"})
    assert [step for step, _ in where(back)] == ["accept"]
    assert back.steps["consult_1"].state == "not_needed"
    again = office.walk(back, "decide")
    asked_anew = office.does(again, "2001", "consult", {"post": "chief", "question": "是否可行？"})
    assert where(asked_anew) == [("consult_2", "chief")]
    assert office.walk(asked_anew).state == "closed"


def test_whoever_stepped_aside_tells_no_notice_and_hands_nothing_out(office: Office) -> None:
    case = office.does(office.case("D01"), "1001", "recuse", {"reason": "与申请人是亲属"})
    lines = {"lines": [{"material": "D01-01", "defect": "缺", "cure": "交"}]}
    assert code_of(office.act(case, "1001", "supplement", lines)) == "recused"
    assert code_of(office.act(case, "1001", "withdraw", {"reason": "x"})) == "recused"


def test_a_colleague_without_the_decision_has_nobody_step_aside(office: Office) -> None:
    case = office.case("D01")
    beside = StaffSet("2011", "核", "officer", ("fire",), "")
    assert code_of(office.act(case, "1001", "recuse", {"staff": "2001", "reason": "x"})) == "recused_by"
    assert code_of(office.act(case, beside, "recuse", {"staff": "2001", "reason": "x"})) == "recused_by"
    assert office.does(case, "2002", "recuse", {"staff": "2001", "reason": "亲属"}).recused == ("2001",)


def test_one_officer_written_twice_is_not_two(office: Office) -> None:
    case = office.walked("C08", "site-check")
    step = next(each for each in open_steps(case) if each.kind == "site_check")
    fact = stray(office, case, "inspected", bodies.Inspected(step.id, ("2001", " 2001"), "pass"), "2001", step.post)
    assert judged(case, fact).code == "two_officers"


def test_a_fee_that_was_paid_in_part_is_waited_for(office: Office) -> None:
    case = office.walked("C08", "pay")
    step = next(each for each in open_steps(case) if each.kind == "pay")
    after = evolve(case, stray(office, case, "paid", bodies.Paid(step.id, "4200-2026-1", 1)))
    assert after is not None
    assert [each.kind for each in open_steps(after)] == ["pay"]
    assert after.paid is None
