"""The hall's snapshots for terminals that begin (S21): what is in them, and how they are handed out."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import decode_fact, digest
from casework.folding import fold_mark
from casework.limits import LIMITS
from casework.seals import unseal
from casework.snapshot import OFFER, PURPOSE_SNAPSHOT, Snapshot, read_offer
from casework.wire import PURPOSE_HEAD, Head
from hall.errors import BadRange, Stop
from hall.snapshot_answers import part_of
from hall.snapshots import SCOPES, Shelf
from tests.hall_world import HallWorld, Window, in_hall, problem

DAY = 24 * 3600
SINGLE = "/sync/v1/snapshot/single"


def ids(path: Path) -> set[str]:
    """The cases that a file has entries of."""
    db = sqlite3.connect(path)
    found = {row[0] for row in db.execute("select case_id from held")}
    assert found == {row[0] for row in db.execute("select distinct case_id from entry where case_id <> ''")}
    db.close()
    return found


async def ask(window: Window, path: str, query: str = "", **headers: str) -> httpx.Response:
    """A signed question with more headers."""
    from casework.http_signature import sign_request

    signed = sign_request(window.signer, "GET", path, query, window.world.clock.now())
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await window.client.get(f"{path}?{query}" if query else path, headers={**signed, **named})


async def withdrawn(window: Window) -> str:
    """A case that has ended."""
    taken = window.received()
    await window.push(taken, window.make("withdrawn", bodies.Withdrawn("不办了"), taken.case))
    return taken.case


def test_s21_a_snapshot_has_open_and_recent_cases_whole_and_none_that_is_over(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        still_open = window.received()
        await window.push(still_open)
        over, corrected = await withdrawn(window), await withdrawn(window)
        world.clock.go(LIMITS.kept_seconds + DAY)
        recent = await withdrawn(window)
        await window.push(window.make("printed", bodies.Printed("return", 2, "0012-1"), corrected))  # spoken of again
        kept = world.snapshot()
        assert ids(kept.file("single")) == {still_open.case, recent, corrected}
        db = sqlite3.connect(kept.file("single"))
        whole = {
            entry.seq for entry in world.entries() if entry.scope == "single" and decode_fact(entry.fact).case != over
        }
        assert {row[0] for row in db.execute("select seq from entry")} == whole
        states = dict(db.execute("select case_id, state from cases").fetchall())
        with world.store.reading() as reading:
            assert states == {id_: row.state for id_, row in reading.cases(list(states)).items()}
        assert db.execute("select count(*) from place").fetchone() == (1,)
        db.close()
        hall = sqlite3.connect(kept.file("hall"))
        said = [entry.seq for entry in world.entries() if entry.scope == "hall"]
        assert [row[0] for row in hall.execute("select seq from entry order by seq")] == said
        hall.close()

    in_hall(tmp_path, story)


def test_s21_what_waits_in_a_tray_keeps_its_case_however_old(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await withdrawn(window)
        (answer,) = await window.push(window.decided(case))
        assert answer.verdict.v == "rejected"
        world.clock.go(2 * LIMITS.kept_seconds)
        kept = world.snapshot()
        assert ids(kept.file("single")) == {case}
        db = sqlite3.connect(kept.file("single"))
        assert db.execute("select count(*) from entry where kind = 'tray'").fetchone() == (1,)
        db.close()

    in_hall(tmp_path, story)


def test_s21_the_hall_signs_which_file_belongs_to_which_place_of_its_log(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        await window.push(window.received())
        kept = world.snapshot()
        for scope in SCOPES:
            answer = await ask(window, f"/sync/v1/snapshot/{scope}")
            assert answer.status_code == 200
            offer = read_offer(answer.headers[OFFER])
            snapshot = unseal(offer.snapshot, world.signer.public, PURPOSE_SNAPSHOT, Snapshot)
            head = unseal(offer.head, world.signer.public, PURPOSE_HEAD, Head)
            with world.store.reading() as reading:
                chain = reading.chain_at(kept.seq)
            assert (snapshot.scope, snapshot.seq, snapshot.chain) == (scope, kept.seq, chain)
            assert (head.seq, head.chain, head.epoch) == (kept.seq, chain, snapshot.epoch)
            assert (snapshot.sha256, snapshot.size) == (digest(answer.content), len(answer.content))
            assert snapshot.fold == fold_mark()
            assert offer.scopes == SCOPES

    in_hall(tmp_path, story)


def test_t47_a_file_comes_in_parts_that_make_the_whole(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await window.push(window.received())
        world.snapshot()
        whole = await ask(window, SINGLE)
        tag, size = whole.headers["ETag"], len(whole.content)
        assert (whole.headers["Accept-Ranges"], whole.headers["Content-Length"]) == ("bytes", str(size))
        cut = int(size * 0.6)
        first = await ask(window, SINGLE, Range=f"bytes=0-{cut - 1}")
        rest = await ask(window, SINGLE, Range=f"bytes={cut}-", If_Range=tag)
        assert (first.status_code, rest.status_code) == (206, 206)
        assert rest.headers["Content-Range"] == f"bytes {cut}-{size - 1}/{size}"
        assert first.content + rest.content == whole.content
        other = await ask(window, SINGLE, Range=f"bytes={cut}-", If_Range='"another"')
        assert (other.status_code, other.content) == (200, whole.content)
        beyond = await ask(window, SINGLE, Range=f"bytes={size}-")
        assert (beyond.status_code, problem(beyond).facts) == (416, {"size": size})

    in_hall(tmp_path, story, limits=msgspec.structs.replace(LIMITS, snapshot_piece=4096))


@pytest.mark.parametrize(
    ("range_", "expected"),
    [
        ("bytes=0-9", (0, 9)), ("bytes=90-", (90, 99)), ("bytes=-5", (95, 99)), ("bytes=-500", (0, 99)),
        ("bytes=50-5000", (50, 99)), ("bytes=0-1,5-6", None), ("bytes=-", None), ("lines=1-2", None), ("", None),
    ],
)  # fmt: skip
def test_ranges_are_read_as_http_has_them(range_: str, expected: tuple[int, int] | None) -> None:
    part = part_of(100, range_, "", '"tag"')
    assert ((part.first, part.last), part.whole) == (expected or (0, 99), expected is None)


@pytest.mark.parametrize("range_", ["bytes=100-", "bytes=5-4", "bytes=-0"])
def test_a_range_outside_the_file_is_refused_with_its_size(range_: str) -> None:
    with pytest.raises(BadRange) as no:
        part_of(100, range_, "", '"tag"')
    assert no.value.problem.facts == {"size": 100}


def test_s7_a_file_goes_only_to_a_terminal_that_holds_its_scope(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        assert problem(await ask(window, SINGLE)).error == "no_snapshot"  # none was made yet
        world.snapshot()
        with world.store.writing() as tx:
            row = tx.terminal("0012")
            assert row is not None
            from hall.rows import Changes

            tx.save(Changes(terminals={"0012": msgspec.structs.replace(row, scopes=("hall", "business"))}))
        for scope in ("single", "terminal/0012", "../hall", "nothing"):
            answer = await ask(window, f"/sync/v1/snapshot/{scope}")
            assert answer.status_code == 404, scope
        answer = await ask(window, "/sync/v1/snapshot/business")
        assert read_offer(answer.headers[OFFER]).scopes == ("hall", "business")
        unsigned = await client.get(SINGLE)
        assert unsigned.status_code == 401

    in_hall(tmp_path, story)


def test_a_newer_set_does_not_take_away_the_one_that_is_being_fetched(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        sets = []
        for _ in range(3):
            await window.push(window.received())
            sets.append(world.snapshot())
        assert [kept.seq for kept in world.shelf.kept()] == [sets[2].seq, sets[1].seq]
        older = await ask(window, SINGLE, f"seq={sets[1].seq}")
        newest = await ask(window, SINGLE)
        gone = await ask(window, SINGLE, f"seq={sets[0].seq}")
        assert digest(older.content) == digest(sets[1].file("single").read_bytes())
        assert gone.headers["ETag"] == newest.headers["ETag"] != older.headers["ETag"]
        assert (await ask(window, SINGLE, "seq=x")).status_code == 422

    in_hall(tmp_path, story)


def test_t32_a_snapshot_of_another_log_is_not_handed_out(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        world.snapshot()
        with world.store.writing() as tx:
            tx._db.execute("update hall set epoch = 2")
        assert problem(await ask(window, SINGLE)).error == "no_snapshot"

    in_hall(tmp_path, story)


def test_one_job_at_a_time_makes_a_snapshot_and_what_a_killed_one_left_goes(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        await world.window("0012", client)
        folder = tmp_path / "snapshots"
        (folder / "making").mkdir(parents=True)
        (folder / "making" / "single.db").write_bytes(b"half of it")
        busy = sqlite3.connect(folder / "making.lock", isolation_level=None)
        busy.execute("begin exclusive")
        with pytest.raises(Stop) as no:
            world.snapshot()
        assert no.value.code == "snapshot_made"
        busy.close()
        world.snapshot()
        assert not (folder / "making").exists()

    in_hall(tmp_path, story)


def test_a_snapshot_is_due_when_enough_is_new_and_the_last_one_is_old_enough(tmp_path: Path) -> None:
    limits = msgspec.structs.replace(LIMITS, snapshot_least=5)

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        shelf = Shelf(tmp_path / "snapshots", limits)
        assert not shelf.due(1, 4, world.api_now())
        assert shelf.due(1, 5, world.api_now())
        seq = world.snapshot().seq
        await window.push(*[window.received() for _ in range(5)])
        assert not shelf.due(1, seq + 5, world.api_now())
        world.clock.go(limits.snapshot_seconds)
        assert shelf.due(1, seq + 5, world.api_now())
        assert not shelf.due(1, seq + 4, world.api_now())
        assert shelf.due(2, seq + 4, world.api_now())  # the log of another epoch has none

    in_hall(tmp_path, story, limits=limits)
