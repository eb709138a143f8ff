"""The launcher: a version that does not stand is left by itself, and a terminal can always start (T46)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sync.updates import launcher
from sync.updates.launcher import AGAIN, KEPT, TRIAL, next_start, read, write


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "launcher.py").write_bytes(Path(launcher.__file__).read_bytes())
    return tmp_path


def installs(home: Path, version: str, program: str, *, whole: bool = True) -> None:
    """A version whose `console.main` is `program`; it may use `HOME`, `says` and `words`."""
    package = home / "versions" / version / "lib" / "console"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    source = f"""
import json, os, pathlib, sys
HOME = pathlib.Path(os.environ["YICHUANG_HOME"])
words = sys.argv[1:]
def says(word):
    with (HOME / "said").open("a") as out: out.write(f"{version} {{word}}\\n")
def points(**changes):
    file = HOME / "current.json"
    file.write_text(json.dumps({{**json.loads(file.read_text()), **changes}}))
def main():
    {program}
"""
    (package / "main.py").write_text(source, "utf-8")
    if whole:
        (package.parent.parent / ".complete").touch()


def points(home: Path, version: str, previous: str = "", state: str = KEPT, **more: Any) -> None:
    write(home, {"version": version, "previous": previous, "state": state, "tries": 0, "failed": [], **more})


def starts(home: Path, *words: str) -> tuple[int, list[str]]:
    """Exit code of the launcher, and what the versions said."""
    code = subprocess.run([sys.executable, "-I", str(home / "launcher.py"), *words], check=False, timeout=60).returncode
    said = home / "said"
    return code, said.read_text("utf-8").splitlines() if said.exists() else []


def test_it_starts_what_the_pointer_names_with_the_words_that_were_typed(home: Path) -> None:
    installs(home, "1.0", "says(' '.join(words)); return 3")
    points(home, "1.0")
    assert starts(home, "console", "--lang", "en") == (3, ["1.0 console --lang en"])


def test_a_version_that_stands_says_so_itself_and_is_kept(home: Path) -> None:
    installs(home, "1.0", "return 0")
    installs(home, "2.0", "points(state='kept'); says('up'); return 0")
    points(home, "2.0", "1.0", TRIAL)
    assert starts(home) == (0, ["2.0 up"])
    assert (read(home)["version"], read(home)["state"]) == ("2.0", KEPT)


def test_a_version_that_breaks_twice_is_left_and_the_one_before_serves_the_counter(home: Path) -> None:
    installs(home, "1.0", "says('serves'); return 0")
    installs(home, "2.0", "says('breaks'); raise RuntimeError")
    points(home, "2.0", "1.0", TRIAL)
    assert starts(home) == (0, ["2.0 breaks", "2.0 breaks", "1.0 serves"])
    pointer = read(home)
    assert (pointer["version"], pointer["state"], pointer["failed"]) == ("1.0", KEPT, ["2.0"])


def test_a_version_that_is_killed_during_its_trial_is_left_too(home: Path) -> None:
    installs(home, "1.0", "says('serves'); return 0")
    installs(home, "2.0", "says('dies'); os._exit(137)")
    points(home, "2.0", "1.0", TRIAL)
    assert starts(home)[1][-1] == "1.0 serves"


def test_a_version_that_was_not_staged_to_its_end_is_never_started(home: Path) -> None:
    installs(home, "1.0", "says('serves'); return 0")
    installs(home, "2.0", "says('half'); return 0", whole=False)
    points(home, "2.0", "1.0", TRIAL)
    assert starts(home) == (0, ["1.0 serves"])


def test_the_program_that_asks_for_it_is_followed_by_the_version_that_was_staged(home: Path) -> None:
    installs(home, "1.0", f"says('makes room'); points(version='2.0', previous='1.0', state='trial'); return {AGAIN}")
    installs(home, "2.0", "points(state='kept'); says('up'); return 0")
    points(home, "1.0")
    assert starts(home) == (0, ["1.0 makes room", "2.0 up"])


def test_a_version_that_is_kept_and_ends_with_an_error_is_not_started_again(home: Path) -> None:
    installs(home, "1.0", "says('ends'); return 1")
    points(home, "1.0")
    assert starts(home) == (1, ["1.0 ends"])


def test_the_only_version_there_is_is_started_once_and_its_error_is_seen(home: Path) -> None:
    installs(home, "1.0", "says('breaks'); return 1")
    points(home, "1.0", "0.9", TRIAL)
    assert starts(home) == (1, ["1.0 breaks"])


def test_a_cut_while_the_pointer_is_written_leaves_the_old_one(home: Path) -> None:
    points(home, "1.0")
    (home / "current.json.part").write_text('{"versi', "utf-8")
    assert next_start(home) == "1.0"


def test_a_pointer_that_is_no_pointer_is_named(home: Path) -> None:
    (home / "current.json").write_text(json.dumps(["1.0"]), "utf-8")
    with pytest.raises(ValueError, match=r"current\.json"):
        next_start(home)
