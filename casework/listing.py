"""What a list and a finder hold of a case beside its state: the same at a terminal and in a snapshot of the hall."""

from __future__ import annotations

from casework.bodies import Party
from casework.case import Case, places
from casework.catalogue.materials import PENDING

PLAIN = frozenset(
    {
        "received", "material.added", "material.returned", "checked_by_network", "mended_on_the_spot",
        "supplement.told", "ask.refused", "handed_over", "nudged", "paid", "certified", "posted", "delivered",
        "closed", "printed",
        "unmasked", "accepted", "refused_at_intake", "returned", "step.done", "step.not_needed", "inspected",
        "sent_back", "reassigned", "consulted", "recused", "pledge.checked", "withdrawn", "terminated", "transferred",
        "forwarded", "suspended", "resumed", "extended", "decided", "corrected", "revoked", "voided",
        "deemed_accepted", "timer.set_aside", "scanned", "scan.arrived", "told_apart",
    }
)  # fmt: skip
"""Types of facts that tell a terminal nothing but the state of their case.

A case of these alone comes with its state in a snapshot; any other is folded from its entries at the terminal. A new
type that has a table of its own there stays out of here.
"""

Listed = tuple[str, str, str, str, str, str, str, str, bool]
PlaceRow = tuple[str, str, str, str, bool]
PersonRow = tuple[str, str, str, str]


def listed(case: Case) -> Listed:
    """Number, item, module, state, applicant's name and code, time of receipt, visit, and whether a source is asked."""
    said = case.received
    return (
        case.number, said.item, said.module, case.state, said.applicant.name, said.applicant.id, case.received_at,
        case.visit, awaits_a_source(case),
    )  # fmt: skip


def clerk_of(case: Case) -> str:
    """Whose case it is at the counter: the first person asked stays responsible (R16), else who took it in."""
    return case.received.first_contact or case.taken_by


def is_over(case: Case) -> bool:
    """Whether nobody has to do anything with it any more: it may leave a terminal after its days (S21)."""
    return not (case.is_open or case.open_recalls or case.reprint)


def place_rows(case: Case | None) -> list[PlaceRow]:
    """Post, time of receipt, case, step, and whether the applicant sits and waits, for each open step."""
    if case is None:
        return []
    spot = case.received.on_spot and not case.decided_at and case.supplement is None
    return [(place.post, case.received_at, case.id, place.step, spot) for place in places(case)]


def person_rows(case: Case) -> list[PersonRow]:
    """Code, name, kind and the name's characters apart, of applicant and agent."""
    return [_person(party) for party in (case.received.applicant, case.received.agent) if party is not None]


def awaits_a_source(case: Case) -> bool:
    """Whether a check over the network is still to come, on a case that is not decided."""
    return case.is_open and not case.decided_at and PENDING in case.materials.values()


def split(text: str) -> str:
    """`text` with its characters apart, as the finder's index of words holds it."""
    return " ".join(text.replace(" ", ""))


def _person(party: Party) -> PersonRow:
    return party.id, party.name, party.kind, split(party.name)
