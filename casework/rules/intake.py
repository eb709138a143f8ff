"""Rules of the counter (R1 to R7, R15, R31, R33, R41)."""

from __future__ import annotations

from casework import bodies
from casework.case import UNDER_WAY, Case
from casework.catalogue.materials import FOUND, HAVE, PENDING, adds
from casework.facts import Fact
from casework.folding.intake import mended_later, not_taken
from casework.rules.refusing import Bench, Refusal, Rule, first, lacking, listed, taken_in_elsewhere, told_already


def _received_only(case: Case) -> Refusal | None:
    return None if case.state == "received" else Refusal("not_received", {"number": case.number, "state": case.state})


def _before_acceptance(case: Case) -> Refusal | None:
    """What was accepted on paper is neither turned away nor asked for more when it is sent back (S15)."""
    if case.state == "received" and case.accepted_at:
        return Refusal("was_accepted", {"number": case.number, "accepted_at": case.accepted_at})
    return _received_only(case)


def _accepted(case: Case, fact: Fact, body: bodies.Accepted, bench: Bench) -> Refusal | None:
    by_timer = bool(case.deemed) and case.accepted is None and case.state in UNDER_WAY
    late = None if by_timer else _received_only(case)
    if late:
        return late
    unproven = not (body.authority and body.authority == case.received.authority)
    if bench.staff and bench.staff.team == "helper" and unproven:
        return Refusal("no_authorisation", {"item": case.received.item})
    missing = () if by_timer else lacking(case)
    return Refusal("incomplete", {"materials": ", ".join(missing)}) if missing else None


def _told(case: Case, fact: Fact, body: bodies.SupplementTold, bench: Bench) -> Refusal | None:
    told = told_already(case)
    if told:
        return told
    if case.received.registration:
        return Refusal("registration_returns", {"number": case.number})
    if not body.lines:
        return Refusal("nothing_said")
    codes = [line.material for line in body.lines]
    return _before_acceptance(case) or listed(case, codes, body.also) or _by_the_source(case, codes)


def _by_the_source(case: Case, codes: list[str]) -> Refusal | None:
    """What a source gives, or is still to be asked for, nobody asks the applicant for (R33)."""
    given = [code for code in codes if case.materials.get(code) in {PENDING, "checked"}]
    return Refusal("source_gives", {"materials": ", ".join(given)}) if given else None


def _added(case: Case, fact: Fact, body: bodies.MaterialAdded, bench: Bench) -> Refusal | None:
    if not body.materials or not set(body.materials.values()) <= set(HAVE):
        return Refusal("nothing_said")
    accepted = bool(case.accepted_at)
    idle = [
        code
        for code, have in body.materials.items()
        if not adds(case.materials.get(code, "missing"), have, accepted=accepted)
    ]
    said = listed(case, body.materials) or _not_taken(case, body)
    return said or (Refusal("adds_nothing", {"materials": ", ".join(idle)}) if idle else None)


def _not_taken(case: Case, body: bodies.MaterialAdded) -> Refusal | None:
    promised = not_taken(case, body)
    return Refusal("not_taken", {"materials": ", ".join(promised)}) if promised else None


def _handed_back(case: Case, fact: Fact, body: bodies.MaterialReturned, bench: Bench) -> Refusal | None:
    if not body.materials:
        return Refusal("nothing_said")
    return first(listed(case, body.materials), None if body.receiver.strip() else Refusal("receiver"))


def _checked(case: Case, fact: Fact, body: bodies.CheckedByNetwork, bench: Bench) -> Refusal | None:
    if not body.results or not {line.outcome for line in body.results} <= set(FOUND):
        return Refusal("nothing_said")
    if any(line.outcome == "override" and not line.reason.strip() for line in body.results):
        return Refusal("reason")
    return listed(case, [line.material for line in body.results])


def _mended(case: Case, fact: Fact, body: bodies.MendedOnTheSpot, bench: Bench) -> Refusal | None:
    if not body.mends or not all(what.strip() for what in body.mends.values()):
        return Refusal("nothing_said")
    if mended_later(case, fact, body):
        return Refusal("mended_later", {"number": case.number})
    return _received_only(case)


def _refused(case: Case, fact: Fact, body: bodies.RefusedAtIntake, bench: Bench) -> Refusal | None:
    if not body.reason.strip() or not body.remedies.strip():
        return Refusal("reason_and_remedies")
    if body.ground == "not_our_power" and not body.right_organ.strip():
        return Refusal("right_organ")
    return taken_in_elsewhere(case, fact) or _before_acceptance(case)


def _returned(case: Case, fact: Fact, body: bodies.Returned, bench: Bench) -> Refusal | None:
    if not case.received.registration:
        return Refusal("only_registration_returns", {"number": case.number})
    if not body.lines and not body.reason.strip():
        return Refusal("nothing_said")
    no = taken_in_elsewhere(case, fact) or _before_acceptance(case)
    return no or listed(case, [line.material for line in body.lines])


RULES: dict[str, Rule] = {
    "accepted": _accepted,
    "supplement.told": _told,
    "material.added": _added,
    "material.returned": _handed_back,
    "checked_by_network": _checked,
    "mended_on_the_spot": _mended,
    "refused_at_intake": _refused,
    "returned": _returned,
}
