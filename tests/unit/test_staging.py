"""Versions side by side: whole or not there, tried once, gone back from, and never one that fills the disk (T46)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sync.errors import UpdateRefused
from sync.updates.install import FACTORY
from sync.updates.launcher import KEPT, TRIAL, back, is_whole, read, write
from sync.updates.running import runs
from sync.updates.staging import by_installer, forget_failure, prune, stage, stands, switch
from tests.wheels import a_wheel


def unpacked(wheels: Sequence[Path], lib: Path) -> None:
    for wheel in wheels:
        (lib / wheel.name).write_bytes(wheel.read_bytes())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    stage(tmp_path, "1.0", [], unpacked)
    write(tmp_path, {"version": "1.0", "previous": "", "state": KEPT, "tries": 0, "failed": []})
    return tmp_path


def test_a_version_is_whole_or_not_there(home: Path) -> None:
    def fails(wheels: Sequence[Path], lib: Path) -> None:
        (lib / "half").touch()
        raise OSError(28, "no space left on device")

    with pytest.raises(OSError, match="no space"):
        stage(home, "2.0", [], fails)
    assert not is_whole(home, "2.0")
    assert [folder.name for folder in (home / "versions").iterdir()] == ["1.0"]
    assert not switch(home, "2.0")
    stage(home, "2.0", [], unpacked)
    assert is_whole(home, "2.0")


def test_what_a_cut_left_is_thrown_away_and_begun_anew(home: Path) -> None:
    half = home / "versions" / ".staging-2.0" / "lib"
    half.mkdir(parents=True)
    (half / "left over").touch()
    torn = home / "versions" / "2.0" / "lib"
    torn.mkdir(parents=True)
    (torn / "without its mark").touch()
    stage(home, "2.0", [], unpacked)
    assert list((home / "versions" / "2.0" / "lib").iterdir()) == []


def test_a_version_on_trial_is_kept_when_it_says_that_it_stands(home: Path) -> None:
    stage(home, "2.0", [], unpacked)
    assert switch(home, "2.0")
    assert (read(home)["version"], read(home)["previous"], read(home)["state"]) == ("2.0", "1.0", TRIAL)
    stands(home, "1.0")
    assert read(home)["state"] == TRIAL, "another version can't say it"
    stands(home, "2.0")
    assert read(home)["state"] == KEPT
    assert not switch(home, "2.0"), "it runs"


def test_a_version_that_failed_here_is_not_tried_again_before_a_new_rollout_says_so(home: Path) -> None:
    stage(home, "2.0", [], unpacked)
    switch(home, "2.0")
    write(home, back(read(home)))
    assert not switch(home, "2.0")
    forget_failure(home, "2.0")
    assert switch(home, "2.0")


def test_old_versions_go_the_one_before_and_the_factory_s_stay(home: Path) -> None:
    (home / "versions" / "1.0" / FACTORY).touch()
    for version in ("1.1", "1.2", "1.9", "1.10", "2.0"):
        stage(home, version, [], unpacked)
    write(home, {**read(home), "version": "2.0", "previous": "1.1"})
    assert prune(home) == ["1.2"]
    assert {folder.name for folder in (home / "versions").iterdir()} == {"1.0", "1.1", "1.9", "1.10", "2.0"}


def test_a_name_that_is_no_version_becomes_no_folder(home: Path) -> None:
    for name in ("", "..", "1.0/../../x", "latest"):
        with pytest.raises(UpdateRefused):
            stage(home, name, [], unpacked)


def test_wheels_are_installed_from_their_files_alone(home: Path, tmp_path: Path) -> None:
    stage(home, "2.0", [a_wheel(tmp_path)], by_installer)
    assert (home / "versions" / "2.0" / "lib" / "tiny" / "__init__.py").read_text("utf-8") == "ANSWER = 42\n"
    assert list((home / "versions" / "2.0" / "lib" / "tiny" / "__pycache__").glob("__init__.*.pyc"))


def test_a_wheel_that_can_not_be_installed_leaves_no_version_and_says_why(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken-1.0-py3-none-any.whl"
    broken.write_bytes(b"no zip")
    with pytest.raises(UpdateRefused, match="not_installed"):
        stage(home, "2.0", [broken], by_installer)
    assert not is_whole(home, "2.0")


def test_what_a_rollout_goes_back_to_is_not_thrown_away_as_the_oldest(home: Path) -> None:
    for version in ("1.1", "1.2", "1.9", "2.0"):
        stage(home, version, [], unpacked)
    write(home, {**read(home), "version": "2.0", "previous": "1.9"})
    assert prune(home, {"1.1"}) == ["1.0"]
    assert is_whole(home, "1.1")


def test_a_scanner_that_looks_into_a_version_that_is_being_laid_is_waited_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refused = Path.replace, [True, True]

    def held(self: Path, target: Path) -> Path:
        if self.name == ".staging-2.0" and refused and refused.pop():
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    stage(home, "2.0", [], unpacked)
    assert is_whole(home, "2.0")


def test_a_pip_of_the_folder_where_one_stands_is_not_run(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.py").write_text("raise SystemExit('a stranger')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("shutil.which", lambda _: ".\\uv.EXE")
    stage(home, "2.0", [a_wheel(tmp_path)], by_installer)
    assert is_whole(home, "2.0")


def test_a_version_that_a_living_process_runs_is_never_thrown_away(home: Path) -> None:
    for number in range(1, 6):
        stage(home, f"0.{number}", (), unpacked)
    switch(home, "0.5")
    program = "import sys; from pathlib import Path; from sync.updates.running import runs\n"
    program += "held = runs(Path(sys.argv[1]), '0.1'); print(held is not None, flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", program, str(home)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as long:
        assert long.stdout is not None
        assert long.stdout.readline() == "True\n"
        mine = runs(home, "0.1")
        assert mine is not None, "two may run the same one"
        mine.close()
        assert prune(home) == ["0.2", "0.3"]
        assert is_whole(home, "0.1")
        long.kill()
        long.wait()
    assert prune(home) == ["0.1"], "a process that was killed leaves no lock behind"


def test_what_can_not_be_locked_is_not_thrown_away(home: Path) -> None:
    for number in range(1, 6):
        stage(home, f"0.{number}", (), unpacked)
    switch(home, "0.5")
    (home / "running").write_text("a file where the folder should be")
    assert runs(home, "0.1") is None
    assert prune(home) == []
