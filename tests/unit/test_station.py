"""What goes on behind the screens while nobody types."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from console import bootstrap, station
from console.station import PrintThread
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from tests.builders import PERSON, FixedClock, Hand


def test_a_name_is_found_by_its_initials_after_a_quiet_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YICHUANG_STATE", str(tmp_path / "s"))
    monkeypatch.setattr(station, "LOOK_AGAIN_SECONDS", 0.0)
    identity = Identity("h", "420118", "大厅", "k", "0012", "i", 1)
    TerminalMemory.create(tmp_path / "t", FixedClock(), tmp_path / "s", identity).close()
    terminal = bootstrap.open_terminal(tmp_path / "t")
    memory = terminal.memory
    with memory.writing() as act:
        act.commit_groups([(Hand().received(applicant=PERSON),)])
    spelled, spell_names = threading.Event(), memory.spell_names

    def spell(initials: Callable[[Sequence[str]], Sequence[str]]) -> int:
        count = spell_names(initials)
        spelled.set()
        return count

    monkeypatch.setattr(memory, "spell_names", spell)
    thread = PrintThread(terminal)
    thread.start()
    assert spelled.wait(30)
    thread.stop()
    assert [row.applicant_name for row in memory.search("zjg")] == [PERSON.name]
    memory.close()
