"""Why a case is due on its day: both clocks as a ledger, day by day, with who held it (`yichuang why`, R20 to R23)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from casework import numbers
from casework.ambient import moment
from casework.case import APPLICANT, THIRD_PARTY, Case, places
from casework.clocks import unit_word
from casework.facts import Fact
from casework.folding import evolve
from casework.ledger import Held, LedgerDay, ledger
from casework.messages import t
from casework.standing import Standing, standing
from console.counter import facts_of
from console.showing import left_text
from console.terminal import Terminal


def ledger_text(terminal: Terminal, case: Case) -> str:
    """The ledger as people read it, in the installed language."""
    lines = [t("why.title", number=numbers.printed(case.number))]
    names = _holder_names(terminal, case)
    for stand, days in ledgers(terminal, case):
        lines += ["", _head(stand), *(_line(day, names) for day in days)]
    if len(lines) == 1:
        lines.append(t("why.no_clock"))
    return "\n".join(lines)


def ledger_facts(terminal: Terminal, case: Case) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "number": case.number,
        "clocks": {
            stand.kind: {
                "start": stand.clock.start,
                "due": stand.clock.due,
                "total": stand.clock.total,
                "left": stand.left,
                "provisional": stand.clock.provisional,
                "days": [_plain(day) for day in days],
            }
            for stand, days in ledgers(terminal, case)
        },
    }


def ledgers(terminal: Terminal, case: Case) -> list[tuple[Standing, tuple[LedgerDay, ...]]]:
    """Each clock that has begun with its days: up to the last one, or to today (the decision) when that is later."""
    calendar, now = terminal.library.calendar(), terminal.clock.now()
    held = holders(facts_of(terminal.memory.history(case.id)))
    stop = case.decided_at or case.ended_at
    seen = moment(stop).date() if stop else now.date()
    return [
        (stand, ledger(calendar, stand.clock, max(stand.clock.due_day, seen), held))
        for stand in standing(case, calendar, now)
    ]


def holders(history: tuple[Fact, ...]) -> tuple[Held, ...]:
    """Which posts (or the applicant) held the case, from when to when, by its facts."""
    case: Case | None = None
    since: dict[str, date] = {}
    spans: list[Held] = []
    for fact in history:
        case = evolve(case, fact)
        if case is None:
            continue
        day = moment(fact.time.at).date()
        now = {place.post for place in places(case)}
        spans += [Held(gone, since.pop(gone), day) for gone in tuple(since) if gone not in now]
        for post in sorted(now - since.keys()):
            since[post] = day
    return (*spans, *(Held(post, start) for post, start in since.items()))


def _head(stand: Standing) -> str:
    due = t("clock.provisional", due=stand.clock.due) if stand.clock.provisional else stand.clock.due
    word, start = unit_word(stand.span.unit, stand.span.amount), t(f"limit.start.{stand.span.start}")
    unit = t(f"limit.{word}", amount=stand.span.amount, start=start)
    return t("why.clock", clock=t(f"clock.{stand.kind}"), limit=unit, due=due.replace("T", " "), left=left_text(stand))


def _holder_names(terminal: Terminal, case: Case) -> dict[str, str]:
    """Whoever can hold a case, in words."""
    posts = terminal.library.of(case).posts.values()
    outside = {APPLICANT: t("holder.applicant"), THIRD_PARTY: t("holder.third_party")}
    return {**{post.id: post.name.say(terminal.language) for post in posts}, **outside}


def _line(day: LedgerDay, names: Mapping[str, str]) -> str:
    article = f" {day.article}" if day.article else ""
    holders = dict.fromkeys(names.get(who, who) for who in day.held_by)
    who = f" [{t('words.list', names=list(holders))}]" if holders else ""
    return f"{day.day.isoformat()}  {day.left:>4}  {day.reason}{article}{who}"


def _plain(day: LedgerDay) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "state": day.state,
        "reason": str(day.reason),
        "article": str(day.article) if day.article else "",
        "ran": day.ran,
        "left": day.left,
        "held_by": list(day.held_by),
        "provisional": day.provisional,
    }
