"""Which of two words counts that were said at two windows, one of which had no line: the one that was said later."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from casework import bodies
from casework.beside import is_beside
from casework.case import Case
from casework.drafting import Decision
from casework.facts import Base, Fact, LegalTime
from casework.folding import evolve, fold
from casework.intake import take_in
from casework.prefile import fold_prefile
from casework.prefiling import check_prefile, open_prefile, park, take_prefile
from tests.people import Office, code_of, judged
from tests.unit.test_prefile import FOOD, ID, facts_of
from tests.walking import timers

DAY = "2026-11-23T"


@pytest.fixture
def office() -> Office:
    return Office()


def said(fact: Fact, clock: str, fast_minutes: int = 0) -> Fact:
    """The same at another time, by a clock that was so fast at the last contact."""
    time = LegalTime(f"{DAY}{clock}:00.000", fast_minutes * 60_000, f"{DAY}08:59:00.000", same_boot=True)
    return msgspec.structs.replace(fact, time=time)


def mend(office: Office, case: Case, clock: str, fast_minutes: int = 0, **mends: str) -> Fact:
    decision = office.act(case, "1001", "mend", {"mends": mends})
    assert isinstance(decision, Decision)
    return said(decision.groups[0][0], clock, fast_minutes)


def after(case: Case, *facts: Fact) -> Case:
    now: Case | None = case
    for fact in facts:
        now = evolve(now, fact)
    assert now is not None
    return now


def test_r3_a_field_has_what_was_said_last_at_the_counter_also_when_that_came_to_the_hall_first(office: Office) -> None:
    """The applicant mended it at a window without a line, and once more at another one: the first word came last."""
    case = office.case("D01")
    older, newer = mend(office, case, "09:05", area="60"), mend(office, case, "10:05", area="88")
    for order in itertools.permutations((older, newer)):
        assert after(case, *order).received.form["area"] == "88"
    assert is_beside(older, after(case, newer), after(case, newer, older), ("mended_later",))
    fast = mend(office, case, "10:30", fast_minutes=60, area="60")
    assert after(case, newer, fast).received.form["area"] == "88", "it is known that this clock is fast"


def test_r3_an_earlier_word_that_says_the_same_does_not_let_another_earlier_one_in(office: Office) -> None:
    """She said 88, then 60, at a window without a line, and 88 again at another one: 60 stood."""
    case = office.case("D01")
    same, other = mend(office, case, "09:05", area="88"), mend(office, case, "09:30", area="60")
    assert after(case, mend(office, case, "10:05", area="88"), same, other).received.form["area"] == "88"


def test_r3_who_mends_a_field_by_a_slow_clock_is_told_why_it_does_not_count(office: Office) -> None:
    mended = after(office.case("D01"), mend(office, office.case("D01"), "11:00", area="60"))
    assert code_of(office.act(mended, "1001", "mend", {"mends": {"area": "88"}})) == "mended_later"
    assert isinstance(office.act(mended, "1001", "mend", {"mends": {"area": "60"}}), Decision)


def test_r3_what_was_accepted_is_not_mended_by_what_was_said_before(office: Office) -> None:
    case = office.case("D01")
    late = mend(office, case, "09:05", area="60")
    accepted = office.does(case, "2001", "accept")
    moved = after(accepted, late)
    assert moved.received.form == accepted.received.form
    assert is_beside(late, accepted, moved, ("not_received",)), "somebody has to look after it"
    told = office.does(office.case("D01", materials={}), "1001", "supplement")
    assert after(told, late).received.form["area"] == "60", "one that waits for its papers is still mended"


def test_r33_what_a_source_said_earlier_does_not_end_what_a_person_said_for_it(office: Office) -> None:
    case = office.case("D01", materials={})
    code = next(iter(case.materials))
    case = msgspec.structs.replace(case, materials={**case.materials, code: "pending_check"})
    checks = {}
    for outcome, clock in (("no_match", "09:05"), ("override", "10:05")):
        results = (bodies.CheckLine(code, outcome, reason="系统故障"),)
        fact = mend(office, office.case("D01"), clock, area="60")
        body = msgspec.Raw(msgspec.json.encode(bodies.CheckedByNetwork(results)))
        checks[outcome] = msgspec.structs.replace(fact, type="checked_by_network", body=body)
    for order in itertools.permutations(checks.values()):
        assert after(case, *order).materials[code] == "overridden"


def test_s22_a_file_stands_where_it_was_left_last_whatever_comes_later(office: Office) -> None:
    """A window that had put it aside earlier and had no line came back, and the form was the old one again."""
    opened = facts_of(open_prefile(FOOD, office.context("1001"), ID))
    early = said(facts_of(park(FOOD, office.context("1001"), ID, "area"))[0], "10:10")
    known = fold_prefile(opened)
    assert known is not None
    checked = said(facts_of(check_prefile(known, FOOD, (), office.context("1002")))[0], "10:20")
    left = said(facts_of(park(FOOD, office.context("1002"), ID, "premises"))[0], "10:30")
    taken = fold_prefile([*opened, left, early, checked])
    assert taken is not None
    assert (taken.state, taken.field, taken.touched_by) == ("parked", "premises", "1002")
    assert (taken.attempts, taken.facts) == (1, 4), "each look counts"
    held = said(facts_of(take_prefile(taken, office.context("1002")))[0], "10:40")
    still = fold_prefile([*opened, left, held, early])
    assert still is not None
    assert (still.state, still.terminal) == ("taken", office.terminal)


def test_s22_what_was_filled_in_without_a_line_is_there_for_the_window_that_has_taken_the_file_since(
    office: Office,
) -> None:
    """Whoever took it said nothing of its form; yet what the guide had filled in before was shown nowhere."""
    opened = facts_of(open_prefile(FOOD, office.context("1001"), ID))
    form = msgspec.structs.replace(FOOD, form={"area": "60"})
    filled = said(facts_of(park(form, office.context("1001"), ID, "area"))[0], "10:10")
    before = fold_prefile(opened)
    assert before is not None
    looked = said(facts_of(check_prefile(before, form, (), office.context("1001"), "带原件"))[0], "10:20")
    taken = said(facts_of(take_prefile(before, office.context("1002")))[0], "10:30")
    again = said(facts_of(take_prefile(before, office.context("1001")))[0], "10:25")
    left = fold_prefile([*opened, taken, filled, looked, again])
    assert left is not None
    assert (left.state, left.terminal, left.touched_by) == ("taken", office.terminal, "1002")
    assert (left.form.form, left.field, left.note, left.attempts) == ({"area": "60"}, "area", "带原件", 1)
    assert fold_prefile([*opened, taken, looked, filled]) == msgspec.structs.replace(left, facts=4, field="")


def test_s22_what_was_found_of_its_papers_without_a_line_stands_where_it_was_put_aside_since(office: Office) -> None:
    opened = facts_of(open_prefile(FOOD, office.context("1001"), ID))
    before = fold_prefile(opened)
    assert before is not None
    wrong, right = (bodies.ReviewLine("D01-01", found, "" if found else "过期") for found in (False, True))
    first, last = (
        said(facts_of(check_prefile(before, FOOD, (line,), office.context("1001")))[0], clock)
        for line, clock in ((wrong, "10:10"), (right, "10:20"))
    )
    left = said(facts_of(park(FOOD, office.context("1002"), ID, "premises"))[0], "10:30")
    late = fold_prefile([*opened, left, first])
    assert late is not None
    assert (late.state, [line.material for line in late.defects], late.touched_by) == ("parked", ["D01-01"], "1002")
    again = fold_prefile([*opened, left, last, first])
    assert again is not None
    assert (again.defects, again.attempts) == ((), 2)


CONTACT = f"{DAY}08:59:00.000"
SOON = f"{DAY}10:29:00.000"
CLOCKS = {
    "empty-battery-and-the-day-by-the-clerk": (
        LegalTime(f"{DAY}10:20:00.000", 0, CONTACT, same_boot=True), LegalTime(f"{DAY}00:05:00.000"), Base(1, 9, 3)
    ),
    "a-year-ahead-until-the-line-was-back": (
        LegalTime("2027-11-23T10:20:00.000", 0, CONTACT), LegalTime(f"{DAY}10:30:00.000", 0, SOON, same_boot=True),
        Base(1, 5, 4),
    ),
    "an-hour-ahead-until-the-line-was-back": (
        LegalTime(f"{DAY}11:20:00.000", 0, CONTACT), LegalTime(f"{DAY}10:30:00.000", 0, SOON, same_boot=True),
        Base(1, 9, 4),
    ),
    "put-back-by-hand-without-a-line": (
        LegalTime(f"{DAY}11:20:00.000", 0, CONTACT), LegalTime(f"{DAY}10:30:00.000", 0, CONTACT), Base(1, 5, 4)
    ),
}  # fmt: skip


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=CLOCKS)
def test_s22_s29_t37_whoever_knows_the_file_goes_on_with_it_whatever_the_clocks_say(
    office: Office, clocks: tuple[LegalTime, LegalTime, Base]
) -> None:
    """The clock of a PC was wrong, or had been: what was put aside there last was saved, and shown nowhere."""
    before, now, base = clocks
    opened = facts_of(open_prefile(FOOD, office.context("1001"), ID))
    one = facts_of(park(FOOD, office.context("1001"), ID, "area"))[0]
    other = facts_of(park(FOOD, office.context("1002"), ID, "premises"))[0]
    one = msgspec.structs.replace(one, time=before, base=Base(1, 5, 3))
    left = fold_prefile([*opened, one, msgspec.structs.replace(other, time=now, base=base)])
    assert left is not None
    assert (left.field, left.touched_by) == ("premises", "1002")


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=CLOCKS)
def test_r3_s29_t37_a_field_can_be_mended_again_whatever_the_clocks_say(
    office: Office, clocks: tuple[LegalTime, LegalTime, Base]
) -> None:
    """A field was mended by a clock that was a year ahead, and nobody could mend it any more."""
    before, now, base = clocks
    case = office.case("D01")
    first, last = mend(office, case, "09:05", area="60"), mend(office, case, "10:05", area="88")
    mended = after(case, msgspec.structs.replace(first, time=before, base=Base(1, 5, 3)))
    again = msgspec.structs.replace(last, time=now, base=base)
    assert judged(mended, again).flags == ()
    assert after(mended, again).received.form["area"] == "88"


def taken_at_both(office: Office) -> tuple[list[Fact], list[Fact], list[Fact], list[Fact]]:
    """One file that two windows took in: at 09:30 without D01-03, with a notice and a mended field; at 10:30 whole."""
    other = Office("0013")
    other.number()
    whole = office.form("D01").materials
    form = office.form("D01", materials={code: have for code, have in whole.items() if code != "D01-03"})
    first = take_in(form, office.context("1001"), ID, office.number)
    last = take_in(other.form("D01", materials=whole), other.context("1002"), ID, other.number)
    assert isinstance(first, Decision)
    assert isinstance(last, Decision)
    assert first.case is not None
    told = office.act(first.case, "1001", "supplement")
    assert isinstance(told, Decision)
    mended = mend(office, first.case, "09:45", area="60")
    return (
        [said(facts_of(first)[0], "09:30")],
        [said(facts_of(told)[0], "09:40")],
        [mended],
        [said(facts_of(last)[0], "10:30")],
    )


def test_t63_s22_what_was_handed_in_with_the_second_receipt_is_here_whichever_came_first(office: Office) -> None:
    """She was told what is missing at a window without a line, and brought it to another one, which took all of it in.
    The case waited for the paper that her receipt lists.
    """
    first, told, _, last = taken_at_both(office)
    for order in ([*first, *told, *last], [*last, *first, *told], [*first, *last, *told]):
        case = fold(order)
        assert case is not None
        assert (case.state, case.materials["D01-03"]) == ("received", "original")
        assert case.reprint, "one receipt is printed again"
    case = fold([*first, *told, *last])
    assert case is not None
    assert case.supplement is not None
    assert case.supplement.answered == ("D01-03",)
    ended = office.does(fold([*first, *told]) or case, "1001", "withdraw", {"reason": "不办了"})
    assert after(ended, *last).materials["D01-03"] == "missing"


def test_t63_r3_what_the_receipt_that_stands_says_is_not_mended_by_an_earlier_word(office: Office) -> None:
    first, _, mended, last = taken_at_both(office)
    case = fold([*last, *first])
    assert case is not None
    assert judged(case, mended[0]).flags == ("mended_later",)
    assert is_beside(mended[0], case, after(case, *mended), ("mended_later",))
    later = mend(office, fold(last) or case, "10:45", area="88")
    assert after(case, *mended, later).received.form["area"] == "88"


def test_s22_a_paper_came_when_it_came_last(office: Office) -> None:
    """An older word about it came later than the newer one, and a notice of between asked for the paper again."""
    case = office.case("D01", materials={})
    copy, original = (
        said(facts_of(office.act(case, "1001", "supplement-received", {"materials": {"D01-03": have}}))[0], clock)
        for have, clock in (("copy", "10:30"), ("original", "09:30"))
    )
    told = said(facts_of(office.act(case, "1001", "supplement"))[0], "10:00")
    asked = after(case, copy, original, told).supplement
    assert asked is not None
    assert asked.answered == ("D01-03",)


def deferred(office: Office, case: Case, clock: str, have: str, **more: str) -> Fact:
    materials = {"C07-06": have, **more} if have == "pledge" else {"C07-07": have, **more}
    return said(facts_of(office.act(case, "1001", "supplement-received", {"materials": materials}))[0], clock)


@pytest.mark.parametrize("more", [{}, {"C07-01": "original"}], ids=["alone", "with-a-paper"])
@pytest.mark.parametrize("have", ["pledge", "defer"])
def test_r30_r31_a_promise_that_comes_behind_the_timer_is_a_task(
    office: Office, have: str, more: dict[str, str]
) -> None:
    """It was given at a window without a line before the timer accepted the case. It stands on the receipt, and in the
    case the paper was missing; nobody was told.
    """
    case = office.case("C07", materials={})
    late = deferred(office, case, "10:05", have, **more)
    (accepted, *_) = timers(office, case)
    deemed = after(case, accepted)
    assert deemed.state == "accepted"
    flags = judged(deemed, late).flags
    assert flags == ("not_taken",)
    assert is_beside(late, deemed, after(deemed, late), flags)
    assert is_beside(late, deemed, after(deemed, late), ("late",)), "also where a restored hall had forgotten it"


def test_r30_r31_of_two_promises_for_one_paper_the_one_that_does_not_count_is_a_task(office: Office) -> None:
    case = office.case("C07", materials={})
    said_first, same = (deferred(office, case, clock, "defer") for clock in ("09:05", "10:05"))
    body = msgspec.Raw(msgspec.json.encode(bodies.MaterialAdded({"C07-07": "pledge"})))
    other = msgspec.structs.replace(same, body=body)
    promised = after(case, said_first)
    for fact, flag in ((same, "adds_nothing"), (other, "not_taken")):
        assert judged(promised, fact).flags == (flag,)
        assert is_beside(fact, promised, after(promised, fact), (flag,)) == (flag == "not_taken")
    here = office.does(case, "1001", "supplement-received", {"materials": {"C07-07": "original"}})
    assert judged(here, said_first).flags == ("adds_nothing",), "the paper itself is here"


@pytest.mark.parametrize("type_", ["received", "material.added", "mended_on_the_spot", "paid"])
def test_s32_what_a_newer_program_wrote_keeps_no_restored_hall_from_coming_back(office: Office, type_: str) -> None:
    """The hall was put back with the program of before, which can't read it: the next one folds it, and tells."""
    case = office.case("D01")
    strange = msgspec.structs.replace(mend(office, case, "09:05", area="60"), type=type_, version=99)
    assert not is_beside(strange, case, after(case, strange), ("late",))
