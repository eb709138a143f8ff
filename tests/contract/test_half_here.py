"""A scope that was only half filled in when something else happened: what is not whole here is not shown (S7, S21)."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from casework import bodies
from casework.facts import Fact
from casework.limits import LIMITS, Limits
from casework.wire import Answered, Link, Verdict
from tests.beginning import DAY, PULLS, SMALL, Wire, busy, placed
from tests.builders import Hand, grouped
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, plugged
from tests.contract.test_scopes import MODULES, at_hall, exact, give, held, taken_away, work
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place
from tests.terminals import enrolled


class Cut(OSError):
    """The power fails between two entries."""


async def half_given(world: HallWorld, window: Window, place: Place) -> Fact:
    """The receipt of a case whose module the window was given again, and of which only the first entries have come."""
    taken = window.received(module="single", item="D01")
    for fact in (taken, window.accepted(taken.case), window.examined(taken.case)):
        await window.push(fact)
    await place.sync()
    give(world, "0032", "business")
    await place.sync()
    world.api.hall.tick()
    await place.sync()
    added = window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), taken.case)
    await window.push(added)
    give(world, "0032", "single", "business")
    real = place.memory.refilled

    def cut(asked: object, links: Sequence[Link]) -> None:
        here = next((at for at, link in enumerate(links) if link.entry and link.entry.fact_id == added.id), 0)
        real(asked, links[:here])  # type: ignore[arg-type]
        place.memory.refilled = torn  # type: ignore[method-assign]
        raise Cut

    def torn(asked: object, links: Sequence[Link]) -> None:
        raise Cut

    place.memory.refilled = cut  # type: ignore[method-assign]
    await place.sync()
    assert place.memory.case_state(taken.case) is None
    place.memory.refilled = real  # type: ignore[method-assign]
    return taken


def test_s7_s21_another_fold_in_the_middle_of_a_scope_shows_no_case_as_it_was(tmp_path: Path) -> None:
    """An update folds everything anew. What was decided on the half of a case counted as having seen all of it."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        taken = await half_given(world, window, place)
        place.memory.rebuild()
        assert place.memory.case_state(taken.case) is None
        await place.sync()
        await place.sync()
        assert place.memory.case_state(taken.case) == world.case(taken.case)

    at_hall(tmp_path, story)


def test_s7_s21_what_was_taken_in_while_a_scope_came_is_shown_after_an_update(tmp_path: Path) -> None:
    """It had begun behind what was asked for, and nobody folded it once all of that was here."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        taken = await half_given(world, window, place)
        fresh = window.received(module="single", item="D01")
        await window.push(fresh)
        await place.line._inbound.step(0.0)
        place.memory.rebuild()
        await place.sync()
        await place.sync()
        for case in (taken.case, fresh.case):
            assert place.memory.case_state(case) == world.case(case)

    at_hall(tmp_path, story)


def test_s7_s25_another_epoch_in_the_middle_of_a_scope_shows_no_case_as_it_was(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        taken = await half_given(world, window, place)
        before = place.memory.position().cursor
        common = max(point.seq for point in place.memory.points() if point.seq <= before)
        place.memory.enter(2, common)
        assert place.memory.case_state(taken.case) is None
        again = place.memory.refill()
        assert again is not None
        assert (again.scope, again.place) == ("single", 0), "all of it is asked for once more"

    at_hall(tmp_path, story)


def test_s7_s21_a_module_that_a_snapshot_brought_back_while_it_was_going_goes_as_a_whole(tmp_path: Path) -> None:
    """What had gone the first time was passed over the second time: cases stayed that nothing more was said of."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=SMALL)
        for _ in range(6):
            taken = window.received(module="business", item="A01")
            await window.push(taken, window.accepted(taken.case))
        await place.sync()
        give(world, "0032", "single")
        place.restart()
        while (page := await place.line._inbound.step(0.0)).upto < page.newest:
            pass
        for _ in range(5):  # the PC is switched off in the middle of it
            place.memory._scope_count = 1
            place.memory.scope_slice()
        give(world, "0032", *MODULES)
        for _ in range(20):
            await window.push(window.received())
        world.snapshot()
        place.restart()
        place.line._bootstrap.saw(SMALL.snapshot_least)
        while await place.line._bootstrap.step():
            pass
        assert len([row for row in held(place)["shown"] if row[1] == "business"]) == 6
        await place.sync()
        give(world, "0032", "single")
        for _ in range(2):
            await place.sync()
            world.api.hall.tick()
        assert {row[1] for row in held(place)["shown"]} == {"single"}

    in_hall(tmp_path, story, limits=SMALL)


class Ticking(httpx.AsyncBaseTransport):
    """The hall looks at its timers behind every answer."""

    def __init__(self, world: HallWorld) -> None:
        self.world = world
        self.inner = httpx.ASGITransport(app=world.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        self.world.api.hall.tick()
        return answer


def test_t67_a_module_that_was_taken_away_by_mistake_and_is_given_back_lacks_no_case(tmp_path: Path) -> None:
    """The word came in one page of many: behind it the window did not say what it needs still, and was sent no more."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS, wire=lambda _: Ticking(world))
        await place.sync()
        mine = place.hand.received(module="business", item="A01")
        place.commit(mine, place.hand.decided(mine.case))
        await place.sync()
        assert place.memory.pending().rejected == 1, "so the module stays until somebody has settled it"
        give(world, "0032", "single")
        for rounds in (6, 3):  # more than a page, and then what the window was not sent any more
            await work(window, rounds)
            await place.sync()
        give(world, "0032", *MODULES)
        await work(window, 1)
        await place.sync()
        exact(world, place, *MODULES)

    in_hall(tmp_path, story, limits=PULLS)


async def pulled(place: Place) -> None:
    """The whole log, and nothing else."""
    place.start()
    while (page := await place.line._inbound.step(0.0)).upto < page.newest:
        pass


def test_s7_a_module_that_is_taken_away_while_it_comes_and_given_once_more_lacks_no_case(tmp_path: Path) -> None:
    """The line is slow, and IT changes its mind twice: what was asked for in between was not sent."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        give(world, "0032", "single")
        for _ in range(2):
            place.restart()
            await place.sync()
            world.api.hall.tick()
        await work(window, 8)
        await place.sync()
        give(world, "0032", "single", "business")
        await pulled(place)
        await place.line._scopes.step()
        give(world, "0032", "single")
        for _ in range(2):
            await pulled(place)
            world.api.hall.tick()
            await place.line._scopes.step()
        assert place.memory.refill() is None, "what may lack something is asked for no further"
        give(world, "0032", "single", "business")
        await pulled(place)
        await place.sync()
        exact(world, place, "single", "business")

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.parametrize("back", [False, True], ids=["gone", "given back"])
def test_s7_a_module_that_is_taken_away_when_it_has_just_come_goes_or_is_whole(tmp_path: Path, back: bool) -> None:
    """Its entries were here, its cases not: it never went, the hall sent it for ever, and given back it lacked some."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        give(world, "0032", "single")
        for _ in range(2):
            place.restart()
            await place.sync()
            world.api.hall.tick()
        await work(window, 3)
        give(world, "0032", "single", "business")
        await pulled(place)
        await place.line._scopes.step()
        while place.memory.refill() is not None:
            await place.line._scopes.step()
        give(world, "0032", "single")
        await work(window, 3)
        await pulled(place)
        if back:
            give(world, "0032", "single", "business")
            await pulled(place)
        for _ in range(2):
            place.restart()
            await place.sync()
            world.api.hall.tick()
        await work(window, 1)
        await place.sync()
        exact(world, place, "single", *(["business"] if back else []))
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.parametrize("limits", [PULLS, LIMITS], ids=["many pages", "one page"])
def test_s7_a_window_that_is_given_fewer_modules_before_its_first_sync_shows_no_others(
    tmp_path: Path, limits: Limits
) -> None:
    """All of them came with the first pages. Their cases stayed in its lists as they were that day."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await work(window, 3)
        place = await placed(world, "0032", limits=limits)
        give(world, "0032", "single")
        for _ in range(2):
            place.restart()
            await place.sync()
            world.api.hall.tick()
        await work(window, 1)
        await place.sync()
        exact(world, place, "single")
        assert {row[1] for row in held(place)["shown"]} == {"single"}

    in_hall(tmp_path, story, limits=limits)


def test_s7_a_case_that_is_opened_by_its_number_while_its_module_goes_does_not_stay(tmp_path: Path) -> None:
    """It came back behind what had gone, and stood in the lists for ever as it was in that moment."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await work(window, 5)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        first = next(row[0] for row in held(place)["shown"] if row[1] == "business")
        give(world, "0032", "single")
        await pulled(place)
        while place.memory.case_state(first) is not None:
            place.memory._scope_count = 1
            assert place.memory.scope_slice()
        answer = await place.line.case(first)
        place.memory.keep_case(answer.case, tuple(map(bytes, answer.entries)))
        await place.sync()
        exact(world, place, "single")
        place.memory.keep_case(answer.case, tuple(map(bytes, answer.entries)))
        exact(world, place, "single")

    in_hall(tmp_path, story, limits=PULLS)


def test_t67_t32_a_module_that_is_given_back_after_the_hall_was_restored_lacks_no_case(tmp_path: Path) -> None:
    """It was taken away by mistake, and that word came back to the restored hall without what the window needs still:
    what the other windows took in meanwhile was missing in its lists for ever.
    """

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        for one in (place, full):
            await one.sync()
        copied(world, tmp_path / "backup.db")
        mine = place.hand.received(module="business", item="A01")
        place.commit(mine, place.hand.decided(mine.case))
        await place.sync()
        assert place.memory.pending().rejected == 1, "so the module stays until somebody has settled it"
        give(world, "0032", "single")
        for one in (place, full):
            await one.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, full, place)
        for one in (full, place):
            await one.sync()
        gathered(world)
        for one in (full, place):
            await one.sync()
        assert place.memory.position().keep == ("business",)
        full.commit(*(full.hand.received(module="business", item="A01") for _ in range(3)))
        for one in (full, place):
            await one.sync()
        give(world, "0032", *MODULES)
        for one in (place, full):
            await one.sync()
        assert [row[0] for row in held(place)["shown"]] == [row[0] for row in held(full)["shown"]]
        exact(world, place, *MODULES)

    at_hall(tmp_path, story)


@pytest.mark.parametrize("phase", ["entries", "known"])
def test_t47_s7_a_module_that_came_with_a_snapshot_that_came_to_no_end_lacks_no_case(
    tmp_path: Path, phase: str
) -> None:
    """A virus scanner took the file, and a proxy refused the rest: the module passed for one that had always been here,
    and nobody asked for what was taken in before.
    """
    wires: list[Wire] = []

    def wired(inner: httpx.AsyncBaseTransport) -> Wire:
        wires.append(Wire(inner))
        return wires[-1]

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        await work(window, 5)
        place = await placed(world, "0032", limits=PULLS, wire=wired)
        await taken_away(world, place)
        give(world, "0032", "single", "business")
        await work(window, 6)
        world.snapshot()
        await broken(place, wires[0], phase)
        full = await placed(world, "0031", limits=PULLS)
        await full.sync()
        assert [row[0] for row in held(place)["shown"]] == [row[0] for row in held(full)["shown"]]
        assert place.memory.holes() == ()

    in_hall(tmp_path, story, limits=SMALL)


@pytest.mark.parametrize("then", ["update", "restore"])
def test_t47_s16_the_tray_of_a_window_outlives_a_snapshot_that_came_to_no_end(tmp_path: Path, then: str) -> None:
    """The lines of other windows were gone from it at its next update, or when the hall was restored: the snapshot had
    swept the hall's words of them, and did not bring its own.
    """
    wires: list[Wire] = []

    def wired(inner: httpx.AsyncBaseTransport) -> Wire:
        wires.append(Wire(inner))
        return wires[-1]

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        await work(window, 5)
        place = await placed(world, "0032", limits=PULLS, wire=wired)
        await place.sync()
        await work(window, 6)
        world.snapshot()
        await broken(place, wires[0], "entries")
        await work(window, 2)
        await place.sync()
        before = held(place)["tray"]
        assert len(before) == 26
        if then == "update":
            place.memory.rebuild()
        else:
            place.memory.enter(2, place.memory.position().cursor)
        assert held(place)["tray"] == before
        if then == "restore":
            place.memory.enter(3, 0)
            assert held(place)["tray"] == [], "all of it is told anew"

    in_hall(tmp_path, story, limits=SMALL)


def test_s7_s21_a_module_that_was_still_coming_when_a_window_went_away_shows_no_case_as_it_was(tmp_path: Path) -> None:
    """It began from a snapshot weeks later, and then the rest of what it had asked for came on top: cases that were
    over since stood in its lists for ever as they had been, and passed for whole.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        taken = [window.received(module="business", item="A01") for _ in range(6)]
        await window.push(*taken)
        refused = window.decided(taken[4].case)
        await window.push(refused)
        place = await placed(world, "0032", limits=PULLS)
        await taken_away(world, place)
        give(world, "0032", "single", "business")
        await pulled(place)
        await place.line._scopes.step()
        assert place.memory.refill() is not None, "it is still coming"
        await window.pull_all()
        await window.push(window.gives_up(taken[4].case, refused.id))
        for case in (taken[0], taken[4], taken[5]):
            await window.push(window.make("withdrawn", bodies.Withdrawn("不办了"), case.case))
        world.clock.go(40 * DAY)
        await busy(window, 20)
        world.snapshot()
        place.limits = SMALL
        place.restart()
        place.line._bootstrap.saw(SMALL.snapshot_least)
        assert await place.line._bootstrap.step()
        for _ in range(2):
            await place.sync()
        fresh = await placed(world, "0031", limits=SMALL)
        await fresh.sync()
        for what in ("cases", "shown", "tray"):
            assert [row[0] for row in held(place)[what]] == [row[0] for row in held(fresh)[what]]
        assert all(place.memory.case_state(one.case) == world.case(one.case) for one in taken[1:4])
        before = place.memory.projection_hash()
        place.memory.rebuild()
        assert place.memory.projection_hash() == before

    in_hall(tmp_path, story, limits=SMALL)


async def broken(place: Place, wire: Wire, phase: str) -> None:
    """A virus scanner takes the files of a snapshot while it is applied, and a proxy refuses them from then on."""
    place.limits = SMALL
    place.restart()
    place.line._bootstrap.saw(SMALL.snapshot_least)
    while (boot := place.memory.boot()) is None or phase_of(place) != phase:
        assert await place.line._bootstrap.step()
    assert boot.applying
    place.memory.boot_step()
    place.restart()
    for part in place.memory._parts().glob("*.part"):
        part.unlink()
    while phase_of(place) != "fetch":
        place.memory.boot_step()
    wire.tricks.extend([lambda _: httpx.Response(403)] * 50)
    for _ in range(3):
        place.restart()
        assert (await place.sync()).error == ""


def phase_of(place: Place) -> str:
    """How far a snapshot is applied."""
    with place.memory.reading() as db:
        return str(db.execute("select phase from bootstrap").fetchone()[0])


def test_s21_an_own_case_that_is_at_the_hall_stays_one_when_an_update_folds_everything_anew(tmp_path: Path) -> None:
    """Nobody asked for it any more: its row waited for ever, and no scope could go."""
    memory, hand = enrolled(tmp_path), Hand()
    taken = hand.received()
    with memory.writing() as act:
        act.commit_groups([grouped(taken)])
    with memory.transaction() as db:  # this copy began from a snapshot in which the case was over
        db.execute("update standing set cursor = 5, floor = 5")
    memory.mark_sent(1, 1)
    told = Verdict("accepted", judged_at="2026-11-23T09:00:00.000")
    memory.answered((Answered(1, told, 3),), 1)
    assert memory.holes() == (taken.case,)
    memory.rebuild()
    assert memory.holes() == (taken.case,)


def test_s5_s7_what_is_half_here_when_its_module_is_taken_away_is_not_shown_after_an_update(tmp_path: Path) -> None:
    """It was shown up to where it had come, and what was decided on it counted as having seen all that followed."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        give(world, "0032", "construction")
        await taken_away_from(world, place)
        half = window.received(module="single", item="D01")
        await window.push(half)
        for _ in range(12):
            await window.push(window.received(module="single", item="D01"))
        await window.push(window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), half.case))
        give(world, "0032", "construction", "single")
        await pulled(place)
        while place.memory.scope_slice():
            pass
        while not has_any_of(place, half.case):
            assert await place.line._scopes.step()
        own = place.hand.received(module="single", item="D01")
        place.commit(own, place.hand.decided(own.case))
        give(world, "0032", "construction")
        await pulled(place)
        for _ in range(3):
            await taken_away_from(world, place)
        assert place.memory.leaving()
        await window.push(window.decided(half.case))  # refused: its line says nothing of what the case lacks here
        await place.sync()
        place.memory.rebuild()
        assert place.memory.case_state(half.case) is None
        assert place.memory.case_state(own.case) == world.case(own.case), "what came with the log since is whole"
        give(world, "0032", "construction", "single")
        for _ in range(3):
            await taken_away_from(world, place)
        assert place.memory.case_state(half.case) == world.case(half.case)
        exact(world, place, "construction", "single")

    in_hall(tmp_path, story, limits=PULLS)


def has_any_of(place: Place, case: str) -> bool:
    """Whether entries of a case are here, shown or not."""
    with place.memory.reading() as db:
        return db.execute("select 1 from entry where case_id = ?", (case,)).fetchone() is not None


async def taken_away_from(world: HallWorld, place: Place) -> None:
    """The window looks after its modules, and the hall hears of it."""
    for _ in range(2):
        place.restart()
        await place.sync()
        world.api.hall.tick()


def test_s5_s12_a_case_of_which_the_disk_has_lost_an_entry_is_not_shown_until_the_hall_gives_it_again(
    tmp_path: Path,
) -> None:
    """After an update without the line it was shown without it, and whoever decided counted as having seen that."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received(module="single", item="D01")
        added = window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), taken.case)
        await window.push(taken)
        await window.push(added)
        await place.sync()
        assert place.memory.case_state(taken.case) == world.case(taken.case)
        with contextlib.closing(sqlite3.connect(place.folder / "terminal.db")) as db, db:
            (trigger,) = db.execute("select sql from sqlite_master where name = 'entry_is_never_changed'").fetchone()
            db.execute("drop trigger entry_is_never_changed")
            (data,) = db.execute("select bytes from entry where fact_id = ?", (added.id,)).fetchone()
            broken = data.replace(b"original", b"originam")
            db.execute("update entry set bytes = ? where fact_id = ?", (broken, added.id))
            db.execute(trigger)
        place.restart()
        for _ in range(2):  # updated, and updated once more before the line is back
            place.memory.rebuild()
            assert place.memory.case_state(taken.case) is None
        for _ in range(3):
            await place.sync()
        assert place.memory.case_state(taken.case) == world.case(taken.case)

    in_hall(tmp_path, story, limits=PULLS)
