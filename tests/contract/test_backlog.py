"""A window that was cut off for long, or just begins: what waits costs no memory, a save waits for a slice."""

from __future__ import annotations

import sqlite3
import tracemalloc
from pathlib import Path

import httpx
import pytest

from casework.limits import LIMITS
from casework.wire import Answered, Verdict
from local_db.memory import TerminalMemory
from tests.beginning import SMALL, busy
from tests.builders import FixedClock, Hand
from tests.hall_world import HallWorld, in_hall
from tests.lines import Place

ROW_MS = 0.02


class Work:
    """What SQLite does for a memory, in thousands of its own steps."""

    def __init__(self, memory: TerminalMemory) -> None:
        self.steps = 0
        with memory.reading() as reader:
            for db in (reader, memory._writer):
                db.set_progress_handler(self._tick, 1000)

    def _tick(self) -> int:
        self.steps += 1
        return 0


def filled(place: Place, facts: int) -> None:
    """`facts` of cases that nobody has sent."""
    hand = Hand(place.number, f"b{facts}", place.world.clock)
    for _ in range(facts // 4):
        taken = hand.received()
        with place.memory.writing() as act:
            act.commit_groups([[taken], *([hand.printed(taken.case)] for _ in range(3))])


def drained(place: Place, facts: int) -> tuple[float, float, float]:
    """Steps an event to send a backlog and hear of it, most bytes meanwhile, and steps of a look at what waits."""
    filled(place, facts)
    work, limits = Work(place.memory), place.limits
    place.memory.pending()
    look, work.steps = work.steps, 0
    tracemalloc.start()
    while (out := place.memory.outgoing(limits.push_facts, limits.push_bytes)) is not None:
        place.memory.mark_sent(out.first, out.last)
        answers = tuple(Answered(event.seq, Verdict("accepted"), event.seq) for event in out.events)
        place.memory.answered(answers, out.last)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert place.memory.pending().unsent == 0
    return work.steps / facts, float(peak), float(look)


def test_t48_ten_times_the_backlog_costs_ten_times_the_work_and_no_more_memory(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        places = [Place(world, number, tmp_path) for number in ("0030", "0031", "0032")]
        for place in places:
            await place.enrol()
        drained(places[0], 400)  # what is loaded once
        small, large = drained(places[1], 800), drained(places[2], 8000)
        assert large[0] <= 1.25 * small[0], "work an event"
        assert large[1] <= 1.25 * small[1], "bytes"
        assert large[2] <= 60, "a status line that looks at what waits is not noticed"

    in_hall(tmp_path, story)


class Rowwise(FixedClock):
    """A clock that goes on by each row that a memory writes: a slow disk, the same on every machine."""

    writer: sqlite3.Connection | None = None

    def monotonic(self) -> float:
        rows = self.writer.total_changes if self.writer is not None else 0
        return self.ran + rows * ROW_MS / 1000


def test_t70_a_save_during_a_bootstrap_waits_for_one_short_slice_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is free after every slice, and no slice is longer than its time, however much is to be applied."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await busy(window, 150)
        world.snapshot()
        place = Place(world, "0032", tmp_path, SMALL)
        await place.enrol()
        clock = Rowwise()
        monkeypatch.setattr(place.memory, "clock", clock)
        clock.writer = place.memory._writer
        beside = TerminalMemory.open(place.folder, world.clock, place.state, SMALL)  # the clerk's own connection
        hand = Hand("0032", "s", world.clock)
        longest, saves, applying = 0.0, 0, False
        while True:
            began, before = clock.monotonic(), place.memory.boot()
            if not await place.line._bootstrap.step():
                break
            if before is not None and before.applying:
                applying = True
                longest = max(longest, clock.monotonic() - began)
                with beside.writing() as act:
                    act.commit_groups([[hand.received()]])
                saves += 1
        beside.close()
        assert applying
        assert saves > 20
        assert longest * 1000 <= 2 * LIMITS.bootstrap_slice_ms
        assert place.slept == pytest.approx(saves * LIMITS.bootstrap_rest_ms / 1000, rel=0.1)
        assert place.memory.pending().unsent == saves

    in_hall(tmp_path, story, limits=SMALL)
