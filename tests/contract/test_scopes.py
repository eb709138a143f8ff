"""A scope that a terminal is given brings its history; one that is taken away goes with it (S7)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import Fact, digest, encode_fact
from casework.limits import LIMITS
from casework.seals import seal
from casework.wire import PURPOSE_BATCH
from hall.backups import Backups
from hall.errors import Stop
from hall.restoring import restore
from hall.rows import PageRow
from hall.scoping import set_scopes
from local_db.scopes import Leaving
from sync.outbound import batch_of
from tests.beginning import SMALL, busy, placed
from tests.beginning import at_hall as beginning
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, plugged
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place

PDF = b"%PDF-1.7 " + bytes(range(256)) * 40
SHA = digest(PDF)
MODULES = ("business", "investment", "construction", "single")

Story = Callable[[HallWorld, Window, Place, Place], Coroutine[Any, Any, None]]


def at_hall(folder: Path, story: Story) -> None:
    """Run `story` with a window that works, a terminal that holds all, and one whose scopes change."""

    async def whole(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        places = []
        for number in ("0031", "0032"):
            place = Place(world, number, folder)
            await place.enrol()
            places.append(place)
        await work(window, 4)
        await story(world, window, places[0], places[1])

    in_hall(folder, whole)


async def work(window: Window, rounds: int) -> None:
    """Cases of two modules, with something refused in each."""
    for _ in range(rounds):
        for module, item in (("single", "D01"), ("business", "A01")):
            taken = window.received(module=module, item=item)
            await window.push(taken, window.decided(taken.case))


def give(world: HallWorld, number: str, *modules: str) -> None:
    """The hall's word about what a terminal holds."""
    world.api.hall.change(lambda reading, now, ids: set_scopes(reading, number, modules, now, ids))


def held(place: Place) -> dict[str, Any]:
    """What a terminal holds and shows."""
    with place.memory.reading() as db:
        return {
            "entries": db.execute("select seq, scope, kind, hash, bytes, case_id from entry order by seq").fetchall(),
            "cases": db.execute("select case_id, n, hole, state from confirmed order by 1").fetchall(),
            "shown": db.execute("select case_id, module, body from shown order by 1").fetchall(),
            "places": db.execute(
                "select post, received_at, case_id, step, spot from place order by 1, 2, 3, 4"
            ).fetchall(),
            "tray": db.execute("select fact_id, settled from tray where told = 1 order by 1").fetchall(),
            "at": db.execute("select cursor, chain from standing").fetchone(),
        }


def exact(world: HallWorld, place: Place, *scopes: str) -> None:
    """Exactly the log filtered by scopes: the entry where it holds the scope, its place where it does not."""
    mine = {"hall", f"terminal/{place.number}", *scopes}
    entries = {entry.seq: entry for entry in world.entries()}
    with world.store.reading() as reading:
        rows = {row.seq: row for row in reading.page(0, 100_000)}
    for seq, scope, kind, hash_, data, _ in held(place)["entries"]:
        assert hash_ == rows[seq].hash
        if entries[seq].scope in mine:
            assert (scope, data) == (entries[seq].scope, rows[seq].data)
        else:
            assert (scope, kind) == ("", "")
            assert data == b'{"seq":%d,"hash":"%s"}' % (seq, hash_.encode())
    assert [row[0] for row in held(place)["entries"]] == list(range(1, place.memory.position().cursor + 1))
    before = place.memory.projection_hash()
    place.memory.rebuild()
    assert place.memory.projection_hash() == before


def test_s7_a_scope_that_is_given_back_brings_its_whole_history(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        give(world, "0032", "single")
        await place.sync()
        world.api.hall.tick()
        await work(window, 3)
        await place.sync()
        exact(world, place, "single")
        assert {row[1] for row in held(place)["shown"]} == {"single"}
        give(world, "0032", "single", "business")
        await work(window, 2)
        await place.sync()
        await full.sync()
        await place.sync()
        exact(world, place, "single", "business")
        assert place.memory.holes() == ()
        theirs, ours = held(full), held(place)
        assert ours["shown"] == theirs["shown"]
        assert ours["cases"] == theirs["cases"]
        assert ours["places"] == theirs["places"]
        assert ours["tray"] == theirs["tray"]

    at_hall(tmp_path, story)


def test_t67_a_scope_with_something_of_its_own_stays_until_it_is_settled(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        mine = place.hand.received(module="business", item="A01")
        place.commit(mine, place.hand.decided(mine.case))
        await place.sync()  # the decision is refused: somebody has to settle it
        assert place.memory.pending().rejected == 1
        give(world, "0032", "single")
        await place.sync()
        assert place.memory.position().keep == ("business",)
        world.api.hall.tick()
        await work(window, 2)
        await place.sync()
        exact(world, place, "single", "business")
        assert place.memory.leaving() == (Leaving("business", 1, scans=False),)
        refused = place.memory.tray()
        own = [line for line in refused if line.terminal == "0032"]
        await window.push(window.gives_up(mine.case, own[0].fact))
        await place.sync()
        await place.sync()
        world.api.hall.tick()
        exact(world, place, "single")
        assert place.memory.position().keep == ()
        assert place.memory.leaving() == ()
        assert place.memory.case_state(mine.case) is None
        await work(window, 1)
        await place.sync()
        exact(world, place, "single")
        with place.memory.reading() as db:
            assert db.execute("select count(*) from fact").fetchone() == (2,)  # own facts stay

    at_hall(tmp_path, story)


def test_s7_the_hall_goes_on_sending_a_scope_until_its_terminal_has_heard_of_it(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        give(world, "0032", "single")
        world.api.hall.tick()
        await work(window, 2)
        assert "business" in _scopes(world, "0032")
        await place.sync()
        world.api.hall.tick()
        assert "business" in _scopes(world, "0032")  # it has pulled the word in this very page
        await place.sync()
        world.api.hall.tick()
        assert "business" not in _scopes(world, "0032")
        exact(world, place, "single")

    at_hall(tmp_path, story)


def _scopes(world: HallWorld, number: str) -> tuple[str, ...]:
    with world.store.reading() as reading:
        row = reading.terminal(number)
    assert row is not None
    return row.scopes


def test_t23_scopes_that_come_and_go_go_on_where_they_were_after_any_slice(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        for modules in (("single",), ("single", "business"), ("business",), MODULES):
            give(world, "0032", *modules)
            await place.line._inbound.step(0.0)
            steps = 0
            while place.memory.scope_slice() or await place.line._scopes.step():
                place.restart()
                steps += 1
            assert steps
            await place.sync()
            world.api.hall.tick()
            exact(world, place, *modules)

    at_hall(tmp_path, story)


def test_s7_a_new_scope_is_not_held_up_by_what_goes_on_meanwhile(tmp_path: Path) -> None:
    """Entries that come with the log while the history is asked for are neither lost nor folded twice."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        give(world, "0032", "single")
        await place.sync()
        world.api.hall.tick()
        await place.sync()
        give(world, "0032", "single", "business")
        await place.line._inbound.step(0.0)
        for _ in range(4):
            await work(window, 1)
            place.memory.scope_slice()
            await place.line._scopes.step()
            await place.line._inbound.step(0.0)
        await place.sync()
        await full.sync()
        await place.sync()
        exact(world, place, "single", "business")
        assert held(place)["cases"] == held(full)["cases"]
        assert held(place)["tray"] == held(full)["tray"]

    at_hall(tmp_path, story)


@pytest.mark.parametrize(
    ("number", "modules", "code"),
    [("0099", ("single",), "no_terminal"), ("0000", ("single",), "no_terminal"), ("0032", ("kitchen",), "modules"),
     ("0032", (), "modules"), ("0032", MODULES, "scopes_same")],
)  # fmt: skip
def test_a_word_that_can_not_be_given_is_refused_with_a_sentence(
    tmp_path: Path, number: str, modules: tuple[str, ...], code: str
) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        with pytest.raises(Stop) as no:
            give(world, number, *modules)
        assert no.value.code == code

    at_hall(tmp_path, story)


async def taken_away(world: HallWorld, place: Place) -> None:
    """The terminal has given up all but one module, and the hall sends it no other."""
    await place.sync()
    give(world, place.number, "single")
    for _ in range(2):
        await place.sync()
        world.api.hall.tick()
    assert _scopes(world, place.number) == ("hall", "single")


def rows(place: Place) -> list[str]:
    """The states of own facts."""
    with place.memory.reading() as db:
        return [row[0] for row in db.execute("select state from outbox order by local_seq")]


async def pushed_unheard(world: HallWorld, place: Place) -> None:
    """Everything that waits is pushed, and the answer is lost."""
    out = place.memory.outgoing(500, 1 << 20)
    assert out is not None
    place.memory.mark_sent(out.first, out.last)
    batch = batch_of(out, out.events, place.memory.position())
    world.api.hall.push(msgspec.json.encode(seal(place.signer, PURPOSE_BATCH, batch)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place.memory, "outgoing", lambda *_, **__: None)
        await place.sync()


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer-lost"])
def test_s13_s7_an_own_fact_in_a_module_that_its_window_does_not_hold_is_passed_all_the_same(
    tmp_path: Path, lost: bool
) -> None:
    """A pull alone tells the maker, though nobody shows it the entry."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await taken_away(world, place)
        taken = place.hand.received(module="business", item="A01")
        place.commit(taken, place.hand.printed(taken.case))
        await (pushed_unheard(world, place) if lost else place.sync())
        assert rows(place) == ["passed", "passed"]
        done = await place.sync()
        assert (done.error, done.pending) == ("", 0)
        assert world.case(taken.case) is not None
        assert place.memory.case_state(taken.case) is None
        assert place.memory.holes() == ()
        world.api.hall.tick()
        exact(world, place, "single")

    at_hall(tmp_path, story)


def test_s7_a_fact_made_while_its_scope_is_going_sticks_nowhere(tmp_path: Path) -> None:
    """The window has given the module up, and the hall has not let go of it yet."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        give(world, "0032", "single")
        await place.sync()
        taken = place.hand.received(module="business", item="A01")
        place.commit(taken)
        assert "business" in _scopes(world, "0032")
        await place.sync()
        assert rows(place) == ["passed"]
        for _ in range(2):
            world.api.hall.tick()
            await place.sync()
        assert (rows(place), place.memory.holes()) == (["passed"], ())
        exact(world, place, "single")

    at_hall(tmp_path, story)


@pytest.mark.parametrize("how", ["withdraw", "insist"])
def test_s16_t54_what_is_refused_in_a_module_that_its_window_does_not_hold_is_settled_from_elsewhere(
    tmp_path: Path, how: str
) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await taken_away(world, place)
        case = window.received(module="business", item="A01")
        await window.push(case)
        place.commit(place.hand.fact("accepted", bodies.Accepted("accept", "局"), case.case, actor="1001"))
        await place.sync()
        assert rows(place) == ["rejected"]
        (line,) = [line for line in place.memory.tray() if line.terminal == "0032"]
        await window.pull_all()
        if how == "withdraw":
            settles = window.gives_up(case.case, line.fact)
        else:
            settles = window.make(
                "resolve.insist", bodies.ResolveInsist((line.fact,), "当面核过"), case.case, "3001", "supervisor"
            )
        (answer,) = await window.push(settles)
        assert answer.verdict.v == "accepted", answer.verdict
        done = await place.sync()
        assert rows(place) == (["resolved"] if how == "withdraw" else ["passed"])
        assert (done.pending, done.rejected, done.held) == (0, 0, 0)
        assert [line for line in place.memory.tray() if line.terminal == "0032"] == []

    at_hall(tmp_path, story)


@pytest.mark.parametrize("shown", [False, True], ids=["verdict-alone", "with-its-entry"])
def test_t32_s25_the_verdict_of_an_entry_that_its_maker_is_not_shown_proves_no_fact_to_a_restored_hall(
    tmp_path: Path, shown: bool
) -> None:
    """Where nobody else shows the entry, the maker sends its fact again, and is told again."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await taken_away(world, place)
        await full.sync()
        copied(world, tmp_path / "backup.db")
        taken = place.hand.received(module="business", item="A01")
        place.commit(taken)
        await place.sync()
        await full.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, full, place)
        for one in (place, full) if shown else (place,):
            await one.sync()
        gathered(world)
        await place.sync()
        done = await place.sync()
        assert (done.error, done.pending, rows(place)) == ("", 0, ["passed"])
        assert world.case(taken.case) is not None
        facts = [entry for entry in world.entries() if entry.fact_id == taken.id and entry.kind == "fact"]
        assert [bool(entry.was) for entry in facts] == [shown]

    at_hall(tmp_path, story)


def test_t32_s6_an_own_fact_that_others_brought_back_is_passed_where_its_window_is_not_shown_it(tmp_path: Path) -> None:
    """The window had its answer and had not pulled: no word of the hall to it alone can be shown again."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await taken_away(world, place)
        await full.sync()
        copied(world, tmp_path / "backup.db")
        taken = place.hand.received(module="business", item="A01")
        place.commit(taken)
        await place.line._outbound.step()
        assert rows(place) == ["accepted"]
        await full.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, full, place)
        for one in (full, place):
            await one.sync()
        gathered(world)
        await place.sync()  # pushed first: the answer comes before the place is pulled
        assert rows(place) == ["passed"]
        assert world.case(taken.case) is not None
        assert place.memory.case_state(taken.case) is None
        assert place.memory.holes() == ()

    at_hall(tmp_path, story)


def test_t32_s7_a_scope_that_was_going_when_the_hall_was_restored_leaves_nothing_behind(tmp_path: Path) -> None:
    """What stood behind the place where both logs part comes again, and goes again."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        await full.sync()
        give(world, "0032", "single")
        copied(world, tmp_path / "backup.db")
        await work(window, 6)
        await full.sync()
        await place.line._inbound.step(0.0)
        end = place.memory.position().cursor
        while _given_up_to(place) < end - 8:
            assert place.memory.scope_slice()
        assert place.memory.position().keep == ("business", "construction", "investment")
        restored(world, tmp_path / "backup.db")
        plugged(world, full, place)
        await full.sync()
        gathered(world)
        for _ in range(3):
            await place.sync()
            world.clock.go(5)
            world.api.hall.tick()
        assert place.memory.position().keep == ()
        exact(world, place, "single")

    at_hall(tmp_path, story)


def _given_up_to(place: Place) -> int:
    with place.memory.reading() as db:
        row = db.execute("select place from scope_here where scope = 'business'").fetchone()
    assert row is not None, "it has gone whole"
    return int(row[0])


def test_s26_a_verdict_for_its_maker_alone_comes_back_from_the_second_place(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await taken_away(world, place)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        taken = place.hand.received(module="business", item="A01")
        place.commit(taken)
        await place.sync()
        backups.step()
        again = tmp_path / "again"
        again.mkdir()
        restore(again, "hall.db", tmp_path / "second", None, world.signer, world.clock, place.hand.new_id)
        log = "select seq, hash from log where seq <= ? order by seq"
        with sqlite3.connect(again / "hall.db") as db:
            assert db.execute(log, (len(world.entries()),)).fetchall() == [(row.seq, row.hash) for row in _page(world)]

    at_hall(tmp_path, story)


def _page(world: HallWorld) -> tuple[PageRow, ...]:
    with world.store.reading() as reading:
        return tuple(reading.page(0, 100_000))


def attached(place: Place, case: str, material: str = "D01-01") -> Fact:
    """A paper of the case was scanned here."""
    file = place.folder.parent / "a.pdf"
    file.write_bytes(PDF)
    with place.memory.staged_scan(file) as staged, place.memory.writing() as act:
        act.keep_scan(staged)
        fact = place.hand.fact("scanned", bodies.Scanned(material, SHA, len(PDF), staged.media, name="a.pdf"), case)
        act.commit_groups([[fact]])
    return fact


async def calm(world: HallWorld, place: Place) -> None:
    """Nothing happens for a while, and the line does what there is to do."""
    for _ in range(4):
        world.clock.go(LIMITS.scan_retry_seconds + 1)
        assert (await place.line.sync_once(scans=True)).error == ""
        world.api.hall.tick()


@pytest.mark.parametrize("again", [False, True], ids=["given-up", "attached-once-more"])
def test_s35_t67_a_scan_whose_fact_was_given_up_keeps_no_scope_from_leaving(tmp_path: Path, again: bool) -> None:
    """It was asked for every minute, counted among what waits, and no module that was taken away ever left."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        taken = place.hand.received(materials={"D01-01": "original"})
        place.commit(taken)
        fact = attached(place, taken.case)
        with sqlite3.connect(place.memory.file) as db:  # a byte breaks on the disk: it travels as a stub (T53)
            db.execute("drop trigger fact_is_never_changed")
            db.execute("update fact set bytes = ? where id = ?", (encode_fact(fact)[:-1] + b" ", fact.id))
        await place.sync()
        (line,) = [line for line in place.memory.tray() if line.terminal == "0032"]
        if again:
            attached(place, taken.case)
        await window.push(window.gives_up(taken.case, line.fact))
        await calm(world, place)
        assert place.memory.scans_to_send(9) == ()
        assert (place.memory.scan_path(SHA) is not None) == again
        give(world, "0032", "business")
        await calm(world, place)
        assert place.memory.position().keep == ()

    at_hall(tmp_path, story)


def test_s35_t32_the_scans_of_a_scope_that_has_gone_keep_no_other_here_once_the_hall_is_restored(
    tmp_path: Path,
) -> None:
    """They stayed on the disk, and in the new epoch they waited to be sent to a hall that does not take them here."""

    async def story(world: HallWorld, window: Window, full: Place, place: Place) -> None:
        await place.sync()
        taken = place.hand.received(module="business", item="A01", materials={"A01-01": "original"})
        place.commit(taken)
        attached(place, taken.case, "A01-01")
        await calm(world, place)
        give(world, "0032", "single", "construction")
        await calm(world, place)
        await full.sync()
        assert place.memory.scan_path(SHA) is None
        copied(world, tmp_path / "backup.db")
        restored(world, tmp_path / "backup.db")
        plugged(world, full, place)
        for one in (full, place):
            await one.sync()
        gathered(world)
        give(world, "0032", "single")
        await calm(world, place)
        assert place.memory.position().keep == ()

    at_hall(tmp_path, story)


def test_t67_s27_a_window_that_was_enrolled_again_and_began_from_a_snapshot_lets_its_scopes_go(tmp_path: Path) -> None:
    """Its word about who it was before had been answered, and the page with it was never pulled: that word waited for
    ever, and with it every module that was taken away.
    """

    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=SMALL)
        await place.sync()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app), base_url="http://hall") as client:
            again = await world.window("0033", client)
        who = msgspec.structs.replace(place.memory.identity, terminal="0033", incarnation=again.incarnation)
        place.memory.adopt(who, place.hand.new_id)
        place.signer = again.signer
        place.start()
        await place.line._outbound.step()
        await busy(window, 20)
        world.snapshot()
        place.line._bootstrap.saw(SMALL.snapshot_least)
        await place.sync()
        assert rows(place) == ["passed"]
        give(world, "0033", "business")
        await calm(world, place)
        assert place.memory.position().keep == ()

    beginning(tmp_path, story)
