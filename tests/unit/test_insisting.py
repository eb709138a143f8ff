"""The ways out of the tray: who may insist on what was refused, what goes with it, whose paper is called back (S15)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.case import Case, Handed, PrintedPaper, Recall
from casework.decide import unmask
from casework.drafting import Decision
from casework.events import EVENTS, body_of
from casework.facts import Fact
from casework.refused import Waits
from casework.rules import Bench, Refusal
from casework.rules.settling import RULES, not_to_insist
from casework.settling import (
    give_up_without_case,
    settle_by_insisting,
    settle_by_withdrawing,
    ways_out,
)
from casework.verdicts import Tray
from tests.people import CATALOGUE, STAFF, Office, code_of

AT = "2026-11-23T10:00:00.000"
BOSS = "3001"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def case(office: Office) -> Case:
    return office.walked("D10", "examine")


def fact_of(made: Decision | Refusal) -> Fact:
    assert isinstance(made, Decision), made
    return made.groups[0][0]


def refused(fact: Fact, case: Case, maker: str = "", **tray: Any) -> Waits:
    """The line of the tray for `fact`, refused because something had changed before it arrived."""
    line: dict[str, Any] = {"code": "stale", "facts": {}, "since": AT, "insistable": True, "made": AT, **tray}
    return Waits(
        Tray(fact.id, fact.type, case.id, case.root, case.number, "0012", fact.actor, **line),
        fact, STAFF[maker or fact.actor],
    )  # fmt: skip


def examined(office: Office, case: Case, **tray: Any) -> Waits:
    return refused(fact_of(office.act(case, "2001", "examine")), case, **tray)


def bench(*lines: Waits, who: str = BOSS) -> Bench:
    return Bench(STAFF[who], CATALOGUE.posts, {line.tray.fact: line for line in lines})


def insists(office: Office, case: Case, *lines: Waits, names: tuple[str, ...] = (), who: str = BOSS) -> str:
    """The code of the refusal of `who` insisting on these lines; empty when they stand."""
    waiting = {line.tray.fact: line for line in lines}
    return code_of(settle_by_insisting(case, names or tuple(waiting), "属实", office.context(who, refused=waiting)))


def rule(case: Case | None, type_: str, body: bodies.Body, seat: Bench, office: Office) -> str:
    """The code with which the rule of `type_` refuses `body`."""
    any_fact = msgspec.structs.replace(office.facts[case.id][-1], type=type_) if case else None
    no = RULES[type_](case, any_fact, body, seat)  # type: ignore[arg-type]
    return no.code if no else ""


# Insisting


def test_s15_what_was_refused_stands_by_the_word_of_somebody_else(office: Office, case: Case) -> None:
    line = examined(office, case)
    done = settle_by_insisting(case, (line.tray.fact,), " 属实 ", office.context(BOSS, refused={line.tray.fact: line}))
    assert isinstance(done, Decision)
    (group,) = done.groups
    assert body_of(group[0]) == bodies.ResolveInsist((line.tray.fact,), "属实")


@pytest.mark.parametrize(
    ("tray", "code"),
    [
        ({"kind": "held"}, "insist_held"),
        ({"insistable": False}, "insist_never"),
        ({"type": "of.the.future"}, "insist_never"),
        ({"code": "same_person"}, "insist_never"),
        ({"code": "recused"}, "insist_never"),
        ({"code": "group", "facts": {"code": "helper_may_not"}}, "insist_never"),
        ({"code": "group", "facts": {"code": "stale"}}, ""),
        ({"actor": BOSS}, "insist_own"),
    ],
)
def test_s15_separation_of_duties_and_the_own_hand_are_not_insisted_on(
    office: Office, case: Case, tray: dict[str, Any], code: str
) -> None:
    line = examined(office, case)
    changed = msgspec.structs.replace(line, tray=msgspec.structs.replace(line.tray, **tray))
    assert insists(office, case, changed) == code
    no = not_to_insist(case, changed, STAFF[BOSS])
    assert (no.code if no else "") == code


@pytest.mark.parametrize("code", ["no_right", "not_your_post", "no_such_person", "no_authorisation"])
def test_s15_a_helper_does_not_make_good_a_right_that_was_lacking(office: Office, case: Case, code: str) -> None:
    added = fact_of(office.act(case, "1002", "nudge", {"text": "快"}))
    helper = STAFF["1001"]
    assert not_to_insist(case, refused(added, case), helper) is None
    for tray in ({"code": code}, {"code": "group", "facts": {"code": code}}):
        assert not_to_insist(case, refused(added, case, **tray), helper) == Refusal("helper_may_not", {"name": "王芳"})
        assert not_to_insist(case, refused(added, case, **tray), STAFF[BOSS]) is None


def test_s15_a_helper_does_not_insist_on_what_only_officers_do(office: Office) -> None:
    decided = office.walked("D10", "decide")
    fact = fact_of(office.act(decided, "2002", "decide"))
    assert EVENTS[fact.type].officers_only
    assert not_to_insist(decided, refused(fact, decided), STAFF["1001"]) == Refusal("helper_may_not", {"name": "王芳"})
    assert not_to_insist(decided, refused(fact, decided), STAFF[BOSS]) is None
    by_a_helper = not_to_insist(decided, refused(fact, decided, "1002"), STAFF[BOSS])
    assert by_a_helper == Refusal("helper_may_not", {"name": "李强"})


def test_s15_of_a_maker_whom_the_roster_does_not_know_nothing_stands(office: Office, case: Case) -> None:
    line = msgspec.structs.replace(examined(office, case), maker=None)
    assert not_to_insist(case, line, STAFF[BOSS]) == Refusal("no_such_person", {"number": "2001"})
    assert not_to_insist(case, msgspec.structs.replace(line, fact=None), STAFF[BOSS]) is None


def test_s15_whoever_stepped_aside_is_not_brought_back_not_even_as_a_second_officer(office: Office) -> None:
    case = office.walked("D01", "site-check")
    checked = fact_of(office.act(case, "2001", "site-check", {"officers": ["2002"]}))
    for aside in ("2001", "2002"):
        stepped = msgspec.structs.replace(case, recused=(aside,))
        no = not_to_insist(stepped, refused(checked, stepped), STAFF[BOSS])
        assert no == Refusal("recused", {"name": aside, "number": case.number})
    assert not_to_insist(case, refused(checked, case), STAFF[BOSS]) is None


def test_s3_one_fact_of_a_command_stands_with_the_others_or_not_at_all(office: Office, case: Case) -> None:
    one, two = (examined(office, case, group="g1") for _ in range(2))
    other = examined(office, case, group="g2")
    assert insists(office, case, one, two, other, names=(one.tray.fact,)) == "insist_whole"
    assert insists(office, case, one, other, names=(one.tray.fact,)) == ""


def test_s15_an_act_that_would_move_nothing_any_more_is_not_insisted_on(office: Office, case: Case) -> None:
    line = examined(office, case)
    moved = office.does(case, "2001", "examine")
    waiting = office.context(BOSS, refused={line.tray.fact: line})
    no = settle_by_insisting(moved, (line.tray.fact,), "属实", waiting)
    assert no == Refusal("insist_idle", {"type": "step.done", "state": moved.state})
    assert dict(ways_out(moved, line, waiting))["insist"] == no
    handed = msgspec.structs.replace(moved, handed=Handed("2001", "王", "1001", AT))
    assert insists(office, handed, line) == "insist_idle", "that it is nobody's any more moves nothing"


def test_s15_nobody_insists_without_reason_without_case_or_on_what_does_not_wait(office: Office, case: Case) -> None:
    line = examined(office, case)
    body = bodies.ResolveInsist((line.tray.fact,), "属实")
    for given, about, code in (
        (body, case, ""),
        (body, None, "no_case"),
        (msgspec.structs.replace(body, reason=" "), case, "reason"),
        (msgspec.structs.replace(body, refused=()), case, "nothing_refused"),
        (msgspec.structs.replace(body, refused=(line.tray.fact, "f" * 32)), case, "nothing_refused"),
    ):
        assert rule(about, "resolve.insist", given, bench(line), office) == code


# The ways that are offered


def test_s16_each_way_out_says_why_it_is_off(office: Office, case: Case) -> None:
    line = examined(office, case)

    def off(about: Case | None, each: Waits, who: str = BOSS, **context: Any) -> list[str]:
        waiting = office.context(who, refused={each.tray.fact: each}, **context)
        return [no.code if no else "" for _, no in ways_out(about, each, waiting)]

    held = msgspec.structs.replace(line, tray=msgspec.structs.replace(line.tray, kind="held"))
    assert [way for way, _ in ways_out(case, line, office.context(BOSS))] == ["withdraw", "amend", "insist"]
    assert off(case, line) == ["", "", ""]
    assert off(case, held) == ["", "nothing_to_amend", "insist_held"]
    assert off(None, line) == ["", "nothing_to_amend", "no_case"]
    assert off(case, line, online=False) == ["needs_hall"] * 3
    assert off(case, line, "4001") == ["no_right"] * 3
    assert off(case, line, waiting=frozenset({"decided"})) == ["waits_for_hall"] * 3
    assert off(msgspec.structs.replace(case, recused=(BOSS,)), line) == ["recused"] * 3


def test_s16_the_way_says_whose_right_is_lacking_at_which_post(office: Office, case: Case) -> None:
    line = examined(office, case)
    no = dict(ways_out(case, line, office.context("4001")))["withdraw"]
    assert no == Refusal("no_right", {"name": "吴刚", "post": "it", "at": CATALOGUE.posts["it"].name.both()})
    nowhere = dict(ways_out(case, line, office.context("4001", shift=())))["withdraw"]
    assert nowhere == Refusal("no_right", {"name": "吴刚", "post": "", "at": "-"})


def test_s3_the_whole_command_decides_whether_insisting_is_offered(office: Office, case: Case) -> None:
    one, two = (examined(office, case, group="g1") for _ in range(2))
    never = msgspec.structs.replace(two, tray=msgspec.structs.replace(two.tray, insistable=False))
    waiting = office.context(BOSS, refused={each.tray.fact: each for each in (one, never)})
    no = dict(ways_out(case, one, waiting))["insist"]
    assert no is not None
    assert no.code == "insist_never"


def test_s12_what_has_no_case_is_given_up_with_a_reason_while_the_hall_answers(office: Office, case: Case) -> None:
    line = examined(office, case)
    waiting = office.context(BOSS, refused={line.tray.fact: line})
    done = give_up_without_case("e" * 32, "d" * 32, (line.tray.fact,), " 误操作 ", waiting)
    fact = fact_of(done)
    assert (fact.case, fact.root, fact.post) == ("e" * 32, "d" * 32, "supervisor")
    assert body_of(fact) == bodies.ResolveWithdraw((line.tray.fact,), "误操作")
    lost = give_up_without_case("e" * 32, "d" * 32, ("f" * 32,), "误操作", waiting)
    assert code_of(lost) == "nothing_refused"
    down = office.context(BOSS, refused={line.tray.fact: line}, online=False)
    assert give_up_without_case("e" * 32, "d" * 32, (line.tray.fact,), "x", down) == Refusal("needs_hall")


# Papers


def out_of_hand(office: Office) -> tuple[Case, Waits, PrintedPaper]:
    """A case with the notice of an acceptance that the hall refused, in the applicant's hand."""
    case = office.walked("D10", "accept")
    line = refused(fact_of(office.act(case, "2001", "accept")), case)
    paper = PrintedPaper("acceptance", 1, "", AT, "2001", line.tray.fact)
    return msgspec.structs.replace(case, papers=(*case.papers, paper)), line, paper


def test_s15_a_paper_that_is_out_is_called_back_from_whoever_has_it(office: Office) -> None:
    case, line, paper = out_of_hand(office)
    waiting = office.context(BOSS, refused={line.tray.fact: line})
    silent = settle_by_withdrawing(case, (line.tray.fact,), "误受理", waiting)
    assert silent == Refusal("paper_out", {"paper": "acceptance", "printed_at": AT})
    done = settle_by_withdrawing(case, (line.tray.fact,), "误受理", waiting, " 李丽华 ")
    assert isinstance(done, Decision)
    assert body_of(done.groups[0][0]) == bodies.ResolveWithdraw(
        (line.tray.fact,), "误受理", (bodies.PaperOut("acceptance", 1, AT, "李丽华"),)
    )
    assert done.case is not None
    assert done.case.given_up[-1] == line.tray.fact
    assert done.case.open_recalls == (Recall("acceptance", 1, AT, "李丽华", AT, paper.of),)


@pytest.mark.parametrize(
    ("recalls", "code"),
    [
        ([("acceptance", 1, AT, "李丽华")], ""),
        ([("acceptance", 1, AT, " ")], "recall_holder"),
        ([("acceptance", 2, AT, "李丽华")], "paper_out"),
        ([("acceptance", 1, AT, "李丽华"), ("receipt", 1, AT, "李丽华")], "recall_unknown"),
    ],
)
def test_s15_what_is_called_back_is_what_is_out_and_somebody_has_it(
    office: Office, recalls: list[tuple[str, int, str, str]], code: str
) -> None:
    case, line, _ = out_of_hand(office)
    body = bodies.ResolveWithdraw((line.tray.fact,), "误受理", tuple(bodies.PaperOut(*each) for each in recalls))
    assert rule(case, "resolve.withdraw", body, bench(line), office) == code


def test_s15_a_recall_ends_when_the_paper_is_back_or_void_after_the_new_one_told_of_it(office: Office) -> None:
    case, line, paper = out_of_hand(office)
    recall = Recall("acceptance", 1, AT, "李丽华", "2026-11-23T11:00:00.000", paper.of)
    called = msgspec.structs.replace(case, recalls=(recall,), given_up=(line.tray.fact,))
    new = PrintedPaper("acceptance", 2, "", "2026-11-23T11:05:00.000", "2001", "")
    told = msgspec.structs.replace(called, papers=(*called.papers, new))
    back = bodies.Recalled("acceptance", 1, AT, "came_back", "")
    for about, body, code in (
        (told, back, ""),
        (told, msgspec.structs.replace(back, how="void", note="遗失声明"), ""),
        (told, msgspec.structs.replace(back, how="void", note=" "), "reason"),
        (told, msgspec.structs.replace(back, how="burnt"), "outcome"),
        (told, msgspec.structs.replace(back, count=2), "no_recall"),
        (called, back, "recall_not_told"),
        (case, back, "no_recall"),
    ):
        assert rule(about, "recalled", body, bench(line), office) == code
    assert rule(told, "printed", bodies.Printed("acceptance", 3, "", "", line.tray.fact), bench(), office) == (
        "paper_given_up"
    )
    assert rule(told, "printed", bodies.Printed("acceptance", 3, "", "", "f" * 32), bench(), office) == ""


def test_s15_the_oldest_paper_that_is_called_back_is_the_one_that_came_back(office: Office) -> None:
    case, _, paper = out_of_hand(office)
    recalls = tuple(Recall(kind, 1, AT, "李丽华", AT, paper.of) for kind in ("acceptance", "receipt"))
    told = tuple(PrintedPaper(kind, 2, "", AT, "2001", "") for kind in ("acceptance", "receipt"))
    called = msgspec.structs.replace(case, recalls=recalls, papers=(*case.papers, *told))
    first = office.does(called, BOSS, "recall", {"how": "void", "note": " 声明作废 "})
    (left,) = first.open_recalls
    assert left.paper == "receipt"
    ended = first.recalls[0]
    assert (ended.ended, ended.ended_at, ended.ended_by, ended.note) == ("void", AT, BOSS, "声明作废")
    named = office.does(called, BOSS, "recall", {"how": "came_back", "paper": "receipt"})
    assert [each.paper for each in named.open_recalls] == ["acceptance"]
    none = office.act(first, BOSS, "recall", {"how": "came_back", "paper": "acceptance"})
    assert none == Refusal("no_recall", {"number": case.number})


def test_whoever_looks_at_the_full_data_says_why_and_is_on_record(office: Office, case: Case) -> None:
    assert unmask(case, " ", office.context("1001")) == Refusal("reason")
    fact = fact_of(unmask(case, " 核对身份 ", office.context("1001")))
    assert (fact.type, fact.case, fact.root, fact.actor) == ("unmasked", case.id, case.root, "1001")
    assert fact.post in STAFF["1001"].posts
    assert body_of(fact) == bodies.Unmasked("核对身份")
