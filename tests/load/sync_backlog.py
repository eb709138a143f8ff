"""A backlog of `bench sync`: ten times as many entries to pull, or facts to push, cost ten times as much, no memory."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.load.sync_cases import Stamped, Template
from tests.load.sync_hall import Clock, Teller, Terminal, founded, served
from tests.load.sync_line import Done, ended, line_of
from tests.load.sync_rates import fill
from tests.load.sync_table import Mark, Row, figure

MEMORY = Mark(150, 150, at_most=True)
EVEN = Mark(1.25, 1.10, at_most=True)
TIMES = 10
_MB = 1024 * 1024


def rows(made_from: tuple[Template, ...], events: int, rounds: int, tell: Callable[[str], None]) -> list[Row]:
    """`events` against a tenth of them, by turns."""
    found: list[Row] = []
    for what, measure in (("pulled", _pulled), ("pushed", _pushed)):
        pairs: list[tuple[Done, Done]] = []
        for turn in range(rounds):
            tell(f"a backlog of {events:,} is {what}, round {turn + 1} of {rounds}")
            pairs.append((measure(made_from, events // TIMES), measure(made_from, events)))
        large = [each for _, each in pairs]
        name = f"backlog of {events:,}, {what}"
        note = (
            f"{statistics.median(_each(done) for done in large):.0f} us of wall and "
            f"{statistics.median(done.worked / done.facts * 1e6 for done in large):.0f} us of processor an event"
        )
        if large[0].peak:
            found.append(figure(f"{name}: memory", "MB", [done.peak / _MB for done in large], MEMORY, note))
        slower = [_each(done) / _each(small) for small, done in pairs]
        found.append(
            Row(
                f"{name}: an event", f"of {events // TIMES:,}", "us", tuple(map(_each, large)),
                tuple(_each(small) for small, _ in pairs), tuple(slower), EVEN,
            )
        )  # fmt: skip
    return found


def _each(done: Done) -> float:
    """Microseconds an event."""
    return done.seconds / done.facts * 1e6


def _pulled(made_from: tuple[Template, ...], events: int) -> Done:
    clock = Clock()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with founded(folder / "hall") as at:
            teller, reader = Teller("0011"), Terminal(folder, "0012", at)
            teller.enrol(at, at.invite("0011")[0])
            at.store._writer.execute("pragma synchronous = off")  # only while the stage is set
            teller.seal(Stamped(made_from, "0011", clock.now()).facts(events))
            for first, last in teller.cuts():
                at.hall.push(teller.batch(first, last))
            with at.store.reading() as reading:
                newest = reading.hall().seq
        with served(folder / "hall") as (url, _):
            return ended(line_of(reader, url, newest))


def _pushed(made_from: tuple[Template, ...], events: int) -> Done:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with founded(folder / "hall") as at:
            writer = Terminal(folder, "0012", at)
        writer.memory._writer.execute("pragma synchronous = off")  # only while the stage is set
        fill(writer, Stamped(made_from, "0012", Clock().now()), events)
        with served(folder / "hall") as (url, _):
            return ended(line_of(writer, url, 0))
