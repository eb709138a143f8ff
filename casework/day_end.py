"""日终: the papers that a window printed on a day against the cases that the hall has acknowledged, by name.

A receipt in somebody's hand and no case at the hall is the worst that can happen at a counter: it is looked for every
evening, not when the applicant comes back.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework.outbox import UNSENT, Row

AT_HALL = "at_hall"
_FATES = {Row.HELD: "held", Row.REJECTED: "refused", Row.RESOLVED: AT_HALL}


class TakenIn(msgspec.Struct, frozen=True):
    """A case that this window took in on the day. `row`: where its `received` is; None: the log has it."""

    case: str
    module: str
    row: Row | None


class PrintedOn(msgspec.Struct, frozen=True):
    """A paper that this window printed on the day. `row`: where what it tells is: the judgement, else the receipt."""

    case: str
    paper: str
    count: int
    row: Row | None


class Difference(msgspec.Struct, frozen=True):
    """What does not agree. `what`: no_paper, unsent, held, refused, at_printer or dropped."""

    case: str
    what: str
    paper: str = ""


class Tally(msgspec.Struct, frozen=True):
    """Counts of one kind: how many, and how many of them each fate has."""

    name: str
    all: int = 0
    at_hall: int = 0
    unsent: int = 0
    in_tray: int = 0
    again: int = 0
    """Of papers: prints after the first."""


class DayEnd(msgspec.Struct, frozen=True):
    """A window's day: cases by module, papers by kind, and the differences in the order of the day."""

    cases: tuple[Tally, ...]
    papers: tuple[Tally, ...]
    differences: tuple[Difference, ...]


def fate(row: Row | None) -> str:
    """at_hall, unsent, held or refused."""
    if row in UNSENT:
        return "unsent"
    return _FATES.get(row, AT_HALL) if row is not None else AT_HALL


def end_of_day(
    taken: Sequence[TakenIn], printed: Sequence[PrintedOn], not_out: Sequence[tuple[str, str, str]]
) -> DayEnd:
    """Set the two sides against each other. `not_out`: case, kind and `at_printer` or `dropped`."""
    told = {paper.case for paper in printed}
    found = [Difference(case.case, "no_paper") for case in taken if case.case not in told]
    found += [Difference(paper.case, fate(paper.row), paper.paper) for paper in printed if fate(paper.row) != AT_HALL]
    found += [Difference(case, what, kind) for case, kind, what in not_out]
    return DayEnd(
        _tallies([(case.module, fate(case.row), 1) for case in taken]),
        _tallies([(paper.paper, fate(paper.row), paper.count) for paper in printed]),
        tuple(dict.fromkeys(found)),
    )


def _tallies(rows: Sequence[tuple[str, str, int]]) -> tuple[Tally, ...]:
    names = dict.fromkeys(name for name, _, _ in rows)
    return tuple(
        Tally(
            name,
            sum(1 for one in rows if one[0] == name),
            sum(1 for one in rows if one[:2] == (name, AT_HALL)),
            sum(1 for one in rows if one[:2] == (name, "unsent")),
            sum(1 for one in rows if one[0] == name and one[1] in {"held", "refused"}),
            sum(1 for one in rows if one[0] == name and one[2] > 1),
        )
        for name in names
    )
