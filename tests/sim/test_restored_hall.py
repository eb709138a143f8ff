"""A hall that was restored from an older backup, in virtual time: what the windows hold comes back (S24, S25)."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from casework import bodies
from casework.ambient import stamp
from casework.events import body_of
from casework.facts import HALL, decode_fact
from casework.seals import Ed25519Signer
from casework.wire import Entry
from hall.healing import new_epoch
from tests.sim.loop import run_virtual
from tests.sim.profiles import Profile
from tests.sim.world import World

TWO = Profile(terminals=2)
Story = Callable[[World], Coroutine[Any, Any, None]]


def tell(folder: Path, story: Story, profile: Profile = TWO) -> None:
    """Play `story` in a world without faults."""

    async def whole() -> None:
        world = World(2, profile, folder)
        try:
            await world.found()
            for terminal in world.terminals:
                terminal._stepped = terminal._committed = terminal.wire.watch = (
                    _nobody_looks  # the world's own truth knows one log only
                )
            await story(world)
        finally:
            await world.end()

    run_virtual(whole())


def _nobody_looks(*_: Any) -> None:
    """What is true here is asked at the end."""


async def work(world: World, acts: int) -> None:
    """Everybody does something, and it arrives everywhere."""
    for _ in range(acts):
        for clerk in world.clerks:
            if clerk.terminal.on:
                clerk.act()
        await asyncio.sleep(1)
    await asyncio.sleep(60)


async def work_apart(world: World, acts: int) -> None:
    """Everybody does something without hearing of the others: when the cables are back, some of it is refused."""
    for terminal in world.terminals:
        terminal.wire.cut = True
    for _ in range(acts):
        for clerk in world.clerks:
            if clerk.terminal.on:
                clerk.act()
        await asyncio.sleep(1)
    for terminal in world.terminals:
        terminal.wire.cut = False
    await asyncio.sleep(120)


async def backup(world: World, file: Path) -> None:
    """A copy of the hall's memory as it is now."""
    await world.server.stop()
    with sqlite3.connect(world.server.file) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    shutil.copy(world.server.file, file)
    world.server.start()


async def restore(world: World, file: Path, *, opens: bool = True) -> None:
    """The hall dies, and comes back as it was in the backup; `opens`: in a new epoch."""
    await world.server.stop()
    for old in world.server.file.parent.glob("hall.db*"):
        old.unlink()
    shutil.copy(file, world.server.file)
    world.server.start()
    if opens:
        world.server.change(lambda tx: new_epoch(tx, "restore", _now(world), _until(world), world.server.new_id))


def _now(world: World) -> str:
    return stamp(world.server.clock.now())


def _until(world: World) -> str:
    from datetime import timedelta

    return stamp(world.server.clock.now() + timedelta(seconds=300))


def facts_of(world: World) -> dict[str, tuple[bytes, str]]:
    """Every accepted fact of a case by id: its bytes and its flags."""
    rows = world.server.peek().execute("select bytes from log where kind = 'fact' order by seq").fetchall()
    entries = [msgspec.json.decode(row[0], type=Entry) for row in rows]
    return {
        entry.fact_id: (bytes(entry.fact), ",".join(entry.verdict.flags if entry.verdict else ()))
        for entry in entries
        if decode_fact(entry.fact).case
    }


def refusals(world: World) -> dict[str, tuple[str, bytes]]:
    """What was refused or held, with its bytes."""
    rows = world.server.peek().execute(
        "select fact_hash, v, bytes from register where v in ('rejected', 'held') order by fact_hash"
    )
    return {hash_: (v, data) for hash_, v, data in rows}


def gaps_of(world: World) -> list[bodies.Gap]:
    """What the hall has written down as lost."""
    rows = world.server.peek().execute("select bytes from log where kind = 'fact' and case_id = ''").fetchall()
    facts = [decode_fact(msgspec.json.decode(row[0], type=Entry).fact) for row in rows]
    return [body_of(fact) for fact in facts if fact.type == "gap"]


async def tick(world: World, seconds: float) -> None:
    """Let time pass, with the hall looking after itself."""
    for _ in range(int(seconds / 5)):
        await asyncio.sleep(5)
        world.server._app.state.api.hall.tick()


def alike(world: World) -> None:
    """Every terminal holds what the hall holds, and nothing is unsent."""
    states = dict(world.server.peek().execute("select case_id, state from case_state").fetchall())
    for terminal in world.terminals:
        if not terminal.on:
            continue
        mine = dict(terminal.eyes.execute("select case_id, state from confirmed").fetchall())
        assert {case: state for case, state in states.items() if case in mine} == mine
        assert terminal.mind.pending().unsent == 0
        before = terminal.mind.projection_hash()
        terminal.mind.rebuild()
        assert terminal.mind.projection_hash() == before


def test_t32_s25_a_hall_restored_from_yesterday_gets_back_what_its_windows_hold(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 10)
        await backup(world, tmp_path / "backup.db")
        for _ in range(12):
            await work_apart(world, 30)
            if refusals(world):
                break
        await work(world, 5)
        before, refused = facts_of(world), refusals(world)
        assert refused
        await restore(world, tmp_path / "backup.db")
        lost = before.keys() - facts_of(world).keys()
        assert lost
        await tick(world, 200)
        after = facts_of(world)
        assert {id_: after.get(id_) for id_ in before} == before
        await tick(world, 300)
        assert refusals(world).items() >= refused.items()
        alike(world)
        await work(world, 5)
        alike(world)

    tell(tmp_path, story)


def test_s25_a_window_that_was_off_meanwhile_brings_the_rest_when_it_comes_back(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 6)
        await backup(world, tmp_path / "backup.db")
        await work(world, 8)
        late = world.terminals[1]
        own = {id_ for id_, (data, _) in facts_of(world).items() if _made_by(world, id_) == late.number}
        before = facts_of(world)
        for terminal in world.terminals:
            await terminal.power_off()
        await restore(world, tmp_path / "backup.db")
        lost = before.keys() - facts_of(world).keys()
        assert lost & own
        await tick(world, 400)  # nobody is there: the hall goes on by itself
        world.terminals[0].switch_on()
        await tick(world, 100)
        await work(world, 3)
        late.switch_on()
        await tick(world, 200)
        after = facts_of(world)
        assert {id_: after[id_][0] for id_ in before} == {id_: data for id_, (data, _) in before.items()}
        alike(world)

    tell(tmp_path, story)


def test_t34_s24_after_a_fail_over_to_a_stale_copy_an_operator_opens_an_epoch_and_all_is_there(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 6)
        await backup(world, tmp_path / "stale.db")
        await work(world, 8)
        before = facts_of(world)
        await restore(world, tmp_path / "stale.db", opens=False)
        await tick(world, 30)
        assert world.server.peek().execute("select latched from hall").fetchone()[0]
        number = world.server.peek().execute("select seq from hall").fetchone()[0]
        for clerk in world.clerks:
            clerk.act()
        await tick(world, 120)
        assert world.server.peek().execute("select seq from hall").fetchone()[0] == number
        assert all(terminal.mind.position().frozen for terminal in world.terminals)
        world.server._app.state.api.hall.open_epoch("operator")
        await tick(world, 300)
        after = facts_of(world)
        assert {id_: after.get(id_) for id_ in before} == before
        alike(world)
        await work(world, 4)
        alike(world)

    tell(tmp_path, story)


def test_t60_what_nobody_holds_any_more_is_written_down_as_a_gap_and_own_facts_are_judged_again(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 6)
        await backup(world, tmp_path / "backup.db")
        await work(world, 8)
        before = {id_ for id_ in facts_of(world) if _made_by(world, id_) != HALL}  # the hall says its own again
        for terminal in world.terminals:
            with terminal.mind.transaction() as db:
                db.execute("delete from kept_head where seq < (select max(seq) from kept_head)")
                db.execute("drop trigger entry_is_dropped_by_the_purge_alone")
                db.execute("delete from entry where seq = (select max(seq) - 3 from entry)")
        await restore(world, tmp_path / "backup.db")
        await tick(world, 400)
        after = facts_of(world)
        kept = {row[0] for row in world.server.peek().execute("select fact_id from register where first = 1")}
        assert {id_ for id_ in before if id_ not in after and id_ not in kept} == set()
        assert gaps_of(world), "what the hall had signed and nobody can show is on record"
        for terminal in world.terminals:
            assert terminal.mind.pending().unsent == 0
            assert not terminal.mind.position().frozen

    tell(tmp_path, story)


def test_s25_who_was_enrolled_and_who_was_set_after_the_backup_is_known_again(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await work(world, 4)
        await backup(world, tmp_path / "backup.db")
        late = world.terminals[1]
        await late.power_off()
        shutil.rmtree(late.folder)
        world.server.invite("0031")
        late.number, late.signer = "0031", Ed25519Signer(world.dice.key("0031"))
        late.folder = late.folder.with_name("0031")
        await late.enrol()
        await work(world, 6)
        before = facts_of(world)
        await restore(world, tmp_path / "backup.db")
        with world.server.store.reading() as reading:  # type: ignore[union-attr]
            assert reading.terminal("0031") is None
        await tick(world, 400)
        after = facts_of(world)
        assert {id_: after.get(id_) for id_ in before} == before
        alike(world)

    tell(tmp_path, story)


def _made_by(world: World, fact_id: str) -> str:
    row = world.server.peek().execute("select terminal from register where fact_id = ? and first = 1", (fact_id,))
    return str(row.fetchone()[0])
