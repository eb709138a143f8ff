"""The real console over a memory of 100,000 cases, in a real terminal, against a bare Textual app: medians.

    python -m tests.load.bench_terminal [CASES] [RUNS]

Prints one JSON line, milliseconds and ratios: first usable frame, sign-in to the queue, queue to the intake form, a
search by name, and how long one page of a fresh pull took to fold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from casework import bodies
from casework.bodies import Party
from casework.catalogue import parse
from casework.seals import Signed
from console.bootstrap import URL_SETTING, SystemClock
from console.demo.sample import person
from hall.cli import argon2id
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from local_db.shipped import shipped_calendar, shipped_catalogue_files
from tests.builders import FixedClock, Hand, Log
from tests.load.as_installed import compiled
from tests.load.bench_console import bare, settle, timed
from tests.screens.terminal import Terminal

PAGE = 500
PIN = "135790"
NO_HEAD = Signed("ed25519", "", "head", msgspec.Raw(b"{}"), "")


def fill(folder: Path, state: Path, cases: int) -> float:
    """A terminal with the sample's first clerk, the shipped catalogue and `cases` cases; milliseconds for one page."""
    who = Identity("420118", "420118", "江岸区政务服务大厅", "ab" * 32, "0012", "i1", 1)
    memory = TerminalMemory.create(folder, SystemClock(), state, who)
    catalogue = parse.encode(parse.parse(shipped_catalogue_files()))
    calendar = shipped_calendar()
    log = Log()
    posts = ("window", "guide")
    log.set("staff.set", bodies.StaffSet("1001", "王芳", "helper", posts, argon2id(PIN)))
    for kind, data in (("catalogue.head", catalogue), ("calendar.head", calendar)):
        version = hashlib.sha256(data).hexdigest()
        log.set(kind, bodies.CatalogueHead(version))
        memory.keep_blob(version, data)
    clock = FixedClock(datetime.now() - timedelta(days=30))  # noqa: DTZ005
    hand = Hand("0007", clock=clock)
    took = []
    for number in range(cases):
        if number % 5000 == 4999:
            clock.go(24 * 3600)
            hand.numbered = 0
        log.accept(hand.received(applicant=_applicant(number)))
        if log.cursor - memory.position().cursor >= PAGE or number + 1 == cases:
            start = memory.position().cursor
            links, chain = log.page(start)
            begin = time.perf_counter()
            memory.apply(links, start, NO_HEAD, chain, 1, 0)
            took.append((time.perf_counter() - begin) * 1000)
    memory.keep_setting(URL_SETTING, "http://127.0.0.1:9")
    memory.close()
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / "terminal.key").write_text("ab" * 32, "ascii")
    return statistics.median(took)


def _applicant(number: int) -> Party:
    return person(number // 900, number % 900)


def console(folder: Path) -> dict[str, float]:
    """One run of the console."""
    terminal = Terminal([sys.executable, "-m", "console.main", "console", "--dir", str(folder)])
    try:
        terminal.wait_for("口令")
        first = (time.perf_counter() - terminal.started) * 1000
        settle(terminal)
        terminal.type(f"1001<enter>{PIN[:-1]}")
        settle(terminal)
        queue = timed(terminal, f"{PIN[-1]}<enter>", "工作台 (")
        form = timed(terminal, "n", "有限责任公司设立登记")
        return {"first": first, "sign_in_to_queue": queue, "queue_to_form": form}
    finally:
        terminal.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=int, nargs="?", default=100_000)
    parser.add_argument("runs", type=int, nargs="?", default=5)
    parser.add_argument("--json", action="store_true", help="always so: one line of facts")
    args = parser.parse_args()
    compiled()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["YICHUANG_STATE"] = str(folder / "state")
        page = fill(folder / "terminal", folder / "state", args.cases)
        floor, ours = [], []
        for _ in range(args.runs):
            floor.append(bare()["first"][0])
            ours.append(console(folder / "terminal"))
    facts = {f"{name}_ms": round(statistics.median(run[name] for run in ours), 1) for name in ours[0]}
    facts["bare_first_ms"] = round(statistics.median(floor), 1)
    facts["first_ratio"] = round(facts["first_ms"] / facts["bare_first_ms"], 2)
    facts["page_of_500_ms"] = round(page, 1)
    facts["cases"] = args.cases
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
