"""What a window carries to the hall by stick: of one that was revoked, of one without a line, in whose name (S28)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from casework.events import body_of
from casework.facts import decode_fact
from hall.errors import Gap
from hall.office import revoke
from sync.carrying import carried, take_back
from sync.errors import NotTheHall
from tests.contract.test_incarnations import said
from tests.hall_world import HallWorld
from tests.machines import Machine, at_a_hall


def by_stick(pc: Machine, first: int | None = None) -> list[bytes]:
    """The lines of an export."""
    return list(carried(pc.memory, pc.signer, first))


def test_t72_what_a_revoked_terminal_still_holds_comes_in_under_supervision(tmp_path: Path) -> None:
    """S11, S28: of before the cut-off with a flag, of after it held for a person; twice is a duplicate."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        before = pc.take_in()
        world.clock.go(600)
        since = world.api_now()[:16]
        world.clock.go(600)
        after = pc.take_in()
        world.api.hall.change(lambda reading, now, ids: revoke(reading, "0012", now, ids, since))
        assert (await pc.sync()).error == "line.revoked"
        file = by_stick(pc)
        answer, sealed = world.api.hall.take_in(file[0], "3001", "f" * 64, vouched=False)
        said_ = [(one.verdict.v, one.verdict.code, one.verdict.flags) for one in answer.verdicts]
        assert said_ == [("accepted", "", ("revoked_terminal",))] * 2 + [("held", "after_revocation", ())] * 2
        assert world.case(before.id) is not None
        assert world.case(after.id) is None
        again, _ = world.api.hall.take_in(file[0], "3001", "f" * 64, vouched=False)
        assert all(one.duplicate for one in again.verdicts)

        assert take_back(pc.memory, msgspec.json.encode(sealed), pc.memory.identity.hall_key) == 4
        waits = pc.memory.pending()
        assert (waits.unsent, waits.held) == (0, 2)

        vouched, _ = world.api.hall.take_in(file[0], "3001", "f" * 64, vouched=True)
        assert {one.verdict.v for one in vouched.verdicts} == {"accepted"}
        assert vouched.verdicts[2].verdict.flags == ("revoked_terminal", "after_revocation")
        assert world.waiting() == []
        acts = [body_of(decode_fact(one.fact)) for one in said(world, "imported")]
        assert [(act.by, act.vouched, act.last) for act in acts] == [("3001", False, 4)] * 2 + [("3001", True, 4)]

    at_a_hall(tmp_path, story)


def test_s28_whoever_answers_for_one_file_answers_for_no_other_one_of_that_window(tmp_path: Path) -> None:
    """An older stick without any harm in it had let in all that was held of the window."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        pc.take_in()
        harmless = by_stick(pc)[0]
        world.api.hall.change(lambda reading, now, ids: revoke(reading, "0012", now, ids))
        world.clock.go(60)
        doubted = pc.take_in()
        for line in (harmless, file := by_stick(pc)[0]):
            world.api.hall.take_in(line, "3001", "f" * 64, vouched=False)
        world.api.hall.take_in(harmless, "3001", "f" * 64, vouched=True)
        assert (world.case(doubted.id), world.waiting()) == (None, ["after_revocation"] * 2)
        world.api.hall.take_in(file, "3001", "f" * 64, vouched=True)
        assert (world.case(doubted.id) is not None, world.waiting()) == (True, [])

    at_a_hall(tmp_path, story)


def test_s28_a_new_number_does_not_wash_what_was_done_after_the_revocation(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        world.api.hall.change(lambda reading, now, ids: revoke(reading, "0012", now, ids))
        world.clock.go(60)
        pc.take_in()
        await pc.enrol("0040")
        done = await pc.sync()
        assert (done.held, done.error) == (2, "")
        assert {row.code for row in pc.memory.tray()} == {"after_revocation"}
        fresh = pc.take_in()
        await pc.sync()
        assert pc.agrees(fresh.id)
        world.api.hall.rejudge()
        assert world.waiting() == ["after_revocation"] * 2

    at_a_hall(tmp_path, story)


def test_s11_the_bytes_of_a_stub_come_by_stick(tmp_path: Path) -> None:
    """S12: what something on the way refused is judged when its bytes arrive, with all that waited for it."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        case = pc.take_in()
        pc.memory.stub(1, "refused with 413")
        assert (await pc.sync()).held == 2
        pc.take_in()
        await pc.sync()
        (line,) = by_stick(pc)
        answer, sealed = world.api.hall.take_in(line, "4001", "f" * 64, vouched=False)
        assert [one.verdict.v for one in answer.verdicts] == ["accepted"] * 2
        take_back(pc.memory, msgspec.json.encode(sealed), pc.memory.identity.hall_key)
        done = await pc.sync()
        assert (done.held, done.pending) == (0, 0)
        assert pc.agrees(case.id)
        assert world.waiting() == []

    at_a_hall(tmp_path, story)


def test_an_answer_for_another_terminal_is_not_taken(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0012")
        await other.enrol("0013")
        other.take_in()
        _, sealed = world.api.hall.take_in(by_stick(other)[0], "3001", "f" * 64, vouched=False)
        with pytest.raises(NotTheHall):
            take_back(pc.memory, msgspec.json.encode(sealed), pc.memory.identity.hall_key)
        with pytest.raises(NotTheHall):
            take_back(other.memory, msgspec.json.encode(sealed), "ab" * 32)
        assert other.memory.pending().unsent == 2

    at_a_hall(tmp_path, story)


def test_the_hall_names_the_envelope_that_a_file_must_begin_with(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        pc.take_in()
        pc.take_in()
        with pytest.raises(Gap) as gap:
            world.api.hall.take_in(by_stick(pc, 3)[0], "3001", "f" * 64, vouched=False)
        assert gap.value.message.facts == {"next": 1}
        answer, _ = world.api.hall.take_in(by_stick(pc, 1)[0], "3001", "f" * 64, vouched=False)
        assert answer.acked == 4

    at_a_hall(tmp_path, story)
