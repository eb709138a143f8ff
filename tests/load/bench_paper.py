"""A receipt with Chinese and a barcode to PDF, to thermal bytes and to text: p95 of many, the first one apart.

    python -m tests.load.bench_paper [TIMES] [--json]

Milliseconds. Each receipt has another number and another name, so nothing is drawn from memory.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

from casework.papers import Paper
from casework.papers.text import to_text
from console.printing.escpos import escpos
from console.printing.pdf import Press
from tests.unit.paper_samples import NUMBER, paper

TIMES = 60


def timed(render: Callable[[Paper], object], papers: list[Paper]) -> dict[str, float]:
    """The first one, and p95 of the others."""
    took = []
    for one in papers:
        began = time.perf_counter()
        render(one)
        took.append((time.perf_counter() - began) * 1000)
    later = sorted(took[1:])
    return {"first_ms": round(took[0], 2), "p95_ms": round(later[round(0.95 * (len(later) - 1))], 2)}


def measure(times: int) -> dict[str, dict[str, float]]:
    """All renderers."""
    papers = [paper("receipt", number=f"{NUMBER[:16]}{n:04d}{n % 97:02d}") for n in range(times + 1)]
    typesetter = Press()
    return {
        "pdf": timed(typesetter.pdf, papers),
        "thermal": timed(escpos, papers),
        "thermal as picture": timed(lambda one: escpos(one, raster=True), papers),
        "text": timed(to_text, papers),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long a paper takes.")
    parser.add_argument("times", type=int, nargs="?", default=TIMES)
    parser.add_argument("--json", action="store_true", help="always so: one line of facts")
    print(json.dumps(measure(parser.parse_args().times)))


if __name__ == "__main__":
    main()
