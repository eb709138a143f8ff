"""What hall and terminals say of themselves: people, terminals, heads, incarnations, timers (S10, S27)."""

from __future__ import annotations

from casework.bodies.parts import Body, SupplementLine


class Delegation(Body, frozen=True):
    """A recorded delegation to one person (R15, R21): the right `verb`, from whom, by which document, which days.

    `since` and `until` are days (YYYY-MM-DD), both inclusive.
    """

    verb: str
    by: str
    document: str
    since: str
    until: str


class StaffSet(Body, frozen=True):
    """`staff.set`: a person of the roster. `verifier` is an argon2id string; `active` false ends all rights."""

    number: str
    name: str
    team: str
    posts: tuple[str, ...]
    verifier: str
    active: bool = True
    delegations: tuple[Delegation, ...] = ()


class TerminalSet(Body, frozen=True):
    """`terminal.set`: a terminal, its window, its public key (hex, Ed25519) and the scopes it holds.

    `revoked_since`: from then on its acts wait for a person (S28); `adopted_by`: the number that goes on from it.
    """

    number: str
    incarnation: str
    key: str
    scopes: tuple[str, ...]
    active: bool = True
    revoked_since: str = ""
    adopted_by: str = ""


NUMBERED = ".number"
"""Behind the kind of a head: under this word a memory keeps the number of what counts."""


class CatalogueHead(Body, frozen=True):
    """`catalogue.head`: from here on new cases are taken in under this version (the blob's SHA-256)."""

    version: str
    number: int = 0
    """Under which it is signed (updates.md); 0 where nothing is signed."""
    proposed_by: str = ""
    approved_by: str = ""


class CalendarHead(Body, frozen=True):
    """`calendar.head`: from here on dates count by this calendar (the blob's SHA-256)."""

    version: str
    number: int = 0
    """Under which it is signed (updates.md); 0 where nothing is signed."""
    proposed_by: str = ""
    approved_by: str = ""


class WriteVersion(Body, frozen=True):
    """`write.version`: from here on facts of `type` are written in this `version`; all terminals can read it (S32)."""

    type: str
    version: int


class DeemedAccepted(Body, frozen=True):
    """`deemed_accepted`: nobody said in time what is missing, so it counts as accepted on the day of receipt (R4).

    `due` is the last day on which it could have been said; one working day more it is provisional (S30).
    """

    due: str


class TimerSettled(Body, frozen=True):
    """`timer.settled`: the acceptance by the timer is provisional no more (S30).

    `by` is `heard` when every terminal that may hold the case has reported past the moment, else `day`: one working day
    more is over.
    """

    due: str
    by: str


class TimerSetAside(Body, frozen=True):
    """`timer.set_aside`: a notice of before the moment came late, so the acceptance of the timer never was (S30)."""

    told_at: str
    lines: tuple[SupplementLine, ...] = ()
    also: tuple[SupplementLine, ...] = ()


class EpochOpened(Body, frozen=True):
    """`epoch.opened`: the hall's log goes on here after a restore or a latch (S24-S26).

    `after` and `chain` are where it stood; `reason` is `restore`, `latch`, or what the operator wrote.
    """

    epoch: int
    after: int
    chain: str
    reason: str


class Gap(Body, frozen=True):
    """`gap`: entries first..last of a lost epoch that no terminal has shown in time (S25)."""

    epoch: int
    first: int
    last: int


class Lost(Body, frozen=True):
    """Own envelopes of the old incarnation, from `first` to `last`, that are not here any more (S25).

    `head` is the hash of the last, where it is known.
    """

    first: int
    last: int
    head: str


class Adopts(Body, frozen=True):
    """`adopts`: the first envelope of a new incarnation over an old memory: what it holds of the old one (S27).

    The envelopes `first`..`last` of `incarnation` of the terminal `terminal` (0 and 0: none of them), `head` being the
    last one's hash. `known`: the newest of them that the hall had answered, `known_head` its hash. `again`: how many
    facts are sealed again right behind this one. `lost`: which of its envelopes are gone, as far as is known.
    """

    terminal: str
    incarnation: str
    first: int
    last: int
    head: str
    known: int
    known_head: str
    again: int
    lost: Lost | None = None


class Renumbered(Body, frozen=True):
    """`renumbered`: two cases had the number `old`; this one, which the hall saw second, is `number` now (S27)."""

    old: str
    number: str


class Imported(Body, frozen=True):
    """`imported`: batches of a terminal were taken in under supervision (S28), by the person `by`.

    `first`..`last` are envelopes, `sha256` the file's; `vouched`: what was made after the revocation was let in, too.
    """

    terminal: str
    incarnation: str
    first: int
    last: int
    by: str
    sha256: str
    vouched: bool = False


class ScanArrived(Body, frozen=True):
    """`scan.arrived`: all bytes of a scan are at the hall, and their hash is right (S35)."""

    sha256: str
