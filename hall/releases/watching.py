"""What a served hall does by itself with what it publishes, once a minute (updates.md, *Rollout*).

It opens the next ring or halts, signs anew that the list is of today, and lets a newer form of facts be written when
every window can read it (S32). What it did and what stops it stands in `watch.json`, which the fleet, its page and the
figures read: a look that fails never stops the hall, it is told.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from casework.ambient import CIVIL, NewId, moment, stamp
from casework.errors import UNREADABLE
from casework.limits import Limits
from casework.manifest import decode_manifest
from casework.messages import Message, Spoken
from casework.rollout import RINGS, Rollout, Seen, Standing
from casework.upcasting import FIRST_WRITTEN, HALL_WORD
from hall.errors import Stop
from hall.files import write_whole
from hall.health import TerminalHealth
from hall.office import write_version
from hall.ownership import changing
from hall.releases.repository import Releases
from hall.releases.roles import APP
from hall.releases.rollouts import Rollouts
from hall.rows import Changes
from hall.service import Hall
from hall.store import Reading, Store

WATCH_FILE = "watch.json"
_NEVER = "2000-01-01T00:00:00.000"
_log = logging.getLogger("yichuang.hall")


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened when: a sentence not yet in a language. `alarm`: a person has to look."""

    at: str
    id: str
    facts: dict[str, str | int] = {}
    alarm: bool = False


class Watched(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest look."""

    at: str = ""
    """The hall's time of it; empty while none was made."""
    trouble: Told | None = None
    """What stopped it, since when."""
    halted: bool = False
    rings: int = 0
    """Rings that are open."""
    expires: dict[str, str] = {}
    """Role -> until when its signatures hold, the hall's civil time."""
    waits: tuple[Told, ...] = ()
    """Newer forms of facts that may not be written yet, and for whom they wait."""
    told: tuple[Told, ...] = ()
    """What the hall has done by itself, the newest last."""


def read_watched(folder: Path) -> Watched:
    """The newest look at the repository in `folder`; an empty one where there is none, or it can't be read."""
    try:
        return msgspec.json.decode((folder / WATCH_FILE).read_bytes(), type=Watched)
    except (OSError, *UNREADABLE):
        return Watched()


def seen_of(terminals: Iterable[TerminalHealth]) -> tuple[Seen, ...]:
    """Every active terminal with what it said of its versions last."""
    return tuple(Seen(one.number, one.last_seen or _NEVER, one.update or Standing()) for one in terminals if one.active)


class Watching:
    """The looks at one hall's repository.

    Args:
        folder: the repository, in the folder of the hall.
        releases: opens it as of now. Raises ReleaseTrouble, KeyTrouble.
        hall: its use cases, those of the process that serves: it has heard the terminals.
        store: its memory.
        limits: how much is kept.
    """

    def __init__(
        self, folder: Path, releases: Callable[[], Releases], hall: Hall, store: Store, limits: Limits
    ) -> None:
        self._folder = folder
        self._open = releases
        self._hall = hall
        self._store = store
        self._limits = limits
        self._scopes: frozenset[str] = frozenset()

    def look(self) -> frozenset[str]:
        """Do what it is time for; the scopes that got something new. Never raises: what stops it is told."""
        before, now = read_watched(self._folder), self._hall.now
        self._scopes = frozenset()
        try:
            with changing(self._folder.parent, self._limits.busy_seconds):
                found = self._looked(before, now)
        except Spoken as trouble:
            found = _stopped(before, now, trouble.message)
        except Exception:
            if before.trouble is None:
                _log.exception("what the hall does by itself with releases failed")
            found = _stopped(before, now, Message("fleet.trouble.unexpected"))
        if found.trouble is not None and found.trouble != before.trouble:
            _log.warning("%s", Message(found.trouble.id, found.trouble.facts))
        for told in found.told[len(before.told) :]:
            _log.warning("%s", Message(told.id, told.facts))
        most = self._limits.release_alarms
        try:
            write_whole(self._folder / WATCH_FILE, msgspec.json.encode(_shorter(found, most)))
        except OSError as trouble:  # the age of the last look that was written tells of it
            _log.warning("%s: %s", WATCH_FILE, trouble)
        return self._scopes

    def _looked(self, before: Watched, now: str) -> Watched:
        with self._store.reading() as reading:
            hall = reading.hall().id[:16]
        releases = self._open()
        rollouts = Rollouts(releases, hall)
        found = rollouts.step(seen_of(self._hall.terminals()), now)
        told = list(before.told)
        if found.step == "open":
            told.append(Told(now, "fleet.told.opened", {"ring": found.ring}))
        elif found.step == "halt":
            told.append(Told(now, found.reason, found.facts, alarm=True))
        if releases.is_due():
            releases.freshen()
        rollout = rollouts.current()
        raised, waits = self._newer_forms(releases, rollout, now)
        return Watched(
            now, None, halted=bool(rollout and rollout.halted), rings=len(rollout.opened) if rollout else 0,
            expires={name: stamp((until + CIVIL).replace(tzinfo=None)) for name, until in releases.expires().items()},
            waits=tuple(waits), told=(*told, *raised),
        )  # fmt: skip

    def _newer_forms(
        self, releases: Releases, rollout: Rollout | None, now: str
    ) -> tuple[tuple[Told, ...], tuple[Told, ...]]:
        """Let be written what every window can read (S32): what was let, and what waits for whom.

        Only what the version that stays would write: from one that may still halt the windows go back.
        """
        done, waits = [], []
        for type_, version in sorted(_writes(releases, staying(rollout)).items()):
            with self._store.reading() as reading:
                written = int(reading.head(HALL_WORD + type_) or FIRST_WRITTEN)
            if version <= written:
                continue
            said: dict[str, str | int] = {"type": type_, "version": version}
            try:
                self._scopes |= self._hall.change(functools.partial(_let, type_, version))
            except Stop as no:
                waits.append(Told(now, no.message.id, dict(no.message.facts)))
            else:
                done.append(Told(now, "fleet.told.writes", said))
        return tuple(done), tuple(waits)


def _let(type_: str, version: int, reading: Reading, now: str, new_id: NewId) -> Changes:
    return write_version(reading, type_, version, now, new_id)


def staying(rollout: Rollout | None) -> str:
    """The version of the application that nobody goes back from by itself any more."""
    if rollout is None:
        return ""
    whole = len(rollout.opened) == len(RINGS) and not rollout.halted
    return rollout.target.app or rollout.before.app if whole else rollout.before.app


def _writes(releases: Releases, version: str) -> Mapping[str, int]:
    path = f"app/{version}/manifest.json"
    data = releases.content(APP, path) if version else None
    return decode_manifest(data, version).writes if data is not None else {}


def _stopped(before: Watched, now: str, why: Message) -> Watched:
    """The look before, with what stops this one; a trouble that lasts has the time at which it began."""
    last = before.trouble
    since = last.at if last is not None and last.id == why.id else now
    return msgspec.structs.replace(before, at=now, trouble=Told(since, why.id, dict(why.facts), alarm=True))


def _shorter(found: Watched, most: int) -> Watched:
    return msgspec.structs.replace(found, told=found.told[-most:])


async def keep_looking(
    look: Callable[[], Awaitable[frozenset[str]]],
    ring: Callable[[frozenset[str]], None],
    sleep: Callable[[float], Awaitable[None]],
    seconds: float,
) -> None:
    """Look now and then, and wake the polls of whom it concerns. Runs until cancelled."""
    while True:
        scopes = await look()
        if scopes:
            ring(scopes)
        await sleep(seconds)


def watch_metrics(watched: Watched, now: str) -> str:
    """Figures for a monitoring system; nothing while nothing was looked at."""
    if not watched.at:
        return ""

    def age(at: str) -> float:
        return (moment(now) - moment(at)).total_seconds()

    rows: list[tuple[str, str, str, float]] = [
        ("look_age_seconds", "Seconds since the hall last looked at its rollout.", "", age(watched.at)),
        ("trouble", "1 while something stops the hall from looking after its releases.", "", bool(watched.trouble)),
        ("halted", "1 while the rollout stands still and waits for a person.", "", watched.halted),
        ("rings_open", "Rings of the rollout that are open, of 5.", "", watched.rings),
        ("writes_waiting", "Newer forms of facts that wait for windows that cannot read them.", "", len(watched.waits)),
    ]
    left = "Days until the signatures of a role run out."
    rows += [
        ("expires_days", left, f'{{role="{name}"}}', round(-age(until) / 86400, 1))
        for name, until in watched.expires.items()
    ]
    lines, named = [], set()
    for name, sentence, label, value in rows:
        full = f"yichuang_release_{name}"
        if full not in named:
            lines += [f"# HELP {full} {sentence}", f"# TYPE {full} gauge"]
            named.add(full)
        lines.append(f"{full}{label} {value + 0}")
    return "\n".join(lines) + "\n"
