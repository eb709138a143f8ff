"""How long a paper takes: the receipt with Chinese and bar code to PDF, and to the bytes of a till printer.

    python -m tests.load.bench_print [--papers N] [--json]

Each paper is another one (its applicant and number of materials change), by the press that a window keeps. Prints
figures, never fails. Marks: 50 ms and 10 ms at the 95th percentile.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

from casework.papers import Paper
from casework.papers.facts import MaterialLine, Party
from console.printing.escpos import escpos
from console.printing.pdf import Press
from tests.unit.paper_samples import paper


def receipt(nth: int) -> Paper:
    """One of many receipts, no two alike."""
    name = f"武汉光谷第{nth}餐饮管理有限公司"
    materials = tuple(MaterialLine(f"食品经营许可申请材料之{nth}-{each}", "copy") for each in range(1 + nth % 8))
    return paper("receipt", applicant=Party(name=name, id="91420100MA4KL0000K", kind="entity"), materials=materials)


def timed(papers: list[Paper], draw: Callable[[Paper], object]) -> list[float]:
    """Milliseconds of each paper; the first one, which loads fonts and modules, is left out."""
    draw(papers[0])
    spent = []
    for each in papers[1:]:
        begin = time.perf_counter()
        draw(each)
        spent.append((time.perf_counter() - begin) * 1000)
    return sorted(spent)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    papers = [receipt(nth) for nth in range(args.papers + 1)]
    press = Press()
    ways = {"pdf": press.pdf, "escpos": escpos, "escpos, codes as dots": lambda each: escpos(each, raster=True)}
    rows = {
        name: {"median_ms": round(statistics.median(spent), 2), "p95_ms": round(spent[int(len(spent) * 0.95)], 2)}
        for name, spent in ((name, timed(papers, draw)) for name, draw in ways.items())
    }
    if args.json:
        print(json.dumps(rows))
        return
    for name, row in rows.items():
        print(f"{name:<24} median {row['median_ms']:>7} ms   p95 {row['p95_ms']:>7} ms")


if __name__ == "__main__":
    main()
