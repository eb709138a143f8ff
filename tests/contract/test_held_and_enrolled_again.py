"""What waits when its window goes on under a new number is judged in the order it was made (S3, S12, S27)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from casework import bodies
from casework.facts import decode_fact
from casework.seals import seal
from casework.wire import PURPOSE_BATCH
from console.counter import Acted, Taken
from console.demo.sample import application
from hall.office import revoke
from sync.carrying import carried
from sync.outbound import batch_of
from tests.desks import Desk, desk, lines, session, together, two_desks
from tests.hall_world import HallWorld
from tests.machines import Machine, at_a_hall


def sealed_as(here: Desk, type_: str) -> int:
    """The number of the newest envelope that holds a fact of this type."""
    with here.memory.reading() as db:
        found = db.execute(
            "select max(local_seq) from outbox join fact on fact.n = outbox.fact where type = ?", (type_,)
        )
        return int(found.fetchone()[0])


def said_of(world: HallWorld, case: str) -> list[str]:
    """The types of what stands of a case, in the order of the log."""
    facts = [decode_fact(entry.fact) for entry in world.entries() if entry.kind == "fact" and entry.n]
    return [fact.type for fact in facts if fact.case == case]


def with_a_notice(here: Desk) -> Taken:
    """A receipt and the notice of what is missing, in one command."""
    wanted = application(here.counter.library.current().items["D01"], 7, 1, here.world.clock.now().date())
    materials = {**wanted.materials, next(iter(wanted.materials)): "missing"}
    taken = here.counter.intake(
        session("1001"), msgspec.structs.replace(wanted, materials=materials, outcome="supplement")
    )
    assert isinstance(taken, Taken)
    return taken


async def gets_through(world: HallWorld, here: Desk, type_: str) -> None:
    """The bytes of a group that a proxy had refused reach the hall, as the next try sends them."""
    out = here.memory.whole_group(sealed_as(here, type_))
    assert out is not None
    world.api.hall.push(
        msgspec.json.encode(seal(here.signer, PURPOSE_BATCH, batch_of(out, out.events, here.memory.position())))
    )
    for _ in range(3):
        await here.sync()


@pytest.mark.parametrize("proxy", ["gone", "still there"])
@pytest.mark.parametrize("too_big", ["received", "supplement.told"])
def test_s3_s12_s27_a_group_of_which_a_part_was_too_big_for_a_proxy_stands_as_a_whole_under_a_new_number(
    tmp_path: Path, too_big: str, proxy: str
) -> None:
    """The notice was held for ever beside the receipt of its own command, or came before it."""

    async def story(world: HallWorld) -> None:
        here, other = await two_desks(world, tmp_path)
        wanted = application(here.counter.library.current().items["D01"], 7, 1, world.clock.now().date())
        first = next(iter(wanted.materials))
        materials = {**wanted.materials, first: "missing"}
        taken = here.counter.intake(
            session("1001"), msgspec.structs.replace(wanted, materials=materials, outcome="supplement")
        )
        assert isinstance(taken, Taken)
        here.acts("1001", taken.number, "supplement-received", materials={first: "original"})
        here.memory.stub(sealed_as(here, too_big), "refused with 413")
        assert (await here.sync()).held > 0
        await here.enrol("0040")
        if proxy == "still there":
            here.memory.stub(sealed_as(here, too_big), "refused with 413")
            await here.sync()
            await gets_through(world, here, too_big)
        for _ in range(3):
            await here.sync()
            await other.sync()
        assert said_of(world, taken.case) == ["received", "supplement.told", "material.added"]
        assert lines(world) == []
        case = world.case(taken.case)
        assert case is not None
        assert case.materials[first] == "original"
        assert case.supplement is not None
        assert other.memory.case_state(taken.case) == here.memory.case_state(taken.case) == case

    at_a_hall(tmp_path, story)


def test_s3_s12_s27_an_acceptance_waits_for_its_receipt_and_stands_with_it_under_a_new_number(tmp_path: Path) -> None:
    async def story(world: HallWorld) -> None:
        here, _ = await two_desks(world, tmp_path)
        wanted = application(here.counter.library.current().items["D01"], 7, 1, world.clock.now().date())
        taken = here.counter.intake(session("2001"), msgspec.structs.replace(wanted, outcome="accept"))
        assert isinstance(taken, Taken)
        here.memory.stub(sealed_as(here, "received"), "refused with 413")
        await here.sync()
        await here.enrol("0040")
        here.memory.stub(sealed_as(here, "received"), "refused with 413")
        await here.sync()
        await gets_through(world, here, "received")
        assert said_of(world, taken.case) == ["received", "accepted"]
        assert lines(world) == []

    at_a_hall(tmp_path, story)


def test_s3_s27_s28_what_follows_a_group_that_somebody_answered_for_does_not_wait_for_ever(tmp_path: Path) -> None:
    """The new number had sealed both again, and the word of that day stood for the group's."""

    async def story(world: HallWorld) -> None:
        here = await desk(world, tmp_path, "0012")
        world.clock.go(60)
        world.api.hall.change(lambda reading, now, new_id: revoke(reading, "0012", now, new_id))
        world.clock.go(600)
        here.down = True
        wanted = application(here.counter.library.current().items["D01"], 7, 1, world.clock.now().date())
        taken = here.counter.intake(session("2001"), msgspec.structs.replace(wanted, outcome="accept"))
        assert isinstance(taken, Taken)
        here.down = False
        small = msgspec.structs.replace(here.memory.limits, push_facts=1)
        file = list(carried(here.memory, here.signer, 1, small))
        assert len(file) == 2, "one line for each group, each heard in a sitting of its own"
        for line in file:
            world.api.hall.take_in(line, "3001", "f" * 64, vouched=False)
        await here.enrol("0040")
        for _ in range(2):
            await here.sync()
        assert [code for _, code, _ in lines(world)] == ["after_revocation", "after"]
        for line in file:
            world.api.hall.take_in(line, "3001", "f" * 64, vouched=True)
        await here.sync()
        assert said_of(world, taken.case) == ["received", "accepted"]
        assert lines(world) == []

    at_a_hall(tmp_path, story)


def test_s15_s27_what_waits_in_a_lane_keeps_its_order_where_a_fact_of_it_is_not_sealed_again(tmp_path: Path) -> None:
    """Its bytes broke on the disk; the hall has them, and judged it behind all that was made after it."""

    async def story(world: HallWorld) -> None:
        pc, other = Machine(world, tmp_path, "pc"), Machine(world, tmp_path, "other")
        await other.enrol("0013")
        await pc.enrol("0012")
        case = pc.take_in()
        for machine in (pc, other, pc):
            await machine.sync()
        refused = msgspec.structs.replace(pc.hand.decided(case.id), actor="2002", post="chief")
        waits = msgspec.structs.replace(pc.hand.accepted(case.id), actor="2001", post="single")
        pc.save(refused, waits, pc.hand.withdrawn(case.id))
        for machine in (pc, other):
            await machine.sync()
        with pc.memory.transaction() as db:
            for name, *_ in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
                db.execute(f"drop trigger {name}")
            (data,) = db.execute("select bytes from fact where id = ?", (waits.id,)).fetchone()
            db.execute("update fact set bytes = ? where id = ?", (data[:-2] + b"?}", waits.id))
        await pc.enrol("0040")
        for _ in range(2):
            await pc.sync()
        settled = bodies.ResolveWithdraw((refused.id,), "重复")
        other.save(other.hand.fact("resolve.withdraw", settled, case.id, actor="3001", post="supervisor"))
        for machine in (other, pc, other):
            await machine.sync()
        assert said_of(world, case.id)[-2:] == ["accepted", "withdrawn"]

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("number", ["", "0040"])
@pytest.mark.parametrize("unread", ["received", "supplement.told"])
def test_s12_s16_s27_who_gives_one_of_a_command_up_sets_the_other_free(
    tmp_path: Path, unread: str, number: str, heard: bool
) -> None:
    """The notice was given up, read or unread, and the receipt that somebody holds was held for ever."""

    async def story(world: HallWorld) -> None:
        here, other = await two_desks(world, tmp_path)
        taken = with_a_notice(here)
        here.memory.stub(sealed_as(here, unread), "refused with 413")
        for one in (here, other):
            await one.sync()
        notice = next(
            row for row in other.memory.tray() if row.type == ("supplement.told" if unread == "received" else "")
        )
        assert isinstance(other.settles(notice.fact), Acted)
        await other.sync()
        for _ in range(2 * heard):
            await here.sync()
        if number:
            await here.enrol(number)
        elif unread == "received":
            await gets_through(world, here, unread)
        for _ in range(3):
            await here.sync()
            await other.sync()
        assert "received" in said_of(world, taken.case)
        assert "supplement.told" not in said_of(world, taken.case)
        assert lines(world) == []
        assert other.memory.case_state(taken.case) == here.memory.case_state(taken.case) == world.case(taken.case)

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("first", ["received", "supplement.told"])
def test_s12_s27_what_stands_is_no_unread_line_though_a_proxy_cut_it_under_the_new_number(
    tmp_path: Path, first: str
) -> None:
    """The line could be ended only by giving up what stood."""
    second = "supplement.told" if first == "received" else "received"

    async def story(world: HallWorld) -> None:
        here, other = await two_desks(world, tmp_path)
        taken = with_a_notice(here)
        here.memory.stub(sealed_as(here, first), "refused with 413")
        await here.sync()
        await here.enrol("0040")
        here.memory.stub(sealed_as(here, second), "refused with 413")
        for _ in range(3):
            await here.sync()
            await other.sync()
        assert said_of(world, taken.case) == ["received", "supplement.told"]
        assert (lines(world), other.memory.tray(), here.memory.tray()) == ([], (), ())
        assert other.memory.case_state(taken.case) == here.memory.case_state(taken.case) == world.case(taken.case)
        assert here.memory.pending().unsent == 0
        with here.memory.reading() as db:  # where the lost log had it: a restored hall is told of it by that
            unplaced = db.execute("select local_seq from outbox where state = 'passed' and entry = 0").fetchall()
        assert unplaced == []

    at_a_hall(tmp_path, story)


@pytest.mark.parametrize("why", ["a proxy", "a byte"])
def test_s3_s12_s27_what_follows_a_receipt_that_stands_is_judged_though_its_bytes_come_no_more_under_the_new_number(
    tmp_path: Path, why: str
) -> None:
    """The acceptance was held for ever behind a receipt that stood, and nobody could insist on it."""

    async def story(world: HallWorld) -> None:
        here, other = await two_desks(world, tmp_path)
        wanted = application(here.counter.library.current().items["D01"], 7, 1, world.clock.now().date())
        taken = here.counter.intake(session("2001"), msgspec.structs.replace(wanted, outcome="accept"))
        assert isinstance(taken, Taken)
        out = here.memory.whole_group(sealed_as(here, "received"))
        assert out is not None
        batch = batch_of(out, out.events, here.memory.position())
        world.api.hall.push(msgspec.json.encode(seal(here.signer, PURPOSE_BATCH, batch)))  # then the line goes down
        if why == "a byte":
            with here.memory.transaction() as db:
                for name, *_ in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
                    db.execute(f"drop trigger {name}")
                id_, data = db.execute("select id, bytes from fact where type = 'received'").fetchone()
                db.execute("update fact set bytes = ? where id = ?", (data[:-2] + b"?}", id_))
        await here.enrol("0040")
        if why == "a proxy":
            here.memory.stub(sealed_as(here, "received"), "refused with 413")
        for _ in range(3):
            await here.sync()
            await other.sync()
        assert said_of(world, taken.case) == ["received", "accepted"]
        assert (lines(world), other.memory.tray(), here.memory.tray()) == ([], (), ())
        assert other.memory.case_state(taken.case) == here.memory.case_state(taken.case) == world.case(taken.case)

    at_a_hall(tmp_path, story)


def test_s12_s15_s27_an_act_that_came_again_unread_leaves_no_line_when_somebody_insists_on_it(tmp_path: Path) -> None:
    """It could be ended only by giving up what stood."""

    async def story(world: HallWorld) -> None:
        one, other = await two_desks(world, tmp_path)
        taken = other.takes_in()
        await together(one, other)
        other.down = True
        other.acts("2001", taken.number, "accept")
        other.prints("2001", taken.number, "acceptance")
        paper = next(code for code, have in one.case(taken.number).materials.items() if have == "original")
        one.acts("1002", taken.number, "supplement-received", materials={paper: "original"})
        await together(one, other)
        await other.enrol("0040")
        other.memory.stub(sealed_as(other, "accepted"), "refused with 413")
        await together(one, other)
        assert "bytes" in {code for _, code, _ in lines(world)}, "what the story is about"
        refused = next(line for line in one.memory.tray() if line.type == "accepted")
        assert isinstance(one.settles(refused.fact, "insist", "2002"), Acted)
        await together(one, other)
        assert "accepted" in said_of(world, taken.case)
        assert (lines(world), one.memory.tray(), other.memory.tray()) == ([], (), ())

    at_a_hall(tmp_path, story)
