"""One thing, one intake: a restaurant by a sole trader or a company, a stage of a building project, all or none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from casework import bodies, commands
from casework.bundle import Together, members_of, take_in_together
from casework.case import Case
from casework.catalogue.materials import applicable
from casework.catalogue.schema import Bundle
from casework.errors import BadInput
from casework.events import EVENTS, Klass
from casework.facts import encode_fact
from casework.folding import fold
from casework.joint import joint_of
from casework.limits import LIMITS
from casework.rules import Refusal
from casework.standing import standing
from tests.people import CALENDAR, CATALOGUE, FIRM, PERSON, PROJECT, Office, code_of, filled, natural, right_answers

SOLE = {"entity_form": "sole_trader", "signboard": "no"}
COMPANY = {"entity_form": "company", "signboard": "yes"}
STAGE = {
    "combined_permit": "no", "special_works": "no", "road_works": "yes", "sewer": "yes", "waste": "no",
    "utilities": "no", "green_land": "no",
}  # fmt: skip


@pytest.fixture
def office() -> Office:
    return Office()


def common(office: Office, code: str, answers: dict[str, str], **changes: Any) -> commands.Intake:
    """One form for all: a paper of a kind that several ask for is handed in with the first."""
    bundle = CATALOGUE.bundles[code]
    situations = dict(answers)
    form: dict[str, str] = {}
    materials: dict[str, str] = {}
    shared: set[str] = set()
    for item in members_of(bundle, answers, CATALOGUE):
        situations |= {name: said for name, said in right_answers(item).items() if name not in situations}
        own = {name: said for name, said in situations.items() if item.situation(name)}
        form |= {name: value for name, value in filled(item, own, office.day).items() if name not in form}
        for material in applicable(item, own, agent=False):
            if material.source is None and material.shares not in shared:
                materials[material.code] = "original"
                shared |= {material.shares} - {""}
    said: dict[str, Any] = {
        "item": code,
        "applicant": PERSON if answers.get("entity_form") == "sole_trader" else FIRM,
        "project_code": PROJECT if bundle.kind == "stage" else "",
        "situations": situations,
        "form": form,
        "materials": materials,
    }
    return commands.Intake(**{**said, **changes})


def taken(office: Office, form: commands.Intake, who: str = "1001", **context: Any) -> Together:
    made = take_in_together(form, office.context(who, **context), office.new_id(), office.number)
    assert isinstance(made, Together), made
    for group in made.groups:
        for fact in group:
            office.facts.setdefault(fact.case, []).append(fact)
    return made


def items(made: Together) -> list[str]:
    return [case.received.item for case in made.cases]


# Opening a restaurant


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (SOLE, ["A07", "D01", "D04"]),
        ({**SOLE, "signboard": "yes"}, ["A07", "D01", "D04", "D16"]),
        (COMPANY, ["A01", "D01", "D04", "D16"]),
        ({"entity_form": "company"}, ["A01", "D01", "D04"]),
    ],
)
def test_a_restaurant_is_opened_with_one_form_by_a_sole_trader_or_a_company(
    office: Office, answers: dict[str, str], expected: list[str]
) -> None:
    made = taken(office, common(office, "Y01", answers))
    assert items(made) == expected
    assert {case.root for case in made.cases} == {made.cases[0].id}
    assert len({case.number for case in made.cases}) == office.numbers_given == len(expected)
    assert all(case.received.bundle == "Y01" for case in made.cases)
    for case in made.cases:
        assert not {"missing", "not_found"} & set(case.materials.values()), (case.received.item, case.materials)
        assert fold(office.facts[case.id]) == case


def test_two_windows_that_take_in_what_was_put_aside_once_take_in_the_same_cases(office: Office) -> None:
    """One of them had no line: every case but the first was there twice, each with a receipt, and nobody was told."""
    form, root = common(office, "Y01", SOLE), office.new_id()
    here, there = (take_in_together(form, office.context("1001"), root, office.number) for _ in range(2))
    assert isinstance(here, Together)
    assert isinstance(there, Together)
    assert [case.id for case in here.cases] == [case.id for case in there.cases]
    assert len({case.id for case in here.cases}) == 3
    assert not {case.number for case in here.cases} & {case.number for case in there.cases}


def test_the_same_plan_is_brought_once_and_the_others_name_the_case_that_holds_it(office: Office) -> None:
    made = taken(office, common(office, "Y01", SOLE))
    food, fire = made.cases[1], made.cases[2]
    plan = next(m.code for m in CATALOGUE.items["D04"].materials if m.shares == "floor_plan")
    assert food.materials["D01-03"] == "original"
    assert fire.materials[plan] == "electronic"
    assert fire.received.reused == {plan: food.number} | {
        code: number for code, number in fire.received.reused.items() if code != plan
    }
    held = {case.number for case in made.cases}
    for case in made.cases:
        for code, number in case.received.reused.items():
            assert number in held - {case.number}
            assert case.materials[code] == "electronic"
            assert code in case.materials


def test_what_is_missing_is_missing_in_every_case_that_needs_it(office: Office) -> None:
    form = common(office, "Y01", SOLE)
    without = {code: have for code, have in form.materials.items() if code != "D01-03"}
    made = taken(office, msgspec.structs.replace(form, materials=without))
    states = {case.received.item: case.materials for case in made.cases}
    assert states["D01"]["D01-03"] == "missing"
    plan = next(m.code for m in CATALOGUE.items["D04"].materials if m.shares == "floor_plan")
    assert states["D04"][plan] == "missing"


def test_a_copy_for_one_case_never_stands_for_the_original_of_another(office: Office) -> None:
    form = common(office, "Y01", SOLE)
    papers = {code: have for code, have in form.materials.items() if code != "D01-03"} | {"D04-04": "copy"}
    made = taken(office, msgspec.structs.replace(form, materials=papers, outcome="accept"), "2001")
    _, food, fire = made.cases
    assert (food.state, food.materials["D01-03"]) == ("received", "copy")
    assert food.received.reused["D01-03"] == fire.number
    assert "D04-04" not in fire.received.reused


@pytest.mark.parametrize("outcome", ["supplement", "refuse", "return", "banana"])
def test_what_a_bundle_cannot_do_is_said_and_not_taken_for_a_receipt(office: Office, outcome: str) -> None:
    with pytest.raises(BadInput) as caught:
        taken(office, common(office, "Y01", SOLE, outcome=outcome))
    assert caught.value.code == "bundle.outcome"
    assert office.numbers_given == 0


def test_a_paper_said_to_be_with_an_earlier_case_names_a_number_that_can_be(office: Office) -> None:
    with pytest.raises(BadInput):
        office.take(msgspec.structs.replace(office.form("D01"), reused={"D01-01": "banana 别人的案件"}))


def test_a_paper_that_is_only_promised_stands_for_no_other_case(office: Office) -> None:
    form = common(office, "Y01", SOLE)
    shares = {m.shares: m.code for m in CATALOGUE.items["D01"].materials if m.shares}
    deferred = msgspec.structs.replace(form, materials={**form.materials, shares["safety_rules"]: "defer"})
    made = taken(office, deferred)
    assert all("D01-04" not in case.received.reused for case in made.cases)


@pytest.mark.parametrize(("code", "answers"), [("Y01", SOLE), ("Y01", COMPANY), ("S03", STAGE)])
@pytest.mark.parametrize("outcome", ["receive", "accept"])
@pytest.mark.parametrize("who", ["1001", "2001"])
def test_all_cases_of_a_bundle_are_one_group_of_each_class(
    office: Office, code: str, answers: dict[str, str], outcome: str, who: str
) -> None:
    """S3: accepted, sent and judged all or none."""
    made = taken(office, common(office, code, answers, outcome=outcome), who)
    assert len(made.groups) <= 2
    for number, group in enumerate(made.groups):
        assert {EVENTS[fact.type].klass for fact in group} == {(Klass.COUNTER, Klass.JUDGEMENT)[number]}
        assert [fact.group.index for fact in group] == list(range(len(group)))
        assert {(fact.group.id, fact.group.size) for fact in group} == {(group[0].group.id, len(group))}
        assert group[0].group.after == (made.groups[0][0].group.id if number else None)
        assert len(group) <= LIMITS.group_facts
        assert sum(len(encode_fact(fact)) for fact in group) <= LIMITS.group_bytes
    assert len(made.groups[0]) == len(made.cases)
    if outcome == "accept":
        accepted = {case.received.item for case in made.cases if case.state == "accepted"}
        whole = {"2001": set(items(made)), "1001": {i for i in items(made) if CATALOGUE.items[i].authorised}}[who]
        assert accepted == whole


def test_one_wrong_line_takes_in_nothing_of_the_bundle(office: Office) -> None:
    form = common(office, "Y01", SOLE)
    for changes in (
        {"form": {**form.form, "area": "约80"}},
        {"applicant": bodies.Party("person", "张建国", "420111199003070018")},
        {"materials": {**form.materials, "D04-04": "pledge"}},
    ):
        with pytest.raises(BadInput):
            take_in_together(
                msgspec.structs.replace(form, **changes), office.context("1001"), office.new_id(), office.number
            )
    assert office.numbers_given == 0


def test_a_company_is_no_sole_trader_and_nothing_is_taken_in(office: Office) -> None:
    with pytest.raises(BadInput) as caught:
        take_in_together(
            common(office, "Y01", SOLE, applicant=FIRM), office.context("1001"), office.new_id(), office.number
        )
    assert caught.value.code == "intake.applicant_kind"
    assert office.numbers_given == 0


def test_whoever_may_not_receive_for_one_of_them_receives_none(office: Office) -> None:
    """The fire post serves construction and single items only."""
    refused = take_in_together(common(office, "Y01", SOLE), office.context("2003"), office.new_id(), office.number)
    assert isinstance(refused, Refusal)
    assert refused.code == "no_right"
    assert office.numbers_given == 0


@pytest.mark.parametrize(
    ("field", "name"),
    [("situations", "weather"), ("form", "nickname"), ("materials", "D99-01"), ("materials", "A01-01")],
)
def test_what_none_of_the_cases_asks_for_is_said_and_not_dropped(office: Office, field: str, name: str) -> None:
    form = common(office, "Y01", SOLE)
    wrong = msgspec.structs.replace(form, **{field: {**getattr(form, field), name: "original"}})
    with pytest.raises(BadInput) as caught:
        take_in_together(wrong, office.context("1001"), office.new_id(), office.number)
    assert (caught.value.code, caught.value.message.facts["given"]) == ("bundle.unknown", name)


@pytest.mark.parametrize("code", ["S01", "S02", "S03", "S04"])
def test_a_stage_where_nothing_applies_says_what_to_answer(office: Office, code: str) -> None:
    bundle = msgspec.structs.replace(CATALOGUE.bundles[code], members=CATALOGUE.bundles[code].members[:0])
    with pytest.raises(BadInput) as caught:
        members_of(bundle, {}, CATALOGUE)
    assert caught.value.code == "bundle.nothing"
    with pytest.raises(BadInput):
        members_of(CATALOGUE.bundles[code], {CATALOGUE.bundles[code].situations[0].code: "maybe"}, CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE.bundles)
def test_every_member_of_every_bundle_can_apply(code: str) -> None:
    bundle = CATALOGUE.bundles[code]
    seen = {item.code for answers in _answers(bundle) for item in _members(bundle, answers)}
    assert seen == {member.item for member in bundle.members}
    assert all(member.item in CATALOGUE.items for member in bundle.members)


def _answers(bundle: Bundle) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{}]
    for situation in bundle.situations:
        found = [{**answers, situation.code: said} for answers in found for said in situation.answers]
    return found


def _members(bundle: Bundle, answers: dict[str, str]) -> Any:
    try:
        return members_of(bundle, answers, CATALOGUE)
    except BadInput:
        return ()


# A stage of a building project (R61)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T11:00:00")


def stage(office: Office) -> list[Case]:
    made = taken(office, common(office, "S03", STAGE, outcome="accept"), "2001")
    assert items(made) == ["C07", "C08", "C09"]
    return list(made.cases)


def test_a_stage_is_open_until_its_last_case_has_ended(office: Office) -> None:
    cases = stage(office)
    bundle = CATALOGUE.bundles["S03"]
    for position in range(len(cases)):
        joint = joint_of(cases, bundle, CALENDAR, at("2026-11-24"))
        assert joint is not None
        assert joint.state == "open"
        assert joint.open == tuple(case.number for case in cases[position:])
        cases[position] = office.walk(cases[position])
    joint = joint_of(cases, bundle, CALENDAR, at("2026-11-24"))
    assert joint is not None
    assert (joint.state, joint.open, joint.light) == ("ended", (), "none")
    assert joint.cases == tuple(case.number for case in cases)
    assert joint_of([], bundle, CALENDAR, at("2026-11-24")) is None


def test_a_stage_counts_its_own_promise_from_its_first_acceptance(office: Office) -> None:
    cases = stage(office)
    joint = joint_of(cases, CATALOGUE.bundles["S03"], CALENDAR, at("2026-11-24"))
    assert joint is not None
    assert joint.due == CALENDAR.add_working_days(at("2026-11-23").date(), 12).day.isoformat() == "2026-12-09"
    assert joint.light == "green"


def test_nothing_runs_before_one_of_its_cases_is_accepted(office: Office) -> None:
    made = taken(office, common(office, "S03", STAGE))
    joint = joint_of(made.cases, CATALOGUE.bundles["S03"], CALENDAR, at("2026-11-24"))
    assert joint is not None
    assert (joint.due, joint.longest, joint.light) == ("", "", "none")


def test_a_childs_suspension_stops_only_that_child_and_the_stage_only_while_it_is_the_longest(office: Office) -> None:
    """R61."""
    building, road, sewer = stage(office)
    bundle = CATALOGUE.bundles["S03"]
    before = {case.number: promised(case, "2026-11-24") for case in (building, road, sewer)}
    assert set(before.values()) == {"2026-11-24"}, "each promises one working day"
    waiting = office.does(sewer, "2001", "suspend", {"kind": "test", "days": 4, "reason": "水质检测"})
    office.day = "2026-11-27"
    tested = office.does(waiting, "2001", "resume")
    cases = [building, road, tested]
    after = {case.number: promised(case, "2026-11-30") for case in cases}
    assert after[building.number] == before[building.number]
    assert after[road.number] == before[road.number]
    assert after[tested.number] == "2026-11-30"
    joint = joint_of(cases, bundle, CALENDAR, at("2026-11-30"))
    assert joint is not None
    assert joint.longest == tested.number
    assert joint.due == "2026-12-15", "twelve working days and the four that stood still"
    # A road that was extended takes longer than the test did: now the stage runs on.
    late = office.does(road, "2002", "extend", {"days": 10, "reason": "管线复杂"})
    joint = joint_of([building, late, tested], bundle, CALENDAR, at("2026-11-30"))
    assert joint is not None
    assert (joint.longest, joint.due) == (late.number, "2026-12-09")


def promised(case: Case, day: str) -> str:
    return next(each.clock.due for each in standing(case, CALENDAR, at(day)) if each.kind == "promised")


def test_a_child_that_was_decided_early_is_no_longer_the_longest_way(office: Office) -> None:
    """It had the longest promise; now that it is done, the stage hangs on the one that stands still."""
    building, road, sewer = stage(office)
    late = office.does(road, "2002", "extend", {"days": 10, "reason": "管线复杂"})
    decided = office.does(office.walk(late, "decide"), "2002", "decide")
    waiting = office.does(sewer, "2001", "suspend", {"kind": "test", "days": 4, "reason": "水质检测"})
    office.day = "2026-11-27"
    tested = office.does(waiting, "2001", "resume")
    joint = joint_of([building, decided, tested], CATALOGUE.bundles["S03"], CALENDAR, at("2026-11-30"))
    assert joint is not None
    assert (joint.longest, joint.due) == (tested.number, "2026-12-15")


def test_days_that_stood_still_stay_so_when_the_child_is_withdrawn(office: Office) -> None:
    building, road, sewer = stage(office)
    waiting = office.does(sewer, "2001", "suspend", {"kind": "test", "days": 4, "reason": "水质检测"})
    office.day = "2026-11-27"
    ended = office.does(office.does(waiting, "2001", "resume"), "1001", "withdraw", {"reason": "不排水了"})
    joint = joint_of([building, road, ended], CATALOGUE.bundles["S03"], CALENDAR, at("2026-11-30"))
    assert joint is not None
    assert joint.due == "2026-12-15"
    assert ended.number not in joint.open


def test_each_child_goes_its_own_way_to_its_own_paper(office: Office) -> None:
    cases = stage(office)
    ends = []
    while any(case.is_open for case in cases):
        for position, case in enumerate(cases):
            if case.is_open:
                cases[position] = office.does(case, *natural(case))
    ends = [case.state for case in cases]
    assert ends == ["closed"] * 3


def test_every_stage_and_bundle_can_be_taken_in_whole(office: Office) -> None:
    for code, bundle in CATALOGUE.bundles.items():
        for answers in _answers(bundle):
            members = _members(bundle, answers)
            kinds = set.intersection(*(set(item.applicants) for item in members)) if members else set()
            if not kinds:
                continue
            form = common(office, code, answers, applicant=PERSON if "person" in kinds else FIRM)
            made = taken(office, form)
            assert items(made) == [item.code for item in members]
            lacking = {c.received.item: m for c in made.cases for m, have in c.materials.items() if have == "missing"}
            assert lacking == {}, (code, answers)


def test_an_unknown_item_of_the_bundle_is_no_case(office: Office) -> None:
    assert code_of(office.take(office.form("D01", "supplement"))) == "nothing_missing"
    fewer = {code: item for code, item in CATALOGUE.items.items() if code != "D04"}
    older = msgspec.structs.replace(CATALOGUE, items=fewer)
    form = common(office, "Y01", SOLE)
    own = {code: have for code, have in form.materials.items() if not code.startswith("D04")}
    fields = {field.id for code in ("A07", "D01") for field in fewer[code].fields}
    asked = {s.code for code in ("A07", "D01") for s in fewer[code].situations} | set(SOLE)
    less = msgspec.structs.replace(
        form,
        materials=own,
        form={name: value for name, value in form.form.items() if name in fields},
        situations={name: said for name, said in form.situations.items() if name in asked},
    )
    assert items(taken(office, less, catalogue=older)) == ["A07", "D01"]
