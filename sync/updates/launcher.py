"""Starts the version that the pointer names, and the one before when it does not stand (updates.md, *Terminal*).

    HOME/current.json      {"version", "previous", "state", "tries", "failed"}
    HOME/versions/<v>/lib  an installed version; `.complete` beside `lib` is written last
    HOME/launcher.py       a copy of this file: standard library alone, and the only thing an update never replaces

A version on trial has `TRIES` starts to say of itself that it stands; after them the one before runs again, and what
failed is remembered. Only a start in earnest is one; whatever else is typed meanwhile, the one before answers. A
pointer that is lost is made anew from what lies in `versions`. The program ends with `AGAIN` where it wants the
pointer to be read anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

EDITION = 2
"""Counts up with each change of this file: an installed launcher stays until `install.py --repair` lays a newer one."""
POINTER, COMPLETE, LIB = "current.json", ".complete", "lib"
FACTORY = "factory"
"""A file beside `lib` of the version that came with the installation: that one is never thrown away."""
TRIAL, KEPT = "trial", "kept"
TRIES = 2
AGAIN = 75
"""Exit code of a program that ends so that another version begins."""
FELL = 70
"""Exit code of a program that ended by a fault that nobody expected."""
FALLS, QUICK = 3, 120.0
"""A version that was kept and then falls so often, each time within so many seconds, is left after all."""
_REPLACE_TRIES, _REPLACE_WAIT = 50, 0.1
"""Windows refuses to replace a file that a virus scanner has open just now."""
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from console.main import main; raise SystemExit(main())"


def read(home: Path) -> dict[str, Any]:
    """The pointer. Raises OSError, ValueError where there is none that can be read."""
    pointer = json.loads((home / POINTER).read_text("utf-8"))
    form = {"version": str, "previous": str, "state": str, "tries": int, "failed": list}
    whole = {"previous": "", "state": KEPT, "tries": 0, "failed": [], **(pointer if isinstance(pointer, dict) else {})}
    if not all(isinstance(whole.get(name), kind) for name, kind in form.items()):
        raise ValueError(POINTER)
    return whole


def write(home: Path, pointer: dict[str, Any]) -> None:
    """Replace the pointer as a whole: a cut leaves the old one or the new one."""
    part = home / f"{POINTER}.{os.getpid()}-{threading.get_ident()}.part"  # two that write at once have one each
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump(pointer, file)
            file.flush()
            os.fsync(file.fileno())
        replace(part, home / POINTER)
    finally:
        part.unlink(missing_ok=True)


def replace(part: Path, target: Path) -> None:
    """Rename, with patience for whoever has something open in it just now."""
    for left in reversed(range(_REPLACE_TRIES)):
        try:
            part.replace(target)
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


def next_start(home: Path, *, earnest: bool = True) -> str:
    """The version to start now; the pointer is up to date. Raises ValueError where no version is there.

    `earnest`: the start is a try of a version on trial.

    Where the pointer can't be written (a full disk, a folder that is read only) nothing is tried: what stood, runs.
    """
    before = pointer = _pointer(home)
    if _on_trial(home, pointer):
        if pointer["tries"] >= TRIES or not is_whole(home, pointer["version"]):
            pointer = back(pointer)
        elif not earnest:
            return str(pointer["previous"])
        else:
            pointer = {**pointer, "tries": pointer["tries"] + 1}
    elif not is_whole(home, pointer["version"]):
        pointer = _other(home, pointer)
    if pointer is not before:
        try:
            write(home, pointer)
        except OSError:
            return str(pointer["previous"] if pointer["state"] == TRIAL else pointer["version"])
    return str(pointer["version"])


def _pointer(home: Path) -> dict[str, Any]:
    """The pointer; where it is lost, one that tries the newest version and goes back to what came with the PC."""
    for left in reversed(range(_REPLACE_TRIES)):
        try:
            return read(home)
        except (FileNotFoundError, ValueError):
            break
        except OSError:  # somebody has it open just now
            if left:
                time.sleep(_REPLACE_WAIT)
    whole = _there(home)
    if not whole:
        raise ValueError(POINTER)
    before = next((each for each in whole if (home / "versions" / each / FACTORY).exists()), [*whole, ""][1])
    newest = whole[0]
    on_trial = before not in {"", newest}
    state, previous = (TRIAL, before) if on_trial else (KEPT, "")
    pointer = {"version": newest, "previous": previous, "state": state, "tries": 0, "failed": []}
    with contextlib.suppress(OSError):
        write(home, pointer)
    return pointer


def _other(home: Path, pointer: dict[str, Any]) -> dict[str, Any]:
    """The one before, or the newest that did not fail, for a version that is not there; the same where none is."""
    others = (pointer["previous"], *_there(home))
    other = next((each for each in others if each not in pointer["failed"] and is_whole(home, each)), "")
    return {**pointer, "version": other, "previous": "", "state": KEPT, "tries": 0} if other else pointer


def _there(home: Path) -> list[str]:
    """The whole versions, the newest first."""
    folder = home / "versions"
    names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    whole = [name for name in names if name[0].isdigit() and is_whole(home, name)]
    return sorted(whole, key=lambda name: [int(part) for part in re.findall(r"\d+", name)], reverse=True)


def main(words: list[str]) -> int:
    """Run the program until it ends for another reason than that a version is to be changed."""
    home = Path(__file__).resolve().parent
    while True:
        version = next_start(home, earnest=in_earnest(words))
        lib = home / "versions" / version / LIB
        os.environ["YICHUANG_HOME"] = str(home)
        began = time.monotonic()
        code = subprocess.run([sys.executable, "-I", "-c", _START, str(lib), *words], check=False).returncode
        left = has_fallen(code) and falls_again(home, version, time.monotonic() - began)
        if code != AGAIN and not left and not (code and _failed_its_trial(home, version)):
            return code


def in_earnest(words: list[str]) -> bool:
    """Whether the program is begun as people work with it, or so that a new version shows that it stands."""
    plain = words[2:] if words[:1] == ["--lang"] else words[1:] if words and words[0].startswith("--lang=") else words
    if not {"-h", "--help"}.isdisjoint(words):
        return False
    if plain[:1] == ["console"]:
        seen = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
        return seen or "TEXTUAL_DRIVER" in os.environ  # a window, or behind a page
    return plain[:1] == ["serve"] or plain[:2] == ["update", "now"]


def has_fallen(code: int) -> bool:
    """Whether a program ended by a fault, its own or the system's (a signal; on Windows a code of 32 bits)."""
    return code == FELL or code < 0 or code > 0xFFFF


def falls_again(home: Path, version: str, seconds: float) -> bool:
    """A version that is kept has fallen after so many seconds. True: too often, and the one before is back."""
    pointer = _pointer(home)
    if pointer["version"] != version or pointer["state"] != KEPT or not is_whole(home, pointer["previous"]):
        return False
    falls = 1 + (pointer.get("falls", 0) if seconds < QUICK else 0)
    with contextlib.suppress(OSError):  # a full disk: counted the next time
        write(home, back(pointer) if falls >= FALLS else {**pointer, "falls": falls})
        return falls >= FALLS
    return False


def _failed_its_trial(home: Path, version: str) -> bool:
    """Whether what has just ended was on trial: then the launcher goes on, with it or with the one before."""
    pointer = _pointer(home)
    return pointer["version"] == version and _on_trial(home, pointer)


def _on_trial(home: Path, pointer: dict[str, Any]) -> bool:
    """Whether a version has still to show that it stands, and there is one to go back to."""
    return pointer["state"] == TRIAL and is_whole(home, pointer["previous"])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
