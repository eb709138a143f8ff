"""A terminal that begins from the hall's snapshot holds, shows and goes on as one that pulled everything (S21)."""

from __future__ import annotations

import dataclasses
import shutil
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.events import body_of
from casework.facts import Fact
from casework.limits import LIMITS
from casework.snapshot import OFFER
from casework.wire import CaseAnswer
from hall.rows import TerminalRow
from local_db import bootstrap
from local_db.errors import Damaged, DiskFull
from sync.errors import Memory, NotTheHall
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place

SMALL = dataclasses.replace(
    LIMITS, snapshot_least=10, snapshot_part=16 * 1024, snapshot_part_least=4096, snapshot_wait=0.0, pull_entries=8
)
PULLS = dataclasses.replace(SMALL, snapshot_least=1_000_000)
DAY = 24 * 3600

Story = Callable[[HallWorld, Window], Coroutine[Any, Any, None]]


def at_hall(folder: Path, story: Story) -> None:
    """Run `story` at a hall with twenty cases from all walks of life, and a snapshot of them."""

    async def whole(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        await busy(window, 20)
        world.snapshot()
        await story(world, window)

    in_hall(folder, whole, limits=SMALL)


async def busy(window: Window, cases: int) -> list[str]:
    """Cases at several stages, one in five ended, one in five begun as a prefile, some things refused."""
    made = []
    for nth in range(cases):
        taken = window.received()
        facts: list[Fact] = [taken]
        if nth % 5 == 0:
            opened = bodies.PrefileOpened("K7PM3XQ2", "single", bodies.Form("D01"))
            facts.insert(0, window.make("prefile.opened", opened, taken.case))
        facts += [window.accepted(taken.case)] if nth % 2 else []
        facts += [window.make("withdrawn", bodies.Withdrawn("不办了"), taken.case)] if nth % 5 == 1 else []
        facts += [window.decided(taken.case)] if nth % 5 == 2 else []  # refused: nobody has examined it
        await window.push(*facts)
        made.append(taken.case)
    return made


async def placed(world: HallWorld, number: str, **options: Any) -> Place:
    """A terminal that has just been enrolled."""
    place = Place(world, number, world.path.parent, **options)
    await place.enrol()
    return place


def held(place: Place) -> dict[str, Any]:
    """What a memory holds, but for what only hides."""
    with place.memory.reading() as db:
        return {
            "at": db.execute("select cursor, chain, epoch, frozen from standing").fetchone(),
            "entries": db.execute(
                "select seq, scope, kind, hash, bytes, case_id, fact_id from entry where kind in ('fact', 'tray')"
                " order by seq"
            ).fetchall(),
            "cases": db.execute(
                "select case_id, root, n, hole, state, ended, touched from confirmed order by case_id"
            ).fetchall(),
            "shown": db.execute("select case_id, number, visit, checks, state, body from shown order by 1").fetchall(),
            "places": db.execute("select * from place order by 1, 2, 3, 4").fetchall(),
            "people": db.execute("select code, name, words from person order by code, name").fetchall(),
            "prefiles": db.execute("select case_id, code, state, body from prefile order by 1").fetchall(),
            "tray": db.execute("select fact_id, kind, settled, told from tray order by 1").fetchall(),
            "roster": db.execute("select number, seq from staff order by 1").fetchall(),
            "wanted": db.execute("select sha256 from wanted order by 1").fetchall(),
        }


class Wire(httpx.AsyncBaseTransport):
    """Counts what is asked, and lets a test have the next answers."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.asked: list[str] = []
        self.tricks: deque[Callable[[httpx.Response], httpx.Response]] = deque()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.split("/")[3])
        answer = await self.inner.handle_async_request(request)
        if self.asked[-1] != "snapshot" or not self.tricks:
            return answer
        content = await answer.aread()
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return self.tricks.popleft()(httpx.Response(answer.status_code, headers=headers, content=content))


def test_s21_a_terminal_that_began_from_a_snapshot_is_as_one_that_pulled(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        await busy(window, 5)
        pulled, begun = await placed(world, "0031", limits=PULLS), await placed(world, "0032", limits=SMALL)
        synced = await begun.sync()
        await pulled.sync()
        await begun.sync()  # the other one's enrolment
        assert not synced.error
        assert held(begun) == held(pulled)
        assert begun.memory.boot() is None
        assert list((begun.folder / "spool" / "bootstrap").iterdir()) == []
        await busy(window, 3)
        await begun.sync()
        await pulled.sync()
        assert held(begun) == held(pulled)
        before = begun.memory.projection_hash()
        begun.memory.rebuild()
        assert begun.memory.projection_hash() == before == pulled.memory.projection_hash()

    at_hall(tmp_path, story)


def test_s21_a_terminal_with_another_fold_makes_the_states_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        pulled, begun = await placed(world, "0031", limits=PULLS), await placed(world, "0032", limits=SMALL)
        monkeypatch.setattr(bootstrap, "fold_mark", lambda: "another")
        filled: list[str] = []
        monkeypatch.setattr(bootstrap.Bootstrap, "refold", _counting(filled, bootstrap.Bootstrap.refold))
        await begun.sync()
        assert len(set(filled)) == 20
        await pulled.sync()
        assert held(begun) == held(pulled)

    at_hall(tmp_path, story)


def _counting(seen: list[str], call: Callable[..., None]) -> Callable[..., None]:
    def counted(self: Any, db: Any, case_id: str, now: str, upto: int) -> None:
        seen.append(case_id)
        call(self, db, case_id, now, upto)

    return counted


def test_t47_a_bootstrap_that_was_cut_goes_on_where_it_was(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        begun = await placed(world, "0032", limits=SMALL, wire=Wire)
        wire = begun.wire
        assert isinstance(wire, Wire)
        while (boot := begun.memory.boot()) is None or boot.done < 0.3:
            assert await begun.line._bootstrap.step()
        have = {file.scope: file.have for file in boot.files}
        asked = wire.asked.count("snapshot")
        begun.restart()
        again = begun.memory.boot()
        assert again is not None
        assert {file.scope: file.have for file in again.files} == have
        assert sum(have.values()) > 0
        size = sum(kept.stat().st_size for kept in world.shelf.kept()[0].folder.glob("*.db"))
        assert not (await begun.sync()).error
        parts = wire.asked.count("snapshot") - asked
        assert parts <= (size - sum(have.values())) // SMALL.snapshot_part + 5  # one more for the end of each file
        assert begun.memory.position().cursor == world.store._reader.execute("select seq from hall").fetchone()[0]

    at_hall(tmp_path, story)


def _half(answer: httpx.Response) -> httpx.Response:
    return httpx.Response(
        answer.status_code, headers=answer.headers, content=answer.content[: len(answer.content) // 2]
    )


def _portal(_answer: httpx.Response) -> httpx.Response:
    return httpx.Response(200, html="<html>Welcome</html>")


def _flipped(answer: httpx.Response) -> httpx.Response:
    data = bytearray(answer.content)
    data[len(data) // 2] ^= 1
    return httpx.Response(answer.status_code, headers=answer.headers, content=bytes(data))


def _of_another_scope(answer: httpx.Response) -> httpx.Response:
    other = {**answer.headers, OFFER: "e30="}
    return httpx.Response(answer.status_code, headers=other, content=answer.content)


@pytest.mark.parametrize("trick", [_half, _portal, _flipped, _of_another_scope])
def test_t47_a_part_that_was_cut_or_changed_on_the_way_costs_itself_only(
    tmp_path: Path, trick: Callable[[httpx.Response], httpx.Response]
) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL, wire=Wire), await placed(world, "0031", limits=PULLS)
        assert isinstance(begun.wire, Wire)
        begun.wire.tricks.extend([lambda whole: whole, trick, lambda whole: whole, trick])
        await begun.sync()
        await begun.sync()
        await pulled.sync()
        assert held(begun) == held(pulled)

    at_hall(tmp_path, story)


def test_t47_a_file_whose_proof_was_cut_off_is_proven_before_it_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The PC goes down between the last part of a file and its proof, and not all of the part is on its disk."""

    async def story(world: HallWorld, _window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL, wire=Wire), await placed(world, "0031", limits=PULLS)

        def dark(_memory: Any, scope: str) -> bool:
            raise DiskFull("store.disk_full", file=scope)

        with monkeypatch.context() as patch:
            patch.setattr(type(begun.memory), "boot_prove", dark)
            assert (await begun.sync()).error == "line.memory"
        boot = begun.memory.boot()
        assert boot is not None
        whole = next(file for file in boot.files if file.have)
        assert (whole.have, whole.proven) == (whole.size, False)
        part = begun.memory._part(whole.scope)
        data = bytearray(part.read_bytes())
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
        part.write_bytes(data)
        begun.restart()
        await begun.sync()
        await begun.sync()
        await pulled.sync()
        assert held(begun) == held(pulled)
        assert begun.memory.check() == ()

    at_hall(tmp_path, story)


@pytest.mark.parametrize("how", ["gone", "zeros", "gone-and-tidied"])
@pytest.mark.parametrize("phase", ["sweep", "entries", "known", "fill", "tray"])
def test_t47_t42_a_file_that_breaks_after_it_was_proven_costs_nothing_but_time(
    tmp_path: Path, phase: str, how: str
) -> None:
    """A virus scanner took it, or a power cut; to say that the memory is broken would send somebody to a backup."""

    async def story(world: HallWorld, window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL), await placed(world, "0031", limits=PULLS)
        own = begun.hand.received()
        begun.commit(own)
        while begun.memory.boot() is None or _phase(begun) != phase:
            assert await begun.line._bootstrap.step()
        begun.restart()
        for part in begun.memory._parts().glob("*.part"):
            part.unlink() if how != "zeros" else part.write_bytes(bytes(part.stat().st_size))
        if how == "gone-and-tidied":
            for kept in world.shelf.kept():
                shutil.rmtree(kept.folder)
        assert (await begun.sync()).error == ""
        assert begun.memory.boot() is None
        for one in (begun, pulled, begun):
            await one.sync()
        assert held(begun) == held(pulled)
        assert begun.memory.check() == ()
        assert begun.memory.pending().unsent == 0
        before = begun.memory.projection_hash()
        begun.memory.rebuild()
        assert begun.memory.projection_hash() == before

    at_hall(tmp_path, story)


def _phase(place: Place) -> str:
    with place.memory.reading() as db:
        phase: str = db.execute("select phase from bootstrap").fetchone()[0]
    return phase


def test_a_hall_without_a_snapshot_is_pulled_from_the_beginning(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await busy(window, 12)
        place = await placed(world, "0031", limits=SMALL, wire=Wire)
        assert isinstance(place.wire, Wire)
        synced = await place.sync()
        assert not synced.error
        assert synced.pulled > 20
        assert place.wire.asked[0] == "snapshot"

    in_hall(tmp_path, story, limits=SMALL)


def test_a_set_that_went_while_it_was_fetched_is_begun_anew(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL), await placed(world, "0031", limits=PULLS)
        for _ in range(3):
            assert await begun.line._bootstrap.step()
        first = begun.memory.boot()
        for _ in range(SMALL.snapshot_sets):
            await busy(window, 3)
            world.snapshot()
        assert not (await begun.sync()).error
        assert first is not None
        assert world.shelf.find(None).seq > first.seq  # type: ignore[union-attr]
        await pulled.sync()
        assert held(begun) == held(pulled)

    at_hall(tmp_path, story)


def test_s21_own_facts_that_wait_show_on_top_and_are_sent(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        begun = await placed(world, "0032", limits=SMALL)
        own = begun.hand.received()
        begun.commit(own, begun.hand.printed(own.case))
        for _ in range(200):
            if not await begun.line._bootstrap.step():
                break
        shown = begun.memory.case_state(own.case)
        assert shown is not None
        assert len(shown.papers) == 1
        assert begun.memory.pending().unsent == 2
        assert (await begun.sync()).pushed == 2
        assert begun.memory.pending().unsent == 0
        assert {entry.fact_id for entry in world.entries()} >= {own.id}

    at_hall(tmp_path, story)


def test_s21_answers_that_were_lost_before_the_bootstrap_are_completed_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hall has taken own facts; neither push answer nor pull told so before the snapshot did."""

    async def story(world: HallWorld, window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL), await placed(world, "0031", limits=PULLS)
        own = begun.hand.received()
        begun.commit(own, begun.hand.printed(own.case))
        refused = begun.hand.decided(own.case)
        begun.commit(refused)
        with monkeypatch.context() as lost:
            lost.setattr(begun.memory, "answered", _no_room)
            with pytest.raises(Memory):
                await begun.line._outbound.step()
        await busy(window, 5)
        world.snapshot()
        while await begun.line._bootstrap.step():
            pass
        with begun.memory.reading() as db:
            states = [row[0] for row in db.execute("select state from outbox order by local_seq")]
        assert states == ["passed", "passed", "sent"]
        await begun.sync()
        with begun.memory.reading() as db:
            states = [row[0] for row in db.execute("select state from outbox order by local_seq")]
        assert states == ["passed", "passed", "rejected"]
        await pulled.sync()
        case = begun.memory.case_state(own.case)
        assert case == pulled.memory.case_state(own.case) == world.case(own.case)

    at_hall(tmp_path, story)


def test_s21_a_terminal_that_comes_back_after_long_lets_go_what_is_over(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        back = await placed(world, "0032", limits=SMALL)
        await back.sync()
        cases = await busy(window, 10)
        await back.sync()
        ended = cases[3]
        assert back.memory.case_state(ended) is not None
        await window.push(window.make("withdrawn", bodies.Withdrawn("不办了"), ended))
        world.clock.go(LIMITS.kept_seconds + DAY)
        await busy(window, 10)
        world.snapshot()
        pulled = await placed(world, "0031", limits=PULLS)
        assert not (await back.sync()).error
        await back.sync()
        await pulled.sync()
        assert back.memory.case_state(ended) is None
        while pulled.memory.purge_step():
            pass
        assert held(back) == held(pulled)

    at_hall(tmp_path, story)


def test_t40_a_disk_that_is_full_during_a_bootstrap_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL), await placed(world, "0031", limits=PULLS)
        with monkeypatch.context() as full:
            full.setattr(begun.memory, "boot_part", _no_room)
            assert (await begun.sync()).error == "line.memory"
        assert not (await begun.sync()).error
        await begun.sync()
        await pulled.sync()
        assert held(begun) == held(pulled)

    at_hall(tmp_path, story)


def _no_room(*_: object) -> None:
    raise DiskFull("store.disk_full", file="x")


def test_t23_a_bootstrap_that_dies_after_any_slice_goes_on_there(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL), await placed(world, "0031", limits=PULLS)
        own = begun.hand.received()
        begun.commit(own)
        steps = 0
        while await begun.line._bootstrap.step():
            steps += 1
            begun.restart()
        assert steps > 20
        await begun.sync()
        await pulled.sync()
        await begun.sync()
        assert held(begun)["cases"] == held(pulled)["cases"]
        assert held(begun)["entries"] == held(pulled)["entries"]
        assert begun.memory.pending().unsent == 0

    at_hall(tmp_path, story)


def test_s5_nothing_newer_than_the_cursor_shows_while_a_snapshot_is_applied(tmp_path: Path) -> None:
    """A judgement names the cursor as what its maker has seen: then nobody may have seen more."""

    async def story(world: HallWorld, window: Window) -> None:
        back = await placed(world, "0032", limits=SMALL)
        cases = await busy(window, 1)
        await back.sync()
        before = back.memory.case_state(cases[0])
        await window.push(window.make("nudged", bodies.Nudged("快办完了吗"), cases[0]))
        await busy(window, 10)
        kept = world.snapshot()
        back.line._bootstrap.saw(100)
        while await back.line._bootstrap.step():
            with back.memory.reading() as db:
                shown = db.execute("select count(*) from shown").fetchone()[0]
            if back.memory.position().cursor < kept.seq:
                assert shown <= 21
            else:
                assert back.memory.case_state(cases[0]) == world.case(cases[0]) != before

    at_hall(tmp_path, story)


def test_t68_an_old_case_that_is_spoken_of_again_comes_back_whole(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        ended = (await busy(window, 2))[1]
        await place.sync()
        shown = place.memory.case_state(ended)
        assert shown is not None
        world.clock.go(LIMITS.kept_seconds + DAY)
        await busy(window, 1)
        await place.sync()
        while place.memory.purge_step():
            pass
        assert place.memory.case_state(ended) is None
        await window.push(window.make("printed", bodies.Printed("return", 2, "0012-1"), ended))
        while (await place.line._inbound.step(0.0)).upto < world.entries()[-1].seq:
            pass
        assert place.memory.holes() == (ended,)
        assert place.memory.history(ended).at_hall
        await place.sync()
        assert place.memory.holes() == ()
        assert not place.memory.history(ended).at_hall
        assert place.memory.case_state(ended) == world.case(ended)
        assert len(place.memory.history(ended).lines) == 4
        before = place.memory.projection_hash()
        place.memory.rebuild()
        assert place.memory.projection_hash() == before

    at_hall(tmp_path, story)


def test_s21_what_the_hall_does_not_show_is_asked_for_once(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        place = await placed(world, "0032", limits=SMALL, wire=Wire)
        own = place.hand.received()
        place.commit(own)
        place.memory.mark_sent(1, 1)  # sent and never heard of again
        await place.line._bootstrap.step()
        while await place.line._bootstrap.step():
            pass
        assert place.memory.holes() == (own.case,)
        assert place.memory.case_state(own.case) is not None
        await place.line._holes.step()
        assert place.memory.holes() == ()
        assert place.memory.case_state(own.case) is not None
        assert (await place.sync()).pushed == 1

    at_hall(tmp_path, story)


def test_t16_a_case_that_was_changed_on_the_way_is_not_believed(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        (case,) = await busy(window, 1)
        answer = world.api.hall.case(_row(world, "0032"), case)
        short = msgspec.structs.replace(answer, entries=answer.entries[:-1])
        for shown, good in ((answer, True), (short, False)):
            place.line._contact.transport.case = _saying(shown)  # type: ignore[method-assign]
            if good:
                assert (await place.line.case(case)).case == case
            else:
                with pytest.raises(NotTheHall):
                    await place.line.case(case)

    at_hall(tmp_path, story)


def _saying(answer: CaseAnswer) -> Callable[..., Coroutine[Any, Any, CaseAnswer]]:
    async def say(*_: object) -> CaseAnswer:
        return answer

    return say


def _row(world: HallWorld, number: str) -> TerminalRow:
    with world.store.reading() as reading:
        row = reading.terminal(number)
    assert row is not None
    return row


def test_a_case_is_found_at_the_hall_by_its_number(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        (case,) = await busy(window, 1)
        number = world.case(case).number  # type: ignore[union-attr]
        assert (await place.line.case(number)).case == case

    at_hall(tmp_path, story)


def test_s21_the_purge_takes_what_is_over_and_leaves_what_somebody_has_to_settle(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        quiet, open_ = (await busy(window, 3))[1:]
        mine = place.hand.received()
        place.commit(mine, place.hand.withdrawn(mine.case))
        await place.sync()
        printed = place.hand.printed(mine.case, "return")
        world.clock.go(LIMITS.kept_seconds + DAY)
        place.commit(printed)  # nobody has answered it: its case stays
        await busy(window, 1)
        await place.line._inbound.step(0.0)
        floor = _floor(place)
        while place.memory.purge_step():
            pass
        assert _floor(place) > floor
        assert place.memory.case_state(quiet) is None
        assert place.memory.case_state(open_) is not None
        assert place.memory.case_state(mine.case) is not None
        assert place.memory.case_by_number(world.case(quiet).number) == ()  # type: ignore[union-attr]
        await place.sync()
        assert place.memory.pending().unsent == 0
        with pytest.raises(Damaged), place.memory.transaction() as db:  # nothing else may delete an entry
            db.execute("delete from entry where seq = (select max(seq) from entry where kind = 'fact')")
        with place.memory.reading() as db:
            assert db.execute("select count(*) from fact").fetchone() == (3,)

    at_hall(tmp_path, story)


def _floor(place: Place) -> int:
    with place.memory.reading() as db:
        floor: int = db.execute("select floor from standing").fetchone()[0]
    return floor


def test_s21_a_clock_that_is_a_year_ahead_lets_nothing_go(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        (case,) = (await busy(window, 2))[1:]
        await place.sync()
        world.clock.go(365 * DAY)
        while place.memory.purge_step():
            pass
        assert place.memory.case_state(case) is not None

    at_hall(tmp_path, story)


def test_s27_a_terminal_that_began_from_a_snapshot_finds_a_renumbered_case_by_its_old_number(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        first = window.received()
        number = body_of(first).number
        second = window.received(number=number)
        (_, doubled) = await window.push(first, second)
        assert doubled.verdict.flags == ("number_doubled",)
        world.snapshot()
        begun, pulled = await placed(world, "0032", limits=SMALL), await placed(world, "0031", limits=PULLS)
        for place in (begun, pulled):
            assert not (await place.sync()).error
        for place in (begun, pulled):
            assert [case.id for case in place.memory.case_by_number(number)] == [first.case, second.case]
            assert [row.case_id for row in place.memory.reprints()] == [second.case]

    at_hall(tmp_path, story)


def test_s34_how_far_a_bootstrap_is_can_be_seen(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        begun = await placed(world, "0032", limits=SMALL)
        seen: list[float] = []
        begun.line.watch(lambda status: seen.append(status.boot) if status.boot is not None else None)
        await begun.sync()
        assert seen == sorted(seen)
        assert len(set(seen)) > 4
        assert 0 < min(seen) < 0.5 < max(seen) <= 1
        assert begun.line.status.boot is None

    at_hall(tmp_path, story)
