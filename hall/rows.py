"""The rows of the hall's memory as values, and the one set of changes that a judgement makes.

No database is named here: the judge, both stores and the tests share these.
"""

from __future__ import annotations

import dataclasses

import msgspec

from casework.bodies import Gap, StaffSet
from casework.facts import NO_HASH
from casework.report import Report
from casework.wire import Entry, Point, Tray, Verdict

TERMINAL_SCOPE = "terminal/"
"""Scope of one terminal's own entries: `terminal/0012` (S7)."""


class HallRow(msgspec.Struct, frozen=True, gc=False):
    """Who the hall is, and where its log ends."""

    id: str
    region: str
    name: str
    key: str
    epoch: int
    seq: int
    chain: str
    latched: str = ""
    """Why no numbers are given until an operator opens a new epoch (S24); empty while all is well."""
    seen_epoch: int = 0
    """The newest epoch that a terminal has proven."""
    healing: str = ""
    """Until when the hall gathers what its terminals hold (S25); empty while it takes in new facts."""


class TerminalRow(msgspec.Struct, frozen=True, gc=False):
    """A terminal: its key, what it holds, and up to where the hall has its envelopes."""

    number: str
    incarnation: str
    key: str
    scopes: tuple[str, ...]
    acked: int = 0
    head: str = NO_HASH
    """Hash of the envelope `acked`."""
    active: bool = True
    last_seen: str = ""
    cursor: int = 0
    adopted_by: str = ""
    """The number that goes on from this one (S27)."""
    revoked: str = ""
    """From which moment on what it did waits for a person (S28)."""

    @property
    def own_scope(self) -> str:
        """The scope of the entries that are for this terminal alone."""
        return TERMINAL_SCOPE + self.number

    def holds(self, scope: str) -> bool:
        """Whether entries of `scope` go to this terminal."""
        return scope in self.scopes or scope == self.own_scope


class ReportRow(msgspec.Struct, frozen=True, gc=False):
    """A terminal's last contact, and what it said of itself then (S34).

    `clear`: up to this moment everything that was done there is here (S30); empty while nobody knows.
    """

    number: str
    at: str
    cursor: int
    clear: str = ""
    report: Report | None = None


class AdoptionRow(msgspec.Struct, frozen=True, gc=False):
    """`number` goes on from `incarnation` of `terminal` (S27).

    `shared`: up to which of its envelopes both chains are known to be one; `again`: how many facts were sealed again;
    `fenced`: the old number is the new one's, lanes and all.
    """

    number: str
    terminal: str
    incarnation: str
    shared: int
    again: int
    fenced: bool


class InviteRow(msgspec.Struct, frozen=True, gc=False):
    """A one-time code, bound to a number; `used_by` is the key that enrolled with it."""

    number: str
    code_hash: str
    expires: str
    tries: int = 0
    used_by: str = ""


class Register(msgspec.Struct, frozen=True, gc=False):
    """An envelope that was judged, with the latest verdict (S13)."""

    terminal: str
    incarnation: str
    seq: int
    hash: str
    fact_hash: str
    fact_id: str
    first: bool
    verdict: Verdict
    entry: int = 0
    root: str = ""
    case: str = ""
    group: str = ""
    data: bytes | None = None
    """The fact's bytes while it is refused or held."""


class CaseRow(msgspec.Struct, frozen=True, gc=False):
    """A case as its accepted facts make it. `state` is an encoded `Case`; None until it was received."""

    id: str
    root: str
    scope: str
    n: int
    state: bytes | None


class TrayRow(msgspec.Struct, frozen=True, gc=False):
    """A tray entry. `id` names it in a `resolve.*`; `blocks`: judgements of its lane wait for it."""

    id: str
    scope: str
    blocks: bool
    tray: Tray


class LogRow(msgspec.Struct, frozen=True, gc=False):
    """A numbered entry, as it lies in the log."""

    seq: int
    kind: str
    scope: str
    data: bytes
    hash: str
    chain: str
    case: str
    fact_id: str
    n: int


class PageRow(msgspec.Struct, frozen=True, gc=False):
    """What a pull needs of an entry."""

    seq: int
    scope: str
    hash: str
    chain: str
    data: bytes


class TimerRow(msgspec.Struct, frozen=True, gc=False):
    """Until when (a day, inclusive) somebody may act before the hall does. `kind`: casework.timers."""

    case: str
    kind: str
    due: str


class LostRow(msgspec.Struct, frozen=True, gc=False):
    """An entry of a log that parted from this one (S25). `data` is None while only its place is known."""

    hash: str
    epoch: int
    seq: int
    chain: str
    data: bytes | None
    entry: int = 0
    """Where it stands now; 0 while nowhere."""


class LostPlace(msgspec.Struct, frozen=True, gc=False):
    """A known place of such a log: the entry's hash, the chain after it, and whether its bytes are known.

    `entry`: where it stands in the log of today; 0 while nowhere.
    """

    seq: int
    hash: str
    chain: str
    shown: bool
    entry: int = 0


class RejoinedRow(msgspec.Struct, frozen=True, gc=False):
    """Up to where a terminal's log of an older epoch is this one, up to where it went, and places of it (S25)."""

    terminal: str
    epoch: int
    seq: int
    last: int
    points: tuple[Point, ...] = ()
    """Newest first; none where an older program wrote the row."""


class LeavingRow(msgspec.Struct, frozen=True, gc=False):
    """A scope that a terminal is to give up, by an entry of the log."""

    terminal: str
    scope: str
    since: int


class ScanRow(msgspec.Struct, frozen=True, gc=False):
    """A scan that an accepted fact of a case names (S35). `came`: the hall has said that all of it is here."""

    sha256: str
    case: str
    size: int
    came: bool = False
    scope: str = ""
    """The case's, where the row was read."""


class Draft(msgspec.Struct, frozen=True, gc=False):
    """An entry that has no number yet: the counter is read last (S8)."""

    entry: Entry
    case: str = ""


@dataclasses.dataclass
class Changes:
    """All that one transaction writes. Registers, people and heads name the draft that made them by its index."""

    drafts: list[Draft] = dataclasses.field(default_factory=list)
    registers: dict[tuple[str, str, int], tuple[Register, int | None]] = dataclasses.field(default_factory=dict)
    cases: dict[str, CaseRow] = dataclasses.field(default_factory=dict)
    numbers: dict[str, str] = dataclasses.field(default_factory=dict)
    trays: dict[str, TrayRow] = dataclasses.field(default_factory=dict)
    terminals: dict[str, TerminalRow] = dataclasses.field(default_factory=dict)
    invites: dict[str, InviteRow] = dataclasses.field(default_factory=dict)
    staff: dict[str, tuple[StaffSet, int]] = dataclasses.field(default_factory=dict)
    heads: dict[str, tuple[str, int]] = dataclasses.field(default_factory=dict)
    blobs: dict[str, bytes] = dataclasses.field(default_factory=dict)
    reports: dict[str, ReportRow] = dataclasses.field(default_factory=dict)
    timers: dict[str, tuple[TimerRow, ...]] = dataclasses.field(default_factory=dict)
    """By case: all that it has now."""
    leaving: dict[str, tuple[LeavingRow, ...]] = dataclasses.field(default_factory=dict)
    """By terminal: all that it has now."""
    adoptions: list[AdoptionRow] = dataclasses.field(default_factory=list)
    scans: dict[tuple[str, str], ScanRow] = dataclasses.field(default_factory=dict)
    """By hash and case."""
    fold: str = ""
    """Which fold has made all cases' rows, where they were made anew."""
    epoch: HallRow | None = None
    """Another epoch, a latch, the end of healing: what of the hall's own row is written."""
    lost: dict[str, tuple[LostRow, int | None]] = dataclasses.field(default_factory=dict)
    """By hash, each with the draft that puts it back."""
    rejoined: list[RejoinedRow] = dataclasses.field(default_factory=list)
    gaps: list[Gap] = dataclasses.field(default_factory=list)
    """What the log says is lost."""

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that get something new: whom to wake (S20)."""
        return frozenset(draft.entry.scope for draft in self.drafts)
