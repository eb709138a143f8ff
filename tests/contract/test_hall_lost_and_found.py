"""A hall that lost the end of its log, together with troubles that come alone elsewhere: long logs, two logs of one
epoch, doubled numbers, envelopes that came twice, refused bytes that are gone (S13, S15, S25-S27).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.events import body_of
from casework.facts import Fact, decode_fact, digest, encode_fact
from casework.limits import LIMITS
from casework.seals import seal
from casework.upcasting import HALL_WORD
from casework.wire import PURPOSE_BATCH
from hall.backups import Backups
from hall.office import own_facts, revoke
from hall.restoring import restore
from hall.sqlite_store import SqliteStore
from local_db.memory import TerminalMemory
from sync.outbound import batch_of
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_insisting import a_case, insists, stale
from tests.hall_world import HallWorld, Window, in_hall, problem
from tests.lines import Place
from tests.machines import Machine, at_a_hall

DAY = 24 * 3600
SHORT = msgspec.structs.replace(LIMITS, offer_entries=4, pull_entries=3)
"""A terminal whose copy is shown in pieces of a few entries."""


async def placed(world: HallWorld, number: str) -> Place:
    """A terminal that has pulled everything."""
    place = Place(world, number, world.path.parent, SHORT)
    await place.enrol()
    await place.sync()
    return place


def plugged(world: HallWorld, *places: Place) -> None:
    """Their lines end at the hall as it is now."""
    for place in places:
        place.wire = httpx.ASGITransport(app=world.app)
        place.start()


def gathered(world: HallWorld) -> None:
    """The time of gathering is over."""
    world.clock.go(world.limits.heal_seconds + 1)
    world.api.hall.tick()


async def shows(*places: Place) -> None:
    """They show a hall that gathers what they hold, and keep it until that stands in its log."""
    for place in places:
        before = place.memory.position().cursor
        assert (await place.sync()).error == "line.healing"
        assert place.memory.position().cursor == before


async def taken_in(window: Window, count: int) -> list[str]:
    """That many new cases."""
    facts = [window.received() for _ in range(count)]
    for fact in facts:
        await window.push(fact)
    return [fact.case for fact in facts]


def number_of(world: HallWorld, fact: Fact) -> str:
    """The number of a case, as the hall has it."""
    case = world.case(fact.case)
    assert case is not None
    return case.number


def test_t32_s25_one_window_shows_all_pieces_of_a_long_log(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), await placed(world, "0013")
        copied(world, tmp_path / "backup.db")
        cases = await taken_in(window, 30)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        await shows(place)
        gathered(world)
        assert [case for case in cases if world.case(case) is None] == []
        await place.sync()
        assert all(place.memory.case_state(case) == world.case(case) for case in cases)

    in_hall(tmp_path, story)


@pytest.mark.parametrize("other_first", [None, False, True], ids=["alone", "another-later", "another-first"])
def test_t60_s25_a_window_that_has_purged_shows_all_that_it_still_holds_whole(
    tmp_path: Path, other_first: bool | None
) -> None:
    """Its log parted from the restored one before that; one that has purged nothing shows the rest."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), await placed(world, "0013")
        others = [] if other_first is None else [await placed(world, "0014")]
        copied(world, tmp_path / "backup.db")
        old = await taken_in(window, 12)
        world.clock.go(40 * DAY)
        new = await taken_in(window, 12)
        for one in (place, *others):
            await one.sync()
        while place.memory.purge_step():
            pass
        with place.memory.reading() as db:
            floor = db.execute("select floor from standing").fetchone()[0]
        assert floor > 12
        restored(world, tmp_path / "backup.db")
        plugged(world, place, *others)
        order = (*others, place) if other_first else (place, *others)
        await shows(*order)
        gathered(world)
        lacks = [case for case in (*old, *new) if world.case(case) is None]
        assert set(lacks) == (set(old) if other_first is None else set())
        (first, *more) = [*gaps(world), bodies.Gap(0, 0, 0)]
        assert more == ([bodies.Gap(0, 0, 0)] if other_first is None else [])
        assert first.last <= floor
        await place.sync()
        assert all(place.memory.case_state(case) == world.case(case) for case in new)

    in_hall(tmp_path, story)


def rolled_back(world: HallWorld, file: Path) -> None:
    """The hall goes on from an older copy of its memory, and nobody has noticed."""
    world.store.close()
    for old in world.path.parent.glob("hall.db*"):
        old.unlink()
    shutil.copy(file, world.path)
    world.store = SqliteStore(world.path)
    world.start()


def test_t32_s25_a_hall_that_is_restored_again_before_its_new_epoch_was_pulled_is_shown_what_is_held(
    tmp_path: Path,
) -> None:
    """Restored from an older copy, it gives the second epoch's number once more: nobody has proven it the first."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), await placed(world, "0013")
        copied(world, tmp_path / "older.db")
        cases = await taken_in(window, 6)
        copied(world, tmp_path / "newer.db")
        await taken_in(window, 2)
        await place.sync()
        mine = place.hand.received()
        place.commit(mine)
        restored(world, tmp_path / "newer.db")
        plugged(world, place)
        gathered(world)
        await place.line._healing.mend()
        assert place.memory.position().epoch == 2
        restored(world, tmp_path / "older.db")
        plugged(world, place)
        assert (await place.sync()).error in {"", "line.healing"}
        gathered(world)
        done = await place.sync()
        assert (done.error, done.pending) == ("", 0)
        assert [case for case in (*cases, mine.case) if world.case(case) is None] == []
        assert all(place.memory.case_state(case) == world.case(case) for case in (*cases, mine.case))

    in_hall(tmp_path, story)


@pytest.mark.parametrize("newer_first", [True, False])
def test_t32_s25_windows_of_two_epochs_show_one_hall_what_their_logs_have_in_common(
    tmp_path: Path, newer_first: bool
) -> None:
    """One was off the line since the first epoch; the hall was restored twice, the second time from before both."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        off, on = await placed(world, "0013"), await placed(world, "0014")
        await off.sync()
        copied(world, tmp_path / "older.db")
        case = window.received()
        await window.push(case)
        cases = [case.case, *await taken_in(window, 7)]
        await on.sync()
        copied(world, tmp_path / "newer.db")
        await window.push(window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case.case))
        cases += await taken_in(window, 5)
        await off.sync()
        restored(world, tmp_path / "newer.db")
        plugged(world, on)
        await on.sync()
        gathered(world)
        third = await world.window("0020", client)
        third.epoch = 2
        cases += await taken_in(third, 9)
        await on.sync()
        rolled_back(world, tmp_path / "older.db")
        world.api.hall.open_epoch("restore")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hall.healing.AT_ONCE", 3)
            plugged(world, off, on)
            assert (await (on if newer_first else off).sync()).error in {"line.diverged", "line.healing"}
            world.api.hall.open_epoch("it was proven that there was a second one")
            await shows(*((on, off) if newer_first else (off, on)))
            gathered(world)
            for place in (on, off):
                assert (await place.sync()).error == ""
                assert place.memory.position().epoch > 2
        assert [one for one in cases if world.case(one) is None] == []
        assert gaps(world) == []
        state = world.case(case.case)
        assert state is not None
        assert state.materials["D01-01"] == "original"

    in_hall(tmp_path, story)


def test_t34_t59_s5_what_stood_at_the_same_place_of_another_log_was_not_seen(tmp_path: Path) -> None:
    """Two logs of one epoch number: the officer had read one, and the paper had come in the other."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = window.received()
        await window.push(case)
        one, other = await placed(world, "0013"), await placed(world, "0014")
        copied(world, tmp_path / "old.db")
        cases = await taken_in(window, 8)
        await one.sync()
        with one.memory.writing() as act:
            accepted = one.hand.fact(
                "accepted", bodies.Accepted("accept", "局"), case.case, actor="2001", post="single", base=act.base()
            )
            act.commit_groups([[accepted]])
        rolled_back(world, tmp_path / "old.db")
        plugged(world, other)
        third = await world.window("0020", client)
        await third.push(third.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case.case))
        cases += await taken_in(third, 2)
        await other.sync()
        restored(world, tmp_path / "old.db")
        plugged(world, one, other)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(one.memory, "outgoing", lambda *_, **__: None)
            await shows(one, other)
        gathered(world)
        assert [case for case in cases if world.case(case) is None] == []
        done = await one.sync()
        assert (done.error, done.pending, done.rejected) == ("", 0, 1)
        assert world.waiting() == ["stale"]

    in_hall(tmp_path, story)


def test_t34_t60_s25_a_lost_log_is_not_covered_by_another_one_with_the_same_numbers(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        one, other = await placed(world, "0013"), await placed(world, "0014")
        await one.sync()
        copied(world, tmp_path / "old.db")
        common = other.memory.position().cursor
        await taken_in(window, 5)
        await one.sync()
        lost = one.memory.position().cursor
        rolled_back(world, tmp_path / "old.db")
        plugged(world, other)
        await taken_in(await world.window("0020", client), 19)
        await other.sync()
        restored(world, tmp_path / "old.db")
        plugged(world, one, other)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(one.memory, "piece", lambda *_: None)  # its disk has lost them
            await shows(one, other)
        gathered(world)
        assert gaps(world) == [bodies.Gap(1, common + 1, lost)]

    in_hall(tmp_path, story)


@pytest.mark.parametrize("stopped", [False, True], ids=["at-a-stretch", "stopped-before-it-is-written"])
def test_t60_s25_what_a_window_proves_late_and_can_not_show_is_written_down_once(tmp_path: Path, stopped: bool) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        one, other = await placed(world, "0013"), await placed(world, "0014")
        await one.sync()
        copied(world, tmp_path / "backup.db")
        common = one.memory.position().cursor
        await taken_in(window, 3)
        await other.sync()
        first = other.memory.position().cursor
        await taken_in(window, 4)
        await one.sync()
        last = one.memory.position().cursor
        restored(world, tmp_path / "backup.db")
        plugged(world, one, other)
        with pytest.MonkeyPatch.context() as patch:
            for place in (one, other):
                patch.setattr(place.memory, "piece", lambda *_: None)
            await shows(other)
            gathered(world)
            assert gaps(world) == [bodies.Gap(1, common + 1, first)]
            assert (await one.sync()).error == ""
        if stopped:
            world.restart()
            world.api.hall.start()
            world.clock.go(world.limits.offer_idle_seconds + 1)
        world.api.hall.tick()
        assert gaps(world) == [bodies.Gap(1, common + 1, first), bodies.Gap(1, first + 1, last)]
        world.restart()
        world.clock.go(world.limits.offer_idle_seconds + 1)
        world.api.hall.tick()
        assert len(gaps(world)) == 2
        plugged(world, one)
        assert (await one.sync()).error == ""

    in_hall(tmp_path, story)


def gaps(world: HallWorld) -> list[bodies.Gap]:
    """What the hall has written down as lost."""
    facts = [decode_fact(entry.fact) for entry in world.entries() if entry.kind == "fact"]
    return [body_of(fact) for fact in facts if fact.type == "gap"]


def test_t34_t59_s25_two_logs_of_one_epoch_are_both_shown_and_nobody_is_stuck(tmp_path: Path) -> None:
    """Rolled back unnoticed, the hall gave numbers of one epoch twice; then it is restored from before both."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        one, other = await placed(world, "0013"), await placed(world, "0014")
        copied(world, tmp_path / "old.db")
        cases = await taken_in(window, 2)
        await other.sync()
        copied(world, tmp_path / "rolled.db")
        cases += await taken_in(window, 10)
        await one.sync()
        rolled_back(world, tmp_path / "rolled.db")
        plugged(world, other)
        cases += await taken_in(await world.window("0020", client), 19)
        await other.sync()
        restored(world, tmp_path / "old.db")
        plugged(world, one, other)
        await shows(one, other)
        gathered(world)
        for place in (one, other):
            assert (await place.sync()).error == ""
            assert place.memory.position().epoch == 2
        assert [case for case in cases if world.case(case) is None] == []

    in_hall(tmp_path, story)


def test_s27_s26_a_number_that_the_hall_gave_before_its_segments_were_read_is_not_given_again(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        first, second = await world.window("0012", client), await world.window("0013", client)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        taken = first.received()
        number = body_of(taken).number
        doubled = second.received(number=number)
        await first.push(taken)
        await second.push(doubled)
        backups.step()
        world.store.close()
        restore(tmp_path, "hall.db", tmp_path / "second", None, world.signer, world.clock, world.ids.new_id)
        world.store = SqliteStore(world.path)
        world.start()
        gathered(world)
        third = await world.window("0014", client)
        third.epoch = 2
        again = third.received(number=number)
        await third.push(again)
        assert len({number_of(world, fact) for fact in (taken, doubled, again)}) == 3

    in_hall(tmp_path, story)


def test_s27_s25_a_number_that_comes_back_late_and_was_given_again_meanwhile_is_given_anew(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        first, second = await world.window("0012", client), await world.window("0013", client)
        place = await placed(world, "0015")
        copied(world, tmp_path / "backup.db")
        taken = first.received()
        doubled = second.received(number=body_of(taken).number)
        await first.push(taken)
        await second.push(doubled)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        third, fourth = await world.window("0014", client), await world.window("0016", client)
        for window in (third, fourth):
            window.epoch = 2
            await window.pull_all()
        new = third.received()
        again = fourth.received(number=body_of(new).number)
        await third.push(new)
        await fourth.push(again)
        plugged(world, place)
        await place.sync()
        assert len({number_of(world, fact) for fact in (taken, doubled, new, again)}) == 4
        assert place.memory.case_state(doubled.case) == world.case(doubled.case)

    in_hall(tmp_path, story)


def test_t32_s13_s26_envelopes_that_hold_what_had_come_before_are_known_after_a_restore(tmp_path: Path) -> None:
    """They stand in no entry of the log: a hall that did not know them would answer 500 for ever."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        for _ in range(3):
            pc.take_in()
        pc.memory.backup(tmp_path / "week.db")
        await pc.sync()
        pc.memory.close()
        for name in ("terminal.db-wal", "terminal.db-shm"):
            (pc.folder / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "week.db", pc.folder / "terminal.db")
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
        await pc.enrol("0040")
        push_some(pc, 3, heard=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pc.memory, "outgoing", lambda *_, **__: None)
            await pc.sync()  # it pulls, and pushes nothing yet
        pc.take_in()
        push_some(pc, 20, heard=False)
        backups.step()
        with world.store.reading() as reading:
            before = reading.registered("0040", "inc-pc-0040", 0, 99)
        world.store.close()
        restore(tmp_path, "hall.db", tmp_path / "second", None, world.signer, world.clock, world.ids.new_id)
        world.store = SqliteStore(world.path)
        world.start()
        with world.store.reading() as reading:
            assert reading.registered("0040", "inc-pc-0040", 0, 99) == before
        gathered(world)
        done = await pc.sync()
        assert (done.error, done.pending) == ("", 0)

    at_a_hall(tmp_path, story)


def push_some(pc: Machine, count: int, *, heard: bool) -> None:
    """Push so many envelopes by hand; whether the answer comes back."""
    out = pc.memory.outgoing(count, 100_000)
    assert out is not None
    batch = batch_of(out, out.events, pc.memory.position())
    pc.memory.mark_sent(out.first, out.last)
    answer, _ = pc.world.api.hall.push(msgspec.json.encode(seal(pc.signer, PURPOSE_BATCH, batch)))
    if heard:
        pc.memory.answered(answer.verdicts, answer.acked)


def test_t32_s15_nobody_insists_on_an_act_of_which_a_restored_hall_has_only_the_line_in_the_tray(
    tmp_path: Path,
) -> None:
    """It would be settled as if it stood, and nothing would stand."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        place = await placed(world, "0015")
        case = await a_case(window)
        copied(world, tmp_path / "backup.db")
        late = await stale(window, other, case)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        await place.sync()
        gathered(world)
        assert world.waiting() == ["stale"]
        third = await world.window("0016", client)
        third.epoch = 2
        await third.pull_all()
        (answer,) = await third.push(insists(third, case, late))
        assert (answer.verdict.v, answer.verdict.code) == ("rejected", "insist_bytes")
        (answer,) = await third.push(third.gives_up(case, late.id))
        assert answer.verdict.v == "accepted"
        assert world.waiting() == ["insist_bytes"]

    in_hall(tmp_path, story)


def test_s17_bytes_that_nobody_can_read_do_not_keep_the_hall_from_starting(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        (answer,) = await window.push(b'{"x":1}')
        assert (answer.verdict.v, answer.verdict.code) == ("held", "bytes")
        assert world.api.hall.start() == frozenset()
        taken = window.received()
        lost = window.make("printed", bodies.Printed("receipt", 1, ""), taken.case)
        stub = window.make("printed", bodies.Printed("receipt", 2, ""), taken.case)
        await window.push(digest(encode_fact(stub)))
        (answer,) = await window.push(window.gives_up(taken.case, digest(encode_fact(stub))))
        assert answer.verdict.v == "accepted", "giving up a stub looks at all that is held"
        assert [one.verdict.v for one in await window.push(taken, lost)] == ["accepted", "accepted"]

    in_hall(tmp_path, story)


def test_s32_s25_a_version_that_was_let_be_written_stays_so_when_an_older_word_comes_late(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = await placed(world, "0015")
        copied(world, tmp_path / "backup.db")
        says(world, bodies.WriteVersion("printed", 2), bodies.WriteVersion("accepted", 4))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        says(world, bodies.WriteVersion("printed", 3), bodies.WriteVersion("accepted", 3))
        plugged(world, place)
        await place.sync()
        with world.store.reading() as reading:
            written = [reading.head(HALL_WORD + kind) for kind in ("printed", "accepted")]
        assert written == ["3", "4"]
        with place.memory.writing() as act:
            assert act.writes() == {"printed": 3, "accepted": 4}

    in_hall(tmp_path, story)


def says(world: HallWorld, *said: bodies.Body) -> None:
    """The hall says something of no case."""
    world.api.hall.change(lambda reading, now, new_id: own_facts(reading, said, now, new_id))


def test_s28_s25_a_window_that_was_revoked_before_the_loss_stays_so_however_late_that_comes_back(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        stolen, place = await world.window("0012", client), await placed(world, "0015")
        copied(world, tmp_path / "backup.db")
        world.api.hall.change(lambda reading, now, new_id: revoke(reading, "0012", now, new_id))
        since = world.api_now()
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        plugged(world, place)
        await place.sync()
        with world.store.reading() as reading:
            row = reading.terminal("0012")
        assert row is not None
        assert (row.active, row.revoked) == (False, since)
        stolen.seal(stolen.received())
        assert problem(await stolen.post(stolen.batch(1, 1))).error == "revoked"

    in_hall(tmp_path, story)


def test_s17_s25_what_is_held_is_looked_at_after_the_gathering_and_not_before(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        await window.push(taken)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hall.judging.admit", lambda *_: 1 / 0)
            (answer,) = await window.push(window.accepted(taken.case))
        assert (answer.verdict.v, answer.verdict.code) == ("held", "internal")
        world.api.hall.open_epoch("restore")
        world.restart()
        world.api.hall.start()
        assert world.waiting() == ["internal"]
        gathered(world)
        assert world.waiting() == []

    in_hall(tmp_path, story)
