"""A restored hall hears of the same once more, by stick or by a piece that begins too early (S25, S28, T32)."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import Fact
from casework.limits import LIMITS
from hall.backups import Backups
from hall.restoring import restore
from sync.carrying import carried
from tests.beginning import placed
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, plugged, shows
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place
from tests.machines import Machine, at_a_hall


def by(fact: Fact, actor: str, post: str) -> Fact:
    """The same by somebody else."""
    return msgspec.structs.replace(fact, actor=actor, post=post)


async def two_with_a_case(world: HallWorld, folder: Path) -> tuple[Machine, Machine, str]:
    """Windows 12 and 13, and a case that both have."""
    pc, other = Machine(world, folder, "pc"), Machine(world, folder, "other")
    await pc.enrol("0012")
    await other.enrol("0013")
    case = pc.take_in().id
    for machine in (pc, other):
        await machine.sync()
    return pc, other, case


def given_up(machine: Machine, case: str, *facts: Fact) -> Fact:
    """A supervisor gives these up."""
    body = bodies.ResolveWithdraw(tuple(fact.id for fact in facts), "重复")
    return by(machine.hand.fact("resolve.withdraw", body, case), "3001", "supervisor")


def test_t32_s28_s13_what_stands_since_a_stick_is_not_refused_by_a_word_of_before(tmp_path: Path) -> None:
    """It was refused, at last, by a hall that has forgotten it; a file brought it in again, and it was accepted."""

    async def story(world: HallWorld) -> None:
        pc, other, case = await two_with_a_case(world, tmp_path)
        copied(world, tmp_path / "backup.db")
        added = bodies.MaterialAdded({"D01-01": "original"})
        other.save(by(other.hand.fact("material.added", added, case), "1002", "window"))
        await other.sync()
        yes, step = by(pc.hand.accepted(case), "2001", "single"), by(pc.hand.examined(case), "2001", "single")
        pc.save(yes, step)
        await pc.sync()
        await other.sync()
        other.save(given_up(other, case, yes))
        await other.sync()
        assert (await pc.sync()).rejected == 1
        restored(world, tmp_path / "backup.db")
        world.clock.go(301)
        world.api.hall.tick()
        answers = [
            world.api.hall.take_in(line, "3001", "f" * 64, vouched=False)[0]
            for line in carried(pc.memory, pc.signer, 1)
        ]
        assert {one.verdict.v for answer in answers for one in answer.verdicts} == {"accepted"}
        await pc.sync()
        with world.store.reading() as reading:
            assert reading.bearers((step.id,))[step.id].verdict.v == "accepted"
        assert world.waiting() == ["stale"], "that the acceptance was given up is a task; of the step nothing waits"
        await pc.sync()
        assert pc.agrees(case)
        assert {line.code for line in pc.memory.tray()} == {"stale"}

    at_a_hall(tmp_path, story)


def test_t32_s16_a_line_of_what_both_logs_have_in_common_stays_as_it_was_settled_since(tmp_path: Path) -> None:
    """A window that comes late shows a piece that begins before the place where the logs part."""

    async def story(world: HallWorld) -> None:
        pc, other, case = await two_with_a_case(world, tmp_path)
        added = bodies.MaterialAdded({"D01-01": "original"})
        other.save(by(other.hand.fact("material.added", added, case), "1002", "window"))
        await other.sync()
        yes, step = by(pc.hand.accepted(case), "2001", "single"), by(pc.hand.examined(case), "2001", "single")
        pc.save(yes, step)
        await pc.sync()
        await pc.sync()
        copied(world, tmp_path / "backup.db")
        other.take_in()
        await other.sync()
        restored(world, tmp_path / "backup.db")
        await pc.sync()
        world.clock.go(301)
        world.api.hall.tick()
        await pc.sync()
        pc.save(given_up(pc, case, yes))
        await pc.sync()
        assert world.waiting() == ["step_not_open"]
        await other.sync()
        world.clock.go(61)
        world.api.hall.tick()
        assert world.waiting() == ["step_not_open"]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("kind", ["accepted", "withdrawn"])
def test_s15_s25_what_was_held_and_given_up_since_the_loss_does_not_stand_later(tmp_path: Path, kind: str) -> None:
    """Its maker came back last, and the lane was judged anew: it stood, without a line."""

    async def story(world: HallWorld) -> None:
        pc, other, case = await two_with_a_case(world, tmp_path)
        copied(world, tmp_path / "backup.db")
        refused = by(pc.hand.decided(case), "2002", "chief")
        behind = pc.hand.withdrawn(case) if kind == "withdrawn" else by(pc.hand.accepted(case), "2001", "single")
        pc.save(refused, behind)
        for machine in (pc, other, pc):
            await machine.sync()
        restored(world, tmp_path / "backup.db")
        await other.sync()
        world.clock.go(301)
        world.api.hall.tick()
        await other.sync()
        other.save(given_up(other, case, behind))
        for machine in (other, other, pc, pc, other):
            await machine.sync()
        other.save(given_up(other, case, refused))
        for machine in (other, pc, other, pc):
            await machine.sync()
        stands = world.case(case)
        assert stands is not None
        assert stands.state == "received"
        assert world.waiting() == []
        assert pc.agrees(case)
        assert not pc.memory.tray()

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("first", ["given-up", "late"])
def test_t32_s16_a_line_that_a_late_window_shows_does_not_say_what_the_hall_no_longer_does(
    tmp_path: Path, first: str
) -> None:
    """It said that it waits for what was settled long ago; or that it was refused, and blocked its own lane."""

    async def story(world: HallWorld) -> None:
        pc, other, case = await two_with_a_case(world, tmp_path)
        added = bodies.MaterialAdded({"D01-01": "original"})
        other.save(by(other.hand.fact("material.added", added, case), "1002", "window"))
        for _ in range(2):
            await other.sync()
        copied(world, tmp_path / "backup.db")
        yes, step = by(pc.hand.accepted(case), "2001", "single"), by(pc.hand.examined(case), "2001", "single")
        pc.save(yes, step)
        for file in carried(pc.memory, pc.signer):  # the bytes of a push; the line is down before the pull
            answer, _ = world.api.hall.push(file)
            pc.memory.answered(answer.verdicts, answer.acked, 1)
        for _ in range(2):
            await other.sync()
        if first == "late":  # its line says *refused* in the lost log, and the restored hall holds it again
            other.save(given_up(other, case, yes))
            for _ in range(2):
                await other.sync()
        restored(world, tmp_path / "backup.db")
        await pc.sync()
        world.clock.go(301)
        world.api.hall.tick()
        await pc.sync()
        if first == "given-up":
            pc.save(given_up(pc, case, yes))
        await pc.sync()
        for _ in range(2):
            await other.sync()
            world.clock.go(61)
            world.api.hall.tick()
        for machine in (pc, other, pc):
            await machine.sync()
        assert world.waiting() == ["step_not_open"]
        with world.store.reading() as reading:
            verdict = reading.bearers((step.id,))[step.id].verdict
            (line,) = (row.tray for row in reading.tray_rows((step.id,)))
        assert (line.kind, line.code) == (verdict.v, verdict.code)

    at_a_hall(tmp_path, story)


def test_s15_s25_what_was_given_up_is_over_also_where_the_word_of_its_line_is_lost(tmp_path: Path) -> None:
    """The last page of all who showed ended between the resolution and its line: it was judged anew, and stood."""

    async def story(world: HallWorld, _client: httpx.AsyncClient) -> None:
        limits = msgspec.structs.replace(LIMITS, pull_entries=1)
        maker, other = await placed(world, "0013"), await placed(world, "0014", limits=limits)
        taken = maker.hand.received()
        maker.commit(taken)
        for place in (maker, other):
            await place.sync()
        copied(world, tmp_path / "backup.db")
        refused, behind = maker.hand.decided(taken.case), maker.hand.withdrawn(taken.case)
        maker.commit(refused, behind)
        for place in (maker, other, maker):
            await place.sync()
        over = other.hand.fact("resolve.withdraw", bodies.ResolveWithdraw((behind.id,), "重复"), taken.case)
        over = by(over, "3001", "supervisor")
        other.commit(over)
        await other.line._outbound.step()
        while not has(other, over):
            await other.line._inbound.step(0.0)
        restored(world, tmp_path / "backup.db")
        plugged(world, maker, other)
        await shows(other)
        gathered(world)
        for place in (other, maker, maker, other):
            await place.sync()
        body = bodies.ResolveWithdraw((refused.id,), "重复")
        other.commit(by(other.hand.fact("resolve.withdraw", body, taken.case), "3001", "supervisor"))
        for _ in range(3):
            await other.sync()
            await maker.sync()
        case = world.case(taken.case)
        assert case is not None
        assert case.state == "received"
        assert world.waiting() == []

    in_hall(tmp_path, story, limits=msgspec.structs.replace(LIMITS, pull_entries=1))


def has(place: Place, fact: Fact) -> bool:
    """Whether the log has brought it."""
    with place.memory.reading() as db:
        return db.execute("select 1 from entry where fact_id = ?", (fact.id,)).fetchone() is not None


def test_s26_s12_a_hall_in_which_unread_bytes_were_given_up_is_restored_from_its_segments(tmp_path: Path) -> None:
    """The line of them was ended twice while its segment was read: the chain differed, and nothing came back."""

    async def story(world: HallWorld) -> None:
        pc, other, case = await two_with_a_case(world, tmp_path)
        second = tmp_path / "second"
        backups = Backups(second, world.path, world.store, world.signer, world.clock)
        backups.step()
        pc.save(by(pc.hand.accepted(case), "2001", "single"))
        with pc.memory.reading() as db:
            (seq,) = db.execute("select max(local_seq) from outbox").fetchone()
        pc.memory.stub(seq, "refused with 413")
        for machine in (pc, other):
            await machine.sync()
        (line,) = other.memory.tray()
        assert line.code == "bytes"
        body = bodies.ResolveWithdraw((line.fact,), "重复")
        other.save(by(other.hand.fact("resolve.withdraw", body, case), "3001", "supervisor"))
        await other.sync()
        backups.step()
        end = len(world.entries())
        (tmp_path / "again").mkdir()
        done = restore(tmp_path / "again", "hall.db", second, None, world.signer, world.clock, world.ids.new_id)
        assert done.from_copy + done.from_segments == end

    at_a_hall(tmp_path, story)
