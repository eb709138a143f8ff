"""Cases as plain values for JSON: masked as everywhere, the clocks derived, never typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from casework import numbers
from casework.case import Case, places
from casework.claims import claim_on
from casework.messages import t
from casework.money import yuan
from casework.nudging import unanswered
from casework.outbox import Row
from casework.scans import Scan, of_material
from casework.standing import Standing, light_of, nearest, standing
from console.showing import masked
from console.terminal import Terminal
from local_db.finding import CaseRow, Filter, Told

FATES = ("confirmed", "accepted", "pending", "held", "rejected", "resolved")
_OF_ROW = {
    Row.COMMITTED: "pending",
    Row.SENT: "pending",
    Row.ACCEPTED: "accepted",
    Row.HELD: "held",
    Row.REJECTED: "rejected",
    Row.RESOLVED: "resolved",
    Row.PASSED: "confirmed",
}
_AFTER_THE_ROUTE = "delivery"
"""The post at which a delivered case waits to be closed."""


def queues(terminal: Terminal, posts: Iterable[str]) -> tuple[str, ...]:
    """Those of `posts` at which cases can wait; a supervisor has no queue of his own, and sees all."""
    known = terminal.library.current().posts
    return tuple(post for post in posts if post == _AFTER_THE_ROUTE or (post in known and known[post].kinds))


def listed(
    terminal: Terminal, state: str, posts: tuple[str, ...], module: str, since: str, limit: int
) -> Iterator[Case]:
    """Cases page by page, at most `limit` (0: all): those that wait at `posts` oldest first, else all newest first."""
    found = _waiting(terminal, posts) if posts else _all(terminal, Filter(state, "", module, since))
    fitting = (
        row.case
        for row in found
        if state in {"", row.state} and module in {"", row.module} and row.received_at >= since
    )
    return islice(fitting, limit or None)


def _all(terminal: Terminal, which: Filter) -> Iterator[CaseRow]:
    page = terminal.memory.cases(which)
    while page:
        yield from page
        page = terminal.memory.cases(which, before=(page[-1].received_at, page[-1].case_id))


def _waiting(terminal: Terminal, posts: tuple[str, ...]) -> Iterator[CaseRow]:
    last = ""
    page = terminal.memory.queue(posts)
    while page:
        for step in page:  # steps of one case follow each other
            if step.case.case_id != last:
                yield step.case
            last = step.case.case_id
        page = terminal.memory.queue(posts, after=page[-1].key)


def row(terminal: Terminal, case: Case) -> dict[str, Any]:
    """One line of a list."""
    stand = standing(case, terminal.library.calendar(), terminal.clock.now())
    first = nearest(stand)
    return {
        "number": case.number,
        "case": case.id,
        "item": case.received.item,
        "module": case.received.module,
        "state": case.state,
        "places": [{"step": place.step, "post": place.post} for place in places(case)],
        "applicant": masked(case.received.applicant),
        "due": first.clock.due if first else None,
        "light": light_of(stand),
        **({"recalls": len(case.open_recalls)} if case.open_recalls else {}),
        **({"nudges": msgspec.to_builtins(nudges)} if (nudges := unanswered(case)) else {}),
        **({"claims": claims} if (claims := _claims(terminal, case)) else {}),
    }


def _claims(terminal: Terminal, case: Case) -> list[dict[str, str]]:
    """Who has which place of it today (S23)."""
    day = terminal.clock.now().date().isoformat()
    held = [(step, claim_on(case, step, day)) for step in case.claims]
    return [{"step": step, **msgspec.to_builtins(claim)} for step, claim in held if claim is not None]


def shown(terminal: Terminal, case: Case) -> dict[str, Any]:
    """The whole case."""
    history = terminal.memory.history(case.id)
    clocks = {each.kind: _clock(each) for each in standing(case, terminal.library.calendar(), terminal.clock.now())}
    fates = [fate(told) for told in history.lines]
    return {
        **row(terminal, case),
        "events": [
            {
                "id": told.fact.id,
                "type": told.fact.type,
                "at": told.fact.time.at,
                "actor": told.fact.actor,
                "post": told.fact.post,
                "fate": end,
            }
            for told, end in zip(history.lines, fates, strict=True)
        ],
        "materials": {code: _material(terminal, case, code, have) for code, have in case.materials.items()},
        "clocks": {"statutory": None, "promised": None, **clocks},
        **_course(case),
        "together": [one.number for one in terminal.memory.of_root(case.root) if one.number != case.number],
        "papers": [
            {"kind": paper.paper, "count": paper.count, "mark": paper.mark, "at": paper.at, "by": paper.by}
            for paper in case.papers
        ],
        "sync": {
            **{end: fates.count(end) for end in FATES},
            "history_at_hall": history.at_hall,
        },
    }


def about_number(terminal: Terminal, typed: str) -> tuple[str, ...]:
    """What has to be said of a number that found a case: it was renumbered, or another case has had it (S27)."""
    wanted = numbers.parse(typed).number
    found = terminal.memory.case_by_number(wanted)
    said = [
        t("case.was_renumbered", old=numbers.printed(wanted), number=numbers.printed(case.number))
        for case in found
        if wanted in case.former_numbers
    ]
    doubled = len([case for case in found if case.number == wanted]) > 1
    return (*said, *((t("case.number_doubled", number=numbers.printed(wanted)),) if doubled else ()))


def _material(terminal: Terminal, case: Case, code: str, have: str) -> dict[str, Any]:
    found: dict[str, Any] = {"have": have}
    if code in case.received.reused:
        found["reused"] = case.received.reused[code]
    scans = [_scan(terminal, scan) for scan in of_material(case, code)]
    return {**found, "scans": scans} if scans else found


def _scan(terminal: Terminal, scan: Scan) -> dict[str, Any]:
    """A scan, and where it is: `here`, at the hall (`came`), and else how many bytes the other end has."""
    state = terminal.memory.scan_state(scan.sha256)
    found: dict[str, Any] = {
        "sha256": scan.sha256, "size": scan.size, "media": scan.media, "name": scan.name, "at": scan.at,
        "by": scan.by, "here": state.here, "came": scan.came, "held": scan.size if scan.came else state.held,
    }  # fmt: skip
    if state.trouble:
        found["trouble"] = state.trouble
    return found


def _course(case: Case) -> dict[str, Any]:
    """What happened on the way, where it did."""
    supplement = case.supplement
    told = supplement and {
        "told_at": supplement.told_at,
        "lines": msgspec.to_builtins(supplement.lines),
        "also": msgspec.to_builtins(supplement.also),
        "answered": list(supplement.answered),
    }
    found = {
        "bundle": case.received.bundle,
        "visit": case.visit,
        "supplement": told,
        "deemed": case.deemed,
        "needs_update": case.unread,
        "doubts": list(case.doubts),
        "confirmed": case.confirmed,
        "pauses": msgspec.to_builtins(case.pauses),
        "extension": msgspec.to_builtins(case.extension),
        "fee": yuan(case.fee) if case.fee is not None else None,
        "outcome": case.outcome,
        "recused": list(case.recused),
        "asks_refused": case.asks_refused,
        "recalls": msgspec.to_builtins(case.recalls),
        "former_numbers": list(case.former_numbers),
        "reprint": bool(case.reprint),
    }
    return {name: value for name, value in found.items() if value}


def fate(told: Told) -> str:
    """What became of a fact, as far as this terminal knows."""
    return _OF_ROW[told.row] if told.row is not None else "confirmed"


def _clock(stand: Standing) -> dict[str, Any]:
    return {"due": stand.clock.due, "provisional": stand.clock.provisional, "left": stand.left}
