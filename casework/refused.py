"""What waits in the tray, for the rules that settle it: the line itself, its bytes and its maker where they are here.

Says which papers of a refused act are in somebody's hand, and whether it would still move its case (S15). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from casework.beside import FLAGGED
from casework.bodies import PaperOut, StaffSet
from casework.case import TURNED_AWAY, Case, PrintedPaper, Recall
from casework.events import EVENTS
from casework.facts import Fact
from casework.folding import evolve, has_moved
from casework.folding.intake import stands_alone
from casework.wire import Tray

GIVEN_UP = frozenset({"withdraw", "amend"})
"""How a line ends whose act does not stand."""


class Waits(msgspec.Struct, frozen=True):
    """A line of the tray. `fact` is None where its bytes are not here; `maker` where the roster has nobody."""

    tray: Tray
    fact: Fact | None = None
    maker: StaffSet | None = None


def gave_up(line: Tray) -> str:
    """By what type of resolution an act was given up; empty where it was not, or where its task was that."""
    return f"resolve.{line.settled}" if line.settled in GIVEN_UP and line.kind != FLAGGED else ""


def named(refused: Iterable[str], waiting: Mapping[str, Waits]) -> tuple[Waits, ...]:
    """The lines that a resolution names, as far as they wait."""
    return tuple(waiting[id_] for id_ in dict.fromkeys(refused) if id_ in waiting)


def papers_out(case: Case, lines: Iterable[Waits]) -> tuple[PrintedPaper, ...]:
    """The papers of these refused acts that were handed out and that nobody calls back yet.

    A print names its act; one of an older program does not, and then every paper of the kind since the act is meant.
    Where the print itself crosses what its maker had not seen, its paper is meant.
    """
    called = {(each.paper, each.count, each.at) for each in case.recalls}
    found: dict[tuple[str, int, str], PrintedPaper] = {}
    for line in lines:
        row = EVENTS.get(line.tray.type)
        if row is None or not calls_back(case, line.tray):
            continue
        timer = case.settled and row.name == "accepted"  # the notice of the timer's word names no act
        for paper in case.papers:
            key = (paper.paper, paper.count, paper.at)
            if _is_of(paper, line.tray, row.prints, of_the_timer=timer) and key not in called:
                found[key] = paper
    return tuple(found.values())


_RECEIPTS = frozenset({"received", "material.added"})


def calls_back(case: Case, line: Tray) -> bool:
    """Whether the papers of what lies there are asked back: neither where its act stands, nor where they are true."""
    return line.fact not in {act.fact for act in case.acts} and not _is_true(line)


def _is_true(line: Tray) -> bool:
    """Whether what it handed out is true: it crossed no more than the paper of another act; or it was a receipt for
    what lies here now, and crossed the decision that missed it.
    """
    crossed = _TRUE_BESIDE | ({"decided"} if line.type in _RECEIPTS else set())
    what = line.facts.get("what", "")
    return bool(what) and crossed.issuperset(what.split(", "))


_TRUE_BESIDE = frozenset({"printed"})
"""What makes no paper untrue of an act that missed it: the other paper is."""


def _is_of(paper: PrintedPaper, line: Tray, kind: str, *, of_the_timer: bool) -> bool:
    """Whether the paper tells of what lies in the tray. `kind`: what that prints."""
    if line.type == "printed":
        return (paper.at, paper.by) == (line.made, line.actor)
    unnamed = not paper.of and paper.paper == kind and paper.at >= line.made and not of_the_timer
    return paper.of == line.fact or unnamed


def called_back(papers: Iterable[PrintedPaper], holder: str) -> tuple[PaperOut, ...]:
    """These papers as a resolution names them: `holder` has them."""
    return tuple(PaperOut(paper.paper, paper.count, paper.at, holder) for paper in papers)


def moves_nothing(case: Case | None, facts: Iterable[Fact]) -> Fact | None:
    """The first of `facts` (of this case, in order) that comes too late to move it; None when all of them move it.

    Whoever insists on an act that has no effect any more would make a paper stand that nothing stands behind; and
    what was accepted on paper meanwhile is not turned away (S15).
    """
    for fact in facts:
        after = evolve(case, fact)
        if after is None or case is None:
            if after is None:
                return fact
        elif not has_moved(case, after) or (fact.type in TURNED_AWAY and case.accepted_at and not stands_alone(case)):
            return fact
        case = after
    return None


def replaced_by(case: Case, kind: str) -> tuple[Recall, ...]:
    """The open recalls that a new paper of `kind` has to name: *replaces the paper of …*."""
    return tuple(each for each in case.open_recalls if kind in {each.paper, RECALL_PAPER})


RECALL_PAPER = "recall"
"""The paper that tells of a recall where no other paper takes the old one's place."""


def is_told(case: Case, recall: Recall) -> bool:
    """Whether the new paper that names the old one was printed since."""
    return any(
        paper.at >= recall.since and (paper.paper, paper.count, paper.at) != (recall.paper, recall.count, recall.at)
        for paper in case.papers
        if paper.paper in {recall.paper, RECALL_PAPER}
    )
