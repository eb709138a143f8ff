"""From when on a catalogue or calendar counts: a fact of the hall, at one place of the log for every window (S10).

Pure: a view of the memory in, the changes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from casework import bodies
from casework.ambient import NewId
from casework.bodies.hall import NUMBERED
from casework.calendar import Calendar
from casework.calendar import parse as parse_calendar
from casework.case import Case, decode_case, post_of, route_of
from casework.catalogue.parse import decode
from casework.facts import digest
from casework.limits import LIMITS
from hall.errors import ReleaseTrouble
from hall.office import own_facts
from hall.releases.catalogues import CALENDAR, Proposal
from hall.releases.roles import CATALOGUE
from hall.rows import Changes
from hall.store import Reading
from hall.timers import timer_rows

_NAMED = 20
"""Cases that a refusal names one by one."""


def number_in_force(reading: Reading, kind: str) -> int:
    """The number of the catalogue or calendar that counts; 0 where it was never signed."""
    return int(reading.head(kind + NUMBERED) or 0)


def in_force(reading: Reading, kind: str, data: bytes, proposal: Proposal, now: str, new_id: NewId) -> Changes:
    """`data` counts from here on, with who proposed and who approved it; a calendar moves the hall's timers with it.

    Whoever calls has proven the bytes. Raises ReleaseTrouble while an open case would not find what it needs.
    """
    if proposal.number <= number_in_force(reading, kind):
        raise ReleaseTrouble("version.counts_already", kind=kind, number=proposal.number)
    expect_cases(reading, kind, data)
    changes = Changes(blobs={digest(data): data})
    said = (digest(data), proposal.number, proposal.by, proposal.approved_by)
    if kind == CATALOGUE:
        return own_facts(reading, [bodies.CatalogueHead(*said)], now, new_id, changes)
    _move_timers(reading, parse_calendar(data), changes)
    return own_facts(reading, [bodies.CalendarHead(*said)], now, new_id, changes)


def _move_timers(reading: Reading, calendar: Calendar, changes: Changes) -> None:
    """By another calendar another day is the last: else the hall would speak on the old one, or never."""
    data = reading.blob(reading.head(CALENDAR))
    before = parse_calendar(data) if data else None
    for case in open_cases(reading):
        after = timer_rows(case, calendar)
        if before is None or timer_rows(case, before) != after:
            changes.timers[case.id] = after


def expect_cases(reading: Reading, kind: str, data: bytes) -> None:
    """Every open case still finds its posts and its days. Raises ReleaseTrouble with numbers.

    Its item it finds in the version that it was taken in under: none is ever thrown away, and one that was lost with
    the hall's disk is told (`without_version`) and stops no later one.
    """
    lost = _without_post(reading, data) if kind == CATALOGUE else _before_calendar(reading, data)
    if lost:
        code, named = "post" if kind == CATALOGUE else "day", ", ".join(lost[:_NAMED])
        raise ReleaseTrouble(f"version.cases_without_{code}", count=len(lost), numbers=named)


def _without_post(reading: Reading, data: bytes) -> list[str]:
    posts = decode(data).posts.keys()
    return [case.number for case in open_cases(reading) if not _posts_to_come(case) <= posts]


def _posts_to_come(case: Case) -> set[str]:
    return {post_of(case, step) for step in route_of(case) if step.id not in case.steps}


def _before_calendar(reading: Reading, data: bytes) -> list[str]:
    first = parse_calendar(data).first
    return [case.number for case in open_cases(reading) if date.fromisoformat(case.received_at[:10]) < first]


def without_version(reading: Reading) -> list[str]:
    """The numbers of open cases that name a catalogue of which the hall has no bytes: lost in a restore, or wrong."""
    have: dict[str, bool] = {}
    lost = []
    for case in open_cases(reading):
        if case.catalogue not in have:
            have[case.catalogue] = reading.blob(case.catalogue) is not None
        if not have[case.catalogue]:
            lost.append(case.number)
    return lost


def open_cases(reading: Reading) -> Iterator[Case]:
    """Every case on which somebody still has to act."""
    ids = reading.case_ids()
    for start in range(0, len(ids), LIMITS.list_rows):
        for row in reading.cases(ids[start : start + LIMITS.list_rows]).values():
            case = decode_case(row.state) if row.state else None
            if case is not None and case.is_open:
                yield case
