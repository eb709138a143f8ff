"""Looks for what IT has published, fetches it in its hours and lays it beside the running version (updates.md).

Nothing here begins a version: that happens between two cases, by whoever knows what is open (screens.updating).
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casework.ambient import CIVIL, Clock, moment, stamp
from casework.errors import BadRollout
from casework.limits import LIMITS, Limits
from casework.manifest import ANY, Manifest, Wheel, encode_manifest, lacks, order
from casework.rollout import Rollout, Standing, State, versions_for
from casework.updating import Here, Plan, delay_seconds, plan
from console.configured import calendar_here, taken, versions_here
from console.updating.home import Home
from console.updating.notes import Notes
from local_db.memory import TerminalMemory
from local_db.migrations import SCHEMA_VERSION
from sync.errors import NoLock, UpdateError, UpdateRefused
from sync.owner import own
from sync.updates.client import Published
from sync.updates.fetching import Source
from sync.updates.install import WHEELS, platform
from sync.updates.staging import Install, forget_failure, prune, stage

LOCK = "update.lock"
FOLDER = "updates"
_LONG_AGO = moment("2000-01-01T00:00:00.000")
_NOTHING = Plan("none", why="updating.none")
Open = Callable[[], tuple[str, Source]]
"""The address of what is published, and what reads from there."""
Apply = Callable[[Published, Rollout], None]
"""Keeps what needs no restart, the settings, until nothing is open."""


def wheels_here(manifest: Manifest) -> tuple[Wheel, ...]:
    """The wheels for this machine. Raises UpdateRefused where there are none for it."""
    if lacks(manifest, platform(), pythons_here()) == "platform":
        raise UpdateRefused("update.no_platform", version=manifest.version, platform=platform())
    return (*manifest.wheels.get(ANY, ()), *manifest.wheels.get(platform(), ()))


def pythons_here() -> tuple[str, ...]:
    """The interpreters with which this PC can start a version, by minor version."""
    return (f"{sys.version_info[0]}.{sys.version_info[1]}",)


def reachable(manifest: Manifest, running: str) -> None:
    """Whether a version can be begun from here in one step. Raises UpdateRefused with what IT has to do first."""
    if lacks(manifest, platform(), pythons_here()) == "python":
        raise UpdateRefused("update.python", version=manifest.version, python=manifest.python)
    if manifest.min_from and order(running) < order(manifest.min_from):
        raise UpdateRefused("update.step", version=manifest.version, first=manifest.min_from)
    if manifest.schema_from > SCHEMA_VERSION:
        raise UpdateRefused("update.step", version=manifest.version, first=f"schema {manifest.schema_from}")


@dataclasses.dataclass
class Looker:
    """One terminal's eyes for updates. `look` may be called from any thread; two at once do it one after the other.

    Attributes:
        memory: the terminal's, which keeps the notes.
        clock: its time.
        home: the installation.
        open: the place of what is published, asked anew each time.
        pace: told how fast the rollout lets this terminal download, in KiB a second.
        install: lays wheels into a folder.
        apply: keeps what needs no restart until nothing is open.
    """

    memory: TerminalMemory
    clock: Clock
    home: Home
    open: Open
    pace: Callable[[int], None]
    install: Install
    apply: Apply
    limits: Limits = LIMITS

    def __post_init__(self) -> None:
        self.notes = Notes(self.memory, self.clock)

    @property
    def folder(self) -> Path:
        """Where the proofs and the downloads lie."""
        return self.memory.folder / FOLDER

    def plan(self, *, idle: bool = False, at_work: bool = True) -> Plan:
        """What comes next by what is known here; asks nobody."""
        rollout = self.notes.rollout
        if rollout is None:
            return _NOTHING
        return plan(rollout, self._here(rollout, idle=idle, at_work=at_work), self._now)

    def look(self, *, at_once: bool = False) -> Plan:
        """Ask, fetch and stage as far as it is time; `at_once`: whatever the hour. What comes next.

        Raises UpdateError after it was noted for the hall: work goes on.
        """
        root = self.home.root()
        if root is None:
            return self.plan()
        self.note_failures()
        with contextlib.ExitStack() as alone:
            for folder in (self.home.folder, self.memory.folder):  # what is laid down is the PC's, what is proven ours
                try:
                    owner = own(folder, os.getpid(), self._now, LOCK)
                except NoLock:  # a folder that only IT may write into: nothing is laid down there, settings come
                    continue
                if owner is None:
                    return self.plan()
                alone.enter_context(owner)
            try:
                return self._looked(root, at_once=at_once)
            except (UpdateError, BadRollout) as error:
                code = error.code if isinstance(error, UpdateError) else error.message.id
                self.say(error=code)
                raise
            except OSError:  # what was proven can't be laid down: a folder that nobody may write into any more
                self.say(error="update.disk")
                raise

    def _looked(self, root: bytes, *, at_once: bool) -> Plan:
        base, source = self.open()
        try:
            now = _aware(self.clock.now())
            published = Published(self.folder, root, base, source, now=now, floor=_aware(self.floor()))
            rollout = published.rollout(self.memory.identity.hall[:16])
            if rollout is None:
                self.say()
                return _NOTHING
            self.notes.read(rollout)
            self.pace(rollout.rate_kib)
            self.apply(published, rollout)
            found = self.plan()
            if found.version in self._failed() and found.step in {"fetch", "offer"}:
                forget_failure(self.home.folder, found.version)
                self.note_failures()
            if (found.step == "fetch" and (at_once or self._in_turn(rollout))) or (at_once and found.step == "wait"):
                self._fetch(published, found.version)
                found = self.plan()
            self._tell(rollout, found)
            return found
        finally:
            source.close()

    def _in_turn(self, rollout: Rollout) -> bool:
        """Whether the jitter is over: not all windows fetch in one minute."""
        since = self.notes.seen
        waits = timedelta(seconds=delay_seconds(rollout, self.memory.identity.terminal))
        now = self._now  # one that is before `since`: the clock ran ahead then, and is right now
        return not since or now < since or moment(now) >= moment(since) + waits

    def _fetch(self, published: Published, version: str) -> None:
        self.say("fetching", version)
        try:
            manifest = published.manifest(version)
            reachable(manifest, self.home.version)
            files = published.wheels(wheels_here(manifest), self.home.folder / WHEELS)
            stage(self.home.folder, version, files, self.install, encode_manifest(manifest))
            prune(self.home.folder, {version, self.home.version})
        except UpdateError as error:
            self.say("failed", version, error.code)
            raise
        except OSError as cause:  # a full disk, a virus scanner: what was begun is thrown away, and tried again
            self.say("failed", version, "update.disk")
            raise UpdateRefused("update.disk", what=version, reason=cause.strerror or str(cause)) from cause

    def _tell(self, rollout: Rollout, found: Plan) -> None:
        """How this terminal stands: `healthy` is said by the wanted version itself."""
        if found.why == "updating.current" and not self.home.on_trial():
            self.say("healthy", self.home.version)
        elif found.why == "updating.failed_here":
            self.say("returned", found.version, self.notes.standing.error)
        elif found.step in {"offer", "switch"}:
            self.say("staged", found.version)
        elif self.notes.standing.rollout != rollout.number or self.notes.standing.state != "failed":
            self.say()  # what stopped an earlier look is over

    def say(self, state: State = "", version: str = "", error: str = "") -> None:
        """Tell the hall how this terminal stands; settings that can't hold here are told where nothing worse is."""
        rollout, before, mine = self.notes.rollout, self.notes.standing, versions_here(self.memory)
        self.notes.say(
            Standing(
                rollout.number if rollout else 0, self.home.version, mine.catalogue, mine.config,
                state or before.state, version or before.version, error or taken(self.memory).error,
                calendar=calendar_here(self.memory), launcher=self.home.launcher,
                platform=platform(), pythons=pythons_here(),
            )
        )  # fmt: skip

    def _here(self, rollout: Rollout, *, idle: bool, at_work: bool) -> Here:
        terminal = self.memory.identity.terminal
        failed_in = self.home.failures().get(versions_for(rollout, terminal).app, 0)
        return Here(terminal, self.home.version, self.home.staged(), self._failed(), failed_in, idle, at_work)

    def _failed(self) -> frozenset[str]:
        failed = self.home.pointer().get("failed", [])
        return frozenset(failed if isinstance(failed, list) else ())

    def note_failures(self) -> None:
        """Remember in which attempt what did not stand on this PC failed: in that of the rollout known until now.

        Whichever terminal of the PC sees it first does so: only a rollout of a later attempt lets it be tried again.
        """
        rollout, known = self.notes.rollout, self.home.failures()
        attempt = rollout.attempt if rollout is not None else 0
        now = {version: known.get(version, attempt) for version in sorted(self._failed())}
        if now != known:
            self.home.keep_failures(now)

    def floor(self) -> datetime:
        """The latest time that is certain to have been (civil): the hall's last word, and when this was built.

        A clock may be off as far as it may everywhere (S29). Own facts are no evidence: a clock that once ran ahead
        would keep this window from every update after it.
        """
        running = self.home.manifest(self.home.version)
        known = (self.memory.last_contact().hall_time, running.built if running else "")
        latest = max((moment(each) for each in known if each), default=_LONG_AGO)
        return latest - timedelta(seconds=self.limits.clock_offset_seconds)

    @property
    def _now(self) -> str:
        return stamp(self.clock.now())


def _aware(civil: datetime) -> datetime:
    return (civil - CIVIL).replace(tzinfo=UTC)
