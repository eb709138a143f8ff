"""Two troubles at once, each of which is survived alone: nothing is lost, and nothing is kept silent."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from casework import bodies
from casework.events import body_of
from casework.facts import NO_HASH, decode_fact
from casework.wire import ENTRY_FACT
from local_db.memory import TerminalMemory
from local_db.state import State
from tests.hall_world import HallWorld
from tests.machines import Machine, at_a_hall
from tests.sim.loop import PowerCut


def test_t31_s25_a_power_cut_in_a_new_enrolment_takes_no_word_about_what_an_older_copy_has_lost(tmp_path: Path) -> None:
    """The state file is the new incarnation's already, the database still the old one's: it is enrolled once more."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        pc.take_in()
        await pc.sync()
        pc.memory.backup(tmp_path / "week.db")
        pc.take_in()
        pc.memory.close()
        for name in ("terminal.db-wal", "terminal.db-shm"):
            (pc.folder / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "week.db", pc.folder / "terminal.db")
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
        create = pc.memory.state.create

        def off(state: State) -> None:
            create(state)
            raise PowerCut

        pc.memory.state.create = off  # type: ignore[method-assign]
        with pytest.raises(PowerCut):
            await pc.enrol("0040")
        pc.reopen()
        assert pc.memory.trust() is not None
        await pc.enrol("0041")
        await pc.sync()
        facts = [decode_fact(entry.fact) for entry in world.entries() if entry.kind == ENTRY_FACT]
        (body,) = [body_of(fact) for fact in facts if fact.type == "adopts"]
        assert (body.terminal, body.lost) == ("0012", bodies.Lost(3, 4, NO_HASH))
        assert world.waiting() == ["envelopes_lost"]
        assert pc.memory.state.sealed(pc.memory.identity.incarnation) == 1
        assert pc.memory.trust() is None

    at_a_hall(tmp_path, story)
