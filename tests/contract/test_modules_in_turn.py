"""Several modules that are given at once come one after the other; the log goes on meanwhile (S7, T67)."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.events import body_of
from casework.facts import Fact
from casework.limits import LIMITS
from hall.docket import Docket
from hall.rows import TrayRow
from sync.errors import LineError
from tests.beginning import PULLS, SMALL, placed
from tests.contract.test_half_here import pulled
from tests.contract.test_hall_insisting import insists
from tests.contract.test_scopes import MODULES, exact, give, held, work
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place


@pytest.fixture
def told_in_the_module_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hall of before 0.12.0, whose log stands: who holds the module is told the end of a line, and nobody else."""

    def told_in(docket: Docket, row: TrayRow) -> tuple[str, ...]:
        maker = row.tray.terminal
        return (row.scope,) if docket.sees(maker, row.scope) else (row.scope, f"terminal/{maker}")

    monkeypatch.setattr(Docket, "told_in", told_in)


async def with_one(world: HallWorld, *rest: str) -> Place:
    """A window that holds one module, and has let go of the others."""
    place = await placed(world, "0032", limits=PULLS)
    await place.sync()
    give(world, "0032", *rest)
    await let_go(world, place)
    return place


async def let_go(world: HallWorld, place: Place) -> None:
    """It gives up what was taken away, and the hall sends that no more."""
    for _ in range(2):
        place.restart()
        await place.sync()
        world.api.hall.tick()


def test_s7_a_module_that_is_taken_away_before_its_turn_leaves_nothing(tmp_path: Path) -> None:
    """What the log brought of it meanwhile stayed in the lists for ever, as it was on that day."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await with_one(world, "construction")
        await work(window, 2)
        give(world, "0032", *MODULES)
        await pulled(place)
        await work(window, 2)
        await pulled(place)
        give(world, "0032", "construction")
        await pulled(place)
        await let_go(world, place)
        await work(window, 1)
        await place.sync()
        exact(world, place, "construction")
        assert held(place)["shown"] == []
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_a_module_that_went_before_its_turn_and_is_given_again_lacks_no_case(tmp_path: Path) -> None:
    """The window was switched off between two slices: what had come of it passed for all of it."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await with_one(world, "construction")
        await work(window, 2)
        give(world, "0032", *MODULES)
        await pulled(place)
        await work(window, 2)
        await pulled(place)
        give(world, "0032", "construction")
        await pulled(place)
        assert place.memory.scope_slice()
        place.restart()
        give(world, "0032", *MODULES)
        await pulled(place)
        await place.sync()
        exact(world, place, *MODULES)
        assert held(place)["shown"] != []

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_s16_a_line_that_was_settled_before_its_module_had_come_is_not_open_again(tmp_path: Path) -> None:
    """It came with the log as settled, and then with the module as it had been: nobody could settle it any more."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await with_one(world, "construction")
        taken = window.received(module="business", item="A01")
        refused = window.decided(taken.case)
        await window.push(taken, refused)
        give(world, "0032", *MODULES)
        await pulled(place)
        given_up = window.make("resolve.withdraw", bodies.ResolveWithdraw((refused.id,), "重复"), taken.case)
        await window.push(given_up)
        await pulled(place)
        for _ in range(2):
            place.restart()
            await place.sync()
        exact(world, place, *MODULES)
        assert [row for row in held(place)["tray"] if not row[1]] == []

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_s27_the_old_number_of_a_case_goes_with_its_module(tmp_path: Path) -> None:
    """It found a case that was not here any more."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        first, second = await world.window("0012", client), await world.window("0013", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = first.received(module="business", item="A01")
        number = body_of(taken).number
        await first.push(taken)
        await second.push(second.received(module="business", item="A01", number=number))
        await place.sync()
        assert len(place.memory.case_by_number(number)) == 2
        give(world, "0032", "single")
        for _ in range(2):
            place.restart()
            await place.sync()
        with place.memory.reading() as db:
            assert db.execute("select count(*) from alias").fetchone() == (0,)
        exact(world, place, "single")

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_s16_what_was_settled_in_a_module_that_has_gone_is_not_open_again_after_an_update(tmp_path: Path) -> None:
    """An own attempt at it had been refused and given up in turn, and the line came back though nobody knew it."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        taken = place.hand.received(module="business", item="A01")
        refused = place.hand.decided(taken.case)
        place.commit(taken, refused)
        await place.sync()
        await window.push(window.make("resolve.withdraw", bodies.ResolveWithdraw((refused.id,), "重复"), taken.case))
        late = place.hand.fact("resolve.withdraw", bodies.ResolveWithdraw((refused.id,), "重复"), taken.case)
        place.commit(late)
        await place.sync()
        await place.sync()
        assert place.memory.pending().rejected == 1
        await window.push(window.make("resolve.withdraw", bodies.ResolveWithdraw((late.id,), "重复"), taken.case))
        await place.sync()
        assert place.memory.pending().rejected == 0
        give(world, "0032", "single")
        for _ in range(2):
            place.restart()
            await place.sync()
        exact(world, place, "single")
        assert place.memory.pending().rejected == 0

    in_hall(tmp_path, story, limits=PULLS)


async def settled_elsewhere(world: HallWorld, window: Window, place: Place) -> Fact:
    """What the hall refused of 0032 is told to it alone, while its module is away, and settled where that is."""
    taken = window.received(module="business", item="A01")
    await window.push(taken)
    await place.sync()
    refused = place.hand.decided(taken.case)
    place.commit(refused)
    give(world, "0032", "single")
    await place.sync()
    give(world, "0032", *MODULES)
    await place.sync()
    await window.push(window.make("resolve.withdraw", bodies.ResolveWithdraw((refused.id,), "重复"), taken.case))
    await place.sync()
    return refused


def test_s7_s16_a_line_that_was_told_to_the_window_alone_is_not_open_again_when_its_module_goes(tmp_path: Path) -> None:
    """It was settled while the window had the module, so the word of that was said in the module alone."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        await settled_elsewhere(world, window, place)
        assert place.memory.pending().rejected == 0
        give(world, "0032", "single")
        for _ in range(3):
            place.restart()
            await place.sync()
            world.api.hall.tick()
        assert place.memory.pending().rejected == 0
        exact(world, place, "single")
        assert place.memory.pending().rejected == 0

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.usefixtures("told_in_the_module_alone")
@pytest.mark.parametrize("first", ["heard", "unheard"])
def test_s7_s16_what_was_settled_elsewhere_is_over_also_where_the_window_tried_it_in_vain(
    tmp_path: Path, first: str
) -> None:
    """Its own try was refused and given up: it passed for the only one, and the line came back for ever."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received(module="business", item="A01")
        await window.push(taken)
        await place.sync()
        refused = place.hand.decided(taken.case)
        place.commit(refused)
        for modules in (("single",), MODULES):
            give(world, "0032", *modules)
            await place.sync()
        late = place.hand.fact("resolve.withdraw", bodies.ResolveWithdraw((refused.id,), "重复"), taken.case)
        late = msgspec.structs.replace(late, actor="3001", post="supervisor")
        if first == "unheard":
            place.commit(late)
        await window.push(window.gives_up(taken.case, refused.id))
        if first == "heard":
            await pulled(place)
            place.commit(late)
        for _ in range(2):
            await place.sync()
        await window.push(window.gives_up(taken.case, late.id))
        await place.sync()
        assert not place.memory.tray()
        give(world, "0032", "single")
        for _ in range(2):
            await let_go(world, place)
        assert not place.memory.tray()
        place.memory.rebuild()
        assert not place.memory.tray()

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.usefixtures("told_in_the_module_alone")
def test_s7_s16_what_stands_and_was_looked_after_elsewhere_is_not_a_task_again_when_its_module_goes(
    tmp_path: Path,
) -> None:
    """Its task was told to the window alone, and its end in the module: it came back, and nobody could end it."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received(module="business", item="A01")
        await window.push(taken)
        await place.sync()
        added = place.hand.fact("material.added", bodies.MaterialAdded({"D01-01": "original"}), taken.case)
        place.commit(added)
        for modules in (("single",), MODULES):
            give(world, "0032", *modules)
            await place.sync()
            assert [line.code for line in place.memory.tray()] == ["not_listed"]
        await window.push(window.gives_up(taken.case, added.id))
        await place.sync()
        assert not place.memory.tray()
        give(world, "0032", "single")
        for _ in range(2):
            await let_go(world, place)
        assert not place.memory.tray()
        place.memory.rebuild()
        assert not place.memory.tray()

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.usefixtures("told_in_the_module_alone")
@pytest.mark.parametrize("kind", ["flagged", "refused"])
def test_s7_s16_an_older_line_that_is_filled_in_does_not_take_the_later_word_back(tmp_path: Path, kind: str) -> None:
    """The module was given once more and taken away when only the open line had come: the task was there again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received(module="business", item="A01")
        await window.push(taken)
        await place.sync()
        added = bodies.MaterialAdded({"D01-01": "original"})
        flagged = place.hand.fact("material.added", added, taken.case)
        own = flagged if kind == "flagged" else place.hand.decided(taken.case)
        place.commit(own)
        for modules in (("single",), MODULES):
            give(world, "0032", *modules)
            await place.sync()
        for _ in range(14):
            await window.push(window.received(module="business", item="A01"))
        await window.push(window.gives_up(taken.case, own.id))
        await place.sync()
        give(world, "0032", "single")
        for _ in range(2):
            await let_go(world, place)
        give(world, "0032", *MODULES)
        await pulled(place)
        while place.memory.scope_slice():
            pass
        while not has_line(place, own):
            assert await place.line._scopes.step()
        give(world, "0032", "single")
        await pulled(place)
        for _ in range(3):
            await let_go(world, place)
        assert not place.memory.tray()
        place.memory.rebuild()
        assert not place.memory.tray()

    in_hall(tmp_path, story, limits=PULLS)


def has_line(place: Place, fact: Fact) -> bool:
    """Whether the module has brought a line of it."""
    with place.memory.reading() as db:
        rows = db.execute("select bytes from entry where scope = 'business' and kind = 'tray'").fetchall()
    return any(fact.id.encode() in data for (data,) in rows)


def test_s7_a_mark_that_an_older_program_left_hides_no_module_that_is_whole(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received(module="single")
        await window.push(taken)
        await place.sync()
        with place.memory.transaction() as db:
            db.execute("insert into meta (key, value) values ('half/single', '9999')")
        place.memory.rebuild()
        assert place.memory.case_state(taken.case) == world.case(taken.case)

    in_hall(tmp_path, story, limits=PULLS)


def test_s7_s16_s27_a_line_that_was_settled_is_not_open_again_at_a_window_with_a_new_number(tmp_path: Path) -> None:
    """What was over under the old number is sealed no more, so it passed for open when its module went: for good."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        refused = await settled_elsewhere(world, window, place)
        again = await world.window("0033", client)
        who = msgspec.structs.replace(place.memory.identity, terminal="0033", incarnation=again.incarnation)
        place.memory.adopt(who, place.hand.new_id)
        place.number, place.signer = "0033", again.signer
        for modules in ((*MODULES,), ("single",)):
            if modules != MODULES:
                give(world, "0033", *modules)
            await let_go(world, place)
            assert [line.fact for line in place.memory.tray() if line.fact == refused.id] == []

    in_hall(tmp_path, story, limits=PULLS)


def test_s15_s27_what_was_given_up_before_its_verdict_was_heard_keeps_no_module_for_ever(tmp_path: Path) -> None:
    """An older image goes on under a new number, and the log comes before the answer: nobody could settle what was
    settled, and neither that module nor any later one left the window any more.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received(module="business", item="A01")
        await window.push(taken)
        await place.sync()
        refused = place.hand.decided(taken.case)
        place.commit(refused)
        image = tmp_path / "image"
        place.memory.close()
        shutil.copytree(place.folder, image)
        place.restart()
        assert (await place.sync()).rejected == 1
        await window.push(window.make("resolve.withdraw", bodies.ResolveWithdraw((refused.id,), "重复"), taken.case))
        place.memory.close()
        shutil.rmtree(place.folder)
        shutil.copytree(image, place.folder)
        place.restart()
        again = await world.window("0033", client)
        who = msgspec.structs.replace(place.memory.identity, terminal="0033", incarnation=again.incarnation)
        place.memory.adopt(who, place.hand.new_id)
        place.number, place.signer = "0033", again.signer
        await pulled(place)
        done = await place.sync()
        assert (done.error, done.pending, done.rejected) == ("", 0, 0)
        await only(world, place, "single")
        exact(world, place, "single")
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=PULLS)


def test_s15_s21_a_verdict_that_is_heard_while_a_snapshot_is_applied_keeps_no_module_for_ever(tmp_path: Path) -> None:
    """The window was away for long, and the answer to its last act was lost: that was refused, and given up since."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=SMALL, wire=Losing)
        taken = window.received(module="business", item="A01")
        await window.push(taken)
        await place.sync()
        refused = place.hand.decided(taken.case)
        place.commit(refused)
        place.wire.loses = True  # type: ignore[attr-defined]
        with pytest.raises(LineError):
            await place.line._outbound.step()
        place.wire.loses = False  # type: ignore[attr-defined]
        await window.push(window.make("resolve.withdraw", bodies.ResolveWithdraw((refused.id,), "重复"), taken.case))
        await work(window, 10)
        world.snapshot()
        place.line._bootstrap.saw(SMALL.snapshot_least)
        while await place.line._bootstrap.step():
            with place.memory.reading() as db:
                if db.execute("select 1 from bootstrap where phase = 'fill'").fetchone():
                    await place.line._outbound.step()
        await place.sync()
        await only(world, place, "single")
        assert place.memory.case_state(taken.case) is None
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=SMALL)


def test_s7_s15_what_somebody_insisted_on_is_not_open_again_when_its_module_goes(tmp_path: Path) -> None:
    """It was told to the window alone, and stood once the window had the module: nobody could settle it any more."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        taken = window.received()
        await window.push(taken)
        await place.sync()
        await window.push(window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), taken.case))
        late = place.hand.accepted(taken.case)
        place.commit(late)
        give(world, "0032", "business")
        await place.sync()
        assert [line.code for line in place.memory.tray()] == ["stale"]
        give(world, "0032", *MODULES)
        await place.sync()
        await window.pull_all()
        await window.push(insists(window, taken.case, late))
        await place.sync()
        assert place.memory.tray() == ()
        give(world, "0032", "business")
        for _ in range(3):
            place.restart()
            await place.sync()
            world.api.hall.tick()
        assert place.memory.tray() == ()
        exact(world, place, "business")
        assert place.memory.tray() == ()

    in_hall(tmp_path, story, limits=PULLS)


def test_s35_an_older_image_that_does_not_know_that_its_scan_came_lets_a_module_go(tmp_path: Path) -> None:
    """The hall told it nothing of a scan of a module that was gone: no module ever left that window again."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        await world.window("0012", client)
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        sha = await with_a_scan(place, tmp_path)
        image = tmp_path / "image"
        place.memory.close()
        shutil.copytree(place.folder, image)
        place.restart()
        await place.line.sync_once(scans=True)
        assert world.store.scans.is_whole(sha)
        await only(world, place, "business")
        exact(world, place, "business")
        place.memory.close()
        shutil.rmtree(place.folder)
        shutil.copytree(image, place.folder)
        place.restart()
        await only(world, place, "construction")
        exact(world, place, "construction")
        assert place.memory.position().keep == ()
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=PULLS)


async def with_a_scan(place: Place, folder: Path, stub: str = "") -> str:
    """A case that is at the hall, and a scan of it that has not been sent; `stub`: why its fact goes so."""
    case, file = place.hand.received(), folder / "a.pdf"
    place.commit(case)
    file.write_bytes(b"%PDF-1.7 " + bytes(100))
    with place.memory.staged_scan(file) as staged, place.memory.writing() as act:
        body = bodies.Scanned("D01-01", staged.sha256, staged.size, staged.media, name=file.name)
        act.keep_scan(staged)
        (sealed,) = act.commit_groups([[place.hand.fact("scanned", body, case.case)]])
    place.memory.stub(sealed.local_seq, stub)
    await place.sync()
    return staged.sha256


async def only(world: HallWorld, place: Place, module: str) -> None:
    """The window is given that module alone, and has its time."""
    give(world, place.number, module)
    for _ in range(4):
        world.clock.go(LIMITS.scan_retry_seconds + LIMITS.retry_most)
        await place.line.sync_once(scans=True)
        world.api.hall.tick()


def test_t67_an_act_that_was_hidden_when_the_log_passed_it_keeps_no_module_for_ever(tmp_path: Path) -> None:
    """Its answer was lost, and the module came back with a snapshot: nobody told the window again that it stands."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        place = await placed(world, "0032", limits=msgspec.structs.replace(SMALL, pull_entries=1), wire=Losing)
        await place.sync()
        give(world, "0032", "construction")
        for _ in range(2):  # it has let go of the rest, and the hall does not know that yet
            await place.sync()
        taken = place.hand.received(module="business", item="A01")
        place.commit(taken)  # the form was open when the module went
        place.wire.loses = True  # type: ignore[attr-defined]
        with pytest.raises(LineError):
            await place.line._outbound.step()
        await place.line._inbound.step(0.0)  # as far as the act; that it stands is told behind it
        assert place.memory.position().cursor == world.entries()[-2].seq
        place.wire.loses = False  # type: ignore[attr-defined]
        await place.line._outbound.step()
        give(world, "0032", "business", "construction")
        await work(window, 10)
        world.snapshot()
        place.line._bootstrap.saw(SMALL.snapshot_least)
        assert not (await place.sync()).error
        assert place.memory.case_state(taken.case) == world.case(taken.case)
        await only(world, place, "construction")
        assert place.memory.case_state(taken.case) is None
        with world.store.reading() as reading:
            assert reading.leaving() == ()

    in_hall(tmp_path, story, limits=SMALL)


class Losing(httpx.AsyncBaseTransport):
    """The answer to a push does not come, while `loses`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.loses = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        if self.loses and request.url.path.endswith("/push"):
            raise httpx.ReadError("cut")
        return answer
