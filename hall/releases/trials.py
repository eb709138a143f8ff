"""What a build is tried with: a bare Python, a copy of a memory, and the program as the launcher starts it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from hall.errors import TrialTrouble
from hall.upgrading import copies_in

MEMORY, HALL = "terminal.db", "hall.db"
AS_IT_IS, BY_COPY = "as it is", "by the copy"
"""How the version before goes on with a hall's database."""
EVERYTHING = 1 << 62
"""More entries than any log has."""
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from console.main import main; raise SystemExit(main())"
"""As the launcher starts a version (sync.updates.launcher)."""
_UNKNOWN = 2
"""Exit code of a program that does not know the command."""
_FACTS = {"fact": "id, bytes, hash", "outbox": "local_seq, hash, state, verdict"}
_DEMO_WINDOW = "terminal-0012"
_LEFT_OUT = ("PYTHON", "YICHUANG", "VIRTUAL_ENV")


def fresh_python(folder: Path) -> Path:
    """A Python with pip and nothing else, as on a bare PC; its program. Raises TrialTrouble."""
    _ran([sys.executable, "-m", "venv", str(folder)], dict(os.environ))
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Runner:
    """Runs programs with that Python and with no variable of ours; all they write lies in `folder`."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._python = str(python)
        self._folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
        own = {"YICHUANG_STATE": str(folder / "state"), "YICHUANG_SETTINGS": str(folder / "settings")}
        self._environment = {**kept, **own}

    def script(self, file: Path, *words: str) -> str:
        """What a script says. Raises TrialTrouble with what it complains about."""
        return _ran([self._python, str(file), *words], self._environment)

    def start(self, lib: Path, *words: str) -> str:
        """What the program in `lib` says. Raises TrialTrouble."""
        return _ran([self._python, "-I", "-c", _START, str(lib), *words], self._environment)

    def check(self, lib: Path, data: Path) -> None:
        """The program in `lib` opens the data folder and finds itself well. Raises TrialTrouble.

        A version from before there was `self-check` is asked by `doctor`, of which only the memory counts here: a copy
        of a folder is never trusted to go on numbering.
        """
        words = [self._python, "-I", "-c", _START, str(lib)]
        done = _run([*words, "self-check", "--json", "--dir", str(data)], self._environment)
        if done.returncode != _UNKNOWN:
            if done.returncode and (rows := [row for row in done.stdout.splitlines() if '"ok": false' in row]):
                raise TrialTrouble("; ".join(rows))
            return _well(done)
        done = _run([*words, "doctor", "--json", "--dir", str(data)], self._environment)
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found = json.loads(done.stdout)["database"]
            if found["opens"] and not found["mistakes"]:
                return None
            raise TrialTrouble(str(found["mistakes"]))
        raise TrialTrouble(_last(done))

    def memory(self, lib: Path, database: Path | None, days: int) -> Path:
        """A data folder with a copy of `database`, else of what the demo of `lib` makes in `days` days.

        Raises TrialTrouble, sqlite3.Error.
        """
        if database is None:
            for _ in range(days):
                self.start(lib, "demo", "--headless", "--dir", str(self._folder / "demo"))
            database = self._folder / "demo" / _DEMO_WINDOW / MEMORY
        if not database.is_file():
            raise TrialTrouble(f"{database}?")
        data = self._folder / "data"
        data.mkdir()
        _copied(database, data / MEMORY)
        return data

    def hall(self, lib: Path, database: Path | None) -> Path:
        """A hall's folder with a copy of its `database`, else of what the demo of `lib` made; under a key of its own.

        Raises TrialTrouble, sqlite3.Error.
        """
        if database is None:
            database = self._folder / "demo" / "hall" / HALL
            if not database.is_file():
                self.start(lib, "demo", "--headless", "--dir", str(self._folder / "demo"))
        if not database.is_file():
            raise TrialTrouble(f"{database}?")
        hall = self._folder / "hall"
        self.start(lib, "hall", "init", "--sample", "--dir", str(hall))
        with contextlib.closing(sqlite3.connect(hall / HALL)) as db:
            (key,) = db.execute("select key from hall").fetchone()
        for file in hall.glob(f"{HALL}*"):
            file.unlink()
        _copied(database, hall / HALL)
        with contextlib.closing(sqlite3.connect(hall / HALL)) as db, db:
            db.execute("update hall set key = ?", (key,))
        return hall

    def opens_hall(self, lib: Path, hall: Path) -> int:
        """The program in `lib` opens the hall; how many entries it finds. Raises TrialTrouble."""
        said = self.start(lib, "hall", "epoch", "--dir", str(hall))
        try:
            return int(json.loads(said.splitlines()[-1])["entries"])
        except (ValueError, LookupError, TypeError) as cause:
            raise TrialTrouble(said[-200:]) from cause

    def goes_back(self, old: Path, hall: Path) -> str:
        """How the version before goes on with a hall that the newer one has opened. Raises TrialTrouble.

        It opens it as it is, or from the copy that was kept before it was brought on.
        """
        try:
            self.opens_hall(old, hall)
        except TrialTrouble as no:
            kept = copies_in(hall, HALL)
            if not kept:
                raise
            self.start(old, "hall", "restore", str(kept[-1]), "--dir", str(hall))
            self.opens_hall(old, hall)
            return f"{BY_COPY}: {no}"[:200]
        return AS_IT_IS


def schema_of(data: Path) -> int:
    """The number of the newest migration that a data folder has. Raises sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(data / MEMORY)) as db:
        return int(db.execute("pragma user_version").fetchone()[0])


def facts_in(data: Path) -> dict[str, tuple[int, str]]:
    """How many facts and envelopes a data folder has, and their hash. Raises sqlite3.Error."""
    found = {}
    with contextlib.closing(sqlite3.connect(data / MEMORY)) as db:
        for table, columns in _FACTS.items():
            count, digest = 0, hashlib.sha256()
            for row in db.execute(f"select {columns} from {table} order by 1"):  # noqa: S608 - our own names
                count += 1
                digest.update(repr(row).encode())
            found[table] = (count, digest.hexdigest())
    return found


def log_in(hall: Path, upto: int) -> tuple[int, str]:
    """How many of the first `upto` entries a hall's log has, and their hash. Raises sqlite3.Error."""
    count, digest = 0, hashlib.sha256()
    with contextlib.closing(sqlite3.connect(hall / HALL)) as db:
        for row in db.execute("select seq, bytes from log where seq <= ? order by seq", (upto,)):
            count += 1
            digest.update(repr(row).encode())
    return count, digest.hexdigest()


def _copied(database: Path, into: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(into)) as copy,
    ):
        source.backup(copy)


def _ran(words: list[str], environment: dict[str, str]) -> str:
    done = _run(words, environment)
    _well(done)
    return done.stdout


def _well(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise TrialTrouble(_last(done))


def _run(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, check=False, capture_output=True, text=True, encoding="utf-8", errors="replace", env=environment,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _last(done: subprocess.CompletedProcess[str]) -> str:
    """What a program complained about last, in one line."""
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return " ".join(lines[-3:])[-500:] or f"exit code {done.returncode}"
