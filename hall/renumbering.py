"""A number that two cases have: the one that the hall saw second gets a number of the hall's own (S27)."""

from __future__ import annotations

from collections.abc import Sequence

from casework import bodies, numbers
from casework.ambient import NewId, moment
from casework.case import decode_case
from casework.errors import BadCode
from casework.facts import HALL
from hall.office import OnCase, own_facts, with_what_was_said
from hall.rows import Changes
from hall.store import Reading


def renumber(
    reading: Reading, changes: Changes, cases: Sequence[str], now: str, new_id: NewId
) -> None:  # fmt: skip
    """Each of `cases` goes on under a number that nobody else can have; its old one keeps finding it."""
    said: list[OnCase] = []
    given: set[str] = set()
    for id_ in dict.fromkeys(cases):
        row = changes.cases.get(id_)
        case = decode_case(row.state) if row and row.state else None
        number = free_number(reading, given | changes.numbers.keys(), now) if case is not None else ""
        if row is None or case is None or not number:
            continue
        given.add(number)
        changes.numbers[number] = id_
        said.append(OnCase(new_id(), id_, row.root, row.scope, row.n + 1, bodies.Renumbered(case.number, number)))
    if said:
        own_facts(reading, said, now, new_id, changes)
        with_what_was_said(reading, changes, said, now)


def free_number(reading: Reading, taken: frozenset[str] | set[str], now: str) -> str:
    """The next number of terminal 0000 for today; empty once the day has no more: then the flag alone says it."""
    day, region = moment(now).date(), reading.hall().region
    begins = numbers.make(region, day, HALL, 1)[:16]
    newest = max((reading.newest_number(begins), *(one for one in taken if one.startswith(begins))), default="")
    count = int(newest[16:20]) + 1 if newest else 1
    try:
        return numbers.make(region, day, HALL, count)
    except BadCode:
        return ""
