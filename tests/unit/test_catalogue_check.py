"""Each mistake that the linter must find, planted into the shipped files one at a time, with its line."""

from __future__ import annotations

import pytest

from casework.catalogue.check import check
from casework.catalogue.finding import Finding
from local_db.shipped import shipped_catalogue_files

BUSINESS, SINGLE, BUILD, POSTS = "items/business.toml", "items/single.toml", "items/construction.toml", "posts.toml"

DECIDE = 'id = "decide"\nkind = "decide"\npost = "chief"\nneeds = ["site_check"]'


def _planted(file: str, old: str, new: str) -> tuple[tuple[Finding, ...], str]:
    files = shipped_catalogue_files()
    text = files[file].decode()
    assert old in text, old
    text = text.replace(old, new, 1)
    files[file] = text.encode()
    return check(files), text


PLANTED = [
    (
        "cycle",
        SINGLE,
        'post = "single"\nneeds = ["pre_review"]',
        'post = "single"\nneeds = ["decide"]',
        'id = "accept"',
    ),
    ("need_unknown", SINGLE, 'needs = ["site_check"]', 'needs = ["ghost"]', 'id = "decide"'),
    ("post_unknown", SINGLE, 'post = "survey"', 'post = "surveyors"', 'id = "site_check"'),
    ("unreachable", SINGLE, 'post = "window"\nneeds = ["receive"]', 'post = "window"', 'id = "pre_review"'),
    ("basis_missing", SINGLE, 'kind = "mandatory"\nbasis = "order78"\n', 'kind = "mandatory"\n', 'code = "D01-01"'),
    ("basis_missing", SINGLE, 'start = "acceptance", basis = "promise"', 'start = "acceptance"', "promised ="),
    ("basis_missing", SINGLE, 'basis = "food35"\n', "", 'code = "D01"'),
    ("basis_unknown", SINGLE, 'basis = "food45"', 'basis = "food54"', 'basis = "food54"'),
    ("source_on_paper", SINGLE, 'form = "none"\ncopies = 0', 'form = "original"\ncopies = 1', 'code = "D01-02"'),
    ("paper_without_form", SINGLE, "defer = true", 'defer = true\nform = "none"', 'code = "D01-04"'),
    ("promised_longer", SINGLE, "amount = 5,", "amount = 11,", "promised ="),
    ("limit_amount", SINGLE, "amount = 10,", "amount = 0,", "statutory ="),
    ("material_order", SINGLE, 'code = "D01-03"', 'code = "D01-06"', 'code = "D01-06"'),
    ("twice", SINGLE, 'code = "D01-03"', 'code = "D01-01"', 'code = "D01-01"'),
    ("twice", SINGLE, 'id = "area"', 'id = "premises"', 'id = "premises"'),
    ("language", SINGLE, ', en = "Area"', "", 'zh = "经营面积"'),
    ("language", SINGLE, 'en = "Premises"', 'en = " "', 'zh = "经营场所"'),
    ("language", SINGLE, ', en = "Food Safety Law, art. 35"', "", "food35 ="),
    ("language", POSTS, ', en = "Guide desk"', "", "导办台"),
    ("code_twice", SINGLE, 'code = "D01"\nmodule = "single"', 'code = "C07"\nmodule = "single"', 'code = "C07"'),
    ("item_code", SINGLE, 'code = "D01"\nmodule = "single"', 'code = "B77"\nmodule = "single"', 'code = "B77"'),
    ("decide_by_helper", SINGLE, DECIDE, DECIDE.replace("chief", "window"), 'id = "decide"'),
    ("post_does_not_serve", SINGLE, DECIDE, DECIDE.replace("chief", "single"), 'id = "decide"'),
    ("post_team", SINGLE, DECIDE, DECIDE.replace("chief", "supervisor"), 'id = "decide"'),
    (
        "accept_unauthorised",
        BUILD,
        'kind = "accept"\npost = "construction"',
        'kind = "accept"\npost = "window"',
        'id = "accept"',
    ),
    ("site_check_officers", SINGLE, "officers = 2", "officers = 1", 'id = "site_check"'),
    ("step_amount", SINGLE, "officers = 2", "officers = 0", 'id = "site_check"'),
    ("situation_unknown", SINGLE, '{ situation = "direct_contact"', '{ situation = "contact"', 'code = "D01-05"'),
    ("answer_unknown", SINGLE, 'is = "yes"', 'is = "perhaps"', 'code = "D01-05"'),
    (
        "conditional_without_when",
        SINGLE,
        'when = { situation = "direct_contact", is = "yes" }\n',
        "",
        'code = "D01-05"',
    ),
    ("mandatory_with_when", BUSINESS, 'kind = "conditional"', 'kind = "mandatory"', 'code = "A01-07"'),
    (
        "pledge_excluded",
        BUSINESS,
        "registration = true",
        "registration = true\npledge_excluded = true",
        'code = "A01-05"',
    ),
    (
        "authorisation",
        SINGLE,
        'result_paper = "licence"',
        'result_paper = "licence"\nauthorised = true',
        'code = "D01"',
    ),
    ("authorisation_dates", BUSINESS, "2035-12-31", "2025-12-31", "authorisation ="),
    ("fee_basis", SINGLE, 'result_paper = "licence"', 'result_paper = "licence"\nfee = 100', "fee ="),
    ("options", SINGLE, 'kind = "choice"\n', "", 'id = "business_kind"'),
    ("field_max", SINGLE, "max = 300", "max = 0", 'id = "business_items"'),
    ("route_kind", SINGLE, 'kind = "deliver"', 'kind = "certify"', 'code = "D01"'),
    (
        "receive_needs",
        SINGLE,
        'kind = "receive"\npost = "window"',
        'kind = "receive"\npost = "window"\nneeds = ["accept"]',
        'id = "receive"',
    ),
    ("deliver_undecided", SINGLE, 'needs = ["certify"]', 'needs = ["receive"]', 'id = "deliver"'),
    ("decide_unaccepted", SINGLE, DECIDE, DECIDE.replace('["site_check"]', '["receive"]'), 'id = "decide"'),
    ("none", SINGLE, 'applicants = ["entity", "person"]', "applicants = []", 'code = "D01"'),
    ("shape", SINGLE, "amount = 10,", 'amount = "ten",', 'code = "D01"'),
    ("shape", SINGLE, 'kind = "mandatory"', 'kind = "wanted"', 'code = "D01"'),
    ("table", SINGLE, "[[items]]", "[[item]]", "[[item]]"),
    (
        "helper_serves",
        POSTS,
        '"receive", "pre_review", "accept", "pay"',
        '"receive", "decide", "accept", "pay"',
        'id = "window"',
    ),
    ("post_twice", POSTS, 'id = "guide"', 'id = "window"', 'id = "window"'),
]


@pytest.mark.parametrize(("rule", "file", "old", "new", "at"), PLANTED)
def test_a_planted_mistake_is_found_at_its_line(rule: str, file: str, old: str, new: str, at: str) -> None:
    findings, text = _planted(file, old, new)
    found = [each for each in findings if each.reason.id == f"catalogue.check.{rule}"]
    assert found, [str(each) for each in findings]
    lines = text.splitlines()
    # A broken id can make two findings of the same rule; one of them stands at the line.
    assert any(each.file == file and at in lines[each.line - 1] for each in found), [str(each) for each in found]


def test_all_mistakes_come_in_one_run() -> None:
    files = shipped_catalogue_files()
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
    files = shipped_catalogue_files()
    text = files[SINGLE].decode()
    for step, needs in steps.items():
        head, tail = text.split(f'id = "{step}"\n')
        before, _, after = tail.partition("needs = [")
        text = f'{head}id = "{step}"\n{before}needs = {needs}'.replace("'", '"') + after[after.index("]") + 1 :]
    files[SINGLE] = text.encode()
    found = [each for each in check(files) if each.reason.id == "catalogue.check.cycle"]
    assert [each.reason.facts["steps"] for each in found] == ["accept → decide → site_check → examine → accept"]


def test_a_file_that_is_no_text_is_a_finding_and_no_crash() -> None:
    files = {**shipped_catalogue_files(), "items/odd.toml": b"\xff\xfe", "items/flat.toml": b"items = 3\nbasis = 4\n"}
    assert {each.reason.id for each in check(files)} == {"catalogue.check.not_toml", "catalogue.check.shape"}


def test_a_file_cut_in_half_is_found_at_its_end() -> None:
    files = {**shipped_catalogue_files(), BUSINESS: b"\n\nitems = [\n"}
    assert [(each.file, each.line) for each in check(files)] == [(BUSINESS, 3)]
