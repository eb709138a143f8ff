"""What each type of fact says: one struct per event type, named after the type.

Bodies carry what they resolved (route, limits, item by hash), so that a case folds without a
catalogue (S33). Readers of old versions are never deleted; a new field has a default.
"""

from __future__ import annotations

import msgspec


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of all bodies."""


class Party(Body, frozen=True):
    """The applicant or the agent. `kind` is `person` or `entity`; `id` a resident ID, passport or USCC."""

    kind: str
    name: str
    id: str
    phone: str = ""
    address: str = ""
    representative: str = ""


class RouteStep(Body, frozen=True):
    """A step of the route as it was resolved at receipt: only steps whose condition held."""

    id: str
    kind: str
    post: str
    needs: tuple[str, ...] = ()
    officers: int = 1


class Span(Body, frozen=True):
    """A limit as it was resolved at receipt (casework.clocks.Limit)."""

    amount: int
    unit: str
    start: str


class Received(Body, frozen=True):
    """`received`: an application was taken in and has its number."""

    number: str
    item: str
    item_hash: str
    module: str
    applicant: Party
    route: tuple[RouteStep, ...]
    statutory: Span
    promised: Span
    agent: Party | None = None
    project_code: str = ""
    situations: dict[str, str] = {}
    form: dict[str, str] = {}
    materials: dict[str, str] = {}
    """State by material code, for each material that applies."""
    proposal: str = ""
    """`refuse`, `return` or `accept`: what the counter proposes and an officer decides (R15)."""
    proposal_reason: str = ""
    refers_to: str = ""
    """The case or prefile it comes again from (R41)."""
    ref: str = ""
    """The sender's own reference of an intake line."""
    authority: str = ""
    """The recorded authorisation under which the window may accept (R15); empty where it has none."""
    one_person: bool = False
    registration: bool = False
    """Incomplete papers are returned, not waited for (R41)."""


class MaterialAdded(Body, frozen=True):
    """`material.added`: papers handed in later, state by material code."""

    materials: dict[str, str]


class SupplementLine(Body, frozen=True):
    """One line of the notice: what is wrong with which paper, and how to mend it."""

    material: str
    defect: str
    cure: str


class SupplementTold(Body, frozen=True):
    """`supplement.told`: everything that is missing was said, once (R4)."""

    lines: tuple[SupplementLine, ...]


class Accepted(Body, frozen=True):
    """`accepted`. `how`: outright, deferred, pledged. `authority`: the authorisation's number, or empty."""

    step: str
    organ: str
    how: str = "outright"
    authority: str = ""
    deferred: tuple[str, ...] = ()
    pledged: tuple[str, ...] = ()
    decided_by: str = ""


class RefusedAtIntake(Body, frozen=True):
    """`refused_at_intake`. `ground`: `no_permit_needed` (R1) or `not_our_power` (R2, then `right_organ` is filled)."""

    ground: str
    reason: str
    remedies: str
    right_organ: str = ""


class Returned(Body, frozen=True):
    """`returned`: the papers of a registration go back with everything that is missing (R41)."""

    lines: tuple[SupplementLine, ...]
    reason: str = ""


class StepDone(Body, frozen=True):
    """`step.done`: a step without an event of its own ended (pre-review, examination)."""

    step: str
    note: str = ""


class Inspected(Body, frozen=True):
    """`inspected`: two officers were there (R9). `outcome`: pass, rectify, fail."""

    step: str
    officers: tuple[str, ...]
    outcome: str
    note: str = ""


class SentBack(Body, frozen=True):
    """`sent_back`: to an earlier step, which opens again with all that lie between."""

    step: str
    to: str
    reason: str


class Reassigned(Body, frozen=True):
    """`reassigned`: an open step goes to another post of the module."""

    step: str
    post: str
    reason: str


class Decided(Body, frozen=True):
    """`decided`. `outcome`: granted or refused; a refusal has reasons and the words on review and appeal (R10)."""

    step: str
    outcome: str
    reasons: str = ""
    remedies: str = ""


class Certified(Body, frozen=True):
    """`certified`: the result was made. `document`: its own number."""

    step: str
    document: str = ""


class Delivered(Body, frozen=True):
    """`delivered`. `how`: counter, post, agent. The receiver signed."""

    step: str
    receiver: str
    how: str = "counter"
    receiver_id: str = ""
    tracking: str = ""


class Closed(Body, frozen=True):
    """`closed`: the file is complete."""

    note: str = ""


class HandedOver(Body, frozen=True):
    """`handed_over`: the papers went from post to post (R16, 物料流转)."""

    to: str
    papers: str = ""


class Printed(Body, frozen=True):
    """`printed`: a paper left the printer. `count` of this kind on this case; `mark` is terminal and its own count."""

    paper: str
    count: int
    mark: str
    sha256: str = ""


class Unmasked(Body, frozen=True):
    """`unmasked`: someone looked at the full personal data of a case, and why."""

    reason: str


class Withdrawn(Body, frozen=True):
    """`withdrawn`: the applicant takes the application back."""

    reason: str


class ResolveWithdraw(Body, frozen=True):
    """`resolve.withdraw`: the refused facts are given up; the case goes on as the hall has it (S15)."""

    refused: tuple[str, ...]
    reason: str


class ResolveAmend(Body, frozen=True):
    """`resolve.amend`: the refused facts are replaced by those of the group that follows (S15)."""

    refused: tuple[str, ...]
    reason: str


class StaffSet(Body, frozen=True):
    """`staff.set`: a person of the roster. `verifier` is an argon2id string; `active` false ends all rights."""

    number: str
    name: str
    team: str
    posts: tuple[str, ...]
    verifier: str
    active: bool = True


class TerminalSet(Body, frozen=True):
    """`terminal.set`: a terminal, its window, its public key (hex, Ed25519) and the scopes it holds."""

    number: str
    incarnation: str
    key: str
    scopes: tuple[str, ...]
    active: bool = True


class CatalogueHead(Body, frozen=True):
    """`catalogue.head`: from here on new cases are taken in under this version (the blob's SHA-256)."""

    version: str


class CalendarHead(Body, frozen=True):
    """`calendar.head`: from here on dates count by this calendar (the blob's SHA-256)."""

    version: str
