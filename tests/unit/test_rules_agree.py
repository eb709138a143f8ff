"""What a window decides, the hall accepts; every open case waits somewhere and can end; folding never fails.

Random histories of every item with random people, and a walk over every state that acts and stray facts can reach.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import commands
from casework.bodies import StaffSet
from casework.case import Case
from casework.catalogue.schema import Item
from casework.drafting import Decision
from casework.intake import OUTCOMES
from casework.offering import possible
from tests.people import CATALOGUE, HELPERS, ITEMS, OFFICERS, STAFF, Office, natural
from tests.walking import (
    agreed,
    finished,
    folded,
    invariants,
    made,
    papers_for,
    random_answers,
    shape,
    strays,
    timers,
    variants,
    ways_of,
)

CALM = settings(
    max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
STEPS = ("receive", "pre_review", "accept", "examine", "site_check", "decide", "certify", "deliver", "nowhere")
POSTS = (*HELPERS, *OFFICERS, "supervisor", "it", "moon")
PAPERS = ("all", "all", "none", "defer", "pledge")

people = st.builds(
    StaffSet,
    number=st.sampled_from(("1001", "1002", "2001", "2002", "2003")),
    name=st.just("某"),
    team=st.sampled_from(("helper", "helper", "officer", "officer", "officer", "supervisor", "it")),
    posts=st.lists(st.sampled_from(POSTS), min_size=1, max_size=8, unique=True).map(tuple),
    verifier=st.just(""),
    active=st.sampled_from((True, True, True, True, False)),
)
someone = st.sampled_from(tuple(STAFF.values())) | people
reasons = st.sampled_from(("", " ", "理由", "[red]", "𠮷"))
DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "refuse": st.fixed_dictionaries(
        {"reason": reasons, "ground": st.sampled_from(("", "no_permit_needed", "not_our_power", "x"))},
        optional={"right_organ": reasons},
    ),
    "return": st.fixed_dictionaries({}, optional={"reason": reasons}),
    "supplement": st.fixed_dictionaries(
        {},
        optional={
            "lines": st.lists(
                st.fixed_dictionaries(
                    {
                        "material": st.sampled_from(("D01-01", "C07-07", "A01-01", "Z")),
                        "defect": reasons,
                        "cure": reasons,
                    }
                ),
                max_size=2,
            )
        },
    ),
    "supplement-received": st.fixed_dictionaries(
        {},
        optional={
            "materials": st.dictionaries(
                st.sampled_from(("D01-01", "D01-03", "C07-07")), st.sampled_from(("original", "copy", "missing", "x"))
            )
        },
    ),
    "check": st.fixed_dictionaries(
        {},
        optional={
            "material": st.sampled_from(("D01-02", "C07-02", "A01-03", "Z")),
            "reason": reasons,
            "results": st.lists(
                st.fixed_dictionaries(
                    {
                        "material": st.sampled_from(("D01-02", "C07-02", "Z")),
                        "outcome": st.sampled_from(("match", "no_match", "override", "x")),
                    }
                ),
                max_size=2,
            ),
        },
    ),
    "mend": st.fixed_dictionaries({"mends": st.dictionaries(reasons, reasons, max_size=2)}),
    "hand-back": st.fixed_dictionaries({}, optional={"receiver": reasons}),
    "not-needed": st.fixed_dictionaries({"reason": reasons}, optional={"step": st.sampled_from(STEPS)}),
    "consult": st.fixed_dictionaries({"post": st.sampled_from(POSTS), "question": reasons}),
    "recuse": st.fixed_dictionaries({"reason": reasons}, optional={"staff": st.sampled_from(("2001", "9999"))}),
    "nudge": st.fixed_dictionaries({"text": reasons}),
    "suspend": st.fixed_dictionaries(
        {"kind": st.sampled_from(("hearing", "test", "expert_review", "x")), "days": st.integers(-1, 40)},
        optional={
            "reason": reasons,
            "held_on": st.sampled_from(("2026-12-07", "2026-11-24", "2027-06-01", "soon", "")),
            "asked_on": st.sampled_from(("2026-11-20", "2026-02-30", "")),
        },
    ),
    "extend": st.fixed_dictionaries({"reason": reasons}, optional={"days": st.integers(-1, 60)}),
    "pay": st.fixed_dictionaries({"receipt": reasons}, optional={"amount": st.sampled_from(("", "0", "120.50"))}),
    "examine": st.fixed_dictionaries({}, optional={"fee": st.sampled_from(("", "0", "120.50"))}),
    "correct": st.fixed_dictionaries({"what": reasons, "reason": reasons}),
    "revoke": st.fixed_dictionaries({"reason": reasons}),
    "post": st.fixed_dictionaries({"carrier": reasons, "tracking": reasons}),
    "pledge-check": st.fixed_dictionaries({"outcome": st.sampled_from(("kept", "false", "x")), "note": reasons}),
    "terminate": st.fixed_dictionaries(
        {"ground": st.sampled_from(("deferred_overdue", "nobody_came", "gate", "other", "x"))}
    ),
    "transfer": st.fixed_dictionaries({"organ": reasons, "reason": reasons}),
    "forward": st.fixed_dictionaries({}, optional={"organ": reasons}),
    "void": st.fixed_dictionaries(
        {"reason": reasons}, optional={"new_number": st.sampled_from(("", "42", "4201182611230012000182"))}
    ),
    "site-check": st.fixed_dictionaries(
        {
            "officers": st.lists(st.sampled_from(("2001", "2002", "2003")), max_size=2),
            "outcome": st.sampled_from(("pass", "rectify", "fail", "x")),
        }
    ),
    "send-back": st.fixed_dictionaries({"to": st.sampled_from(STEPS), "reason": reasons}),
    "reassign": st.fixed_dictionaries({"post": st.sampled_from(POSTS), "reason": reasons}),
    "decide": st.fixed_dictionaries({"outcome": st.sampled_from(("granted", "refused", "x")), "reasons": reasons}),
    "deliver": st.fixed_dictionaries({"how": st.sampled_from(("counter", "post", "agent", "x"))}),
    "withdraw": st.fixed_dictionaries({"reason": reasons}),
    "hand-over": st.fixed_dictionaries({"to": st.sampled_from(POSTS)}),
}
acts = st.sampled_from((*commands.ACTS, "print")).flatmap(
    lambda action: st.tuples(st.just(action), DATA.get(action, st.just({})))
)
intakes = st.tuples(st.sampled_from(ITEMS), st.sampled_from(OUTCOMES), st.sampled_from(PAPERS), someone)


def taken_in(office: Office, item: Item, outcome: str, papers: str, seed: int = 0, who: str | StaffSet = "1001") -> Any:
    """The decision on an intake with answers by chance; `seed` 0: as few answers as possible."""
    office.sourced = seed % 2 == 1 or outcome == "receive"
    answers = random_answers(item, random.Random(seed)) if seed else {}
    changes: dict[str, Any] = {"situations": answers} if seed else {}
    form = office.form(item.code, outcome, materials=papers_for(item, papers, answers or None), **changes)
    return office.take(form, who)  # type: ignore[arg-type]


@CALM
@given(intakes, st.integers(1, 10_000), st.lists(st.tuples(someone, acts, st.booleans()), min_size=6, max_size=24))
def test_what_a_window_decides_the_hall_accepts(
    intake: tuple[str, str, str, StaffSet],
    seed: int,
    history: list[tuple[StaffSet, tuple[str, dict[str, Any]], bool]],
) -> None:
    item, outcome, papers, first = intake
    office = Office()
    taken = taken_in(office, CATALOGUE.items[item], outcome, papers, seed, first)
    if not isinstance(taken, Decision):
        assert office.numbers_given == 0
        return
    case = agreed(None, taken, first)
    for who, (action, data), online in history:
        decision = made(office, case, who, action, data, online=online)
        if isinstance(decision, Decision):
            case = agreed(case, decision, who)
            invariants(case)


@pytest.mark.parametrize("item", ITEMS)
def test_whoever_follows_the_offered_keys_agrees_with_the_hall_and_reaches_an_end(item: str) -> None:
    """Long histories: only what the screen offers to somebody, with stray facts and the hall's timers between; and
    from wherever they have come, work alone leads to an end."""
    entry = CATALOGUE.items[item]
    ends = set()
    for seed in range(1, WALKS + 1):
        chance = random.Random(f"{item} {seed}")
        office = Office()
        taken = taken_in(office, entry, chance.choice(OUTCOMES), chance.choice(PAPERS), seed)
        if not isinstance(taken, Decision):
            continue
        case = agreed(None, taken, STAFF["1001"])
        for _ in range(chance.randint(4, 28)):
            if not case.is_open:
                break
            case = stepped(office, case, chance)
            invariants(case)
        ends.add(finished(office, case).state)
    assert "closed" in ends


WALKS = 100
_ENDING = {"withdraw", "terminate", "transfer", "void", "refuse", "return", "revoke"}


def stepped(office: Office, case: Case, chance: random.Random) -> Case:
    """One step of a walk: the natural one, any that is offered, or a fact from elsewhere."""
    drawn = chance.random()
    if drawn < 0.1:
        return folded(case, chance.choice([*strays(office, case), *timers(office, case)]))
    ways = ways_of(office, case)
    if drawn < 0.45:
        wanted = natural(case)[1]
        ways = [way for way in ways if way[1] == wanted] or ways
    if chance.random() > 0.1:
        ways = [way for way in ways if way[1] not in _ENDING] or ways
    if not ways:
        return case
    who, action, data = chance.choice(ways)
    decision = made(office, case, STAFF[who], action, data)
    return agreed(case, decision, STAFF[who]) if isinstance(decision, Decision) else case


# Every reachable state

REPRESENTATIVE = ("A01", "A07", "B02", "B05", "B07", "C05", "C07", "C16", "D01", "D04", "D07", "D10")
"""With and without examination, side by side, with fees, stops, forwarding, pledges, checks, hearings."""
MOST_STATES = 4000
_ONCE: dict[str, Callable[[Case], bool]] = {
    "consult": lambda case: bool(case.consults),
    "suspend": lambda case: bool(case.pauses),
    "correct": lambda case: bool(case.corrections),
    "reassign": lambda case: bool(case.posts),
    "extend": lambda case: case.state != "accepted",
}
_CHANGES_NO_STATE = {"nudge", "mend", "recuse"}
_ONE_WAY = {"consult", "suspend", "reassign", "transfer", "send-back", "terminate"}
Shape = tuple[object, ...]


def neighbours(office: Office, case: Case, *, wide: bool) -> list[Case]:
    """Every case that one act or one stray fact makes of `case`.

    Not `wide`: four kinds of stray facts, one answer of the sources, and nobody asks, hands on, lengthens or corrects.
    """
    late = [*strays(office, case)] if wide else [fact for n, fact in enumerate(strays(office, case)) if n in LATE]
    after = [folded(case, fact) for fact in (*late, *timers(office, case))]
    for who in ("1001", "2001", "2002"):
        for action, off in possible(case, office.context(who)):
            if off is not None or action in _CHANGES_NO_STATE:
                continue
            if _enough(case, action, wide=wide):
                continue
            ways = list(variants(case, action))
            few = action in _ONE_WAY or (action == "check" and not wide)
            for data in ways[:1] if few else ways:
                decision = made(office, case, STAFF[who], action, data)
                if isinstance(decision, Decision) and decision.case is not None:
                    after.append(decision.case)
    return after


def _enough(case: Case, action: str, *, wide: bool) -> bool:
    if action == "send-back":
        return wide  # accepted again by the other, nobody of these two may decide any more
    return action in _ONCE and (_ONCE[action](case) if wide or action == "suspend" else True)


LATE = (0, 1, 3, 5, 7)
"""A certificate, a delivery, a closing, a notice, papers: in the order of `strays`."""


def walked_through(
    item: str, papers: tuple[str, ...], *, wide: bool, most: int
) -> tuple[dict[Shape, Case], set[Shape]]:
    """Every state that is reached, and those of them through which nobody walked any more.

    From each that was walked through some way leads to an end or to one of the others.
    """
    office = Office()
    taken = [taken_in(office, CATALOGUE.items[item], outcome, which) for outcome in OUTCOMES for which in papers]
    known = {shape(each.case): each.case for each in taken if isinstance(each, Decision) and each.case is not None}
    waiting = list(known.values())
    seen: dict[Shape, set[Shape]] = {}
    while waiting and len(seen) < most:
        case = waiting.pop()
        here = shape(case)
        invariants(case)
        seen[here] = set()
        for after in neighbours(office, case, wide=wide) if case.is_open else ():
            there = shape(after)
            seen[here].add(there)
            if there not in known:
                known[there] = after
                waiting.append(after)
    beyond = {shape(case) for case in waiting}
    ends = {here for here in seen if not known[here].is_open}
    assert set(seen) - _that_can_end(seen, ends | beyond) == set()
    states = {here[0] for here in known}
    assert states >= {"accepted", "decided", "certified", "delivered", "closed", "withdrawn", "void"}
    return known, beyond


@pytest.mark.parametrize("item", ITEMS)
def test_every_state_that_acts_and_late_facts_reach_waits_somewhere_and_can_end(item: str) -> None:
    """All of them, with the reduced ways."""
    known, beyond = walked_through(item, ("all",), wide=False, most=30_000)
    assert beyond == set(), "all were walked through"
    office = Office()
    for case in list(known.values())[:: max(1, len(known) // 60)]:
        finished(office, case)


@pytest.mark.parametrize("item", REPRESENTATIVE)
def test_with_every_way_open_each_state_has_its_way_out(item: str) -> None:
    """As many as the budget allows, in depth; whatever lies beyond is finished by work alone."""
    known, beyond = walked_through(item, ("all", "none", "defer"), wide=True, most=MOST_STATES)
    office = Office()
    sample = list(known)[:: max(1, len(known) // 150)]
    for here in (*beyond, *sample):
        invariants(known[here])
        finished(office, known[here])


def _that_can_end(seen: dict[Shape, set[Shape]], ends: set[Shape]) -> set[Shape]:
    can_end = set(ends)
    while True:
        more = {here for here, ways in seen.items() if here not in can_end and ways & can_end}
        if not more:
            return can_end
        can_end |= more
