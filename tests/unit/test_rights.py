"""Who may what: verbs at a post, one hard *no*, delegations for their days (R15, security)."""

from __future__ import annotations

import itertools
import random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.admit import admit
from casework.bodies import Delegation, StaffSet
from casework.case import Case
from casework.catalogue.schema import Post
from casework.drafting import Decision
from casework.events import EVENTS, WITHOUT_A_PERSON
from casework.offering import possible
from casework.rights import NEVER_A_HELPER, delegated, may, post_for, stands_in, verbs_of
from casework.rules import Bench, refusal
from casework.rules.refusing import SEPARATION
from tests.people import CATALOGUE, ITEMS, STAFF, Office, code_of, judged
from tests.walking import HANDS, made, random_answers, variants, ways_of

POSTS = tuple(CATALOGUE.posts)
VERBS = sorted({row.verb for row in EVENTS.values() if row.verb} | {"case.extend", "case.sign"})
CALM = settings(
    max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
DAYS = ("2026-11-22", "2026-11-23", "2026-11-24", "2026-11-30", "2026-12-01")

delegations = st.lists(
    st.builds(
        Delegation,
        verb=st.sampled_from(VERBS),
        by=st.just("2002"),
        document=st.just("武新〔2026〕7号"),
        since=st.sampled_from(DAYS),
        until=st.sampled_from(DAYS),
    ),
    max_size=4,
).map(tuple)


def staff(teams: tuple[str, ...]) -> st.SearchStrategy[StaffSet]:
    return st.builds(
        StaffSet,
        number=st.sampled_from(("1009", "2009")),
        name=st.just("某"),
        team=st.sampled_from(teams),
        posts=st.lists(st.sampled_from((*POSTS, "moon")), min_size=1, max_size=len(POSTS), unique=True).map(tuple),
        verifier=st.just(""),
        active=st.sampled_from((True, True, True, False)),
        delegations=delegations,
    )


helpers, anybody = staff(("helper",)), staff(("helper", "officer", "supervisor", "it"))
_posts = st.builds(
    Post,
    id=st.sampled_from(("window", "chief")),
    name=st.just(CATALOGUE.posts["window"].name),
    team=st.sampled_from(("helper", "officer", "supervisor", "it")),
    modules=st.just(("single",)),
    kinds=st.lists(st.sampled_from(("receive", "accept", "examine", "decide", "pay")), max_size=5).map(tuple),
    verbs=st.lists(
        st.sampled_from(("decide", "extend", "refuse", "return", "terminate", "void", "sign")), max_size=7
    ).map(tuple),
)

STAGES = ("pre-review", "accept", "examine", "site-check", "decide", "pay", "certify", "deliver", "")
OFFICE = Office()
OFFICE_CASES: list[Case] = []


def every_state() -> list[Case]:
    """A case in each state on the way, made once."""
    if not OFFICE_CASES:
        for item in ("D01", "A01", "D07", "C08"):
            case = OFFICE.case(item, materials={})
            OFFICE_CASES.append(case)
            OFFICE_CASES.extend(OFFICE.walked(item, until) for until in STAGES)
        suspended = OFFICE.walked("D01", "examine")
        data = {"kind": "hearing", "days": 5, "reason": "x", "held_on": "2026-12-07"}
        OFFICE_CASES.append(OFFICE.does(suspended, "2001", "suspend", data))
        OFFICE_CASES.append(OFFICE.case("D01", "supplement", materials={}))
    return OFFICE_CASES


# The hard no


@CALM
@given(helpers, st.sampled_from(POSTS), st.sampled_from(DAYS))
def test_no_grant_and_no_delegation_makes_an_officer_of_a_helper(who: StaffSet, post: str, day: str) -> None:
    for verb in NEVER_A_HELPER:
        assert not may(who, verb, post, CATALOGUE.posts)
        assert delegated(who, verb, day) is None
        assert post_for(who, who.posts, verb, CATALOGUE.posts) == ""


@CALM
@given(helpers, st.dictionaries(st.sampled_from(("window", "chief")), _posts, min_size=1))
def test_not_even_a_post_that_was_set_up_wrongly_lets_a_helper_decide(who: StaffSet, posts: dict[str, Post]) -> None:
    """The catalogue may say that the window decides: the team's no stands above it."""
    for verb, post in itertools.product(sorted(NEVER_A_HELPER), posts):
        assert not may(who, verb, post, posts)


@CALM
@given(helpers, st.integers(0, 200), st.data())
def test_a_helper_decides_refuses_returns_extends_and_terminates_nothing_on_any_case(
    who: StaffSet, pick: int, draw: st.DataObject
) -> None:
    cases = every_state()
    case = cases[pick % len(cases)]
    context = OFFICE.context(who)
    forbidden = {name for name, row in EVENTS.items() if row.officers_only}
    forbidden |= {name for name, row in EVENTS.items() if row.verb in NEVER_A_HELPER}
    for action in ("decide", "refuse", "return", "extend", "terminate", "transfer", "void", "suspend", "revoke"):
        for data in variants(case, action):
            decision = made(OFFICE, case, who, action, data)
            assert not isinstance(decision, Decision), (action, who)
    offered = {action for action, _ in possible(case, context)}
    assert not offered & {"decide", "refuse", "return", "extend", "terminate", "transfer", "void", "suspend"}
    # And at the hall, whatever the terminal says of itself:
    action = draw.draw(st.sampled_from(("decide", "refuse", "terminate", "extend", "examine", "revoke", "void")))
    officer = draw.draw(st.sampled_from(("2001", "2002")))
    for data in variants(case, action):
        honest = made(OFFICE, case, STAFF[officer], action, data)
        if isinstance(honest, Decision):
            for fact in (fact for group in honest.groups for fact in group if fact.type in forbidden):
                forged = msgspec.structs.replace(fact, actor=who.number)
                assert admit(case, forged, Bench(who, CATALOGUE.posts)).kind == "rejected"


@CALM
@given(anybody, st.sampled_from(VERBS), st.sampled_from((*POSTS, "moon")), st.sampled_from(("single", "business", "")))
def test_a_right_is_a_verb_at_a_post_that_one_serves(who: StaffSet, verb: str, post: str, module: str) -> None:
    allowed = may(who, verb, post, CATALOGUE.posts, module)
    if allowed:
        assert who.active
        assert post in who.posts
        assert verb in verbs_of(CATALOGUE.posts[post])
        assert not module or module in CATALOGUE.posts[post].modules
        assert who.team != "helper" or CATALOGUE.posts[post].team == "helper"
    found = post_for(who, who.posts, verb, CATALOGUE.posts, "window", module)
    assert (found == "") or may(who, verb, found, CATALOGUE.posts, module)
    assert (found == "") == (not any(may(who, verb, each, CATALOGUE.posts, module) for each in who.posts))


@pytest.mark.parametrize("verb", VERBS)
def test_a_post_of_helpers_never_brings_what_a_helper_may_not(verb: str) -> None:
    for post in CATALOGUE.posts.values():
        if post.team == "helper" and verb in NEVER_A_HELPER:
            assert verb not in verbs_of(post), post.id


# Delegations


@CALM
@given(anybody, st.sampled_from(VERBS), st.sampled_from(DAYS))
def test_a_delegation_works_on_its_days_for_its_verb_for_officers_alone(who: StaffSet, verb: str, day: str) -> None:
    found = delegated(who, verb, day)
    expected = [
        each for each in who.delegations
        if who.active and who.team == "officer" and each.verb == verb and each.since <= day <= each.until
    ]  # fmt: skip
    assert found == (expected[0] if expected else None)


def officer(*given_: Delegation, posts: tuple[str, ...] = ("single",)) -> StaffSet:
    return StaffSet("2007", "何洁", "officer", posts, "", delegations=given_)


def for_days(verb: str, since: str = "2026-11-20", until: str = "2026-11-27") -> Delegation:
    return Delegation(verb, "2002", "武新〔2026〕7号", since, until)


@pytest.mark.parametrize("day", ["2026-11-19", "2026-11-20", "2026-11-23", "2026-11-27", "2026-11-28"])
def test_a_decision_under_a_delegation_is_made_on_its_days_only(day: str) -> None:
    office = Office()
    case = office.walked("D06", "decide")
    office.day = day
    who = officer(for_days("case.decide"))
    inside = "2026-11-20" <= day <= "2026-11-27"
    decision = office.act(case, who, "decide")
    assert isinstance(decision, Decision) == inside
    assert ("decide" in dict(possible(case, office.context(who)))) == inside
    if isinstance(decision, Decision):
        fact = decision.groups[0][0]
        bench = Bench(who, CATALOGUE.posts)
        assert admit(case, fact, bench).kind == "accepted"
        late = msgspec.structs.replace(fact, time=msgspec.structs.replace(fact.time, at="2026-11-28T09:00:00.000"))
        assert admit(case, late, bench).kind == "rejected"
        assert admit(case, fact, Bench(officer(), CATALOGUE.posts)).kind == "rejected"


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "case.decide"])
def test_a_delegation_of_something_else_decides_nothing(verb: str) -> None:
    office = Office()
    case = office.walked("D06", "decide")
    assert not isinstance(office.act(case, officer(for_days(verb)), "decide"), Decision)


@pytest.mark.parametrize("team", ["helper", "supervisor", "it"])
def test_a_delegation_to_anybody_but_an_officer_is_none(team: str) -> None:
    office = Office()
    posts = {"helper": ("window",), "supervisor": ("supervisor",), "it": ("it",)}[team]
    who = StaffSet("1007", "某", team, posts, "", delegations=(for_days("case.decide"), for_days("case.extend")))
    case = office.walked("D06", "decide")
    assert not isinstance(office.act(case, who, "decide"), Decision)
    assert not isinstance(office.act(case, who, "extend", {"reason": "x"}), Decision)
    assert not {"decide", "extend"} & set(dict(possible(case, office.context(who))))


def test_whoever_accepted_does_not_decide_under_a_delegation_either() -> None:
    office = Office()
    who = officer(for_days("case.decide"))
    case = office.walked("D06", "accept")
    case = office.walk(office.does(case, who, "accept"), "decide")
    assert code_of(office.act(case, who, "decide")) == "same_person"


def test_a_delegation_ends_with_its_bearers_employment() -> None:
    office = Office()
    case = office.walked("D06", "decide")
    gone = msgspec.structs.replace(officer(for_days("case.decide")), active=False)
    assert not isinstance(office.act(case, gone, "decide"), Decision)


# Standing in


@given(st.sampled_from(POSTS), st.sampled_from(POSTS), st.sampled_from(("accept", "pay", "examine", "decide")))
def test_only_helpers_posts_stand_in_for_each_other(here: str, home: str, kind: str) -> None:
    one, other = CATALOGUE.posts[here], CATALOGUE.posts[home]
    if stands_in(here, home, kind, "single", CATALOGUE.posts) and here != home:
        assert one.team == other.team == "helper"
        assert kind in one.kinds
    assert not stands_in("moon", home, kind, "single", CATALOGUE.posts) or home == "moon"


# Every screen, every person


@pytest.mark.parametrize("who", [*STAFF])
def test_no_lit_key_is_refused_for_who_presses_it(who: str) -> None:
    wrong = {"helper_may_not", "no_right", "not_your_post", "other_post", "same_person", "no_such_person", "recused"}
    for case in every_state():
        for action, off in possible(case, OFFICE.context(who)):
            for data in variants(case, action) if off is None else ():
                assert code_of_any(made(OFFICE, case, STAFF[who], action, data)) not in wrong, (case.state, action)


@pytest.mark.parametrize("who", HANDS)
def test_every_lit_key_goes_through_for_some_data(who: str) -> None:
    """Nobody fills in a form that no words can make right; and a key that is off says the truth."""
    for case in every_state():
        for action, off in possible(case, OFFICE.context(who)):
            outcomes = [made(OFFICE, case, STAFF[who], action, data) for data in variants(case, action)]
            goes = any(isinstance(outcome, Decision) for outcome in outcomes)
            assert goes == (off is None), (case.received.item, case.state, action, off, outcomes)


@pytest.mark.parametrize("item", ITEMS)
def test_on_any_way_every_lit_key_goes_through(item: str) -> None:
    for seed in range(1, 9):
        chance, office = random.Random(f"{item} {seed}"), Office()
        case = office.case(item, situations=random_answers(CATALOGUE.items[item], chance))
        for _ in range(20):
            for who in ("1001", "2001", "2002", "3001"):
                for action, off in possible(case, office.context(who)):
                    ways = (made(office, case, STAFF[who], action, data) for data in variants(case, action))
                    goes = any(isinstance(outcome, Decision) for outcome in ways)
                    assert goes == (off is None) or len(case.recused) > 1, (case.state, who, action, off)
            ways_on = ways_of(office, case)
            if not case.is_open or not ways_on:
                break
            hand, action, data = chance.choice(ways_on)
            decision = made(office, case, STAFF[hand], action, data)
            case = decision.case if isinstance(decision, Decision) and decision.case else case


def code_of_any(outcome: Any) -> str:
    return "" if outcome is None else code_of(outcome)


@pytest.mark.parametrize("who", HANDS)
def test_what_a_person_may_do_the_screen_does_not_hide(who: str) -> None:
    """Whatever act goes through with sensible data is among the lit keys, but for what belongs to no state."""
    always = {"hand-over", "hand-back", "nudge", "recuse", "mend", "check", "supplement-received"}
    for case in every_state():
        lit = {action for action, off in possible(case, OFFICE.context(who)) if off is None}
        for action in ACTIONS - always - lit:
            if action == "reassign" and not case.accepted_at:
                continue  # a case that waits for its acceptance is handed on at the command line only
            for data in variants(case, action):
                decision = made(OFFICE, case, STAFF[who], action, data)
                assert not isinstance(decision, Decision), (case.received.item, case.state, action, data)


ACTIONS = {
    "accept", "refuse", "return", "pre-review", "examine", "site-check", "decide", "suspend", "resume", "extend",
    "pay", "certify", "deliver", "post", "close", "correct", "revoke", "terminate", "transfer", "forward", "void",
    "withdraw", "not-needed", "send-back", "reassign", "consult", "pledge-check",
}  # fmt: skip


def test_separation_of_duties_holds_at_the_hall_whoever_forges_the_fact() -> None:
    office = Office()
    case = office.walked("D01", "decide")
    decision = office.act(case, "2002", "decide")
    assert isinstance(decision, Decision)
    fact = decision.groups[0][0]
    assert case.accepted_by == ("2001",)
    forged = msgspec.structs.replace(fact, actor="2001")
    assert judged(case, forged).code == "same_person"
    assert {"same_person", "helper_may_not", "recused"} <= SEPARATION
    aside = office.does(case, "2002", "recuse", {"reason": "x"})
    assert judged(aside, fact).code == "recused"


def test_every_rule_of_persons_comes_before_any_rule_of_the_case() -> None:
    """A helper who forges a decision hears of her right and not of the state of a case that she may not see."""
    office = Office()
    case = office.case("D01")
    decision = office.act(office.walked("D01", "decide"), "2002", "decide")
    assert isinstance(decision, Decision)
    fact = msgspec.structs.replace(decision.groups[0][0], actor="1001")
    from casework.events import body_of

    no = refusal(case, fact, body_of(fact), Bench(STAFF["1001"], CATALOGUE.posts))
    assert no is not None
    assert no.code == "helper_may_not"
    assert all(row.verb for row in EVENTS.values() if row.klass not in WITHOUT_A_PERSON)
