"""The shipped catalogue, its bytes and hashes, situations, materials and form."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from casework.catalogue.check import check
from casework.catalogue.form import asked_fields, form_gaps
from casework.catalogue.materials import PENDING, applicable, completeness, material_states
from casework.catalogue.parse import FORMAT, decode, encode, item_hash, parse
from casework.catalogue.schema import Catalogue, Condition, Item
from casework.catalogue.situations import holds, normal_answers, unanswered
from casework.errors import BadBytes, BadCatalogue, BadInput
from console.messages import translator
from local_db.shipped import shipped_catalogue_files


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return parse(shipped_catalogue_files())


def _item(catalogue: Catalogue, code: str) -> Item:
    return catalogue.items[code]


def test_the_shipped_catalogue_breaks_no_rule() -> None:
    assert check(shipped_catalogue_files()) == ()


def test_each_module_has_its_item_with_a_route_to_delivery(shipped: Catalogue) -> None:
    modules = {code: item.module for code, item in shipped.items.items()}
    letters = {"A": "business", "B": "investment", "C": "construction", "D": "single"}
    assert modules == {code: letters[code[0]] for code in modules}
    counts = {letter: sum(code[0] == letter for code in modules) for letter in letters}
    assert counts == {"A": 12, "B": 10, "C": 17, "D": 18}
    assert set(shipped.bundles) == {"Y01", "S01", "S02", "S03", "S04"}
    for item in shipped.items.values():
        assert [step.kind for step in item.route][-2:] == ["certify", "deliver"], item.code
    routes = {code: [(step.kind, step.post) for step in item.route] for code, item in shipped.items.items()}
    last = [("certify", "delivery"), ("deliver", "delivery")]
    first = [("receive", "window"), ("pre_review", "window")]
    assert routes["A01"] == [*first, ("accept", "window"), ("examine", "business"), ("decide", "business"), *last]
    assert routes["B01"] == [("receive", "window"), ("accept", "window"), ("decide", "investment"), *last]
    assert routes["C07"] == [
        *first,
        ("accept", "construction"),
        ("examine", "construction"),
        ("decide", "chief"),
        *last,
    ]
    food = [("accept", "single"), ("examine", "single"), ("site_check", "survey"), ("decide", "chief")]
    assert routes["D01"] == [*first, *food, *last]


def test_limits_are_those_of_the_law_and_of_the_hall(shipped: Catalogue) -> None:
    limits = {
        code: [(each.amount, each.unit, each.start, each.extension) for each in (item.statutory, item.promised) if each]
        for code, item in shipped.items.items()
        if code in {"A01", "B01", "B05", "C07", "C11", "D01"}
    }
    assert limits == {
        "A01": [(3, "working_days", "acceptance", 3), (195, "minutes", "acceptance", 0)],
        "B01": [(1, "working_days", "receipt", 0), (195, "minutes", "receipt", 0)],
        "B05": [(195, "minutes", "receipt", 0)],
        "C11": [(45, "working_days", "acceptance", 15), (1, "working_days", "acceptance", 0)],
        "C07": [(7, "calendar_days", "application", 0), (1, "working_days", "acceptance", 0)],
        "D01": [(10, "working_days", "acceptance", 5), (5, "working_days", "acceptance", 0)],
    }


def test_the_sample_hall_has_its_sixteen_posts(shipped: Catalogue) -> None:
    teams = {post.id: post.team for post in shipped.posts.values()}
    assert [post for post, team in teams.items() if team == "helper"] == ["window", "guide", "delivery"]
    assert (teams["chief"], shipped.posts["chief"].verbs) == ("officer", ("extend",))
    assert (teams["supervisor"], teams["it"], len(teams)) == ("supervisor", "it", 16)


def test_the_version_is_the_hash_of_the_bytes_that_the_hall_serves(shipped: Catalogue) -> None:
    data = encode(shipped)
    assert hashlib.sha256(data).hexdigest() == shipped.version
    assert decode(data) == shipped


def test_the_order_of_files_changes_nothing(shipped: Catalogue) -> None:
    backwards = dict(reversed(shipped_catalogue_files().items()))
    assert parse(backwards).version == shipped.version


def test_an_item_keeps_its_hash_when_another_item_changes(shipped: Catalogue) -> None:
    files = shipped_catalogue_files()
    files["items/single.toml"] = files["items/single.toml"].replace("经营面积".encode(), "场所面积".encode())
    changed = parse(files)
    assert changed.version != shipped.version
    assert item_hash(changed.items["A01"]) == item_hash(shipped.items["A01"])
    assert item_hash(changed.items["D01"]) != item_hash(shipped.items["D01"])


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format":1}', b'{"format":1,"items":{},"posts":{},"more":1}'])
def test_bytes_that_are_no_catalogue_are_refused(data: bytes) -> None:
    with pytest.raises(BadBytes) as caught:
        decode(data)
    assert caught.value.code == "catalogue.unreadable"


def test_a_catalogue_of_a_newer_program_asks_for_an_update() -> None:
    with pytest.raises(BadBytes) as caught:
        decode(b'{"format":%d,"items":[]}' % (FORMAT + 1))
    assert caught.value.code == "catalogue.newer"


def test_a_file_that_is_no_toml_is_named_with_its_line() -> None:
    with pytest.raises(BadCatalogue) as caught:
        parse({"items/business.toml": b"\n\nitems = [1 2]\n"})
    assert caught.value.message.facts["file"] == "items/business.toml"
    assert "line 3" in caught.value.message.facts["problem"]


def test_the_same_item_in_two_files_is_refused() -> None:
    files = shipped_catalogue_files()
    files["items/again.toml"] = files["items/single.toml"]
    with pytest.raises(BadCatalogue) as caught:
        parse(files)
    assert caught.value.code == "catalogue.code_twice"


def test_a_condition_on_an_unanswered_situation_does_not_hold() -> None:
    condition = Condition(situation="agent", equals="yes")
    assert holds(None, {})
    assert not holds(condition, {})
    assert holds(condition, {"agent": "yes"})


def test_conditions_join_with_all_and_any() -> None:
    a, b = Condition(situation="a", equals="yes"), Condition(situation="b", equals="yes")
    both, either = Condition(all=(a, b)), Condition(any=(a, b))
    for answers, expected in (
        ({}, (False, False)),
        ({"a": "yes"}, (False, True)),
        ({"a": "yes", "b": "yes"}, (True,) * 2),
    ):
        assert (holds(both, answers), holds(either, answers)) == expected


def test_situations_without_an_answer_are_reported(shipped: Catalogue) -> None:
    assert unanswered(_item(shipped, "C07"), {"supervision": "no"}) == ("migrant_workers",)


def test_answers_are_taken_as_people_and_programs_write_them(shipped: Catalogue) -> None:
    item = _item(shipped, "A01")
    assert normal_answers(item, {"agent": True, "pre_approval": "否"}) == {"agent": "yes", "pre_approval": "no"}


@pytest.mark.parametrize(
    ("raw", "code"), [({"ghost": "yes"}, "situation.unknown"), ({"agent": "maybe"}, "situation.answer")]
)
def test_an_answer_that_does_not_exist_is_refused(shipped: Catalogue, raw: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        normal_answers(_item(shipped, "A01"), raw)
    assert caught.value.code == code


def test_the_power_of_attorney_is_asked_only_of_an_agent(shipped: Catalogue) -> None:
    item = _item(shipped, "A01")
    assert [each.code for each in applicable(item, {}, agent=False)][-1] == "A01-06"
    assert [each.code for each in applicable(item, {}, agent=True)][-1] == "A01-08"
    assert [each.code for each in applicable(item, {"pre_approval": "yes"}, agent=False)][-1] == "A01-07"


def test_everything_that_is_missing_is_told_at_once(shipped: Catalogue) -> None:
    missing = completeness(_item(shipped, "A01"), {}, {}, agent=True)
    assert [each.code for each in missing] == ["A01-01", "A01-02", "A01-04", "A01-08"]
    assert all(each.defect.id == "material.missing" and each.cure.facts for each in missing)


def test_what_is_missing_is_told_in_the_language_of_the_reader(shipped: Catalogue) -> None:
    first = completeness(_item(shipped, "D01"), {}, {}, agent=False)[0]
    told = {
        language: [translator(language)(each.id, each.facts) for each in (first.defect, first.cure)]
        for language in ("zh_CN", "en")
    }
    assert told == {
        "zh_CN": ["缺少《食品经营许可申请书》", "请填写申请书并签字或盖章"],
        "en": ['"Application for a food business licence" is missing', "Fill in the application and sign or seal it"],
    }


def test_what_the_network_can_check_is_never_asked_for(shipped: Catalogue) -> None:
    item = _item(shipped, "D01")
    have = {"D01-01": "original", "D01-02": "missing", "D01-03": "original", "D01-04": "original"}
    states = {material.code: state for material, state in material_states(item, {"direct_contact": "yes"}, have, False)}
    assert states["D01-02"] == states["D01-05"] == PENDING
    assert completeness(item, {"direct_contact": "yes"}, have, agent=False) == ()


def test_a_deferred_paper_counts_where_the_item_allows_it(shipped: Catalogue) -> None:
    have = {"D01-01": "original", "D01-03": "electronic", "D01-04": "defer"}
    assert completeness(_item(shipped, "D01"), {}, have, agent=False) == ()
    missing = completeness(_item(shipped, "D01"), {}, {"D01-01": "original"}, agent=False)
    assert [(each.code, each.may_defer, each.may_pledge) for each in missing] == [
        ("D01-03", False, False),
        ("D01-04", True, False),
    ]


def test_a_copy_does_not_stand_for_an_original(shipped: Catalogue) -> None:
    have = {"B01-01": "copy"}
    missing = completeness(_item(shipped, "B01"), {"land": "yes"}, have, agent=False)
    assert [(each.code, each.defect.id) for each in missing] == [("B01-01", "material.copy_only")]


def test_a_copy_is_enough_where_a_copy_is_asked(shipped: Catalogue) -> None:
    item = _item(shipped, "C07")
    have = {"C07-01": "original", "C07-06": "pledge", "C07-07": "defer", "C07-08": "copy"}
    assert completeness(item, {"supervision": "yes", "migrant_workers": "no"}, have, agent=False) == ()


def test_an_agent_pledges_only_with_authority(shipped: Catalogue) -> None:
    item = _item(shipped, "A01")
    have = {"A01-01": "original", "A01-02": "original", "A01-04": "original", "A01-05": "pledge"}
    missing = completeness(item, {}, have, agent=True)
    assert [(each.code, each.defect.id) for each in missing] == [
        ("A01-05", "material.agent_pledge"),
        ("A01-08", "material.missing"),
    ]
    assert completeness(item, {}, {**have, "A01-08": "original"}, agent=True) == ()
    assert completeness(item, {}, have, agent=False) == ()


@pytest.mark.parametrize(
    ("have", "code"),
    [
        ({"D01-03": "pledge"}, "material.no_pledge"),
        ({"D01-03": "defer"}, "material.no_defer"),
        ({"D01-03": "checked"}, "material.no_source"),
        ({"D01-03": "lost"}, "material.state"),
        ({"D01-99": "original"}, "material.unknown"),
        ({"A01-01": "original"}, "material.unknown"),
    ],
)
def test_a_state_that_the_item_does_not_allow_is_refused(shipped: Catalogue, have: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        completeness(_item(shipped, "D01"), {}, have, agent=False)
    assert caught.value.code == code


def test_an_item_that_excludes_pledges_takes_none(shipped: Catalogue) -> None:
    item = msgspec.structs.replace(_item(shipped, "C07"), pledge_excluded=True)
    with pytest.raises(BadInput):
        completeness(item, {}, {"C07-06": "pledge"}, agent=False)


def test_a_field_appears_with_the_situation_that_needs_it(shipped: Catalogue) -> None:
    item = _item(shipped, "C07")
    assert "supervisor" not in [field.id for field in asked_fields(item, {})]
    assert "supervisor" in [field.id for field in asked_fields(item, {"supervision": "yes"})]


def test_each_field_that_can_not_stay_is_named_with_the_reason(shipped: Catalogue) -> None:
    form = {
        "project_name": "光" * 101,
        "place": "高新大道 777 号",
        "scale": " ",
        "investment": "1e9",
        "start": "2026-02-30",
        "policy": "perhaps",
    }
    gaps = {gap.field: gap.reason.id for gap in form_gaps(_item(shipped, "B01"), {}, form)}
    assert gaps == {
        "project_name": "form.too_long",
        "scale": "form.required",
        "investment": "form.number",
        "start": "form.date",
        "policy": "form.choice",
    }


def test_a_number_in_the_wrong_unit_is_noticed_by_its_size(shipped: Catalogue) -> None:
    gaps = form_gaps(_item(shipped, "B01"), {}, {"investment": "500000000"})
    assert ("investment", "form.too_large") in [(gap.field, gap.reason.id) for gap in gaps]


def test_a_filled_form_has_no_gaps(shipped: Catalogue) -> None:
    form = {
        "premises": "高新大道 777 号",
        "business_kind": "catering",
        "business_items": "热食类食品制售",
        "area": "120.5",
        "legal_representative": "张伟",
    }
    assert form_gaps(_item(shipped, "D01"), {}, form) == ()
