"""A terminal that was restored, cloned or imaged goes on under a new number, and nothing of its work is lost (S27)."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from casework import bodies
from casework.events import body_of
from casework.facts import NO_HASH, Base, Fact, decode_fact
from casework.wire import ENTRY_FACT, Entry
from hall.enrol import invite
from hall.errors import Stop
from local_db.errors import IncarnationLost
from local_db.memory import TerminalMemory
from local_db.state import StateFile
from tests.hall_world import HallWorld, together
from tests.machines import Machine, at_a_hall


def said(world: HallWorld, type_: str) -> list[Entry]:
    """The facts of a type in the hall's log."""
    facts = [entry for entry in world.entries() if entry.kind == ENTRY_FACT]
    return [entry for entry in facts if decode_fact(entry.fact).type == type_]


def test_t31_a_terminal_restored_from_last_week_goes_on_under_a_new_number(tmp_path: Path) -> None:
    """S2, S13, S27: what was sent is a duplicate, what was not is judged, both in the order in which it was made."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        sent = pc.take_in()
        await pc.sync()
        unsent = pc.take_in()
        pc.memory.backup(tmp_path / "week.db")
        lost_here = pc.take_in()
        await pc.sync()
        pc.memory.close()
        for name in ("terminal.db-wal", "terminal.db-shm"):
            (pc.folder / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "week.db", pc.folder / "terminal.db")
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)

        between = pc.take_in()  # work goes on from the larger count
        assert between.number[16:20] == "0004"
        assert (await pc.sync()).error == "line.adrift"

        world.clock.go(3600)
        adopted = await pc.enrol("0040")
        assert adopted is not None
        assert (adopted.terminal, adopted.again) == ("0012", 4)
        assert pc.memory.pending().oldest == unsent.received_at, "the enrolment's own word is the newer one"
        after = pc.take_in()
        assert after.number[12:16] == "0040"
        done = await pc.sync()
        assert (done.error, done.pending, done.held, done.rejected) == ("", 0, 0, 0)
        assert pc.agrees(*(case.id for case in (sent, unsent, lost_here, between, after)))
        assert len(said(world, "received")) == 5
        (first,) = said(world, "adopts")
        body = body_of(decode_fact(first.fact))
        assert (body.terminal, body.first, body.last, body.known, body.again) == ("0012", 1, 6, 2, 4)
        assert first.envelope is not None
        assert (first.envelope.terminal, first.envelope.seq) == ("0040", 1)
        assert pc.memory.projection_hash() == _rebuilt(pc.memory)

    at_a_hall(tmp_path, story)


def _rebuilt(memory: TerminalMemory) -> str:
    memory.rebuild()
    return memory.projection_hash()


def cloned(pc: Machine, world: HallWorld, folder: Path, *, with_state: bool = True) -> Machine:
    """A second PC from the first one's disk image."""
    pc.memory.close()
    shutil.copytree(pc.folder, folder / "twin")
    if with_state:  # the same path on another machine: what the state file is named after
        (folder / "state-twin").mkdir()
        twin_file = StateFile(folder / "state-twin", folder / "twin").path
        shutil.copy(StateFile(pc.state, pc.folder).path, twin_file)
    twin = Machine(world, folder, "twin")
    twin.signer = pc.signer
    twin.memory = TerminalMemory.open(twin.folder, world.clock, twin.state)
    pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
    return twin


def test_t35_the_old_number_is_fenced_with_a_sentence_and_never_given_again(tmp_path: Path) -> None:
    """S27: two machines of one image, both enrolled again; each one's work arrives once."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        both = pc.take_in()
        twin = cloned(pc, world, tmp_path)
        await pc.enrol("0040")
        assert (await pc.sync()).error == ""
        assert (await twin.sync()).error == "line.adopted"
        with world.store.reading() as reading:
            old = reading.terminal("0012")
            with pytest.raises(Stop):
                invite(reading, "0012", "x", world.api_now())
        assert old is not None
        assert (old.active, old.adopted_by) == (False, "0040")
        alone = twin.take_in()
        await twin.enrol("0041")
        done = await twin.sync()
        assert (done.error, done.pending, done.rejected, done.held) == ("", 0, 0, 0)
        await pc.sync()
        assert pc.agrees(both.id, alone.id)
        assert twin.agrees(both.id, alone.id)
        assert len(said(world, "received")) == 2

    at_a_hall(tmp_path, story)


def test_t30_of_two_machines_with_one_name_the_one_that_goes_leaves_the_other_its_number(tmp_path: Path) -> None:
    """S27: doubled numbers are shown; the second case gets one of the hall's, the old one still finds it."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        pc.take_in()
        await pc.sync()
        twin = cloned(pc, world, tmp_path)
        first, second = pc.take_in(), twin.take_in()
        assert first.number == second.number
        assert (await pc.sync()).error == ""
        assert (await twin.sync()).error == "line.forked"
        await twin.enrol("0041")
        assert (await twin.sync()).error == ""
        pc.take_in()
        assert (await pc.sync()).error == ""  # its chain is the hall's: it keeps its number
        await twin.sync()

        (adopts,) = said(world, "adopts")
        assert adopts.verdict is not None
        assert adopts.verdict.flags == ("forked",)
        for machine in (pc, twin):
            assert machine.agrees(first.id, second.id)
            found = machine.memory.case_by_number(first.number)
            assert [case.id for case in found] == [first.id, second.id]  # whoever has the number now comes first
        case = twin.memory.case_state(second.id)
        assert case is not None
        assert case.number[12:16] == "0000"
        assert case.former_numbers == (second.number,)
        assert case.reprint
        assert [row.case_id for row in twin.memory.reprints()] == [second.id]
        twin.save(twin.hand.printed(second.id, count=2, mark="0041-1"))
        assert twin.memory.reprints() == ()
        await twin.sync()
        await pc.sync()
        assert pc.memory.reprints() == ()
        assert twin.memory.projection_hash() == _rebuilt(twin.memory)

    at_a_hall(tmp_path, story)


def test_s27_a_reprint_under_the_old_number_does_not_end_the_task(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        twin = cloned(pc, world, tmp_path)
        pc.take_in()
        second = twin.take_in()
        await pc.sync()
        await twin.enrol("0041")
        await twin.sync()
        other = Machine(world, tmp_path, "other")
        await other.enrol("0050")
        old = other.now(other.hand.printed(second.id, count=2), Base(1, 0, 0))
        with other.memory.writing() as act:
            act.commit_groups([(old,)])
        await other.sync()
        assert len(other.memory.reprints()) == 1

    at_a_hall(tmp_path, story)


def test_t54_what_the_old_number_left_in_the_tray_is_settled_from_the_new_one(tmp_path: Path) -> None:
    """S13, S15: its lane is the new number's; verdicts of later revisions reach it."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0012")
        await other.enrol("0013")
        case = pc.take_in()
        await pc.sync()
        await other.sync()
        other.save(other.hand.withdrawn(case.id))
        await other.sync()
        pc.save(officer(pc.hand.accepted(case.id)))  # it had not seen the withdrawal
        await pc.sync()
        assert pc.memory.pending().rejected == 1
        await pc.enrol("0040")
        assert pc.memory.pending().rejected == 1
        pc.save(officer(pc.hand.accepted(case.id)))
        await pc.sync()
        (held,) = [row for row in pc.memory.tray() if row.kind == "held"]
        assert (held.code, held.terminal) == ("lane", "0040")  # it waits behind what 0012 was refused
        names = tuple(row.fact for row in pc.memory.tray() if row.case == case.id)
        body = bodies.ResolveWithdraw(names, "重复")
        pc.save(
            msgspec.structs.replace(pc.hand.fact("resolve.withdraw", body, case.id), actor="3001", post="supervisor")
        )
        done = await pc.sync()
        assert (done.pending, done.held, done.rejected, done.error) == (0, 0, 0, "")
        assert pc.memory.tray() == ()
        assert world.waiting() == []

    at_a_hall(tmp_path, story)


def test_t30_s27_of_two_machines_that_go_on_from_one_number_the_first_keeps_its_lanes(tmp_path: Path) -> None:
    """What 0012 had left in the tray holds back the one that the fence names, whoever adopts it later."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0012")
        await other.enrol("0013")
        case = pc.take_in()
        await pc.sync()
        await other.sync()
        other.save(other.hand.withdrawn(case.id))
        await other.sync()
        pc.save(officer(pc.hand.accepted(case.id)))
        await pc.sync()
        assert pc.memory.pending().rejected == 1
        twin = cloned(pc, world, tmp_path)
        await pc.enrol("0040")
        await pc.sync()
        await twin.enrol("0041")
        assert (await twin.sync()).error == ""
        with world.store.reading() as reading:
            old = reading.terminal("0012")
        assert old is not None
        assert old.adopted_by == "0040"
        pc.save(officer(pc.hand.accepted(case.id)))
        await pc.sync()
        (held,) = [row for row in pc.memory.tray() if row.kind == "held"]
        assert (held.code, held.terminal) == ("lane", "0040")
        names = tuple(row.fact for row in pc.memory.tray() if row.case == case.id)
        body = bodies.ResolveWithdraw(names, "重复")
        pc.save(
            msgspec.structs.replace(pc.hand.fact("resolve.withdraw", body, case.id), actor="3001", post="supervisor")
        )
        for machine in (pc, twin, twin):
            done = await machine.sync()
            assert (done.pending, done.held, done.rejected, done.error) == (0, 0, 0, "")
        assert world.waiting() == []

    at_a_hall(tmp_path, story)


def officer(fact: Fact) -> Fact:
    """The same by an officer."""
    return msgspec.structs.replace(fact, actor="2001", post="single")


def test_s27_a_third_incarnation_goes_on_from_the_second_that_was_never_heard(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        first = pc.take_in()
        await pc.enrol("0040")
        second = pc.take_in()
        await pc.enrol("0041")
        third = pc.take_in()
        done = await pc.sync()
        assert (done.error, done.pending, done.held, done.rejected) == ("", 0, 0, 0)
        assert pc.agrees(first.id, second.id, third.id)
        assert [body_of(decode_fact(one.fact)).terminal for one in said(world, "adopts")] == ["0040", "0012"]
        with world.store.reading() as reading:
            rows = {row.number: row.adopted_by for row in reading.terminals()}
            new = reading.terminal("0041")
        assert rows == {"0000": "", "0012": "0041", "0040": "0041", "0041": ""}
        assert new is not None
        assert {"terminal/0040", "terminal/0012"} <= set(new.scopes)

    at_a_hall(tmp_path, story)


def test_s5_a_judgement_that_was_sealed_again_has_seen_what_its_own_terminal_did_before(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        case = pc.take_in()
        await pc.sync()
        pc.save(pc.hand.fact("material.added", bodies.MaterialAdded({"D01-01": "copy"}), case.id))
        pc.save(officer(pc.hand.accepted(case.id)))
        await pc.enrol("0040")
        done = await pc.sync()
        assert (done.rejected, done.held) == (0, 0)
        assert pc.agrees(case.id)

    at_a_hall(tmp_path, story)


def test_s5_the_first_facts_of_a_number_know_each_other_after_they_were_sealed_again(tmp_path: Path) -> None:
    """Their bases count the envelopes of then; those of now are one more, for the one that says what was adopted."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await pc.enrol("0012")
        await other.enrol("0013")
        case = other.take_in()
        await other.sync()
        await pc.sync()
        pc.save(pc.hand.fact("material.added", bodies.MaterialAdded({"D01-01": "copy"}), case.id))
        pc.save(officer(pc.hand.accepted(case.id)))  # broken by the material, had its maker not added it
        await pc.enrol("0040")
        done = await pc.sync()
        assert (done.error, done.pending, done.rejected, done.held) == ("", 0, 0, 0)
        (added,), (accepted,) = said(world, "material.added"), said(world, "accepted")
        base = decode_fact(accepted.fact).base
        assert added.envelope is not None
        assert (added.envelope.seq, base.local_seq) == (2, 1)
        assert base.cursor < added.seq
        assert pc.agrees(case.id)

    at_a_hall(tmp_path, story)


def test_s25_what_a_terminal_has_lost_of_the_log_stands_in_its_first_envelope(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        await pc.enrol("0040", bodies.Lost(3, 9, "a" * 64))
        await pc.sync()
        (entry,) = said(world, "adopts")
        assert entry.verdict is not None
        assert (entry.verdict.flags, body_of(decode_fact(entry.fact)).lost) == (("lost",), bodies.Lost(3, 9, "a" * 64))

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("reached", [False, True], ids=["never-sent", "at-the-hall"])
def test_t31_s25_what_an_older_copy_does_not_have_any_more_is_an_alarm_when_the_hall_never_had_it(
    tmp_path: Path, reached: bool
) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        pc.take_in()
        await pc.sync()
        pc.memory.backup(tmp_path / "week.db")
        gone = pc.take_in()
        if reached:
            await pc.sync()
        pc.memory.close()
        for name in ("terminal.db-wal", "terminal.db-shm"):
            (pc.folder / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "week.db", pc.folder / "terminal.db")
        pc.memory = TerminalMemory.open(pc.folder, world.clock, pc.state)
        between = pc.take_in()
        await pc.enrol("0040")
        done = await pc.sync()
        assert (done.error, done.pending, done.held) == ("", 0, 0)
        (entry,) = said(world, "adopts")
        body = body_of(decode_fact(entry.fact))
        assert entry.verdict is not None
        assert pc.agrees(between.id)
        assert body.lost == bodies.Lost(3, 4, NO_HASH)
        if reached:
            assert (entry.verdict.flags, world.waiting()) == (("forked",), [])
            return
        assert (entry.verdict.flags, world.waiting(), done.rejected) == (("lost",), ["envelopes_lost"], 1)
        assert world.case(gone.id) is None
        (line,) = pc.memory.tray()
        assert line.facts == {"terminal": "0012", "first": "3", "last": "4"}
        give_up = pc.hand.fact("resolve.withdraw", bodies.ResolveWithdraw((line.fact,), "查过了"), between.id)
        pc.save(msgspec.structs.replace(give_up, actor="3001", post="supervisor"))
        done = await pc.sync()
        assert (done.error, done.rejected, world.waiting()) == ("", 0, [])
        assert pc.memory.projection_hash() == _rebuilt(pc.memory)

    at_a_hall(tmp_path, story)


def test_t60_s25_own_envelopes_that_the_disk_has_lost_stop_the_line_and_are_told_by_the_next_incarnation(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        cases = [pc.take_in(), pc.take_in()]
        with pc.memory.transaction() as db:
            (head,) = db.execute("select prev from outbox where local_seq = 3").fetchone()
            db.execute("delete from outbox where local_seq < 3")
            for (name,) in db.execute(
                "select name from sqlite_master where type = 'trigger' and tbl_name = 'fact'"
            ).fetchall():
                db.execute(f"drop trigger {name}")
            db.execute("delete from fact where n not in (select fact from outbox)")
        assert (await pc.sync()).error == "line.lost"
        await pc.enrol("0040")
        done = await pc.sync()
        assert (done.error, done.pending) == ("", 0)
        (entry,) = said(world, "adopts")
        assert body_of(decode_fact(entry.fact)).lost == bodies.Lost(1, 2, head)
        assert world.waiting() == ["envelopes_lost"]
        assert pc.agrees(cases[1].id)

    at_a_hall(tmp_path, story)


def test_only_a_number_that_was_just_enrolled_goes_on_from_another(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        pc, thief = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "thief")
        await pc.enrol("0012")
        await thief.enrol("0013")
        thief.take_in()
        grab = bodies.Adopts("0012", pc.memory.identity.incarnation, 0, 0, NO_HASH, 0, NO_HASH, 0)
        fact = thief.hand.fact("adopts", grab, "", root="terminal/0012", actor="", post="")
        strange = thief.hand.fact(
            "adopts", msgspec.structs.replace(grab, terminal="0099"), "", root="terminal/0099", actor="", post=""
        )
        thief.save(fact, strange)
        await thief.sync()
        assert sorted(row.code for row in thief.memory.tray()) == ["adopts_late", "adopts_unknown"]
        pc.take_in()
        assert (await pc.sync()).error == ""

    at_a_hall(tmp_path, story)


def test_a_window_that_was_open_meanwhile_saves_nothing_under_the_old_number(tmp_path: Path) -> None:
    """T71."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        pc.take_in()
        console = TerminalMemory.open(pc.folder, world.clock, pc.state)
        await pc.enrol("0040")
        with pytest.raises(IncarnationLost) as caught, console.writing() as act:
            act.commit_groups([(pc.hand.received(),)])
        assert caught.value.code == "store.enrolled_meanwhile"
        console.close()

    at_a_hall(tmp_path, story)


# Revoked, and by stick (S28)


def test_s12_s27_an_acceptance_behind_a_receipt_that_no_proxy_let_through_stands_when_both_come_under_a_new_number(
    tmp_path: Path,
) -> None:
    """The receipt came at last, whole; the acceptance of the same act was refused as if it had been given up."""

    async def story(world: HallWorld) -> None:
        pc = Machine(world, tmp_path, "pc")
        await pc.enrol("0012")
        await pc.sync()
        with pc.memory.writing() as act:
            pc.hand.terminal = pc.memory.identity.terminal
            pc.hand.numbered = act.next_number(world.clock.now().date()) - 1
            taken = pc.now(pc.hand.received(), act.base())
            accepted = msgspec.structs.replace(pc.hand.accepted(taken.case), actor="2001", post="single")
            receipt = together(taken)
            act.commit_groups([receipt, together(pc.now(accepted, act.base()), after=receipt[0].group.id)])
        pc.memory.stub(1, "refused with 413")
        await pc.sync()
        assert world.waiting() == ["bytes", "after"]
        await pc.enrol("0040")
        await pc.sync()
        done = await pc.sync()
        assert (done.error, done.pending, done.held, done.rejected) == ("", 0, 0, 0)
        assert world.waiting() == []
        assert pc.agrees(taken.case)
        case = world.case(taken.case)
        assert case is not None
        assert case.state == "accepted"

    at_a_hall(tmp_path, story)
