"""The launcher: a version that does not stand is left by itself, and a terminal can always start (T46)."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from casework import messages
from console.main import main as console_main
from sync.updates import launcher
from sync.updates.launcher import (
    AGAIN,
    KEPT,
    QUICK,
    TRIAL,
    falls_again,
    has_fallen,
    in_earnest,
    next_start,
    read,
    write,
)


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
    """Exit code of the launcher for these words (a start in earnest), and what the versions said."""
    typed = words or ("serve",)
    code = subprocess.run(
        [sys.executable, "-I", str(home / "launcher.py"), *typed], check=False, timeout=60, stdin=subprocess.DEVNULL
    ).returncode
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


@pytest.mark.parametrize(
    "words",
    [
        "--version",
        "--help",
        "console --help",
        "doctor --json",
        "sync --once",
        "--lang en sync",
        "update status",
        "console",
        "",
    ],
)
def test_what_is_typed_besides_uses_up_no_try_and_is_answered_by_what_stands(home: Path, words: str) -> None:
    installs(home, "1.0", "says(' '.join(words)); return 1")
    installs(home, "2.0", "says('tried'); return 1")
    points(home, "2.0", "1.0", TRIAL)
    for _ in range(3):
        assert next_start(home, earnest=in_earnest(words.split())) == "1.0"
    assert starts(home, *(words.split() or ["board"])) == (1, [f"1.0 {words or 'board'}"])
    assert (read(home)["state"], read(home)["tries"]) == (TRIAL, 0)
    assert starts(home, "--lang", "en", "serve")[1][1:] == ["2.0 tried", "2.0 tried", "1.0 --lang en serve"]


def test_a_start_at_a_window_behind_a_page_and_by_it_is_a_try(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not in_earnest(["console"]), "it has no screen here, and ends with a sentence"
    monkeypatch.setenv("TEXTUAL_DRIVER", "page")
    assert in_earnest(["--lang=en", "console", "--dir", "x"])
    monkeypatch.delenv("TEXTUAL_DRIVER")
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}", SimpleNamespace(isatty=lambda: True))
    assert in_earnest(["console"])
    assert in_earnest(["update", "now"])
    assert not in_earnest(["update", "look"])


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
    for text in ('["1.0"]', '{"version": "1.0", "tries": "x"}', '{"version": "1.0", "failed": null}', "", "\0\0\0"):
        (home / "current.json").write_text(text, "utf-8")
        with pytest.raises(ValueError, match=r"."):
            read(home)
        with pytest.raises(ValueError, match=r"current\.json"):
            next_start(home)  # and no version lies here


@pytest.mark.parametrize("text", ["", '{"version": 2}', '{"version": "2.0", "tries": null}', None])
def test_a_pointer_that_is_lost_is_made_anew_and_the_newest_has_to_show_that_it_stands(
    home: Path, text: str | None
) -> None:
    installs(home, "1.0", "says('serves'); return 0")
    installs(home, "1.9", "says('breaks'); return 1")
    installs(home, "1.10", "says('breaks'); return 1")
    installs(home, ".staging-2.0", "says('half'); return 0")
    (home / "versions" / "1.0" / "factory").touch()
    if text is not None:
        (home / "current.json").write_text(text, "utf-8")
    assert starts(home) == (0, ["1.10 breaks", "1.10 breaks", "1.0 serves"])
    assert (read(home)["version"], read(home)["state"], read(home)["failed"]) == ("1.0", KEPT, ["1.10"])


def test_a_lost_pointer_with_one_version_is_written_so_that_updates_go_on(home: Path) -> None:
    installs(home, "1.0", "return 0")
    (home / "current.json").write_text("{", "utf-8")
    assert next_start(home) == "1.0"
    assert (read(home)["version"], read(home)["state"]) == ("1.0", KEPT)


def test_a_version_that_is_gone_from_the_disk_is_followed_by_the_one_before(home: Path) -> None:
    installs(home, "1.0", "return 0")
    installs(home, "1.5", "return 0")
    installs(home, "2.0", "return 0", whole=False)
    points(home, "2.0", "1.0")
    assert next_start(home) == "1.0"
    points(home, "2.0", "", TRIAL, failed=["1.5"])
    assert next_start(home) == "1.0", "none that failed here"
    assert read(home)["state"] == KEPT


def test_where_the_pointer_can_not_be_written_what_stood_runs_and_nothing_turns_in_a_circle(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installs(home, "1.0", "return 0")
    installs(home, "2.0", "return 0")
    points(home, "2.0", "1.0", TRIAL)
    monkeypatch.setattr(launcher, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "no space left on device")))
    assert next_start(home) == "1.0"
    assert not launcher._failed_its_trial(home, "1.0"), "an error of what stood is seen, and not begun again"
    monkeypatch.undo()
    assert next_start(home) == "2.0", "the trial is made up for"
    assert launcher._failed_its_trial(home, "2.0")


def test_two_that_write_the_pointer_at_once_leave_a_whole_one(home: Path) -> None:
    installs(home, "1.0", "return 0")
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda number: points(home, "1.0", tries=number), range(200)):
            assert read(home)["version"] == "1.0"
    assert [file.name for file in home.iterdir() if file.suffix == ".part"] == []


def test_a_version_that_was_kept_and_then_falls_at_once_each_time_is_left_after_all(home: Path) -> None:
    for version in ("1.0", "1.1"):
        installs(home, version, "return 0")
    points(home, "1.1", "1.0")
    assert not falls_again(home, "1.1", 5.0)
    assert not falls_again(home, "1.1", 5.0)
    assert not falls_again(home, "1.1", QUICK + 1), "it has served for a while: counted anew"
    assert not falls_again(home, "1.1", 5.0)
    assert read(home)["version"] == "1.1"
    assert falls_again(home, "1.1", 5.0)
    assert (read(home)["version"], read(home)["failed"]) == ("1.0", ["1.1"])
    assert not falls_again(home, "1.0", 5.0), "nothing is behind it"


def test_the_launcher_itself_counts_the_falls_and_serves_the_counter_with_the_one_before(home: Path) -> None:
    installs(home, "1.0", "says('serves'); return 0")
    installs(home, "1.1", "says('falls'); return 70")
    points(home, "1.1", "1.0")
    assert [starts(home, "console")[0] for _ in range(3)] == [70, 70, 0]
    assert starts(home)[1] == ["1.1 falls"] * 3 + ["1.0 serves"] * 2


@pytest.mark.parametrize(
    ("code", "fallen"),
    [(0, False), (1, False), (2, False), (75, False), (130, False), (70, True), (-11, True), (0xC0000005, True)],
)
def test_only_a_fault_counts_as_a_fall_not_a_refusal_or_a_wrong_word(code: int, fallen: bool) -> None:
    assert has_fallen(code) is fallen


def test_a_kept_version_of_which_a_file_is_gone_counts_as_fallen(home: Path) -> None:
    """A virus scanner had taken it: whoever started the window saw a trace, and the version before was never begun."""
    gone = "import sys; sys.modules['msgspec'] = None; from console.main import main; sys.exit(main(['doctor']))"
    told = {**os.environ, "YICHUANG_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", gone], check=False, env=told, stdin=subprocess.DEVNULL, capture_output=True
    )
    assert has_fallen(done.returncode), done.returncode
    assert b"msgspec" in done.stderr


class FullDisk(io.StringIO):
    """Where the output goes has no room."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_list_that_was_sent_to_a_full_stick_is_no_fall_of_the_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three of them had sent a window back to the version before."""
    monkeypatch.setattr(sys, "stdout", FullDisk())
    code = console_main(["--lang", "en", "calendar", "due", "2026-09-18", "5"])
    monkeypatch.undo()
    assert (code, has_fallen(code)) == (1, False)
    assert "the disk is full" in capsys.readouterr().err
    messages.install(messages._untranslated)
