"""After a restore two papers may say different things of one case: each of them is told to a person, once (S15, S25).

What comes back to a hall that had forgotten it is not judged again. What was said meanwhile, by people who knew nothing
of it, stands as well; and what comes back without its receipt has no case to move.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from casework import bodies
from casework.facts import Fact
from casework.refused import called_back
from casework.wire import ENTRY_FACT, START, Place, Point
from hall.backups import Backups
from hall.docket import Docket
from hall.office import own_facts
from hall.replaying import Replay
from hall.restoring import restore
from hall.scoping import set_scopes
from hall.sqlite_store import SqliteStore
from tests.contract.test_hall_healing import copied, offers, page, restored
from tests.contract.test_hall_insisting import a_case, insists, stale
from tests.contract.test_hall_lanes import as_stub
from tests.contract.test_hall_lost_and_found import DAY, gathered, placed, plugged, rolled_back, shows
from tests.contract.test_papers_out import BOSS, DELIVERY, lines, of, printed, said, told, waits
from tests.hall_world import HallWorld, Window, in_hall, together

Client = httpx.AsyncClient
REFUSED = bodies.RefusedAtIntake("not_our_power", "不属于本级", "可以复议", "市局")


def refusal(window: Window, case: str) -> Fact:
    """It is turned away at intake."""
    return window.make("refused_at_intake", REFUSED, case, "2001", "single")


async def fresh(world: HallWorld, client: Client, number: str = "0020") -> Window:
    """A window that knows what the restored hall knows."""
    window = await world.window(number, client)
    window.epoch = 2
    await window.pull_all()
    return window


async def sends_again(window: Window) -> None:
    """A window that can show nothing of what it has seen brings its own facts to the restored hall."""
    window.epoch = 2
    window.cursor, window.chain = START
    answer = await window.post(window.batch(1, len(window.sent)))
    assert answer.status_code == 200, answer.text


def test_t32_s15_a_result_that_was_handed_out_before_a_correction_which_knew_nothing_of_it_is_a_task(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        await one.push(taken, one.accepted(taken.case))
        await one.push(one.examined(taken.case), one.decided(taken.case))
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        made = one.make("certified", bodies.Certified("certify", "JY1"), taken.case, "1002", "window")
        await one.push(made, one.make("delivered", bodies.Delivered("deliver", "张建国"), taken.case, **DELIVERY))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await fresh(world, client)
        await other.push(other.make("corrected", bodies.Corrected("地址", "笔误"), taken.case, "2002", "chief"))
        plugged(world, place)
        await place.sync()
        assert of(world, taken.case).state == "delivered", "it is out"
        assert waits(world) == [("flagged", "certified", "stale"), ("flagged", "delivered", "stale")]
        assert lines(world)[1].facts == {"what": "corrected"}

    in_hall(tmp_path, story)


@pytest.mark.parametrize("noticed", [True, False], ids=["comes-late", "rolled-back-unnoticed"])
def test_t32_t34_s15_two_papers_that_contradict_each_other_are_told_whichever_of_them_the_case_follows(
    tmp_path: Path, noticed: bool
) -> None:
    """The one was forgotten by the hall, the other made since: both stood, and nobody was told."""

    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        away, let_in, plain = one.received(), one.received(), one.received()
        await one.push(away, let_in, plain)
        await one.pull_all()
        await place.sync()
        copied(world, tmp_path / "backup.db")
        no, yes = refusal(one, away.case), one.accepted(let_in.case)
        await one.push(no, yes, one.accepted(plain.case))
        await one.push(printed(one, no, "refusal"), printed(one, yes, "acceptance"))
        await place.sync()
        if noticed:
            restored(world, tmp_path / "backup.db")
            gathered(world)
        else:
            world.clock.go(60)
            rolled_back(world, tmp_path / "backup.db")
        other = await world.window("0020", client)
        other.epoch = 2 if noticed else 1
        await other.pull_all()
        await other.push(other.accepted(away.case), refusal(other, let_in.case))
        plugged(world, place)
        if not noticed:
            assert "diverged" in (await place.sync()).error
            world.api.hall.open_epoch("somebody has noticed")
            await shows(place)
            gathered(world)
        await place.sync()
        assert [(line.fact, line.code, line.facts) for line in lines(world)] == [
            (no.id, "stale", {"what": "accepted"}),
            (yes.id, "stale", {"what": "refused_at_intake"}),
        ]
        assert of(world, plain.case).state == "accepted"
        await place.sync()
        assert len(place.memory.tray()) == 2

    in_hall(tmp_path, story)


def test_t32_s15_a_case_that_was_voided_before_the_loss_and_decided_since_is_a_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        await one.push(taken, one.accepted(taken.case))
        await one.push(one.examined(taken.case))
        await one.pull_all()
        copied(world, tmp_path / "backup.db")
        void = one.make("voided", bodies.Voided("重复", ""), taken.case, **BOSS)
        assert said(await one.push(void)) == [("accepted", "")]
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        other = await fresh(world, client)
        assert said(await other.push(other.decided(taken.case))) == [("accepted", "")]
        plugged(world, place)
        await place.sync()
        assert of(world, taken.case).state == "void"
        assert [(line.fact, line.facts) for line in lines(world)] == [(void.id, {"what": "decided"})]

    in_hall(tmp_path, story)


@pytest.mark.parametrize("shown", [True, False], ids=["put-back", "sent-again"])
def test_t32_s14_what_comes_back_before_its_receipt_moves_nothing_for_good_and_is_a_task(
    tmp_path: Path, shown: bool
) -> None:
    """Who had the receipt was off. The notice stood in the log before its case began there, and was forgotten."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        place = await placed(world, "0013")
        await other.pull_all()
        common = Point(other.cursor, other.chain)
        copied(world, tmp_path / "backup.db")
        taken = one.received()
        await one.push(taken)
        await place.sync()
        await other.pull_all()
        begins = Point(other.cursor, other.chain)
        notice = told(other, taken.case)
        await other.push(notice)
        head, entries, end = await page(other)
        restored(world, tmp_path / "backup.db")
        if shown:
            await offers(other, 0, head, points=(end, begins, common))
            assert (await offers(other, begins.seq, head, points=(begins,), entries=entries)).status_code == 200
        gathered(world)
        if not shown:
            await sends_again(other)
        assert [(line.fact, line.code) for line in lines(world)] == [(notice.id, "no_case")]
        plugged(world, place)
        await place.sync()
        assert of(world, taken.case).state == "received"
        assert [(line.fact, line.code) for line in lines(world)] == [(notice.id, "no_case")]
        later = await fresh(world, client)
        assert said(await later.push(later.gives_up(taken.case, notice.id))) == [("accepted", "")]
        assert waits(world) == []

    in_hall(tmp_path, story)


def test_s17_s26_the_task_of_what_was_held_when_it_came_back_lasts_through_the_next_restore(tmp_path: Path) -> None:
    """It ended with the hold: first in the restored hall, then once more where its segments were read."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        place = await placed(world, "0013")
        taken = one.received()
        await one.push(taken)
        await one.pull_all()
        await other.pull_all()
        copied(world, tmp_path / "backup.db")
        await one.push(told(one, taken.case))
        second = told(other, taken.case)
        await other.push(second)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hall.judging.admit", lambda *_: 1 / 0)
            await sends_again(other)
        assert waits(world) == [("held", "supplement.told", "internal")]
        plugged(world, place)
        await place.sync()
        assert waits(world) == [("flagged", "supplement.told", "second_notice")]
        backups.step()
        world.store.close()
        restore(tmp_path, "hall.db", tmp_path / "second", None, world.signer, world.clock, world.ids.new_id)
        world.store = SqliteStore(world.path)
        world.start()
        with world.store.reading() as reading:
            (row,) = reading.tray_rows((second.id,))
        assert (row.tray.kind, row.tray.settled, row.blocks) == ("flagged", "", False)

    in_hall(tmp_path, story)


def test_t32_s30_of_two_forgotten_notices_that_come_back_after_the_timer_the_second_is_a_task(tmp_path: Path) -> None:
    """The log is of an older program, which told nobody of the second one."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        place = await placed(world, "0013")
        taken = one.received()
        await one.push(taken)
        await one.pull_all()
        await other.pull_all()
        copied(world, tmp_path / "backup.db")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hall.bookkeeping.is_beside", lambda *_: False)
            await one.push(told(one, taken.case))
            second = told(other, taken.case)
            await other.push(second)
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert of(world, taken.case).deemed
        plugged(world, place)
        await place.sync()
        assert of(world, taken.case).state == "awaiting_supplement"
        assert [line.fact for line in lines(world)] == [second.id]

    in_hall(tmp_path, story)


def test_t32_a_second_copy_that_comes_back_is_nobodys_task(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        taken = one.received()
        await one.push(taken, one.accepted(taken.case))
        copied(world, tmp_path / "backup.db")
        code = next(iter(of(world, taken.case).materials))
        for _ in range(2):
            await one.push(one.make("material.added", bodies.MaterialAdded({code: "copy"}), taken.case))
        assert waits(world) == []
        await place.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, place)
        await shows(place)
        gathered(world)
        assert waits(world) == []

    in_hall(tmp_path, story)


def test_t32_s14_what_happened_at_the_counter_is_not_refused_where_its_given_up_task_alone_is_known(
    tmp_path: Path,
) -> None:
    """The payment had happened: it was the task that was over, and it stays so."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        taken = one.received()
        await one.push(taken, one.make("withdrawn", bodies.Withdrawn("不办了"), taken.case))
        await other.pull_all()
        copied(world, tmp_path / "backup.db")
        paid = other.make("paid", bodies.Paid("pay", "T-1", 5000), taken.case)
        await other.push(paid)
        await one.push(one.gives_up(taken.case, paid.id))
        over = [entry for entry in world.entries() if entry.tray and entry.tray.fact == paid.id][-1]
        restored(world, tmp_path / "backup.db")
        gathered(world)
        with world.store.writing() as tx:
            docket = Docket(tx, {})
            Replay(docket).put(over, Place(1, over.seq))
            tx.save(docket.changes)
        await sends_again(other)
        assert [entry.verdict.v for entry in world.entries() if entry.fact_id == paid.id and entry.verdict] == [
            "accepted"
        ]
        assert waits(world) == []

    in_hall(tmp_path, story)


@pytest.mark.parametrize("settled_first", [True, False])
def test_t32_s16_a_line_that_its_maker_alone_was_shown_ends_for_everybody_who_sees_it(
    tmp_path: Path, settled_first: bool
) -> None:
    """Its window does not hold the module. Where its copy of the line came back first, others had it for ever."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        case = await a_case(one)
        copied(world, tmp_path / "backup.db")
        world.api.hall.change(lambda reading, now, new_id: set_scopes(reading, "0012", ["business"], now, new_id))
        await one.pull_all()
        late = await stale(one, other, case)
        await other.push(other.gives_up(case, late.id))
        both = [entry for entry in world.entries() if entry.tray and entry.tray.fact == late.id]
        assert len(both) == 4
        wide, own, over, own_over = both
        restored(world, tmp_path / "backup.db")
        gathered(world)
        before = len(world.entries())
        for entry in (wide, own_over, own) if settled_first else (own, wide, own_over):
            with world.store.writing() as tx:
                docket = Docket(tx, {})
                Replay(docket, stands=True).put(entry, Place(1, entry.seq))
                tx.save(docket.changes)
        shown = {entry.scope: entry.tray for entry in world.entries()[before:] if entry.tray}
        assert {scope: bool(tray.settled) for scope, tray in shown.items()}[over.scope]
        assert shown[own.scope].settled
        with world.store.reading() as reading:
            (row,) = reading.tray_rows((late.id,))
        assert (row.scope, row.tray.settled) == (over.scope, "withdraw")

    in_hall(tmp_path, story)


def stands(world: HallWorld, fact: Fact) -> bool:
    """Whether the hall has accepted it."""
    return any(entry.fact_id == fact.id for entry in world.entries() if entry.kind == ENTRY_FACT)


async def shown_without_its_maker(world: HallWorld, other: Window, common: Point, file: Path) -> None:
    """The hall is restored, and a window shows it all but what its maker alone was told."""
    head, entries, end = await page(other)
    restored(world, file)
    await offers(other, 0, head, points=(end, common))
    assert (await offers(other, common.seq, head, points=(common,), entries=entries)).status_code == 200
    gathered(world)


@pytest.mark.parametrize("read", [True, False], ids=["its-bytes-come", "still-unread"])
def test_t32_s12_what_was_given_up_unread_stays_so_when_its_window_sends_it_again(tmp_path: Path, read: bool) -> None:
    """It had been done in another way since; with its bytes it was judged anew, and stood beside that."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        case = await a_case(one)
        await other.pull_all()
        common = Point(other.cursor, other.chain)
        copied(world, tmp_path / "backup.db")
        came = one.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case)
        one.seal(came)
        whole = as_stub(one, len(one.sent))
        await one.post(one.batch(len(one.sent), len(one.sent)))
        nameless = one.envelopes[-1].fact_hash
        assert said(await other.push(other.gives_up(case, nameless))) == [("accepted", "")]
        await shown_without_its_maker(world, other, common, tmp_path / "backup.db")
        if read:
            one.sent[-1] = whole
        await sends_again(one)
        assert not stands(world, came)
        assert waits(world) == []
        again = [entry.verdict for entry in world.entries() if entry.scope == "terminal/0012" and entry.verdict]
        assert [(verdict.v, verdict.code) for verdict in again] == [("rejected", "settled")]

    in_hall(tmp_path, story)


def test_t32_s3_one_fact_of_a_command_that_was_given_up_alone_stays_so(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        case = await a_case(one)
        await other.pull_all()
        common = Point(other.cursor, other.chain)
        copied(world, tmp_path / "backup.db")
        came = one.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case)
        asked = one.make("nudged", bodies.Nudged("请快"), case)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hall.judging.admit", lambda *_: 1 / 0)
            await one.push(*together(came, asked))
        assert said(await other.push(other.gives_up(case, came.id))) == [("accepted", "")]
        await shown_without_its_maker(world, other, common, tmp_path / "backup.db")
        await sends_again(one)
        assert not stands(world, came)
        assert stands(world, asked)  # nothing more of its command is to come
        assert not lines(world)

    in_hall(tmp_path, story)


@pytest.mark.parametrize("way", ["waits", "withdraw", "insist"])
def test_t32_s15_s16_what_was_refused_before_the_loss_and_stands_since_is_not_called_refused(
    tmp_path: Path, way: str
) -> None:
    """Its lane was blocked by a line that said so. That somebody had given it up, and it stands, is a task."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        place = await placed(world, "0031")
        case = await a_case(one)
        await other.pull_all()
        await place.sync()
        copied(world, tmp_path / "backup.db")
        late = await stale(one, other, case)
        if way != "waits":
            settles = other.gives_up(case, late.id) if way == "withdraw" else insists(other, case, late)
            assert said(await other.push(settles)) == [("accepted", "")]
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        await sends_again(one)
        assert stands(world, late)
        plugged(world, place)
        await place.sync()
        task = [(late.id, "flagged", {"what": "resolve.withdraw"})] if way == "withdraw" else []
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == task
        await place.sync()
        assert [line.fact for line in place.memory.tray()] == [id_ for id_, _, _ in task]
        assert place.memory.case_state(case) == world.case(case)
        one.cursor, one.chain = START
        assert said(await one.push(one.examined(case))) == [("accepted", "")], "its lane is open"

    in_hall(tmp_path, story)


def test_t32_s12_the_line_of_unread_bytes_ends_when_they_come_to_a_restored_hall_and_the_next_file_goes_on(
    tmp_path: Path,
) -> None:
    """The receipt stood, its line said that nobody could read it, and each new applicant's file waited for that."""

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        await other.pull_all()
        common = Point(other.cursor, other.chain)
        copied(world, tmp_path / "backup.db")
        taken = one.received()
        one.seal(taken)
        whole = as_stub(one, 1)
        await one.post(one.batch(1, 1))
        await shown_without_its_maker(world, other, common, tmp_path / "backup.db")
        assert waits(world) == [("held", "", "bytes")]
        one.sent[0] = whole
        await sends_again(one)
        assert stands(world, taken)
        assert waits(world) == []
        opened = bodies.PrefileOpened("K7PM3XQ2", "single", bodies.Form("D01"))
        assert said(await one.push(one.make("prefile.opened", opened, "f" * 32))) == [("accepted", "")]

    in_hall(tmp_path, story)


def test_t32_s30_the_paper_of_a_timer_that_a_forgotten_notice_forestalls_is_called_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0014", client)
        place = await placed(world, "0013")
        case = await a_case(one)
        await other.pull_all()
        copied(world, tmp_path / "backup.db")
        other.seal(told(other, case))
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        await one.pull_all()
        await one.push(one.make("printed", bodies.Printed("acceptance", 1, ""), case))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        await sends_again(other)
        plugged(world, place)
        await place.sync()
        assert of(world, case).state == "awaiting_supplement"
        assert [each.paper for each in of(world, case).open_recalls] == ["acceptance"]

    in_hall(tmp_path, story)


@pytest.mark.parametrize("read", [True, False], ids=["refused-since", "unread-since"])
@pytest.mark.parametrize("settled", [True, False], ids=["given-up", "waits"])
def test_t32_s12_s15_what_stood_before_the_loss_and_was_given_up_since_is_a_task_when_it_comes_back(
    tmp_path: Path, read: bool, settled: bool
) -> None:
    """The acceptance stood, its paper was being called back, and nobody was told that both are so."""

    async def story(world: HallWorld, client: Client) -> None:
        one, place = await world.window("0012", client), await placed(world, "0013")
        case = await a_case(one)
        await place.sync()
        copied(world, tmp_path / "backup.db")
        new = bodies.StaffSet("2009", "新来的", "official", ("single",), "-")
        world.api.hall.change(lambda reading, now, new_id: own_facts(reading, [new], now, new_id))
        yes = one.accepted(case, actor="2009")
        await one.push(yes)
        await one.push(printed(one, yes, "acceptance"))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        if not read:
            as_stub(one, 2)
        await sends_again(one)
        assert waits(world) == [("rejected", "accepted", "no_such_person") if read else ("held", "", "bytes")]
        if settled:
            boss, (line,) = await fresh(world, client), lines(world)
            recalls = called_back([paper for paper in of(world, case).papers if read and paper.of == yes.id], "张建国")
            over = bodies.ResolveWithdraw((line.fact,), "不认识", recalls)
            assert said(await boss.push(boss.make("resolve.withdraw", over, case, **BOSS))) == [("accepted", "")]
        plugged(world, place)
        await place.sync()
        assert of(world, case).state == "accepted"
        task = [(yes.id, "flagged", {"what": "resolve.withdraw"})] if settled else []
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == task
        await place.sync()
        assert [line.fact for line in place.memory.tray()] == [id_ for id_, _, _ in task]

    in_hall(tmp_path, story)


def test_t32_s15_what_was_insisted_on_before_the_loss_and_given_up_since_is_a_task_and_can_be_printed(
    tmp_path: Path,
) -> None:
    """The applicant had been told that her acceptance was given up; then it stood again, in silence, and no paper of it
    could be printed: each new one was called back as well.
    """

    async def story(world: HallWorld, client: Client) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        place = await placed(world, "0013")
        case = await a_case(one)
        late = await stale(one, other, case)
        await one.push(printed(one, late, "acceptance"))
        copied(world, tmp_path / "backup.db")
        await one.pull_all()
        await one.push(insists(one, case, late))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        third = await fresh(world, client)
        out = called_back(of(world, case).papers, "张建国")
        given_up = third.make("resolve.withdraw", bodies.ResolveWithdraw((late.id,), "重复", out), case, **BOSS)
        assert said(await third.push(given_up)) == [("accepted", "")]
        plugged(world, place)
        await place.sync()
        assert of(world, case).state == "accepted"
        assert [(line.fact, line.kind, line.facts) for line in lines(world)] == [
            (late.id, "flagged", {"what": "resolve.withdraw"})
        ]
        again = bodies.Printed("acceptance", 2, "", "", late.id)
        (answer,) = await third.push(third.make("printed", again, case))
        assert answer.verdict.flags == ()
        assert [each.count for each in of(world, case).open_recalls] == [1], "what the new paper replaces"
        assert said(await third.push(third.gives_up(case, late.id))) == [("accepted", "")]
        await place.sync()
        assert lines(world) == []

    in_hall(tmp_path, story)
