"""The table of event types: the single source for screens, `admit`, tests and `docs/sync.md`.

Class (S14): a *counter* fact is never refused when authentic; a *judgement* shows at once and may be
refused; what *needs the hall* counts only after its word; *hall* facts are made by the hall alone.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from casework import bodies
from casework.errors import UNREADABLE, BadBytes
from casework.facts import Fact


class Klass(enum.Enum):
    """How the hall may answer a fact (S14)."""

    COUNTER = "counter"
    JUDGEMENT = "judgement"
    NEEDS_HALL = "needs_hall"
    HALL = "hall"


class Offline(enum.Enum):
    """Whether the fact may be made while the line is down (S14, S23)."""

    ALWAYS = "always"
    OWN = "own"
    """Only on a case that this terminal took in."""
    NEVER = "never"


class EventType(msgspec.Struct, frozen=True):
    """A row of the table."""

    name: str
    klass: Klass
    body: type[bodies.Body]
    verb: str
    """The right it takes (casework.rights)."""
    offline: Offline = Offline.ALWAYS
    broken_by: frozenset[str] = frozenset()
    """Unseen types that make it stale (S5)."""
    step_kind: str = ""
    """The kind of step that it ends; `*` for any that has no event of its own."""
    officers_only: bool = False
    """Nobody of team `helper`, whatever the grants say (R15)."""
    insistable: bool = False
    prints: str = ""
    """The kind of paper that leaves the counter with it."""
    scope: str = "module"
    version: int = 1

    def ends(self, kind: str) -> bool:
        """Whether this event ends a step of `kind`."""
        return self.step_kind == kind or (self.step_kind == "*" and kind in _WITHOUT_EVENT)


_WITHOUT_EVENT = frozenset({"pre_review", "examine", "expert_review", "hearing", "consult", "publicity", "pay"})
"""Kinds of steps that `step.done` ends."""

_TURNS = frozenset({"withdrawn", "returned", "refused_at_intake", "sent_back", "decided", "closed"})
"""What turns a case another way: whoever had not seen it must look again."""

_PAPERS = frozenset({"material.added", "supplement.told"})

_ROWS = (
    EventType("received", Klass.COUNTER, bodies.Received, "case.receive", step_kind="receive", prints="receipt"),
    EventType("material.added", Klass.COUNTER, bodies.MaterialAdded, "case.receive", prints="receipt"),
    EventType("supplement.told", Klass.COUNTER, bodies.SupplementTold, "case.supplement", prints="supplement"),
    EventType("handed_over", Klass.COUNTER, bodies.HandedOver, "case.handle", prints="handover"),
    EventType("certified", Klass.COUNTER, bodies.Certified, "case.certify", step_kind="certify"),
    EventType("delivered", Klass.COUNTER, bodies.Delivered, "case.deliver", step_kind="deliver", prints="delivery"),
    EventType("closed", Klass.COUNTER, bodies.Closed, "case.deliver"),
    EventType("printed", Klass.COUNTER, bodies.Printed, "case.print"),
    EventType("unmasked", Klass.COUNTER, bodies.Unmasked, "case.print"),
    EventType(
        "accepted",
        Klass.JUDGEMENT,
        bodies.Accepted,
        "case.accept",
        Offline.OWN,
        _TURNS | _PAPERS | {"accepted"},
        step_kind="accept",
        insistable=True,
        prints="acceptance",
    ),
    EventType(
        "refused_at_intake",
        Klass.JUDGEMENT,
        bodies.RefusedAtIntake,
        "case.refuse",
        Offline.OWN,
        _TURNS | _PAPERS | {"accepted"},
        officers_only=True,
        insistable=True,
        prints="refusal",
    ),
    EventType(
        "returned",
        Klass.JUDGEMENT,
        bodies.Returned,
        "case.return",
        Offline.OWN,
        _TURNS | _PAPERS | {"accepted"},
        officers_only=True,
        insistable=True,
        prints="return",
    ),
    EventType(
        "step.done",
        Klass.JUDGEMENT,
        bodies.StepDone,
        "case.handle",
        Offline.OWN,
        _TURNS,
        step_kind="*",
        insistable=True,
    ),
    EventType(
        "inspected",
        Klass.JUDGEMENT,
        bodies.Inspected,
        "case.handle",
        Offline.OWN,
        _TURNS,
        step_kind="site_check",
        officers_only=True,
        insistable=True,
    ),
    EventType("sent_back", Klass.JUDGEMENT, bodies.SentBack, "case.handle", Offline.OWN, _TURNS, officers_only=True),
    EventType("reassigned", Klass.JUDGEMENT, bodies.Reassigned, "case.handle", Offline.OWN, _TURNS, officers_only=True),
    EventType(
        "decided",
        Klass.NEEDS_HALL,
        bodies.Decided,
        "case.decide",
        Offline.NEVER,
        _TURNS | _PAPERS | {"inspected", "reassigned"},
        step_kind="decide",
        officers_only=True,
        prints="decision",
    ),
    EventType(
        "withdrawn", Klass.JUDGEMENT, bodies.Withdrawn, "case.receive", Offline.ALWAYS, frozenset({"decided", "closed"})
    ),
    EventType("resolve.withdraw", Klass.JUDGEMENT, bodies.ResolveWithdraw, "case.resolve", Offline.NEVER),
    EventType("resolve.amend", Klass.JUDGEMENT, bodies.ResolveAmend, "case.resolve", Offline.NEVER),
    EventType("staff.set", Klass.HALL, bodies.StaffSet, "", Offline.NEVER, scope="hall"),
    EventType("terminal.set", Klass.HALL, bodies.TerminalSet, "", Offline.NEVER, scope="hall"),
    EventType("catalogue.head", Klass.HALL, bodies.CatalogueHead, "", Offline.NEVER, scope="hall"),
    EventType("calendar.head", Klass.HALL, bodies.CalendarHead, "", Offline.NEVER, scope="hall"),
)

EVENTS: dict[str, EventType] = {row.name: row for row in _ROWS}

_decoders: dict[str, msgspec.json.Decoder[Any]] = {row.name: msgspec.json.Decoder(row.body) for row in _ROWS}


def known(fact: Fact) -> bool:
    """Whether this version can read the fact's type and version (S32)."""
    row = EVENTS.get(fact.type)
    return row is not None and fact.version <= row.version


def body_of(fact: Fact) -> Any:
    """The typed body of `fact`.

    Raises BadBytes when type or version is unknown, or the bytes are not of its form.
    """
    decoder = _decoders.get(fact.type)
    if decoder is None:
        raise BadBytes("bytes.event_type", type=fact.type)
    if not known(fact):
        raise BadBytes("bytes.event_version", type=fact.type, version=fact.version)
    try:
        return decoder.decode(fact.body)
    except UNREADABLE as cause:
        raise BadBytes("bytes.body", type=fact.type, reason=str(cause)) from cause
