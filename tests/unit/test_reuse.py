"""What the hall has already is not asked for again: the newest case of the applicant that holds a paper is named."""

from __future__ import annotations

from typing import Any

import msgspec

from casework import bodies
from casework.case import Case
from casework.reuse import reusable
from tests.people import CATALOGUE, FIRM

ITEMS = CATALOGUE.items
PLAN = next(m for m in ITEMS["D04"].materials if m.shares == "floor_plan")
SAME = next(m for m in ITEMS["D01"].materials if m.shares == "floor_plan")


def case(item: str, number: str, materials: dict[str, str], **more: Any) -> Case:
    """A case of the applicant as far as it matters here."""
    gives = ITEMS[item].gives
    span = bodies.Span(1, "working_days", "receipt")
    said = bodies.Received(number, item, "", ITEMS[item].module, FIRM, (), span, gives=gives)
    made = Case(number, number, number, "accepted", said, "2026-10-01T09:00:00.000", "", "0012", "1001", materials)
    return msgspec.structs.replace(made, **more)


def found(*cases: Case) -> dict[str, tuple[str, str]]:
    """What D04 need not ask for: number and state."""
    return {code: (number, have) for code, (number, _, have) in reusable(ITEMS["D04"], cases, ITEMS).items()}


def test_the_plan_that_came_with_the_food_licence_serves_the_fire_check() -> None:
    assert found(case("D01", "1", {SAME.code: "original"}))[PLAN.code] == ("1", "original")


def test_it_says_when_the_paper_came() -> None:
    held = reusable(ITEMS["D04"], [case("D01", "1", {SAME.code: "copy"})], ITEMS)
    assert held[PLAN.code] == ("1", "2026-10-01T09:00:00.000", "copy")


def test_the_newest_case_that_holds_it_is_named() -> None:
    old, new = case("D01", "1", {SAME.code: "original"}), case("D01", "2", {SAME.code: "electronic"})
    assert found(new, old)[PLAN.code] == ("2", "electronic")


def test_a_case_that_only_refers_to_the_paper_is_not_its_holder() -> None:
    holder, newer = case("D01", "1", {SAME.code: "original"}), case("D01", "2", {SAME.code: "electronic"})
    said = msgspec.structs.replace(newer.received, reused={SAME.code: "1"})
    assert found(msgspec.structs.replace(newer, received=said), holder)[PLAN.code] == ("1", "original")


def test_what_is_missing_pledged_or_handed_back_stands_for_nothing() -> None:
    for have in ("missing", "pledge", "defer", "pending_check", "not_found", "overridden"):
        assert found(case("D01", "1", {SAME.code: have})) == {}
    assert found(case("D01", "1", {SAME.code: "original"}, handed_back=(SAME.code,))) == {}


def test_a_case_that_was_a_mistake_holds_nothing() -> None:
    assert found(case("D01", "1", {SAME.code: "original"}, state="void")) == {}


def test_a_licence_that_was_granted_is_the_licence_that_is_asked_for() -> None:
    licence = next(m.code for m in ITEMS["D04"].materials if m.shares == "business_licence")
    assert found(case("A01", "1", {}, outcome="granted"))[licence] == ("1", "result")
    assert found(case("A01", "1", {}, outcome="refused")) == {}
    assert found(case("A01", "1", {}, outcome="granted", state="revoked")) == {}
    assert found(case("A01", "1", {})) == {}


def test_an_item_that_nobody_knows_any_more_holds_only_its_result() -> None:
    gone = {code: item for code, item in ITEMS.items() if code != "D01"}
    assert reusable(ITEMS["D04"], [case("D01", "1", {SAME.code: "original"})], gone) == {}
