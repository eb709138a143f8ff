"""A terminal that begins from the hall's snapshot holds, shows and goes on as one that pulled everything (S21)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.events import body_of
from casework.facts import decode_fact
from casework.limits import LIMITS
from casework.snapshot import OFFER
from local_db import bootstrap
from local_db.errors import DiskFull
from sync.errors import Memory
from tests.beginning import DAY, PULLS, SMALL, Wire, at_hall, busy, held, placed
from tests.contract.test_scopes import PDF, SHA
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place


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


@pytest.mark.parametrize("phase", ["entries", "known"])
def test_t47_t42_a_file_that_breaks_and_does_not_come_again_keeps_no_log_away(tmp_path: Path, phase: str) -> None:
    """A virus scanner took it in the middle, and a proxy refuses the rest: its entries stood where the log's belong."""
    wires: list[Wire] = []

    def wired(inner: httpx.AsyncBaseTransport) -> Wire:
        wires.append(Wire(inner))
        return wires[-1]

    async def story(world: HallWorld, window: Window) -> None:
        begun, pulled = await placed(world, "0032", limits=SMALL, wire=wired), await placed(world, "0031", limits=PULLS)
        wires[0].tricks.extend([lambda _: httpx.Response(403)] * 50)
        await begun.sync()
        for case in [row[0] for row in held(begun)["cases"]]:  # more is said of what is here already
            await window.push(window.make("nudged", bodies.Nudged("快"), case))
        await busy(window, 4)
        world.snapshot()
        wires[0].tricks.clear()
        begun.restart()
        before = held(begun)
        begun.line._bootstrap.saw(SMALL.snapshot_least)
        while begun.memory.boot() is None or _phase(begun) != phase:
            assert await begun.line._bootstrap.step()
        for _ in range(2):
            begun.memory.boot_step()
        begun.restart()
        for part in begun.memory._parts().glob("*.part"):
            part.unlink()
        while _phase(begun) != "fetch":
            begun.memory.boot_step()
        assert [held(begun)[what] for what in ("cases", "shown", "places")] == [
            before[what] for what in ("cases", "shown", "places")
        ], "nothing newer than the cursor shows"
        wires[0].tricks.extend([lambda _: httpx.Response(403)] * 50)
        await begun.sync()
        begun.restart()
        assert (await begun.sync()).error == ""
        await pulled.sync()
        assert held(begun)["at"] == held(pulled)["at"]
        for what in ("cases", "shown", "places", "prefiles"):
            assert held(begun)[what] == held(pulled)[what], what
        assert begun.memory.holes() == ()

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


def test_t47_a_set_of_which_a_file_is_gone_at_the_hall_keeps_no_window_from_the_log(tmp_path: Path) -> None:
    """It was begun again and again, and the log never pulled."""

    async def story(world: HallWorld, window: Window) -> None:
        begun = await placed(world, "0032", limits=msgspec.structs.replace(SMALL, snapshot_wait=600.0), wire=Wire)
        (world.shelf.kept()[0].folder / "business.db").unlink()
        assert sum([await begun.line._bootstrap.step() for _ in range(100)]) < 50, "not asked for in a circle"
        assert not (await begun.sync()).error
        assert begun.memory.position().cursor == len(world.entries())
        assert begun.memory.boot() is None
        await busy(window, 20)
        world.snapshot()
        world.clock.go(600)
        assert not (await begun.sync()).error
        assert begun.memory.position().cursor == len(world.entries())

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


def test_s21_t31_a_draft_that_was_saved_before_the_image_was_made_and_is_saved_again_holds_up_no_bootstrap(
    tmp_path: Path,
) -> None:
    """Every slice failed on it, after each restart, and the window never came to the end of the snapshot."""

    async def story(world: HallWorld, window: Window) -> None:
        facts = (decode_fact(bytes(entry.fact)) for entry in world.entries() if entry.kind == "fact")
        before = [fact for fact in facts if fact.type == "received"][3]
        place = await placed(world, "0031", limits=SMALL)
        while not (boot := place.memory.boot()) or boot.done < 0.9:  # others' cases are filled in next
            await place.line._bootstrap.step()
        again = msgspec.structs.replace(place.hand.received(), case=before.case, root=before.case)
        place.commit(again)
        place.restart()
        assert (await place.sync()).error == ""
        assert place.memory.boot() is None
        assert place.memory.case_state(before.case) == world.case(before.case)
        shown = held(place)
        place.memory.rebuild()
        assert held(place) == shown

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


def test_s16_t54_what_was_settled_elsewhere_while_its_window_was_away_lies_in_its_tray_no_more(tmp_path: Path) -> None:
    """Only the answer had told of it, and the case was over by then: nobody could end that line."""

    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        await place.sync()
        mine = place.hand.received()
        place.commit(mine)
        await place.sync()
        place.commit(place.hand.decided(mine.case))
        await place.line._outbound.step()
        (line,) = (line for line in place.memory.tray() if line.terminal == "0032")
        await window.pull_all()
        over = window.make("withdrawn", bodies.Withdrawn("不办了"), mine.case)
        await window.push(window.gives_up(mine.case, line.fact), over)
        world.clock.go(40 * DAY)
        await busy(window, 20)
        world.snapshot()
        place.limits = SMALL
        place.restart()
        place.line._bootstrap.saw(SMALL.snapshot_least)
        assert await place.line._bootstrap.step()
        assert (await place.sync()).rejected == 0
        assert all(line.terminal != "0032" for line in place.memory.tray())
        assert place.memory.case_state(mine.case) == world.case(mine.case)

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


def test_s34_another_program_that_pulls_while_a_snapshot_is_applied_waits_for_it(tmp_path: Path) -> None:
    """Its page broke at places that the snapshot had brought already, or began a case that was passed over then."""

    async def story(world: HallWorld, window: Window) -> None:
        pulled, begun = await placed(world, "0031", limits=PULLS), await placed(world, "0032", limits=SMALL)
        beside = Place(world, "0032", tmp_path, SMALL)
        beside.memory, slices = begun.memory.open(begun.folder, world.clock, begun.state, SMALL), 0
        beside.start()
        while await begun.line._bootstrap.step():
            boot = begun.memory.boot()
            if boot is not None and boot.applying:
                slices += 1
                assert not (await beside.line._inbound.step(0.0)).moved
        assert slices > 10
        beside.memory.close()
        for place in (pulled, begun):
            assert not (await place.sync()).error
        assert held(begun) == held(pulled)

    at_hall(tmp_path, story)


def test_s21_s35_a_case_that_a_snapshot_leaves_out_takes_its_scans_along(tmp_path: Path) -> None:
    """The window was off for six weeks: the applicant's papers lay there for good, and no case named them."""

    async def story(world: HallWorld, window: Window) -> None:
        await window.pull_all()
        place = await placed(world, "0031", limits=SMALL)
        await place.sync()
        paper = tmp_path / "paper.pdf"
        paper.write_bytes(PDF)
        with place.memory.staged_scan(paper) as staged, place.memory.writing() as act:
            place.hand.numbered = act.next_number(world.clock.now().date()) - 1
            taken = place.hand.received()
            act.commit_groups([[taken]])
            act.keep_scan(staged)
            scanned = bodies.Scanned("D01-01", staged.sha256, staged.size, staged.media)
            act.commit_groups([[place.hand.fact("scanned", scanned, taken.case)]])
        for _ in range(2):
            await place.line.sync_once(scans=True)
        await window.pull_all()
        await window.push(window.make("withdrawn", bodies.Withdrawn("不办了"), taken.case))
        world.clock.go(45 * DAY)
        await busy(window, 12)
        world.snapshot()
        place.restart()
        for _ in range(3):
            await place.line.sync_once(scans=True)
        assert place.memory.case_state(taken.case) is None
        assert place.memory.scan_path(SHA) is None

    at_hall(tmp_path, story)
