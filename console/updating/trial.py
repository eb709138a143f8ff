"""The first starts of a new version: a copy of the memory, a self-check, and then it is kept or the one before returns.

The check runs in a process of its own: what hangs or falls there takes no window with it. Whether the hall can be
reached is no part of it. Who fails ends with an error, and the launcher counts (sync.updates.launcher).
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from casework.limits import LIMITS, Limits
from casework.messages import Message
from console.errors import ConsoleError
from console.updating.home import Home
from local_db.connection import FILE
from local_db.errors import wrapped
from sync.updates.launcher import TRIES
from sync.updates.staging import stands

CHECKING = "YICHUANG_SELF_CHECK"
"""Set for the process that checks: it opens the memory, and is not tried itself."""
CHECKS = ("files", "imports", "database", "catalogue", "chain", "screen")
BEFORE = "before"
_WHY = "trial.json"
_PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from console.main import main; raise SystemExit(main())"
Check = Callable[[Home, Path], Message | None]
"""What is wrong with a version over a data folder; None: it stands."""


def tried(home: Home, folder: Path, check: Check, limits: Limits = LIMITS) -> bool:
    """Try the running version over the data of `folder`, if it is on trial. Whether it was.

    Raises ConsoleError when it does not stand: then this program has to end.
    """
    if not home.on_trial():
        return False
    tries = home.pointer().get("tries", 1)
    is_due = tries == 1 or not _copy_of(folder, home.version).is_file()  # a full disk kept the first try from it
    wrong = _copied(folder, home.version, limits) if is_due else None
    wrong = wrong or check(home, folder)
    if wrong is not None:
        _keep_why(home, wrong)
        why = f"{wrong} {wrong.facts.get('why', '')}".strip()
        raise ConsoleError("update.does_not_stand", version=home.version, why=why, tries=f"{tries}/{TRIES}")
    stands(home.folder, home.version)
    return True


def why_failed(home: Home) -> tuple[str, str]:
    """The version that did not stand last, and the id of what was wrong; empty where none did, or nobody could say."""
    try:
        said = json.loads((home.folder / _WHY).read_text("utf-8"))
        return str(said["version"]), str(said["error"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", ""


def by_process(home: Home, folder: Path, limits: Limits = LIMITS) -> Message | None:
    """The self-check in a process of its own."""
    file = folder / FILE
    size = file.stat().st_size if file.is_file() else 0
    seconds = limits.self_check_seconds + limits.self_check_mb_seconds * size / 1_000_000
    failed = run_check(home.lib, folder, seconds)
    if failed is None:
        return None
    check, why = failed
    return Message(f"update.failed.{check}" if check in CHECKS else "update.failed.other", {"why": why})


def run_check(lib: Path, folder: Path, seconds: float) -> tuple[str, str] | None:
    """The self-check of the version in `lib` over `folder`: which check failed first, and why; None: none.

    A version that hangs, or falls without a word, has failed a check without a name.
    """
    words = [sys.executable, "-I", "-c", _PROGRAM, str(lib), "self-check", "--dir", str(folder), "--json"]
    try:
        done = subprocess.run(
            words, check=False, capture_output=True, text=True, encoding="utf-8", errors="replace",
            env={**os.environ, CHECKING: "1"}, timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "", f"{seconds:.0f} s"
    if done.returncode == 0:
        return None
    for row in map(_row, done.stdout.splitlines()):
        if row.get("ok") is False:
            return str(row.get("check")), str(row.get("why"))[:300]
    lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit {done.returncode}"]
    return "", lines[-1][:300]


def _row(line: str) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _keep_why(home: Home, wrong: Message) -> None:
    """For the version before, which tells the hall; nobody is stopped because it can't be written."""
    with contextlib.suppress(OSError):
        (home.folder / _WHY).write_text(json.dumps({"version": home.version, "error": wrong.id}), encoding="utf-8")


def _copied(folder: Path, version: str, limits: Limits) -> Message | None:
    """A copy of the memory as the version before has left it; what kept it from being made."""
    source = folder / FILE
    if not source.is_file():
        return None
    target = _copy_of(folder, version)
    part = target.with_suffix(".part")
    try:
        with wrapped(source):
            target.parent.mkdir(exist_ok=True)
            part.unlink(missing_ok=True)
            with (
                contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as db,
                contextlib.closing(sqlite3.connect(part)) as copy,
            ):
                db.backup(copy, pages=1000)
                copy.execute("pragma journal_mode = delete")
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
            part.replace(target)
    except Exception as error:
        from console.output import sentence_of

        said = sentence_of(error)
        if said is None:
            raise
        return said
    _keep_newest(target.parent, limits.backups_before)
    return None


def _copy_of(folder: Path, version: str) -> Path:
    return folder / BEFORE / f"{version}.db"


def _keep_newest(folder: Path, count: int) -> None:
    copies: Sequence[Path] = sorted(folder.glob("*.db"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in copies[count:]:
        file.unlink(missing_ok=True)
