"""How long a save takes: an intake with everything it writes, against one raw SQLite commit with FULL.

    python -m tests.load.bench_save [--cases N] [--json]

Alternating, medians of five rounds, ratio first and milliseconds beside it. Prints figures, never fails.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from casework import bodies
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from tests.builders import PERSON, FixedClock, Hand, grouped

ROUNDS, SAVES = 5, 100
FORM = {f"field-{n:02d}": f"武汉市江岸区中山大道{n}号" for n in range(40)}
IDENTITY = Identity("420118", "420118", "江岸区政务服务大厅", "ab" * 32, "0012", "i1", 1)


def save(memory: TerminalMemory, hand: Hand, nth: int, drafted: Callable[[], object] | None = None) -> float:
    """Seconds of one intake: receipt and its print, number, projections, finder, draft.

    `drafted` is called between the draft and the save, which are minutes apart at a counter.
    """
    applicant = bodies.Party(
        "person", f"张{chr(0x4E00 + nth % 5000)}{chr(0x5000 + nth % 3000)}", f"{PERSON.id[:12]}{nth:06d}"
    )
    case = hand.new_id()
    taken = hand.received(case, f"420118261123{nth:010d}", applicant, form=FORM)
    groups = [grouped(taken, hand.printed(case)), (hand.accepted(case),)]
    memory.keep_draft(case, "1001", b"{}")
    if drafted is not None:
        drafted()
    began = time.perf_counter()
    with memory.writing() as act:
        act.next_number(memory.clock.now().date())
        act.base()
        act.commit_groups(groups)
        act.drop_draft(case)
    return time.perf_counter() - began


def raw(db: sqlite3.Connection) -> float:
    """Seconds of one commit of one row."""
    began = time.perf_counter()
    db.execute("begin immediate")
    db.execute("insert into t (b) values (?)", (b"x" * 100,))
    db.execute("commit")
    return time.perf_counter() - began


def measure(folder: Path, cases: int) -> dict[str, float]:
    """The figures, with `cases` already there."""
    clock = FixedClock()
    memory = TerminalMemory.create(folder / "terminal", clock, folder / "state", IDENTITY)
    hand = Hand(clock=clock)
    db = sqlite3.connect(folder / "raw.db", isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("create table t (id integer primary key, b blob)")
    nth = 0
    for _ in range(max(cases, 50)):
        nth += 1
        save(memory, hand, nth)
    saves: list[list[float]] = []
    raws: list[list[float]] = []
    for _ in range(ROUNDS):
        saves.append([])
        raws.append([])
        for _ in range(SAVES):
            nth += 1
            saves[-1].append(save(memory, hand, nth))
            raws[-1].append(raw(db))
    memory.close()
    db.close()
    mid_save = statistics.median(statistics.median(part) for part in saves)
    mid_raw = statistics.median(statistics.median(part) for part in raws)
    every = sorted(second for part in saves for second in part)
    return {
        "ratio": round(mid_save / mid_raw, 2),
        "save_ms": round(mid_save * 1000, 3),
        "raw_ms": round(mid_raw * 1000, 3),
        "save_p99_ms": round(every[int(len(every) * 0.99)] * 1000, 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A save against one raw commit.")
    parser.add_argument("--cases", type=int, default=1000, help="cases that are there before (default 1000)")
    parser.add_argument("--json", action="store_true", help="facts only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.cases)
    if options.json:
        print(json.dumps(figures))
    else:
        print(f"save {figures['ratio']} x one raw commit (must be 2.5, wanted 2): "
              f"{figures['save_ms']} ms against {figures['raw_ms']} ms, p99 {figures['save_p99_ms']} ms")  # fmt: skip


if __name__ == "__main__":
    main()
