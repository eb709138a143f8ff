"""Walks over cases for the proofs: which data goes with an offered act, stray facts, and what always holds.

The random walks, the state machine and the search of every state share it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from casework import bodies, commands
from casework.admit import admit
from casework.bodies import StaffSet
from casework.case import (
    APPLICANT,
    AT_APPLICANT,
    ENDED_STATES,
    OPEN_STATES,
    THIRD_PARTY,
    Case,
    encode_case,
    open_steps,
    paused,
    places,
)
from casework.catalogue.materials import NOT_FOUND, PENDING
from casework.catalogue.schema import Catalogue, Item
from casework.catalogue.situations import holds
from casework.decide import decide, print_paper
from casework.drafting import Decision
from casework.errors import BadInput
from casework.events import EVENTS
from casework.facts import Base, Fact, Group, LegalTime, digest, encode_body, encode_fact
from casework.folding import evolve
from casework.offering import possible
from casework.rules import Bench
from tests.people import CATALOGUE, HELPERS, OFFICERS, STAFF, Office, have_all, natural, right_answers

HANDS = ("1001", "1002", "2001", "2002", "2003", "3001")
"""Who may act in a walk."""

NEVER_BY_HELPERS = frozenset(name for name, row in EVENTS.items() if row.officers_only)
Way = tuple[str, str, dict[str, Any]]


def papers_for(item: Item, which: str, answers: Mapping[str, str] | None = None) -> dict[str, str]:
    """All papers, none, or all with those deferred or pledged that may be."""
    if which == "none":
        return {}
    papers = have_all(item.code, answers or right_answers(item), catalogue=_with(item))
    for material in item.materials:
        if which == "defer" and material.defer and material.code in papers:
            papers[material.code] = "defer"
        if which == "pledge" and material.pledge and not item.pledge_excluded:
            papers[material.code] = "pledge"
    return papers


def _with(item: Item) -> Catalogue:
    if CATALOGUE.items.get(item.code) == item:
        return CATALOGUE
    return msgspec.structs.replace(CATALOGUE, items={**CATALOGUE.items, item.code: item})


def random_answers(item: Item, chance: random.Random) -> dict[str, str]:
    """Answers under which the item can be applied for, the other questions answered or left open by chance."""
    answers = right_answers(item)
    for situation in item.situations:
        if situation.code in answers or situation.code == "agent" or chance.random() < 0.3:
            continue
        said = {**answers, situation.code: chance.choice(situation.answers)}
        shut = [g for g in item.gates if g.when and not g.field and g.effect != "warn" and holds(g.when, said)]
        answers = answers if shut else said
    return answers


# What goes with an act


def variants(case: Case, action: str) -> Iterator[dict[str, Any]]:
    """The data that makes a difference."""
    steps = [step.id for step in open_steps(case)] if case.state not in AT_APPLICANT else []
    seen = {"seen": "x"} if case.scans else {}
    at_each = [{"step": id_} for id_ in steps] or [{}]
    reason = {"reason": "x"}
    present = [number for number in ("2001", "2002", "2003") if number not in case.recused]
    done = [id_ for id_ in case.steps if id_ != "receive"]
    table: dict[str, list[dict[str, Any]]] = {
        "refuse": [{}, {"right_organ": "某局"}],
        "supplement": [{}, {"lines": [{"material": _askable(case), "defect": "x", "cure": "x"}]}],
        "supplement-received": _supplements(case),
        "check": _checks(case),
        "scan": [_scan(case)],
        "mend": [{"mends": {next(iter(case.materials), ""): "x"}}],
        **dict.fromkeys(("pre-review", "hearing", "publicity", "answer", "resume"), at_each),
        "expert-review": [{**at, **seen} for at in at_each],
        "examine": [{**at, **_fee(case), **seen} for at in at_each],
        "site-check": [
            {**at, "officers": present, "outcome": outcome, "note": "x"}
            for at in at_each
            for outcome in ("pass", "rectify", "fail")
        ],
        "not-needed": [{**at, **reason} for at in at_each],
        "send-back": [{"step": id_, "to": to, **reason} for id_ in steps for to in done],
        "reassign": [
            {"step": step.id, "post": post.id, **reason, **person}
            for step in open_steps(case)
            for post in CATALOGUE.posts.values()
            if step.kind in post.kinds and case.received.module in post.modules
            for person in (({}, {"person": "2002"}) if post.team == "officer" else ({"person": "1002"},))
            if post.team == "officer" or step.kind in {"certify", "deliver", "pay"}
        ],
        "consult": [{**at, "post": "chief", "question": "x"} for at in at_each],
        "recuse": [reason],
        "nudge": [{"text": "x"}],
        "suspend": [
            {**at, "kind": stop.kind, "days": stop.most or 5, "held_on": "2026-12-07", **reason}
            for at in at_each
            for stop in case.received.stops
        ],
        "extend": [reason],
        "pay": [{"receipt": "1"}],
        "decide": [{"outcome": "granted", **seen}, {"outcome": "refused", "reasons": "x", **seen}],
        "correct": [{"what": "x", **reason}],
        "post": [{"carrier": "EMS", "tracking": "1"}],
        "pledge-check": [{"outcome": "kept"}, {"outcome": "false", "note": "x"}],
        "terminate": [{"ground": ground, **reason} for ground in ("other", "deferred_overdue")],
        "transfer": [{"organ": "某局", **reason}],
        "withdraw": [reason],
        "void": [reason],
        "revoke": [reason],
    }
    yield from table.get(action, [{}])


def _askable(case: Case) -> str:
    """A paper that no source gives (R33)."""
    return next((code for code, have in case.materials.items() if have not in {PENDING, "checked"}), "")


def _supplements(case: Case) -> list[dict[str, Any]]:
    one = next((line.material for line in case.supplement.lines if line.material), "") if case.supplement else ""
    return [{}, {"materials": {one: "original"}}] if one else [{}]


def _fee(case: Case) -> dict[str, str]:
    return {"fee": "120.50"} if case.received.fee_assessed else {}


def _checks(case: Case) -> list[dict[str, Any]]:
    waiting = [code for code, have in case.materials.items() if have in {PENDING, NOT_FOUND}]
    found = [
        {"results": [{"material": code, "outcome": outcome, "reason": "x"} for code in waiting]}
        for outcome in ("match", "no_match")
        if waiting
    ]
    return [*found, *({"material": code, "reason": "x"} for code in waiting[:1])]


# Facts that come at the wrong moment


def strays(office: Office, case: Case) -> Iterator[Fact]:
    """Facts of the counter from another window: never refused, so always folded (S14)."""
    lines = tuple(bodies.SupplementLine(code, "缺", "交") for code in case.materials)[:1]
    pending = tuple(bodies.CheckLine(code, "no_match") for code in case.materials)
    for type_, body in (
        ("certified", bodies.Certified("certify")),
        ("delivered", bodies.Delivered("deliver", "张")),
        ("posted", bodies.Posted("deliver", "EMS", "1")),
        ("closed", bodies.Closed()),
        ("paid", bodies.Paid("pay", "1", case.fee or 0)),
        ("supplement.told", bodies.SupplementTold(lines)),
        ("supplement.told", bodies.SupplementTold(())),
        ("material.added", bodies.MaterialAdded(dict.fromkeys(case.materials, "original"))),
        ("checked_by_network", bodies.CheckedByNetwork(pending)),
        ("certified", bodies.Certified("decide")),
        ("delivered", bodies.Delivered("certify", "张")),
        ("paid", bodies.Paid("examine", "1", 0)),
    ):
        yield stray(office, case, type_, body)


def stray(office: Office, case: Case, type_: str, body: bodies.Body, actor: str = "1002", post: str = "window") -> Fact:
    """A fact alone in its group, from somewhere else."""
    return Fact(
        office.new_id(), type_, 1, case.root, case.id, Group(office.new_id(), 0, 1), actor, post, "",
        Base(1, 0, 0), LegalTime(f"{office.day}T11:00:00.000"), "", 0, encode_body(body),
    )  # fmt: skip


def timers(office: Office, case: Case) -> Iterator[Fact]:
    """What the hall's own timers could say of the case (S30): the acceptance, and that it never was."""
    lines = tuple(bodies.SupplementLine(code, "缺", "交") for code in case.materials)[:1]
    yield stray(office, case, "deemed_accepted", bodies.DeemedAccepted("2026-11-30"), "")
    yield stray(office, case, "timer.settled", bodies.TimerSettled("2026-11-30", "day"), "")
    yield stray(office, case, "timer.set_aside", bodies.TimerSetAside(case.received_at, lines), "")


# Steps of a walk


def made(office: Office, case: Case, who: StaffSet, action: str, data: dict[str, Any], **context: Any) -> Any:
    """The decision on an act, a refusal, or None where the keyboard is asked again."""
    here = office.context(who, **context)
    try:
        if action == "print":
            return print_paper(case, "receipt", here, "")
        return decide(case, commands.read_act(action, data), action, here)
    except BadInput:
        return None


def agreed(case: Case | None, decision: Decision, who: StaffSet) -> Case:
    """The case after `decision`, each fact judged as the hall judges it."""
    for group in decision.groups:
        for fact in group:
            judgement = admit(case, fact, Bench(who, CATALOGUE.posts))
            assert (judgement.kind, judgement.code, judgement.flags) == ("accepted", "", ()), (fact.type, judgement)
            assert len(encode_fact(fact)) > 0
            if fact.type in NEVER_BY_HELPERS:
                assert who.team == "officer" or (who.team == "supervisor" and EVENTS[fact.type].oversight)
            case = evolve(case, fact)
    assert case is not None
    assert encode_case(case) == encode_case(decision.case or case)
    return case


def _scan(case: Case) -> dict[str, Any]:
    """Another scan of its first paper; at the hall at once, so that nothing waits for it."""
    return {
        "material": next(iter(case.materials), ""), "sha256": digest(f"{len(case.scans)}".encode()), "size": 7,
        "media": "application/pdf",
    }  # fmt: skip


def ways_of(office: Office, case: Case, **context: Any) -> list[Way]:
    """Every act that is offered to somebody, with the data that makes a difference."""
    return [
        (who, action, data)
        for who in HANDS
        if may_still(case, who)
        for action, off in possible(case, office.context(who, **context))
        if off is None and not (action == "scan" and case.scans)  # one may be attached at any time: once will do
        for data in variants(case, action)
    ]


def may_still(case: Case, who: str) -> bool:
    """Both officers of all posts never step aside: the hall would send a third."""
    return who not in case.recused


def invariants(case: Case) -> None:
    """One place for each open step, and none once it has ended."""
    waiting = places(case)
    assert len({place.step for place in waiting}) == len(waiting)
    still = [pause for pause in case.pauses if not pause.until]
    if not case.is_open:
        assert case.state in ENDED_STATES
        assert waiting == ()
        assert still == []
        return
    assert case.state in OPEN_STATES
    assert waiting
    assert all(place.post in CATALOGUE.posts or place.post in {APPLICANT, THIRD_PARTY} for place in waiting)
    if case.state in {*AT_APPLICANT, "delivered"} or case.proposal:
        assert len(waiting) == 1
    else:
        assert [place.step for place in waiting] == [step.id for step in open_steps(case)]
        for place in waiting:
            outside = paused(case, place.step) is not None or (case.state == "forwarded" and place.step == "decide")
            assert (place.post == THIRD_PARTY) == outside
    stopped = any(pause.kind != "rectify" for pause in still)
    if case.state in {"accepted", "suspended"}:
        assert (case.state == "suspended") == stopped
    if case.state in {"accepted", "suspended", "forwarded", "decided", "certified", "delivered"}:
        assert case.accepted_at
    if case.decided_at:
        assert not still
    assert (case.state == "forwarded") <= (case.forwarded is not None)


def shape(case: Case) -> tuple[object, ...]:
    """What decides how a case can go on."""
    lines = case.supplement.lines if case.supplement else ()
    return (
        case.state, tuple(sorted(case.steps)), tuple(sorted(case.posts.items())), case.proposal, case.outcome,
        case.supplement and case.supplement.answered, len(lines), tuple(sorted(case.materials.items())),
        bool(case.accepted_at), "2001" in case.let_in_by, any(who[:1] == "1" for who in case.let_in_by), case.recused,
        tuple((pause.step, pause.kind) for pause in case.pauses if not pause.until), case.extension is not None,
        tuple((each.step.id, each.asked_by) for each in case.consults), case.forwarded is not None, case.fee,
        case.pledge, case.posted is not None, bool(case.deemed), case.accepted is not None, bool(case.decided_at),
        tuple(sorted(id_ for id_, step in case.steps.items() if step.note == "fail")),
        tuple(sorted(id_ for id_, step in case.steps.items() if step.state == "not_needed")), bool(case.pauses),
        bool(case.corrections),
    )  # fmt: skip


def folded(case: Case, fact: Fact, who: str = "1002") -> Case:
    """The case after a fact that is judged first, as the hall does; the hall's own are judged by nobody."""
    if fact.actor:
        judgement = admit(case, fact, Bench(STAFF[who], CATALOGUE.posts))
        assert judgement.kind == "accepted", "a fact of the counter is never refused (S14)"
    return evolve(case, fact) or case


# A way out

THIRD = StaffSet("2009", "郑凯", "officer", OFFICERS, "")
"""Whom the hall sends where the others have stepped aside or may not decide what they accepted."""
FOURTH = StaffSet("2010", "吴敏", "officer", OFFICERS, "")
_WORKERS = (STAFF["1001"], StaffSet("1003", "陈晨", "helper", HELPERS, ""), STAFF["2001"], STAFF["2002"], THIRD, FOURTH)


def finished(office: Office, case: Case, **context: Any) -> Case:
    """The case at its end, by work alone: nobody withdraws, terminates, transfers or voids it."""
    for _ in range(60):
        if not case.is_open:
            return case
        case = _further(office, case, **context)
        invariants(case)
    raise AssertionError(f"{case.received.item} never ends: {shape(case)}")


def _further(office: Office, case: Case, **context: Any) -> Case:
    tried = []
    for action, data in _next_acts(case):
        for who in _WORKERS:
            decision = made(office, case, who, action, data, **context)
            if isinstance(decision, Decision):
                return agreed(case, decision, who)
            tried.append((action, who.number, decision))
    raise AssertionError(f"{case.received.item} is stuck at {places(case)}: {tried}")


def _next_acts(case: Case) -> Iterator[tuple[str, dict[str, Any]]]:
    """What may carry the case on, the likeliest first; who reads papers whose scans are to come has them in hand."""
    reads = {"examine", "expert-review", "decide"} if case.scans else set()
    yield from ((act, {**data, "seen": "x"} if act in reads else data) for act, data in _acts_on(case))


def _acts_on(case: Case) -> Iterator[tuple[str, dict[str, Any]]]:
    unsure = [code for code, have in case.materials.items() if have in {PENDING, NOT_FOUND}]
    override = [("check", {"material": code, "reason": "系统无记录"}) for code in unsure]
    if case.state in AT_APPLICANT:
        yield "supplement-received", {}
        return
    if case.state == "delivered":
        yield natural(case)[1:]
        return
    if case.state == "received" and any(step.kind == "accept" for step in open_steps(case)):
        yield "accept", {}
        yield from override
        yield from (("supplement", {}), ("return", {}), ("supplement-received", {}))
    for step in open_steps(case):
        if paused(case, step.id) is not None:
            yield "resume", {"step": step.id}
        elif step.kind == "decide":
            yield from (("decide", {"outcome": "granted"}), *override, ("forward", {}))
            yield "decide", {"outcome": "refused", "reasons": "不符合条件"}
        elif step.kind == "deliver":
            yield from (("deliver", {}), ("supplement-received", {}))
        else:
            yield "pre-review" if step.kind == "pre_review" else _act_of(step.kind), _data_of(case, step.kind, step.id)


def _act_of(kind: str) -> str:
    return {"site_check": "site-check", "expert_review": "expert-review", "consult": "answer"}.get(kind, kind)


def _data_of(case: Case, kind: str, step: str) -> dict[str, Any]:
    if kind == "site_check":
        return {"step": step, "officers": ["2009", "2010"]}
    if kind == "examine":
        return {"step": step, **_fee(case)}
    if kind == "pay":
        return {"receipt": "4200-2026-1"}
    return {} if kind in {"accept", "certify"} else {"step": step}
