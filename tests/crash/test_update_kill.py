"""Kill -9 while versions are staged, switched, tried and pruned: the launcher always finds one that is whole."""

from __future__ import annotations

import random
import subprocess
import sys
import zipfile
from pathlib import Path

from sync.updates.install import FACTORY
from sync.updates.launcher import LIB, is_whole, next_start, read
from tests.command_line import ROOT
from tests.soaking import TIMES
from tests.updated_pc import installed, unpacked, wheel

TURNS = 30 * TIMES
FILES = 60
"""Of each wheel: enough that a kill falls into the middle of them."""


def _wheels(folder: Path) -> Path:
    folder.mkdir()
    for name in ("one", "two", "three"):
        files = {f"{name}/{number}.py": f"# {name} {number}\n" * 40 for number in range(FILES)}
        (folder / f"{name}-1.0-py3-none-any.whl").write_bytes(wheel(files))
    return folder


def _missing(lib: Path, wheels: Path) -> list[str]:
    """What an installed version lacks, or has otherwise."""
    found = []
    for file in wheels.glob("*.whl"):
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                there = lib / name
                if not there.is_file() or there.read_bytes() != archive.read(name):
                    found.append(name)
    return found


def test_no_kill_leaves_a_pc_without_a_version_that_starts(tmp_path: Path) -> None:
    chance = random.Random(46)
    wheels = _wheels(tmp_path / "wheels")
    home = installed(tmp_path / "pc", version="0.1")
    unpacked(sorted(wheels.glob("*.whl")), home.lib)
    kept: set[str] = set()
    staged = 0
    for turn in range(TURNS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.updating_pc", str(home.folder), str(wheels)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        for _ in range(chance.randint(1, 3)):  # so many versions lie there whole
            assert process.stdout.readline(), "it ended by itself"
            staged += 1
        try:
            process.wait(chance.random() * 0.12)  # the kill falls anywhere in what comes after
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait(30)
        process.stdout.close()
        version = next_start(home.folder)
        assert is_whole(home.folder, version), f"turn {turn}: {version} is what starts, and it is not whole"
        assert _missing(home.folder / "versions" / version / LIB, wheels) == []
        kept.add(version)
        pointer = read(home.folder)
        assert not pointer["previous"] or pointer["previous"] != pointer["version"]
    assert (home.folder / "versions" / "0.1" / FACTORY).exists(), "the version of the installation stays for ever"
    assert len(kept) > TURNS // 3, "it has really changed its version between the kills"
    assert staged >= TURNS
