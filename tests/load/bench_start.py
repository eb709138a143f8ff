"""The start of `yichuang --help` against `python -c pass` of the same environment (quality.md: 4 x, wanted 3 x)."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

from tests.load.as_installed import compiled

RUNS = 15


def once(*words: str) -> float:
    """Seconds of one start."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure() -> dict[str, float]:
    """Alternating, medians, in milliseconds."""
    compiled()
    pairs = [(once("-c", "pass"), once("-m", "console.main", "--help")) for _ in range(RUNS)]
    bare, ours = (statistics.median(each) * 1000 for each in zip(*pairs, strict=True))
    return {"python_ms": round(bare, 1), "help_ms": round(ours, 1), "ratio": round(ours / bare, 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The start of --help.")
    parser.add_argument("--json", action="store_true", help="facts only")
    figures = measure()
    if parser.parse_args().json:
        print(json.dumps(figures))
    else:
        print(f"--help {figures['ratio']} x a bare Python (must be 4, wanted 3): {figures['help_ms']} ms")


if __name__ == "__main__":
    main()
