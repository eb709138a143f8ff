"""An application before its number: opened by a helper, looked through, put aside, found at any window, received."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import bodies
from casework.admit import admit
from casework.drafting import Decision
from casework.errors import BadBytes, BadInput, BadText
from casework.events import EVENTS, Klass, body_of
from casework.facts import Base, Fact, Group, LegalTime, encode_body
from casework.folding import fold
from casework.intake import take_in
from casework.prefile import Prefile, decode_prefile, encode_prefile, evolve_prefile, fold_prefile
from casework.prefiling import (
    check_prefile,
    clean_form,
    close_prefile,
    leave_module,
    module_of,
    open_prefile,
    park,
    take_prefile,
)
from casework.rules import Bench, Refusal
from casework.short_codes import CODE_LENGTH, printed_code, read_code, short_code
from tests.people import CATALOGUE, FIRM, PERSON, STAFF, Office, code_of, have_all

ID = "0" * 31 + "7"
FOOD = bodies.Form("D01", applicant=PERSON, materials={"D01-01": "original"})


@pytest.fixture
def office() -> Office:
    return Office()


def facts_of(decision: Decision | Refusal | None) -> list[Fact]:
    assert isinstance(decision, Decision), decision
    return [fact for group in decision.groups for fact in group]


def opened(office: Office) -> tuple[Prefile, list[Fact]]:
    facts = facts_of(open_prefile(FOOD, office.context("1001"), ID, "约周三再来"))
    prefile = fold_prefile(facts)
    assert prefile is not None
    return prefile, facts


def test_a_helper_opens_a_file_and_its_code_follows_from_its_id(office: Office) -> None:
    prefile, (fact,) = opened(office)
    assert (prefile.state, prefile.module, prefile.note) == ("open", "single", "约周三再来")
    assert prefile.code == short_code(ID)
    assert (fact.case, fact.root, fact.post, prefile.opened_by) == (ID, ID, "window", "1001")
    assert prefile.form.materials == {"D01-01": "original"}


def test_the_papers_are_looked_at_one_by_one_and_each_look_is_counted(office: Office) -> None:
    prefile, facts = opened(office)
    lines = (bodies.ReviewLine("D01-01"), bodies.ReviewLine("d01-03 ", right=False, defect="无尺寸", cure="标明尺寸"))
    form = msgspec.structs.replace(FOOD, materials=have_all("D01"))
    for attempt in (1, 2):
        facts += facts_of(check_prefile(prefile, form, lines, office.context("1002"), "第二次"))
        looked = fold_prefile(facts)
        assert looked is not None
        prefile = looked
        assert (prefile.state, prefile.attempts, prefile.touched_by) == ("checked", attempt, "1002")
    assert prefile.form.materials["D01-03"] == "missing"
    assert prefile.form.materials["D01-01"] == "original"
    assert [line.material for line in prefile.defects] == ["D01-03"]


def test_a_defect_without_words_helps_nobody(office: Office) -> None:
    prefile, _ = opened(office)
    with pytest.raises(BadInput) as caught:
        check_prefile(prefile, FOOD, (bodies.ReviewLine("D01-01", right=False),), office.context("1001"))
    assert caught.value.code == "prefile.defect"


def test_a_half_filled_form_is_put_aside_and_another_window_goes_on_where_the_caret_stood(office: Office) -> None:
    facts = facts_of(park(FOOD, office.context("1001"), ID, "area"))
    prefile = fold_prefile(facts)
    assert prefile is not None
    assert (prefile.state, prefile.field, prefile.code) == ("parked", "area", short_code(ID))
    office.terminal = "0007"
    facts += facts_of(take_prefile(prefile, office.context("1002")))
    taken = fold_prefile(facts)
    assert taken is not None
    assert (taken.state, taken.terminal, taken.touched_by) == ("taken", "0007", "1002")
    facts += facts_of(park(FOOD, office.context("1002"), ID, "premises"))
    again = fold_prefile(facts)
    assert again is not None
    assert (again.state, again.terminal, again.field) == ("parked", "", "premises")


def test_the_file_becomes_the_case_with_the_same_id_and_nothing_starts_again(office: Office) -> None:
    """S22."""
    _, facts = opened(office)
    decision = take_in(office.form("D01"), office.context("1001"), ID, office.number)
    facts += facts_of(decision)
    prefile, case = fold_prefile(facts), fold(facts)
    assert prefile is not None
    assert case is not None
    assert (prefile.state, prefile.number) == ("received", case.number)
    assert (case.id, case.facts) == (ID, 1)
    late = facts_of(park(FOOD, office.context("1002"), ID))
    assert fold_prefile([*facts, *late]) == msgspec.structs.replace(prefile, facts=prefile.facts + 1)
    assert fold([*facts, *late]) == msgspec.structs.replace(case, facts=case.facts + 1)


def test_a_file_with_which_nobody_goes_on_is_closed_for_a_reason_and_may_be_taken_up_again(office: Office) -> None:
    prefile, facts = opened(office)
    assert code_of(close_prefile(prefile, " ", office.context("1001"))) == "reason"
    facts += facts_of(close_prefile(prefile, "申请人不再办理", office.context("1001")))
    closed = fold_prefile(facts)
    assert closed is not None
    assert (closed.state, closed.closed_for, closed.note, closed.is_over) == (
        "closed",
        "申请人不再办理",
        "约周三再来",
        False,
    )
    facts += facts_of(take_prefile(closed, office.context("1002")))
    taken = fold_prefile(facts)
    assert taken is not None
    assert taken.state == "taken"


def test_a_file_that_goes_on_in_another_module_ends_in_its_own_and_lives_where_both_are_held(office: Office) -> None:
    prefile, facts = opened(office)
    assert leave_module(prefile, "single", office.context("1001")) is None
    facts += facts_of(leave_module(prefile, "business", office.context("1001")))
    ended = fold_prefile(facts)
    assert ended is not None
    assert (ended.state, ended.goes_on, ended.is_over) == ("closed", "business", False)
    facts += facts_of(park(msgspec.structs.replace(FOOD, item="A01"), office.context("1001"), ID))
    after = fold_prefile(facts)
    assert after is not None
    assert (after.state, after.goes_on, after.module) == ("parked", "", "business")
    again = leave_module(after, "single", office.context("1001"))
    taken_in = facts_of(take_in(office.form("D01"), office.context("1001"), ID, office.number))
    received = fold_prefile([*facts, *facts_of(again), *taken_in])
    assert received is not None
    assert received.state == "received"
    assert leave_module(received, "business", office.context("1001")) is None


def test_a_file_whose_first_bytes_come_behind_its_receipt_is_not_open(office: Office) -> None:
    _, facts = opened(office)
    received = facts_of(take_in(office.form("D01"), office.context("1001"), ID, office.number))
    late = fold_prefile([*received, *facts])
    assert late is not None
    assert (late.state, late.note) == ("received", "约周三再来")


def test_what_comes_before_the_number_is_a_fact_of_the_counter_and_never_refused(office: Office) -> None:
    """S14; on a case that has its number it is a doubt, and moves nothing."""
    _, (fact,) = opened(office)
    bench = Bench(STAFF["1001"], CATALOGUE.posts)
    assert (admit(None, fact, bench).kind, admit(None, fact, bench).flags) == ("accepted", ())
    case = office.case("D01")
    assert admit(case, fact, bench).flags == ("received_twice",)
    for name in ("prefile.opened", "prefile.checked", "prefile.parked", "prefile.taken", "prefile.closed"):
        assert EVENTS[name].klass is Klass.COUNTER


@pytest.mark.parametrize(("who", "code"), [("1001", ""), ("1002", ""), ("3001", "no_right"), ("4001", "no_right")])
def test_only_who_works_at_the_counter_opens_files(office: Office, who: str, code: str) -> None:
    assert code_of(open_prefile(FOOD, office.context(who), ID)) == code


def test_the_line_is_down_and_files_are_opened_all_the_same(office: Office) -> None:
    assert isinstance(open_prefile(FOOD, office.context("1001", online=False), ID), Decision)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (bodies.Form("Z99"), "intake.no_item"),
        (bodies.Form(""), "intake.no_item"),
        (bodies.Form("D01", materials={"D01-01": "lost"}), "material.state"),
    ],
)
def test_a_file_names_at_least_an_item_that_exists(office: Office, form: bodies.Form, code: str) -> None:
    for act in (open_prefile, park):
        with pytest.raises(BadInput) as caught:
            act(form, office.context("1001"), ID)
        assert caught.value.code == code


@pytest.mark.parametrize("code", [*CATALOGUE.items, *CATALOGUE.bundles])
def test_a_file_of_any_item_or_bundle_belongs_to_a_module(code: str) -> None:
    assert clean_form(bodies.Form(f" {code.lower()} "), CATALOGUE).item == code
    assert module_of(code, CATALOGUE) in {"business", "investment", "construction", "single"}


def test_a_file_may_be_as_unfinished_as_the_applicants_folder(office: Office) -> None:
    odd = bodies.Form("D01", applicant=FIRM, form={"nickname": "面馆"}, situations={"weather": "rain"})
    assert isinstance(open_prefile(odd, office.context("1001"), ID), Decision)


def test_more_than_a_fact_may_carry_is_said_before_it_is_lost(office: Office) -> None:
    """S3."""
    big = bodies.Form("D01", situations={f"f{n}": "面" * 1000 for n in range(10)})
    with pytest.raises(BadText):
        park(big, office.context("1001"), ID)


# The code


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_code_is_read_from_paper_however_it_is_typed(case_id: str) -> None:
    code = short_code(case_id)
    assert len(code) == CODE_LENGTH
    assert not set(code) & set("01ILO")
    for typed in (code, printed_code(code), code.lower(), f" {code[:4]} {code[4:]} ", "-".join(code)):
        assert read_code(typed) == code


@pytest.mark.parametrize(
    "text", ["", "7H2K", "7H2K9QWD1", "7H2K-9QW0", "７H2K9QWD", "张建国", "4201182611230012000111"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_code(text) == ""


def test_a_hundred_thousand_files_have_codes_of_their_own() -> None:
    assert len({short_code(f"{n:032x}") for n in range(100_000)}) == 100_000


# The fold


_forms = st.builds(bodies.Form, st.sampled_from(("D01", "A01", "")))
_bodies: dict[str, st.SearchStrategy[Any]] = {
    "prefile.opened": st.builds(bodies.PrefileOpened, st.just("C"), st.just("single"), _forms),
    "prefile.checked": st.builds(bodies.PrefileChecked, _forms),
    "prefile.parked": st.builds(bodies.PrefileParked, st.just("C"), st.just("single"), _forms),
    "prefile.taken": st.builds(bodies.PrefileTaken, st.sampled_from(("0007", "0012"))),
    "prefile.closed": st.builds(bodies.PrefileClosed, st.just("改日再来"), st.sampled_from(("", "", "business"))),
    "received": st.builds(
        bodies.Received, number=st.just("4201182611230012000111"), item=st.just("D01"), item_hash=st.just(""),
        module=st.just("single"), applicant=st.just(PERSON), route=st.just(()),
        promised=st.just(bodies.Span(1, "working_days", "receipt")),
    ),
    "printed": st.builds(bodies.Printed, st.just("preparation"), st.just(1), st.just("")),
}  # fmt: skip
_facts = st.sampled_from(list(_bodies)).flatmap(
    lambda type_: st.builds(
        Fact,
        id=st.just("f"), type=st.sampled_from((type_, type_, type_, "prefile.burnt")),
        version=st.sampled_from((1, 1, 1, 9)), root=st.just("c"), case=st.just("c"), group=st.just(Group("g", 0, 1)),
        actor=st.sampled_from(("1001", "1002")), post=st.just("window"), visit=st.just(""),
        base=st.just(Base(1, 0, 0)), time=st.just(LegalTime("2026-11-23T10:00:00.000")), catalogue=st.just(""),
        roster=st.just(0), body=_bodies[type_].map(encode_body) | st.just(msgspec.Raw(b"{")),
    )
)  # fmt: skip


@settings(max_examples=300, derandomize=True, database=None)
@given(st.lists(_facts, max_size=10))
def test_the_fold_of_a_file_never_fails_and_ends_with_its_number(history: list[Fact]) -> None:
    prefile = fold_prefile(history)
    assert prefile == fold_prefile(tuple(history))
    if prefile is None:
        assert not any(fact.type in {"prefile.opened", "prefile.parked"} and _whole(fact) for fact in history)
        return
    assert decode_prefile(encode_prefile(prefile)) == prefile
    assert prefile.state in {"open", "checked", "parked", "taken", "closed", "received"}
    if any(fact.type == "received" and _whole(fact) for fact in history):
        assert prefile.state == "received", "whatever else was said of it"
    if prefile.state == "received":
        assert prefile.number
        for fact in history:
            after = evolve_prefile(prefile, fact)
            assert after is not None
            assert msgspec.structs.replace(after, facts=0) == msgspec.structs.replace(prefile, facts=0)


def _whole(fact: Fact) -> bool:
    try:
        body_of(fact)
    except BadBytes:
        return False
    return True


def test_what_was_pasted_into_a_prefile_is_cleaned_before_it_is_kept() -> None:
    party = bodies.Party("person", "\x1b张\n三", "420111199003070011")
    kept = clean_form(bodies.Form("D01", applicant=party, form={"nobody_asks": "x"}), CATALOGUE)
    assert kept.applicant is not None
    assert kept.applicant.name.isprintable()
    assert kept.form == {}


def looked_at(office: Office, *lines: bodies.ReviewLine, form: bodies.Form = FOOD) -> Prefile:
    opened = facts_of(open_prefile(FOOD, office.context("1002"), ID))
    prefile = fold_prefile(opened)
    assert prefile is not None
    looked = fold_prefile([*opened, *facts_of(check_prefile(prefile, form, lines, office.context("1002")))])
    assert looked is not None
    return looked


def test_a_paper_that_is_right_at_last_is_no_longer_missing(office: Office) -> None:
    form = msgspec.structs.replace(FOOD, materials={"D01-03": "missing", "D01-01": "missing"})
    looked = looked_at(office, bodies.ReviewLine("D01-03"), form=form)
    assert looked.form.materials == {"D01-01": "missing"}


def test_a_look_names_papers_of_the_item_and_stays_in_its_module(office: Office) -> None:
    with pytest.raises(BadInput) as caught:
        looked_at(office, bodies.ReviewLine("QQ-01", right=False, defect="缺"))
    assert caught.value.code == "material.unknown"
    with pytest.raises(BadInput) as caught:
        looked_at(office, form=msgspec.structs.replace(FOOD, item="A01"))
    assert caught.value.code == "prefile.other_module"
