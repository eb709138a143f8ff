"""Proves a build before anybody is asked to sign it (updates.md, *Repository*): what was not tried is not published.

    installed   by its own install.py into a fresh Python, as on a bare PC
    starts      as the launcher starts it, and says its version
    memory      a copy of a real-sized database; without one given the old version plays its demo first
    migrated    the new version opens the copy and checks itself
    facts       what was in the outbox and among the facts is there byte for byte
    goes_back   the old version opens the migrated copy and checks itself: migrations only expand
    hall_...    the same with a copy of a hall's database: brought on with every entry of its log, and gone back from

`proof.json` beside the manifest names the manifest's hash, and for each platform on which it was tried what came of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from casework.errors import UNREADABLE, BadRollout
from casework.manifest import Manifest, decode_manifest
from hall.errors import BuildTrouble, ReleaseTrouble, TrialTrouble
from hall.files import write_whole
from hall.releases.trials import EVERYTHING, MEMORY, Runner, facts_in, fresh_python, log_in, schema_of

PROOF = "proof.json"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was tried."""

    name: str
    ok: bool
    seconds: float
    said: str = ""


class Tried(msgspec.Struct, frozen=True):
    """What came of it on one platform."""

    at: str
    python: str
    old: str
    """The version that is gone back to; empty for the first release of all."""
    bytes: int
    """Size of the database that was migrated."""
    steps: tuple[Step, ...]
    result: str
    """`passed` or `failed`."""


class Proof(msgspec.Struct, frozen=True):
    """Of one build. `manifest`: SHA-256 of its bytes."""

    manifest: str
    tried: dict[str, Tried]


class _Failed(Exception):
    """A step did not come to what it should; the rest is not tried."""


class Prover:
    """Tries one build on this machine.

    Args:
        build: its folder.
        old: the version that runs now: its `lib`, or a whole installation; None for the first release of all.
        seconds: a clock that runs on, for the figures.
        tell: called with the name of each step before it is tried.

    Raises BuildTrouble for what is no build, and for an old version that is none.
    """

    def __init__(
        self, build: Path, old: Path | None, seconds: Callable[[], float], tell: Callable[[str], None]
    ) -> None:
        self._build = build
        self._old = None if old is None else lib_of(old)
        self._seconds = seconds
        self._tell = tell
        self._steps: list[Step] = []
        self._data = manifest_bytes(build)
        self._manifest = manifest_in(self._data)

    def prove(self, at: str, database: Path | None, days: int, hall: Path | None = None) -> Tried:
        """Try everything up to the first thing that fails; written to `proof.json`.

        Args:
            at: now (`stamp`).
            database: a terminal's file, or a copy of it; None: made by a demo.
            days: how many days that demo works.
            hall: a hall's database, or a copy of it; None: the demo's.
        """
        facts: dict[str, Any] = {"old": "", "bytes": 0}
        place = tempfile.TemporaryDirectory(prefix="yichuang-proof-", ignore_cleanup_errors=True)
        with place as name, contextlib.suppress(_Failed):
            self._all(Path(name), (database, hall), days, facts)
        passed = all(step.ok for step in self._steps)
        tried = Tried(
            at, sys.version.split()[0], facts["old"], facts["bytes"], tuple(self._steps),
            "passed" if passed else "failed",
        )  # fmt: skip
        self._write(tried)
        return tried

    def _all(
        self, folder: Path, databases: tuple[Path | None, Path | None], days: int, facts: dict[str, Any]
    ) -> None:  # fmt: skip
        python = self._step("python", lambda: fresh_python(folder / "python"))
        runs = Runner(python, folder)
        self._step("installed", lambda: runs.script(self._build / "install.py", str(folder / "home")))
        lib = folder / "home" / "versions" / self._manifest.version / "lib"
        self._step("starts", lambda: _same(runs.start(lib, "--version").strip(), self._manifest.version))
        if self._old is not None:
            old = self._old
            facts["old"] = self._step("old_starts", lambda: runs.start(old, "--version").strip())
        copy = self._step("memory", lambda: runs.memory(self._old or lib, databases[0], days))
        before = facts_in(copy)
        self._step("migrated", lambda: runs.check(lib, copy))
        facts["bytes"] = (copy / MEMORY).stat().st_size
        self._step("schema", lambda: _same(schema_of(copy), self._manifest.schema))
        self._step("facts", lambda: _same(facts_in(copy), before))
        if self._old is not None:
            self._step("goes_back", lambda: runs.check(old, copy))
            self._step("facts_again", lambda: _same(facts_in(copy), before))
        self._hall(runs, lib, databases[1])

    def _hall(self, runs: Runner, lib: Path, database: Path | None) -> None:
        """The hall's own update, and the way back from it."""
        hall = self._step("hall_memory", lambda: runs.hall(self._old or lib, database))
        before = log_in(hall, EVERYTHING)
        self._step("hall_migrated", lambda: _same(runs.opens_hall(lib, hall), before[0]))
        self._step("hall_log", lambda: _same(log_in(hall, EVERYTHING), before))
        if self._old is not None:
            old = self._old
            self._step("hall_goes_back", lambda: runs.goes_back(old, hall), told=True)
            self._step("hall_log_again", lambda: _same(log_in(hall, before[0]), before))

    def _step(self, name: str, what: Callable[[], Any], *, told: bool = False) -> Any:
        """`told`: what it gives is kept beside it."""
        self._tell(name)
        began = self._seconds()
        try:
            found = what()
        except (TrialTrouble, OSError, sqlite3.Error) as no:
            self._steps.append(Step(name, ok=False, seconds=round(self._seconds() - began, 2), said=str(no)[:600]))
            raise _Failed from no
        said = str(found) if told else ""
        self._steps.append(Step(name, ok=True, seconds=round(self._seconds() - began, 2), said=said))
        return found

    def _write(self, tried: Tried) -> None:
        known, digest = read_proof(self._build), hashlib.sha256(self._data).hexdigest()
        others = known.tried if known is not None and known.manifest == digest else {}
        proof = Proof(digest, {**others, sysconfig.get_platform(): tried})
        write_whole(self._build / PROOF, msgspec.json.format(msgspec.json.encode(proof), indent=1))


def _same(found: object, wanted: object) -> None:
    if found != wanted:
        raise TrialTrouble(f"{found} != {wanted}")


def lib_of(old: Path) -> Path:
    """The `lib` of the version that an installation runs, or of the folder itself. Raises BuildTrouble."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        pointer = json.loads((old / "current.json").read_text("utf-8"))
        old = old / "versions" / str(pointer["version"])
    for folder in (old / "lib", old):
        if (folder / "console" / "main.py").is_file():
            return folder
    raise BuildTrouble("build.no_old", folder=str(old))


def manifest_bytes(build: Path) -> bytes:
    """The manifest of a build, as it will be signed. Raises ReleaseTrouble."""
    try:
        return (build / "manifest.json").read_bytes()
    except OSError as cause:
        raise ReleaseTrouble("release.no_build", folder=str(build)) from cause


def manifest_in(data: bytes) -> Manifest:
    """The manifest in these bytes, whatever version it is of. Raises BadRollout."""
    try:
        version = str(msgspec.json.decode(data).get("version", ""))
    except (*UNREADABLE, AttributeError) as cause:
        raise BadRollout("release.unreadable", version="-") from cause
    return decode_manifest(data, version)


def read_proof(build: Path) -> Proof | None:
    """What was tried of a build; None where nobody has, or it can't be read."""
    try:
        return msgspec.json.decode((build / PROOF).read_bytes(), type=Proof)
    except (OSError, *UNREADABLE):
        return None


def proven(build: Path, data: bytes, *, first: bool) -> tuple[str, ...]:
    """The platforms on which the build with the manifest `data` passed.

    `first`: nothing is published yet, so there is no version to go back to.

    Raises BuildTrouble, with what to run, when there is none, one failed, or it was never gone back.
    """
    proof = read_proof(build)
    if proof is None or proof.manifest != hashlib.sha256(data).hexdigest():
        raise BuildTrouble("build.unproven", folder=str(build))
    for platform, tried in proof.tried.items():
        if tried.result != "passed":
            step = next((step for step in tried.steps if not step.ok), None)
            said = step.said if step else "-"
            raise BuildTrouble("build.failed", platform=platform, step=step.name if step else "-", reason=said)
        if not first and not tried.old:
            raise BuildTrouble("build.never_back", folder=str(build))
    return tuple(sorted(proof.tried))
