"""A number that two cases have: the one that the hall saw second gets a number of the hall's own (S27)."""

from __future__ import annotations

from collections.abc import Sequence

from casework import bodies, numbers
from casework.ambient import NewId, moment
from casework.case import Case, decode_case
from casework.errors import BadCode
from casework.facts import HALL
from hall.office import OnCase, own_facts, with_what_was_said
from hall.rows import Changes
from hall.store import Reading


def renumber(
    reading: Reading, changes: Changes, cases: Sequence[str], now: str, new_id: NewId
) -> None:  # fmt: skip
    """Each of `cases` whose number is another's goes on under one that nobody else can have; the old one finds it."""
    said: list[OnCase] = []
    given: set[str] = set()
    for id_ in dict.fromkeys(cases):
        row = changes.cases.get(id_) or reading.cases((id_,)).get(id_)
        case = decode_case(row.state) if row and row.state else None
        if row is None or case is None or _is_its_own(reading, changes, case):
            continue
        number = free_number(reading, given | changes.numbers.keys(), now)
        if not number:
            continue
        given.add(number)
        changes.numbers[number] = id_
        said.append(OnCase(new_id(), id_, row.root, row.scope, row.n + 1, bodies.Renumbered(case.number, number)))
    if said:
        own_facts(reading, said, now, new_id, changes)
        with_what_was_said(reading, changes, said, now)


def _is_its_own(reading: Reading, changes: Changes, case: Case) -> bool:
    """Whether the number that a case has is not another's: it got one of the hall's already, say."""
    owner = changes.numbers.get(case.number) or reading.numbers((case.number,)).get(case.number)
    return owner in {None, case.id}


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
