"""How a confirmed day moves a case (S29): its terms count from it, its papers stay as they were handed out."""

from __future__ import annotations

from casework import bodies
from casework.case import Case
from casework.dating import confirmed, favours, is_day, on_paper
from casework.facts import Fact
from casework.folding.parts import Evolver


def _confirmed(case: Case, fact: Fact, body: bodies.DateConfirmed) -> Case:
    if (
        body.of not in case.doubts
        or not on_paper(case, body.of)
        or not (is_day(body.date) and favours(case, body.of, body.date))
    ):
        return case
    return confirmed(case, body.of, body.date)


EVOLVERS: dict[str, Evolver] = {"date.confirmed": _confirmed}
