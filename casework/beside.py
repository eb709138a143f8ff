"""What happened at the counter and moves nothing, although somebody holds its paper or has paid: a task for a person.

Such a fact is never refused (S14): it stays on record. But whoever was told so, paid, or got the result of a decision
that was corrected or revoked meanwhile has to be told how it is, and by a person (S15). Pure.
"""

from __future__ import annotations

import msgspec

from casework.case import Case
from casework.facts import Fact

FLAGGED = "flagged"
"""The kind of a line in the tray for what was accepted and moves nothing."""

RESULT = frozenset({"certified", "posted", "delivered"})
"""What makes or hands out the result of a decision."""

CORRECTED = frozenset({"corrected"})
"""What makes it the result of another decision than its maker knew."""

STALE = "stale"
"""The flag of such a result."""

_IN_HAND = frozenset({"material.added", "supplement.told", "paid", "posted", "delivered"})
"""What the applicant holds a paper of, or has paid for. A second receipt has a task of its own (S22)."""


def is_beside(fact: Fact, before: Case, after: Case | None, flags: tuple[str, ...]) -> bool:
    """Whether somebody has to look after a fact that was flagged: it moved nothing, or handed out an old result."""
    if after is None or not flags or flags[0] == "adds_nothing":  # a second copy contradicts nothing
        return False
    if fact.type in RESULT and flags[0] == STALE:
        return True
    return fact.type in _IN_HAND and msgspec.structs.replace(after, facts=before.facts) == before
