"""The hall's judgement of one fact: stale bases, unknown versions, torn bodies, and what the hall alone may say."""

from __future__ import annotations

import msgspec
import pytest

from casework import bodies
from casework.admit import insistable
from casework.events import EVENTS, Klass
from casework.facts import encode_body
from tests.people import Office, judged
from tests.walking import stray


@pytest.mark.parametrize(
    "unseen",
    [
        *("withdrawn", "material.added", "supplement.told", "sent_back", "decided", "forwarded", "voided"),
        *("inspected", "reassigned", "suspended", "consulted", "checked_by_network", "timer.set_aside"),
    ],
)
def test_a_decision_made_without_the_news_comes_back(unseen: str) -> None:
    """S5."""
    office = Office()
    case = office.walked("B01", "decide")
    office.does(case, "2001", "decide")
    fact = office.facts[case.id][-1]
    judgement = judged(case, fact, frozenset({unseen, "printed"}))
    assert (judgement.kind, judgement.code, judgement.facts) == ("rejected", "stale", {"what": unseen})


def test_an_old_base_alone_refuses_nothing() -> None:
    """S5."""
    office = Office()
    case = office.walked("B01", "decide")
    office.does(case, "2001", "decide")
    assert judged(case, office.facts[case.id][-1], frozenset({"printed", "handed_over"})).kind == "accepted"


def test_two_officers_decide_and_one_hears_of_the_other() -> None:
    """T51, as the rules see it."""
    office = Office()
    case = office.walked("B01", "decide")
    first = office.does(case, "2001", "decide")
    office.does(case, "2002", "decide")
    second = office.facts[case.id][-1]
    assert judged(first, second, frozenset({"decided"})).code == "stale"
    assert judged(first, second).code == "step_not_open"


def test_what_the_counter_did_is_never_refused() -> None:
    """S14: whoever lost her right meanwhile, whatever happened to the case."""
    office = Office()
    case = office.case("D01")
    received = office.facts[case.id][0]
    stranger = msgspec.structs.replace(received, actor="9999")
    assert judged(None, stranger).flags == ("no_such_person",)
    assert judged(case, received).flags == ("received_twice",)
    assert judged(None, received).flags == ()


def test_a_newer_version_waits_for_the_update() -> None:
    """S32."""
    office = Office()
    case = office.case("D01")
    newer = msgspec.structs.replace(office.facts[case.id][0], version=2)
    assert (judged(None, newer).kind, judged(None, newer).code) == ("held", "version")
    unknown = msgspec.structs.replace(newer, type="step.opened", version=1)
    assert judged(case, unknown).code == "version"


@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b"{", b'{"materials":1}', b"\xff"])
def test_a_torn_body_is_kept_and_waits(body: bytes) -> None:
    office = Office()
    case = office.case("D01")
    torn = msgspec.structs.replace(office.facts[case.id][0], body=msgspec.Raw(body))
    assert (judged(None, torn).kind, judged(None, torn).code) == ("held", "bytes")


@pytest.mark.parametrize("type_", [name for name, row in EVENTS.items() if row.klass is Klass.HALL])
def test_no_terminal_writes_the_halls_own_facts(type_: str) -> None:
    """S10: nobody gives herself a post."""
    office = Office()
    case = office.case("D01")
    forged = msgspec.structs.replace(
        office.facts[case.id][0],
        type=type_,
        actor="4001",
        body=encode_body(bodies.StaffSet("1001", "王芳", "officer", ("chief",), "")),
    )
    assert (judged(case, forged).kind, judged(case, forged).code) == ("rejected", "hall_only")


def test_t50_a_roster_that_changed_meanwhile_takes_the_right_away() -> None:
    """T50."""
    office = Office()
    case = office.case("D01")
    office.does(case, "2001", "accept")
    fact = office.facts[case.id][-1]
    elsewhere = msgspec.structs.replace(fact, post="business")
    assert judged(case, fact).kind == "accepted"
    assert judged(case, elsewhere).code == "no_right"
    assert judged(case, msgspec.structs.replace(fact, actor="2003")).code == "not_your_post"


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("suspended", bodies.Suspended("examine", "hearing", 5, "x", held_on="2026-12-07")),
        ("extended", bodies.Extended(5, "x")),
        ("withdrawn", bodies.Withdrawn("x")),
        ("terminated", bodies.Terminated("other", "x")),
        ("recused", bodies.Recused("2001", "x")),
    ],
)
def test_what_was_turned_another_way_meanwhile_makes_stale_what_it_should(type_: str, body: bodies.Body) -> None:
    """S5: the table says for each what breaks it, and nothing else does."""
    office = Office()
    case = office.walked("D01", "examine")
    fact = stray(office, case, type_, body, "2002")
    fact = msgspec.structs.replace(fact, post="chief" if type_ == "extended" else "single")
    broken = EVENTS[type_].broken_by
    for unseen in EVENTS:
        judgement = judged(case, fact, frozenset({unseen}))
        assert (judgement.code == "stale") == (unseen in broken), (type_, unseen, judgement)


@pytest.mark.parametrize("code", ["same_person", "helper_may_not", "recused"])
def test_separation_of_duties_can_never_be_insisted_on(code: str) -> None:
    """S15."""
    assert not any(insistable(name, code) for name in EVENTS)
    assert insistable("accepted", "stale")
    assert not insistable("nobody.knows", "stale")
