"""How fast the console feels, in a real terminal, against a bare Textual app with one Input; alternating, medians.

    python tests/load/bench_console.py [RUNS]

Prints one JSON line: first usable frame, key to repaint in a form of 40 fields (p95), from sign-in to the queue, from
the queue to the form for the first time and later. Milliseconds and ratios. The console's desk is the one in memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.load.as_installed import compiled
from tests.screens.fake_prefiles import COMPANY
from tests.screens.terminal import Terminal

HERE = Path(__file__).parent
BARE: list[str | Path] = [sys.executable, HERE / "bare_app.py"]
CONSOLE: list[str | Path] = [sys.executable, HERE.parent / "screens" / "run_fake.py"]
LETTERS = "abcdefghijklmnopqrst"


def settle(terminal: Terminal) -> None:
    """Until nothing is drawn for a while."""
    while terminal.pump(0.15):
        pass


def repaints(terminal: Terminal) -> list[float]:
    """Milliseconds from each key to its character on the screen."""
    took = []
    typed = ""
    for letter in LETTERS:
        typed += letter
        wanted = typed
        begin = time.perf_counter()
        terminal.type(letter)
        while not terminal.sees(wanted):
            terminal.pump(0.005)
        took.append((time.perf_counter() - begin) * 1000)
        settle(terminal)
    return took


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[round(0.95 * (len(values) - 1))]


def bare() -> dict[str, list[float]]:
    """One run of the floor."""
    terminal = Terminal(BARE)
    try:
        terminal.wait_for("READY")
        first = (time.perf_counter() - terminal.started) * 1000
        settle(terminal)
        return {"first": [first], "key": repaints(terminal)}
    finally:
        terminal.close()


def timed(terminal: Terminal, keys: str, wanted: str) -> float:
    """Milliseconds from the keys to what they bring up."""
    begin = time.perf_counter()
    terminal.type(keys)
    terminal.wait_for(wanted)
    took = (time.perf_counter() - begin) * 1000
    settle(terminal)
    return took


def console() -> dict[str, list[float]]:
    """One run of the console."""
    terminal = Terminal([*CONSOLE, "--fields", "40"])
    try:
        terminal.wait_for("工号")
        first = (time.perf_counter() - terminal.started) * 1000
        settle(terminal)
        terminal.type("1001<enter>13579")
        settle(terminal)
        to_queue = timed(terminal, "0<enter>", "工作台 (12)")
        form_first = timed(terminal, "n", "[单一事项]")
        terminal.type(f"A01<enter>{COMPANY}<enter><f6>")
        settle(terminal)
        terminal.type("<down>" * 12)
        settle(terminal)
        terminal.type("<f3>")
        settle(terminal)
        form_later = timed(terminal, "n", "内容12")
        return {
            "first": [first],
            "key": repaints(terminal),
            "to_queue": [to_queue],
            "form_first": [form_first],
            "form_later": [form_later],
        }
    finally:
        terminal.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=int, nargs="?", default=5)
    parser.add_argument("--json", action="store_true", help="always so: one line of facts")
    runs = parser.parse_args().runs
    compiled()
    floor: dict[str, list[float]] = {}
    ours: dict[str, list[float]] = {}
    for _ in range(runs):
        for found, run in ((floor, bare), (ours, console)):
            for name, values in run().items():
                found.setdefault(name, []).extend(values)
    first, key = statistics.median(ours["first"]), p95(ours["key"])
    facts = {
        "first_frame_ms": round(first, 1),
        "first_frame_ratio": round(first / statistics.median(floor["first"]), 2),
        "key_to_repaint_p95_ms": round(key, 1),
        "key_to_repaint_ratio": round(key / p95(floor["key"]), 2),
        **{f"{name}_ms": round(statistics.median(ours[name]), 1) for name in ("to_queue", "form_first", "form_later")},
        "bare": {
            "first_frame_ms": round(statistics.median(floor["first"]), 1),
            "key_p95_ms": round(p95(floor["key"]), 1),
        },
    }
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
