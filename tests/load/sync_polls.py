"""Long polls of `bench sync`: 2,000 terminals at one hall process, ten pushes a second, an outage, all back at once.

The terminals are driven from one process: each signs its polls, follows the chain, asks again once it is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from casework.facts import NO_HASH
from casework.http_signature import sign_request
from casework.seals import Signed
from casework.wire import Head, PullAnswer
from hall.cli import open_hall
from tests.load.sync_cases import Stamped, Template, in_pushes
from tests.load.sync_day import Pusher
from tests.load.sync_hall import Clock, Teller, checked, founded, served, worked
from tests.load.sync_table import Mark, Row, figure
from tests.load.sync_wire import Wire

MARK = Mark(250, 250, at_most=True)
WRITES = 10
"""Pushes a second, each by a terminal of its own."""
WAIT = 25
_SPARE_FILES = 200
_MOST_ERRORS = 20
Bodies = list[tuple[int, int, bytes]]
_answer = msgspec.json.Decoder(PullAnswer).decode
_signed = msgspec.json.Decoder(Signed).decode
_head = msgspec.json.Decoder(Head).decode


class Poller:
    """A terminal that asks for what is new, and asks again, until it is told to stop."""

    def __init__(self, teller: Teller, clock: Clock) -> None:
        self.teller = teller
        self.cursor, self.chain = 0, NO_HASH
        self.answers = self.errors = 0
        self._clock = clock

    async def poll(self, url: str, upto: int) -> float:
        """Ask until everything up to there is here; when that was. What goes wrong is counted, and asked again."""
        while True:
            try:
                async with Wire(url) as wire:
                    while self.cursor < upto:
                        await self._ask(wire)
                    return time.perf_counter()
            except (OSError, asyncio.IncompleteReadError):
                self.errors += 1
                if self.errors > _MOST_ERRORS:
                    raise

    async def _ask(self, wire: Wire) -> None:
        asked = {"epoch": 1, "after": self.cursor, "chain": self.chain, "limit": 500, "wait": WAIT}
        query = urlencode(asked)
        headers = sign_request(self.teller.signer, "GET", "/sync/v1/pull", query, self._clock.now())
        answer = _answer(await wire.get(f"/sync/v1/pull?{query}", headers))
        self.cursor, self.chain = answer.upto, _head(_signed(answer.head).body).chain
        self.answers += 1


def files_allowed() -> int:
    """How many connections a process of this machine may have, after asking for as many as it gives."""
    try:
        import resource
    except ImportError:  # Windows: sockets are not counted as files
        return 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft


def rows(made_from: tuple[Template, ...], count: int, seconds: float, tell: Callable[[str], None]) -> list[Row]:
    """`count` terminals in long polls for some seconds, then an outage."""
    count = min(count, files_allowed() - _SPARE_FILES)
    tell(f"{count} terminals in long polls for {seconds:.0f} s, then an outage")
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(_watched(Path(name), made_from, count, seconds))


async def _watched(folder: Path, made_from: tuple[Template, ...], count: int, seconds: float) -> list[Row]:
    clock = Clock()
    writers = [Teller(f"{9000 + n}") for n in range(WRITES)]
    pollers = [Poller(Teller(f"{n + 1:04d}"), clock) for n in range(count)]
    with founded(folder / "hall") as at:
        at.store._writer.execute("pragma synchronous = off")  # only while the stage is set
        for teller in (*writers, *(poller.teller for poller in pollers)):
            teller.enrol(at, at.invite(teller.number)[0])
        with at.store.reading() as reading:
            start = reading.hall().seq
    pushers = [_pusher(teller, made_from, place, seconds) for place, teller in enumerate(writers)]
    port = _free_port()
    with served(folder / "hall", port) as (url, hall):
        await _all(pollers, url, start)
        before, busy = sum(poller.answers for poller in pollers), worked(hall)
        end = start + sum(len(pusher.teller.sent) for pusher in pushers)
        polls = [asyncio.ensure_future(poller.poll(url, end)) for poller in pollers]
        waits = await asyncio.to_thread(_written, url, [pusher.bodies for pusher in pushers])
        finished = time.perf_counter()
        last = max(await asyncio.gather(*polls)) - finished
        answers, busy = sum(poller.answers for poller in pollers) - before, worked(hall) - busy
    back = await _outage(folder, pollers, made_from, url, port)
    errors = sum(poller.errors for poller in pollers)
    ordered = sorted(waits)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000
    what = f"p99 of a push, {count:,} terminals in long polls"
    note = (
        f"{len(ordered)} pushes in {seconds:.0f} s, median {ordered[len(ordered) // 2] * 1000:.0f} ms, longest "
        f"{ordered[-1] * 1000:.0f} ms; {answers} answers to polls in {busy:.1f} s "
        f"of the hall's processor time, {errors} errors; the last had all {last:.1f} s later"
    )
    return [
        figure(what, "ms", [p99], MARK if count >= 1000 else None, note),
        figure("all drained after an outage", "s", [back], note=f"{count:,} terminals ask at once, none starved"),
    ]


def _pusher(teller: Teller, made_from: tuple[Template, ...], place: int, seconds: float) -> Pusher:
    stamped = Stamped(made_from, teller.number, Clock().now(), place * 7)
    return Pusher(teller, in_pushes(stamped.case() for _ in range(max(2, int(seconds)))))


async def _all(pollers: list[Poller], url: str, upto: int) -> None:
    """Everybody asks until she has everything up to there."""
    await asyncio.gather(*(poller.poll(url, upto) for poller in pollers))


def _written(url: str, bodies: list[Bodies]) -> list[float]:
    """Seconds that each push took, in a process of its own: what drives the polls must not be what is measured."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_write, url, bodies).result()


def _write(url: str, bodies: list[Bodies]) -> list[float]:
    async def together() -> list[float]:
        made = await asyncio.gather(*(_once_a_second(each, url, place) for place, each in enumerate(bodies)))
        return [wait for waits in made for wait in waits]

    return asyncio.run(together())


async def _once_a_second(bodies: Bodies, url: str, place: int) -> list[float]:
    """Seconds that each push took; they begin a second apart, the terminals evenly between them."""
    loop, waits = asyncio.get_running_loop(), []
    begin = loop.time() + place / WRITES
    async with Wire(url) as wire:
        for turn, (first, last, body) in enumerate(bodies):
            await _until(loop, begin + turn)
            began = time.perf_counter()
            checked(await wire.post("/sync/v1/push", body), first, last)
            waits.append(time.perf_counter() - began)
    return waits


async def _until(loop: asyncio.AbstractEventLoop, at: float) -> None:
    reached = asyncio.Event()
    loop.call_at(at, reached.set)
    await reached.wait()


async def _outage(folder: Path, pollers: list[Poller], made_from: tuple[Template, ...], url: str, port: int) -> float:
    """The hall comes back with something new, and everybody asks at once: seconds until the last one has it."""
    teller = Teller("8999")
    with open_hall(folder / "hall") as at:
        teller.enrol(at, at.invite("8999")[0])
        pusher = Pusher(teller, iter([Stamped(made_from, "8999", Clock().now()).facts(60)]))
        for _, _, body in pusher.bodies:
            at.hall.push(body)
        with at.store.reading() as reading:
            end = reading.hall().seq
    with served(folder / "hall", port):
        began = time.perf_counter()
        await _all(pollers, url, end)
        return time.perf_counter() - began


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
