"""Beginning from a snapshot, in `bench sync`: against pulling the same log; and what a save costs meanwhile.

The hall is a year old: nine cases of ten have ended, evenly over the year, one of ten is open. A terminal keeps what is
open and what ended within thirty days; who pulls gets all of it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from console.memory_thread import MemoryThread
from hall.cli import HallHere, create_hall, open_hall
from hall.cli_snapshot import make_snapshot
from local_db.connection import in_a_thread
from local_db.memory import TerminalMemory
from sync.line import Line
from sync.transport import Transport
from tests.builders import FixedClock, Hand
from tests.load.bench_save import raw, save
from tests.load.sync_cases import Stamped, Template
from tests.load.sync_hall import Clock, Teller, Terminal, served
from tests.load.sync_line import BOTH, Done, ended, line_of
from tests.load.sync_table import Mark, Row, figure

FASTER = Mark(10, 10)
SAVE = Mark(20, 20, at_most=True)
TIMES_RAW = Mark(2.5, 2, at_most=True)
DAYS, MONTHS, OPEN = 365, 12, 10
"""How old the hall is, in how many steps it got so old, and one case of how many is open."""
_A_DAY = 9_000
"""Numbers that one window gives on a day, of 9,999 that there are."""
_WARM = 30


class Stage(msgspec.Struct):
    """What a run found: seconds to begin from the snapshot and to pull all, saves and raw commits beside the first."""

    entries: int
    begun: Done
    pulled: Done
    saves: list[float]
    raws: list[float]
    size: int


def rows(made_from: tuple[Template, ...], cases: int, tell: Callable[[str], None]) -> list[Row]:
    """One hall with so many cases."""
    tell(f"a terminal begins at a hall with {cases:,} cases")
    with tempfile.TemporaryDirectory() as name:
        stage = _stage(Path(name), made_from, cases, tell)
    ours, pull = stage.entries / stage.begun.seconds, stage.entries / stage.pulled.seconds
    note = (
        f"{cases:,} cases, {stage.entries:,} entries: begun in {stage.begun.seconds:.1f} s from {stage.size / 1e6:.0f} "
        f"MB, pulled in {stage.pulled.seconds:.1f} s; at most {stage.begun.peak / 1e6:.0f} MB of memory"
    )
    found = [Row("bootstrap", "pulling", "entries/s", (ours,), (pull,), (ours / pull,), FASTER, note=note)]
    ordered = sorted(stage.saves)
    if ordered:
        p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        times = statistics.median(stage.saves) / statistics.median(stage.raws)
        middle = statistics.median(ordered) * 1000
        said = f"{len(ordered)} saves, median {middle:.1f} ms, longest {ordered[-1] * 1000:.0f} ms"
        found.append(figure("save during a bootstrap, p99", "ms", [p99 * 1000], SAVE, said))
        found.append(
            Row(
                "save during a bootstrap", "one raw commit", "ms", tuple(s * 1000 for s in stage.saves),
                tuple(s * 1000 for s in stage.raws), (times,), TIMES_RAW,
            )
        )  # fmt: skip
    return found


def _stage(folder: Path, made_from: tuple[Template, ...], cases: int, tell: Callable[[str], None]) -> Stage:
    now = Clock().now()
    clock = FixedClock(now - timedelta(days=DAYS))
    create_hall(folder / "hall", sample=True, verifier=lambda pin: f"cheap:{pin}", clock=clock)
    with open_hall(folder / "hall", clock=clock) as at:
        at.store._writer.execute("pragma synchronous = off")  # only while the stage is set
        _live_through(at, clock, made_from, cases, now)
    with open_hall(folder / "hall") as at:
        readers = [Terminal(folder, number, at) for number in ("0031", "0032", "0033")]
        kept = make_snapshot(at)
        with at.store.reading() as reading:
            newest = reading.hall().seq
    size = sum(file.stat().st_size for file in kept.folder.iterdir())
    with served(folder / "hall") as (url, _):
        tell("it begins from the snapshot")
        begun = ended(line_of(readers[0], url, BOTH))
        tell("it saves while it begins")
        saves, raws = _saving(folder, readers[1], url)
        tell("it pulls everything")
        pulled = ended(line_of(readers[2], url, newest))
    return Stage(newest, begun, pulled, saves, raws, size)


def _live_through(
    at: HallHere, clock: FixedClock, made_from: tuple[Template, ...], cases: int, now: datetime
) -> None:  # fmt: skip
    """The year: what has ended, month by month, then what is open."""
    over = tuple(made for made in made_from if made.facts[-1].type == "closed")
    under_way = tuple(made for made in made_from if made.facts[-1].type in {"accepted", "step.done", "decided"})
    left = cases - cases // OPEN
    for month in range(MONTHS):
        clock.at = now - timedelta(days=DAYS - DAYS * (month + 0.5) / MONTHS)
        _take_in(at, clock, over, f"{11 + month:04d}", left // MONTHS)
    clock.at = now - timedelta(days=1)
    for place, first in enumerate(range(0, cases // OPEN, _A_DAY)):
        _take_in(at, clock, under_way, f"{50 + place:04d}", min(_A_DAY, cases // OPEN - first))


def _take_in(at: HallHere, clock: FixedClock, made_from: tuple[Template, ...], number: str, cases: int) -> None:
    """One window's cases, in batches as large as they may be."""
    teller = Teller(number)
    teller.enrol(at, at.invite(teller.number)[0])
    stamped = Stamped(made_from, teller.number, clock.now())
    for _ in range(cases):
        teller.seal(stamped.case())
    for first, last in teller.cuts():
        at.hall.push(teller.batch(first, last))


def _saving(folder: Path, terminal: Terminal, url: str) -> tuple[list[float], list[float]]:
    """A clerk takes in one case after the other while the line of the same program begins from the snapshot."""
    clock = FixedClock(Clock().now())
    hand = Hand(terminal.teller.number, clock=clock)
    done = threading.Event()
    memory, folder_ = terminal.memory, terminal.memory.folder
    memory.beside = in_a_thread  # as the console has it
    db = sqlite3.connect(folder / "raw.db", isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("create table t (id integer primary key, b blob)")

    trouble: list[BaseException] = []

    def begin() -> None:
        try:
            asyncio.run(_line(folder_, terminal, url))
        except BaseException as cause:  # this thread has nobody who would hear of it
            trouble.append(cause)
        finally:
            done.set()

    saves: list[float] = []
    raws: list[float] = []
    for nth in range(_WARM):
        save(memory, hand, nth + 1)
    line = threading.Thread(target=begin)
    line.start()
    while not done.wait(_BETWEEN):
        saves.append(save(memory, hand, _WARM + len(saves) + 1, lambda: done.wait(_BETWEEN)))
        raws.append(raw(db))
    line.join()
    memory.close()
    db.close()
    if trouble:
        raise trouble[0]
    return saves, raws


_BETWEEN = 0.01
"""Seconds between two saves: far more often than any clerk."""


async def _line(folder: Path, terminal: Terminal, url: str) -> None:
    memory = TerminalMemory.open(folder, terminal.clock, folder.parent / "state")
    transport, thread = Transport(url, memory.clock, key=terminal.key), MemoryThread()
    line = Line(
        memory, transport, terminal.teller.signer, clock=memory.clock, sleep=asyncio.sleep, dice=lambda: 0.5, run=thread
    )
    try:
        done = await line.sync_once()
        assert not done.error, done
    finally:
        await transport.aclose()
        thread.close()
        memory.close()
