"""Changes the rules of the trade in one place each, and counts what no unit test notices (`make mutants`).

    python -m tests.mutants [MODULE ...] [--sample N] [--seed N] [--on]

A MODULE is `clocks`, `rules.course`, or a folder such as `catalogue`; none means all of `casework`. A sample draws N of
their mutants, the same ones for the same seed and sources. `--on` goes on where a stopped run ended: what was killed
stays killed, all else is tried again. Exit code 1 below `MARK`. How mutmut is set up stands in `pyproject.toml`, why in
`docs/adr/0029`.
"""

from __future__ import annotations

import argparse
import collections
import json
import math
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "mutants"
"""Where mutmut keeps its copy of the project, the mutants and the verdicts; never under version control."""
PACKAGE = "casework"
MARK = 0.85
"""The share of mutants that has to be killed."""
PIECE = 1000
"""Most names given to one run of mutmut: a command line has an end."""
FIRST = f"{PACKAGE}.report.*"
"""mutmut has no command that only makes the mutants; judging the two of this module also does."""
MOST_SHOWN = 200
"""Survivors named at the end."""
MEMORY = 3 << 30
"""Bytes of address space for mutmut and for each of its forks; the tests take a quarter of it."""
KILLED = (1, 3)
"""Exit codes of pytest when a test failed, or when the mutant broke pytest itself."""
TIMED_OUT = (24, -24, 36, 152, 255)
"""A rule that no longer ends was noticed too."""
NO_TEST = (5, 33)
SURVIVED = 0


def verdict(code: int | None) -> str:
    """What an exit code of mutmut's worker says: killed, timeout, survived, no test, or open."""
    if code in KILLED:
        return "killed"
    if code in TIMED_OUT:
        return "timeout"
    if code in NO_TEST:
        return "no test"
    return "survived" if code == SURVIVED else "open"


def module_of(mutant: str) -> str:
    """`casework.rules.course.x_judge__mutmut_3` -> `rules.course`."""
    return mutant.rpartition(".")[0].removeprefix(PACKAGE).lstrip(".") or "__init__"


def of_modules(mutants: Iterable[str], words: Sequence[str]) -> list[str]:
    """The mutants of the modules and folders named, all when none is named; in an order that is always the same."""
    return sorted(
        mutant
        for mutant in mutants
        if not words or any(f"{module_of(mutant)}.".startswith(f"{word}.") for word in words)
    )


def drawn(mutants: Sequence[str], count: int, seed: int) -> list[str]:
    """A sample without repetition; all of them when there are no more than `count`."""
    return sorted(random.Random(seed).sample(mutants, count)) if 0 < count < len(mutants) else list(mutants)


def margin(share: float, count: int, of: int) -> float:
    """Half the width of the 95 % interval of a share seen in `count` drawn from `of`."""
    if count >= of or not count:
        return 0.0
    return 1.96 * math.sqrt(share * (1 - share) / count * (of - count) / (of - 1))


def read_verdicts() -> dict[str, int | None]:
    """Every mutant with the exit code of its last trial, as mutmut wrote them down."""
    found: dict[str, int | None] = {}
    for path in sorted((FOLDER / PACKAGE).rglob("*.py.meta")):
        found.update(json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"])
    return found


def bound_memory() -> None:
    """A changed loop that only grows is refused memory, and so noticed, before the machine has none left."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def mutmut(*names: str) -> None:
    """One run of mutmut; what it says goes to a file that is shown when it fails."""
    log = FOLDER / "run.log"
    FOLDER.mkdir(exist_ok=True)
    program = str(Path(sys.executable).with_name("mutmut"))
    command = [program, "run", "--max-children", str(os.cpu_count() or 2), *names]
    with log.open("w", encoding="utf-8") as stream:
        code = subprocess.run(
            command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT, check=False, preexec_fn=bound_memory
        ).returncode
    if code:
        print(log.read_text(encoding="utf-8")[-4000:])
        raise SystemExit(f"mutmut failed with exit code {code}; the whole of what it said is in {log}")


def judge(names: Sequence[str]) -> None:
    """Try these mutants, a piece at a time."""
    for start in range(0, len(names), PIECE):
        print(f"{start} of {len(names)} tried", file=sys.stderr, flush=True)
        mutmut(*names[start : start + PIECE])


def report(verdicts: Mapping[str, int | None], of: int) -> int:
    """Print the table, the survivors and the share; returns the exit code."""
    by_module: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for mutant, code in verdicts.items():
        by_module[module_of(mutant)][verdict(code)] += 1
    total: collections.Counter[str] = sum(by_module.values(), collections.Counter())
    columns = ("killed", "timeout", "survived", "no test", "open")
    print(f"{'module':<28}{'mutants':>8}" + "".join(f"{column:>10}" for column in columns) + "   noticed")
    for module, counts in [*sorted(by_module.items()), ("all", total)]:
        cells = "".join(f"{counts[column]:>10}" for column in columns)
        print(f"{module:<28}{counts.total():>8}{cells}{noticed(counts):>10.1%}")
    left = [f"{verdict(code)}: {mutant}" for mutant, code in sorted(verdicts.items()) if not done(code)]
    print(*left[:MOST_SHOWN], sep="\n")
    if len(left) > MOST_SHOWN:
        print(f"... and {len(left) - MOST_SHOWN} more")
    share = noticed(total)
    print(f"{total.total()} of {of} mutants, {share:.1%} noticed (± {margin(share, total.total(), of):.1%}), ", end="")
    print(f"the mark is {MARK:.0%}. One of them: mutmut show NAME")
    return int(share < MARK)


def noticed(counts: collections.Counter[str]) -> float:
    """The share that was killed or no longer ended."""
    return (counts["killed"] + counts["timeout"]) / counts.total()


def done(code: int | None) -> bool:
    """Whether a mutant needs no second look."""
    return verdict(code) in {"killed", "timeout"}


def main(words: Sequence[str]) -> int:
    """0 at the mark or above it, 1 below, 2 wrong words."""
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("module", nargs="*")
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", action="store_true")
    asked = parser.parse_args(words)
    if not hasattr(os, "fork"):
        parser.error("mutmut forks, which this system does not; run it under Linux, macOS or WSL.")
    if not asked.on:
        shutil.rmtree(FOLDER, ignore_errors=True)
        mutmut(FIRST)
    known = read_verdicts()
    candidates = of_modules(known, asked.module)
    if not candidates:
        parser.error(
            f"No mutant in {', '.join(asked.module) or PACKAGE}. Modules: {', '.join(sorted({*map(module_of, known)}))}"
        )
    names = drawn(candidates, asked.sample, asked.seed)
    judge([name for name in names if not (asked.on and done(known[name]))])
    known = read_verdicts()
    return report({name: known[name] for name in names}, len(candidates))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
