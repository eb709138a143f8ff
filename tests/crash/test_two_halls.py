"""Two hall processes on one memory: no number is skipped, one of two decisions is accepted, a busy file is patience."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec

from casework.wire import ENTRY_FACT, PushAnswer
from tests.command_line import ROOT
from tests.hall_world import HallWorld, Window, problem
from tests.soaking import TIMES

BATCHES = 25 * TIMES
"""Of each window."""


@contextlib.contextmanager
def two_halls(world: HallWorld) -> Iterator[tuple[str, str]]:
    """The addresses of two processes over the memory of `world`."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.crash.serving_beside", str(world.path), mark],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for mark in "ab"
    ]  # fmt: skip
    try:
        urls = []
        for process in processes:
            assert process.stdout is not None
            urls.append(process.stdout.readline().strip())
        yield urls[0], urls[1]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@contextlib.asynccontextmanager
async def at(*urls: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client of each address."""
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False, timeout=60))
            for url in urls
        ]


def founded(folder: Path, *numbers: str) -> tuple[HallWorld, list[Window]]:
    """A hall with these windows."""
    world = HallWorld(folder)

    async def enrol() -> list[Window]:
        async with world.client() as client:
            return [await world.window(number, client) for number in numbers]

    return world, asyncio.run(enrol())


def test_t22_two_hall_processes_write_at_once_and_no_reader_ever_misses_a_late_commit(tmp_path: Path) -> None:
    world, (*writers, reader) = founded(tmp_path, "0012", "0007", "0008", "0009", "0031")

    async def writes(window: Window, client: httpx.AsyncClient) -> None:
        window.client = client
        for _ in range(BATCHES):
            taken = window.received()
            answers = await window.push(taken, window.examined(taken.case))  # the second is refused: verdicts, too
            assert len(answers) == 2

    async def reads(clients: list[httpx.AsyncClient], writing: asyncio.Future[Any]) -> int:
        pages = 0
        while not writing.done() or (pages and reader.cursor < newest()):
            reader.client = clients[pages % 2]  # now from one process, now from the other
            await reader.pull(limit=7)  # `read_page` refuses a page with a hole or another chain
            pages += 1
        return pages

    def newest() -> int:
        with world.store.reading() as reading:
            return reading.hall().seq

    async def story() -> None:
        with two_halls(world) as urls:
            async with at(*urls) as clients:
                work = [writes(window, clients[index % 2]) for index, window in enumerate(writers)]
                writing = asyncio.ensure_future(asyncio.gather(*work))
                pages = await reads(clients, writing)
                await writing
        assert pages > 10
        assert [link.seq for link in reader.links] == list(range(1, newest() + 1))

    asyncio.run(story())
    accepted = [entry for entry in world.entries() if entry.kind == ENTRY_FACT and entry.envelope]
    by = Counter(entry.envelope.terminal for entry in accepted if entry.envelope)
    assert all(by[window.number] == BATCHES for window in writers)
    assert len({entry.fact_id for entry in accepted}) == len(accepted)
    world.store.close()


def test_t51_of_two_who_decide_at_two_hall_processes_at_once_one_is_accepted(tmp_path: Path) -> None:
    world, (one, other) = founded(tmp_path, "0012", "0007")
    count = 12 * TIMES

    async def story() -> None:
        async with world.client() as client:
            one.client = other.client = client
            cases = []
            for _ in range(count):
                taken = one.received()
                await one.push(taken, one.accepted(taken.case), one.examined(taken.case))
                cases.append(taken.case)
            for window in (one, other):
                await window.pull_all()
        with two_halls(world) as urls:
            async with at(*urls) as clients:
                one.client, other.client = clients
                for case in cases:
                    both = await asyncio.gather(one.push(one.decided(case)), other.push(other.decided(case)))
                    said = sorted(answers[0].verdict.v for answers in both)
                    assert said == ["accepted", "rejected"], both

    asyncio.run(story())
    assert len(world.waiting()) == count
    world.store.close()


def test_t39_while_another_program_holds_the_halls_file_for_ten_seconds_pushes_wait_or_are_told_to_come_again(
    tmp_path: Path,
) -> None:
    world, (window, patient) = founded(tmp_path, "0012", "0007")

    async def story() -> None:
        with two_halls(world) as urls, contextlib.closing(sqlite3.connect(world.path, isolation_level=None)) as other:
            async with at(*urls) as clients:
                window.seal(window.received())
                patient.seal(patient.received())
                other.execute("begin immediate")
                first = asyncio.ensure_future(clients[0].post("/sync/v1/push", content=window.body(window.batch(1, 1))))
                answer = await first  # the store's own patience of ten seconds is over
                assert (answer.status_code, problem(answer).error) == (503, "storage")
                assert answer.headers["Retry-After"] == "1"
                assert (await clients[0].get("/sync/v1/hello")).status_code == 200  # who reads waits for nobody
                second = asyncio.ensure_future(
                    clients[1].post("/sync/v1/push", content=patient.body(patient.batch(1, 1)))
                )
                other.execute("rollback")
                assert (await second).status_code == 200
                again = await clients[0].post("/sync/v1/push", content=window.body(window.batch(1, 1)))
                (said,) = msgspec.json.decode(again.content, type=PushAnswer).verdicts
                assert (said.verdict.v, said.duplicate) == ("accepted", False)

    asyncio.run(story())
    world.store.close()
