"""What the sample people hand in is right for every item, and what they do wrong is wrong in one thing only."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from casework.bundle import Together, take_in_together
from casework.case import Case
from casework.catalogue.form import form_gaps
from casework.catalogue.gates import shut_gates
from casework.catalogue.materials import completeness
from casework.catalogue.schema import Gate
from casework.catalogue.situations import unanswered
from casework.codes import check_identity
from casework.commands import Intake
from casework.drafting import Decision
from casework.rules import Refusal
from console.demo.sample import application, by_agent, deferring, entity, gate_of, lacking, person, pledging, together
from tests.people import CALENDAR, CATALOGUE, ITEMS, Office

DAYS = (date(2026, 11, 23), date(2026, 10, 9), date(2027, 2, 28))
COUNTS = range(8)
GATES = [
    (code, gate)
    for code in ITEMS
    for gate in CATALOGUE.items[code].gates
    if gate.effect in {"no_permit", "not_our_power", "stop"}
]


def taken(command: Intake, who: str = "1001", day: date = DAYS[0]) -> Decision | Refusal:
    return Office(day=day.isoformat()).take(command, who, sourced=True)


def case_of(command: Intake, who: str = "1001") -> Case:
    decision = taken(command, who)
    assert isinstance(decision, Decision), decision
    assert decision.case is not None
    return decision.case


@pytest.mark.parametrize("code", ITEMS)
def test_an_application_is_right_and_whole_for_every_item(code: str) -> None:
    item = CATALOGUE.items[code]
    for count in COUNTS:
        for day in DAYS:
            command = application(item, 3, count, day)
            answers = {str(name): str(answer) for name, answer in command.situations.items()}
            assert unanswered(item, answers) == ()
            assert form_gaps(item, answers, command.form) == ()
            assert completeness(item, answers, command.materials, agent=False) == ()
            assert shut_gates(item, answers, command.form, day, CALENDAR) == ()
            decision = taken(command, day=day)
            assert isinstance(decision, Decision), decision
            assert decision.case is not None
            assert decision.case.state == ("accepted" if item.authorised else "received")


def test_another_seed_gives_other_people_and_the_same_kinds_of_cases() -> None:
    for code in ITEMS:
        item = CATALOGUE.items[code]
        first, second = (application(item, seed, 5, DAYS[0]) for seed in (1, 2))
        assert application(item, 1, 5, DAYS[0]) == first
        assert first.applicant.id != second.applicant.id
        assert first.situations == second.situations
        assert first.materials == second.materials


def test_people_and_firms_have_valid_numbers() -> None:
    for count in range(60):
        who, firm = person(7, count), entity(7, count)
        assert check_identity("person", who.id, DAYS[0]).number == who.id
        assert check_identity("entity", firm.id, DAYS[0]).number == firm.id
        for party in (who, firm):
            assert party.name
            assert party.phone
            assert party.address


@pytest.mark.parametrize("code", ITEMS)
def test_without_a_paper_nobody_can_accept_it(code: str) -> None:
    item = CATALOGUE.items[code]
    command = lacking(application(item, 1, 3, DAYS[0]), item)
    assert case_of(command).state == "received"
    refused = taken(msgspec.structs.replace(command, outcome="accept"), "2001")
    assert isinstance(refused, Refusal)
    assert refused.code == "incomplete"


def test_what_may_follow_follows_and_what_may_be_pledged_is_pledged() -> None:
    for code in ("C07", "D01", "D08"):
        item = CATALOGUE.items[code]
        case = case_of(
            msgspec.structs.replace(deferring(application(item, 1, 2, DAYS[0]), item), outcome="accept"), "2001"
        )
        assert case.accepted is not None
        assert case.accepted.how == "deferred"
    for code in ("A01", "C07", "D03", "D04", "D10"):
        item = CATALOGUE.items[code]
        case = case_of(
            msgspec.structs.replace(pledging(application(item, 1, 2, DAYS[0]), item), outcome="accept"), "2001"
        )
        assert case.accepted is not None
        assert case.accepted.how == "pledged"
    for make in (deferring, pledging):
        with pytest.raises(ValueError, match="D07"):
            make(application(CATALOGUE.items["D07"], 1, 2, DAYS[0]), CATALOGUE.items["D07"])


def test_an_agent_brings_the_paper_that_gives_the_power() -> None:
    item = CATALOGUE.items["A01"]
    command = by_agent(application(item, 1, 4, DAYS[0]), item, 1, 4)
    case = case_of(command)
    assert case.received.agent is not None
    assert case.received.situations["agent"] == "yes"
    assert case.materials["A01-08"] == "original"
    assert case.state == "accepted"


@pytest.mark.parametrize(("code", "gate"), GATES, ids=lambda value: value.code if isinstance(value, Gate) else value)
def test_any_gate_can_be_the_one_that_is_shut(code: str, gate: Gate) -> None:
    item = CATALOGUE.items[code]
    command = application(item, 1, 6, DAYS[0], shut=gate)
    case = case_of(command)
    assert case.received.gates == (gate.code,)
    refused = taken(msgspec.structs.replace(command, outcome="accept"), "2001")
    assert isinstance(refused, Refusal)
    assert refused.code == "gate"
    assert gate_of(item, gate.effect) is not None


@pytest.mark.parametrize("code", sorted(CATALOGUE.bundles))
def test_a_bundle_is_taken_in_as_a_whole(code: str) -> None:
    bundle = CATALOGUE.bundles[code]
    for count in COUNTS:
        office = Office()
        command = together(bundle, CATALOGUE, 1, count, DAYS[0])
        made = take_in_together(command, office.context("2001"), office.new_id(), office.number)
        assert isinstance(made, Together), made
        for case in made.cases:
            item = CATALOGUE.items[case.received.item]
            assert shut_gates(item, case.received.situations, case.received.form, DAYS[0], CALENDAR) == ()
            assert case.state == "accepted", (item.code, case.materials)


def test_a_person_who_founds_a_company_does_not_give_it_her_own_name() -> None:
    item = CATALOGUE.items["A01"]
    founders = [application(item, 3, count, DAYS[0]) for count in range(40)]
    people = [command for command in founders if command.applicant.kind == "person"]
    assert people
    assert all(command.form["company_name"] != command.applicant.name for command in people)
