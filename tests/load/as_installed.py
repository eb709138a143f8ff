"""Bytecode for the rooms, as an installer leaves it: a start that compiles its own sources measures the compiler."""

from __future__ import annotations

import compileall
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("casework", "console", "hall", "local_db", "screens", "sync", "tests")


def compiled() -> None:
    """Compile what has changed, also where Python was told to write no bytecode."""
    for room in ROOMS:
        compileall.compile_dir(ROOT / room, quiet=1)
