"""What `doctor` says of an installation, and what IT has to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.messages import Message
from casework.rollout import Standing
from console.updating.examined import installation, machine
from console.updating.home import Home
from console.updating.notes import Notes
from local_db.memory import TerminalMemory
from tests.builders import FixedClock
from tests.terminals import enrolled
from tests.updated_pc import OLD, installed

NOW = "2026-11-24T09:00:00.000"
LATER = "2026-11-27T09:00:00.000"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[TerminalMemory]:
    """A terminal's memory."""
    made = enrolled(tmp_path)
    yield made
    made.close()


def found(home: Home | None, memory: TerminalMemory, now: str = NOW) -> list[str]:
    """The ids of what a person has to do."""
    problems: list[Message] = []
    installation(home, Notes(memory, FixedClock()), now, problems)
    return [problem.id for problem in problems]


def test_a_program_that_no_update_installed_is_no_trouble(memory: TerminalMemory) -> None:
    assert found(None, memory) == []


def test_an_installation_without_a_root_of_trust_takes_no_updates_and_says_so(
    tmp_path: Path, memory: TerminalMemory
) -> None:
    home = installed(tmp_path / "pc")
    assert found(home, memory) == ["doctor.no_root"]
    (home.folder / "root.json").write_text("{}")
    assert found(home, memory) == []


def test_a_pointer_that_can_not_be_read_is_named(tmp_path: Path, memory: TerminalMemory) -> None:
    home = installed(tmp_path / "pc")
    (home.folder / "root.json").write_text("{}")
    (home.folder / "current.json").write_text("{cut")
    assert found(home, memory) == ["doctor.no_pointer"]


def test_a_version_that_came_back_needs_a_person_at_once_and_a_line_that_is_down_only_after_days(
    tmp_path: Path, memory: TerminalMemory
) -> None:
    home = installed(tmp_path / "pc")
    (home.folder / "root.json").write_text("{}")
    notes = Notes(memory, FixedClock())
    notes.say(Standing(1, OLD, state="returned", version="0.6.0", error="update.fell"))
    assert found(home, memory) == ["doctor.returned"]
    notes.say(Standing(1, OLD, error="update.offline"))
    assert found(home, memory) == []
    assert found(home, memory, LATER) == ["doctor.update_trouble"]


def test_what_wheels_can_not_carry_is_named() -> None:
    assert {"system", "interpreter", "folder"} <= machine().keys()
