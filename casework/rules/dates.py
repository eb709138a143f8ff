"""Who confirms a day that no clock proves, and which (S29)."""

from __future__ import annotations

from casework import bodies
from casework.case import Case
from casework.dating import DATES, favours, is_day, on_paper
from casework.facts import Fact
from casework.rules.refusing import Bench, Refusal, Rule, reason


def _confirmed(case: Case, fact: Fact, body: bodies.DateConfirmed, bench: Bench) -> Refusal | None:
    if body.of not in DATES or body.of not in case.doubts:
        return Refusal("not_in_doubt", {"number": case.number})
    if not is_day(body.date):
        return Refusal("no_day", {"given": body.date[:20]})
    if not favours(case, body.of, body.date):
        return Refusal("against_applicant", {"paper": on_paper(case, body.of)[:10], "given": body.date})
    return reason(body)


RULES: dict[str, Rule] = {"date.confirmed": _confirmed}
