"""Cases from the counter to their end: what is offered and why not, the facts, the state, the terms, the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from casework import bodies
from casework.admit import admit
from casework.case import Case, places
from casework.drafting import Decision
from casework.events import body_of
from casework.facts import Fact
from casework.folding import evolve
from casework.listing import clerk_of, is_over, listed, person_rows, place_rows
from casework.measuring import running
from casework.offering import claimable, possible
from casework.rules import Bench
from casework.standing import light_of, standing
from casework.timers import is_provisional, timers_of
from tests.people import AGENT, CALENDAR, CATALOGUE, ITEMS, STAFF, Office, natural
from tests.pinned.dice import Dice
from tests.pinned.saying import changed, digested, line, outcome
from tests.walking import HANDS, made, papers_for, strays, timers, ways_of

DETAILED = ("A01", "A07", "B02", "B05", "B07", "C05", "C07", "C16", "D01", "D04", "D07", "D10")
"""With and without examination, side by side, with fees, stops, forwarding, pledges, checks, hearings."""
MOST_STEPS = 14
_ENDING = {"withdraw", "terminate", "transfer", "void", "refuse", "return", "revoke"}


def fact_line(fact: Fact) -> str:
    """A fact without its ids."""
    group = f"{fact.group.index + 1}/{fact.group.size}{' after another' if fact.group.after else ''}"
    return line("fact", f"{fact.type} v{fact.version} by {fact.actor} at {fact.post or '-'}", group, body_of(fact))


def of_terms(case: Case, now: datetime) -> Iterator[str]:
    """Clocks, timers and light at a moment."""
    found = standing(case, CALENDAR, now)
    for each in found:
        runs, words = each.clock, ("provisional", "standing")
        stands = [word for word, so in zip(words, (runs.provisional, runs.standing), strict=True) if so]
        limit = f"{each.span.amount} {each.span.unit} from {runs.start} to {runs.due}, {runs.total} in all,"
        yield line(f"{each.kind}: {limit} {each.left} left", each.light, "stopped" if each.stopped else "runs", stands)
    yield line("timers", timers_of(case, CALENDAR), is_provisional(case, CALENDAR, f"{now:%Y-%m-%d}"), light_of(found))


def of_lists(case: Case) -> Iterator[str]:
    """How lists, queues and the finder hold it."""
    yield line("listed", listed(case), clerk_of(case), is_over(case), case.let_in_by)
    yield line("rows", [row[:2] + row[3:] for row in place_rows(case)], person_rows(case))
    yield line("measured", running(case))


def of_offers(office: Office, case: Case) -> Iterator[str]:
    """What everybody may do with it, and why not."""
    for who in HANDS:
        context = office.context(who)
        offered = [action if no is None else [action, no] for action, no in possible(case, context)]
        if offered:
            yield line(who, "claims" if claimable(case, context) else "looks", offered)
    off = [[action, no] for action, no in possible(case, office.context("1001", online=False)) if no]
    if off:
        yield line("offline", off)


def of_state(office: Office, before: Case | None, case: Case, now: datetime, *, whole: bool) -> Iterator[str]:
    """What a step made of the case."""
    yield line("state", changed(before, case))
    yield line("waits", [[place.step, place.post] for place in places(case)])
    yield from of_terms(case, now)
    if whole:
        yield from of_lists(case)
        yield from of_offers(office, case)


def judged_as(case: Case | None, decision: Decision, who: bodies.StaffSet) -> Iterator[str]:
    """The facts of a decision, and what the hall says of them where it is no plain yes."""
    for group in decision.groups:
        for fact in group:
            yield fact_line(fact)
            judgement = admit(case, fact, Bench(who, CATALOGUE.posts))
            if judgement.kind != "accepted" or judgement.flags:
                yield line("hall", judgement)
            case = evolve(case, fact)


def plainly(item: str) -> Iterator[str]:
    """As the trade does it when everything is right, each step a day later: of each step its waits, and a digest."""
    step: list[str] = []
    for each in (*_plainly(item), ""):
        if " does " in each or not each:
            yield f"{step[0][:40]} | {', '.join(one for one in step if one.startswith('waits'))} | {digested(step)}"
            step = []
        step.append(each)


def _plainly(item: str) -> Iterator[str]:
    office = Office()
    taken = office.take(office.form(item), "1001")
    if not isinstance(taken, Decision) or taken.case is None:
        yield line(taken)
        return
    yield from judged_as(None, taken, STAFF["1001"])
    before, case, days = None, taken.case, 23
    yield from of_state(office, before, case, datetime(2026, 11, days, 10), whole=False)  # noqa: DTZ001
    for _ in range(MOST_STEPS):
        if not case.is_open:
            return
        days = min(days + 1, 30)
        office.day = f"2026-11-{days}"
        who, action, data = natural(case)
        decision = outcome(made, office, case, STAFF[who], action, data)
        yield line(f"{who} does {action}", data)
        if not isinstance(decision, Decision) or decision.case is None:
            yield line(decision)
            return
        yield from judged_as(case, decision, STAFF[who])
        before, case = case, decision.case
        yield from of_state(office, before, case, datetime(2026, 11, days, 10, 5), whole=False)  # noqa: DTZ001


def strayed(item: str, outcome_: str, papers: str, seed: int) -> Iterator[str]:
    """Offered acts by chance, with facts from elsewhere between."""
    dice = Dice(f"{item} {outcome_} {papers} {seed}")
    office = Office()
    office.sourced = seed % 2 == 1
    changes = {"agent": AGENT} if seed % 3 == 2 else {}
    form = office.form(item, outcome_, materials=papers_for(CATALOGUE.items[item], papers), **changes)
    taken = office.take(form)
    if not isinstance(taken, Decision) or taken.case is None:
        yield line(taken)
        return
    yield from judged_as(None, taken, STAFF["1001"])
    case, days = taken.case, 1
    last = [*of_state(office, None, case, datetime(2026, 11, 23, 10), whole=True)]  # noqa: DTZ001
    yield from last
    for step in range(MOST_STEPS):
        days += dice.below(3)
        office.day = f"2026-12-{days:02}"
        before = case
        if dice.below(8) == 0:
            fact = dice.one([*strays(office, case), *timers(office, case)])
            yield fact_line(fact)
            if fact.actor:
                yield line("hall", admit(case, fact, Bench(STAFF["1002"], CATALOGUE.posts)))
            case = evolve(case, fact) or case
        else:
            ways = ways_of(office, case)
            if step < MOST_STEPS - 2:
                ways = [way for way in ways if way[1] not in _ENDING] or ways
            natural_ = [way for way in ways if case.is_open and way[1] == natural(case)[1]]
            ways = natural_ if natural_ and dice.below(3) == 0 else ways
            if not ways:
                return
            who, action, data = dice.one(ways)
            yield line(f"{who} does {action}", data)
            decision = made(office, case, STAFF[who], action, data)
            if not isinstance(decision, Decision) or decision.case is None:
                yield line(decision)
                continue
            yield from judged_as(case, decision, STAFF[who])
            case = decision.case
        now = datetime(2026, 12, days, 14, 30)  # noqa: DTZ001
        said = [*of_state(office, before, case, now, whole=step % 3 == 0)]
        yield from (each for each in said if each not in last)
        last = said


_WAYS = (("receive", "all"), ("accept", "defer"), ("accept", "pledge"), ("supplement", "none"))
HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = {f"{item} plainly": partial(plainly, item) for item in ITEMS} | {
    f"{item} {how} {papers}": partial(strayed, item, how, papers, seed)
    for item in DETAILED
    for seed, (how, papers) in enumerate(_WAYS)
}
