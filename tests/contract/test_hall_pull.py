"""What a pull may meet at the hall: pages, scopes, long polls, signatures, and a log that is another one (S18-S24)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import NO_HASH, digest
from casework.http_signature import sign_request
from casework.seals import Signed, seal, unseal
from casework.wire import PURPOSE_HEAD, PURPOSE_HELLO, Head, Hello, PullAnswer, page_digest
from hall.office import own_facts
from hall.rows import PageRow
from hall.sqlite_reading import SqliteReading
from tests.hall_world import CATALOGUE, HallWorld, Window, in_hall, problem
from tests.sim.loop import VirtualLoop

Client = httpx.AsyncClient


def test_t24_pages_exactly_full_empty_and_of_one_give_the_same_log(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.push(*(window.received() for _ in range(20 - len(world.entries()))))
        whole = world.entries()
        assert len(whole) == 20
        for limit, pages in ((20, 1), (10, 2), (7, 3), (1, 20), (500, 1)):
            window.cursor, window.chain, window.links = 0, NO_HASH, []
            sizes = []
            while window.cursor < 20:
                sizes.append(len((await window.pull(limit)).entries))
            assert (len(sizes), sum(sizes)) == (pages, 20)
            assert [link.seq for link in window.links] == list(range(1, 21))
        assert (await window.pull()).entries == ()
        assert window.chain == chain_of(world)

    in_hall(tmp_path, story)


def chain_of(world: HallWorld) -> str:
    """The chain after the newest entry."""
    with world.store.reading() as reading:
        return reading.hall().chain


def test_s9_each_page_ends_in_a_head_that_the_hall_signed(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        answer = await window.pull(3)
        signed = msgspec.json.decode(answer.head, type=Signed)
        head = unseal(signed, world.signer.public, PURPOSE_HEAD, Head)
        page = page_digest("0012", 0, answer.newest, answer.acked, tuple(map(bytes, answer.entries)))
        assert head == Head(world.row.id, 1, 3, window.chain, page)

    in_hall(tmp_path, story)


def test_s7_entries_of_scopes_that_a_terminal_does_not_hold_show_their_place_and_nothing_else(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        narrow = msgspec.structs.replace(await row_of(world, "0007"), scopes=("hall", "business"))
        world.api.hall.change(lambda reading, now, ids: terminals(narrow, own_facts(reading, [], now, ids)))
        taken = window.received()
        await window.push(taken, window.examined(taken.case))
        await other.pull_all()
        await window.pull_all()
        assert other.chain == window.chain == chain_of(world)
        hidden = [link.seq for link in other.links if link.entry is None]
        assert hidden == [len(other.links) - 2, len(other.links) - 1, len(other.links)]
        raw = (
            await other.get("/sync/v1/pull", f"epoch=1&after={hidden[0] - 1}&chain={chain_at(world, hidden[0] - 1)}")
        ).text
        assert "张建国" not in raw
        assert (await other.get(f"/sync/v1/case/{taken.case}")).status_code == 404
        assert (await window.get(f"/sync/v1/case/{taken.case}")).status_code == 200

    in_hall(tmp_path, story)


async def row_of(world: HallWorld, number: str) -> Any:
    """The terminal as the hall has it."""
    with world.store.reading() as reading:
        return reading.terminal(number)


def terminals(row: Any, changes: Any) -> Any:
    """`changes`, with the terminal's row."""
    changes.terminals[row.number] = row
    return changes


def chain_at(world: HallWorld, seq: int) -> str:
    """The chain after an entry."""
    with world.store.reading() as reading:
        return reading.chain_at(seq) or NO_HASH


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("cursor", {"cursor": 999}),
        ("chain", {"cursor": 3, "chain": "a" * 64}),
        ("epoch", {"epoch": 2}),
    ],
)
def test_t33_another_log_is_said_on_push_and_pull_and_nothing_is_stored(
    tmp_path: Path, what: str, changes: dict[str, Any]
) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        before = len(world.entries())
        for name, value in changes.items():
            setattr(window, name, value)
        window.seal(window.received())
        for answer in (await window.post(window.batch(1, 1)), await window.ask()):
            assert (answer.status_code, problem(answer).error) == (409, "diverged")
            assert problem(answer).facts["what"] == what
        assert len(world.entries()) == before

    in_hall(tmp_path, story)


def test_t59_s24_a_hall_that_was_rolled_back_gives_no_more_numbers(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        head = Head(world.row.id, 1, 500, "b" * 64)
        forged = msgspec.json.encode(seal(window.signer, PURPOSE_HEAD, head))
        window.seal(window.received(), window.received())
        assert (await window.post(window.batch(1, 1, known_head=msgspec.Raw(forged)))).status_code == 200
        before = len(world.entries())
        ahead = msgspec.Raw(msgspec.json.encode(seal(world.signer, PURPOSE_HEAD, head)))
        answer = await window.post(window.batch(2, 2, known_head=ahead))
        assert (answer.status_code, problem(answer).error) == (409, "diverged")
        other.seal(other.received())
        for _ in range(2):
            waits = await other.post(other.batch(1, 1))
            assert (waits.status_code, problem(waits).error) == (503, "latched")
            assert int(waits.headers["Retry-After"]) >= 1
            world.restart()
        assert len(world.entries()) == before

    in_hall(tmp_path, story)


def test_s18_only_a_fresh_signature_of_a_known_key_opens_the_log(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        stranger = Window(world, "0099", client)
        assert (await client.get("/sync/v1/pull?epoch=1&after=0&chain=x")).status_code == 401
        assert problem(await stranger.ask()).error == "unknown_key"
        headers = sign_request(window.signer, "GET", "/sync/v1/pull", "epoch=1&after=0", world.clock.now())
        other = await client.get(f"/sync/v1/pull?epoch=1&after=1&chain={NO_HASH}", headers=headers)
        assert (other.status_code, problem(other).error) == (401, "signature")
        signed = sign_request(window.signer, "GET", "/sync/v1/blob/0", "", world.clock.now())
        world.clock.go(301)
        late = await client.get("/sync/v1/blob/0", headers=signed)
        assert (late.status_code, problem(late).error) == (401, "stale_signature")
        hello = msgspec.json.decode(problem(late).facts["hello"], type=Signed)
        told = unseal(hello, world.signer.public, PURPOSE_HELLO, Hello)
        assert told.hall_time == "2026-11-23T09:05:01.000"
        world.clock.go(-301)
        world.api.hall.change(revoked)
        assert problem(await window.ask()).error == "revoked"
        window.seal(window.received())
        gone = await window.post(window.batch(1, 1))
        assert (gone.status_code, problem(gone).error) == (403, "revoked")

    in_hall(tmp_path, story)


def revoked(reading: Any, now: str, new_id: Any) -> Any:
    """The hall's word that terminal 0012 is revoked."""
    from hall.office import revoke

    return revoke(reading, "0012", now, new_id)


def test_blobs_come_by_their_hash_and_snapshots_say_that_there_are_none(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        head = next(entry for entry in world.entries() if b"catalogue.head" in bytes(entry.fact))
        version = msgspec.json.decode(head.fact)["body"]["version"]
        blob = await window.get(f"/sync/v1/blob/{version}")
        assert (blob.content, digest(blob.content)) == (CATALOGUE, version)
        assert (await client.get(f"/sync/v1/blob/{version}")).status_code == 401
        assert problem(await window.get("/sync/v1/blob/" + "0" * 64)).error == "no_blob"
        assert problem(await window.get("/sync/v1/snapshot/single")).error == "no_snapshot"

    in_hall(tmp_path, story)


def test_open_pages_tell_no_secrets_and_unknown_ones_are_typed(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        hello = msgspec.json.decode((await client.get("/sync/v1/hello")).content, type=Signed)
        assert unseal(hello, world.signer.public, PURPOSE_HELLO, Hello).hall == world.row.id
        assert (await client.get("/healthz")).json() == {"ok": True}
        assert "yichuang_log_entries 10" in (await client.get("/metrics")).text
        schema = (await client.get("/openapi.json")).json()
        assert set(schema["paths"]["/sync/v1/pull"]) == {"get"}
        assert "PullAnswer" in schema["components"]["schemas"]
        assert problem(await client.get("/nothing")).error == "no_page"
        assert problem(await client.get("/sync/v1/push")).error == "no_method"

    in_hall(tmp_path, story)


@pytest.mark.parametrize(
    "query", ["", "epoch=x&after=0&chain=y", "epoch=1&after=0", "epoch=1&after=0&chain=y&wait=nan"]
)
def test_a_question_that_makes_no_sense_has_a_typed_answer(tmp_path: Path, query: str) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        answer = await window.get("/sync/v1/pull", query)
        assert (answer.status_code, problem(answer).error) == (422, "unreadable")

    in_hall(tmp_path, story)


# Long polls, in virtual time


def in_virtual_time(folder: Path, story: Any) -> None:
    """Run `story(world, client)` on a loop whose clock jumps."""
    world = HallWorld(folder)

    async def whole() -> None:
        async with world.client() as client:
            await story(world, client)

    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(whole())
    finally:
        world.store.close()


async def timed(answer: Coroutine[Any, Any, PullAnswer]) -> tuple[int, float]:
    """How many entries came, and at what second."""
    page = await answer
    return len(page.entries), round(asyncio.get_running_loop().time(), 3)


def test_s20_a_long_poll_ends_by_itself_as_a_plain_poll(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        assert await timed(window.pull(wait=600)) == (0, 25.0)

    in_virtual_time(tmp_path, story)


def test_t19_a_long_poll_is_woken_by_what_others_do_and_answered_at_most_every_two_seconds(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        await window.pull_all()
        await window.pull(wait=5)
        loop = asyncio.get_running_loop()
        start = loop.time()
        for at in (1.0, 1.5, 1.9, 8.0):
            loop.call_later(at, lambda: loop.create_task(other.push(other.received())))
        assert await timed(window.pull(wait=25)) == (1, start + 1.0)
        assert await timed(window.pull(wait=25)) == (2, start + 3.0)
        assert await timed(window.pull(wait=25)) == (1, start + 8.0)

    in_virtual_time(tmp_path, story)


def test_s20_where_very_many_ask_each_is_answered_less_often_so_that_pushes_get_through(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        world.api._polls._limits = msgspec.structs.replace(world.limits, answers_a_second=0.25)
        window, other = await world.window("0012", client), await world.window("0007", client)
        await window.pull_all()
        await window.pull(wait=5)
        loop = asyncio.get_running_loop()
        start = loop.time()
        for at in (1.0, 1.5):
            loop.call_later(at, lambda: loop.create_task(other.push(other.received())))
        assert await timed(window.pull(wait=25)) == (1, start + 1.0)
        assert await timed(window.pull(wait=25)) == (1, start + 5.0)

    in_virtual_time(tmp_path, story)


def test_s20_own_verdicts_do_not_wait_for_the_pace(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        await window.pull_all()
        await window.pull(wait=5)
        loop = asyncio.get_running_loop()
        loop.call_later(1.0, lambda: loop.create_task(other.push(other.received())))
        lost = window.accepted("e" * 32)
        loop.call_later(1.5, lambda: loop.create_task(window.push(lost)))
        assert await timed(window.pull(wait=25)) == (1, 6.0)
        assert await timed(window.pull(wait=25)) == (2, 6.5)

    in_virtual_time(tmp_path, story)


def test_s20_what_a_terminal_may_not_see_does_not_wake_it(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        narrow = msgspec.structs.replace(await row_of(world, "0007"), scopes=("hall", "business"))
        world.api.hall.change(lambda reading, now, ids: terminals(narrow, own_facts(reading, [], now, ids)))
        await other.pull_all()
        loop = asyncio.get_running_loop()
        loop.call_later(1.0, lambda: loop.create_task(window.push(window.received())))
        assert await timed(other.pull(wait=20)) == (1, 20.0)

    in_virtual_time(tmp_path, story)


def test_a_hall_that_stops_lets_its_polls_go(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        asyncio.get_running_loop().call_later(3.0, world.api.close)
        assert await timed(window.pull(wait=25)) == (0, 3.0)

    in_virtual_time(tmp_path, story)


def test_a_new_person_of_the_roster_reaches_the_windows_in_the_log(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.pull_all()
        new = bodies.StaffSet("1003", "何静", "helper", ("window",), "-")
        world.api.hall.change(lambda reading, now, ids: own_facts(reading, [new], now, ids))
        await window.pull_all()
        entry = window.links[-1].entry
        assert entry is not None
        assert (entry.scope, msgspec.json.decode(entry.fact)["body"]["name"]) == ("hall", "何静")
        (answer,) = await window.push(window.received(actor="1003"))
        assert answer.verdict.v == "accepted"
        assert answer.verdict.flags == ()

    in_hall(tmp_path, story)


def test_s20_what_many_windows_ask_for_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S20: a page that many ask for is read once; what a window may not see of it is hidden from it all the same."""
    read: list[tuple[int, int]] = []

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        windows = [await world.window(number, client) for number in ("0011", "0012", "0013")]
        await windows[0].push(*(windows[0].received() for _ in range(8)), windows[0].decided("0" * 32))
        page = SqliteReading.page

        def counted(self: SqliteReading, after: int, limit: int) -> tuple[PageRow, ...]:
            read.append((after, limit))
            return page(self, after, limit)

        monkeypatch.setattr(SqliteReading, "page", counted)
        for window in windows:
            while (await window.pull(limit=5)).upto < len(world.entries()):
                pass
        whole = [count for count in read if count[1] == 5]
        assert len(whole) == len(set(whole))
        own = [link.seq for link in windows[0].links if link.entry and link.entry.kind == "verdict"]
        assert own
        assert [link.entry for link in windows[1].links if link.seq in own] == [None] * len(own)

    in_hall(tmp_path, story)


@pytest.mark.parametrize(
    ("asked", "said"), [("2026-11-23T09:00:00.000-7", "2026-11-23T09:00:00.000-7"), ("", None), ("x\x01", None)]
)
def test_t17_an_answer_says_to_which_question_it_is_one_also_when_it_is_no(
    tmp_path: Path, asked: str, said: str | None
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        for path, status in (("/sync/v1/hello", 200), ("/sync/v1/pull", 401), ("/nowhere", 404)):
            answer = await client.get(path, headers={"Question": asked})
            assert (answer.status_code, answer.headers.get("Question")) == (status, said)

    in_hall(tmp_path, story)
