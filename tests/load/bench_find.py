"""Finding while the clerk types: cases of a full memory by name, initials, number and item, and 2,000 service items.

    python -m tests.load.bench_find [--cases N] [--json]

Each search is asked at N cases and at N/10, in turn; p95 in milliseconds and what ten times the rows cost. The cases
are copies of one real case under other numbers and names, written straight into the projection: this measures
searching, not applying.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from casework.case import decode_case, encode_case
from casework.catalogue.pinyin import spell
from casework.catalogue.search import Finder, FinderEntry
from casework.listing import split
from console.demo.sample import person
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from tests.builders import FixedClock, Hand

CASES, ROUNDS, CHUNK = 1_000_000, 40, 20_000
ITEMS = ("A01", "A02", "B03", "C06", "D01", "D13")
IDENTITY = Identity("420118", "420118", "江岸区政务服务大厅", "ab" * 32, "0012", "i1", 1)
Search = Callable[[int], object]


def fill(memory: TerminalMemory, cases: int) -> None:
    """Copies of one case, and the names that its applicants have."""
    hand = Hand(clock=FixedClock())
    with memory.writing() as act:
        act.base()
        act.commit_groups([(hand.received(),)])
    row = memory.cases()[0]
    with memory.reading() as db:
        names = [column[1] for column in db.execute("pragma table_info(shown)")]
        model = dict(zip(names, db.execute("select * from shown").fetchone(), strict=True))
    place = {name: at for at, name in enumerate(names)}
    base = decode_case(model["body"])
    numbers = iter(range(cases))
    marks = ",".join("?" * len(names))
    while chunk := list(itertools.islice(numbers, CHUNK)):
        with memory.transaction() as db:
            shown, people = [], []
            for n in chunk:
                who, values = person(n // 900, n % 900), list(model.values())
                code = f"{who.id[:8]}{n:010d}"
                number = f"4201182611{n % 28 + 1:02d}{n // 5000 % 9000 + 1000:04d}{n % 5000 + 1:04d}{n % 97:02d}"
                case = msgspec.structs.replace(base, id=f"{n:032x}", number=number)
                for name, value in (
                    ("case_id", case.id), ("root", case.id), ("number", number), ("item", ITEMS[n % len(ITEMS)]),
                    ("applicant_name", who.name), ("applicant_id", code), ("body", encode_case(case)),
                    ("received_at", f"{row.received_at[:11]}{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}.000"),
                ):  # fmt: skip
                    values[place[name]] = value
                shown.append(values)
                people.append((code, who.name, "person", split(who.name), spell(who.name)[0]))
            db.executemany(f"insert or ignore into shown values ({marks})", shown)
            db.executemany(
                "insert or ignore into person (code, name, kind, words, initials) values (?, ?, ?, ?, ?)", people
            )
    with memory.transaction() as db:
        db.execute("insert into person_words (rowid, words) select id, words from person")
        for column in ("indexed", "spelled"):
            db.execute(f"update finder set {column} = (select max(id) from person)")


def timed(asked: Search, nth: int) -> float:
    """Milliseconds of one search."""
    began = time.perf_counter()
    asked(nth)
    return (time.perf_counter() - began) * 1000


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[round(0.95 * (len(values) - 1))]


def of_cases(memory: TerminalMemory) -> dict[str, Search]:
    """What a clerk types to find a case."""
    names = [person(n * 7, n * 13).name for n in range(ROUNDS)]
    return {
        "surname": lambda n: memory.search(names[n][0]),
        "two characters": lambda n: memory.search(names[n][:2]),
        "whole name": lambda n: memory.search(names[n]),
        "no such name": lambda n: memory.search(f"龘{names[n]}"),
        "initials": lambda n: memory.search(spell(names[n])[0]),
        "number from the front": lambda n: memory.search(f"4201182611{n % 28 + 1:02d}1"),
        "end of a number": lambda n: memory.search(f"{n * 131 % 10_000:04d}"),
        "short number": lambda n: memory.search(f"11{n % 28 + 1:02d}-12-{n + 1:04d}"),
        "item": lambda n: memory.search(ITEMS[n % len(ITEMS)]),
    }


def items(count: int) -> Finder:
    """So many made-up items."""
    heads = "设立变更注销备案许可核准登记年报补证延续"
    names = [
        f"{heads[n % 20]}{heads[n // 20 % 20]}{chr(0x4E00 + n * 37 % 9000)}{chr(0x4E00 + n * 91 % 9000)}事项"
        for n in range(count)
    ]
    return Finder(FinderEntry(f"X{n:05d}", name, *spell(name), None, True) for n, name in enumerate(names))


def of_items(finder: Finder) -> dict[str, Search]:
    """What a clerk types to find an item, a key at a time."""
    words = ("s", "sl", "slb", "设", "设立", "x01", "shelibian", "qqqq")
    return {"items": lambda n: finder.find(words[n % len(words)])}


def compared(small: dict[str, Search], large: dict[str, Search]) -> Iterator[tuple[str, dict[str, float]]]:
    """Each search at both sizes, in turn."""
    for name, asked in large.items():
        few: list[float] = []
        many: list[float] = []
        for nth in range(ROUNDS):
            few.append(timed(small[name], nth))
            many.append(timed(asked, nth))
        growth = statistics.median(many) / max(statistics.median(few), 0.05)
        yield name, {"p95_ms": round(p95(many), 2), "tenth_p95_ms": round(p95(few), 2), "x10": round(growth, 2)}


def measure(folder: Path, cases: int) -> dict[str, dict[str, float]]:
    """All rows."""
    memories = []
    for size in (cases // 10, cases):
        memory = TerminalMemory.create(folder / str(size), FixedClock(), folder / "state", IDENTITY)
        fill(memory, size)
        memories.append(memory)
    found = dict(compared(of_cases(memories[0]), of_cases(memories[1])))
    found |= dict(compared(of_items(items(200)), of_items(items(2000))))
    for memory in memories:
        memory.close()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Finding as you type.")
    parser.add_argument("--cases", type=int, default=CASES, help="how many cases the larger memory has")
    parser.add_argument("--json", action="store_true", help="facts only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.cases)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    for name, row in figures.items():
        print(
            f"{name:24} p95 {row['p95_ms']:8.2f} ms, at a tenth {row['tenth_p95_ms']:8.2f} ms, ten times {row['x10']} x"
        )


if __name__ == "__main__":
    main()
