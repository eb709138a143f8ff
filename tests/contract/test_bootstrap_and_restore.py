"""A terminal that begins from a snapshot while something else goes wrong: its hall was restored, its file was salvaged,
its own facts had come to the hall before (S6, S21, S25).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies, numbers
from casework.limits import Limits
from local_db.memory import TerminalMemory
from local_db.restoring import salvage
from local_db.state import StateFile
from sync.line import Line
from sync.transport import Transport
from tests.beginning import PULLS, SMALL, busy
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, plugged
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place, here
from tests.machines import Machine

DAY = 24 * 3600


async def placed(world: HallWorld, number: str, limits: Limits = PULLS) -> Place:
    """A terminal that has pulled everything."""
    place = Place(world, number, world.path.parent, limits)
    await place.enrol()
    await place.sync()
    return place


async def pulls_only(place: Place) -> None:
    """A round in which nothing is pushed: the line's two halves are not in step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place.memory, "outgoing", lambda *_, **__: None)
        await place.sync()


def outbox(memory: TerminalMemory) -> list[str]:
    """The states of own facts."""
    with memory.reading() as db:
        return [row[0] for row in db.execute("select state from outbox order by local_seq")]


def test_t60_s6_own_facts_that_came_back_by_others_are_not_shown_twice_after_a_snapshot(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        await busy(window, 20)
        other, place = await placed(world, "0015"), await placed(world, "0016", SMALL)
        copied(world, tmp_path / "backup.db")
        taken = place.hand.received()
        place.commit(taken, place.hand.printed(taken.case))
        for one in (place, other, place):
            await one.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, other, place)
        await other.sync()
        gathered(world)
        with place.memory.transaction() as db:
            db.execute("update standing set floor = cursor")  # as if it had begun from a snapshot a moment before
        world.snapshot()
        again = await world.window("0017", client)
        again.epoch = 2
        await again.push(again.received())
        await pulls_only(place)
        await place.sync()
        assert outbox(place.memory) == ["passed", "passed"]
        assert place.memory.case_state(taken.case) == world.case(taken.case)

    in_hall(tmp_path, story, limits=SMALL)


def test_t42_s21_a_salvaged_case_that_is_over_shows_as_it_ended(tmp_path: Path) -> None:
    """It is in no snapshot any more, and the hall knows the own facts that were sealed again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window, pc = await world.window("0012", client), Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        case = pc.take_in()
        await pc.sync()
        await window.pull_all()
        await window.push(window.make("withdrawn", bodies.Withdrawn("不办了"), case.id))
        world.clock.go(40 * DAY)
        await busy(window, 20)
        world.snapshot()
        pc.memory.close()
        state = StateFile(pc.state, pc.folder).read()
        salvage(pc.folder / "terminal.db", pc.folder, "x", state, 2)
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state, SMALL)
        await pc.enrol("0041")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pc.memory, "outgoing", lambda *_, **__: None)
            await synced(pc)
        for _ in range(2):
            done = await synced(pc)
            assert (done.error, done.pending) == ("", 0)
        assert outbox(pc.memory) == ["passed", "passed", "passed"]
        assert pc.memory.case_state(case.id) == world.case(case.id)

    in_hall(tmp_path, story, limits=SMALL)


@pytest.mark.parametrize("fold", ["", "another"], ids=["its state", "its entries, of another version"])
def test_t42_s21_a_line_of_a_file_gets_no_second_number_when_a_snapshot_brings_its_case(
    tmp_path: Path, fold: str
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window, pc = await world.window("0012", client), Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        pc.memory.backup(pc.folder / "week.db")
        number = numbers.make("420118", world.clock.now().date(), "0040", 1)
        taken = pc.hand.received(ref="line 1", number=number)
        pc.save(taken)
        await pc.sync()
        await busy(window, 20)
        if fold:
            with world.store.writing() as tx:
                tx._db.execute("update fold set version = ?", (fold,))
        world.snapshot()
        pc.memory.close()
        for mark in ("-wal", "-shm"):
            (pc.folder / f"terminal.db{mark}").unlink(missing_ok=True)
        (pc.folder / "week.db").replace(pc.folder / "terminal.db")
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state, SMALL)
        await pc.enrol("0041")
        assert pc.memory.ref("line 1") is None
        await synced(pc)
        assert pc.memory.case_state(taken.case) == world.case(taken.case)
        known = pc.memory.ref("line 1")
        assert known is not None
        assert (known.number, known.case_id) == (number, taken.case)

    in_hall(tmp_path, story, limits=SMALL)


async def synced(pc: Machine) -> Any:
    """One round of a line with small limits."""
    transport = Transport(
        "http://hall", pc.world.clock, key=pc.memory.identity.hall_key, limits=SMALL,
        wire=httpx.ASGITransport(app=pc.world.app),
    )  # fmt: skip
    line = Line(
        pc.memory, transport, pc.signer, clock=pc.world.clock, sleep=_no_wait, dice=lambda: 0.0, run=here, limits=SMALL
    )
    try:
        return await line.sync_once()
    finally:
        await transport.aclose()


async def _no_wait(_seconds: float) -> None:
    return None


@pytest.mark.parametrize("holds", [False, True], ids=["older", "newer"])
@pytest.mark.parametrize("phase", ["entries", "known", "fill", "tray"])
def test_t47_t32_a_snapshot_of_a_log_that_was_lost_meanwhile_leaves_nothing_behind(
    tmp_path: Path, phase: str, holds: bool
) -> None:
    """`holds`: the restored hall still has the snapshot's place, and what was begun goes on."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        cases = await busy(window, 10)
        place, other = await placed(world, "0016"), await placed(world, "0015")
        copied(world, tmp_path / "older.db")
        cases += await busy(window, 10)
        world.snapshot()
        place.limits = msgspec.structs.replace(SMALL)
        place.restart()
        place.line._bootstrap.saw(1000)
        taken = place.hand.received()
        place.commit(taken)
        await begun(place, phase)
        await other.sync()
        copied(world, tmp_path / "newer.db")
        cases += await busy(window, 2)
        restored(world, tmp_path / ("newer.db" if holds else "older.db"))
        plugged(world, other, place)
        await other.sync()
        gathered(world)
        await place.sync()
        await place.sync()
        assert [case for case in (*cases, taken.case) if place.memory.case_state(case) != world.case(case)] == []
        assert place.memory.holes() == ()
        before = place.memory.projection_hash()
        place.memory.rebuild()
        assert place.memory.projection_hash() == before

    in_hall(tmp_path, story, limits=SMALL)


async def begun(place: Place, phase: str) -> None:
    """A bootstrap that stands at the first file of a phase."""
    while True:
        with place.memory.reading() as db:
            at = db.execute("select phase, scope from bootstrap").fetchone()
        if at and at[0] == phase and (at[1] or phase == "known"):
            return
        assert await place.line._bootstrap.step()


def test_t32_t60_s27_what_a_former_number_had_brought_is_sent_again_when_the_hall_has_lost_it(tmp_path: Path) -> None:
    """Nobody else would send it: what its own log had passed was not sealed again with the new number."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        copied(world, tmp_path / "backup.db")
        cases = [pc.take_in()]
        await pc.sync()
        await pc.enrol("0040")
        cases.append(pc.take_in())
        await pc.sync()
        with pc.memory.transaction() as db:  # a copy that began from a snapshot: nothing of it can be shown
            db.execute("update standing set floor = cursor")
            assert db.execute("delete from entry where kind = 'fact' and case_id = ''").rowcount
        restored(world, tmp_path / "backup.db")
        gathered(world)
        assert (await pc.sync()).error == "line.unknown", "the hall has lost that it gave this number"
        await pc.enrol("0041")
        await pc.sync()
        world.clock.go(DAY + 60)  # for all that the hall knows another PC goes by the first number, and may show more
        world.api.hall.tick()
        done = await pc.sync()
        assert (done.error, done.pending, done.held) == ("", 0, 0)
        assert pc.agrees(*(case.id for case in cases))
        assert all(world.case(case.id) for case in cases)
        newest = {entry.tray.fact: entry.tray for entry in world.entries() if entry.tray}
        (line,) = [line for line in newest.values() if not line.settled]
        assert line.code == "adopts_unknown"
        settling = await world.window("0050", client)
        settling.epoch = 2
        (answer,) = await settling.push(settling.gives_up("f" * 32, line.fact))
        assert (answer.verdict.v, world.waiting()) == ("accepted", [])

    in_hall(tmp_path, story)


def test_s21_s22_an_application_before_its_number_that_moved_meanwhile_shows_so_after_a_snapshot(
    tmp_path: Path,
) -> None:
    """A window that was off for long shows it as taken in elsewhere, and does not take it in once more."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        await busy(window, 5)
        form = bodies.Form("D01")
        parked, taken = window.hand.received(), window.received()
        for case, code in ((parked.case, "K7PM3XQ3"), (taken.case, "K7PM3XQ4")):
            await window.push(window.make("prefile.parked", bodies.PrefileParked(code, "single", form), case))
        back = await placed(world, "0015", SMALL)
        await busy(window, 20)
        await window.push(window.make("prefile.taken", bodies.PrefileTaken("0012"), parked.case), taken)
        world.snapshot()
        pulled = await placed(world, "0016")
        assert back.memory.prefile_of(taken.case).state == "parked"  # type: ignore[union-attr]
        assert not (await back.sync()).error
        for case, state in ((parked.case, "taken"), (taken.case, "received")):
            shown = back.memory.prefile_of(case)
            assert shown is not None
            assert (shown, shown.state) == (pulled.memory.prefile_of(case), state)
        before = back.memory.projection_hash()
        back.memory.rebuild()
        assert back.memory.projection_hash() == before

    in_hall(tmp_path, story, limits=SMALL)
