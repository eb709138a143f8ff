"""Rules of scanned papers (S35): what may be attached, and which steps wait for a scan that is still on its way.

Only who reads the papers waits: an examination, an expert's review, the decision. Nothing that the law gives the
applicant a term for waits for our line: acceptance, notices, payments and delivery go on, no clock stands still, and
whoever has the paper itself in hand goes on as well, and says so.
"""

from __future__ import annotations

from casework import bodies
from casework.case import Case
from casework.facts import Fact
from casework.limits import LIMITS
from casework.rules.refusing import Bench, Refusal, Rule, listed
from casework.scans import MEDIA, can_come, to_come

READS = frozenset({"examine", "expert_review", "decide"})
"""Kinds of steps that need the papers."""


def papers_to_come(case: Case, seen: str) -> Refusal | None:
    """Whether a step that reads the papers waits for scans on their way to the hall.

    Args:
        case: as it is now.
        seen: how the papers were read all the same; empty where nobody says so.
    """
    waiting = () if seen.strip() else to_come(case)
    if not waiting:
        return None
    return Refusal("papers_to_come", {"materials": ", ".join(dict.fromkeys(scan.material for scan in waiting))})


def _scanned(case: Case, fact: Fact, body: bodies.Scanned, bench: Bench) -> Refusal | None:
    foreign = listed(case, (body.material,))
    if foreign:
        return foreign
    if body.media not in MEDIA or not can_come(body.sha256, body.size):
        return Refusal("scan_kind", {"possible": ", ".join(sorted(MEDIA.values()))})
    if body.size > LIMITS.scan_bytes:
        return Refusal("scan_too_big", {"most": LIMITS.scan_bytes >> 20})
    if any((scan.material, scan.sha256) == (body.material, body.sha256) for scan in case.scans):
        return Refusal("scanned_already", {"material": body.material})
    size = body.size + sum(scan.size for scan in case.scans)
    if size > LIMITS.case_scan_bytes or len(case.scans) >= LIMITS.case_scans:
        return Refusal("case_scans_full", {"scans": LIMITS.case_scans, "most": LIMITS.case_scan_bytes >> 20})
    return None


RULES: dict[str, Rule] = {"scanned": _scanned}
