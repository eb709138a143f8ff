"""Taking an application in: every outcome of the counter, who may, and what is brought later."""

from __future__ import annotations

import random

import msgspec
import pytest

from casework import bodies, messages
from casework.ambient import moment
from casework.calendar import parse as parse_calendar
from casework.drafting import Decision
from casework.errors import BadInput
from casework.events import EVENTS, body_of
from casework.facts import LegalTime
from casework.intake import OUTCOMES
from casework.numbers import parse
from casework.offering import possible
from casework.papers.of_case import Counter, paper_facts
from casework.rules import Refusal, sentence
from local_db.shipped import shipped_calendar
from tests.people import AGENT, CATALOGUE, FIRM, ITEMS, STAFF, Office, code_of, have_all, right_answers, with_item
from tests.walking import folded, random_answers, stray


@pytest.fixture
def office() -> Office:
    return Office()


# Outcomes


@pytest.mark.parametrize("item", ITEMS)
def test_an_application_is_taken_in_with_its_number(office: Office, item: str) -> None:
    case = office.case(item)
    assert (case.state, case.proposal) == ("received", "")
    parts = parse(case.number)
    assert (parts.region, parts.terminal, parts.day.isoformat()) == ("420118", "0012", "2026-11-23")
    assert case.received.item == item
    assert case.received.route[0].kind == "receive"


@pytest.mark.parametrize("item", ITEMS)
def test_nothing_but_item_and_applicant_is_needed_to_receive(office: Office, item: str) -> None:
    case = office.case(item, materials={})
    assert set(case.materials.values()) <= {"missing", "pending_check"}


@pytest.mark.parametrize("item", ["A01", "B01"])
def test_a_clerk_accepts_where_the_organ_authorised_the_window(office: Office, item: str) -> None:
    decision = office.take(office.form(item, "accept"))
    assert isinstance(decision, Decision)
    assert decision.types == ("received", "accepted")
    assert [len(group) for group in decision.groups] == [1, 1], "two classes, two groups"
    received, accepted = (group[0] for group in decision.groups)
    assert accepted.group.after == received.group.id
    body = body_of(accepted)
    assert body.authority == CATALOGUE.items[item].authorisation.number  # type: ignore[union-attr]
    assert body.organ == CATALOGUE.items[item].organ.zh
    assert decision.case is not None
    assert decision.case.accepted_by == ("1001",)


@pytest.mark.parametrize("item", ["C07", "D01"])
def test_without_authorisation_a_clerks_acceptance_waits_with_the_officers(office: Office, item: str) -> None:
    decision = office.take(office.form(item, "accept"))
    assert isinstance(decision, Decision)
    assert decision.types == ("received",)
    assert decision.case is not None
    assert (decision.case.state, decision.case.proposal) == ("received", "accept")


def test_the_day_after_the_authorisation_ran_out_the_window_only_proposes() -> None:
    late = Office(day="2036-01-01")
    case = late.case("A01", "accept")
    assert (case.state, case.proposal, case.received.authority) == ("received", "accept", "")
    assert Office(day="2035-12-31").case("A01", "accept").state == "accepted"


def test_an_authorisation_that_ran_out_since_the_receipt_no_longer_accepts() -> None:
    office = Office(day="2035-12-31")
    case = office.case("A01")
    assert case.received.authority
    office.day = "2036-01-01"
    assert code_of(office.act(case, "1001", "accept")) == "no_authorisation"
    assert office.does(case, "2001", "accept").state == "accepted"


@pytest.mark.parametrize("item", ITEMS)
def test_an_officer_at_the_counter_accepts_at_once(office: Office, item: str) -> None:
    case = office.case(item, "accept", who="2001")
    assert (case.state, case.accepted_by) == ("accepted", ("2001",))
    assert case.accepted is not None
    assert case.accepted.authority == ""


@pytest.mark.parametrize(("item", "outcome"), [(item, outcome) for item in ITEMS for outcome in ("refuse", "return")])
def test_what_a_clerk_may_not_do_becomes_a_proposal(office: Office, item: str, outcome: str) -> None:
    decision = office.take(office.form(item, outcome, reason="不属于受理范围"))
    assert isinstance(decision, Decision)
    assert decision.types == ("received",)
    assert decision.case is not None
    assert decision.case.received.proposal == outcome
    assert decision.case.received.proposal_reason == "不属于受理范围"


def test_no_permit_needed_is_said_at_once_with_reason_and_remedies(office: Office, chinese: None) -> None:
    """R1, R6."""
    decision = office.take(office.form("D01", "refuse"), "2001")
    assert isinstance(decision, Decision)
    body = body_of(decision.groups[1][0])
    assert body.ground == "no_permit_needed"
    assert "第三十二条第一款第（一）项" in body.reason
    assert "六十日" in body.remedies
    assert "行政复议" in body.remedies
    assert "六个月" in body.remedies
    assert "行政诉讼" in body.remedies


def test_what_is_not_this_organs_power_names_the_right_one(office: Office, chinese: None) -> None:
    """R2."""
    decision = office.take(office.form("D01", "refuse", right_organ="武汉市洪山区市场监督管理局"), "2001")
    assert isinstance(decision, Decision)
    body = body_of(decision.groups[1][0])
    assert (body.ground, body.right_organ) == ("not_our_power", "武汉市洪山区市场监督管理局")
    assert "第（二）项" in body.reason


def test_everything_that_is_missing_is_told_at_once(office: Office) -> None:
    """R4: all of it, each with defect and cure."""
    decision = office.take(office.form("C07", "supplement", materials={"C07-07": "defer"}))
    assert isinstance(decision, Decision)
    assert decision.types == ("received", "supplement.told")
    assert len(decision.groups) == 1, "both are facts of the counter"
    lines = body_of(decision.groups[0][1]).lines
    assert [line.material for line in lines] == ["C07-01", "C07-06"]
    assert all(line.defect and line.cure for line in lines)
    assert decision.case is not None
    assert decision.case.state == "awaiting_supplement"


def test_a_notice_without_anything_missing_is_refused(office: Office) -> None:
    assert code_of(office.take(office.form("D01", "supplement"))) == "nothing_missing"


def test_incomplete_papers_of_a_registration_are_returned_not_waited_for(office: Office, chinese: None) -> None:
    """R41."""
    form = office.form("A01", "supplement", materials={})
    assert code_of(office.take(form)) == "registration_returns"
    decision = office.take(office.form("A01", "return", materials={}), "2001")
    assert isinstance(decision, Decision)
    body = body_of(decision.groups[1][0])
    assert [line.material for line in body.lines] == ["A01-01", "A01-02", "A01-04"]
    assert "第十九条" in body.reason
    assert decision.case is not None
    assert (decision.case.state, decision.case.lines) == ("returned", body.lines)


def test_only_a_registration_is_returned(office: Office) -> None:
    assert code_of(office.take(office.form("D01", "return", materials={}), "2001")) == "only_registration_returns"


def test_coming_again_is_a_new_receipt_that_names_the_old_one(office: Office) -> None:
    old = office.case("A01", "return", who="2001", materials={})
    again = office.case("A01", "accept", refers_to=old.number)
    assert again.number != old.number
    assert again.received.refers_to == old.number


@pytest.mark.parametrize(("item", "who"), [("A01", "1001"), ("A01", "2001"), ("C07", "2001"), ("D01", "2001")])
def test_incomplete_papers_are_not_accepted(office: Office, item: str, who: str) -> None:
    refused = office.take(office.form(item, "accept", materials={}), who)
    assert isinstance(refused, Refusal)
    assert refused.code == "incomplete"
    assert f"{item}-01" in refused.facts["materials"]


def test_a_copy_is_no_original(office: Office) -> None:
    materials = {**have_all("D01"), "D01-03": "copy"}
    refused = office.take(office.form("D01", "accept", materials=materials), "2001")
    assert isinstance(refused, Refusal)
    assert refused.facts == {"materials": "D01-03"}


# Rule by rule, over all items


@pytest.mark.parametrize("item", ITEMS)
def test_r6_no_outcome_leaves_the_applicant_without_a_paper(office: Office, item: str) -> None:
    registration = CATALOGUE.items[item].registration
    papers = {"receive": {"receipt"}, "accept": {"receipt", "acceptance"}, "refuse": {"receipt", "refusal"}}
    papers |= {"return": {"receipt", "return"}} if registration else {"supplement": {"receipt", "supplement"}}
    for outcome, expected in papers.items():
        form = office.form(item, outcome)
        taken = office.take(form, "2001")
        if outcome == "supplement":
            taken = office.take(msgspec.structs.replace(form, materials={}), "2001")
            if code_of(taken) == "nothing_missing":
                continue
        assert isinstance(taken, Decision)
        assert {EVENTS[type_].prints for type_ in taken.types} == expected


@pytest.mark.parametrize("item", ITEMS)
def test_r7_nobody_asks_for_a_paper_that_the_item_does_not_list(office: Office, item: str) -> None:
    with pytest.raises(BadInput) as caught:
        office.take(office.form(item, materials={"X99-01": "original"}))
    assert caught.value.code == "material.unknown"
    case = office.case(item, materials={})
    listed = {material.code for material in CATALOGUE.items[item].materials}
    assert set(case.materials) <= listed


@pytest.mark.parametrize("item", ITEMS)
def test_r4_whoever_brings_nothing_hears_of_everything_at_once(office: Office, item: str) -> None:
    case = office.case(item, materials={})
    missing = {code for code, have in case.materials.items() if have == "missing"}
    if not missing:
        return
    if CATALOGUE.items[item].registration:
        told = office.does(case, "2001", "return").lines
    else:
        after = office.does(case, "1001", "supplement")
        assert after.supplement is not None
        told = after.supplement.lines
    assert {line.material for line in told} == missing
    assert all(line.defect and line.cure for line in told)


@pytest.mark.parametrize("item", ITEMS)
def test_r5_whoever_brings_all_of_the_notice_is_accepted_with_one_key(office: Office, item: str) -> None:
    if CATALOGUE.items[item].registration:
        return
    decision = office.act(office.case(item, materials={}), "1001", "supplement")
    if isinstance(decision, Decision):
        case = office.does(office.keep(decision), "1001", "supplement-received")
        assert office.does(case, "2001", "accept").state == "accepted"


def test_r3_what_is_put_right_at_the_counter_is_logged_and_no_notice_is_printed(office: Office) -> None:
    case = office.case("D01")
    mended = office.does(case, "1001", "mend", {"mends": {"area": "88", "D01-01": "补签字"}})
    assert (mended.mended, mended.state, mended.supplement) == (("area", "D01-01"), "received", None)
    assert mended.received.form["area"] == "88"  # a field of the form has its new value from here on
    with pytest.raises(BadInput, match=r"form\.number"):
        office.act(case, "1001", "mend", {"mends": {"area": "漏填"}})
    assert EVENTS["mended_on_the_spot"].prints == ""
    assert code_of(office.act(case, "1001", "mend", {"mends": {}})) == "nothing_said"
    assert code_of(office.act(case, "1001", "mend", {"mends": {"area": " "}})) == "nothing_said"


def test_r16_who_was_asked_first_stays_on_record_when_another_takes_it_in(office: Office) -> None:
    assert office.case("D01").received.first_contact == "1001"
    assert office.case("D01", first_contact="1002").received.first_contact == "1002"


@pytest.mark.parametrize("item", [code for code in ITEMS if CATALOGUE.items[code].ticks])
def test_whoever_ticks_nothing_applies_for_nothing(office: Office, item: str) -> None:
    with pytest.raises(BadInput) as caught:
        office.take(office.form(item, situations=dict.fromkeys(CATALOGUE.items[item].ticks, "no")))
    assert caught.value.code == "intake.ticks"
    for tick in CATALOGUE.items[item].ticks:
        answers = {**right_answers(CATALOGUE.items[item]), tick: "yes"}
        assert office.case(item, situations=answers).received.situations[tick] == "yes"


@pytest.mark.parametrize("item", ITEMS)
def test_the_route_has_only_steps_that_apply_and_hangs_together(office: Office, item: str) -> None:
    entry = CATALOGUE.items[item]
    for seed in range(20):
        answers = random_answers(entry, random.Random(f"{item} {seed}"))
        route = office.case(item, situations=answers).received.route
        ids = [step.id for step in route]
        assert len(set(ids)) == len(ids)
        for position, step in enumerate(route):
            assert set(step.needs) <= set(ids[:position]), (step, ids)
            assert step.needs or step.kind == "receive"
        kinds = [step.kind for step in route]
        assert (kinds[0], kinds[-2:]) == ("receive", ["certify", "deliver"])
        assert kinds.count("accept") == kinds.count("decide") == 1


@pytest.mark.parametrize(
    ("item", "answers", "promised", "statutory"),
    [
        ("D03", {"in_zone": "yes", "track": "pledge"}, (1, "working_days"), (20, "working_days")),
        ("D04", {"track": "pledge"}, (195, "minutes"), None),
        ("D04", {"track": "ordinary"}, (10, "working_days"), (10, "working_days")),
    ],
)
def test_r32_a_pledge_is_decided_at_once_and_the_ordinary_way_takes_its_days(
    office: Office, item: str, answers: dict[str, str], promised: tuple[int, str], statutory: tuple[int, str] | None
) -> None:
    received = office.case(item, situations=answers).received
    assert (received.promised.amount, received.promised.unit) == promised
    if statutory is not None:
        assert received.statutory is not None
        assert (received.statutory.amount, received.statutory.unit) == statutory
    checked = any(step.kind == "site_check" for step in received.route)
    assert checked == (answers["track"] == "ordinary")


# Pledged, deferred, checked


def test_a_deferred_paper_is_listed_with_the_acceptance(office: Office) -> None:
    """R31."""
    case = office.case("D01", "accept", who="2001", materials={**have_all("D01"), "D01-04": "defer"})
    assert case.accepted is not None
    assert (case.accepted.how, case.accepted.deferred) == ("deferred", ("D01-04",))


def test_a_deferred_paper_is_due_in_working_days(office: Office) -> None:
    """R31: taken in on Friday 2026-02-13, before nine days of Spring Festival; five days are five on which we work."""
    case = office.case("D01", "accept", who="2001", materials={**have_all("D01"), "D01-04": "defer"})
    case = msgspec.structs.replace(case, received_at="2026-02-13T10:00:00.000", accepted_at="2026-02-13T10:00:00.000")
    counter = Counter("大厅", "12", "王芳", "1001", moment(case.received_at))
    item, posts = CATALOGUE.items["D01"], CATALOGUE.posts
    (deferred,) = paper_facts(case, item, counter, parse_calendar(shipped_calendar()), posts, messages.t).deferred
    assert str(deferred.due) == "2026-02-27"


def test_a_pledge_stands_for_its_paper(office: Office) -> None:
    """R30."""
    case = office.case("C07", "accept", who="2001", materials={**have_all("C07"), "C07-06": "pledge"})
    assert case.accepted is not None
    assert (case.accepted.how, case.accepted.pledged) == ("pledged", ("C07-06",))


@pytest.mark.parametrize(
    ("item", "material", "state", "code"),
    [
        ("D01", "D01-01", "defer", "material.no_defer"),
        ("D01", "D01-01", "pledge", "material.no_pledge"),
        ("D01", "D01-01", "checked", "material.no_source"),
        ("D01", "D01-99", "original", "material.unknown"),
        ("D01", "D01-01", "lost", "material.state"),
        ("D01", "[red]", "original", "material.unknown"),
    ],
)
def test_only_listed_papers_in_allowed_ways(office: Office, item: str, material: str, state: str, code: str) -> None:
    """R7, R30, R31: a flag of the list decides, not the clerk."""
    with pytest.raises(BadInput) as caught:
        office.take(office.form(item, materials={material: state}))
    assert caught.value.code == code
    assert office.numbers_given == 0


def test_an_agents_pledge_without_authority_is_missing(office: Office) -> None:
    item = CATALOGUE.items["C07"]
    form = office.form("C07", "accept", agent=AGENT, materials={**have_all("C07"), "C07-06": "pledge"})
    refused = office.take(form, "2001", catalogue=with_item(item))
    assert isinstance(refused, Refusal)
    assert refused.facts == {"materials": "C07-06"}


def test_what_the_network_knows_is_not_asked_for(office: Office) -> None:
    """R33."""
    case = office.case("A01", "accept")
    assert {code for code, have in case.materials.items() if have == "pending_check"} == {"A01-03", "A01-05", "A01-06"}


def test_an_answer_switches_the_papers(office: Office) -> None:
    plain = office.case("C07", "receive")
    asked = office.case("C07", "receive", situations={"supervision": True, "migrant_workers": "是"})
    assert set(asked.materials) - set(plain.materials) == {"C07-08", "C07-09"}


def test_an_agent_brings_a_power_of_attorney(office: Office) -> None:
    case = office.case("A01", agent=AGENT, materials={})
    assert case.materials["A01-08"] == "missing"
    assert case.received.agent == AGENT


# Who


def test_nobody_takes_in_for_a_module_that_her_posts_do_not_serve(office: Office) -> None:
    """The fire post serves construction and single items: it takes in no company."""
    assert code_of(office.take(office.form("A01"), "2003")) == "no_right"
    assert office.case("D01", who="2003").state == "received"


def test_the_fire_post_turns_nobody_away_for_the_organ(office: Office) -> None:
    assert code_of(office.take(office.form("D01", "refuse"), "2003")) == "no_right"


def test_a_clerk_who_left_takes_nothing_in(office: Office) -> None:
    gone = msgspec.structs.replace(STAFF["1001"], active=False)
    refused = office.take(office.form("D01"), gone)  # type: ignore[arg-type]
    assert code_of(refused) == "no_such_person"


def test_the_guide_desk_stands_in_for_the_window(office: Office) -> None:
    decision = office.take(office.form("A01", "accept"), "1001", shift=("guide",))
    assert isinstance(decision, Decision)
    assert {fact.post for group in decision.groups for fact in group} == {"guide"}


def test_every_outcome_is_known_to_the_form() -> None:
    assert OUTCOMES == ("receive", "accept", "supplement", "refuse", "return")


def test_a_refusal_is_a_sentence_with_words_and_no_codes(office: Office, chinese: None) -> None:
    refused = office.take(office.form("A01"), "2003")
    assert isinstance(refused, Refusal)
    said = str(sentence(refused.code, refused.facts))
    assert said == str(refused.message)
    assert "孙丽" in said
    assert "勘验组" in said
    assert "survey" not in said


def test_the_situation_agent_is_answered_by_the_agent(office: Office) -> None:
    assert office.case("A01", agent=AGENT).received.situations["agent"] == "yes"
    assert office.case("A01").received.situations == {}
    assert office.case("C07", agent=AGENT, applicant=FIRM).received.agent == AGENT


# What is brought after the notice


def test_nobody_lifts_a_withholding_by_handing_in_nothing(office: Office) -> None:
    case = office.case("D01", materials={**have_all("D01", right_answers(CATALOGUE.items["D01"])), "D01-04": "defer"})
    case = office.walk(case, "deliver")
    idle = {"materials": {"D01-04": "missing"}}
    assert code_of(office.act(case, "1001", "supplement-received", idle)) == "adds_nothing"
    late = stray(office, case, "material.added", bodies.MaterialAdded({"D01-04": "missing", "ZZ-01": "original"}))
    assert folded(case, late).materials == case.materials


def test_a_notice_that_is_heard_after_the_paper_came_waits_for_nothing(office: Office) -> None:
    have = have_all("D01", right_answers(CATALOGUE.items["D01"]))
    case = office.case("D01", materials={code: state for code, state in have.items() if code != "D01-01"})
    added = stray(office, case, "material.added", bodies.MaterialAdded({"D01-01": "original"}))
    told = stray(office, case, "supplement.told", bodies.SupplementTold((bodies.SupplementLine("D01-01", "缺", "补"),)))
    told = msgspec.structs.replace(told, time=LegalTime(case.received_at))
    case = folded(folded(case, added), told)
    assert (case.state, case.supplement and case.supplement.answered) == ("received", ("D01-01",))


def test_what_the_source_finds_after_all_answers_the_notice(office: Office) -> None:
    office.sourced = True
    case = office.case("B01")
    line = {"lines": [{"material": "B01-02", "defect": "缺", "cure": "补"}]}
    assert code_of(office.act(case, "1001", "supplement", line)) == "source_gives"
    case = office.does(case, "1001", "check", {"results": [{"material": "B01-02", "outcome": "no_match"}]})
    case = office.does(case, "1001", "supplement")
    case = office.does(case, "1001", "check", {"results": [{"material": "B01-02", "outcome": "match"}]})
    assert (case.state, case.materials["B01-02"]) == ("received", "checked")


def test_a_case_without_its_date_opens_and_goes_on_once_the_date_is_given(office: Office) -> None:
    form = office.form("B04")
    left = {name: value for name, value in form.form.items() if name != "valid_until"}
    case = office.keep(office.take(msgspec.structs.replace(form, form=left)))
    off = dict(possible(case, office.context("2001")))["accept"]
    assert off is not None
    assert off.code == "date_unknown"
    case = office.does(case, "1001", "mend", {"mends": {"valid_until": form.form["valid_until"]}})
    assert office.does(case, "2001", "accept").state == "accepted"


def test_who_brought_a_copy_for_an_original_can_bring_the_original(office: Office) -> None:
    have = have_all("B01", right_answers(CATALOGUE.items["B01"]))
    case = office.case("B01", "supplement", materials={c: h for c, h in have.items() if c != "B01-01"})
    case = office.does(case, "1001", "supplement-received", {"materials": {"B01-01": "copy"}})
    assert code_of(office.act(case, "2001", "accept")) == "incomplete"
    assert dict(possible(case, office.context("1001")))["supplement-received"] is None
    case = office.does(case, "1001", "supplement-received")
    assert office.does(case, "2001", "accept").state == "accepted"


def test_a_window_takes_in_nothing_of_a_module_that_it_does_not_hold() -> None:
    """Its own entries would never be shown to it (S7): a sentence says where the applicant goes instead."""
    office = Office()
    form = office.form("A01")
    no = office.take(form, modules=frozenset({"single"}))
    assert isinstance(no, Refusal)
    assert (no.code, no.facts) == ("module_elsewhere", {"module": "business", "terminal": office.terminal})
    assert office.numbers_given == 0
    assert not isinstance(office.take(form, modules=frozenset({"single", "business"})), Refusal)
    assert not isinstance(office.take(form, modules=None), Refusal)
