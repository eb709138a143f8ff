"""The table of event types: the single source for screens, `admit`, tests and `docs/sync.md`.

Class (S14): a *counter* fact is never refused when authentic; a *judgement* shows at once and may be
refused; what *needs the hall* counts only after its word; *hall* facts are made by the hall alone, and a *terminal*
fact is what an incarnation says of itself (S27).
"""

from __future__ import annotations

import enum
import functools
from typing import Any

import msgspec

from casework import bodies, upcasting
from casework.errors import UNREADABLE, BadBytes
from casework.facts import Fact, digest, encode_body


class Klass(enum.Enum):
    """How the hall may answer a fact (S14)."""

    COUNTER = "counter"
    JUDGEMENT = "judgement"
    NEEDS_HALL = "needs_hall"
    HALL = "hall"
    TERMINAL = "terminal"

    __hash__ = object.__hash__  # of the one object that it is: asked several times for each fact


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
    oversight: str = ""
    """The right by which a supervisor may make it of what another one holds, at whatever post that waits."""
    insistable: bool = False
    prints: str = ""
    """The kind of paper that leaves the counter with it."""
    also: str = ""
    """Another kind that tells of it, where it is asked for."""
    scope: str = "module"
    version: int = 1
    """The newest that this program reads; it writes what the hall lets it write (`casework.upcasting`)."""

    def ends(self, kind: str) -> bool:
        """Whether this event ends a step of `kind`."""
        return self.step_kind == kind or (self.step_kind == "*" and kind in _WITHOUT_EVENT)


_WITHOUT_EVENT = frozenset({"pre_review", "examine", "expert_review", "hearing", "consult", "publicity"})
"""Kinds of steps that `step.done` ends."""

_TURNS = frozenset(
    {"withdrawn", "returned", "refused_at_intake", "sent_back", "decided", "closed", "voided"}
    | {"transferred", "terminated", "forwarded", "revoked", "timer.set_aside"}
)
"""What turns a case another way: whoever had not seen it must look again."""

_PAPERS = frozenset({"material.added", "material.returned", "supplement.told"})
_STOPPED = frozenset({"suspended"})
"""The applicant was told that the clock stands still; an end of the step would let it run on."""
_CLOCK = frozenset({"suspended", "resumed", "extended", "accepted"})
_ANSWERED = _TURNS | _PAPERS | {"accepted"}
"""What answers an application at the counter, and what it was answered on."""


def _counter(name: str, body: type[bodies.Body], verb: str, **row: Any) -> EventType:
    return EventType(name, Klass.COUNTER, body, verb, **row)


def _judged(name: str, body: type[bodies.Body], verb: str, broken_by: frozenset[str], **row: Any) -> EventType:
    return EventType(name, Klass.JUDGEMENT, body, verb, row.pop("offline", Offline.OWN), broken_by, **row)


def _by_hall(name: str, body: type[bodies.Body], verb: str, broken_by: frozenset[str], **row: Any) -> EventType:
    """An officer's act that counts only after the hall's word (S14)."""
    return EventType(
        name,
        Klass.NEEDS_HALL,
        body,
        verb,
        Offline.NEVER,
        broken_by,
        officers_only=row.pop("officers_only", True),
        **row,
    )


WITHOUT_A_PERSON = frozenset({Klass.HALL, Klass.TERMINAL})
"""Classes of facts that nobody makes: they need no right, and `admit` lets none of them in."""


def _hall(name: str, body: type[bodies.Body], scope: str = "hall") -> EventType:
    return EventType(name, Klass.HALL, body, "", Offline.NEVER, scope=scope)


_ROWS = (
    # Before the number
    _counter("prefile.opened", bodies.PrefileOpened, "case.prefile", prints="preparation"),
    _counter("prefile.checked", bodies.PrefileChecked, "case.prefile"),
    _counter("prefile.parked", bodies.PrefileParked, "case.prefile"),
    _counter("prefile.taken", bodies.PrefileTaken, "case.prefile"),
    _counter("prefile.closed", bodies.PrefileClosed, "case.prefile"),
    # At the counter
    _counter("received", bodies.Received, "case.receive", step_kind="receive", prints="receipt"),
    _counter("material.added", bodies.MaterialAdded, "case.receive", prints="receipt"),
    _counter("scanned", bodies.Scanned, "case.receive"),
    _counter("material.returned", bodies.MaterialReturned, "case.receive"),
    _counter("checked_by_network", bodies.CheckedByNetwork, "case.check"),
    _counter("mended_on_the_spot", bodies.MendedOnTheSpot, "case.receive"),
    _counter("supplement.told", bodies.SupplementTold, "case.supplement", prints="supplement"),
    _counter("ask.refused", bodies.AskRefused, "case.print"),
    _counter("handed_over", bodies.HandedOver, "case.handle", prints="handover"),
    _counter("nudged", bodies.Nudged, "case.print"),
    _counter("paid", bodies.Paid, "case.pay", step_kind="pay", prints="payment"),
    _counter("certified", bodies.Certified, "case.certify", step_kind="certify"),
    _counter("posted", bodies.Posted, "case.deliver", also="delivery"),
    _counter("delivered", bodies.Delivered, "case.deliver", step_kind="deliver", prints="delivery"),
    _counter("closed", bodies.Closed, "case.deliver"),
    _counter("printed", bodies.Printed, "case.print"),
    _counter("unmasked", bodies.Unmasked, "case.print"),
    # Judgements: shown at once, and the hall may refuse them
    _judged(
        "accepted", bodies.Accepted, "case.accept", _ANSWERED, step_kind="accept", insistable=True, prints="acceptance"
    ),
    _judged(
        "refused_at_intake", bodies.RefusedAtIntake, "case.refuse", _ANSWERED, officers_only=True, insistable=True,
        prints="refusal", also="referral",
    ),
    _judged(
        "returned", bodies.Returned, "case.return", _ANSWERED, officers_only=True, insistable=True, prints="return",
        also="preparation",
    ),
    _judged("step.done", bodies.StepDone, "case.handle", _TURNS, step_kind="*", insistable=True),
    _judged("step.not_needed", bodies.StepNotNeeded, "case.handle", _TURNS | _STOPPED, officers_only=True),
    _judged(
        "inspected", bodies.Inspected, "case.handle", _TURNS, step_kind="site_check", officers_only=True,
        insistable=True,
    ),
    _judged("sent_back", bodies.SentBack, "case.handle", _TURNS | _STOPPED, officers_only=True),
    _judged(
        "reassigned", bodies.Reassigned, "case.handle", _TURNS, officers_only=True, oversight="case.oversee"
    ),
    _judged("consulted", bodies.Consulted, "case.handle", _TURNS, officers_only=True),
    _judged("recused", bodies.Recused, "case.print", frozenset()),
    _judged("pledge.checked", bodies.PledgeChecked, "case.handle", frozenset({"revoked"}), officers_only=True),
    _judged(
        "withdrawn", bodies.Withdrawn, "case.receive", frozenset({"decided", "closed"}), offline=Offline.ALWAYS,
        prints="return",
    ),
    _judged(
        "terminated", bodies.Terminated, "case.terminate", _TURNS | _PAPERS, offline=Offline.NEVER, officers_only=True,
        prints="return",
    ),
    _judged(
        "transferred", bodies.Transferred, "case.terminate", _TURNS, offline=Offline.NEVER, officers_only=True,
        prints="referral",
    ),
    _judged(
        "forwarded", bodies.Forwarded, "case.terminate", _TURNS, offline=Offline.NEVER, officers_only=True,
        prints="referral",
    ),
    _judged(
        "date.confirmed", bodies.DateConfirmed, "case.confirm", frozenset({"date.confirmed"}), offline=Offline.ALWAYS
    ),
    _judged("told_apart", bodies.ToldApart, "case.oversee", frozenset(), offline=Offline.ALWAYS),
    # What needs the hall
    _by_hall("suspended", bodies.Suspended, "case.handle", _TURNS | _CLOCK, prints="suspension"),
    _by_hall("resumed", bodies.Resumed, "case.handle", _TURNS | _CLOCK),
    _by_hall("extended", bodies.Extended, "case.extend", _TURNS | _CLOCK, prints="extension"),
    _by_hall(
        "decided", bodies.Decided, "case.decide",
        _TURNS | _PAPERS | {"inspected", "reassigned", "suspended", "consulted", "checked_by_network", "received"},
        step_kind="decide", prints="decision",
    ),
    _by_hall("corrected", bodies.Corrected, "case.decide", frozenset({"corrected", "revoked"}), prints="decision"),
    _by_hall("revoked", bodies.Revoked, "case.decide", frozenset({"corrected", "revoked"}), prints="decision"),
    _by_hall("voided", bodies.Voided, "case.void", _TURNS, officers_only=False),
    # The tray
    EventType(
        "resolve.withdraw", Klass.JUDGEMENT, bodies.ResolveWithdraw, "case.resolve", Offline.NEVER, also="recall"
    ),
    EventType("resolve.amend", Klass.JUDGEMENT, bodies.ResolveAmend, "case.resolve", Offline.NEVER, also="recall"),
    EventType("resolve.insist", Klass.JUDGEMENT, bodies.ResolveInsist, "case.resolve", Offline.NEVER),
    _counter("recalled", bodies.Recalled, "case.resolve"),
    # The queue
    _counter("claimed", bodies.Claimed, "case.print", offline=Offline.NEVER),
    _counter("released", bodies.Released, "case.print"),
    # Calls, of no case: every window gets them
    _counter("called", bodies.Called, "case.print", scope="hall"),
    _counter("call.answered", bodies.CallAnswered, "case.print", scope="hall"),
    # The hall's own
    _hall("deemed_accepted", bodies.DeemedAccepted, "module"),
    _hall("timer.set_aside", bodies.TimerSetAside, "module"),
    _hall("timer.settled", bodies.TimerSettled, "module"),
    _hall("renumbered", bodies.Renumbered, "module"),
    _hall("scan.arrived", bodies.ScanArrived, "module"),
    _hall("staff.set", bodies.StaffSet),
    _hall("terminal.set", bodies.TerminalSet),
    _hall("catalogue.head", bodies.CatalogueHead),
    _hall("calendar.head", bodies.CalendarHead),
    _hall("write.version", bodies.WriteVersion),
    _hall("epoch.opened", bodies.EpochOpened),
    _hall("gap", bodies.Gap),
    _hall("imported", bodies.Imported),
    # A terminal of itself
    EventType("adopts", Klass.TERMINAL, bodies.Adopts, "", scope="hall"),
)  # fmt: skip

EVENTS: dict[str, EventType] = {row.name: row for row in _ROWS}

_newest: list[tuple[Fact | None, EventType | None, Any]] = [(None, None, None)]
"""The fact that was read last, with its body: the rules and the fold ask for the same one after the other."""


def known(fact: Fact) -> bool:
    """Whether this version can read the fact's type and version (S32)."""
    row = EVENTS.get(fact.type)
    return row is not None and 1 <= fact.version <= row.version


def readable() -> dict[str, int]:
    """The newest version of each type that this program reads, beyond what every program has read since the first."""
    return {
        row.name: row.version for row in EVENTS.values() if row.version > 1 or row.name not in upcasting.FIRST_TYPES
    }


def reading_mark() -> str:
    """What this program can read, as one short mark: another one folds anew what was folded by it (S32)."""
    return digest(repr(sorted((row.name, row.version) for row in EVENTS.values())).encode())[:12]


def body_of(fact: Fact) -> Any:
    """The typed body of `fact`, an older version brought to the newest while it is read; its bytes stay (S32).

    Raises BadBytes when type or version is unknown, or the bytes are not of its form.
    """
    row = EVENTS.get(fact.type)
    newest = _newest[0]
    if newest[0] is fact and newest[1] is row and row is not None:
        return newest[2]
    if row is None:
        raise BadBytes("bytes.event_type", type=fact.type)
    if not 1 <= fact.version <= row.version:
        raise BadBytes("bytes.event_version", type=fact.type, version=fact.version)
    try:
        if fact.version == row.version:
            body = _decoder(row.body).decode(fact.body)
        else:
            plain = upcasting.read_as(fact.type, fact.version, row.version, msgspec.json.decode(fact.body, type=dict))
            body = msgspec.convert(plain, row.body)
    except (*UNREADABLE, KeyError, TypeError, AttributeError) as cause:
        raise BadBytes("bytes.body", type=fact.type, reason=str(cause)) from cause
    _newest[0] = fact, row, body
    return body


def written(type_: str, body: bodies.Body, version: int) -> msgspec.Raw:
    """The exact bytes of `body` in the form of `version`, which may be older than this program's newest (S32)."""
    newest = EVENTS[type_].version
    if version == newest:
        return encode_body(body)
    plain = upcasting.read_as(type_, newest, version, msgspec.to_builtins(body))
    return msgspec.Raw(msgspec.json.encode(plain))


@functools.cache
def _decoder(body: type[bodies.Body]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(body)
