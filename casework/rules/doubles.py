"""Rules of cases that look like one and the same."""

from __future__ import annotations

from casework import bodies
from casework.case import Case
from casework.facts import Fact
from casework.rules.refusing import Bench, Refusal, Rule, reason


def _told_apart(case: Case, fact: Fact, body: bodies.ToldApart, bench: Bench) -> Refusal | None:
    own = {case.number, *case.former_numbers}
    if not body.others or own & set(body.others):
        return Refusal("apart_from_what", {"number": case.number})
    return reason(body)


RULES: dict[str, Rule] = {"told_apart": _told_apart}
