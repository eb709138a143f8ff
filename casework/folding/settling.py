"""What is on paper, and what becomes of a paper whose act was given up (S15)."""

from __future__ import annotations

import msgspec

from casework import bodies
from casework.case import Case, PrintedPaper, Recall
from casework.events import EVENTS
from casework.facts import Fact
from casework.folding.parts import Evolver, unchanged


def _printed(case: Case, fact: Fact, body: bodies.Printed) -> Case:
    paper = PrintedPaper(body.paper, body.count, body.mark, fact.time.at, fact.actor, body.of)
    again = body.paper == "receipt" and _counts_all(case, fact, body)  # under the number that stands (S22, S27)
    case = msgspec.structs.replace(case, papers=(*case.papers, paper), reprint=() if again else case.reprint)
    if body.of not in case.given_up and not _was_set_aside(case, body):
        return case
    # Its act was given up before anybody here heard of the paper: it is called back like the others.
    late = Recall(paper.paper, paper.count, paper.at, case.received.applicant.name, fact.time.at, paper.of)
    return msgspec.structs.replace(case, recalls=(*case.recalls, late))


def _counts_all(case: Case, fact: Fact, body: bodies.Printed) -> bool:
    """Whether whoever printed it knew of the task: of the word that set it, and of all receipts that were out then."""
    out = sum(each.paper == body.paper for each in case.papers)
    return (fact.base.epoch, fact.base.cursor) > case.reprint and body.count > out


def _was_set_aside(case: Case, body: bodies.Printed) -> bool:
    """Whether the paper tells of the timer's acceptance (it names no act), which a notice of before has taken back; or,
    in a restored hall, has forestalled.
    """
    forestalled = case.supplement is not None and not case.accepted_at
    return (case.set_aside or forestalled) and body.paper == EVENTS["accepted"].prints and not body.of


def _given_up(case: Case, fact: Fact, body: bodies.ResolveWithdraw | bodies.ResolveAmend) -> Case:
    of = {(paper.paper, paper.count, paper.at): paper.of for paper in case.papers}
    called = {
        (each.paper, each.count, each.at) for each in case.recalls
    }  # in a log that comes back somebody did it again
    new = tuple(
        Recall(*paper, each.holder, fact.time.at, of.get(paper, ""))
        for each in body.recalls
        if (paper := (each.paper, each.count, each.at)) not in called
    )
    known = (*case.given_up, *(act.fact for act in case.acts))  # of an act its task was given up, and its paper is true
    given_up = (*case.given_up, *(id_ for id_ in body.refused if id_ not in known))
    return msgspec.structs.replace(case, given_up=given_up, recalls=(*case.recalls, *new))


def _recalled(case: Case, fact: Fact, body: bodies.Recalled) -> Case:
    wanted = (body.paper, body.count, body.printed_at)
    return msgspec.structs.replace(
        case,
        recalls=tuple(
            msgspec.structs.replace(
                each, ended=body.how, ended_at=fact.time.at, ended_by=fact.actor, note=body.note
            )
            if not each.ended and (each.paper, each.count, each.at) == wanted
            else each
            for each in case.recalls
        ),
    )  # fmt: skip


EVOLVERS: dict[str, Evolver] = {
    "printed": _printed,
    "resolve.withdraw": _given_up,
    "resolve.amend": _given_up,
    "resolve.insist": unchanged,
    "recalled": _recalled,
}
