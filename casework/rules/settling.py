"""Rules of the tray: giving up, amending, insisting, and calling papers back (S15)."""

from __future__ import annotations

from casework import bodies
from casework.case import Case
from casework.errors import BadBytes
from casework.events import EVENTS, body_of
from casework.facts import Fact
from casework.refused import Waits, is_told, moves_nothing, named, papers_out
from casework.rules.refusing import SEPARATION, Bench, Refusal, Rule, reason

WITHOUT_A_CASE = frozenset({"resolve.withdraw", "resolve.amend", "resolve.insist"})
"""What was refused because its case never arrived must have a way out too (S16)."""

_OF_THE_PERSON = frozenset({"no_right", "not_your_post", "no_such_person", "no_authorisation"})
"""Refusals for want of a right: nobody of the helpers' team makes good what another one lacked (R15)."""


def _given_up(case: Case | None, fact: Fact, body: bodies.ResolveWithdraw, bench: Bench) -> Refusal | None:
    no = _unknown(body.refused, bench) or reason(body)
    if no is not None or case is None:
        return no
    out = papers_out(case, named(body.refused, bench.refused))
    called = {(each.paper, each.count, each.at): each for each in body.recalls}
    silent = next((paper for paper in out if (paper.paper, paper.count, paper.at) not in called), None)
    if silent is not None:
        return Refusal("paper_out", {"paper": silent.paper, "printed_at": silent.at})
    known = {(paper.paper, paper.count, paper.at) for paper in out}
    if not set(called) <= known:
        return Refusal("recall_unknown", {"number": case.number})
    return None if all(each.holder.strip() for each in body.recalls) else Refusal("recall_holder")


def _unknown(refused: tuple[str, ...], bench: Bench) -> Refusal | None:
    waits = bool(refused) and all(id_ in bench.refused for id_ in refused)
    return None if waits else Refusal("nothing_refused")


def _insisted(case: Case | None, fact: Fact, body: bodies.ResolveInsist, bench: Bench) -> Refusal | None:
    no = _unknown(body.refused, bench) or reason(body)
    if no is not None:
        return no
    if case is None:
        return Refusal("no_case")
    lines = named(body.refused, bench.refused)
    for line in lines:
        no = not_to_insist(case, line, bench.staff) or _halved(line, body, bench)
        if no is not None:
            return no
    idle = moves_nothing(case, (line.fact for line in lines if line.fact is not None and line.fact.case == case.id))
    return Refusal("insist_idle", {"type": idle.type, "state": case.state}) if idle is not None else None


def not_to_insist(case: Case, line: Waits, who: bodies.StaffSet | None) -> Refusal | None:
    """Why `who` can't insist on what waits there, whatever the reason she gives."""
    tray = line.tray
    if tray.kind == "held":
        return Refusal("insist_held", {"type": tray.type})
    row, never = EVENTS.get(tray.type), is_separation(tray.code, tray.facts.get("code", ""))
    if row is None or never or tray.kind != "rejected" or not tray.insistable:  # unknown to an older program, too
        return Refusal("insist_never", {"type": tray.type})
    if who is not None and tray.actor == who.number:
        return Refusal("insist_own")
    for_an_officer = row.officers_only or bool({tray.code, tray.facts.get("code", "")} & _OF_THE_PERSON)
    if who is not None and who.team == "helper" and for_an_officer:
        return Refusal("helper_may_not", {"name": who.name})
    return separated(case, line)


def is_separation(*codes: str) -> bool:
    """Whether one of these codes is about separation of duties: of a group it stands behind the code `group`."""
    return bool(SEPARATION.intersection(codes))


def separated(case: Case, line: Waits) -> Refusal | None:
    """Separation of duties behind whatever else was wrong: the first reason is not always the only one."""
    fact, maker = line.fact, line.maker
    if fact is None:
        return None  # its bytes are at the hall, which looks at them
    if maker is None:
        return Refusal("no_such_person", {"number": fact.actor})
    if maker.team == "helper" and EVENTS[fact.type].officers_only:
        return Refusal("helper_may_not", {"name": maker.name})
    there = _officers(fact)
    aside = sorted(there & set(case.recused))
    return Refusal("recused", {"name": ", ".join(aside), "number": case.number}) if aside else None


def _officers(fact: Fact) -> set[str]:
    """Everybody by whose hand it happened."""
    try:
        body = body_of(fact)
    except BadBytes:
        return {fact.actor}
    return {fact.actor, *getattr(body, "officers", ())}


def _halved(line: Waits, body: bodies.ResolveInsist, bench: Bench) -> Refusal | None:
    """Whether a fact of the same command is left out: it stands or falls with the others (S3)."""
    group = line.tray.group
    mates = {id_ for id_, other in bench.refused.items() if group and other.tray.group == group}
    return None if mates <= set(body.refused) else Refusal("insist_whole", {"type": line.tray.type})


def _recalled(case: Case, fact: Fact, body: bodies.Recalled, bench: Bench) -> Refusal | None:
    wanted = (body.paper, body.count, body.printed_at)
    recall = next((each for each in case.open_recalls if (each.paper, each.count, each.at) == wanted), None)
    if recall is None:
        return Refusal("no_recall", {"number": case.number})
    if body.how not in RECALL_ENDS:
        return Refusal("outcome", {"possible": ", ".join(RECALL_ENDS)})
    if not is_told(case, recall):
        return Refusal("recall_not_told", {"paper": recall.paper})
    return Refusal("reason") if body.how == "void" and not body.note.strip() else None


RECALL_ENDS = ("came_back", "void")
"""How the recall of a paper ends: it is here again, or was declared void."""


def _printed(case: Case, fact: Fact, body: bodies.Printed, bench: Bench) -> Refusal | None:
    return Refusal("paper_given_up", {"paper": body.paper}) if body.of in case.given_up else None


RULES: dict[str, Rule] = {
    "resolve.withdraw": _given_up,
    "resolve.amend": _given_up,
    "resolve.insist": _insisted,
    "recalled": _recalled,
    "printed": _printed,
}
