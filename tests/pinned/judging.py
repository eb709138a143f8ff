"""The hall's word on every kind of fact on every kind of case, whoever makes it: code and facts of each refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from casework import bodies
from casework.admit import admit, insistable
from casework.bodies import SupplementLine
from casework.case import Case, open_steps, places
from casework.events import EVENTS
from casework.facts import Fact
from casework.folding import evolve
from casework.rules import Bench
from tests.people import AGENT, CALENDAR, CATALOGUE, OFFICERS, STAFF, Office, have_all
from tests.pinned.saying import changed, digested, line
from tests.walking import stray

NOBODY = ("9999", "window")
MAKERS = (
    ("1001", "window"), ("1002", "delivery"), ("1001", "chief"), ("2001", "single"), ("2001", "chief"),
    ("2003", "survey"), ("2002", "business"), ("3001", "supervisor"), ("4001", "it"), NOBODY,
)  # fmt: skip
MANDATED = msgspec.structs.replace(
    STAFF["2002"], number="2005", posts=("single",),
    delegations=(bodies.Delegation("case.decide", "3001", "授权〔2026〕1号", "2026-01-01", "2026-12-31"),),
)  # fmt: skip


def _steps(case: Case) -> list[str]:
    return [step.id for step in case.received.route][:12]


def _of_steps(case: Case) -> Iterator[tuple[str, bodies.Body]]:
    """Facts at a step: at each of them the plain one."""
    for id_ in (*_steps(case), "nowhere"):
        yield "step.done", bodies.StepDone(id_)
        yield "decided", bodies.Decided(id_, "granted")
        yield "accepted", bodies.Accepted(id_, "某局")
        yield "step.not_needed", bodies.StepNotNeeded(id_, "不需要")
        yield "claimed", bodies.Claimed(id_, "0012", "某")


def _at_first(case: Case, step: str) -> Iterator[tuple[str, bodies.Body]]:
    """Facts at one step in all their forms."""
    yield "step.done", bodies.StepDone(step, fee=12050)
    yield "step.done", bodies.StepDone(step, fee=-1)
    for officers in ((), ("2001",), ("2001", "2002"), ("2001", "2002", "2003")):
        yield "inspected", bodies.Inspected(step, officers, "pass")
    yield "inspected", bodies.Inspected(step, ("2001", "2003"), "fail")
    yield "inspected", bodies.Inspected(step, ("2001", "2003"), "soon")
    for to in ("accept", "receive", "nowhere"):
        yield "sent_back", bodies.SentBack(step, to, "重审")
    yield "sent_back", bodies.SentBack(step, "accept", " ")
    for post, person in (("single", ""), ("survey", "2003"), ("chief", "2002"), ("window", "1001"), ("moon", "")):
        yield "reassigned", bodies.Reassigned(step, post, "轮班", person)
    yield "reassigned", bodies.Reassigned(step, "chief", "", "9999")
    for post, question in (("fire", "可以吗？"), ("window", "？"), ("chief", " ")):
        yield "consulted", bodies.Consulted(step, "asked", post, question)
    yield "consulted", bodies.Consulted(step, "decide", "fire", "可以吗？")
    for kind, days, reason in (
        ("hearing", 20, "听证"),
        ("expert_review", 5, "评审"),
        ("test", 99, ""),
        ("moon", 1, "x"),
    ):
        yield "suspended", bodies.Suspended(step, kind, days, reason)
    yield "suspended", bodies.Suspended(step, "hearing", 20, "听证", "", "2026-11-20", "2026-12-10")
    yield "suspended", bodies.Suspended(step, "hearing", 20, "听证", "", "soon", "2026-12-10")
    yield "resumed", bodies.Resumed(step, "完成")
    yield "paid", bodies.Paid(step, "4200-1", case.fee or 0)
    yield "paid", bodies.Paid(step, " ", 7)
    yield "paid", bodies.Paid(step, "4200-1", 7)
    yield "certified", bodies.Certified(step)
    yield "posted", bodies.Posted(step, "EMS", "1")
    yield "posted", bodies.Posted(step, "", "1")
    for receiver, how, who in (("张", "counter", ""), ("", "counter", ""), ("张", "agent", ""), ("张", "moon", "")):
        yield "delivered", bodies.Delivered(step, receiver, how, who)
    yield "decided", bodies.Decided(step, "refused", "不符合", "可以复议")
    yield "decided", bodies.Decided(step, "refused", "不符合", "")
    yield "decided", bodies.Decided(step, "perhaps")
    yield "released", bodies.Released(step, "")
    yield "released", bodies.Released(step, "下班")
    yield "claimed", bodies.Claimed("supplement", "0012", "某")


def _of_papers(case: Case) -> Iterator[tuple[str, bodies.Body]]:
    """Facts of papers: each of its materials, and one that it does not list."""
    codes = [*list(case.materials)[:3], "Z99-01"]
    for code in codes:
        yield "supplement.told", bodies.SupplementTold((SupplementLine(code, "缺", "交"),))
        yield "checked_by_network", bodies.CheckedByNetwork((bodies.CheckLine(code, "match"),))
        yield "material.added", bodies.MaterialAdded({code: "original"})
        yield "material.returned", bodies.MaterialReturned((code,), "张建国")
        yield "returned", bodies.Returned((SupplementLine(code, "缺", "交"),))
    yield "supplement.told", bodies.SupplementTold(())
    yield "checked_by_network", bodies.CheckedByNetwork((bodies.CheckLine(codes[0], "override"),))
    yield "checked_by_network", bodies.CheckedByNetwork((bodies.CheckLine(codes[0], "perhaps"),))
    yield "material.added", bodies.MaterialAdded({})
    yield "material.added", bodies.MaterialAdded({codes[0]: "perhaps"})
    yield "material.returned", bodies.MaterialReturned((codes[0],), " ")
    yield "material.returned", bodies.MaterialReturned((), "张建国")
    yield "mended_on_the_spot", bodies.MendedOnTheSpot({codes[0]: "补签"})
    yield "mended_on_the_spot", bodies.MendedOnTheSpot({codes[0]: " "})
    yield "returned", bodies.Returned((), "")
    for media, size, hash_ in (
        ("application/pdf", 7, "a" * 64),
        ("text/plain", 7, "a" * 64),
        ("image/png", 0, "a" * 64),
    ):
        yield "scanned", bodies.Scanned(codes[0], hash_, size, media)
    yield "scanned", bodies.Scanned(codes[0], "a" * 64, 1 << 40, "application/pdf")
    yield "scanned", bodies.Scanned("Z99-01", "a" * 64, 7, "application/pdf")
    yield "ask.refused", bodies.AskRefused("not_listed", ("Z99-01",))
    yield "printed", bodies.Printed("receipt", 1, "")
    yield "recalled", bodies.Recalled("receipt", 1, "2026-11-23T10:00:00.000", "void")


def _of_case(case: Case) -> Iterator[tuple[str, bodies.Body]]:
    """Facts about the whole."""
    for ground, organ in (("no_permit_needed", ""), ("not_our_power", ""), ("not_our_power", "江夏区")):
        yield "refused_at_intake", bodies.RefusedAtIntake(ground, "不予受理", "可以复议", organ)
    yield "refused_at_intake", bodies.RefusedAtIntake("gate", "不予受理", " ")
    for staff in ("2001", "2002", "9999"):
        yield "recused", bodies.Recused(staff, "亲属")
    yield "recused", bodies.Recused("2001", "")
    yield "nudged", bodies.Nudged("请快些")
    yield "nudged", bodies.Nudged(" ")
    for outcome, note in (("kept", ""), ("false", "不实"), ("false", ""), ("perhaps", "")):
        yield "pledge.checked", bodies.PledgeChecked(outcome, note)
    yield "withdrawn", bodies.Withdrawn("不办了")
    yield "withdrawn", bodies.Withdrawn("")
    for ground in ("deferred_overdue", "nobody_came", "gate", "other", "perhaps"):
        yield "terminated", bodies.Terminated(ground, "终止")
    yield "terminated", bodies.Terminated("other", "")
    yield "transferred", bodies.Transferred("江夏区", "不归本局")
    yield "transferred", bodies.Transferred("", "不归本局")
    yield "forwarded", bodies.Forwarded("省厅", "同意")
    yield "forwarded", bodies.Forwarded("", "同意")
    for of, day in (
        ("received", "2026-11-23"),
        ("accepted", "2026-11-20"),
        ("received", "soon"),
        ("moon", "2026-11-23"),
    ):
        yield "date.confirmed", bodies.DateConfirmed(of, day, "核对")
    yield "told_apart", bodies.ToldApart(("4201182611230012000182",), "另一家")
    yield "told_apart", bodies.ToldApart((case.number,), "另一家")
    for days in (0, 1, 10, 99):
        yield "extended", bodies.Extended(days, "复杂", "局长")
    yield "extended", bodies.Extended(1, "", "局长")
    yield "corrected", bodies.Corrected("名称", "笔误")
    yield "corrected", bodies.Corrected("", "笔误")
    yield "revoked", bodies.Revoked("不实", "可以复议")
    yield "revoked", bodies.Revoked("不实", "")
    for number in ("", "4201182611230012000182", "42"):
        yield "voided", bodies.Voided("重复", number)
    yield "closed", bodies.Closed()
    yield "handed_over", bodies.HandedOver("single")
    yield "unmasked", bodies.Unmasked("核对")
    yield "called", bodies.Called("2001", "0012", "")
    yield "called", bodies.Called("", "0012", "")
    for type_ in ("resolve.withdraw", "resolve.amend", "resolve.insist"):
        yield type_, EVENTS[type_].body(("f1",), "处理")
    yield "deemed_accepted", bodies.DeemedAccepted("2026-11-30")


def _kinds(case: Case) -> dict[str, list[tuple[str, bodies.Body]]]:
    here = next((step.id for step in open_steps(case)), next(iter(_steps(case)), ""))
    return {
        "steps": [*_of_steps(case)], "step": [*_at_first(case, here)], "papers": [*_of_papers(case)],
        "whole": [*_of_case(case)],
    }  # fmt: skip


def _fact(office: Office, case: Case, type_: str, body: bodies.Body, actor: str, post: str) -> Fact:
    return stray(office, case, type_, body, actor, post)


def _bench(actor: str) -> Bench:
    staff = MANDATED if actor == MANDATED.number else STAFF.get(actor)
    return Bench(staff, CATALOGUE.posts, {}, CALENDAR, STAFF.get)


_OF_SUPERVISORS = frozenset({"date.confirmed", "told_apart", "reassigned", "released", "recused"})


def _said(case: Case, fact: Fact) -> str:
    judgement = admit(case, fact, _bench(fact.actor))
    facts = {name: said for name, said in judgement.facts.items() if name != "number"}
    return line(
        judgement.kind, *judgement.flags, *([judgement.code] if judgement.code else []), *([facts] * bool(facts))
    )


def verdicts(stage: str, kind: str) -> Iterator[str]:
    """Of each fact what the hall says where an officer of the place makes it, what where a helper does, and what
    becomes of the case when it stands."""
    office = Office()
    case = STAGES[stage](office)
    office.day = "2026-12-04"
    here = next((place.post for place in places(case) if place.post in OFFICERS), case.received.module)
    for type_, body in _kinds(case)[kind]:
        fact = _fact(office, case, type_, body, "2001", here)
        others = [_fact(office, case, type_, body, "1002", "window")]
        if type_ in _OF_SUPERVISORS:
            others.append(_fact(office, case, type_, body, "3001", "supervisor"))
        words = dict.fromkeys(_said(case, each) for each in (fact, *others))
        words = {word: None for word in words if "helper_may_not" not in word} or words  # that is said in `people`
        made = changed(case, evolve(case, fact) or case)
        made = {name: value for name, value in made.items() if name != "facts"}
        makes = f" -> {', '.join(sorted(made))} {digested([line(made)])[:6]}" if made else ""
        yield f"{line(type_, body)}: {' / '.join(words)}{makes}"


def people(stage: str) -> Iterator[str]:
    """Who may make which kind of fact, and at which post."""
    office = Office()
    case = STAGES[stage](office)
    office.day = "2026-12-04"
    told: dict[str, bool] = dict.fromkeys(EVENTS, False)
    for type_, body in (row for rows in _kinds(case).values() for row in rows):
        if type_ not in told or told[type_]:
            continue
        told[type_] = True
        words: dict[str, list[str]] = {}
        for actor, post in (*MAKERS, (MANDATED.number, "single")):
            said = _said(case, _fact(office, case, type_, body, actor, post))
            words.setdefault(said, []).append(f"{actor}@{post}")
        yield from (f"{type_}: {said}: {' '.join(who)}" for said, who in words.items())


def _accepted(item: str, **changes: Any) -> Callable[[Office], Case]:
    return lambda office: office.walked(item, "examine", **changes)


def _told(office: Office) -> Case:
    return office.case("D01", "supplement", materials={})


def _recused(office: Office) -> Case:
    case = office.walked("C07", "examine")
    return office.does(case, "2001", "recuse", {"reason": "亲属"})


def _claimed(office: Office) -> Case:
    case = office.walked("D01", "examine")
    fact = stray(office, case, "claimed", bodies.Claimed("examine", "0013", "钱伟"), "2002", "single")
    fact = msgspec.structs.replace(fact, time=msgspec.structs.replace(fact.time, at="2026-12-04T09:00:00.000"))
    return evolve(case, fact) or case


def _deemed(office: Office) -> Case:
    case = office.case("D01")
    return evolve(case, stray(office, case, "deemed_accepted", bodies.DeemedAccepted("2026-11-30"), "")) or case


def _pledged(outcome: str) -> Callable[[Office], Case]:
    def made(office: Office) -> Case:
        papers = {**have_all("B07"), **{
            m.code: "pledge" for m in CATALOGUE.items["B07"].materials if m.pledge and m.code in have_all("B07")
        }}  # fmt: skip
        case = office.walk(office.case("B07", materials=papers), "pledge-check")
        note = {"note": "不实"} if outcome == "false" else {}
        return (
            office.does(case, "2001", "pledge-check", {"outcome": outcome, **note})
            if outcome and case.is_open
            else case
        )

    return made


STAGES: dict[str, Callable[[Office], Case]] = {
    "D01 received": lambda office: office.case("D01"),
    "D01 told": _told,
    "D01 deemed": _deemed,
    "D01 claimed": _claimed,
    "D01 site check": lambda office: office.walked("D01", "site-check"),
    "D01 to decide": lambda office: office.walked("D01", "decide"),
    "D01 decided": lambda office: office.walked("D01", "certify"),
    "D01 delivered": lambda office: office.walked("D01", "close"),
    "D01 closed": lambda office: office.walked("D01"),
    "D10 to decide": lambda office: office.walked("D10", "decide"),
    "D10 to pay": lambda office: office.walked("D10", "pay"),
    "A01 received": lambda office: office.case("A01"),
    "A01 by an agent": lambda office: office.case("A01", agent=AGENT),
    "C07 recused": _recused,
    "B07 examined": _accepted("B07"),
    "B07 pledged": _pledged(""),
    "C16 to decide": lambda office: office.walked("C16", "decide"),
}


def insisted() -> Iterator[str]:
    """On which refusals of which facts somebody may insist."""
    for type_ in EVENTS:
        yes = [code for code in ("stale", "same_person", "no_right", "group") if insistable(type_, code)]
        yield line(type_, yes, insistable(type_, "group", "recused"), insistable(type_, "group", "stale"))


def unseen() -> Iterator[str]:
    """What somebody had not seen yet breaks which judgement."""
    office = Office()
    case = office.walked("D01", "examine")
    for type_, body in _kinds(case)["whole"] + _kinds(case)["steps"][:5]:
        fact = _fact(office, case, type_, body, "2001", "single")
        stale = [seen for seen in EVENTS if admit(case, fact, _bench("2001"), frozenset({seen})).code == "stale"]
        yield line(type_, stale)


def without_a_case() -> Iterator[str]:
    """Facts whose case nobody knows, and facts that nobody can read."""
    office = Office()
    case = office.case("D01")
    for kind in ("steps", "step", "papers", "whole"):
        for type_, body in _kinds(case)[kind][:40]:
            fact = _fact(office, case, type_, body, "2001", "single")
            yield line(type_, admit(None, fact, _bench("2001")))
    fact = _fact(office, case, "nudged", bodies.Nudged("x"), "2001", "single")
    for odd in ({"version": 9}, {"type": "moon"}, {"body": msgspec.Raw(b"[1]")}, {"type": "staff.set"}):
        yield line(list(odd), admit(case, msgspec.structs.replace(fact, **odd), _bench("2001")))


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = (
    {
        f"{stage}: {kind}": partial(verdicts, stage, kind)
        for stage in STAGES
        for kind in ("steps", "step", "papers", "whole")
    }
    | {f"{stage}: people": partial(people, stage) for stage in ("D01 to decide", "A01 received", "D01 decided")}
    | {"insisted": insisted, "unseen": unseen, "without a case": without_a_case}
)
