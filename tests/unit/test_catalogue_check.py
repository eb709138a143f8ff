"""Each mistake that the linter must find, planted into a sample catalogue one at a time, with its line.

The sample is a small catalogue of its own (`tests/data/catalogue`), so that the shipped items may be written anew.
"""

from __future__ import annotations

import re

import pytest

from casework.catalogue.check import check
from casework.catalogue.check_answers import MOST, Answers
from casework.catalogue.check_limits import limit_problems
from casework.catalogue.schema import Condition, LimitData, Situation, Text
from casework.clocks import Unit
from console.messages import read_catalogue
from local_db.shipped import shipped_catalogue_files
from tests.unit.planted_mistakes import BUSINESS, PLANTED, SINGLE, item_span, planted, sample


@pytest.mark.parametrize(("rule", "where", "old", "new", "at"), PLANTED)
def test_a_planted_mistake_is_found_at_its_line(rule: str, where: str, old: str, new: str, at: str) -> None:
    findings, file, text = planted(where, old, new)
    found = [each for each in findings if each.reason.id == f"catalogue.check.{rule}"]
    assert found, [str(each) for each in findings]
    lines = text.splitlines()
    # A broken id can make two findings of the same rule; one of them stands at the line.
    assert any(each.file == file and at in lines[each.line - 1] for each in found), [str(each) for each in found]


def test_the_sample_breaks_no_rule_until_one_is_planted() -> None:
    assert check(sample()) == ()


def test_every_rule_has_its_planted_mistake() -> None:
    rules = {each.rpartition(".")[2] for each in read_catalogue("zh_CN") if each.startswith("catalogue.check.")}
    assert rules - {row[0] for row in PLANTED} == {"not_toml"}


def test_a_mistake_in_each_shipped_item_is_found_in_that_item() -> None:
    files = {
        name: re.sub(rb"(?m)^applicants = \[.*\]", b"applicants = []", data)
        for name, data in shipped_catalogue_files().items()
    }
    planted_codes = sorted(
        code for data in files.values() for code in re.findall(r'(?m)^code = "(\w+)"\nmodule', data.decode())
    )
    found = [each for each in check(files) if each.reason.id == "catalogue.check.none"]
    assert sorted(each.code for each in found) == planted_codes
    assert all(f'code = "{each.code}"' in files[each.file].decode().splitlines()[each.line - 1] for each in found)


def test_all_mistakes_come_in_one_run() -> None:
    files = sample()
    text = files[SINGLE].decode()
    text = (
        text.replace("officers = 2", "officers = 1")
        .replace(', en = "Area"', "")
        .replace('post = "survey"', 'post = "x"')
    )
    files[SINGLE] = text.encode()
    files[BUSINESS] = b"[[items]\n"
    assert {(each.file, each.reason.id.rpartition(".")[2]) for each in check(files)} == {
        (BUSINESS, "not_toml"),
        (SINGLE, "site_check_officers"),
        (SINGLE, "language"),
        (SINGLE, "post_unknown"),
    }


def test_a_long_cycle_beside_a_short_one_is_named_and_ends_the_search() -> None:
    steps = {"accept": ["decide"], "examine": ["accept", "site_check"], "site_check": ["examine"]}
    files = sample()
    text, rest = files[SINGLE].decode().split("# An item with everything", 1)
    for step, needs in steps.items():
        head, tail = text.split(f'id = "{step}"\n')
        before, _, after = tail.partition("needs = [")
        text = f'{head}id = "{step}"\n{before}needs = {needs}'.replace("'", '"') + after[after.index("]") + 1 :]
    files[SINGLE] = (text + "# An item with everything" + rest).encode()
    found = [each for each in check(files) if each.reason.id == "catalogue.check.cycle"]
    assert [each.reason.facts["steps"] for each in found] == ["accept → decide → site_check → examine → accept"]


def test_a_file_that_is_no_text_is_a_finding_and_no_crash() -> None:
    files = {**sample(), "items/odd.toml": b"\xff\xfe", "items/flat.toml": b"items = 3\nbasis = 4\n"}
    assert {each.reason.id for each in check(files)} == {"catalogue.check.not_toml", "catalogue.check.shape"}


def test_a_file_cut_in_half_is_found_at_its_end() -> None:
    files = {**sample(), BUSINESS: b"\n\nitems = [\n"}
    assert [(each.file, each.line) for each in check(files)] == [(BUSINESS, 3)]


def test_a_mistake_in_a_route_that_several_items_share_is_told_once() -> None:
    files = sample()
    text = files[SINGLE].decode().replace('post = "survey"\nneeds = ["accept"]', 'post = "nobody"\nneeds = ["accept"]')
    begin, end = item_span(text, "D10")
    twin = text[begin : text.index("[[routes.venues]]")].replace('"D10', '"D11')
    files[SINGLE] = (text[:begin] + twin + text[begin:end]).encode()
    found = [each for each in check(files) if each.reason.id == "catalogue.check.post_unknown"]
    assert [each.code for each in found] == ["check_venue"]


def test_a_paper_that_a_source_gives_is_told_with_both_places() -> None:
    findings, _, text = planted(
        "D10", 'cure = { zh = "请提交平面图"', 'shares = "business_licence"\ncure = { zh = "请提交平面图"'
    )
    facts = next(each.reason.facts for each in findings if each.reason.id == "catalogue.check.source_elsewhere")
    line = text.splitlines().index('code = "D10-02"') + 1
    assert (facts["code"], facts["other"], facts["place"]) == ("D10-03", "D10-02", f"{SINGLE}:{line}")


def _limit(amount: int, unit: Unit) -> LimitData:
    return LimitData(amount, unit, "acceptance", Text("依据", "Basis"))


@pytest.mark.parametrize(
    ("promised", "statutory", "rules"),
    [
        ((1, "working_days"), (7, "calendar_days"), []),  # its last day moves to the next working day as well
        ((390, "minutes"), (1, "calendar_days"), []),
        ((391, "minutes"), (15, "calendar_days"), ["limit_units"]),
        ((7, "working_days"), (30, "calendar_days"), []),
        ((7, "working_days"), (22, "calendar_days"), ["limit_units"]),
        ((7, "working_days"), (23, "calendar_days"), []),
        ((20, "working_days"), (1, "months"), ["limit_units"]),
        ((10, "calendar_days"), (10, "working_days"), []),
        ((13, "calendar_days"), (10, "working_days"), ["limit_units"]),
        ((28, "calendar_days"), (1, "months"), []),
        ((29, "calendar_days"), (1, "months"), ["promised_longer"]),
        ((2, "months"), (2, "months"), []),
        ((2, "months"), (61, "calendar_days"), ["promised_longer"]),
        ((2, "hours"), (1, "working_days"), []),
        ((7, "hours"), (1, "working_days"), ["promised_longer"]),
    ],
)
def test_a_promise_is_held_against_the_law_also_in_another_unit(
    promised: tuple[int, Unit], statutory: tuple[int, Unit], rules: list[str]
) -> None:
    assert [each.rule for each in limit_problems("X01", _limit(*statutory), _limit(*promised))] == rules


def test_an_item_for_which_no_law_sets_a_limit_may_promise_what_it_likes() -> None:
    assert list(limit_problems("X01", None, _limit(99, "months"))) == []


def _asked(code: str, when: Condition | None = None) -> Situation:
    return Situation(code, Text("？", "?"), when=when)


def test_a_question_that_is_not_asked_is_not_answered() -> None:
    inner = _asked("b", Condition(situation="a", equals="yes"))
    answers = Answers([_asked("a"), inner, _asked("unrelated")])
    assert answers.ways(Condition(situation="b", equals="yes")) == [
        {"a": "yes", "b": "yes"},
        {"a": "yes", "b": "no"},
        {"a": "no"},
    ]


def test_of_the_ticks_one_is_yes() -> None:
    answers = Answers([_asked("a"), _asked("b")], ["a", "b"])
    assert {"a": "no", "b": "no"} not in answers.ways(Condition(situation="a", equals="yes"))
    assert (
        answers.failing(Condition(any=(Condition(situation="a", equals="yes"), Condition(situation="b", equals="yes"))))
        is None
    )


def test_the_ways_to_answer_that_are_looked_at_have_an_end() -> None:
    many = [_asked(f"q{number}") for number in range(40)]
    condition = Condition(all=tuple(Condition(situation=each.code, equals="yes") for each in many))
    assert len(Answers(many).ways(condition)) == MOST + 1
