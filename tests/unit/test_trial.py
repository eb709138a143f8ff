"""A version on trial: a copy of the memory first, then its self-check; what does not stand is gone back from."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from casework.limits import LIMITS
from casework.messages import Message
from console.errors import ConsoleError
from console.updating import trial
from console.updating.home import Home, home_of
from console.updating.self_check import checks, damaged
from console.updating.trial import BEFORE, by_process, run_check, tried, why_failed
from sync.updates.launcher import KEPT, TRIAL, next_start, read
from sync.updates.staging import stage, switch
from tests.terminals import enrolled
from tests.updated_pc import NEW, OLD, installed, unpacked
from tests.wheels import a_wheel


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A PC whose new version begins just now."""
    old = installed(tmp_path / "pc")
    stage(old.folder, NEW, (), unpacked)
    assert switch(old.folder, NEW)
    assert next_start(old.folder) == NEW
    return Home(old.folder, NEW)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A terminal's data."""
    enrolled(tmp_path).close()
    return tmp_path / "terminal"


def stands(_home: Home, _folder: Path) -> Message | None:
    return None


def falls(_home: Home, _folder: Path) -> Message | None:
    return Message("update.failed.chain", {"why": "no"})


def test_what_stands_is_kept_and_tried_once(home: Home, data: Path) -> None:
    assert tried(home, data, stands)
    assert read(home.folder)["state"] == KEPT
    assert not tried(home, data, falls), "it runs already"


def test_the_memory_is_copied_before_the_new_version_touches_it(home: Home, data: Path) -> None:
    seen: list[Path] = []

    def check(_home: Home, folder: Path) -> Message | None:
        seen.extend((folder / BEFORE).glob("*.db"))
        return None

    tried(home, data, check)
    assert [file.name for file in seen] == ["0.6.0.db"]
    with sqlite3.connect(seen[0]) as copy:
        assert copy.execute("pragma quick_check").fetchone()[0] == "ok"
        assert copy.execute("select value from meta where key = 'terminal'").fetchone()[0] == "0012"


def test_the_second_try_does_not_copy_what_the_first_has_changed(home: Home, data: Path) -> None:
    with pytest.raises(ConsoleError):
        tried(home, data, falls)
    copy = data / BEFORE / "0.6.0.db"
    before = copy.read_bytes()
    with sqlite3.connect(data / "terminal.db") as db:
        db.execute("create table of_the_new_version (id integer)")
    next_start(home.folder)
    with pytest.raises(ConsoleError):
        tried(home, data, falls)
    assert copy.read_bytes() == before


def test_two_copies_are_kept(home: Home, data: Path) -> None:
    (data / BEFORE).mkdir()
    for number in range(4):
        (data / BEFORE / f"0.{number}.db").write_bytes(b"old")
    tried(home, data, stands)
    names = {file.name for file in (data / BEFORE).glob("*.db")}
    assert len(names) == LIMITS.backups_before
    assert "0.6.0.db" in names


def test_what_does_not_stand_says_why_and_the_one_before_comes_back(home: Home, data: Path) -> None:
    with pytest.raises(ConsoleError) as caught:
        tried(home, data, falls)
    assert caught.value.code == "update.does_not_stand"
    assert "no" in str(caught.value.message.facts["why"])
    assert why_failed(home) == (NEW, "update.failed.chain")
    assert read(home.folder)["state"] == TRIAL
    assert [next_start(home.folder), next_start(home.folder)] == [NEW, OLD]
    assert not tried(Home(home.folder, OLD), data, falls)


def test_a_memory_that_can_not_be_copied_is_a_reason_to_go_back(home: Home, data: Path) -> None:
    (data / BEFORE).write_text("a file where the folder should be")
    with pytest.raises(ConsoleError):
        tried(home, data, stands)


def test_nobody_can_say_why_when_it_fell_without_a_word(home: Home) -> None:
    assert why_failed(home) == ("", "")
    (home.folder / "trial.json").write_text("{cut")
    assert why_failed(home) == ("", "")


def test_a_program_outside_of_an_installation_is_on_no_trial(home: Home) -> None:
    lib = home.lib / "console" / "bootstrap.py"
    assert home_of({"YICHUANG_HOME": str(home.folder)}, lib) == home
    assert home_of({}, lib) is None
    assert home_of({"YICHUANG_HOME": str(home.folder)}, Path(__file__)) is None
    assert home_of({"YICHUANG_HOME": str(home.folder.parent)}, lib) is None


def test_every_check_is_told_and_a_damaged_memory_fails_its_own(data: Path) -> None:
    assert [(name, found) for name, found in checks(data)] == [
        (name, None) for name in ("files", "imports", "database", "catalogue", "chain", "screen")
    ]
    file = data / "terminal.db"
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 8192)
    for log in data.glob("terminal.db-*"):
        log.unlink()
    found = dict(checks(data))
    assert found["imports"] is None
    assert found["database"] is not None


def test_a_byte_that_the_disk_has_turned_over_is_found_before_a_version_is_kept(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    unpacked([a_wheel(tmp_path), a_wheel(tmp_path, name="other")], lib)
    assert damaged(lib, whole=True) == ""
    file = lib / "tiny" / "__init__.py"
    file.write_bytes(file.read_bytes().replace(b"42", b"43"))
    assert damaged(lib, whole=False) == "", "its size is as it was: a start does not read all of it"
    assert damaged(lib, whole=True) == "tiny: tiny/__init__.py"
    file.unlink()
    assert damaged(lib, whole=False) == "tiny: tiny/__init__.py"
    file.write_text("ANSWER = 42\n")
    (lib / "other-1.0.dist-info" / "RECORD").write_bytes(b"")
    assert damaged(lib, whole=True) == "other: RECORD"


def _lib(folder: Path, program: str) -> Path:
    package = folder / "lib" / "console"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "main.py").write_text(program)
    return folder / "lib"


def test_a_version_that_hangs_does_not_stand(tmp_path: Path) -> None:
    lib = _lib(tmp_path, "import threading\ndef main():\n    threading.Event().wait()\n")
    assert run_check(lib, tmp_path, 1.0) == ("", "1 s")


def test_a_version_has_time_to_fold_a_large_memory_anew(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million facts take two minutes, and longer than that nobody waited."""
    given: list[float] = []
    monkeypatch.setattr(trial, "run_check", lambda _lib, _folder, seconds: given.append(seconds))
    assert by_process(home, tmp_path) is None
    with (tmp_path / "terminal.db").open("wb") as memory:
        memory.truncate(2_000_000_000)
    assert by_process(home, tmp_path) is None
    assert given[0] == LIMITS.self_check_seconds
    assert given[1] > 900


def test_a_version_that_falls_is_told_with_its_last_line(tmp_path: Path) -> None:
    lib = _lib(tmp_path, "import nothing_of_that_name\n")
    said = run_check(lib, tmp_path, 60.0)
    assert said is not None
    assert "nothing_of_that_name" in said[1]


def test_the_check_that_failed_is_told_not_the_one_that_passed(tmp_path: Path) -> None:
    rows = [json.dumps({"check": "imports", "ok": False, "why": "x"}), json.dumps({"check": "screen", "ok": True})]
    lib = _lib(tmp_path, f"def main():\n    print({rows[0]!r})\n    print({rows[1]!r})\n    return 1\n")
    assert run_check(lib, tmp_path, 60.0) == ("imports", "x")


def test_the_second_try_copies_where_the_first_could_not(home: Home, data: Path) -> None:
    (data / BEFORE).write_text("a file where the folder should be")
    with pytest.raises(ConsoleError):
        tried(home, data, stands)
    next_start(home.folder)
    with pytest.raises(ConsoleError):
        tried(home, data, stands)
    (data / BEFORE).unlink()
    assert tried(home, data, stands)
    assert (data / BEFORE / "0.6.0.db").is_file()
