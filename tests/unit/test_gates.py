"""Gates of real items: too early, too late, no permit needed, another organ's power (R1, R2, R13, R45, R55)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from casework.catalogue.gates import TURNS_AWAY, shut_gates
from casework.catalogue.situations import holds, names_in
from casework.drafting import Decision
from casework.errors import BadInput
from casework.events import body_of
from casework.rules import Refusal
from tests.people import CALENDAR, CATALOGUE, DAY, ITEMS, Office, code_of, filled, right_answers

TODAY = date.fromisoformat(DAY)
GATED = tuple(code for code in ITEMS if CATALOGUE.items[code].gates)


@pytest.fixture
def office() -> Office:
    return Office()


def on(days: int) -> str:
    """The day so many days before today; negative ahead."""
    return (TODAY - timedelta(days=days)).isoformat()


def shut(item: str, form: dict[str, str] | None = None, **answers: str) -> list[str]:
    entry = CATALOGUE.items[item]
    given = right_answers(entry) | answers
    whole = filled(entry, given) | (form or {})
    return [gate.code for gate in shut_gates(entry, given, whole, TODAY, CALENDAR)]


# Dates


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (19, 0, ["publicity_short", "publicity"]),  # still on show
        (20, 0, ["publicity_short", "publicity"]),
        (21, 1, []),
        (25, 5, []),
        (40, 20, []),
        (41, 21, ["publicity"]),  # whoever comes after the twenty days shows it again
    ],
)
def test_a_simple_deregistration_is_neither_too_early_nor_too_late(start: int, end: int, expected: list[str]) -> None:
    """R45: 20 days on show, then 20 days to apply."""
    assert shut("A06", {"publicity_start": on(start), "publicity_end": on(end)}) == expected


@pytest.mark.parametrize(("start", "end"), [(5, -15), (60, 40)])
def test_whoever_comes_too_early_or_too_late_is_not_accepted_and_hears_the_article(
    office: Office, start: int, end: int
) -> None:
    form = filled(CATALOGUE.items["A06"], {}) | {"publicity_start": on(start), "publicity_end": on(end)}
    refused = office.take(office.form("A06", "accept", form=form))
    assert isinstance(refused, Refusal)
    assert refused.code == "gate"
    assert set(refused.facts) == {"gate", "basis"}
    assert all(text["zh"] and text["en"] for text in refused.facts.values())
    assert office.numbers_given == 0
    case = office.case("A06", form=form)
    assert case.state == "received"
    assert case.received.gates
    assert code_of(office.act(case, "1001", "accept")) == "gate"
    assert code_of(office.act(case, "2001", "accept")) == "gate"


def test_a_date_that_nobody_gave_shuts_nothing_at_receipt_and_is_asked_for_at_acceptance(office: Office) -> None:
    form = filled(CATALOGUE.items["A06"], {})
    del form["publicity_end"]
    case = office.case("A06", form=form)
    assert case.received.gates == ()
    with pytest.raises(BadInput) as caught:
        office.take(office.form("A06", "accept", form=form))
    assert caught.value.code == "form.required"


@pytest.mark.parametrize(("ahead", "expected"), [(90, []), (44, []), (42, ["too_late"]), (10, ["too_late"])])
def test_a_project_is_prolonged_thirty_working_days_before_its_end(ahead: int, expected: list[str]) -> None:
    """R55; 30 working days from Monday 23 November end on 5 January 2027, which is 43 calendar days."""
    assert shut("B04", {"valid_until": on(-ahead)}) == expected


def test_a_project_is_prolonged_once_only(office: Office) -> None:
    answers = {"started": "no", "extended_before": "yes"}
    assert shut("B04", {"valid_until": on(-90)}, **answers) == ["once_only"]
    refused = office.take(office.form("B04", "accept", situations=answers), "2001")
    assert code_of(refused) == "gate"


def test_a_project_that_has_begun_needs_no_prolonging(office: Office) -> None:
    answers = {"started": "yes", "extended_before": "no"}
    case = office.case("B04", "refuse", who="2001", situations=answers)
    assert (case.state, case.received.gates) == ("refused_at_intake", ("started",))


@pytest.mark.parametrize(("since", "expected"), [(30, []), (31, ["in_use_since"])])
def test_equipment_registered_late_is_a_warning_and_no_bar(office: Office, since: int, expected: list[str]) -> None:
    form = filled(CATALOGUE.items["D15"], {"in_use": "yes"}) | {"in_use_since": on(since)}
    case = office.case("D15", "accept", who="2001", situations={"in_use": "yes"}, form=form)
    assert (case.state, list(case.received.gates)) == ("accepted", expected)


def test_a_gate_of_another_day_is_looked_at_on_the_day_of_acceptance(office: Office) -> None:
    """Taken in a day too early, accepted when the publicity is over."""
    form = filled(CATALOGUE.items["A06"], {}) | {"publicity_start": on(20), "publicity_end": on(0)}
    case = office.case("A06", form=form)
    assert code_of(office.act(case, "1001", "accept")) == "gate"
    office.day = on(-1)
    assert office.does(case, "1001", "accept").state == "accepted"


def test_who_came_in_time_is_not_too_late_because_the_hall_took_its_time(office: Office) -> None:
    """R5: all papers handed in must be acceptable; the day of the application counts, not that of the acceptance."""
    form = filled(CATALOGUE.items["B04"], {}) | {"valid_until": on(-44)}
    case = office.case("B04", "supplement", materials={}, form=form)
    office.day = on(-10)
    case = office.does(case, "1001", "supplement-received")
    assert office.does(case, "2001", "accept").state == "accepted"
    assert code_of(office.take(office.form("B04", "accept", form=form), "2001")) == "gate"


def test_who_came_too_early_and_is_too_late_now_is_not_accepted(office: Office) -> None:
    form = filled(CATALOGUE.items["A06"], {}) | {"publicity_start": on(19), "publicity_end": on(-1)}
    case = office.case("A06", form=form)
    office.day = on(-30)
    assert code_of(office.act(case, "1001", "accept")) == "gate"


# Answers


@pytest.mark.parametrize(
    ("item", "answers", "gate"),
    [
        ("D14", {"light_vehicles": "yes", "dangerous_goods": "no"}, "light_vehicles"),
        ("D08", {"exempt_products": "yes"}, "exempt_products"),
        ("D02", {"food_licence": "yes"}, "food_licence"),
        ("D05", {"job_placement": "no"}, "job_placement"),
    ],
)
def test_where_no_permit_is_needed_the_clerk_says_so_with_the_law(
    office: Office, item: str, answers: dict[str, str], gate: str
) -> None:
    """R1: the counter proposes with the reason of the gate, and an officer's word ends it at once."""
    case = office.case(item, "refuse", situations=answers)
    assert (case.state, case.proposal) == ("received", "refuse")
    wanted = next(each for each in CATALOGUE.items[item].gates if each.code == gate)
    assert case.received.proposal_reason == wanted.text.zh
    case = office.does(case, "2001", "refuse")
    assert (case.state, case.reason) == ("refused_at_intake", wanted.text.zh)
    again = office.take(office.form(item, "refuse", situations=answers), "2001")
    assert isinstance(again, Decision)
    body = body_of(again.groups[1][0])
    assert (body.ground, body.reason, body.right_organ) == ("no_permit_needed", wanted.text.zh, "")
    assert body.remedies
    assert code_of(office.take(office.form(item, "accept", situations=answers), "2001")) == "gate"


def test_light_vehicles_carrying_dangerous_goods_are_another_organs() -> None:
    assert shut("D14", light_vehicles="yes", dangerous_goods="yes") == ["dangerous_goods"]


POWERS = [
    (code, gate.code)
    for code in GATED
    for gate in CATALOGUE.items[code].gates
    if gate.effect == "not_our_power" and gate.when is not None
]


def answers_that_shut(item: str, gate_code: str) -> dict[str, str]:
    entry = CATALOGUE.items[item]
    gate = next(each for each in entry.gates if each.code == gate_code)
    answers = right_answers(entry)
    for name, answer in names_in(gate.when):
        answers[name] = answer
    assert holds(gate.when, answers)
    return answers


@pytest.mark.parametrize(("item", "gate"), POWERS)
def test_what_is_not_this_organs_power_is_refused_with_the_right_organ(office: Office, item: str, gate: str) -> None:
    """R2: the organ's name is a must, and the gate knows it."""
    decision = office.take(office.form(item, "refuse", situations=answers_that_shut(item, gate)), "2001")
    assert isinstance(decision, Decision)
    body = body_of(decision.groups[1][0])
    wanted = next(each for each in CATALOGUE.items[item].gates if each.effect in TURNS_AWAY)
    if wanted.code == gate:
        assert (body.ground, body.reason) == ("not_our_power", wanted.text.zh)
        assert wanted.organ is not None
        assert body.right_organ == wanted.organ.zh
    assert body.right_organ or body.ground == "no_permit_needed"


@pytest.mark.parametrize("item", GATED)
def test_every_gate_speaks_to_the_applicant_with_its_basis_in_both_languages(item: str) -> None:
    for gate in CATALOGUE.items[item].gates:
        for text in (gate.text, gate.basis, *([gate.organ] if gate.organ else [])):
            assert text.zh.strip()
            assert text.en.strip()
        assert (gate.organ is not None) == (gate.effect == "not_our_power")
        assert gate.field or gate.when is not None


@pytest.mark.parametrize("item", ITEMS)
def test_a_right_form_meets_no_shut_gate(office: Office, item: str) -> None:
    assert [g for g in CATALOGUE.items[item].gates if g.code in shut(item) and g.effect != "warn"] == []
    assert office.case(item, "accept", who="2001").state == "accepted"


def test_officers_own_words_stand_before_those_of_the_gate(office: Office) -> None:
    case = office.case(
        "D14", "refuse", who="2001", situations={"light_vehicles": "yes", "dangerous_goods": "no"}, reason="总质量 3 吨"
    )
    assert case.reason == "总质量 3 吨"


def test_a_gate_in_working_days_before_the_calendar_began_counts_plain_days() -> None:
    gate = CATALOGUE.items["B04"].gates[-1]
    item = msgspec.structs.replace(
        CATALOGUE.items["B04"], gates=(msgspec.structs.replace(gate, least=None, most=400),)
    )  # fmt: skip

    def found(**changes: Any) -> bool:
        settings: dict[str, Any] = {"calendar": CALENDAR, "field": "2023-06-01", **changes}
        return bool(shut_gates(item, {}, {gate.field: settings["field"]}, TODAY, settings["calendar"]))

    assert found()
    assert found(calendar=None)
    assert not found(field="2026-06-01")
    assert not found(field="2026-02-30")
