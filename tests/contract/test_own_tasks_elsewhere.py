"""A window's own lines that others end: under a new number, without the module, at a restored hall (S16, S25, S27)."""

from __future__ import annotations

from pathlib import Path

import httpx

from casework import bodies
from casework.bodies import MaterialAdded
from casework.facts import decode_fact
from casework.wire import ENTRY_FACT
from casework.wire import Place as Stood
from hall.docket import Docket
from hall.replaying import Replay
from sync.line import Line
from tests.beginning import PULLS, placed
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_insisting import a_case, stale
from tests.contract.test_hall_lost_and_found import gathered
from tests.contract.test_hall_push import said
from tests.contract.test_modules_in_turn import let_go
from tests.contract.test_scopes import PDF, SHA, give
from tests.hall_world import HallWorld, in_hall
from tests.machines import Machine, _here, _no_wait, at_a_hall


async def pulls_alone(pc: Machine) -> None:
    """Its first pull is answered before its first push."""
    async with pc._transport(pc.memory.identity.hall_key) as transport:
        line = Line(
            pc.memory, transport, pc.signer, clock=pc.world.clock, sleep=_no_wait, dice=lambda: 0.0, run=_here
        )  # fmt: skip
        for _ in range(3):
            pc.world.clock.go(3)
            await line._inbound.step(0.0)


def test_s16_s27_a_task_that_ended_between_the_new_number_and_its_first_word_is_over_at_its_maker(
    tmp_path: Path,
) -> None:
    """Its end was told to the old number, which was nobody's for that moment: it stayed in the tray for ever."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await other.enrol("0013")
        await pc.enrol("0040")
        taken = other.hand.received(module="business", item="A01")
        other.save(taken)
        for machine in (other, pc):
            await machine.sync()
        own = pc.hand.fact("material.added", MaterialAdded({"D01-01": "original"}), taken.case)
        pc.save(own)
        give(world, "0040", "single")
        for _ in range(2):
            await pc.sync()
        assert [line.code for line in pc.memory.tray()] == ["not_listed"]
        await pc.enrol("0041")
        give(world, "0041", "single")
        settled = bodies.ResolveWithdraw((own.id,), "已处理")
        other.save(other.hand.fact("resolve.withdraw", settled, taken.case, actor="3001", post="supervisor"))
        await other.sync()
        await pulls_alone(pc)
        assert [line.code for line in pc.memory.tray()] == ["not_listed"], "what the story is about"
        for _ in range(2):
            await pc.sync()
        assert world.waiting() == []
        assert not pc.memory.tray()
        pc.memory.rebuild()
        assert not pc.memory.tray()

    at_a_hall(tmp_path, story)


def test_s7_s35_of_a_case_that_goes_with_its_module_no_scan_and_no_name_stays_for_the_end_of_an_own_line(
    tmp_path: Path,
) -> None:
    """The end lies in the window's own scope and names the case: its scans lay there for good."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), await placed(world, "0032", limits=PULLS)
        taken = window.received(module="business", item="A01")
        await window.push(taken)
        await place.sync()
        paper = tmp_path / "a.pdf"
        paper.write_bytes(PDF)
        with place.memory.staged_scan(paper) as staged, place.memory.writing() as act:
            act.keep_scan(staged)
            scanned = bodies.Scanned("D01-01", SHA, len(PDF), staged.media, name="a.pdf")
            act.commit_groups([[place.hand.fact("scanned", scanned, taken.case)]])
        own = place.hand.decided(taken.case)
        place.commit(own)
        for _ in range(4):
            world.clock.go(700)
            await place.line.sync_once(scans=True)
        await window.push(window.gives_up(taken.case, own.id))
        await place.line.sync_once(scans=True)
        give(world, "0032", "single")
        for _ in range(3):
            await let_go(world, place)
        assert place.memory.case_state(taken.case) is None
        assert place.memory.scan_path(SHA) is None
        with place.memory.reading() as db:
            assert db.execute("select count(*) from person").fetchone() == (0,)
            assert db.execute("select count(*) from entry where case_id = ?", (taken.case,)).fetchone() == (1,)

    in_hall(tmp_path, story, limits=PULLS)


def test_t32_s15_what_was_refused_again_since_the_loss_is_over_when_the_word_that_gave_it_up_comes_back(
    tmp_path: Path,
) -> None:
    """The end of its line lay behind the last page of whoever showed that word: it was open at the hall for good."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        case = await a_case(one)
        late = await stale(one, other, case)
        copied(world, tmp_path / "backup.db")
        await other.push(other.gives_up(case, late.id))
        facts = [entry for entry in world.entries() if entry.kind == ENTRY_FACT]
        (word,) = [entry for entry in facts if decode_fact(entry.fact).type == "resolve.withdraw"]
        restored(world, tmp_path / "backup.db")
        gathered(world)
        assert world.waiting() == ["stale"]
        with world.store.writing() as tx:
            docket = Docket(tx, {})
            Replay(docket, stands=True).put(word, Stood(1, word.seq))
            tx.save(docket.changes)
        assert world.waiting() == []
        one.epoch = 2
        assert said(await one.push(one.gives_up(case, late.id))) == [("rejected", "nothing_refused")]

    in_hall(tmp_path, story)
