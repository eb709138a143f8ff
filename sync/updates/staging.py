"""A release laid beside the running one, switched to, kept or pruned (updates.md, *Terminal*). No link is ever made.

    HOME/versions/.staging-<v>   under way: thrown away and begun anew after a cut
    HOME/versions/<v>            whole: renamed into place after its `.complete`

What is whole is never changed again; which one runs is the pointer's word alone (sync.updates.launcher).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from casework.errors import BadRollout
from casework.manifest import decode_manifest, is_version, order
from sync.errors import UpdateRefused
from sync.updates.install import FACTORY, MANIFEST, WHEELS, lay
from sync.updates.launcher import COMPLETE, KEPT, TRIAL, is_whole, read, write
from sync.updates.running import nobody_runs

KEEP = 3
"""Versions that stay on the disk, besides the one that came with the installation."""
Install = Callable[[Sequence[Path], Path], None]


def stage(home: Path, version: str, wheels: Sequence[Path], install: Install, manifest: bytes = b"") -> None:
    """Lay a version beside the running one; nothing where it is whole already. Raises UpdateRefused.

    `manifest`: what it says of itself, kept beside it.
    """
    if not is_version(version):
        raise UpdateRefused("update.unreadable", what=version[:40])
    lay(home, version, lambda lib: install(wheels, lib), {MANIFEST: manifest} if manifest else {})


def switch(home: Path, version: str) -> bool:
    """Let the launcher begin with `version`, on trial. False when it is not whole, runs already, or failed before."""
    pointer = read(home)
    if version in {pointer["version"], *pointer["failed"]} or not is_whole(home, version):
        return False
    write(home, {**pointer, "version": version, "previous": pointer["version"], "state": TRIAL, "tries": 0, "falls": 0})
    return True


def stands(home: Path, version: str) -> None:
    """The running version says of itself that it stands: it is kept."""
    pointer = read(home)
    if pointer["version"] == version and pointer["state"] == TRIAL:
        write(home, {**pointer, "state": KEPT, "tries": 0})


def forget_failure(home: Path, version: str) -> None:
    """A new rollout wants a version that failed here once to be tried again."""
    pointer = read(home)
    if version in pointer["failed"]:
        write(home, {**pointer, "failed": [each for each in pointer["failed"] if each != version]})


def prune(home: Path, needed: Collection[str] = ()) -> list[str]:
    """Throw the oldest versions away; the one of the pointer, the one before, the factory's and those that a living
    process runs stay. Those that went.

    `needed`: these stay, too: what a rollout goes back to is older than what is here.
    """
    pointer = read(home)
    found = [folder.name for folder in (home / "versions").iterdir() if is_version(folder.name)]
    kept = {*needed, pointer["version"], pointer["previous"], *sorted(found, key=order)[-KEEP:]}
    kept |= {name for name in found if (home / "versions" / name / FACTORY).exists()}
    gone = [name for name in sorted(set(found) - kept, key=order) if _thrown_away(home, name)]
    _prune_wheels(home)
    return gone


def _thrown_away(home: Path, version: str) -> bool:
    with nobody_runs(home, version) as free:
        if free:
            (home / "versions" / version / COMPLETE).unlink(missing_ok=True)  # first: half a version is no version
            shutil.rmtree(home / "versions" / version, ignore_errors=True)
        return free


def _prune_wheels(home: Path) -> None:
    """Throw the wheels away that no version here consists of; all stay where one does not say of what it does."""
    versions = [folder for folder in (home / "versions").iterdir() if is_version(folder.name)]
    if not (home / WHEELS).is_dir() or not all((folder / MANIFEST).is_file() for folder in versions):
        return
    try:
        manifests = [decode_manifest((folder / MANIFEST).read_bytes(), folder.name) for folder in versions]
    except BadRollout:  # damaged: the same as without
        return
    named = {wheel.sha256 for manifest in manifests for wheels in manifest.wheels.values() for wheel in wheels}
    for folder in (home / WHEELS).iterdir():
        if folder.is_dir() and folder.name not in named:
            shutil.rmtree(folder, ignore_errors=True)


def by_installer(wheels: Sequence[Path], lib: Path) -> None:
    """Install wheels with `uv` where there is one, else with `pip`, from these files alone, at a low priority.

    Raises UpdateRefused with the last line that the installer said.
    """
    uv = shutil.which("uv")
    program = [sys.executable, "-P", "-m", "pip", "--isolated", "install", "--quiet"]  # -P: no pip of this folder
    if uv and Path(uv).is_absolute():  # Windows looks for it where one stands, too. It leaves the compiling to starts
        program = [uv, "pip", "install", "--python", sys.executable, "--link-mode=copy", "--compile-bytecode"]
    words = [*program, "--no-index", "--no-deps", "--target", str(lib), *map(str, wheels)]
    done = subprocess.run(
        words, check=False, capture_output=True, text=True,
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [""]
        raise UpdateRefused("update.not_installed", reason=said[-1][:200])
