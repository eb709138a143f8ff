"""Who has an item of the queue: one person, one place, one day; and nobody works on what another one has (S23)."""

from __future__ import annotations

import dataclasses

import pytest

from casework import bodies
from casework.case import Case, places
from casework.claims import claim_on, claimed_at
from casework.decide import not_now
from casework.drafting import Decision
from casework.folding import evolve
from casework.offering import claimable, possible
from casework.rules import Refusal
from tests.people import Office, judged
from tests.walking import stray


@pytest.fixture
def office() -> Office:
    return Office()


def examined_next(office: Office) -> Case:
    """A case that waits for its examination."""
    return office.case("A01", "accept")


def taken(office: Office, case: Case, who: str = "2001") -> Case:
    """The case, taken from the queue by an officer."""
    done = office.act(case, who, "claim")
    assert isinstance(done, Decision), done
    assert done.types == ("claimed",)
    assert done.case is not None
    return done.case


def test_s23_taking_it_makes_it_hers_for_the_day(office: Office) -> None:
    case = examined_next(office)
    step = places(case)[0].step
    assert claimable(case, office.context("2001"))
    case = taken(office, case)
    claim = claim_on(case, step, office.day)
    assert claim is not None
    assert (claim.by, claim.terminal) == ("2001", office.terminal)
    assert not claimable(case, office.context("2002"))
    assert claim_on(case, step, "2099-01-01") is None, "it lapses with its day"


def test_s23_the_second_one_is_told_who_has_it_and_moves_nothing(office: Office) -> None:
    case = taken(office, examined_next(office))
    no = office.act(case, "2002", "claim")
    assert isinstance(no, Refusal)
    assert (no.code, no.facts["window"]) == ("claimed_by", office.terminal[2:])
    late = stray(office, case, "claimed", bodies.Claimed(places(case)[0].step, "0099", "赵敏"), "2002", "business")
    assert judged(case, late).flags == ("claimed_by",), "made at once at two windows: the hall's order says who"
    after = evolve(case, late)
    assert after is not None
    assert after.claims == case.claims


def test_s23_what_somebody_has_nobody_else_works_on(office: Office) -> None:
    case = taken(office, examined_next(office))
    no = office.act(case, "2002", "examine", {"note": "齐全"})
    assert isinstance(no, Refusal)
    assert no.code == "claimed_by"
    offs = dict(possible(case, office.context("2002")))
    assert offs["examine"] is not None
    assert offs["examine"].code == "claimed_by"
    assert offs["withdraw"] is None, "what the applicant wants is nobody's item"
    assert isinstance(office.act(case, "2001", "examine", {"note": "齐全"}), Decision)


def test_s23_an_act_on_what_nobody_has_needs_no_second_fact(office: Office) -> None:
    done = office.act(examined_next(office), "2002", "examine", {"note": "齐全"})
    assert isinstance(done, Decision)
    assert done.types == ("step.done",)


def test_s23_a_claim_ends_with_its_step_and_with_a_reassignment(office: Office) -> None:
    case = taken(office, examined_next(office))
    done = office.act(case, "2001", "examine", {"note": "齐全"})
    assert isinstance(done, Decision)
    assert done.case is not None
    assert done.case.claims == {}
    moved = office.act(case, "2001", "reassign", {"post": "chief", "reason": "转岗"})
    assert isinstance(moved, Decision)
    assert moved.case is not None
    assert moved.case.claims == {}


def test_s23_it_is_put_back_by_its_holder_or_by_a_supervisor_who_says_why(office: Office) -> None:
    case = taken(office, examined_next(office))
    other = office.act(case, "2002", "release")
    assert isinstance(other, Refusal)
    assert other.code == "claimed_by"
    silent = office.act(case, "3001", "release")
    assert isinstance(silent, Refusal)
    assert silent.code == "reason"
    for who, data in (("2001", {}), ("3001", {"reason": "已下班"})):
        done = office.act(case, who, "release", data)
        assert isinstance(done, Decision)
        assert done.case is not None
        assert done.case.claims == {}
        assert isinstance(office.act(done.case, "2002", "examine", {"note": "齐全"}), Decision)


def test_s23_without_the_line_only_what_this_window_took_in_or_had_claimed_is_worked_on(office: Office) -> None:
    case = examined_next(office)
    elsewhere = dataclasses.replace(office.context("2001", online=False), terminal="0099")
    no = not_now(case, "step.done", elsewhere)
    assert no is not None
    assert no.code == "not_taken_in_here"
    claim = stray(office, case, "claimed", bodies.Claimed(places(case)[0].step, "0099", "陈建国"), "2001", "business")
    held = evolve(case, claim)
    assert held is not None
    assert claimed_at(held, "0099", office.day)
    assert not_now(held, "step.done", elsewhere) is None
    assert not_now(held, "claimed", elsewhere) == Refusal("needs_hall")


def test_s23_what_waits_for_the_applicant_is_nobodys_item(office: Office) -> None:
    waits = office.case("D01", "supplement", materials={})
    assert not claimable(waits, office.context("1001"))
    no = office.act(waits, "1001", "claim")
    assert isinstance(no, Refusal)


def test_what_is_handed_over_at_a_shifts_end_is_the_takers_until_somebody_works_on_it(office: Office) -> None:
    """R16."""
    case = taken(office, examined_next(office))
    data = {"to": "business", "person": "2002", "name": "钱伟", "papers": "还差一份说明"}
    case = office.does(case, "2001", "hand-over", data)
    assert case.claims == {}, "whoever hands it over has it no more"
    assert case.handed is not None
    assert (case.handed.to, case.handed.name, case.handed.by) == ("2002", "钱伟", "2001")
    case = office.does(case, "2001", "nudge", {"text": "请快一些"})
    assert case.handed is not None, "a word about it is no work on it"
    case = taken(office, case, "2002")
    assert case.handed is None


def test_what_is_handed_over_without_a_line_goes_whatever_happened_elsewhere(office: Office) -> None:
    case = examined_next(office)
    done = office.does(case, "2001", "hand-over", {"to": "business", "person": "2002", "name": "钱伟"})
    done = office.does(done, "2001", "examine")
    assert done.handed is None, "who works on it has it"


def test_looking_at_what_she_may_not_decide_takes_nothing(office: Office) -> None:
    """Who accepted it does not decide it: she may open it, and the queue does not say that she works on it."""
    case = office.walked("D01", "decide")
    (accepted,) = case.accepted_by
    assert dict(possible(case, office.context(accepted))).get("decide") is not None
    assert not claimable(case, office.context(accepted))
    others = [who for who in ("2001", "2002") if who != accepted and claimable(case, office.context(who))]
    assert others
    assert all(dict(possible(case, office.context(who)))["decide"] is None for who in others)


def test_what_was_handed_to_somebody_is_not_taken_by_looking_at_it(office: Office) -> None:
    case = taken(office, examined_next(office))
    data = {"to": "business", "person": "2002", "name": "钱伟", "papers": ""}
    case = office.does(case, "2001", "hand-over", data)
    assert not claimable(case, office.context("2001"))
    assert not claimable(case, office.context("2002"))


def test_who_came_second_frees_nobody_elses_item_by_leaving_it(office: Office) -> None:
    case = taken(office, examined_next(office))
    step = places(case)[0].step
    left = evolve(case, stray(office, case, "released", bodies.Released(step, ""), "2002", "business"))
    assert left is not None
    assert left.claims == case.claims
    freed = evolve(case, stray(office, case, "released", bodies.Released(step, "已下班"), "3001", "supervisor"))
    assert freed is not None
    assert freed.claims == {}
