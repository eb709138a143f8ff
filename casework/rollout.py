"""Which terminal gets which version when (updates.md, *Rollout*): rings, the gate between two of them, going back.

A rollout is one signed, numbered document. The hall opens ring after ring, a terminal reads what its own ring may have;
both ask the same rules here. Versions are words to them: what a version is, its manifest says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from casework.ambient import moment
from casework.errors import UNREADABLE, BadRollout
from casework.manifest import is_version, order

KINDS = ("app", "catalogue", "config")
RINGS = ("lab", "first", "tenth", "half", "all")
"""In the order in which they open: the lab, one window, 10 %, 50 %, everybody."""
SHARES = {"tenth": 10, "half": 50, "all": 100}
"""Percent of the hall's windows that a ring reaches to, those of the rings before it included."""
ASKED_FROM = "half"
"""From this ring on a second person approves each (more than 10 % of a hall)."""


class Versions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The version of each kind; empty: this rollout leaves that kind as it is."""

    app: str = ""
    catalogue: str = ""
    config: str = ""


class Approval(msgspec.Struct, frozen=True):
    """Somebody other than who published said yes to a ring."""

    ring: str
    by: str
    at: str


class Rollout(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a hall's windows are to run. A newer `number` replaces an older one as a whole.

    Times are the hall's civil time as `stamp` writes them; empty: none.
    """

    number: int
    hall: str
    target: Versions
    """What the open rings run."""
    before: Versions = Versions()
    """What the others run."""
    opened: dict[str, str] = {}
    """Ring -> since when it is open."""
    attempt: int = 0
    """The number in which a person last said that this target is to be tried: what failed before, is tried again."""
    lab: tuple[str, ...] = ()
    first: str = ""
    """The one window that follows the lab."""
    published_by: str = ""
    approvals: tuple[Approval, ...] = ()
    halted: str = ""
    """Message id of why it stands still; empty while it goes on."""
    halted_facts: dict[str, str | int] = {}
    """What fills it in."""
    min_app: str = ""
    """Older versions are out of service as soon as one can be had (a hole was found)."""
    blocked: tuple[str, ...] = ()
    """The kill switch: versions of the application that nobody is to start any more."""
    not_before: str = ""
    window: tuple[str, str] = ("", "")
    """Hours of the day in which is downloaded, `HH:MM`; over midnight where the first is later."""
    deadline: str = ""
    """From then on the switch happens between two cases, also while somebody works."""
    jitter_minutes: int = 15
    rate_kib: int = 512
    """The most that a terminal downloads, in KiB a second."""
    soak_minutes: int = 24 * 60
    """How long a ring runs before the next one may open."""


State = Literal["", "fetching", "staged", "trial", "healthy", "failed", "returned"]


UNTOLD_HOURS = 48
"""For so long a terminal may be kept from its updates by what the next look may mend; then a person has to look."""


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one terminal stands in a rollout, as it says itself: no person and no case is in it."""

    rollout: int = 0
    app: str = ""
    """The version that runs, and from which this was said."""
    catalogue: str = ""
    config: str = ""
    state: State = ""
    """`failed`: it could not be had or staged; `returned`: it ran, and the one before runs again."""
    version: str = ""
    """Which version `state` speaks of."""
    error: str = ""
    """Message id of what went wrong, with the program or with IT's settings."""
    since: str = ""
    calendar: str = ""
    launcher: int = 0
    """The edition of the launcher that starts it; 0: nobody looked."""
    platform: str = ""
    """As a manifest calls its kind of PC; empty: it has not said."""
    pythons: tuple[str, ...] = ()
    """The interpreters that it can start with, by minor version (`3.11`)."""


def decode_standing(text: str | None) -> Standing | None:
    """How a terminal stands; None where it never said so, or in another form."""
    try:
        return msgspec.json.decode(text, type=Standing) if text else None
    except UNREADABLE:
        return None


class Seen(msgspec.Struct, frozen=True):
    """A terminal as the hall knows it: what it said last, and when it was heard."""

    number: str
    heard: str
    standing: Standing


class Bounds(msgspec.Struct, frozen=True):
    """When a ring is good enough, and when it is not."""

    healthy_percent: int = 90
    errors: int = 2
    errors_percent: int = 2
    online_minutes: int = 20
    silent_minutes: int = 60
    """Who fetched a version and is not heard any more has failed."""


Step = Literal["none", "wait", "ask", "open", "halt"]


class Gate(msgspec.Struct, frozen=True):
    """What comes next, and why: `reason` is a message id."""

    step: Step
    ring: str = ""
    reason: str = ""
    facts: dict[str, str | int] = {}


def decode_rollout(data: bytes) -> Rollout:
    """A rollout from its bytes. Raises BadRollout."""
    try:
        rollout = msgspec.json.decode(data, type=Rollout)
    except UNREADABLE as cause:
        raise BadRollout("rollout.unreadable") from cause
    unknown = set(rollout.opened) - set(RINGS)
    if unknown or rollout.number < 1:
        raise BadRollout("rollout.unreadable")
    return rollout


def encode_rollout(rollout: Rollout) -> bytes:
    """The bytes that are signed."""
    return msgspec.json.encode(rollout)


def ring_of(rollout: Rollout, terminal: str) -> str:
    """The ring of a terminal; one that joins later has one too. The same terminal is not always among the first."""
    if terminal in rollout.lab:
        return "lab"
    if terminal == rollout.first:
        return "first"
    lot = hashlib.sha256(f"{rollout.hall}/{rollout.target.app}/{terminal}".encode()).digest()
    percent = int.from_bytes(lot[:4], "big") % 100
    return next(ring for ring, share in SHARES.items() if percent < share)


def versions_for(rollout: Rollout, terminal: str) -> Versions:
    """What a terminal is to run now.

    A catalogue has the lab as its only ring, a calendar none: two windows must not tell two dates.
    """
    ring = ring_of(rollout, terminal)
    mine = rollout.target if ring in rollout.opened and not rollout.halted else rollout.before
    early = rollout.target if ring == "lab" or _beyond_lab(rollout) else rollout.before
    app = mine.app or rollout.before.app
    if app in rollout.blocked or (rollout.halted and app == rollout.target.app):
        app = rollout.before.app if rollout.before.app not in rollout.blocked else ""
    return Versions(app, early.catalogue or rollout.before.catalogue, early.config or rollout.before.config)


def is_out(rollout: Rollout, version: str) -> bool:
    """Whether a version of the application is out of service: blocked, or older than the oldest that is let run."""
    old = bool(rollout.min_app) and is_version(version) and order(version) < order(rollout.min_app)
    return version in rollout.blocked or old


def _beyond_lab(rollout: Rollout) -> bool:
    return any(ring in rollout.opened for ring in RINGS[1:]) and not rollout.halted


def gate(rollout: Rollout, seen: Sequence[Seen], now: str, bounds: Bounds = Bounds()) -> Gate:  # noqa: B008 - frozen
    """What is to be done with a rollout now. Only an `open` or a `halt` changes it; the rest is for the eyes of IT."""
    if rollout.halted:
        return Gate("none", reason=rollout.halted, facts=rollout.halted_facts)
    inside = [one for one in seen if ring_of(rollout, one.number) in rollout.opened]
    wrong = [one.number for one in inside if _has_failed(rollout, one, now, bounds)]
    tried = sum(one.standing.version == rollout.target.app for one in inside)
    most = max(bounds.errors, tried * bounds.errors_percent // 100)  # of those that tried: the others come late
    if len(wrong) > most:
        facts: dict[str, str | int] = {"count": len(wrong), "most": most, "terminals": ", ".join(sorted(wrong)[:5])}
        return Gate("halt", reason="rollout.halted.errors", facts=facts)
    following = next((ring for ring in RINGS if ring not in rollout.opened), "")
    if not following:
        return Gate("none", reason="rollout.complete")
    if rollout.not_before and now < rollout.not_before:
        return Gate("wait", following, "rollout.not_yet", {"at": rollout.not_before})
    if rollout.opened:
        newest = max(rollout.opened.values())
        until = moment(newest) + timedelta(minutes=rollout.soak_minutes)
        if moment(now) < until:
            return Gate("wait", following, "rollout.soaking", {"until": f"{until:%m-%d %H:%M}"})
        online = [one for one in inside if _is_online(one, now, bounds)]
        healthy = sum(_is_healthy(rollout, one) for one in online)
        if (inside and healthy * 100 < len(online) * bounds.healthy_percent) or (inside and not online):
            return Gate("wait", following, "rollout.too_few", {"healthy": healthy, "online": len(online)})
    if _is_asked(rollout, following):
        return Gate("ask", following, "rollout.asks", {"ring": following})
    return Gate("open", following, "rollout.opens", {"ring": following})


def _is_asked(rollout: Rollout, ring: str) -> bool:
    """Whether a second person has yet to say yes."""
    if RINGS.index(ring) < RINGS.index(ASKED_FROM):
        return False
    return not any(said.ring == ring and said.by != rollout.published_by for said in rollout.approvals)


def _is_healthy(rollout: Rollout, one: Seen) -> bool:
    """It says so itself, from the new version; where only settings are new, from the one that stays, with them."""
    said, wanted = one.standing, rollout.target.app or rollout.before.app or one.standing.app
    has = bool(rollout.target.app) or rollout.target.config in {"", said.config}
    return said.state == "healthy" and said.version == said.app == wanted and has


def _is_online(one: Seen, now: str, bounds: Bounds) -> bool:
    return moment(now) - moment(one.heard) <= timedelta(minutes=bounds.online_minutes)


def _has_failed(rollout: Rollout, one: Seen, now: str, bounds: Bounds) -> bool:
    """It said so; or it has fetched the version and is not heard any more: silence is a failure."""
    said = one.standing
    if said.version != rollout.target.app:
        return False
    if said.state in {"failed", "returned"}:
        return True
    silent = moment(now) - moment(one.heard) > timedelta(minutes=bounds.silent_minutes)
    past = bool(rollout.deadline) and now > rollout.deadline
    return silent and (past or said.state == "trial") and said.state in {"staged", "trial", "fetching"}


def opened(rollout: Rollout, ring: str, now: str) -> Rollout:
    """The rollout with one ring more. Raises BadRollout for a ring out of its turn, or one that nobody approved."""
    following = next((each for each in RINGS if each not in rollout.opened), "")
    if ring != following:
        raise BadRollout("rollout.out_of_turn", ring=ring, next=following)
    if _is_asked(rollout, ring):
        raise BadRollout("rollout.needs_approval", ring=ring)
    return msgspec.structs.replace(rollout, number=rollout.number + 1, opened={**rollout.opened, ring: now})


def approved(rollout: Rollout, ring: str, by: str, now: str) -> Rollout:
    """With the yes of `by` to a ring. Raises BadRollout when it is who published."""
    if by == rollout.published_by:
        raise BadRollout("rollout.second_person", by=by)
    return msgspec.structs.replace(
        rollout, number=rollout.number + 1, approvals=(*rollout.approvals, Approval(ring, by, now))
    )


def halted(rollout: Rollout, why: str, facts: Mapping[str, str | int] | None = None) -> Rollout:
    """Standing still: who has not switched does not, who has goes back to the version before."""
    return msgspec.structs.replace(rollout, number=rollout.number + 1, halted=why, halted_facts=dict(facts or {}))


def resumed(rollout: Rollout, now: str) -> Rollout:
    """Going on: the newest ring soaks anew."""
    if not rollout.halted:
        raise BadRollout("rollout.goes_on")
    if rollout.target.app in rollout.blocked:
        raise BadRollout("release.is_blocked", version=rollout.target.app)
    rings, number = dict.fromkeys(list(rollout.opened)[-1:], now), rollout.number + 1
    again = {**rollout.opened, **rings}
    return msgspec.structs.replace(rollout, number=number, attempt=number, halted="", halted_facts={}, opened=again)


def blocked(rollout: Rollout, version: str) -> Rollout:
    """The kill switch for one version of the application. Raises BadRollout where nothing else is left to run."""
    if version == rollout.before.app or not rollout.before.app:
        raise BadRollout("rollout.nothing_left", version=version)
    return msgspec.structs.replace(
        rollout,
        number=rollout.number + 1,
        blocked=(*rollout.blocked, version),
        halted="rollout.halted.blocked",
        halted_facts={"version": version},
    )


def progress(rollout: Rollout, seen: Sequence[Seen]) -> Mapping[str, tuple[int, int]]:
    """For each ring how many of its terminals are healthy in the new version, of how many."""
    found = dict.fromkeys(RINGS, (0, 0))
    for one in seen:
        ring = ring_of(rollout, one.number)
        done, of = found[ring]
        found[ring] = (done + _is_healthy(rollout, one), of + 1)
    return found
