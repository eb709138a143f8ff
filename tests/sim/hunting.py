"""The long hunt of `make soak`: each planted bug is found within `MOST_SEEDS` seeds of its profile, or this fails.

`python -m tests.sim.hunting [WORD]` hunts those whose name has the word.
"""

from __future__ import annotations

import sys

from tests.sim.bugs import MOST_SEEDS, PLANTED, hunt


def main(word: str = "") -> int:
    """1 when a bug is not found, or by an invariant that should not have been the one."""
    missed = 0
    for bug in (bug for bug in PLANTED if word in bug.name):
        found = hunt(bug)
        if found is None:
            print(f"NOT FOUND within {MOST_SEEDS} seeds of {bug.profile}: {bug.name}", flush=True)
        else:
            print(f"{bug.profile} {found.seed}: {bug.name}: {found.broken}", flush=True)
        missed += found is None or found.broken.partition(":")[0] not in bug.finds
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
