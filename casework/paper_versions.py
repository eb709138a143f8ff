"""A new version of a paper and a reprint are two things: a reprint says again what an earlier sheet says.

What a paper tells of is a fact (`EVENTS`, *prints*): the receipt of the papers that came, the decision of what was
decided or corrected. After another such fact the paper says something new; it is no reprint, and where the applicant
may hold both sheets, the newer one says which version it is. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from casework.case import PrintedPaper
from casework.events import EVENTS
from casework.facts import Fact

NUMBERED = frozenset({"receipt"})
"""Papers of which a later version takes the place of the one before: it says its number."""


def told_by(history: Sequence[Fact], kind: str) -> tuple[Fact, ...]:
    """The facts that the paper `kind` tells of, oldest first; none for a paper that tells of no single fact."""
    known = ((fact, EVENTS[fact.type]) for fact in history if fact.type in EVENTS)
    return tuple(fact for fact, row in known if kind in {row.prints, row.also})


def version(history: Sequence[Fact], kind: str) -> int:
    """Which version the paper would be now; 1 where its kind has none."""
    return max(len(told_by(history, kind)), 1) if kind in NUMBERED else 1


def same_version(papers: Sequence[PrintedPaper], kind: str, told: Fact | None) -> tuple[PrintedPaper, ...]:
    """The sheets that say what the paper would say now. `told`: the newest fact that it tells of.

    A sheet that names no fact (versions before 0.3.2) is known by its time.
    """
    own = (paper for paper in papers if paper.paper == kind)
    if told is None:
        return tuple(own)
    return tuple(paper for paper in own if paper.of == told.id or (not paper.of and paper.at >= told.time.at))
