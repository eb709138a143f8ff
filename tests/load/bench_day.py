"""A window's day in the real console: a real terminal, a real hall on loopback, memory and the log beside the database.

    python -m tests.load.bench_day [CASES] [--minutes N] [--json]

A window of a hall takes 152 cases in eight hours (quality.md: 30,400 at 200 windows); they are typed in so many
minutes, and between two of them she looks for a case and opens it. Marks: at most 100 MB, at most 1 MB more an hour of
the day, at most 16 MB of write-ahead log. Memory is what Linux says the process holds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.command_line import Place
from tests.crash.test_kill_loops import BEGIN, REGULAR, SAVE, furnished, on_screen
from tests.load.as_installed import compiled
from tests.screens.terminal import Terminal

HOURS = 8
QUIET = 35.0
"""Seconds after which all that waits for a quiet moment was done."""


@contextlib.contextmanager
def console(place: Place) -> Iterator[Terminal]:
    """The console with the clerk before her queue."""
    terminal = Terminal([sys.executable, "-m", "console.main", "console", "--dir", place.window("0012")])
    try:
        terminal.wait_for("工号")
        terminal.type("1001<enter>135790<enter>")
        terminal.wait_for("工作台 (")
        yield terminal
    finally:
        terminal.close()


def held(terminal: Terminal) -> float:
    """Megabytes of the console."""
    status = Path(f"/proc/{terminal.pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def wait(terminal: Terminal, until: float) -> None:
    """Let time pass and draw what comes."""
    while (left := until - time.monotonic()) > 0:
        terminal.pump(left)


def a_case(terminal: Terminal) -> None:
    """One more application of a company that has been here before, from the queue and back to it."""
    known = on_screen(terminal)
    terminal.type(BEGIN)
    terminal.wait_for(REGULAR)
    terminal.type(SAVE)
    terminal.until(lambda: bool(on_screen(terminal) - known), 20.0)
    terminal.type("<f3>")
    terminal.wait_for("工作台 (")


def a_look(terminal: Terminal, number: int) -> None:
    """A case of before is found, opened and left."""
    terminal.type("<f4>")
    terminal.wait_for("查找")
    terminal.type(f"{number + 1:04d}")
    terminal.pump(0.3)
    terminal.type("<enter>")
    terminal.wait_for("可办操作")
    terminal.type("<f3>")
    terminal.wait_for("工作台 (")


def day(place: Place, cases: int, minutes: float) -> dict[str, float]:
    """The day's figures."""
    log = Path(place.window("0012")) / "terminal.db-wal"
    with console(place) as terminal:  # the first one ever spells the catalogue's items, and keeps that for good
        a_case(terminal)
    with console(place) as terminal:
        at_sign_in = held(terminal)
        a_case(terminal)
        wait(terminal, time.monotonic() + QUIET)
        began, start, longest = held(terminal), time.monotonic(), 0
        most = began
        for number in range(cases):
            a_case(terminal)
            a_look(terminal, number)
            longest = max(longest, log.stat().st_size)
            most = max(most, held(terminal))
            wait(terminal, start + (number + 1) * minutes * 60 / cases)
        wait(terminal, time.monotonic() + QUIET)
        ended = held(terminal)
    return {
        "cases": cases, "at_sign_in_mb": round(at_sign_in, 1), "morning_mb": round(began, 1),
        "evening_mb": round(ended, 1), "most_mb": round(max(most, ended), 1),
        "growth_mb_an_hour": round((ended - began) / HOURS, 2), "wal_mb": round(longest / 2**20, 1),
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Memory over a day at a window.")
    parser.add_argument("cases", type=int, nargs="?", default=152)
    parser.add_argument("--minutes", type=float, default=6.0, help="that the eight hours last; 6 is 80 times as fast")
    parser.add_argument("--json", action="store_true", help="always so: one line of facts")
    args = parser.parse_args()
    compiled()
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name))
        os.environ.update(place.environment)
        place.found()
        with furnished(place):
            sys.stdout.write(json.dumps(day(place, args.cases, args.minutes)) + "\n")


if __name__ == "__main__":
    main()
