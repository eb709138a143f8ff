"""Every act on a case: all items from receipt to the end, the side ways, and who may not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework import bodies, commands
from casework.acts import HANDLERS
from casework.bodies import StaffSet, SupplementLine
from casework.case import APPLICANT, Case, StepState, open_steps, places
from casework.commands import ACTS
from casework.decide import print_paper, reprint_mark
from casework.drafting import Decision
from casework.errors import BadCommand, BadInput
from casework.events import body_of
from casework.facts import encode_body
from casework.folding import evolve
from casework.offering import possible
from casework.rules import Refusal
from tests.people import CATALOGUE, ITEMS, OFFICERS, STAFF, Office, code_of, have_all, judged, natural, walked


@pytest.fixture
def office() -> Office:
    return Office()


def where(case: Case) -> list[tuple[str, str]]:
    return [(place.step, place.post) for place in places(case)]


FORBIDDEN = {
    "helper_may_not", "same_person", "not_your_post", "no_right", "other_post", "no_such_person", "case_ended",
}  # fmt: skip
"""What no key that is lit may end in."""
_REASON = {"reason": "x"}
WORDS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("withdraw", "send-back", "reassign", "not-needed", "recuse", "void", "revoke"), _REASON),
    "transfer": {"organ": "武汉市", **_REASON},
    "terminate": {"ground": "other", **_REASON},
    "suspend": {"kind": "test", "days": 3, **_REASON},
    "consult": {"post": "chief", "question": "x"},
    "extend": _REASON,
    "correct": {"what": "x", **_REASON},
    "pay": {"receipt": "1"},
    "post": {"carrier": "EMS", "tracking": "1"},
    "nudge": {"text": "x"},
    "mend": {"mends": {"form": "x"}},
}


# From receipt to the end


@pytest.mark.parametrize("item", ITEMS)
def test_each_item_goes_from_receipt_to_closed(office: Office, item: str) -> None:
    case = walked(office, item)
    assert (case.state, case.outcome) == ("decided", "granted")
    if where(case) == [("pay", "delivery")]:
        case = office.does(case, *natural(case))
    assert where(case) == [("certify", "delivery")]
    case = office.does(case, "1002", "certify", {"document": "鄂武〔2026〕001"})
    assert where(case) == [("deliver", "delivery")]
    case = office.does(case, "1002", "deliver")
    assert where(case) == [("close", "delivery")]
    case = office.does(case, "1002", "close")
    assert (case.state, case.is_open, where(case)) == ("closed", False, [])
    assert all(step.id in case.steps for step in case.received.route)


@pytest.mark.parametrize("item", ITEMS)
def test_on_every_way_it_waits_at_one_place_per_open_step(office: Office, item: str) -> None:
    case = office.case(item)
    while case.is_open:
        waiting = places(case)
        assert len(waiting) == len(set(waiting)) == max(1, len(open_steps(case)))
        case = office.does(case, *natural(case))


@pytest.mark.parametrize("item", ITEMS)
def test_a_refused_case_hands_out_the_decision_without_a_certificate(office: Office, item: str) -> None:
    case = walked(office, item, until="decide")
    who, _, _ = natural(case)
    case = office.does(case, who, "decide", {"outcome": "refused", "reasons": "不符合规定条件"})
    assert (case.outcome, case.steps["certify"].state) == ("refused", "not_needed")
    assert case.decided is not None
    assert case.decided.remedies
    assert where(case) == [("deliver", "delivery")]
    assert code_of(office.act(case, "1002", "certify")) == "step_not_open"
    case = office.does(office.does(case, "1002", "deliver"), "1002", "close")
    assert case.state == "closed"


def test_a_refusal_without_reasons_is_not_written(office: Office) -> None:
    case = walked(office, "B01", until="decide")
    assert code_of(office.act(case, "2001", "decide", {"outcome": "refused"})) == "reason_and_remedies"
    assert code_of(office.act(case, "2001", "decide", {"outcome": "maybe"})) == "outcome"


# Who may not


def test_who_accepted_does_not_decide(office: Office) -> None:
    case = walked(office, "D01", until="decide")
    assert code_of(office.act(case, "2001", "decide")) == "same_person"
    assert office.does(case, "2002", "decide").decided_by == "2002"


def test_who_accepted_does_not_decide_after_sending_it_back_to_a_willing_colleague(office: Office) -> None:
    case = office.does(office.case("B01"), "2001", "accept")
    case = office.does(case, "2001", "send-back", {"to": "accept", "reason": "再看"})
    case = office.walk(office.does(case, "1001", "accept"), "decide")
    assert case.accepted_by == ("2001", "1001")
    assert code_of(office.act(case, "2001", "decide")) == "same_person"
    assert dict(possible(case, office.context("2001")))["decide"] is not None
    assert office.does(case, "2002", "decide").decided_by == "2002"


def test_who_took_it_in_and_let_the_time_run_out_does_not_decide(office: Office) -> None:
    case = office.case("D01", who="2001")
    fact = msgspec.structs.replace(
        office.facts[case.id][0],
        type="deemed_accepted",
        actor="",
        body=encode_body(bodies.DeemedAccepted("2026-11-30")),
    )
    case = office.walk(evolve(case, fact) or case, "decide")
    assert code_of(office.act(case, "2001", "decide")) == "same_person"
    assert office.does(case, "2002", "decide").decided_by == "2002"


def test_a_registrar_does_both_where_the_item_says_so(office: Office) -> None:
    """审核合一."""
    case = office.case("A01", "accept", who="2001")
    case = office.does(office.walk(case, "decide"), "2001", "decide")
    assert (case.accepted_by, case.decided_by) == (("2001",), "2001")


@pytest.mark.parametrize("action", ["refuse", "return", "decide", "examine", "site-check", "send-back", "reassign"])
def test_a_helper_acts_for_no_officer_whatever_posts_the_roster_gives(office: Office, action: str) -> None:
    """R15, for ever: on the screen, in the decision, and at the hall."""
    impostor = StaffSet("1009", "伪", "helper", ("window", *OFFICERS), "")
    data: dict[str, dict[str, Any]] = {
        "send-back": {"to": "accept", "reason": "x"},
        "reassign": {"post": "fire", "reason": "x"},
        "decide": {"outcome": "granted"},
        "site-check": {"officers": ["2001"]},
    }
    stage = {"refuse": "pre-review", "return": "pre-review", "site-check": "site-check", "decide": "decide"}
    item = "A01" if action == "return" else "D01"
    case = office.case("A01") if action == "return" else walked(office, item, until=stage.get(action, "examine"))
    refused = office.act(case, impostor, action, data.get(action))
    assert code_of(refused) == "helper_may_not"
    assert action not in dict(possible(case, office.context(impostor)))


def test_an_officer_examines_only_at_his_own_post(office: Office) -> None:
    case = walked(office, "C07", until="examine")
    refused = office.act(case, "2003", "examine")
    assert isinstance(refused, Refusal)
    assert refused.code == "other_post"
    assert refused.facts["post"] == "construction"
    assert refused.facts["at"] == {"zh": "建设科", "en": "Construction office"}


@pytest.mark.parametrize("post", ["window", "guide", "delivery"])
def test_the_helpers_posts_stand_in_for_each_other(office: Office, post: str) -> None:
    clerk = StaffSet("1009", "替", "helper", (post,), "")
    case = office.does(walked(office, "B01"), clerk, "certify")
    assert office.facts[case.id][-1].post == post
    case = office.does(office.does(case, clerk, "deliver"), clerk, "close")
    assert case.state == "closed"


def test_a_supervisor_settles_and_prints_but_does_not_examine(office: Office) -> None:
    case = walked(office, "C07", until="examine")
    assert code_of(office.act(case, "3001", "examine")) == "other_post"
    assert isinstance(print_paper(case, "receipt", office.context("3001"), ""), Decision)
    assert code_of(print_paper(case, "receipt", office.context("4001"), "")) == "no_right"


@pytest.mark.parametrize("who", [*STAFF])
@pytest.mark.parametrize("item", ITEMS)
def test_what_the_screen_offers_no_rule_of_persons_forbids(office: Office, item: str, who: str) -> None:
    """A key that is lit may lack data, but never the right."""
    case = office.case(item)
    while case.is_open:
        for offered, off in possible(case, office.context(who)):
            if off is not None:
                assert off.code in {"same_person", "incomplete", "second_notice", "forward_first", "extended_already"}
                if off.code != "extended_already":
                    assert code_of(office.act(case, who, offered)) == off.code
                continue
            given = {"send-back": {"to": "accept"}, "reassign": {"post": "chief"}}.get(offered, {})
            given |= WORDS.get(offered, {})
            try:
                code = code_of(office.act(case, who, offered, given))
            except BadInput:
                continue
            assert code not in FORBIDDEN, (offered, code)
        case = office.does(case, *natural(case))


# The notice


def test_a_second_notice_is_refused(office: Office) -> None:
    """R5."""
    case = office.case("D01", "supplement", materials={})
    assert where(case) == [("supplement", APPLICANT)]
    assert code_of(office.act(case, "1001", "supplement")) == "second_notice"
    assert code_of(office.act(case, "2001", "accept")) == "awaiting_supplement"


def test_what_was_asked_for_comes_and_one_key_accepts(office: Office) -> None:
    """R5: all handed in means it must be acceptable."""
    case = office.case("D01", "supplement", materials={})
    assert case.supplement is not None
    asked = [line.material for line in case.supplement.lines]
    part = office.does(case, "1001", "supplement-received", {"materials": {asked[0]: "original"}})
    assert (part.state, where(part)) == ("supplement_partly", [("supplement", APPLICANT)])
    whole = office.does(part, "1001", "supplement-received")
    assert whole.state == "received"
    assert where(whole) == [("pre_review", "window")]
    assert office.does(whole, "2001", "accept").state == "accepted"


def test_the_notice_holds_all_that_is_missing_also_what_the_clerk_forgot(office: Office) -> None:
    """R4."""
    case = office.case("D01", materials={"D01-03": "original"})
    line = {"material": "D01-03", "defect": "未标注尺寸", "cure": "请标注尺寸"}
    case = office.does(case, "1001", "supplement", {"lines": [line]})
    assert case.supplement is not None
    assert [each.material for each in case.supplement.lines] == ["D01-03", "D01-01", "D01-04"]
    assert case.supplement.lines[0].defect == "未标注尺寸"


def test_after_the_notice_nothing_else_may_be_asked_for(office: Office) -> None:
    """R5: a notice that forgot a paper (it came from an older program) still leads to acceptance."""
    case = office.case("D01", materials={"D01-03": "original", "D01-04": "original"})
    told = office.keep(office.act(case, "1001", "supplement"))
    assert told.supplement is not None
    short = msgspec.structs.replace(
        told,
        materials={**told.materials, "D01-03": "missing"},
        supplement=msgspec.structs.replace(told.supplement, lines=(SupplementLine("D01-01", "缺", "交"),)),
    )
    back = office.does(short, "1001", "supplement-received")
    assert back.materials["D01-03"] == "missing"
    accepted = office.act(back, "2001", "accept")
    assert isinstance(accepted, Decision)
    assert judged(back, accepted.groups[0][0]).kind == "accepted"


def test_a_foreign_paper_is_not_asked_for(office: Office) -> None:
    """R7."""
    case = office.case("D01", materials={})
    line = {"material": "D01-77", "defect": "缺", "cure": "交"}
    assert code_of(office.act(case, "1001", "supplement", {"lines": [line]})) == "not_listed"


@pytest.mark.parametrize("bad", [{"D01-77": "original"}, {"D01-01": "lost"}, {"D01-01": "pledge"}])
def test_supplements_are_checked_against_the_list(office: Office, bad: dict[str, str]) -> None:
    case = office.case("D01", "supplement", materials={})
    with pytest.raises(BadInput):
        office.act(case, "1001", "supplement-received", {"materials": bad})


def test_a_complete_file_gets_no_notice(office: Office) -> None:
    assert code_of(office.act(office.case("D01"), "1001", "supplement")) == "nothing_missing"
    assert code_of(office.act(office.case("D01"), "1001", "supplement-received")) == "nothing_said"


def test_a_registration_goes_back_instead(office: Office) -> None:
    """R41."""
    case = office.case("A01", materials={})
    assert code_of(office.act(case, "1001", "supplement")) == "registration_returns"
    case = office.does(case, "2001", "return")
    assert (case.state, len(case.lines)) == ("returned", 3)
    assert code_of(office.act(case, "2001", "accept")) == "case_ended"


# Proposals of the counter


@pytest.mark.parametrize(
    ("item", "outcome", "post"),
    [
        ("A01", "refuse", "business"),
        ("A01", "return", "business"),
        ("C07", "accept", "construction"),
        ("D01", "accept", "single"),
    ],
)
def test_a_proposal_waits_in_the_officers_queue(office: Office, item: str, outcome: str, post: str) -> None:
    case = office.case(item, outcome, reason="请审批岗位核定")
    assert where(case) == [("proposal", post)]
    assert outcome in dict(possible(case, office.context("2001")))


def test_an_officer_who_follows_the_proposal_need_not_type_it_again(office: Office) -> None:
    case = office.case("D01", "refuse", reason="该经营项目无需许可")
    case = office.does(case, "2001", "refuse")
    assert (case.state, case.reason) == ("refused_at_intake", "该经营项目无需许可")


def test_an_officer_may_also_accept_against_the_proposal(office: Office) -> None:
    case = office.does(office.case("D01", "refuse"), "2001", "accept")
    assert (case.state, case.proposal, where(case)) == ("accepted", "", [("examine", "single")])


def test_the_right_organ_is_named(office: Office) -> None:
    """R2."""
    case = office.case("D01")
    assert code_of(office.act(case, "2001", "refuse", {"ground": "not_our_power"})) == "right_organ"
    with pytest.raises(BadInput):
        office.act(case, "2001", "refuse", {"ground": "dislike"})


# Sent back, reassigned, checked, withdrawn


def test_what_is_sent_back_opens_again_with_all_that_follows(office: Office) -> None:
    case = walked(office, "D01", until="decide")
    case = office.does(case, "2002", "send-back", {"to": "examine", "reason": "请补充审核意见"})
    assert where(case) == [("examine", "single")]
    assert not {"examine", "site_check"} & set(case.steps)
    case = office.does(case, "2001", "examine")
    case = office.does(case, "2003", "site-check", {"officers": ["2002"]})
    assert office.does(case, "2002", "decide").state == "decided"


def test_a_case_sent_back_behind_its_acceptance_stays_accepted_on_paper(office: Office) -> None:
    """S15: the notice was handed out; its clock runs on, and nobody asks for more or turns it away."""
    case = walked(office, "D01", until="examine")
    first = case.accepted_at
    assert first
    case = office.does(case, "2001", "send-back", {"to": "pre_review", "reason": "材料核对有误"})
    assert (case.state, case.accepted_at, where(case)) == ("received", first, [("pre_review", "window")])
    assert code_of(office.act(case, "2001", "refuse")) == "was_accepted"
    line = {"material": "D01-03", "defect": "x", "cure": "y"}
    assert code_of(office.act(case, "1001", "supplement", {"lines": [line]})) == "was_accepted"
    office.day = "2026-11-25"
    case = office.does(office.does(case, "1001", "pre-review"), "2002", "accept")
    assert (case.state, case.accepted_at, case.accepted_by) == ("accepted", first, ("2001", "2002"))


@pytest.mark.parametrize("to", ["receive", "decide", "certify", "nowhere"])
def test_nothing_is_sent_back_to_where_it_has_not_been(office: Office, to: str) -> None:
    case = walked(office, "C07", until="examine")
    assert code_of(office.act(case, "2001", "send-back", {"to": to, "reason": "x"})) == "not_done_yet"


def test_sending_back_needs_a_reason_and_stops_at_the_decision(office: Office) -> None:
    case = walked(office, "C07", until="decide")
    assert code_of(office.act(case, "2002", "send-back", {"to": "examine", "reason": " "})) == "reason"
    decided = office.does(case, "2002", "decide")
    assert code_of(office.act(decided, "2002", "send-back", {"to": "examine", "reason": "x"})) == "step_not_open"


def test_another_post_of_the_module_takes_over(office: Office) -> None:
    case = walked(office, "C07", until="examine")
    case = office.does(case, "2001", "reassign", {"post": "planning", "reason": "涉及规划"})
    assert where(case) == [("examine", "planning")]
    assert code_of(office.act(case, "2003", "examine")) == "other_post"
    assert office.does(case, "2002", "examine").steps["examine"].by == "2002"


@pytest.mark.parametrize("post", ["business", "window", "nobody"])
def test_a_post_that_does_not_do_the_step_takes_nothing_over(office: Office, post: str) -> None:
    case = walked(office, "C07", until="examine")
    assert code_of(office.act(case, "2001", "reassign", {"post": post, "reason": "x"})) == "no_such_post"


def test_a_site_check_needs_two_different_officers(office: Office) -> None:
    """R9."""
    case = walked(office, "D01", until="site-check")
    assert code_of(office.act(case, "2003", "site-check")) == "two_officers"
    assert code_of(office.act(case, "2003", "site-check", {"officers": ["2003", "２００３"]})) == "two_officers"
    done = office.does(case, "2003", "site-check", {"officers": ["2001"]})
    assert body_of(office.facts[case.id][-1]).officers == ("2003", "2001")
    assert where(done) == [("decide", "chief")]


def test_what_must_be_put_right_is_checked_again(office: Office) -> None:
    case = walked(office, "D01", until="site-check")
    again = office.does(case, "2003", "site-check", {"officers": ["2001"], "outcome": "rectify", "note": "加装水池"})
    assert where(again) == [("site_check", "survey")]
    assert where(office.does(again, "2003", "site-check", {"officers": ["2002"]})) == [("decide", "chief")]
    assert code_of(office.act(case, "2003", "site-check", {"officers": ["2001"], "outcome": "ok"})) == "outcome"


def test_what_failed_its_check_is_not_granted(office: Office) -> None:
    case = walked(office, "D01", until="site-check")
    failed = {"officers": ["2001"], "outcome": "fail"}
    assert code_of(office.act(case, "2003", "site-check", failed)) == "reason"
    case = office.does(case, "2003", "site-check", {**failed, "note": "无清洗消毒设施"})
    assert code_of(office.act(case, "2002", "decide")) == "check_failed"
    case = office.does(case, "2002", "decide", {"outcome": "refused", "reasons": "现场核查不合格"})
    assert case.outcome == "refused"


@pytest.mark.parametrize("until", ["pre-review", "accept", "examine", "site-check", "decide"])
def test_the_applicant_takes_it_back_at_any_time_before_the_decision(office: Office, until: str) -> None:
    case = office.does(walked(office, "D01", until=until), "1001", "withdraw", {"reason": "不办了"})
    assert (case.state, case.reason, where(case)) == ("withdrawn", "不办了", [])


def test_after_the_decision_nothing_is_taken_back(office: Office) -> None:
    assert code_of(office.act(walked(office, "D01"), "1001", "withdraw", {"reason": "不办了"})) == "already_decided"
    assert code_of(office.act(office.case("D01"), "1001", "withdraw", {"reason": " "})) == "reason"


# Handing out


def test_a_deferred_paper_withholds_the_result(office: Office) -> None:
    """R31."""
    case = office.case("D01", materials={**have_all("D01"), "D01-04": "defer"})
    case = office.walk(case, "deliver")
    refused = office.act(case, "1002", "deliver")
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.facts) == ("deferred_outstanding", {"materials": "D01-04"})
    assert "supplement-received" in dict(possible(case, office.context("1002")))
    case = office.does(case, "1002", "supplement-received")
    assert case.materials["D01-04"] == "original"
    assert office.does(case, "1002", "deliver").state == "delivered"


def test_a_company_is_not_written_down_as_who_came_where_its_representative_is_known(office: Office) -> None:
    case = office.does(walked(office, "B01"), "1002", "certify")
    known = msgspec.structs.replace(case.received.applicant, representative="李梅")
    case = msgspec.structs.replace(case, received=msgspec.structs.replace(case.received, applicant=known))
    done = office.does(case, "1002", "deliver").delivered
    assert done is not None
    assert done.receiver == "李梅"


def test_an_agent_who_collects_shows_a_document(office: Office) -> None:
    case = office.does(walked(office, "B01"), "1002", "certify")
    assert code_of(office.act(case, "1002", "deliver", {"how": "agent", "receiver": "刘洋"})) == "agent_id"
    assert code_of(office.act(case, "1002", "deliver", {"how": "pigeon"})) == "outcome"
    done = office.does(case, "1002", "deliver", {"how": "post", "tracking": "EMS 1234"})
    assert done.delivered is not None
    assert (done.delivered.receiver, done.delivered.tracking) == ("武汉光谷测试有限公司", "EMS 1234")


def test_nothing_is_closed_before_it_is_delivered(office: Office) -> None:
    case = office.does(walked(office, "B01"), "1002", "certify")
    assert code_of(office.act(case, "1002", "close")) == "not_delivered"


def test_papers_go_from_post_to_post(office: Office) -> None:
    """R16."""
    case = walked(office, "C07", until="examine")
    done = office.does(case, "1001", "hand-over", {"to": "construction", "papers": "申请表 1 份"})
    assert where(done) == where(case)
    assert code_of(office.act(case, "1001", "hand-over", {"to": "moon"})) == "no_such_post"


def test_the_second_print_says_so(office: Office) -> None:
    case = office.case("D01")
    marks = []
    for terminal in ("0012", "0012", "0007", "0012"):
        office.terminal = terminal
        case = office.keep(print_paper(case, "receipt", office.context("1001"), "ab"))
        marks.append(case.papers[-1].mark)
    assert marks == ["", "0012-1", "0007-1", "0012-2"]
    assert [paper.count for paper in case.papers] == [1, 2, 3, 4]
    assert reprint_mark(case.papers, "guide", "0012") == ""


def test_a_paper_of_an_ended_case_is_printed_again(office: Office) -> None:
    case = office.does(office.case("D01"), "1001", "withdraw", {"reason": "不办了"})
    assert isinstance(print_paper(case, "receipt", office.context("1001"), ""), Decision)


# Acts as data


def test_every_act_has_its_handler() -> None:
    assert set(ACTS) == set(HANDLERS)


def test_an_act_that_does_not_exist_says_what_does() -> None:
    with pytest.raises(BadCommand) as caught:
        commands.read_act("approve", {})
    assert caught.value.message.facts["possible"] == ", ".join(ACTS)


@pytest.mark.parametrize("data", [{"outcom": "granted"}, {"outcome": 1}, "granted", [1]])
def test_data_of_another_form_is_refused_before_anything_happens(data: Any) -> None:
    with pytest.raises(BadCommand):
        commands.read_act("decide", data)


# A fact of the counter is never refused (S14): late or twice, it moves nothing


def test_a_second_delivery_opens_no_closed_case(office: Office) -> None:
    case = office.does(walked(office, "B01"), "1002", "certify")
    twice = office.keep(office.act(case, "1002", "deliver"))
    late = office.facts[case.id][-1]
    certified = office.facts[case.id][-2]
    closed = office.does(twice, "1002", "close")
    assert judged(closed, late).flags == ("case_ended",)
    after = evolve(evolve(closed, late), certified)
    assert after is not None
    assert (after.state, places(after), after.facts) == ("closed", (), closed.facts + 2)


def test_a_certificate_before_the_decision_moves_nothing(office: Office) -> None:
    undecided = walked(office, "B01", until="decide")
    office.does(office.does(undecided, "2001", "decide"), "1002", "certify")
    fact = office.facts[undecided.id][-1]
    assert judged(undecided, fact).flags == ("step_not_open",)
    after = evolve(undecided, fact)
    assert after is not None
    assert (after.state, where(after)) == ("accepted", [("decide", "investment")])


def test_a_step_says_by_whom_and_when(office: Office) -> None:
    case = office.does(office.case("C07"), "1001", "pre-review", {"note": "齐"})
    assert case.steps["pre_review"] == StepState("done", "1001", "2026-11-23T10:00:00.000", "齐")


def test_s33_a_case_from_an_item_that_changed_since_is_still_acted_on(office: Office) -> None:
    """S33: the fact carries what it resolved."""
    case = office.case("C07")
    emptied = msgspec.structs.replace(CATALOGUE, items={})
    case = office.does(case, "1001", "pre-review", catalogue=emptied)
    case = office.does(case, "2001", "accept", catalogue=emptied)
    assert where(case) == [("examine", "construction")]
