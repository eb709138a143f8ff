"""Open cases of the same applicant and item (疑似重复): two windows may take one matter in twice. Pure.

The window warns before it saves; what was taken in all the same, at two windows or with the line down, a supervisor
looks at side by side: one of them is voided, or they are told apart and never shown again.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework.case import Case


class Double(msgspec.Struct, frozen=True):
    """`case` looks like `other`, which came before it; `older`: all open ones that came before, told apart or not."""

    case: Case
    other: Case
    older: tuple[Case, ...]


def doubles(cases: Sequence[Case]) -> tuple[Double, ...]:
    """Of open cases of one applicant and item each that looks like one before it, and like which: the first of them.

    No bundle or stage has an item twice: two under one root were taken in by two windows.
    """
    found = []
    ranked = sorted(cases, key=lambda case: (case.received_at, case.id))
    for place, case in enumerate(ranked):
        older = tuple(ranked[:place])
        like = next((one for one in older if not _apart(one, case)), None)
        if like is not None:
            found.append(Double(case, like, older))
    return tuple(found)


def _apart(one: Case, other: Case) -> bool:
    return _names(one, other) or _names(other, one)


def _names(one: Case, other: Case) -> bool:
    """Whether a supervisor said of `one` that `other` is another matter; it may have got another number since."""
    return bool({other.number, *other.former_numbers} & set(one.apart))
