"""Programs of two versions side by side (S32): nobody loses a byte, nobody decides on what it can't read."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.bodies import StaffSet
from casework.case import Case, decode_case
from casework.decide import not_now
from casework.drafting import Context, Decision, Drafting, drafted
from casework.facts import Fact, decode_fact
from casework.rules import Refusal
from hall.errors import Stop
from hall.office import write_version
from tests.sim.programs import NEW, OLD, Noted, NudgedTwo
from tests.sim.server import STAFF
from tests.sim.terminal import Terminal
from tests.sim.test_troubles import Stage, tell


def own(terminal: Terminal) -> list[bytes]:
    """The exact bytes of what was done at a terminal."""
    return [row[0] for row in terminal.eyes.execute("select bytes from fact order by n")]


def newest(terminal: Terminal) -> Fact:
    """What was done there last."""
    return decode_fact(own(terminal)[-1])


def a_case(terminal: Terminal) -> str:
    """The id of an open case that is shown there."""
    row = terminal.eyes.execute(
        "select case_id from shown where state in ('received', 'accepted') order by case_id"
    ).fetchone()
    case_id: str = row[0]
    return case_id


def shown(terminal: Terminal, case_id: str) -> Case:
    """The case as a terminal shows it."""
    return decode_case(terminal.eyes.execute("select body from shown where case_id = ?", (case_id,)).fetchone()[0])


def says(
    stage: Stage, terminal: Terminal, case_id: str, type_: str, body: bodies.Body, who: StaffSet = STAFF[0]
) -> None:
    """Something is put on record on a case."""
    clerk = stage.world.clerks[stage.world.terminals.index(terminal)]

    def make(case: Case | None, context: Context, tx: Any) -> Decision | Refusal:
        assert case is not None
        return drafted(Drafting(context, case.id, case.root, case), (type_, body, who.posts[0]))

    did = clerk._commit(case_id, who, make)
    assert did == type_


def nudges(stage: Stage, terminal: Terminal, case_id: str, who: StaffSet = STAFF[0]) -> None:
    """Somebody, once a day, asks for it to be done, in the words of the program that runs there."""
    body = NudgedTwo("请尽快", "phone") if terminal.program is NEW else bodies.Nudged("请尽快")
    says(stage, terminal, case_id, "nudged", body, who)


def word(stage: Stage, type_: str, version: int) -> None:
    """IT lets a version be written."""
    server = stage.world.server
    with NEW.running():
        scopes = server.hall.change(lambda reading, now, ids: write_version(reading, type_, version, now, ids))
    server._app.state.api.bell.ring(scopes)


async def told(stage: Stage) -> None:
    """Every terminal has told the hall what it reads."""
    await asyncio.sleep(40)
    stage.world.server.hall.keep_reports()


def verdicts(stage: Stage, terminal: Terminal) -> dict[str, str]:
    """The last verdicts that the hall keeps of a terminal's facts: verdict by code."""
    stage.world.truth.mirror.look()
    rows = stage.world.truth.mirror.eyes.execute(
        "select v, verdict from register where terminal = ?", (terminal.number,)
    ).fetchall()
    return {msgspec.json.decode(coded).get("code", ""): v for v, coded in rows}


def test_t43_a_terminal_that_is_older_keeps_what_it_cannot_read_and_shows_it_after_its_update() -> None:
    async def story(stage: Stage) -> None:
        world = stage.world
        stage.take_in(stage.first, 3)
        await world.server.run_program(NEW)
        for terminal in world.terminals:
            await terminal.run_program(NEW)
        await told(stage)
        word(stage, "nudged", 2)
        await stage.second.run_program(OLD)
        await asyncio.sleep(60)
        case_id = a_case(stage.first)
        nudges(stage, stage.first, case_id)
        assert newest(stage.first).version == 2, "the hall has let it be written"
        says(stage, stage.first, case_id, "noted", Noted("其他机关"))
        await asyncio.sleep(60)
        older = shown(stage.second, case_id)
        assert (older.unread, older.nudges, older.organ) == (2, 0, ""), "it needs an update to be shown whole"
        assert stage.second.mind.need_update() == 1
        says(stage, stage.second, case_id, "handed_over", bodies.HandedOver("single"))
        await asyncio.sleep(60)
        refused = not_now(older, "withdrawn", _context(stage, stage.second, case_id))
        assert refused is not None
        assert refused.code == "needs_update", "nobody decides on what this program can't read"
        await stage.second.run_program(NEW)
        whole = shown(stage.second, case_id)
        assert (whole.unread, whole.nudges, whole.organ) == (0, 1, "其他机关"), "folded right after the update"
        assert stage.second.mind.need_update() == 0

    tell(story, ending=NEW)


def _context(stage: Stage, terminal: Terminal, case_id: str) -> Context:
    clerk = stage.world.clerks[stage.world.terminals.index(terminal)]
    with terminal.mind.writing() as tx:
        return clerk._context(case_id, STAFF[0], tx)


def test_t44_a_terminal_that_is_newer_writes_what_all_can_read_and_the_hall_holds_the_rest_until_its_update() -> None:
    async def story(stage: Stage) -> None:
        world = stage.world
        stage.take_in(stage.first, 3)
        await stage.first.run_program(NEW)
        case_id = a_case(stage.first)
        nudges(stage, stage.first, case_id)
        assert newest(stage.first).version == 1, "nobody has let version 2 be written"
        assert msgspec.json.decode(newest(stage.first).body) == {"text": "请尽快"}
        says(stage, stage.first, case_id, "noted", Noted("其他机关"))
        stage.take_in(stage.first, 3)
        nudges(stage, stage.first, case_id)
        await asyncio.sleep(60)
        assert verdicts(stage, stage.first) == {"": "accepted", "version": "held"}, "other facts flow"
        assert stage.first.mind.pending().unsent == 0
        assert shown(stage.second, case_id).nudges == 2
        await world.server.run_program(NEW)
        await asyncio.sleep(60)
        assert verdicts(stage, stage.first) == {"": "accepted"}, "judged again by itself"
        await stage.second.run_program(NEW)
        await asyncio.sleep(30)
        assert shown(stage.second, case_id).organ == "其他机关"

    tell(story, ending=NEW)


def test_t45_what_was_queued_by_an_older_program_arrives_byte_for_byte() -> None:
    async def story(stage: Stage) -> None:
        world = stage.world
        stage.take_in(stage.first, 2)
        await asyncio.sleep(30)
        stage.first.wire.cut = True
        case_id = a_case(stage.first)
        for who in STAFF:
            nudges(stage, stage.first, case_id, who)
        stage.take_in(stage.first, 3)
        queued = own(stage.first)
        await world.server.run_program(NEW)
        await stage.second.run_program(NEW)
        await stage.first.run_program(NEW)
        assert own(stage.first) == queued
        assert shown(stage.first, case_id).nudges == 5, "read by the newer program, unchanged on the disk"
        stage.first.wire.cut = False
        await asyncio.sleep(120)
        assert stage.first.mind.pending().unsent == 0
        assert in_log(stage) >= set(queued)
        await told(stage)
        word(stage, "nudged", 2)
        await asyncio.sleep(30)
        nudges(stage, stage.first, case_id)
        assert newest(stage.first).version == 2
        await asyncio.sleep(30)
        assert shown(stage.second, case_id).nudges == 6, "both versions side by side"

    tell(story, ending=NEW)


def in_log(stage: Stage) -> set[bytes]:
    """The bytes of all facts that the hall has accepted."""
    stage.world.truth.mirror.look()
    return {bytes(entry.fact) for entry in stage.world.truth.mirror.entries if entry.kind == "fact"}


def test_t46_an_update_and_its_automatic_return_with_a_full_outbox_cost_nothing() -> None:
    async def story(stage: Stage) -> None:
        stage.take_in(stage.first, 3)
        await asyncio.sleep(30)
        stage.first.wire.cut = True
        case_id = a_case(stage.first)
        for who in STAFF:
            nudges(stage, stage.first, case_id, who)
        for _ in range(145):
            says(stage, stage.first, case_id, "unmasked", bodies.Unmasked("x"))
        stage.take_in(stage.first, 20)
        await stage.first.run_program(NEW)
        nudges(stage, stage.first, case_id)
        stage.take_in(stage.first, 5)
        queued = own(stage.first)
        await stage.first.run_program(OLD)
        assert own(stage.first) == queued
        assert shown(stage.first, case_id).nudges == 6
        stage.first.wire.cut = False
        await asyncio.sleep(300)
        assert stage.first.mind.pending().unsent == 0
        assert in_log(stage) >= set(queued)
        assert shown(stage.second, case_id).nudges == 6

    tell(story)


def test_t66_a_new_type_in_a_ring_of_one_terminal_and_its_return() -> None:
    async def story(stage: Stage) -> None:
        world = stage.world
        stage.take_in(stage.first, 3)
        await asyncio.sleep(30)
        await stage.first.run_program(NEW)
        case_id = a_case(stage.first)
        says(stage, stage.first, case_id, "noted", Noted("其他机关"))
        await asyncio.sleep(60)
        stage.first.wire.cut = True
        says(stage, stage.first, case_id, "noted", Noted("上级机关"))
        queued = own(stage.first)
        await stage.first.run_program(OLD)
        back = shown(stage.first, case_id)
        assert (back.organ, back.unread) == ("", 2), "its own facts, which it can't read any more"
        assert own(stage.first) == queued
        nudges(stage, stage.first, case_id)
        stage.first.wire.cut = False
        await asyncio.sleep(120)
        assert stage.first.mind.pending().unsent == 0, "also what this program does not know travels"
        assert verdicts(stage, stage.first) == {"": "accepted", "version": "held", "lane": "held"}
        assert {line.code for line in stage.first.mind.tray()} == {"version", "lane"}, "in the tray until then"
        await told(stage)
        await world.server.run_program(NEW)
        with pytest.raises(Stop):
            word(stage, "noted", 2)
        await asyncio.sleep(60)
        assert verdicts(stage, stage.first) == {"": "accepted"}
        assert in_log(stage) >= set(queued)
        assert shown(stage.second, case_id).unread == 2
        for terminal in world.terminals:
            await terminal.run_program(NEW)
            assert shown(terminal, case_id).organ == "上级机关"

    tell(story, ending=NEW)
