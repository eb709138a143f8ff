"""Two troubles at once, each of which is survived alone: nothing is lost, and nothing is kept silent."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies, events
from casework.events import body_of
from casework.facts import NO_HASH, Fact, decode_fact
from casework.wire import ENTRY_FACT, START
from hall.backups import Backups
from hall.restoring import restore
from hall.sqlite_store import SqliteStore
from local_db.memory import TerminalMemory
from local_db.state import State
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lanes import as_stub, pushed, refused_act
from tests.contract.test_hall_lost_and_found import gathered, placed, plugged
from tests.contract.test_incarnations import cloned, officer
from tests.hall_world import HallWorld, Window, in_hall
from tests.machines import Machine, at_a_hall
from tests.sim.loop import PowerCut
from tests.sim.programs import NEW, Noted


def put_back(pc: Machine, image: Path) -> None:
    """Its disk is an older one from here on."""
    pc.memory.close()
    for name in ("terminal.db-wal", "terminal.db-shm"):
        (pc.folder / name).unlink(missing_ok=True)
    shutil.copy(image, pc.folder / "terminal.db")
    pc.memory = TerminalMemory.open(pc.folder, pc.world.clock, pc.state)


def test_t31_t32_a_restored_hall_does_not_take_what_others_put_back_for_what_an_older_copy_sealed_since(
    tmp_path: Path,
) -> None:
    """Another window has brought back the envelope that this disk has forgotten: its place is taken at the hall.

    It was answered with the verdict of the other one, and its fact was nowhere.
    """

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0012")
        await other.enrol("0013")
        pc.take_in()
        await pc.sync()
        await other.sync()
        copied(world, tmp_path / "backup.db")
        pc.memory.backup(tmp_path / "image.db")
        before = pc.take_in()
        await pc.sync()
        await other.sync()
        restored(world, tmp_path / "backup.db")
        for word in pc.state.glob("*.sealed"):
            word.unlink()  # the power cut took its last word: nobody knows here that something is missing
        put_back(pc, tmp_path / "image.db")
        since = pc.take_in()
        await other.sync()
        world.clock.go(301)
        world.api.hall.tick()
        assert world.case(before.id) is not None
        assert (await pc.sync()).error == "line.forked"
        await pc.enrol("0040")
        done = await pc.sync()
        assert (done.error, done.pending, done.rejected, done.held) == ("", 0, 0, 0)
        await other.sync()
        for machine in (pc, other):
            assert machine.agrees(before.id, since.id)
        assert world.case(since.id) is not None

    at_a_hall(tmp_path, story)


def test_t31_t32_what_another_window_puts_back_late_does_not_take_the_place_of_what_an_older_copy_sealed_since(
    tmp_path: Path,
) -> None:
    """Both stand in the log, and whoever brings one of them again is told what was said of it."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0012")
        await other.enrol("0013")
        pc.take_in()
        await pc.sync()
        await other.sync()
        copied(world, tmp_path / "backup.db")
        pc.memory.backup(tmp_path / "image.db")
        before = pc.take_in()
        await pc.sync()
        await other.sync()
        restored(world, tmp_path / "backup.db")
        for word in pc.state.glob("*.sealed"):
            word.unlink()  # the power cut took its last word: nobody knows here that something is missing
        put_back(pc, tmp_path / "image.db")
        since = pc.take_in()
        twin = cloned(pc, world, tmp_path)
        world.clock.go(301)
        world.api.hall.tick()
        assert (await pc.sync()).error == ""
        assert world.case(since.id) is not None
        await other.sync()  # it was off until now
        await pc.sync()
        for machine in (pc, other, pc):
            done = await machine.sync()
            assert (done.error, done.pending, done.rejected, done.held) == ("", 0, 0, 0)
        await twin.enrol("0041")
        done = await twin.sync()
        assert (done.error, done.pending, done.rejected, done.held) == ("", 0, 0, 0)
        await pc.sync()
        await other.sync()
        facts = [entry.fact_id for entry in world.entries() if entry.kind == ENTRY_FACT]
        assert len(facts) == len(set(facts))
        for machine in (pc, other, twin):
            assert machine.agrees(before.id, since.id)
        assert world.case(before.id) is not None

    at_a_hall(tmp_path, story)


def test_t31_s25_a_power_cut_in_a_new_enrolment_takes_no_word_about_what_an_older_copy_has_lost(tmp_path: Path) -> None:
    """The state file is the new incarnation's already, the database still the old one's: it is enrolled once more."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        pc.take_in()
        await pc.sync()
        pc.memory.backup(tmp_path / "week.db")
        pc.take_in()
        put_back(pc, tmp_path / "week.db")
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


def test_t32_s16_what_was_refused_after_a_restore_and_comes_back_late_waits_in_no_tray(tmp_path: Path) -> None:
    """The window that had taken the case in was off: the judgement of another one was held, and what came next.

    Once the case is back, and the judgement with its old verdict, nobody has anything to settle.
    """

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0012")
        await other.enrol("0013")
        for machine in (pc, other):
            await machine.sync()
        copied(world, tmp_path / "backup.db")
        case = other.take_in()
        await other.sync()
        await pc.sync()
        pc.save(officer(pc.hand.accepted(case.id)))
        await pc.sync()
        await other.sync()
        restored(world, tmp_path / "backup.db")
        pc.memory.piece = lambda after: None  # type: ignore[method-assign]  # it can't show what it has seen
        world.clock.go(301)
        world.api.hall.tick()
        pc.save(officer(pc.hand.fact("recused", bodies.Recused("2001", "近亲属"), case.id)))
        done = await pc.sync()
        assert (done.rejected, done.held, world.waiting()) == (0, 2, ["no_case", "lane"])

        await other.sync()  # its offer brings both back, behind what was said meanwhile
        world.clock.go(301)
        world.api.hall.tick()
        for machine in (pc, other, pc):
            done = await machine.sync()
            assert (done.error, done.pending) == ("", 0)
        assert (done.rejected, done.held, world.waiting(), pc.memory.tray()) == (0, 0, [], ())
        state = world.case(case.id)
        assert state is not None
        assert state.state == "accepted"
        facts = [entry.fact_id for entry in world.entries() if entry.kind == ENTRY_FACT]
        assert len(facts) == len(set(facts))
        for machine in (pc, other):
            assert machine.agrees(case.id)

    at_a_hall(tmp_path, story)


def test_s26_s32_a_hall_that_an_older_program_restored_is_folded_anew_by_the_one_that_serves_it(tmp_path: Path) -> None:
    """The copy says that the newer program has folded it; what came after it was folded by one that reads less."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        second, hall = tmp_path / "second", tmp_path / "again"
        with NEW.running():
            world.api.hall.start()
            window = await world.window("0012", client)
            taken = window.received()
            await window.push(taken)
            backups = Backups(second, world.path, world.store, world.signer, world.clock)
            backups.step()
            await window.push(window.make("noted", Noted("局"), taken.case))
            backups.step()
            assert world.case(taken.case).organ == "局"  # type: ignore[union-attr]
        hall.mkdir()
        assert restore(hall, "hall.db", second, None, world.signer, world.clock, world.ids.new_id).from_segments
        with NEW.running():
            world.path, world.store = hall / "hall.db", SqliteStore(hall / "hall.db")
            world.start()
            world.api.hall.start()
            assert world.case(taken.case).organ == "局"  # type: ignore[union-attr]

    in_hall(tmp_path, story)


def _newer(window: Window, type_: str, case: str, wrong: str) -> Fact:
    """A fact in the second form of its type."""
    if type_ == "received":
        fact = window.received(case=case)
    elif type_ == "material.added":
        fact = window.make(type_, bodies.MaterialAdded({"D01-01": "copy"}), case)
    else:
        fact = window.gives_up(case, wrong)
    return msgspec.structs.replace(fact, version=2)


@pytest.mark.parametrize("gathers", [True, False])
@pytest.mark.parametrize("type_", ["material.added", "received", "resolve.withdraw"])
def test_s32_s25_what_an_older_program_can_not_read_comes_back_to_a_restored_hall_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_: str, gathers: bool
) -> None:
    """The hall fell over it whenever the window showed it, and the window never went on."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        wrong = one.decided(taken.case)
        await one.push(taken, wrong)
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        with monkeypatch.context() as newer:
            newer.setitem(events.EVENTS, type_, msgspec.structs.replace(events.EVENTS[type_], version=2))
            fact = _newer(one, type_, taken.case, wrong.id)
            assert [answer.verdict.v for answer in await one.push(fact)] == ["accepted"]
            await place.sync()
        restored(world, tmp_path / "backup.db")
        if not gathers:
            gathered(world)
        plugged(world, place)
        await place.sync()
        gathered(world)
        assert fact.id in {entry.fact_id for entry in world.entries()}

    in_hall(tmp_path, story)


def _from_segments(world: HallWorld, folder: Path) -> None:
    """The hall is made anew from its second place; the time of gathering is over."""
    world.store.close()
    restore(folder, "hall.db", folder / "second", None, world.signer, world.clock, world.ids.new_id)
    world.store = SqliteStore(world.path)
    world.start()
    gathered(world)


@pytest.mark.parametrize("later", [False, True])
def test_s12_s26_bytes_that_came_after_their_line_are_there_after_a_restore(tmp_path: Path, later: bool) -> None:
    """They had come when the line lay in the second place already, and waited for their lane: the hall had them no
    more, and the window had been answered.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        taken = window.received()
        wrong = refused_act(window, taken.case)
        await window.push(taken, wrong)
        await window.pull_all()
        window.seal(window.accepted(taken.case))
        whole = as_stub(window, 3)
        assert await pushed(window, 3, 3) == [("held", "bytes")]
        if later:
            backups.step()
        window.sent[2] = whole
        await pushed(window, 3, 3)
        backups.step()
        _from_segments(world, tmp_path)
        window.epoch = 2
        window.cursor, window.chain = START
        await window.pull_all()
        await window.push(window.gives_up(taken.case, wrong.id))
        found = world.case(taken.case)
        assert (found and found.state, world.waiting()) == ("accepted", [])

    in_hall(tmp_path, story)


@pytest.mark.parametrize("type_", ["resolve.withdraw", "resolve.amend"])
def test_s7_s26_what_was_given_up_without_a_case_keeps_no_hall_from_being_restored(tmp_path: Path, type_: str) -> None:
    """Of what has no module the log holds the masked form alone: the restored hall could not read what it names."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        wrong = window.accepted("c" * 32)
        assert [answer.verdict.v for answer in await window.push(wrong)] == ["rejected"]
        body = {"resolve.withdraw": bodies.ResolveWithdraw, "resolve.amend": bodies.ResolveAmend}[type_]
        over = window.make(type_, body((wrong.id,), "重复"), wrong.case, "3001", "supervisor")
        assert [answer.verdict.v for answer in await window.push(over)] == ["accepted"]
        backups.step()
        _from_segments(world, tmp_path)
        assert over.id in {entry.fact_id for entry in world.entries()}
        assert world.waiting() == []

    in_hall(tmp_path, story)
