"""A hall that is lost once more before all is back, and words of the hall that come back in another order than they
were said (S25-S28).
"""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import NO_HASH, digest
from casework.wire import Answered, PushAnswer
from hall.backups import Backups
from hall.office import publish, revoke
from hall.restoring import restore
from hall.scoping import set_scopes
from hall.sqlite_store import SqliteStore
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_insisting import a_case, stale
from tests.contract.test_hall_lost_and_found import (
    DAY,
    gaps,
    gathered,
    placed,
    plugged,
    rolled_back,
    says,
    shows,
    taken_in,
)
from tests.hall_world import CALENDAR, CATALOGUE, PEOPLE, HallWorld, Window, in_hall

WHO = PEOPLE[2]


def is_active(world: HallWorld) -> bool:
    """Whether that person may still work, as the hall says."""
    with world.store.reading() as reading:
        return reading.staff((WHO.number,))[WHO.number].active


def second_place(world: HallWorld, folder: Path) -> Backups:
    """As a process has it that was just started."""
    return Backups(folder, world.path, world.store, world.signer, world.clock)


@pytest.mark.parametrize("over", [False, True], ids=["while-it-gathers", "before-its-windows-have-pulled"])
def test_t32_s25_a_hall_that_is_lost_again_before_all_was_back_is_shown_everything_once_more(
    tmp_path: Path, over: bool
) -> None:
    """The windows had let go of what they had shown: what others had made was nowhere any more, and nobody said so."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        gone = await world.window("0012", client)
        places = [await placed(world, number) for number in ("0013", "0014")]
        copied(world, tmp_path / "backup.db")
        cases = await taken_in(gone, 6)
        says(world, msgspec.structs.replace(WHO, active=False))
        for place in places:
            await place.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, *places)
        await shows(*places)
        if over:
            gathered(world)
        restored(world, tmp_path / "backup.db")
        plugged(world, *places)
        await shows(*places)
        gathered(world)
        assert [case for case in cases if world.case(case) is None] == []
        assert not is_active(world)
        for place in places:
            assert (await place.sync()).error == ""
            assert all(place.memory.case_state(case) == world.case(case) for case in cases)

    in_hall(tmp_path, story)


def test_s25_a_gathering_ends_as_soon_as_all_windows_have_shown_what_they_have(tmp_path: Path) -> None:
    """Also one that lacks what is asked for: it is not asked for ever, and nobody waits for it."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        one, other = await placed(world, "0013"), await placed(world, "0014")
        copied(world, tmp_path / "backup.db")
        cases = await taken_in(window, 3)
        await one.sync()
        await other.sync()
        restored(world, tmp_path / "backup.db")
        world.api.hall._went_on["0012"] = 2  # it was switched on only now, and has shown nothing
        plugged(world, one, other)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(one.memory, "piece", lambda *_: None)
            await shows(one)
        world.api.hall.tick()
        await shows(other)
        world.api.hall.tick()
        assert [case for case in cases if world.case(case) is None] == []
        assert gaps(world) == []
        for place in (one, other):
            assert (await place.sync()).error == ""

    in_hall(tmp_path, story)


@pytest.mark.parametrize("sparse_first", [True, False])
def test_s25_s28_the_later_word_about_a_person_and_a_terminal_counts_whoever_shows_it_first(
    tmp_path: Path, sparse_first: bool
) -> None:
    """One window shows the end of the log alone: a revoked terminal was let in again, and who had left came back."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await world.window("0016", client)
        sparse, other = await placed(world, "0013"), await placed(world, "0014")
        copied(world, tmp_path / "backup.db")
        says(world, msgspec.structs.replace(WHO, posts=("business",)))
        world.api.hall.change(lambda reading, now, new_id: set_scopes(reading, "0016", ["single"], now, new_id))
        await taken_in(window, 6)
        world.clock.go(40 * DAY)
        await taken_in(window, 6)
        says(world, msgspec.structs.replace(WHO, active=False))
        world.api.hall.change(lambda reading, now, new_id: revoke(reading, "0016", now, new_id))
        await taken_in(window, 2)
        for place in (sparse, other):
            await place.sync()
        while sparse.memory.purge_step():
            pass
        restored(world, tmp_path / "backup.db")
        plugged(world, sparse, other)
        await shows(*((sparse, other) if sparse_first else (other, sparse)))
        gathered(world)
        with world.store.reading() as reading:
            row = reading.terminal("0016")
        assert row is not None
        assert (row.active, bool(row.revoked)) == (False, True)
        assert not is_active(world)
        await other.sync()
        with other.memory.writing() as act:
            told = act.staff(WHO.number)
        assert told is not None
        assert not told.active

    in_hall(tmp_path, story)


@pytest.mark.parametrize("since", [False, True], ids=["nothing-since", "taken-on-again-since"])
def test_s25_who_had_left_before_the_loss_has_left_however_late_that_comes_back(tmp_path: Path, since: bool) -> None:
    """What the copy says of her is older; what the hall has said since the restore is newer."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = await placed(world, "0015")
        copied(world, tmp_path / "backup.db")
        world.clock.go(60)
        says(world, msgspec.structs.replace(WHO, active=False))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        if since:
            says(world, WHO)
        plugged(world, place)
        assert (await place.sync()).error == ""
        assert is_active(world) is since
        await place.sync()
        with place.memory.writing() as act:
            told = act.staff(WHO.number)
        assert told is not None
        assert told.active is since

    in_hall(tmp_path, story)


def test_s25_a_head_whose_bytes_are_gone_leaves_the_newest_that_is_known(tmp_path: Path) -> None:
    """Both came back together: the one that counted before them was said again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = await placed(world, "0015")
        known, gone = CALENDAR + b"\n", digest(b"nobody has it any more")
        world.api.hall.change(lambda reading, now, new_id: publish(reading, CATALOGUE, known, now, new_id))
        world.api.hall.change(lambda reading, now, new_id: publish(reading, CATALOGUE, CALENDAR, now, new_id))
        copied(world, tmp_path / "backup.db")
        world.clock.go(60)
        says(world, bodies.CalendarHead(digest(known)))
        says(world, bodies.CalendarHead(gone))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        plugged(world, place)
        await place.sync()
        with world.store.reading() as reading:
            assert reading.head("calendar") == digest(known)

    in_hall(tmp_path, story)


@pytest.mark.parametrize("within", [False, True], ids=["between-segments", "within-a-segment"])
def test_t34_s26_segments_of_before_a_rollback_do_not_lead_the_restore_away(tmp_path: Path, within: bool) -> None:
    """The way of before was longer: the log ended with it, and a whole new epoch lay unread beside it."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, second = await world.window("0012", client), tmp_path / "second"
        backups = second_place(world, second)
        backups.step()
        if within:
            await taken_in(window, 2)
        copied(world, tmp_path / "old.db")
        await taken_in(window, 5)
        backups.step()
        world.clock.go(60)
        rolled_back(world, tmp_path / "old.db")
        backups = second_place(world, second)
        later = await world.window("0020", client)
        cases = await taken_in(later, 3)
        backups.step()
        world.api.hall.open_epoch("somebody has noticed")
        backups.step()
        gathered(world)
        later.epoch = 2
        cases += await taken_in(later, 9)
        backups.step()
        world.store.close()
        restore(tmp_path, "hall.db", second, None, world.signer, world.clock, world.ids.new_id)
        world.store = SqliteStore(world.path)
        world.start()
        assert [case for case in cases if world.case(case) is None] == []

    in_hall(tmp_path, story)


def test_t36_s25_whoever_was_enrolled_once_more_with_its_key_is_not_forgotten_when_its_first_number_comes_back(
    tmp_path: Path,
) -> None:
    """The answer was lost, and then the hall: the same PC got another number. Suddenly nobody knew its key."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place, first = await placed(world, "0015"), Window(world, "0040", client)
        copied(world, tmp_path / "backup.db")
        await first.enrol(world.invite("0040"))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        second = Window(world, "0041", client)
        second.signer, second.incarnation, second.epoch = first.signer, first.incarnation, 2
        assert (await second.enrol(world.invite("0041"))).status_code == 200
        plugged(world, place)
        await place.sync()
        (answer,) = await second.push(second.received())
        assert answer.verdict.v == "accepted"

    in_hall(tmp_path, story)


async def brought_again(world: HallWorld, window: Window) -> tuple[Answered, ...]:
    """A window that could show nothing of its own sends its envelopes to the restored hall."""
    window.epoch, window.cursor, window.chain = 2, 0, NO_HASH
    answer = await window.post(window.batch(1, len(window.sent)))
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=PushAnswer).verdicts


def test_t32_s15_what_a_restored_hall_knows_by_its_line_alone_is_not_held_behind_that_line(tmp_path: Path) -> None:
    """Another window brought the line of the tray back. The act itself waited behind it, and nobody could insist."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        place = await placed(world, "0015")
        case = await a_case(window)
        copied(world, tmp_path / "backup.db")
        await stale(window, other, case)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        await shows(place)
        gathered(world)
        assert world.waiting() == ["stale"]
        answers = await brought_again(world, window)
        assert [(one.verdict.v, one.verdict.code) for one in answers[-1:]] == [("rejected", "stale")]
        assert world.waiting() == ["stale"]

    in_hall(tmp_path, story)


def test_t32_s16_what_a_restored_hall_accepts_now_waits_in_no_tray(tmp_path: Path) -> None:
    """It had been held, and another window brought its line back: a supervisor could give up what stands."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), await placed(world, "0015")
        copied(world, tmp_path / "backup.db")
        taken = window.received()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hall.judging.admit", lambda *_: 1 / 0)
            await window.push(taken)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        await shows(place)
        gathered(world)
        assert world.waiting() == ["internal"]
        (answer,) = await brought_again(world, window)
        assert answer.verdict.v == "accepted"
        assert world.waiting() == []
        await place.sync()
        assert place.memory.tray() == ()

    in_hall(tmp_path, story)


def test_s21_t32_a_case_of_which_the_hall_knew_nothing_has_no_history_there_once_it_begins(tmp_path: Path) -> None:
    """A restored hall had forgotten it, and a snapshot was begun twice: its history was said to be elsewhere."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = await placed(world, "0015")
        mine = place.hand.received()
        place.commit(mine)
        with place.memory.transaction() as db:
            db.execute("insert into confirmed (case_id, root, n, hole) values (?1, ?1, 0, 1)", (mine.case,))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(place.memory, "holes", lambda *_: ())  # asked for before, and the hall had none
            await place.sync()
        assert place.memory.holes() == ()
        before = place.memory.projection_hash()
        place.memory.rebuild()
        assert place.memory.projection_hash() == before

    in_hall(tmp_path, story)


def test_t32_s15_what_somebody_has_given_up_stays_so_where_a_restored_hall_knows_its_line_alone(tmp_path: Path) -> None:
    """It was judged anew, and its line was there once more; or it stood beside what had been done in its place."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        place = await placed(world, "0015")
        case = await a_case(window)
        copied(world, tmp_path / "backup.db")
        late = await stale(window, other, case)
        (answer,) = await other.push(other.gives_up(case, late.id))
        assert answer.verdict.v == "accepted"
        await place.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        await shows(place)
        gathered(world)
        assert world.waiting() == []
        answers = await brought_again(world, window)
        assert [(one.verdict.v, one.verdict.code) for one in answers[-1:]] == [("rejected", "settled")]
        assert world.waiting() == []
        said = [entry for entry in world.entries() if entry.scope == "terminal/0012" or entry.tray]
        assert [(entry.kind, bool(entry.tray and entry.tray.settled)) for entry in said[-3:]] == [
            ("verdict", False), ("tray", True), ("tray", True),
        ]  # fmt: skip

    in_hall(tmp_path, story)
