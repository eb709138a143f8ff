"""What a window holds is what the log says, also at a hall that was restored, and under a new number (S7)."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import msgspec
import pytest

from casework.bodies import MaterialAdded, ResolveInsist, TerminalSet
from casework.events import body_of
from casework.facts import Fact, decode_fact
from hall.backups import Backups
from hall.office import revoke
from hall.restoring import restore
from hall.sqlite_store import SqliteStore
from local_db.memory import TerminalMemory
from tests.beginning import PULLS, placed
from tests.contract.test_half_here import pulled
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, plugged, shows
from tests.contract.test_modules_in_turn import let_go, with_one
from tests.contract.test_scopes import MODULES, exact, give, work
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place
from tests.machines import Machine, at_a_hall


def test_s7_s26_a_module_that_was_given_back_after_the_last_copy_is_sent_by_the_restored_hall(tmp_path: Path) -> None:
    """The copy said that it was to go, and the segments brought the new word: the window was sent nothing of it."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        await work(window, 1)
        give(world, "0032", "single")
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        give(world, "0032", *MODULES)
        backups.step()
        world.store.close()
        restore(tmp_path, "hall.db", tmp_path / "second", None, world.signer, world.clock, world.ids.new_id)
        world.store = SqliteStore(world.path)
        world.start()
        plugged(world, place)
        await place.sync()
        gathered(world)
        await place.sync()
        world.api.hall.tick()
        again = await world.window("0017", client)
        again.epoch = 2
        await work(again, 1)
        await place.sync()
        exact(world, place, *MODULES)
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_s27_who_goes_on_from_an_old_number_is_not_given_what_was_taken_away_meanwhile(tmp_path: Path) -> None:
    """The hall's word about the old number's tray named all that was still sent: given in the log, and sent no more."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        pc.take_in()
        await pc.sync()
        await pc.enrol("0041")
        give(world, "0041", "single")
        await pc.sync()
        said = [decode_fact(entry.fact) for entry in world.entries() if entry.kind == "fact"]
        words = [body for body in map(body_of, said) if isinstance(body, TerminalSet) and body.number == "0041"]
        assert [set(word.scopes) & set(MODULES) for word in words] == [set(MODULES), {"single"}, {"single"}]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
def test_s27_s25_who_goes_on_from_an_old_number_is_sent_what_is_said_of_it_however_late_that_comes_back(
    tmp_path: Path, late: bool
) -> None:
    """The backup was made between the enrolment and the first sync: the verdicts on what the old number had made went
    to nobody.
    """

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0040")
        pc.take_in()
        await pc.sync()
        await pc.enrol("0041")
        copied(world, tmp_path / "backup.db")
        await pc.sync()
        restored(world, tmp_path / "backup.db")
        if late:
            gathered(world)
        await pc.sync()
        gathered(world)
        await pc.sync()
        with world.store.reading() as reading:
            row = reading.terminal("0041")
        assert row is not None
        assert row.scopes == ("hall", *MODULES, "terminal/0040")
        said = [decode_fact(entry.fact) for entry in world.entries() if entry.kind == "fact"]
        words = [body for body in map(body_of, said) if isinstance(body, TerminalSet) and body.number == "0041"]
        assert words[-1].scopes == row.scopes

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("how", ["shown", "shown-late", "one-segment"])
def test_s27_s26_who_goes_on_from_whom_is_known_where_both_come_back_at_once(tmp_path: Path, how: str) -> None:
    """What the old number had made counted as somebody else's, or nobody had its lines."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        await other.enrol("0050")
        if how == "one-segment":
            backups.step()
        await pc.enrol("0040")
        copied(world, tmp_path / "backup.db")
        pc.take_in()
        await pc.sync()
        await pc.enrol("0041")
        await pc.sync()
        await other.sync()
        with world.store.reading() as reading:
            before = reading.adoptions()
        assert [(row.number, row.shared) for row in before] == [("0041", 2)]
        if how == "one-segment":
            backups.step()
            world.store.close()
            restore(tmp_path, "hall.db", tmp_path / "second", None, world.signer, world.clock, world.ids.new_id)
            world.store = SqliteStore(world.path)
            world.start()
        else:
            restored(world, tmp_path / "backup.db")
        if how == "shown-late":
            gathered(world)
        await other.sync()
        gathered(world)
        with world.store.reading() as reading:
            assert reading.adoptions() == before

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
def test_s28_s25_the_cut_off_of_a_number_that_had_ended_before_counts_however_late_it_comes_back(
    tmp_path: Path, late: bool
) -> None:
    """Its old disk was stolen: what somebody did with it was taken in from a stick as if nobody had said so."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await other.enrol("0050")
        await pc.enrol("0040")
        await pc.enrol("0041")
        await pc.sync()
        await other.sync()
        copied(world, tmp_path / "backup.db")
        world.api.hall.change(lambda reading, now, new_id: revoke(reading, "0040", now, new_id))
        since = world.api_now()
        await other.sync()
        restored(world, tmp_path / "backup.db")
        if late:
            gathered(world)
        await other.sync()
        gathered(world)
        with world.store.reading() as reading:
            row = reading.terminal("0040")
        assert row is not None
        assert (row.active, row.adopted_by, row.revoked) == (False, "0041", since)

    at_a_hall(tmp_path, story)


def put_back(place: Place, image: Path) -> None:
    """The disk of the window is an older one."""
    place.memory.close()
    shutil.rmtree(place.folder)
    shutil.copytree(image, place.folder)
    place.memory = TerminalMemory.open(place.folder, place.world.clock, place.state, place.limits)
    place.start()


@pytest.mark.parametrize("coming", [False, True], ids=["at the beginning", "while a module comes"])
def test_s7_an_old_image_that_is_caught_up_while_modules_are_given_back_lacks_no_case(
    tmp_path: Path, coming: bool
) -> None:
    """The pages before the new word came without what had been taken away, and the copy passed for whole."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await with_one(world, "single") if coming else await placed(world, "0032", limits=PULLS)
        await work(window, 2)
        if coming:
            give(world, "0032", *MODULES)
            await pulled(place)
        image = tmp_path / "image"
        shutil.copytree(place.folder, image)
        await work(window, 2)
        await place.sync()
        give(world, "0032", "single")
        await let_go(world, place)
        await work(window, 8)
        put_back(place, image)
        if coming:
            await place.line._scopes.step()
        while place.memory.modules() != frozenset({"single"}):
            await place.line._inbound.step(0.0)
        give(world, "0032", *MODULES)
        await pulled(place)
        await place.sync()
        exact(world, place, *MODULES)

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_s27_an_old_image_that_is_enrolled_again_before_it_is_caught_up_lacks_no_case(tmp_path: Path) -> None:
    """What it had pulled under the old number lacked what was taken away, and only the new number's words counted."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        image = tmp_path / "image"
        shutil.copytree(place.folder, image)
        await work(window, 8)
        give(world, "0032", "single")
        for _ in range(2):
            await place.sync()
            world.api.hall.tick()
        put_back(place, image)
        for _ in range(3):
            await place.line._inbound.step(0.0)
        assert place.memory.modules() == frozenset(MODULES)
        again = await world.window("0033", client)
        who = msgspec.structs.replace(place.memory.identity, terminal="0033", incarnation=again.incarnation)
        place.memory.adopt(who, place.hand.new_id)
        place.number, place.signer = "0033", again.signer
        place.start()
        for _ in range(2):
            await place.sync()
        exact(world, place, *MODULES)

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_s25_an_own_receipt_in_a_module_that_was_taken_away_is_closed_after_a_restore(tmp_path: Path) -> None:
    """The pull was faster than the push, and nothing was kept of the case that the hall gave: it stayed as it was."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        limits = msgspec.structs.replace(PULLS, pull_entries=500)
        one, other = [await placed(world, number, limits=limits) for number in ("0031", "0032")]
        for place in (one, other):
            await place.sync()
        copied(world, tmp_path / "backup.db")
        give(world, "0032", "single")
        mine = other.hand.received(module="business", item="A01")
        other.commit(mine)
        for _ in range(2):
            await let_go(world, other)
        world.clock.go(40 * 86400)
        late = one.hand.received()
        one.commit(late, one.hand.printed(late.case))
        for place in (one, other):
            await place.sync()
        while other.memory.purge_step():
            pass
        await one.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, one, other)
        await shows(one)
        gathered(world)
        await one.sync()
        other.restart()
        plugged(world, other)
        await other.line._healing.mend()
        await pulled(other)
        await other.line._outbound.step()
        await other.line._holes.step()
        one.commit(one.hand.withdrawn(mine.case))
        await one.sync()
        for _ in range(2):
            await let_go(world, other)
        assert other.memory.case_state(mine.case) is None
        with other.memory.reading() as db:
            assert db.execute("select state from outbox where case_id = ?", (mine.case,)).fetchall() == [("passed",)]

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.parametrize("kind", ["flagged", "refused"])
def test_s7_s16_s25_what_was_settled_elsewhere_is_not_a_task_again_after_a_restore(tmp_path: Path, kind: str) -> None:
    """Its maker was told of the task alone, the end was told in a module that went, and its own note of it with what
    the restored hall made it forget.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received(module="business", item="A01")
        await window.push(taken)
        await place.sync()
        added = place.hand.fact("material.added", MaterialAdded({"D01-01": "original"}), taken.case)
        own = added if kind == "flagged" else place.hand.decided(taken.case)
        place.commit(own)
        for modules in (("single",), MODULES):
            give(world, "0032", *modules)
            await place.sync()
        await window.push(window.gives_up(taken.case, own.id))
        await place.sync()
        give(world, "0032", "single")
        for _ in range(2):
            await let_go(world, place)
        copied(world, tmp_path / "backup.db")
        for _ in range(3):
            await window.push(window.received(module="single"))
        await place.sync()
        with place.memory.transaction() as db:  # its newest head is far back, as a snapshot leaves it
            db.execute("update standing set floor = cursor - 1")
            db.execute("delete from entry where kind = '' and seq < (select floor from standing)")
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        for _ in range(3):
            await place.sync()
            gathered(world)
        await place.sync()
        assert world.waiting() == []
        assert not place.memory.tray()
        assert place.memory.pending().rejected == 0
        place.memory.rebuild()
        assert not place.memory.tray()
        assert place.memory.pending().rejected == 0

    in_hall(tmp_path, story, limits=PULLS)


def by(place: Place, fact: Fact, actor: str, post: str) -> Fact:
    """Saved there, by somebody with the right."""
    with place.memory.writing() as act:
        fact = msgspec.structs.replace(fact, base=act.base(), actor=actor, post=post)
        act.commit_groups([[fact]])
    return fact


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("module", ["there", "gone"])
def test_s15_s25_what_somebody_insisted_on_stands_also_where_its_maker_shows_alone_that_its_line_is_over(
    tmp_path: Path, module: str, heard: bool
) -> None:
    """That word ended the line at the restored hall: the insistence found nothing to settle and was refused, the act
    for ever. Or it stood there, and its maker was not told: no module ever left it again.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        maker, other = await placed(world, "0032", limits=PULLS), await placed(world, "0013", limits=PULLS)
        taken = other.hand.received(module="business", item="A01")
        other.commit(taken)
        for place in (other, maker):
            await place.sync()
        other.commit(other.hand.fact("material.added", MaterialAdded({"A01-01": "original"}), taken.case))
        await other.sync()
        act = by(maker, maker.hand.accepted(taken.case), "2001", "single")
        if module == "gone":
            give(world, "0032", "single")
        for place in (maker, other, maker):
            await place.sync()
        assert world.waiting() == ["stale"]
        copied(world, tmp_path / "backup.db")
        insists = other.hand.fact("resolve.insist", ResolveInsist((act.id,), "材料齐全"), taken.case)
        by(other, insists, "3001", "supervisor")
        await other.line._outbound.step()
        await maker.sync()
        if heard:
            await other.sync()
        if module == "there":
            give(world, "0032", "single")
        for _ in range(3):
            await let_go(world, maker)
        restored(world, tmp_path / "backup.db")
        plugged(world, maker, other)
        await shows(maker)
        gathered(world)
        for _ in range(3):
            await let_go(world, maker)
        for _ in range(4):
            for place in (other, maker):
                await place.sync()
                gathered(world)
        case = world.case(taken.case)
        assert case is not None
        assert case.state == "accepted"
        assert world.waiting() == []
        assert not maker.memory.tray()
        assert maker.memory.pending().rejected == 0
        give(world, "0032", "construction")
        for _ in range(3):
            await let_go(world, maker)
        assert maker.memory.leaving() == ()

    in_hall(tmp_path, story, limits=PULLS)


def test_s25_s27_what_a_former_number_had_brought_is_sent_again_also_where_its_module_has_gone(tmp_path: Path) -> None:
    """Its entry had gone with the module, and nothing else told that the lost log had it: a receipt that was answered
    was nowhere but on the disk of its maker.
    """

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0040")
        await other.enrol("0013")
        give(world, "0013", "single")
        for machine in (pc, other):
            await machine.sync()
        copied(world, tmp_path / "backup.db")
        taken = pc.hand.received(module="business", item="A01")
        pc.save(taken)
        for _ in range(2):
            await pc.sync()
        give(world, "0040", "single")
        for _ in range(3):
            await pc.sync()
            world.api.hall.tick()
        assert pc.memory.case_state(taken.case) is None, "what the story is about"
        await pc.enrol("0041")
        give(world, "0041", "single")
        for machine in (pc, other, pc):
            await machine.sync()
        restored(world, tmp_path / "backup.db")
        for machine in (other, pc, pc):
            await machine.sync()
            gathered(world)
        for _ in range(3):
            assert not (await pc.sync()).error
        assert world.case(taken.case) is not None

    at_a_hall(tmp_path, story)
