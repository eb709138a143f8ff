"""The decision and what comes after it: fees, papers, post, pledges, slips, false papers, other organs and ends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from casework import bodies, numbers
from casework.case import THIRD_PARTY, Case, open_steps, places
from casework.drafting import Decision
from casework.errors import BadInput
from casework.events import body_of
from casework.folding import evolve
from casework.offering import possible
from casework.rules import Refusal
from casework.standing import standing
from tests.people import AGENT, CALENDAR, CATALOGUE, STAFF, Office, altered, code_of, have_all, judged
from tests.walking import stray

FEES = tuple(code for code, item in CATALOGUE.items.items() if item.fee and not item.fee.when)
SOME = ("A01", "B01", "C07", "D01", "D10")


@pytest.fixture
def office() -> Office:
    return Office()


def where(case: Case) -> list[tuple[str, str]]:
    return [(place.step, place.post) for place in places(case)]


def decided(office: Office, item: str, outcome: str = "granted", **changes: Any) -> Case:
    case = office.walked(item, "decide", **changes)
    data = {"outcome": outcome, **({"reasons": "不符合条件"} if outcome == "refused" else {})}
    who = "2002" if "2001" in case.let_in_by else "2001"
    return office.does(case, who, "decide", data)


def standing_of(case: Case, kind: str, day: str) -> Any:
    now = datetime.fromisoformat(f"{day}T11:00:00")
    return next((each for each in standing(case, CALENDAR, now) if each.kind == kind), None)


# Fees (R11)


@pytest.mark.parametrize("item", FEES)
def test_a_fee_is_assessed_paid_and_then_the_permit_is_made(office: Office, item: str) -> None:
    assert FEES
    case = office.walked(item, "examine")
    assert (case.received.fee_assessed, case.fee) == (True, None)
    case = office.does(case, "2001", "examine", {"fee": "12,400.5元"})
    assert case.fee == 1_240_050
    case = office.walk(case, "pay")
    assert where(case) == [("pay", "delivery")]
    assert code_of(office.act(case, "1002", "pay", {"receipt": "4200-1", "amount": "100"})) == "fee_amount"
    assert code_of(office.act(case, "1002", "pay", {"receipt": " "})) == "treasury_receipt"
    assert code_of(office.act(case, "1002", "certify")) == "step_not_open"
    paid = office.does(case, "1002", "pay", {"receipt": "4200-1"})
    assert paid.paid == bodies.Paid("pay", "4200-1", 1_240_050)
    assert where(paid) == [("certify", "delivery")]
    assert office.walk(paid).state == "closed"


@pytest.mark.parametrize("item", FEES)
def test_nothing_is_granted_while_nobody_has_said_how_much(office: Office, item: str) -> None:
    case = office.walked(item, "examine")
    case = office.walk(office.does(case, "2001", "examine"), "decide")
    assert code_of(office.act(case, "2002", "decide")) == "fee_unknown"
    refused = office.does(case, "2002", "decide", {"outcome": "refused", "reasons": "x"})
    assert (refused.steps["pay"].state, where(refused)) == ("not_needed", [("deliver", "delivery")])
    back = office.does(case, "2002", "send-back", {"to": "examine", "reason": "请核定费用"})
    back = office.walk(office.does(back, "2001", "examine", {"fee": "0"}), "decide")
    free = office.does(back, "2002", "decide")
    assert (free.steps["pay"].state, where(free)) == ("not_needed", [("certify", "delivery")])


@pytest.mark.parametrize("item", FEES)
def test_a_fee_that_is_waived_is_waived_by_an_officer_with_a_reason(office: Office, item: str) -> None:
    case = office.walked(item, "pay")
    assert code_of(office.act(case, "1002", "not-needed", {"step": "pay", "reason": "减免"})) == "helper_may_not"
    assert code_of(office.act(case, "2002", "not-needed", {"step": "pay", "reason": " "})) == "reason"
    assert "not-needed" in dict(possible(case, office.context("2002")))
    assert "pay" not in dict(possible(case, office.context("2002")))
    assert code_of(office.act(case, "2002", "pay", {"receipt": "1"})) in {"no_right", "other_post"}
    waived = office.does(case, "2002", "not-needed", {"step": "pay", "reason": "小微企业免征"})
    assert where(waived) == [("certify", "delivery")]


def test_a_case_without_a_fee_is_asked_for_none(office: Office) -> None:
    case = office.walked("D01", "examine")
    assert code_of(office.act(case, "2001", "examine", {"fee": "10"})) == "no_fee"
    with pytest.raises(BadInput):
        office.act(case, "2001", "examine", {"fee": "十元"})


def test_a_fixed_fee_is_known_at_receipt(office: Office) -> None:
    item = CATALOGUE.items["C08"]
    assert item.fee is not None
    fixed = altered("C08", fee=msgspec.structs.replace(item.fee, amount=5000))
    case = office.walked("C08", "pay", catalogue=fixed)
    assert (case.received.fee_assessed, case.fee) == (False, 5000)
    assert office.does(case, "1002", "pay", {"receipt": "1"}, catalogue=fixed).paid is not None


# What the result is, how long, how it is handed out


@pytest.mark.parametrize("item", [code for code, item in CATALOGUE.items.items() if item.result_years])
def test_the_result_says_until_when_it_holds(office: Office, item: str) -> None:
    years = CATALOGUE.items[item].result_years
    case = office.does(office.walked(item, "certify"), "1002", "certify", {"document": "鄂〔2026〕1"})
    assert case.certified is not None
    assert case.certified.valid_until == f"{2026 + years}-11-23"


def test_a_result_goes_by_post_and_counts_as_handed_out_when_it_was_signed_for(office: Office) -> None:
    case = office.walked("D06", "deliver")
    assert code_of(office.act(case, "1002", "post", {"carrier": " ", "tracking": "1"})) == "parcel"
    posted = office.does(case, "1002", "post", {"carrier": "EMS", "tracking": "EA123", "address": "高新大道 777 号"})
    assert posted.posted is not None
    assert (posted.state, where(posted)) == ("certified", [("deliver", "delivery")])
    done = office.does(posted, "1002", "deliver", {"how": "post"})
    assert done.delivered is not None
    assert (done.state, done.delivered.tracking) == ("delivered", "EA123")


def test_an_agent_collects_with_the_document_that_is_on_record(office: Office) -> None:
    case = office.walked("D01", "deliver", agent=AGENT)
    done = office.does(case, "1002", "deliver", {"how": "agent"})
    assert done.delivered is not None
    assert (done.delivered.receiver, done.delivered.receiver_id) == (AGENT.name, AGENT.id)


def test_the_result_is_handed_out_within_ten_working_days(office: Office) -> None:
    """R10."""
    case = decided(office, "D06")
    term = standing_of(case, "delivery", "2026-11-24")
    assert (term.clock.due, term.left, term.stopped) == ("2026-12-07", 9, False)
    done = office.walk(case, "close")
    assert standing_of(done, "delivery", "2026-12-24").stopped


def test_a_withheld_result_ends_when_the_deferred_paper_never_comes(office: Office) -> None:
    """R31."""
    case = office.walked("D01", "deliver", materials={**have_all("D01"), "D01-04": "defer"})
    assert code_of(office.act(case, "1002", "deliver")) == "deferred_outstanding"
    assert code_of(office.act(case, "1002", "post", {"carrier": "EMS", "tracking": "1"})) == "deferred_outstanding"
    assert standing_of(case, "deferral", "2026-11-24").clock.due == "2026-11-30"
    assert code_of(office.act(case, "2001", "terminate", {"ground": "other", "reason": "x"})) == "already_decided"
    due = {"ground": "deferred_overdue"}
    office.day = "2026-11-30"
    assert code_of(office.act(case, "2001", "terminate", due)) == "term_runs"
    office.day = "2026-12-01"
    accepts = msgspec.structs.replace(STAFF["2001"], posts=("single",))
    assert code_of(office.act(case, accepts, "terminate", due)) == "no_right"
    ended = office.does(case, "2001", "terminate", due)
    assert (ended.state, places(ended)) == ("terminated", ())
    assert ended.reason


def test_nobody_ends_a_case_for_a_paper_that_may_still_be_brought(office: Office) -> None:
    case = office.case("D01", "supplement", materials={})
    gone = {"ground": "nobody_came"}
    assert code_of(office.act(case, "2001", "terminate", gone)) == "term_runs"
    office.day = CALENDAR.add_working_days(date.fromisoformat(office.day), 30).day.isoformat()
    assert code_of(office.act(case, "2001", "terminate", gone)) == "term_runs"
    office.day = CALENDAR.add_working_days(date.fromisoformat(office.day), 1).day.isoformat()
    assert office.does(case, "2001", "terminate", gone).state == "terminated"


def test_nobody_ends_a_case_for_a_paper_that_it_does_not_wait_for(office: Office) -> None:
    case = office.walked("D01", "examine")
    for ground in ("nobody_came", "deferred_overdue"):
        assert code_of(office.act(case, "2001", "terminate", {"ground": ground})) == "nothing_waited_for"
    assert code_of(office.act(case, "2001", "terminate", {"ground": "other"})) == "reason"


def test_who_never_put_right_what_the_site_check_found_can_be_ended(office: Office) -> None:
    case = office.walked("C08", "site-check")
    step = next(step.id for step in open_steps(case) if step.kind == "site_check")
    put_right = {"step": step, "officers": ["2002"], "outcome": "rectify", "note": "消防通道"}
    case = office.does(case, "2001", "site-check", put_right)
    assert office.does(case, "2001", "terminate", {"ground": "nobody_came"}).state == "terminated"


def test_a_refusal_is_handed_out_whatever_was_deferred(office: Office) -> None:
    case = decided(office, "D01", "refused", materials={**have_all("D01"), "D01-04": "defer"})
    assert office.does(case, "1002", "deliver").state == "delivered"


# Slips


@pytest.mark.parametrize("stage", ["certify", "deliver", "close", ""])
@pytest.mark.parametrize("item", SOME)
def test_a_slip_is_put_right_and_the_paper_made_and_handed_out_again(office: Office, item: str, stage: str) -> None:
    case = office.walked(item, stage)
    office.day = "2026-12-01"
    assert code_of(office.act(case, "2001", "correct", {"what": "x", "reason": " "})) == "reason"
    assert code_of(office.act(case, "2001", "correct", {"what": " ", "reason": "x"})) == "nothing_said"
    right = office.does(case, "2001", "correct", {"what": "地址为高新大道 777 号", "reason": "笔误"})
    assert (right.state, where(right)) == ("decided", [("certify", "delivery")])
    assert (right.certified, right.delivered, right.posted, right.ended_at) == (None, None, None, "")
    assert right.outcome == "granted"
    assert standing_of(right, "delivery", "2026-12-01").clock.due == "2026-12-15"
    assert office.walk(right).state == "closed"


def test_a_slip_in_a_refusal_makes_no_certificate(office: Office) -> None:
    case = office.walk(decided(office, "D01", "refused"))
    right = office.does(case, "2002", "correct", {"what": "条款为第三十五条", "reason": "笔误"})
    assert where(right) == [("deliver", "delivery")]


def test_before_the_decision_nothing_is_put_right_or_taken_back(office: Office) -> None:
    case = office.walked("D01", "decide")
    assert code_of(office.act(case, "2002", "correct", {"what": "x", "reason": "x"})) == "not_decided"
    assert code_of(office.act(case, "2002", "revoke", {"reason": "x"})) == "not_decided"


# Taken back


@pytest.mark.parametrize("stage", ["certify", "deliver", "close", ""])
def test_what_was_granted_is_revoked_with_reasons_and_remedies(office: Office, stage: str) -> None:
    case = office.walked("D06", stage)
    ended = office.does(case, "2001", "revoke", {"reason": "以欺骗手段取得"})
    assert (ended.state, places(ended)) == ("revoked", ())
    assert ended.revoked is not None
    assert ended.revoked.remedies
    assert code_of(office.act(ended, "2001", "correct", {"what": "x", "reason": "x"})) == "not_decided"
    assert code_of(office.act(ended, "2001", "revoke", {"reason": "x"})) == "not_decided"
    assert code_of(office.act(ended, "1002", "deliver")) in {"step_not_open", "case_ended"}


def test_what_was_refused_can_not_be_taken_back(office: Office) -> None:
    case = decided(office, "D06", "refused")
    assert code_of(office.act(case, "2001", "revoke", {"reason": "x"})) == "not_granted"
    assert "revoke" not in dict(possible(case, office.context("2001")))


# Pledges (R30)


def pledging() -> list[tuple[str, str]]:
    found = []
    for code, item in CATALOGUE.items.items():
        material = next((each for each in item.materials if each.pledge), None)
        if material is not None and not item.pledge_excluded and not material.when:
            found.append((code, material.code))
    return found


@pytest.mark.parametrize(("item", "material"), pledging())
def test_what_was_pledged_is_looked_at_before_the_file_is_closed(office: Office, item: str, material: str) -> None:
    papers = {**office.form(item).materials, material: "pledge"}
    case = office.walked(item, "pledge-check", materials=papers)
    assert case.state == "delivered"
    ((step, post),) = where(case)
    assert (step, CATALOGUE.posts[post].team) == ("pledge_check", "officer")
    assert code_of(office.act(case, "1002", "close")) == "pledge_first"
    assert code_of(office.act(case, "1002", "pledge-check")) == "helper_may_not"
    days = CATALOGUE.items[item].pledge_check_days
    assert (
        standing_of(case, "pledge_check", "2026-11-24").clock.due_day
        == CALENDAR.add_working_days(datetime.fromisoformat("2026-11-23").date(), days).day
    )
    kept = office.does(case, "2001", "pledge-check")
    assert where(kept) == [("close", "delivery")]
    assert office.walk(kept).state == "closed"


def test_a_false_pledge_costs_the_result(office: Office) -> None:
    papers = {**office.form("D06").materials, "D06-03": "pledge"}
    case = office.walked("D06", "pledge-check", materials=papers)
    assert code_of(office.act(case, "2001", "pledge-check", {"outcome": "false"})) == "reason"
    assert code_of(office.act(case, "2001", "pledge-check", {"outcome": "so-so"})) == "outcome"
    false = office.does(case, "2001", "pledge-check", {"outcome": "false", "note": "场所不存在"})
    assert where(false) == [("revocation", "chief")]
    assert code_of(office.act(false, "1002", "close")) == "revoke_first"
    assert code_of(office.act(false, "2001", "pledge-check")) == "no_pledge_to_check"
    assert office.does(false, "2001", "revoke", {"reason": "承诺不实"}).state == "revoked"


def test_what_was_found_of_a_pledge_is_not_found_again(office: Office) -> None:
    papers = {**office.form("D06").materials, "D06-03": "pledge"}
    case = office.walked("D06", "pledge-check", materials=papers)
    false = stray(office, case, "pledge.checked", bodies.PledgeChecked("false", "x"), "2001")
    for before in (office.does(case, "2001", "pledge-check"), office.walked("D06", "deliver", materials=papers)):
        after = evolve(before, false)
        assert after is not None
        assert (after.pledge, after.state) == (before.pledge, before.state)


def test_an_agent_without_authority_pledges_nothing(office: Office) -> None:
    papers = {**office.form("D06").materials, "D06-03": "pledge"}
    refused = office.take(office.form("D06", "accept", agent=AGENT, materials=papers), "2001")
    assert isinstance(refused, Refusal)
    assert refused.facts == {"materials": "D06-03"}


# The upper organ (R43, R56)


UPPER = tuple(code for code, item in CATALOGUE.items.items() if item.forward_to)


@pytest.mark.parametrize("item", UPPER)
def test_the_upper_organ_decides_what_was_first_looked_at_here(office: Office, item: str) -> None:
    case = office.walked(item, "forward")
    assert code_of(office.act(case, "2002", "decide")) == "forward_first"
    assert dict(possible(case, office.context("2002")))["decide"] == Refusal(
        "forward_first", {"organ": case.received.forward_to}
    )
    sent = office.does(case, "2001", "forward", {"opinion": "初审合格"})
    assert (sent.state, where(sent)) == ("forwarded", [("decide", THIRD_PARTY)])
    assert code_of(office.act(sent, "2001", "forward")) == "not_accepted"
    done = office.does(sent, "2002", "decide")
    assert done.decided is not None
    assert done.decided.organ == case.received.forward_to
    assert office.walk(done).state == "closed"


@pytest.mark.parametrize("item", UPPER)
def test_what_comes_back_from_the_upper_organ_is_forwarded_again(office: Office, item: str) -> None:
    case = office.does(office.walked(item, "forward"), "2001", "forward")
    case = office.does(case, "2001", "send-back", {"to": "examine", "reason": "上级要求补充审查"})
    assert (case.state, case.forwarded) == ("accepted", None)
    case = office.walk(case, "forward")
    assert code_of(office.act(case, "2002", "decide")) == "forward_first"


def test_what_is_decided_here_is_forwarded_to_nobody(office: Office) -> None:
    case = office.walked("D01", "decide")
    assert code_of(office.act(case, "2001", "forward")) == "not_forwarded"


# Other ends


@pytest.mark.parametrize("until", ["pre-review", "accept", "examine", "site-check", "decide"])
@pytest.mark.parametrize(
    ("action", "data", "state"),
    [
        ("terminate", {"ground": "other", "reason": "申请人死亡"}, "terminated"),
        ("transfer", {"organ": "洪山区市场监督管理局", "reason": "不属本区"}, "transferred"),
        ("void", {"reason": "录入错误"}, "void"),
        ("withdraw", {"reason": "不办了"}, "withdrawn"),
    ],
)
def test_every_end_before_the_decision_ends_it_wholly(
    office: Office, until: str, action: str, data: dict[str, Any], state: str
) -> None:
    case = office.walked("D01", until)
    who = "1001" if action == "withdraw" else "2001"
    ended = office.does(case, who, action, data)
    assert (ended.state, places(ended), ended.is_open) == (state, (), False)
    assert ended.reason
    assert ended.ended_by == who
    assert all(each.stopped for each in standing(ended, CALENDAR, datetime.fromisoformat("2027-01-05T10:00:00")))
    back = office.does(ended, "1001", "hand-back", {})
    assert set(back.handed_back) == {code for code, have in case.materials.items() if have in {"original", "copy"}}
    for again in ("withdraw", "terminate", "void"):
        given = {"ground": "other", "reason": "x"} if again == "terminate" else {"reason": "x"}
        assert code_of(office.act(ended, "2001" if again != "withdraw" else "1001", again, given)) == "case_ended"


@pytest.mark.parametrize(
    ("action", "data", "code"),
    [
        ("terminate", {"ground": "dislike", "reason": "x"}, "outcome"),
        ("transfer", {"organ": " ", "reason": "x"}, "right_organ"),
        ("transfer", {"organ": "某局", "reason": " "}, "reason"),
        ("void", {"reason": " "}, "reason"),
        ("void", {"reason": "x", "new_number": "42"}, "new_number"),
    ],
)
def test_an_end_says_why_and_where_to(office: Office, action: str, data: dict[str, Any], code: str) -> None:
    assert code_of(office.act(office.walked("D01", "examine"), "2001", action, data)) == code


@pytest.mark.parametrize("action", ["terminate", "transfer", "void", "withdraw"])
def test_after_the_decision_nothing_ends_any_other_way(office: Office, action: str) -> None:
    data = {"ground": "other", "reason": "x"} if action == "terminate" else {"reason": "x"}
    data |= {"organ": "某局"} if action == "transfer" else {}
    case = decided(office, "D01")
    assert code_of(office.act(case, "2001", action, data)) in {"already_decided", "helper_may_not"}


def test_a_case_taken_in_by_mistake_names_the_right_one(office: Office) -> None:
    wrong, right = office.case("D01"), office.case("D01")
    voided = office.does(wrong, "2001", "void", {"reason": "重复录入", "new_number": numbers.printed(right.number)})
    assert voided.renumbered == right.number
    office.does(office.case("D01"), "3001", "void", {"reason": "督办员发现"})
    assert code_of(office.act(office.case("D01"), "1001", "void", {"reason": "x"})) == "no_right"


def test_a_decision_is_not_made_twice_by_late_papers(office: Office) -> None:
    """S14: a payment or certificate that comes late moves nothing and reopens nothing."""
    closed = office.walked("D06")
    for type_, body in (
        ("paid", bodies.Paid("pay", "1", 0)),
        ("certified", bodies.Certified("certify")),
        ("posted", bodies.Posted("deliver", "EMS", "1")),
        ("delivered", bodies.Delivered("deliver", "张")),
        ("closed", bodies.Closed()),
        ("material.added", bodies.MaterialAdded({"D06-01": "copy"})),
        ("checked_by_network", bodies.CheckedByNetwork((bodies.CheckLine("D06-02", "no_match"),))),
        ("mended_on_the_spot", bodies.MendedOnTheSpot({"D06-01": "x"})),
        ("nudged", bodies.Nudged("x")),
        ("withdrawn", bodies.Withdrawn("x")),
    ):
        fact = stray(office, closed, type_, body)
        assert judged(closed, fact).kind == ("rejected" if type_ == "withdrawn" else "accepted")
        after = evolve(closed, fact)
        assert after is not None
        assert msgspec.structs.replace(after, facts=0) == msgspec.structs.replace(closed, facts=0)


def test_the_organ_on_the_paper_is_the_one_that_decided(office: Office) -> None:
    case = office.walked("D01", "decide")
    decision = office.act(case, "2002", "decide", {"conditions": "限于堂食"})
    assert isinstance(decision, Decision)
    body = body_of(decision.groups[0][0])
    assert (body.organ, body.conditions, body.remedies) == ("", "限于堂食", "")
