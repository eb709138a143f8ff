"""How a case comes to know its scans (S35)."""

from __future__ import annotations

import msgspec

from casework import bodies
from casework.case import Case
from casework.facts import Fact
from casework.folding.parts import Evolver
from casework.scans import Scan, can_come


def _scanned(case: Case, fact: Fact, body: bodies.Scanned) -> Case:
    """The same bytes for the same material are one scan, however often somebody says so."""
    known = any((scan.material, scan.sha256) == (body.material, body.sha256) for scan in case.scans)
    if known or not can_come(body.sha256, body.size):
        return case
    came = body.sha256 in case.arrived or any(scan.sha256 == body.sha256 and scan.came for scan in case.scans)
    made = Scan(
        body.material, body.sha256, body.size, body.media, fact.time.at, fact.actor, body.pages, body.name, came
    )
    return msgspec.structs.replace(case, scans=(*case.scans, made))


def _arrived(case: Case, fact: Fact, body: bodies.ScanArrived) -> Case:
    if all(scan.sha256 != body.sha256 for scan in case.scans):
        return msgspec.structs.replace(case, arrived=(*case.arrived, body.sha256))
    scans = tuple(
        msgspec.structs.replace(scan, came=True) if scan.sha256 == body.sha256 else scan for scan in case.scans
    )
    return msgspec.structs.replace(case, scans=scans)


EVOLVERS: dict[str, Evolver] = {"scanned": _scanned, "scan.arrived": _arrived}
