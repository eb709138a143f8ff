"""What the board counts by, of one case: read from its state once and kept beside it; no figure folds a case again.

A case is looked at when its papers are checked at the counter. What is said first decides whether its *first
submission* passed; a case that comes again after a return is no first submission (R40, R41).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from casework.case import AT_APPLICANT, Case
from casework.numbers import is_whole
from casework.standing import Term, terms

First = Literal["", "passed", "failed", "again"]
"""How the first check of the papers ended; `again`: it is not the first submission; empty: nobody has checked yet."""

_encode = msgspec.json.Encoder().encode
_decode_terms = msgspec.json.Decoder(tuple[Term, ...]).decode


class Measures(msgspec.Struct, frozen=True, gc=False):
    """Times are stamps, empty while nothing happened. `looks`: how often the counter checked its papers."""

    checked_at: str
    first: First
    looks: int
    decided_at: str
    asks: int
    """How often something was asked for too late (R5)."""
    terms: str
    """The clocks and terms that run, as `running` wrote them; empty once the case has ended."""


def measured(case: Case) -> Measures:
    """What the board counts of `case`."""
    checked_at, passed = _first_check(case)
    first: First = ""
    if checked_at:
        before = case.received.refers_to
        first = "again" if before and is_whole(before) else "passed" if passed else "failed"
    looks = int(bool(checked_at)) + _answered(case)
    return Measures(checked_at, first, looks, case.decided_at, case.asks_refused, running(case))


def _first_check(case: Case) -> tuple[str, bool]:
    """When the papers were first found complete or not at the counter, and which; nothing where nobody has.

    Papers that may follow, and pledges, count as complete. What the hall's timer accepted, nobody has checked; who is
    turned away because no permit is needed, or at the wrong organ, was not asked for papers.
    """
    if case.supplement is not None:
        return case.supplement.told_at, False
    if case.accepted is not None and not case.deemed:
        return case.accepted_at, True
    if case.state == "returned" and not case.deemed:
        return case.ended_at, False
    return "", False


def _answered(case: Case) -> bool:
    """A second look: what was missing has come, and was accepted or turned down."""
    return case.supplement is not None and case.state not in AT_APPLICANT and bool(case.accepted_at or case.ended_at)


def running(case: Case) -> str:
    """The clocks and terms that run, as one text: cases that stand alike have the same, and are counted together."""
    if not case.is_open:
        return ""
    found = [term.plain() for term in terms(case) if not term.ended]
    found = [term for term in found if term.kind != "spot"] or found
    return _encode(found).decode()


def read_terms(text: str) -> tuple[Term, ...]:
    """What `running` wrote."""
    return _decode_terms(text)
