"""Papers that the hall has already: what an applicant handed in before, or was given, is not asked for again.

A paper is the same when both items call it by the same word (`Material.shares`); a result is the paper that it is
when its item says so (`Item.gives`). Keeps R33 (免提交) for what no source gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from casework.case import Case
from casework.catalogue.schema import Item

IN_HAND = frozenset({"original", "copy", "electronic", "checked"})
"""States in which the hall has a paper."""
GIVEN = "result"
"""In place of a state: it is the result of an earlier case."""
_NOTHING_OF = frozenset({"void", "revoked"})
"""A case that was taken in by mistake, or whose result was taken back, stands for no paper."""

Earlier = tuple[str, str, str]
"""Number of the case that holds a paper, when it was taken in, and in which state the paper is there."""


def reusable(item: Item, cases: Iterable[Case], items: Mapping[str, Item]) -> dict[str, Earlier]:
    """Which materials of `item` an applicant need not bring, because an earlier case of hers holds them.

    Args:
        item: what is applied for now.
        cases: the applicant's cases, newest first: the newest one that holds a paper is named.
        items: by code, to know what the papers of those cases are.

    Returns:
        By material code: the number, the time of receipt and the state there (`result` for what was granted).
    """
    codes: dict[str, list[str]] = {}
    for material in item.materials:
        if material.shares:
            codes.setdefault(material.shares, []).append(material.code)
    found: dict[str, Earlier] = {}
    for case in cases:
        for word, have in _held(case, items.get(case.received.item)):
            for code in codes.get(word, ()):
                found.setdefault(code, (case.number, case.received_at, have))
    return found


def _held(case: Case, item: Item | None) -> Iterator[tuple[str, str]]:
    """The papers that a case holds, by their word: its result first; what it has by reference is with its holder."""
    if case.state in _NOTHING_OF:
        return
    if case.received.gives and case.outcome == "granted":
        yield case.received.gives, GIVEN
    for code, have in case.materials.items():
        material = item.material(code) if item else None
        here = have in IN_HAND and code not in case.handed_back and code not in case.received.reused
        if material is not None and material.shares and here:
            yield material.shares, have
