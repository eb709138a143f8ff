"""A PC that changes its version again and again until it is killed: fetched files lie ready, the rest is what it does.

python -m tests.crash.updating_pc HOME WHEELS
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from sync.updates.launcher import TRIAL, next_start, read
from sync.updates.staging import prune, stage, stands, switch
from tests.updated_pc import unpacked


def main(home: Path, wheels: Path) -> None:
    """Stage, switch, try, keep, prune; every third version does not stand."""
    files = sorted(wheels.glob("*.whl"))
    first = int(read(home)["version"].split(".")[1]) + 1
    for number in count(first):
        version = f"0.{number}"
        stage(home, version, files, unpacked)
        print(version, flush=True)
        if not switch(home, version):
            continue
        while next_start(home) == version and read(home)["state"] == TRIAL:
            if number % 3:
                stands(home, version)
        prune(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
