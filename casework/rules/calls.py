"""Rules of calls: they stand for themselves, without a case."""

from __future__ import annotations

from casework import bodies
from casework.case import Case
from casework.facts import Fact
from casework.rules.refusing import Bench, Refusal, Rule

TYPES = frozenset({"called", "call.answered"})


def _called(case: Case | None, fact: Fact, body: bodies.Called, bench: Bench) -> Refusal | None:
    return Refusal("call_nobody") if not body.to.strip() or body.to == fact.actor else None


RULES: dict[str, Rule] = {"called": _called}
