"""Puts the fleet together: what the terminals have said, what is published, what the hall does by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path

from casework.ambient import CIVIL, moment
from casework.errors import BadBytes
from casework.fleet import GRADES, Fleet, FleetRing, FleetRollout, FleetRow, FleetTold, day_and_time
from casework.limits import Limits
from casework.messages import Message, Spoken
from casework.rollout import (
    RINGS,
    UNTOLD_HOURS,
    Rollout,
    Seen,
    Standing,
    gate,
    is_out,
    progress,
    ring_of,
    versions_for,
)
from hall.health import TerminalHealth
from hall.releases.acts import read_acts, shown
from hall.releases.keys import ONLINE_KEY, own_keys
from hall.releases.repository import Releases
from hall.releases.roles import NORMAL
from hall.releases.rollouts import Rollouts
from hall.releases.watching import Watched, read_watched, seen_of

_FAILED = frozenset({"failed", "returned"})
_PASSING = frozenset({"update.offline", "update.cut", "update.too_slow"})
"""What the next look mends by itself: told where none has for two days. A line that is down is told anyhow."""
_LATE_LOOKS = 5
"""Looks that a served hall may miss before that is trouble."""


def fleet_of(folder: Path, hall: str, terminals: Sequence[TerminalHealth], now: str, limits: Limits) -> Fleet:
    """All active terminals, and the rollout of `hall` in the repository `folder`; what is broken there is told.

    Args:
        folder: the repository; it need not be there.
        hall: the short id of the hall.
        terminals: how they are.
        now: the hall's time.
        limits: from when on something is trouble.
    """
    rollout, wrong = _published(folder, hall, now)
    watched = read_watched(folder)
    rows = [_row(one, rollout, now, limits) for one in terminals if one.active]
    rows.sort(key=lambda row: (GRADES.index(row.grade), row.number))
    troubles = [*wrong, *(_of_the_hall(watched, now, limits) if folder.is_dir() else ())]
    told = tuple(FleetTold(one.at, _said(one.id, one.facts), one.alarm) for one in reversed(watched.told))
    return Fleet(
        now, tuple(rows), _rollout(rollout, seen_of(terminals), now) if rollout else None, watched.at, tuple(troubles),
        tuple(Message(one.id, one.facts) for one in watched.waits), told,
        tuple(map(shown, read_acts(folder, limits.release_acts))),
    )  # fmt: skip


def _published(folder: Path, hall: str, now: str) -> tuple[Rollout | None, tuple[Message, ...]]:
    if not (folder / "metadata").is_dir():
        return None, ()
    utc = (moment(now) - CIVIL).replace(tzinfo=UTC)
    try:
        keys = own_keys(folder)
        gone = () if keys else (Message("release.no_own_key", {"file": str(folder / ONLINE_KEY)}),)
        return Rollouts(Releases(folder, keys, utc, NORMAL), hall).current(), gone
    except Spoken as trouble:
        return None, (trouble.message,)


def _of_the_hall(watched: Watched, now: str, limits: Limits) -> Iterator[Message]:
    """What stops the hall itself, and what will."""
    if watched.trouble is not None:
        since = day_and_time(watched.trouble.at)
        yield Message("fleet.trouble.look", {"since": since, "why": Message(watched.trouble.id, watched.trouble.facts)})
    elif not watched.at or _age(watched.at, now) > _LATE_LOOKS * limits.release_look_seconds:
        yield Message("fleet.trouble.no_look", {"at": day_and_time(watched.at) or "-"})
    yield from expiring(watched.expires, now, limits)


def expiring(expires: Mapping[str, str], now: str, limits: Limits) -> Iterator[Message]:
    """Roles whose signatures run out soon, and what the hall should have signed anew by itself.

    `expires`: role -> until when, the hall's civil time.
    """
    for role, until in sorted(expires.items()):
        own = NORMAL[role].online and NORMAL[role].days < limits.expiry_warning_days
        least = NORMAL[role].days - limits.freshened_days if own else limits.expiry_warning_days
        if moment(until) - moment(now) < timedelta(days=least):
            said = "fleet.trouble.not_fresh" if own else "fleet.trouble.expires"
            yield Message(said, {"role": role, "day": until[:10]})


def _rollout(rollout: Rollout, seen: Sequence[Seen], now: str) -> FleetRollout:
    found, counts = gate(rollout, seen, now), progress(rollout, seen)
    rings = tuple(FleetRing(name, rollout.opened.get(name, ""), *counts[name]) for name in RINGS)
    return FleetRollout(
        rollout.number, rollout.target, rollout.before, rings, bool(rollout.halted), rollout.blocked,
        rollout.published_by, rollout.deadline, rollout.min_app, found.step, found.ring,
        _said(found.reason, found.facts),
    )  # fmt: skip


def _said(message_id: str, facts: Mapping[str, object]) -> Message:
    """A sentence in which a ring has its name."""
    ring = facts.get("ring")
    return Message(message_id, {**facts, "ring": Message(f"fleet.ring.{ring}")} if ring else dict(facts))


def _row(one: TerminalHealth, rollout: Rollout | None, now: str, limits: Limits) -> FleetRow:
    said = one.update or Standing()
    app = said.app or one.program
    wanted = versions_for(rollout, one.number).app if rollout is not None else ""
    troubles = tuple(_troubles(one, said, app, rollout, now, limits))
    out = rollout is not None and bool(app) and is_out(rollout, app)
    failed = said.state in _FAILED and (rollout is None or said.version == rollout.target.app)
    grade = GRADES[0 if failed or out else 1 if troubles else 2 if wanted and wanted != app else 3]
    state = said.state or ("unknown" if one.update is None else "waits" if wanted and wanted != app else "current")
    return FleetRow(
        one.number, grade, ring_of(rollout, one.number) if rollout else "", app, said.catalogue, said.config, wanted,
        state, said.version, said.error, one.last_seen, round(_age(one.last_seen, now)) if one.last_seen else -1,
        one.unsent, round(_age(one.oldest, now)) if one.oldest else 0, one.offset_ms, one.free_mb, one.error, troubles,
        said.calendar, said.launcher,
    )  # fmt: skip


def _troubles(
    one: TerminalHealth, said: Standing, app: str, rollout: Rollout | None, now: str, limits: Limits
) -> Iterator[Message]:
    if said.state in _FAILED:
        why = Message(said.error) if said.error else Message("fleet.trouble.no_word")
        yield Message(f"fleet.trouble.{said.state}", {"version": said.version, "why": why})
    elif said.error and (said.error not in _PASSING or _age(said.since, now) > UNTOLD_HOURS * 3600):
        about = "update" if said.error.startswith("update.") else "settings"
        yield Message(f"fleet.trouble.{about}", {"why": Message(said.error)})
    if rollout is not None and app and is_out(rollout, app):
        yield Message("fleet.trouble.out", {"version": app})
    if not one.last_seen:
        yield Message("fleet.trouble.never")
    elif _age(one.last_seen, now) > limits.silent_seconds:
        yield Message("fleet.trouble.silent", {"since": day_and_time(one.last_seen)})
    if one.error:
        yield Message(one.error)
    if one.oldest and _age(one.oldest, now) > limits.fleet_unsent_seconds:
        yield Message("fleet.trouble.unsent", {"count": one.unsent, "since": day_and_time(one.oldest)})
    if abs(one.offset_ms) > limits.clock_offset_seconds * 1000:
        yield Message("fleet.trouble.clock", {"minutes": round(one.offset_ms / 60_000)})
    if 0 <= one.free_mb < limits.fleet_free_mb:
        yield Message("fleet.trouble.disk", {"free": one.free_mb, "least": limits.fleet_free_mb})


def _age(at: str, now: str) -> float:
    """Seconds since `at`, never below nothing; a time that nobody can read is of now."""
    try:
        return max(0.0, (moment(now) - moment(at)).total_seconds())
    except BadBytes:
        return 0.0
