"""What is said at the counter until a case is accepted, turned away or sent home."""

from __future__ import annotations

from casework.bodies.parts import Body, CheckLine, Party, RouteStep, Span, Stop, SupplementLine


class Received(Body, frozen=True):
    """`received`: an application was taken in and has its number."""

    number: str
    item: str
    item_hash: str
    module: str
    applicant: Party
    route: tuple[RouteStep, ...]
    promised: Span
    statutory: Span | None = None
    """None where no law sets a limit."""
    agent: Party | None = None
    project_code: str = ""
    situations: dict[str, str] = {}
    form: dict[str, str] = {}
    materials: dict[str, str] = {}
    """State by material code, for each material that applies."""
    reused: dict[str, str] = {}
    """Materials that were handed in before, with the number of the case that holds them."""
    proposal: str = ""
    """`refuse`, `return` or `accept`: what the counter proposes and an officer decides (R15)."""
    proposal_reason: str = ""
    refers_to: str = ""
    """The case or prefile it comes again from (R41)."""
    gates: tuple[str, ...] = ()
    """Gates of the item that were shut at receipt: what a person has to know."""
    ref: str = ""
    """The sender's own reference of an intake line."""
    authority: str = ""
    """The recorded authorisation under which the window may accept (R15); empty where it has none."""
    one_person: bool = False
    registration: bool = False
    """Incomplete papers are returned, not waited for (R41)."""
    on_spot: bool = False
    """Decided while the applicant sits (即办); not where the line was down at receipt."""
    spot_lost: bool = False
    """The item is decided on the spot, and the line was down: it became a promised case."""
    sourced: bool = False
    """The hall has sources connected: nothing is granted while a check over the network is still to come (R33)."""
    joint: bool = False
    bundle: str = ""
    """The bundle or stage that it belongs to; its cases share the root."""
    stops: tuple[Stop, ...] = ()
    fee: int = 0
    """Fen, where the fee is fixed."""
    fee_assessed: bool = False
    """An officer says how much (R11)."""
    gives: str = ""
    """What the result is, as other items ask for it."""
    forward_to: str = ""
    defer_days: int = 5
    pledge_check_days: int = 0
    """Working days in which a pledge is checked afterwards; 0 where it is not (R30)."""
    supplement_days: int = 30
    first_contact: str = ""
    """Who of the hall was asked first, and stays responsible until the papers are handed over (R16)."""


class MaterialAdded(Body, frozen=True):
    """`material.added`: papers handed in later, state by material code."""

    materials: dict[str, str]


class Scanned(Body, frozen=True):
    """`scanned`: a paper that is here was scanned (S35). `size` in bytes, `name` as the file was called here."""

    material: str
    sha256: str
    size: int
    media: str
    pages: int = 0
    name: str = ""


class MaterialReturned(Body, frozen=True):
    """`material.returned`: papers went back to the applicant."""

    materials: tuple[str, ...]
    receiver: str
    reason: str = ""


class CheckedByNetwork(Body, frozen=True):
    """`checked_by_network`: what the sources said of papers that nobody has to bring (R33)."""

    results: tuple[CheckLine, ...]


class MendedOnTheSpot(Body, frozen=True):
    """`mended_on_the_spot`: the applicant put mistakes right at the counter (R3); material or field, and what."""

    mends: dict[str, str]


class SupplementTold(Body, frozen=True):
    """`supplement.told`: everything that is missing was said, once (R4)."""

    lines: tuple[SupplementLine, ...]
    also: tuple[SupplementLine, ...] = ()
    """What may be asked for beside, and when: by any answer and any step (casework.once)."""


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
