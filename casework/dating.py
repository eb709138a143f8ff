"""Which day of a case counts, when the clock that told it had no evidence (S29).

The time on the paper is the legal one. Where its evidence is not good a supervisor confirms the day, and only in the
applicant's favour: what begins a term of the hall may only have been earlier, what begins the applicant's own only
later. Nothing is refused because of a clock.
"""

from __future__ import annotations

from datetime import date

import msgspec

from casework.case import Case
from casework.errors import BadBytes
from casework.facts import LegalTime

EARLIER = frozenset({"received", "accepted", "decided"})
"""Days from which the hall has its time: receipt, acceptance, decision."""
LATER = frozenset({"told"})
"""The day from which the applicant has hers: the notice of what is missing."""
DATES = ("received", "told", "accepted", "decided")


def on_paper(case: Case, of: str) -> str:
    """The moment that stands on the paper; empty while it has not come."""
    if of == "told":
        return case.supplement.told_at if case.supplement else ""
    return {"received": case.received_at, "accepted": case.accepted_at, "decided": case.decided_at}[of]


def counted(case: Case, of: str) -> str:
    """The moment from which is counted: the one that a supervisor confirmed, else that of the paper."""
    return case.confirmed.get(of) or on_paper(case, of)


def has_evidence(time: LegalTime) -> bool:
    """Whether the time stands by its own evidence, without a supervisor's word."""
    try:
        return time.is_good(time.at)
    except BadBytes:
        return False


def doubted(case: Case, of: str, time: LegalTime) -> Case:
    """The case after something that begins a term, at `time`: in doubt until somebody has confirmed it."""
    good = has_evidence(time)
    if good and of not in case.doubts and of not in case.confirmed:
        return case
    doubts = tuple(each for each in case.doubts if each != of)
    confirmed = {name: at for name, at in case.confirmed.items() if name != of}
    if not good:
        doubts = (*doubts, of)
    return msgspec.structs.replace(case, doubts=doubts, confirmed=confirmed)


def is_day(text: str) -> bool:
    """Whether `text` is a day as it is written here, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def favours(case: Case, of: str, day: str) -> bool:
    """Whether to count from `day` (YYYY-MM-DD) makes no term worse for the applicant."""
    here = on_paper(case, of)[:10]
    return day <= here if of in EARLIER else day >= here


def confirmed(case: Case, of: str, day: str) -> Case:
    """The case with the confirmed day. The same day keeps the minute of the paper; another begins at its own start,
    or ends at its own end, whichever is better for the applicant.
    """
    here = on_paper(case, of)
    at = here if day == here[:10] else f"{day}T00:00:00.000" if of in EARLIER else f"{day}T23:59:59.000"
    return msgspec.structs.replace(
        case,
        confirmed={**case.confirmed, of: at},
        doubts=tuple(each for each in case.doubts if each != of),
    )
