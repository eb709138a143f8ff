"""A hall-day of `bench sync`: 200 terminals push what they took in, case by case, and five of them apply everything.

The terminals that push are driven from one process over kept-alive connections, each with one push in flight; the five
that apply are real memories in processes of their own, so that they take their share of the machine as they would.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from casework.facts import Fact
from tests.load.sync_cases import Stamped, Template, in_pushes
from tests.load.sync_hall import Clock, Teller, Terminal, checked, founded, served, worked
from tests.load.sync_line import ended, line_of
from tests.load.sync_table import Mark, Row, figure
from tests.load.sync_wire import Wire

CASES, TERMINALS, APPLIERS = 30_400, 200, 5
"""Of a whole hall-day (quality.md)."""
MARK = Mark(120, 60, at_most=True)
_NUMBER = "{:04d}"


class Pusher:
    """A terminal with its day's pushes ready: sealed and signed beforehand, as its clerks' acts were over the day."""

    def __init__(self, teller: Teller, pushes: Iterator[list[Fact]]) -> None:
        self.teller = teller
        self.bodies: list[tuple[int, int, bytes]] = []
        for facts in pushes:
            first = len(teller.sent) + 1
            teller.seal(facts)
            self.bodies.append((first, len(teller.sent), teller.batch(first, len(teller.sent))))

    async def push(self, url: str) -> int:
        """Everything, one push after the other; how many facts."""
        async with Wire(url) as wire:
            for first, last, body in self.bodies:
                checked(await wire.post("/sync/v1/push", body), first, last)
        return len(self.teller.sent)


def rows(made_from: tuple[Template, ...], share: float, tell: Callable[[str], None]) -> list[Row]:
    """One hall-day, or that share of it."""
    cases = max(24, round(CASES * share))
    terminals = max(4, round(TERMINALS * min(1.0, share * 4)))
    appliers = APPLIERS if share >= 0.1 else 1
    tell(f"a hall-day: {cases} cases at {terminals} terminals, {appliers} of which apply everything")
    with tempfile.TemporaryDirectory() as name:
        events, pushed, applied, pushes, busy = _day(Path(name), made_from, cases, terminals, appliers)
    note = (
        f"{cases} cases, {events} events in {pushes} pushes by {terminals} terminals; pushed after {pushed:.1f} s, "
        f"applied by {appliers} terminals after {applied:.1f} s; the hall worked {busy:.1f} s of processor time"
    )
    whole = share >= 1
    return [
        figure("hall-day", "s", [max(pushed, applied)], MARK if whole else None, note),
        figure("hall-day, pushed", "events/s", [events / pushed]),
    ]


def _day(
    folder: Path, made_from: tuple[Template, ...], cases: int, terminals: int, appliers: int
) -> tuple[int, float, float, int, float]:  # fmt: skip
    """Events, seconds until all were pushed, until all were applied, pushes, and the hall's processor seconds."""
    now = Clock().now()
    with founded(folder / "hall") as at:
        tellers = [Teller(_NUMBER.format(n + 1)) for n in range(terminals)]
        for teller in tellers:
            teller.enrol(at, at.invite(teller.number)[0])
        readers = [Terminal(folder, _NUMBER.format(9000 + n), at) for n in range(appliers)]
        with at.store.reading() as reading:
            before = reading.hall().seq
    pushers = []
    for place, teller in enumerate(tellers):
        stamped = Stamped(made_from, teller.number, now, place)
        count = cases // terminals + (place < cases % terminals)
        pushers.append(Pusher(teller, in_pushes(stamped.case() for _ in range(count))))
    events = sum(len(pusher.teller.sent) for pusher in pushers)
    with served(folder / "hall") as (url, hall):
        began = time.perf_counter()
        processes = [line_of(reader, url, before + events) for reader in readers]
        try:
            pushed = asyncio.run(_pushed(url, pushers)) - began
            for process in processes:
                ended(process)
            applied = time.perf_counter() - began
            busy = worked(hall)
        finally:
            for process in processes:
                process.kill()
                process.wait()
    return events, pushed, applied, sum(len(pusher.bodies) for pusher in pushers), busy


async def _pushed(url: str, pushers: list[Pusher]) -> float:
    """When everything was pushed."""
    await asyncio.gather(*(pusher.push(url) for pusher in pushers))
    return time.perf_counter()
