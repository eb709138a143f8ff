"""Starts the version that the pointer names, and the one before when it does not stand (updates.md, *Terminal*).

    HOME/current.json      {"version", "previous", "state", "tries", "failed"}
    HOME/versions/<v>/lib  an installed version; `.complete` beside `lib` is written last
    HOME/launcher.py       a copy of this file: standard library alone, and the only thing an update never replaces

A version on trial has `TRIES` starts to say of itself that it stands; after them the one before runs again, and what
failed is remembered. The program ends with `AGAIN` where it wants the pointer to be read anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

POINTER, COMPLETE, LIB = "current.json", ".complete", "lib"
TRIAL, KEPT = "trial", "kept"
TRIES = 2
AGAIN = 75
"""Exit code of a program that ends so that another version begins."""
_REPLACE_TRIES, _REPLACE_WAIT = 50, 0.1
"""Windows refuses to replace a file that a virus scanner has open just now."""
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from console.main import main; raise SystemExit(main())"


def read(home: Path) -> dict[str, Any]:
    """The pointer. Raises OSError, ValueError where there is none that can be read."""
    pointer = json.loads((home / POINTER).read_text("utf-8"))
    if not isinstance(pointer, dict) or not isinstance(pointer.get("version"), str):
        raise ValueError(POINTER)  # noqa: TRY004 - to whoever reads it, it is not of its form
    return {"previous": "", "state": KEPT, "tries": 0, "failed": [], **pointer}


def write(home: Path, pointer: dict[str, Any]) -> None:
    """Replace the pointer as a whole: a cut leaves the old one or the new one."""
    part = home / f"{POINTER}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(pointer, file)
        file.flush()
        os.fsync(file.fileno())
    for left in reversed(range(_REPLACE_TRIES)):
        try:
            part.replace(home / POINTER)
        except PermissionError:
            if not left:
                raise
            time.sleep(_REPLACE_WAIT)
        else:
            return


def is_whole(home: Path, version: str) -> bool:
    """Whether a version was staged to its end."""
    return bool(version) and (home / "versions" / version / COMPLETE).is_file()


def back(pointer: dict[str, Any]) -> dict[str, Any]:
    """The version before, for good; the one that failed is remembered."""
    failed = [*(each for each in pointer["failed"] if each != pointer["version"]), pointer["version"]]
    return {"version": pointer["previous"], "previous": "", "state": KEPT, "tries": 0, "failed": failed}


def next_start(home: Path) -> str:
    """The version to start now; the pointer is up to date. Raises OSError, ValueError without one."""
    pointer = read(home)
    if _on_trial(home, pointer):
        if pointer["tries"] >= TRIES or not is_whole(home, pointer["version"]):
            pointer = back(pointer)
        else:
            pointer = {**pointer, "tries": pointer["tries"] + 1}
        write(home, pointer)
    return str(pointer["version"])


def main(words: list[str]) -> int:
    """Run the program until it ends for another reason than that a version is to be changed."""
    home = Path(__file__).resolve().parent
    while True:
        lib = home / "versions" / next_start(home) / LIB
        os.environ["YICHUANG_HOME"] = str(home)
        code = subprocess.run([sys.executable, "-I", "-c", _START, str(lib), *words], check=False).returncode
        if code != AGAIN and not (code and _on_trial(home, read(home))):
            return code


def _on_trial(home: Path, pointer: dict[str, Any]) -> bool:
    """Whether a version has still to show that it stands, and there is one to go back to."""
    return pointer["state"] == TRIAL and is_whole(home, pointer["previous"])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
