"""Say it once (R4, R5): what the notice does not name can never be asked for, whatever the applicant answers later.

The oracle here walks answers, checks and agents by itself; nothing of `casework.once` is used to make its worlds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec
import pytest

from casework import bodies, commands, messages
from casework.catalogue.materials import PENDING, completeness, material_states, recorded_gaps
from casework.catalogue.schema import Item
from casework.catalogue.situations import holds
from casework.decide import ask_refused
from casework.drafting import Decision
from casework.intake import lines_of
from casework.once import MOST_WORLDS, also_lines, asked_by_route, everything, worlds
from casework.receiving import route_for
from casework.rules import Refusal
from console.messages import LANGUAGES, translator
from tests.people import AGENT, CATALOGUE, FIRM, ITEMS, PERSON, Office, altered, code_of, judged, right_answers
from tests.walking import random_answers

PARTIES = {"person": PERSON, "entity": FIRM}
TELLING = tuple(code for code in ITEMS if not CATALOGUE.items[code].registration)
"""Items whose papers are waited for; a registration gives them back."""


def received(item: Item, answers: dict[str, str], agent: bool) -> bodies.Received:
    return bodies.Received(
        number="", item=item.code, item_hash="", module=item.module, applicant=PARTIES[item.applicants[0]],
        route=(), promised=bodies.Span(1, "working_days", "receipt"), situations=answers,
        agent=AGENT if agent else None,
    )  # fmt: skip


def handed_in(item: Item, answers: dict[str, str], agent: bool, chance: random.Random) -> dict[str, str]:
    """Some of the papers, each in a state that the item allows."""
    have = {}
    for material, _ in material_states(item, answers, {}, agent):
        states = ["original", "copy", "electronic", "missing", "missing"]
        states += ["pledge"] if material.pledge and not item.pledge_excluded else []
        states += ["defer"] if material.defer else []
        states += ["checked"] if material.source else []
        state = chance.choice(states)
        if chance.random() < 0.8:
            have[material.code] = state
    return have


def later_answers(item: Item, answers: dict[str, str], chance: random.Random) -> dict[str, str]:
    """What the applicant may still answer: the questions in their order, each that is put, or left open again."""
    said = dict(answers)
    for situation in item.situations:
        if situation.code not in said and situation.code != "agent" and holds(situation.when, said):
            answer = chance.choice((*situation.answers, ""))
            if answer:
                said[situation.code] = answer
    return said


def later_states(recorded: dict[str, str], chance: random.Random) -> dict[str, str]:
    """The same papers after the sources have answered, or some of them."""
    found = {"match": "checked", "no_match": "not_found", "override": "overridden", "silence": PENDING}
    return {
        code: found[chance.choice(list(found))] if have == PENDING else have for code, have in recorded.items()
    }  # fmt: skip


def could_be_asked(
    item: Item, answers: dict[str, str], have: dict[str, str], recorded: dict[str, str], agent: bool, seed: int
) -> Iterator[tuple[str, str]]:
    """Material and defect of whatever any later look may find."""
    chance = random.Random(seed)
    for _ in range(25):
        world, states = later_answers(item, answers, chance), later_states(recorded, chance)
        for with_one in {agent, True, chance.random() < 0.5 and agent}:
            if agent and not with_one:
                continue
            for gap in completeness(item, world, have, with_one):
                yield gap.code, gap.defect.id
            for gap in recorded_gaps(item, world, states, with_one):
                yield gap.code, gap.defect.id


@pytest.mark.parametrize("code", ITEMS)
def test_whatever_could_ever_be_asked_for_stands_in_the_notice(code: str) -> None:
    item = CATALOGUE.items[code]
    for seed in range(40):
        chance = random.Random(f"{code} {seed}")
        answers, agent = random_answers(item, chance), chance.random() < 0.4
        have = handed_in(item, answers, agent, chance)
        recorded = {each.code: state for each, state in material_states(item, answers, have, agent)}
        recorded = later_states(recorded, chance) if seed % 3 == 0 else recorded
        lines = lines_of(recorded_gaps(item, answers, recorded, agent))
        also = also_lines(item, received(item, answers, agent), recorded, lines)
        said = {line.material for line in (*lines, *also)}
        later = could_be_asked(item, answers, have, recorded, agent, seed)
        outside = {(material, defect) for material, defect in later if material not in said}
        assert outside == set(), (answers, recorded, agent)


@pytest.mark.parametrize("code", ITEMS)
def test_what_the_applicant_has_to_do_at_a_step_is_said_too(code: str) -> None:
    """To be there at a check of the premises or a hearing, and to pay, is no paper."""
    item = CATALOGUE.items[code]
    for seed in range(25):
        chance = random.Random(f"{code} {seed}")
        answers = random_answers(item, chance)
        said = set(asked_by_route(item, answers))
        kinds = {step.kind for step in route_for(item, later_answers(item, answers, chance))}
        assert kinds & {"site_check", "hearing", "pay"} <= said
        also = also_lines(item, received(item, answers, agent=False), {}, ())
        assert len([line for line in also if not line.material]) == len(said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ITEMS)
def test_each_line_says_what_is_wrong_and_how_to_mend_it_in_both_languages(code: str, language: str) -> None:
    item, say = CATALOGUE.items[code], translator(language)
    chance = random.Random(code)
    before = messages._translator
    messages.install(say)
    try:
        for seed in range(12):
            answers, agent = random_answers(item, chance), seed % 2 == 0
            have = handed_in(item, answers, agent, chance)
            recorded = {each.code: state for each, state in material_states(item, answers, have, agent)}
            recorded = later_states(recorded, chance)
            lines = lines_of(recorded_gaps(item, answers, recorded, agent))
            also = also_lines(item, received(item, answers, agent), recorded, lines)
            for line in (*lines, *also):
                for text in (line.defect, line.cure):
                    assert text.strip()
                    assert not set("{}") & set(text), text
                    assert not text.startswith(("material.", "once.")), text
                    assert any("一" <= char <= "鿿" for char in text) == (language == "zh_CN"), text
            for ask in everything(item, answers, recorded, agent):
                assert ask.material in {material.code for material in item.materials}
                assert str(ask.defect)
                assert str(ask.cure)
    finally:
        messages.install(before)


def test_no_item_has_more_answers_than_are_walked_one_by_one() -> None:
    for item in CATALOGUE.items.values():
        assert len(list(worlds(item, right_answers(item), agent=False))) <= 2 * MOST_WORLDS, item.code


def test_an_item_with_more_answers_than_can_be_walked_asks_for_all_that_it_lists() -> None:
    item = CATALOGUE.items["D01"]
    question = item.situations[0]
    many = tuple(msgspec.structs.replace(question, code=f"q{n}") for n in range(14))
    big = msgspec.structs.replace(item, situations=(question, *many))
    asks = everything(big, {}, {}, agent=False)
    assert [ask.material for ask in asks] == [material.code for material in item.materials]


def test_what_was_answered_stays_answered_and_is_not_asked_under_the_other_answer() -> None:
    item = CATALOGUE.items["D01"]
    recorded = dict.fromkeys(("D01-01", "D01-03", "D01-04"), "original") | {"D01-02": "checked"}
    no = everything(item, {"direct_contact": "no"}, recorded, agent=False)
    open_ = everything(item, {}, recorded, agent=False)
    assert [ask.material for ask in no] == []
    assert [ask.material for ask in open_] == ["D01-05"]
    assert [when.id for when in open_[0].when] == ["once.answer"]


# At the counter


@pytest.mark.parametrize("code", TELLING)
def test_after_the_notice_any_other_ask_is_refused_and_counts_against_the_item(code: str) -> None:
    office = Office()
    case = office.case(code, materials={})
    decision = office.act(case, "1001", "supplement")
    if code_of(decision) == "nothing_missing":  # all of it is known to the network
        lines = [{"material": next(iter(case.materials)), "defect": "看不清", "cure": "请重新提交"}]
        decision = office.act(case, "1001", "supplement", {"lines": lines})
    case = office.keep(decision)
    assert case.supplement is not None
    for material in [*case.materials, "Z"]:
        data = {"lines": [{"material": material, "defect": "缺", "cure": "交"}]}
        refused = office.act(case, "1001", "supplement", data)
        assert isinstance(refused, Refusal)
        assert refused.code == "second_notice"
        record = ask_refused(case, commands.read_act("supplement", data), refused, office.context("1001"))
        assert isinstance(record, Decision)
        assert record.types == ("ask.refused",)
        assert judged(case, record.groups[0][0]).kind == "accepted"
        before = case.asks_refused
        case = office.keep(record)
        assert case.asks_refused == before + 1
    told = case.supplement
    assert told is not None
    back = office.does(case, "1001", "supplement-received")
    assert (back.state, back.supplement and back.supplement.lines) == ("received", told.lines)


def test_a_paper_that_no_item_lists_is_refused_before_the_notice_too_and_counts() -> None:
    """R7."""
    office = Office()
    case = office.case("D06", materials={})
    data = {"lines": [{"material": "D06-99", "defect": "缺", "cure": "交"}]}
    refused = office.act(case, "1001", "supplement", data)
    assert isinstance(refused, Refusal)
    assert refused.code == "not_listed"
    record = ask_refused(case, commands.read_act("supplement", data), refused, office.context("1001"))
    assert isinstance(record, Decision)
    assert office.keep(record).asks_refused == 1


def test_a_line_that_names_no_paper_is_no_ask() -> None:
    """It could never be answered; a deed of the applicant (be there, pay) is said beside the lines."""
    office = Office()
    case = office.case("D01", materials={})
    data = {"lines": [{"material": "", "defect": "随便", "cure": "交"}]}
    assert code_of(office.act(case, "1001", "supplement", data)) == "not_listed"


def test_a_refusal_that_was_no_ask_is_not_counted() -> None:
    office = Office()
    case = office.case("D01")
    refused = office.act(case, "1001", "accept")
    assert isinstance(refused, Refusal)
    assert ask_refused(case, commands.Accept(), refused, office.context("1001")) is None
    nothing = office.act(case, "1001", "supplement")
    assert isinstance(nothing, Refusal)
    assert ask_refused(case, commands.Supplement(), nothing, office.context("1001")) is None


def test_what_a_source_did_not_find_may_be_asked_for_since_the_notice_named_it() -> None:
    """R33: the licence is checked after the notice, nothing is found, and now it stands in the way."""
    office = Office()
    case = office.case("D01", "supplement", materials={})
    assert case.supplement is not None
    assert "D01-02" in {line.material for line in case.supplement.also}
    case = office.does(case, "1001", "supplement-received")
    case = office.does(case, "1001", "check", {"results": [{"material": "D01-02", "outcome": "no_match"}]})
    refused = office.act(case, "2001", "accept")
    assert isinstance(refused, Refusal)
    assert refused.facts == {"materials": "D01-02"}
    brought = office.does(case, "1001", "supplement-received", {"materials": {"D01-02": "copy"}})
    assert office.does(brought, "2001", "accept").state == "accepted"


def test_a_person_goes_on_without_the_sources_word_and_says_why() -> None:
    """R33: an override."""
    office = Office()
    case = office.case("D01")
    case = office.does(case, "1001", "check", {"results": [{"material": "D01-02", "outcome": "no_match"}]})
    assert code_of(office.act(case, "1001", "check", {"material": "D01-02", "reason": " "})) == "reason"
    case = office.does(case, "1001", "check", {"material": "D01-02", "reason": "登记系统升级，已核对原件"})
    assert case.materials["D01-02"] == "overridden"
    assert office.does(case, "2001", "accept").state == "accepted"


def test_a_notice_of_an_older_program_that_forgot_a_paper_still_ends_in_acceptance() -> None:
    """R5: what was not said can't stand in the way any more."""
    office = Office()
    case = office.case("D06", materials={})
    told = office.does(case, "1001", "supplement")
    assert told.supplement is not None
    short = told.supplement.lines[:1]
    case = msgspec.structs.replace(told, supplement=msgspec.structs.replace(told.supplement, lines=short, also=()))
    back = office.does(case, "1001", "supplement-received")
    assert "missing" in back.materials.values()
    assert office.does(back, "2001", "accept").state == "accepted"


def test_the_cure_of_the_item_stands_where_the_clerk_typed_none() -> None:
    office = Office()
    catalogue = altered("D01")
    case = office.case("D01", materials={}, catalogue=catalogue)
    case = office.does(case, "1001", "supplement", {"lines": [{"material": "D01-03", "defect": "未盖章", "cure": ""}]})
    assert case.supplement is not None
    first = case.supplement.lines[0]
    assert (first.material, first.defect) == ("D01-03", "未盖章")
    assert "material.cure.own" in first.cure
