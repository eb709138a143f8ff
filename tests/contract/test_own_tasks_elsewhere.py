"""A window's own lines that others end: under a new number, without the module, at a restored hall (S16, S25, S27)."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.bodies import MaterialAdded, ResolveAmend, ResolveInsist
from casework.facts import Fact, Group, decode_fact
from casework.wire import ENTRY_FACT
from casework.wire import Place as Stood
from hall.docket import Docket
from hall.office import revoke
from hall.replaying import Replay
from sync.line import Line
from tests.beginning import PULLS, placed
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_insisting import a_case, stale
from tests.contract.test_hall_lost_and_found import gathered, plugged, shows
from tests.contract.test_hall_push import said
from tests.contract.test_modules_in_turn import let_go
from tests.contract.test_scopes import PDF, SHA, give
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place
from tests.machines import Machine, _here, _no_wait, at_a_hall

ONE_BY_ONE = msgspec.structs.replace(PULLS, pull_entries=1)


def by(place: Place, fact: Fact, actor: str, post: str) -> Fact:
    """Saved there, by somebody with the right, on a proven clock."""
    with place.memory.writing() as act:
        time = msgspec.structs.replace(fact.time, offset_ms=0, contact=fact.time.at, same_boot=True)
        fact = msgspec.structs.replace(fact, base=act.base(), actor=actor, post=post, time=time)
        act.commit_groups([[fact]])
    return fact


async def back(world: HallWorld, *places: Place) -> None:
    """All come back to the restored hall, in this order."""
    plugged(world, *places)
    for _ in range(4):
        for place in places:
            world.clock.go(3)
            await place.sync()
        gathered(world)


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


async def refused_act(maker: Place, other: Place) -> Fact:
    """An acceptance whose maker had not heard that a paper came."""
    taken = by(other, other.hand.received(module="single", item="D01"), "1001", "window")
    for place in (other, maker):
        await place.sync()
    added = other.hand.fact("material.added", MaterialAdded({"D01-01": "original"}), taken.case)
    by(other, added, "1001", "window")
    await other.sync()
    act = by(maker, maker.hand.accepted(taken.case), "2001", "single")
    for place in (maker, other, maker, other):
        await place.sync()
    return act


def insists(place: Place, act: Fact) -> None:
    """A supervisor has the act stand."""
    fact = place.hand.fact("resolve.insist", ResolveInsist((act.id,), "材料齐全"), act.case)
    by(place, fact, "3001", "supervisor")


def amended(place: Place, act: Fact) -> None:
    """A supervisor gives the act up, and it is done again in the same command."""
    amends = place.hand.fact("resolve.amend", ResolveAmend((act.id,), "重新受理"), act.case)
    new = place.hand.accepted(act.case)
    time = msgspec.structs.replace(new.time, offset_ms=0, contact=new.time.at, same_boot=True)
    with place.memory.writing() as tx:
        pair = [
            msgspec.structs.replace(
                fact, group=Group(amends.group.id, n, 2), base=tx.base(), actor=who, post=post, time=time
            )
            for n, (fact, who, post) in enumerate(((amends, "3001", "supervisor"), (new, "2001", "single")))
        ]
        tx.commit_groups([pair])


@pytest.mark.parametrize("upto", [1, 2, 3])
def test_s15_s25_what_was_insisted_on_can_be_insisted_on_again_where_the_pull_was_cut_before_it(
    tmp_path: Path, upto: int
) -> None:
    """The only window that shows it had pulled that the line is over, and not that the act stands: it was refused for
    good, in no tray.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        maker, other = [await placed(world, number, limits=ONE_BY_ONE) for number in ("0032", "0014")]
        act = await refused_act(maker, other)
        copied(world, tmp_path / "backup.db")
        end = world.entries()[-1].seq
        insists(other, act)
        await other.line._outbound.step()
        while other.memory.position().cursor < end + upto:
            world.clock.go(3)
            await other.line._inbound.step(0.0)
        restored(world, tmp_path / "backup.db")
        await back(world, other, maker)
        assert world.waiting() == ["stale"]
        assert [line.code for line in maker.memory.tray()] == ["stale"]
        insists(other, act)
        await back(world, other, maker)
        case = world.case(act.case)
        assert case is not None
        assert case.state == "accepted"
        assert world.waiting() == []

    in_hall(tmp_path, story, limits=ONE_BY_ONE)


def test_s15_s25_an_amendment_stands_where_the_end_of_its_line_came_back_before_it(tmp_path: Path) -> None:
    """It was told that nothing of this is refused, and the new act so, too: to give that up calls a true paper back."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        maker, other = [await placed(world, number, limits=PULLS) for number in ("0032", "0013")]
        act = await refused_act(maker, other)
        copied(world, tmp_path / "backup.db")
        amended(other, act)
        await other.line._outbound.step()
        await maker.sync()
        give(world, "0032", "business")
        for _ in range(3):
            await let_go(world, maker)
        restored(world, tmp_path / "backup.db")
        plugged(world, maker, other)
        await shows(maker)
        gathered(world)
        await back(world, maker, other)
        assert world.waiting() == []
        assert not other.memory.tray()
        case = world.case(act.case)
        assert case is not None
        assert case.state == "accepted"

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.parametrize("case", ["known", "comes later"])
def test_s16_s25_a_task_that_its_maker_alone_shows_is_told_to_whoever_holds_the_module(
    tmp_path: Path, case: str
) -> None:
    """With that window it would have been in no tray, for ever."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        maker, other = [await placed(world, number, limits=PULLS) for number in ("0032", "0014")]
        copied(world, tmp_path / "backup.db")
        taken = by(other, other.hand.received(module="business", item="A01"), "1001", "window")
        for place in (other, maker, other):
            await place.sync()
        if case == "known":
            copied(world, tmp_path / "backup.db")
        added = maker.hand.fact("material.added", MaterialAdded({"D01-01": "original"}), taken.case)
        by(maker, added, "1001", "window")
        give(world, "0032", "single")
        await maker.sync()
        for _ in range(3):
            await let_go(world, maker)
        restored(world, tmp_path / "backup.db")
        if case == "comes later":
            await back(world, maker)
        await back(world, maker, other)
        world.api.hall.change(lambda reading, now, new_id: revoke(reading, "0032", now, new_id))
        code = "not_listed" if case == "known" else "no_case"
        assert world.waiting() == [code]
        assert [line.code for line in other.memory.tray()] == [code]
        settled = other.hand.fact("resolve.withdraw", bodies.ResolveWithdraw((added.id,), "已处理"), taken.case)
        by(other, settled, "3001", "supervisor")
        for _ in range(2):
            await other.sync()
        assert world.waiting() == []
        assert not other.memory.tray()

    in_hall(tmp_path, story, limits=PULLS)
