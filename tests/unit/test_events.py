"""The table of event types is whole: whatever can happen folds, is judged, prints its paper, and has its words."""

from __future__ import annotations

import inspect
import re

import pytest

from casework import bodies
from casework.case import ENDED_STATES, OPEN_STATES
from casework.catalogue.schema import StepKind
from casework.commands import ACTS
from casework.events import EVENTS, WITHOUT_A_PERSON, EventType, Klass, Offline
from casework.facts import decode_fact, encode_fact
from casework.folding import EVOLVERS
from casework.papers.build import _BUILDERS
from casework.rights import NEVER_A_HELPER, verbs_of
from casework.rules import RULES, SEPARATION
from console.messages import LANGUAGES, read_catalogue
from tests.people import CATALOGUE, Office
from tests.sync_page import PAGE, REQUIREMENTS, TROUBLES, named_in_tests, with_parts

ON_A_CASE = [row for row in EVENTS.values() if row.klass not in WITHOUT_A_PERSON]
BY_HALL = {"deemed_accepted", "timer.set_aside", "timer.settled", "renumbered", "scan.arrived"}
"""What the hall itself says of a case."""
PARTS = {
    bodies.Body, bodies.CheckLine, bodies.Delegation, bodies.Form, bodies.Lost, bodies.PaperOut, bodies.Party,
    bodies.ReviewLine, bodies.RouteStep, bodies.Span, bodies.Stop, bodies.SupplementLine,
}  # fmt: skip

NEEDS_NO_RULE = {
    **dict.fromkeys(
        ("prefile.opened", "prefile.checked", "prefile.parked", "prefile.taken", "prefile.closed"),
        "what comes before the number is as unfinished as the applicant's folder",
    ),
    "call.answered": "whoever comes, comes",
    "ask.refused": "what was refused is on record, whatever it was",
    "received": "whoever may receive may; the form was checked at the keyboard, and the number by the hall",
    "handed_over": "papers may go to any post at any time",
    "certified": "its step has to be open, nothing else",
    "unmasked": "whoever looked has looked; without a reason the keyboard does not show it",
}


def test_every_body_belongs_to_one_event_and_says_which() -> None:
    found = {kind for _, kind in inspect.getmembers(bodies, inspect.isclass) if issubclass(kind, bodies.Body)} - PARTS
    assert sorted(row.body.__name__ for row in EVENTS.values()) == sorted(kind.__name__ for kind in found)
    for row in EVENTS.values():
        assert f"`{row.name}`" in (row.body.__doc__ or ""), row.name


@pytest.mark.parametrize("row", ON_A_CASE, ids=lambda row: row.name)
def test_every_event_of_a_case_folds_and_is_judged(row: EventType) -> None:
    assert row.name in EVOLVERS
    assert (row.name in RULES) != (row.name in NEEDS_NO_RULE)


def test_no_evolver_or_rule_is_left_over() -> None:
    names = {row.name for row in ON_A_CASE}
    assert set(EVOLVERS) == names | BY_HALL
    assert set(RULES) | set(NEEDS_NO_RULE) == names


@pytest.mark.parametrize("row", EVENTS.values(), ids=lambda row: row.name)
def test_what_the_table_names_exists(row: EventType) -> None:
    assert row.broken_by <= set(EVENTS)
    assert not row.prints or row.prints in _BUILDERS
    kinds = set(StepKind.__args__)  # type: ignore[attr-defined]
    assert row.step_kind in {"", "*"} | kinds
    if row.step_kind:
        assert "step" in row.body.__struct_fields__ or row.name == "received"
    if row.klass is Klass.HALL:
        scope = "module" if row.name in BY_HALL else "hall"
        assert (row.verb, row.offline, row.scope) == ("", Offline.NEVER, scope)
    if row.klass is Klass.COUNTER:
        offline = Offline.NEVER if row.name == "claimed" else Offline.ALWAYS  # who was first only the hall can say
        assert (row.broken_by, row.insistable, row.offline) == (frozenset(), False, offline)
    if row.klass is Klass.NEEDS_HALL:
        assert row.offline is Offline.NEVER


@pytest.mark.parametrize("row", ON_A_CASE, ids=lambda row: row.name)
def test_somebody_in_the_hall_has_the_right_to_it(row: EventType) -> None:
    posts = [post for post in CATALOGUE.posts.values() if row.verb in verbs_of(post)]
    assert posts
    if row.verb in NEVER_A_HELPER and row.name != "voided":  # a supervisor may declare void what she sees is wrong
        assert row.officers_only


def test_separation_of_duties_is_never_insisted_on() -> None:
    """S15."""
    assert {"same_person", "helper_may_not"} <= SEPARATION


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_trade_has_its_name(language: str) -> None:
    words = read_catalogue(language)
    wanted = [f"event.{name}" for name in EVENTS]
    wanted += [f"state.{state}" for state in OPEN_STATES | ENDED_STATES]
    wanted += [f"act.{action}" for action in ACTS]
    wanted += [f"paper.{kind}" for kind in _BUILDERS]
    kinds = StepKind.__args__  # type: ignore[attr-defined]
    wanted += [f"step.{kind}" for kind in (*kinds, "supplement", "proposal", "close", "pledge_check", "revocation")]
    wanted += [f"step.sign.{kind}" for kind in kinds]
    assert [name for name in wanted if not words.get(name)] == []
    signs = [words[f"step.sign.{kind}"] for kind in kinds]
    assert all(len(sign) == 1 for sign in signs)
    assert len(set(signs)) == len(signs), "each sign means one step"


def test_a_fact_survives_its_journey_as_the_same_bytes() -> None:
    """S1."""
    office = Office()
    case = office.case("A01", "accept")
    for fact in office.facts[case.id]:
        data = encode_fact(fact)
        assert decode_fact(data) == fact
        assert encode_fact(decode_fact(data)) == data


# The page


def test_the_page_says_what_the_code_does() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_parts(page) == page, "run `python -m tests.sync_page`"


def test_every_event_that_the_page_names_exists_or_is_said_to_be_missing() -> None:
    page = PAGE.read_text(encoding="utf-8")
    _, _, later = page.partition("## What is not in this version")
    dotted = set(re.findall(r"`((?:resolve|step|supplement|material|prefile|visit)\.[a-z_]+)`", page))
    assert dotted - set(EVENTS) <= set(re.findall(r"`([a-z_.]+)`", later))


def test_a_test_names_only_numbers_that_exist() -> None:
    known = {f"S{n}" for n in REQUIREMENTS} | {f"T{n}" for n in TROUBLES}
    assert {name: files for name, files in named_in_tests().items() if name not in known} == {}
