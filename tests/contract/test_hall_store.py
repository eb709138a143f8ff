"""The hall's memory: a chain that verifies, counters without a gap, schemas that are the same old and new."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.case import encode_case
from casework.facts import NO_HASH, Fact, decode_fact, digest
from casework.folding import evolve
from casework.wire import ENTRY_FACT, Entry, extend
from hall.errors import Stop
from hall.founding import found
from hall.migrate import migrate, version_of
from hall.ownership import owned
from hall.queries import migrations, queries, statements
from hall.sqlite_store import SqliteStore
from tests.hall_world import CALENDAR, CATALOGUE, HallWorld, Window, in_hall, together


def check_log(world: HallWorld) -> None:
    """S7, S9: numbers without a gap, a chain that verifies, counts per case, states that are the fold of the log."""
    with world.store.reading() as reading:
        rows = reading.page(0, 1_000_000)
        hall = reading.hall()
    chain = NO_HASH
    counts: dict[str, int] = {}
    states: dict[str, list[Fact]] = {}
    for expected, row in enumerate(rows, 1):
        entry = msgspec.json.decode(row.data, type=Entry)
        chain = extend(chain, digest(row.data))
        assert (row.seq, entry.seq, row.chain, row.hash) == (expected, expected, chain, digest(row.data))
        if entry.kind == ENTRY_FACT:
            fact = decode_fact(entry.fact)
            counts[fact.case] = counts.get(fact.case, 0) + bool(fact.case)
            assert entry.n == counts[fact.case]
            states.setdefault(fact.case, []).append(fact)
    assert (hall.seq, hall.chain) == (len(rows), chain)
    for case, facts in states.items():
        state = None
        for fact in facts:
            state = evolve(state, fact)
        held = world.case(case)
        assert (held and encode_case(held)) == (state and encode_case(state))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.lists(st.tuples(st.integers(0, 2), st.sampled_from(range(7))), max_size=6)),
        max_size=6,
    )
)
def test_s8_s9_whatever_is_pushed_the_chain_verifies_and_nothing_is_lost(
    script: list[tuple[int, list[tuple[int, int]]]],
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        windows = [await world.window(number, client) for number in ("0012", "0007")]
        cases = [windows[0].hand.new_id() for _ in range(3)]
        for who, acts in script:
            facts = [act(windows[who], cases[case], kind) for case, kind in acts]
            if not facts:
                continue
            answers = await windows[who].push(*facts)
            assert len(answers) == len(facts)
            await windows[who].push(first=1)
        for window in windows:
            await window.pull_all()
            with world.store.reading() as reading:
                known = reading.registered(window.number, window.incarnation, 1, 10_000)
            assert sorted(known) == list(range(1, len(window.sent) + 1))
        assert windows[0].chain == windows[1].chain
        check_log(world)

    with tempfile.TemporaryDirectory() as folder:
        in_hall(Path(folder), story)


def act(window: Window, case: str, kind: int) -> Fact:
    """One of the things that people do to a case, sensible or not."""
    match kind:
        case 0 | 1:
            return window.received(case=case)
        case 2:
            return window.accepted(case)
        case 3:
            return window.examined(case)
        case 4:
            return window.decided(case)
        case 5:
            return window.accepted(case, "1001", "window")
        case _:
            return together(window.gives_up(case, window.hand.new_id()))[0]


def test_a_hall_is_found_again_after_a_restart_with_all_it_had(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await window.push(*(window.received() for _ in range(30)))
        before = world.entries()
        world.restart()
        assert world.entries() == before
        check_log(world)

    in_hall(tmp_path, story)


def test_there_is_one_hall_in_one_memory(tmp_path: Path) -> None:
    world = HallWorld(tmp_path)
    with pytest.raises(Stop, match=r"hall\.is_there"):
        found(world.store, world.row, CATALOGUE, CALENDAR, (), world.api_now(), world.ids.new_id)
    world.store.close()


def test_a_migrated_database_is_like_a_fresh_one(tmp_path: Path) -> None:
    fresh, old = sqlite3.connect(tmp_path / "a.db"), sqlite3.connect(tmp_path / "b.db")
    migrate(fresh)
    for number, _, _ in migrations():
        migrate(old, upto=number)
    schema = "select type, name, tbl_name, sql from sqlite_schema order by name"
    assert fresh.execute(schema).fetchall() == old.execute(schema).fetchall()
    assert version_of(fresh) == version_of(old) == migrations()[-1][0]
    fresh.close()
    old.close()


def test_a_migration_that_breaks_in_the_middle_leaves_the_old_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hall.migrate.migrations", lambda: ((1, "x.sql", ("create table a (b)", "create nonsense")),))
    db = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrate(db)
    assert (db.execute("select count(*) from sqlite_schema").fetchone(), version_of(db)) == ((0,), 0)
    db.close()


def test_a_database_of_a_newer_program_is_refused_in_words(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "hall.db")
    db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(Stop, match=r"hall\.newer_database"):
        SqliteStore(tmp_path / "hall.db")


def test_every_query_has_a_name_and_can_be_prepared(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    migrate(db)
    for name, sql in queries().items():
        db.execute(f"explain {sql}", (None,) * sql.count("?"))
        assert name
    db.close()
    assert statements("-- a\ncreate table a (\n  b\n);\nselect 1;\n") == ("create table a (\n  b\n);", "select 1;")


def test_no_question_of_a_push_or_a_pull_reads_a_whole_table(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    migrate(db)
    small = {"hall", "terminals", "all_staff", "held_lanes", "tray_counts", "move_head", "put_epoch", "fold"}
    small |= {"reports", "adoptions", "rejoined_rows", "leaving"}
    small |= {"case_ids", "blob_names"}  # asked once, when another fold has to make all rows anew; or by a backup
    cheap = ("json_each", "CONSTANT ROW", "lost_waiting")  # the last holds what stands nowhere yet, mostly nothing
    small |= {"lost_doubled"}  # once at the end of a gathering
    small |= {"scans_to_come", "scans_waiting"}  # an index that has nothing else in it
    small |= {"scans_come"}  # asked by `hall doctor` alone
    small |= {"tray_of_former"}  # once, when a number goes on from another
    scans = {
        name: plan
        for name, sql in queries().items()
        for *_, plan in db.execute(f"explain query plan {sql}", (None,) * sql.count("?"))
        if plan.startswith("SCAN") and not any(word in plan for word in cheap) and name not in small
    }
    assert scans == {}
    db.close()


def test_only_one_process_serves_a_hall(tmp_path: Path) -> None:
    with owned(tmp_path), pytest.raises(Stop, match=r"hall\.served"), owned(tmp_path):
        pass
    with owned(tmp_path):
        pass


def test_the_memory_can_be_used_from_several_threads_at_once(tmp_path: Path) -> None:
    world = HallWorld(tmp_path, run=asyncio.to_thread)

    async def story() -> None:
        async with world.client() as client:
            windows = [await world.window(f"{n:04d}", client) for n in range(1, 9)]
            await asyncio.gather(*(window.push(*(window.received() for _ in range(20))) for window in windows))
            await asyncio.gather(*(window.pull_all() for window in windows))
        assert len({window.chain for window in windows}) == 1

    asyncio.run(story())
    check_log(world)
    world.store.close()
