"""A supervisor gives an open step to another post or to a named officer (改派), whoever holds it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework.case import Case, places
from casework.decide import not_now
from casework.drafting import Context, Decision
from casework.folding import evolve
from casework.offering import possible
from casework.rules import Refusal, sentence
from tests.people import STAFF, Office, code_of, judged

STANDS_STILL = {"kind": "hearing", "days": 15, "reason": "利害关系人申请听证", "held_on": "2026-12-07"}


@pytest.fixture
def office() -> Office:
    return Office()


def gives(office: Office, case: Case, who: str = "3001", **data: Any) -> Decision | Refusal:
    """The act, with the roster at hand."""
    from casework.commands import read_act
    from casework.decide import decide

    command = read_act("reassign", {"reason": "请假", **data})
    return decide(case, command, "reassign", with_roster(office, who))


def with_roster(office: Office, who: str, **changes: Any) -> Context:
    return office.context(who, person_of=STAFF.get, **changes)


def given(office: Office, case: Case, **data: Any) -> Case:
    done = gives(office, case, **data)
    assert isinstance(done, Decision), done
    assert done.case is not None
    return done.case


def test_a_supervisor_gives_a_step_to_another_post_and_frees_the_claim(office: Office) -> None:
    case = office.does(office.case("A01", "accept"), "2001", "claim")
    assert case.claims
    assert dict(possible(case, with_roster(office, "3001")))["reassign"] is None
    moved = given(office, case, post="chief")
    assert [place.post for place in places(moved)] == ["chief"]
    assert moved.claims == {}
    assert isinstance(office.act(moved, "2002", "examine", {"note": "齐全"}), Decision)


def test_a_supervisor_names_the_officer_and_whoever_had_it_is_told_by_name(office: Office) -> None:
    case = office.does(office.case("A01", "accept"), "2001", "claim")
    here = places(case)[0].post
    moved = given(office, case, post=here, person="2002")
    assert moved.handed is not None
    assert (moved.handed.to, moved.handed.name, moved.handed.by) == ("2002", STAFF["2002"].name, "3001")
    assert moved.claims == {}
    begun = office.does(moved, "2002", "claim")
    assert begun.handed is None, "she works on it: nobody has to be reminded"
    again = given(office, moved, post="chief")
    assert again.handed is None, "the next word takes the place of the one before"


def test_without_a_reason_or_to_nobody_new_it_is_refused(office: Office) -> None:
    case = office.case("A01", "accept")
    assert code_of(gives(office, case, post="chief", reason=" ")) == "reason"
    assert code_of(gives(office, case, post=places(case)[0].post)) == "same_post"
    assert code_of(gives(office, case, post="window")) == "no_such_post"
    assert code_of(gives(office, case, post="chief", person="9999")) == "no_such_person"


@pytest.mark.parametrize("person", ["1001", "2003", "3001", "4001"])
def test_whoever_is_named_must_have_the_right_at_that_post(office: Office, person: str) -> None:
    case = office.case("A01", "accept")
    assert code_of(gives(office, case, post="chief", person=person)) == "taker_may_not"


def test_whoever_stepped_aside_gets_it_back_from_nobody(office: Office) -> None:
    case = office.does(office.case("A01", "accept"), "2002", "recuse", {"reason": "亲属"})
    assert code_of(gives(office, case, post="chief", person="2002")) == "recused"


def test_acceptor_and_decider_stay_two_people_when_a_decision_is_reassigned(office: Office) -> None:
    case = office.walked("D01", "decide")
    assert case.accepted_by == ("2001",)
    post = places(case)[0].post
    assert code_of(gives(office, case, post=post, person="2001")) == "taker_let_in"
    moved = given(office, case, post=post, person="2002")
    assert code_of(office.act(moved, "2001", "decide")) == "same_person"
    assert isinstance(office.act(moved, "2002", "decide"), Decision)


def test_the_hall_judges_as_the_desk_does_and_looks_the_named_person_up_itself(office: Office) -> None:
    from casework.admit import admit
    from casework.rules import Bench
    from tests.people import CATALOGUE

    case = office.walked("D01", "decide")
    done = gives(office, case, post=places(case)[0].post, person="2002")
    assert isinstance(done, Decision)
    fact = done.groups[0][0]
    assert judged(case, fact).kind == "accepted"
    body = msgspec.json.decode(fact.body)
    forged = msgspec.structs.replace(fact, body=msgspec.Raw(msgspec.json.encode({**body, "person": "2001"})))
    bench = Bench(STAFF["3001"], CATALOGUE.posts, person_of=STAFF.get)
    assert admit(case, forged, bench).code == "taker_let_in"
    by_helper = msgspec.structs.replace(fact, actor="1001", post="window")
    assert judged(case, by_helper).code == "helper_may_not"
    by_it = msgspec.structs.replace(fact, actor="4001", post="it")
    assert judged(case, by_it).code == "helper_may_not"


def test_an_officer_still_hands_on_only_what_waits_at_her_own_post(office: Office) -> None:
    case = office.case("A01", "accept")
    assert isinstance(gives(office, case, "2001", post="chief"), Decision)
    assert isinstance(gives(office, case, "2001", post="chief", person="2002"), Decision)
    elsewhere = office.context("2003", person_of=STAFF.get)
    assert dict(possible(case, elsewhere)).get("reassign") is None
    assert code_of(gives(office, case, "2003", post="chief")) == "other_post"
    held = office.does(case, "2002", "claim")
    assert code_of(gives(office, held, "2001", post="chief")) == "claimed_by"


def test_what_waits_for_the_applicant_is_not_reassigned_and_without_the_line_nothing_is(office: Office) -> None:
    waits = office.case("D01", "supplement", materials={})
    assert "reassign" not in dict(possible(waits, with_roster(office, "3001")))
    case = office.case("A01", "accept")
    import dataclasses

    elsewhere = dataclasses.replace(with_roster(office, "3001", online=False), terminal="0099")
    no = not_now(case, "reassigned", elsewhere)
    assert no is not None
    assert no.code == "not_taken_in_here"


def test_the_same_facts_make_the_same_case_at_every_window(office: Office) -> None:
    case = office.does(office.case("A01", "accept"), "2001", "claim")
    done = gives(office, case, post="chief", person="2002")
    assert isinstance(done, Decision)
    assert evolve(case, done.groups[0][0]) == done.case


def test_what_stands_still_is_with_a_third_party_so_that_no_desk_has_it_to_be_taken_from(office: Office) -> None:
    case = office.does(office.walked("D01", "examine"), "2001", "suspend", STANDS_STILL)
    off = dict(possible(case, with_roster(office, "3001")))["reassign"]
    assert off is not None
    assert off.code == "step_paused", "it is shown, and why not"
    assert code_of(gives(office, case, post="chief")) == "step_paused"


def test_a_post_that_does_not_do_the_step_is_called_by_its_name_also_where_an_older_hall_says_its_code(
    office: Office,
) -> None:
    no = gives(office, office.case("A01", "accept"), post="window")
    assert isinstance(no, Refusal)
    assert no.facts["at"] == {"zh": "综合窗口", "en": "General window"}
    assert "at=window" in str(sentence("no_such_post", {"post": "window"}))
