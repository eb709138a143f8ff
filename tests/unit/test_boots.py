"""Which boot it is: one name for every process, and nothing where the system says nothing (S29)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from console import bootstrap
from console.boots import LINUX, this_boot
from tests.terminals import enrolled


def test_s29_every_process_of_one_boot_names_it_alike() -> None:
    code = "from console.boots import this_boot; print(this_boot())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert other.stdout.strip() == this_boot()
    assert bool(this_boot()) == (sys.platform == "win32" or LINUX.exists())


def test_s29_a_system_that_names_no_boot_leaves_it_to_the_clocks(tmp_path: Path) -> None:
    assert this_boot(tmp_path / "none") == ""
    (tmp_path / "odd").write_bytes(b"\xff\xfe")
    assert this_boot(tmp_path / "odd") == ""


def test_s29_a_console_and_an_enrolment_know_which_boot_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enrolled(tmp_path).close()
    monkeypatch.setenv("YICHUANG_STATE", str(tmp_path / "state"))
    memory = bootstrap.open_terminal(tmp_path / "terminal").memory
    assert memory.this_boot == this_boot()
    memory.close()
    assert bootstrap.enrolment(tmp_path).boot == this_boot()
