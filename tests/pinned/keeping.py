"""The kept lines of each room, their comparison, and the writing of them anew."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tests.pinned import rooms

FOLDER = Path(__file__).resolve().parents[1] / "data" / "pinned"
History = Callable[[], Iterable[str]]
ROOMS: Mapping[str, Mapping[str, History]] = rooms.ROOMS
MEANT = (
    "Windows of the version before judge, count and word stored facts otherwise than this one. If that is meant: "
    "`python -m tests.pinned --keep`, read the difference and name it in CHANGELOG.md. If not, it is a mistake."
)


def names() -> list[tuple[str, str]]:
    """Every room with every one of its histories."""
    return [(room, history) for room, histories in ROOMS.items() for history in histories]


def told(room: str, history: str) -> list[str]:
    """The lines of a history as the rules are now."""
    return list(ROOMS[room][history]())


def kept(room: str) -> dict[str, list[str]]:
    """What is kept of a room."""
    path = FOLDER / f"{room}.json"
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def difference(room: str, history: str) -> str:
    """What is said otherwise now, and what to do about it; empty when nothing is."""
    before, now = kept(room).get(history, []), told(room, history)
    if before == now:
        return ""
    lines = difflib.unified_diff(before, now, "kept", "now", lineterm="", n=1)
    return "\n".join((f"{room}, {history}", *lines, MEANT))


def keep() -> list[str]:
    """Write all rooms anew; the rooms whose file is another now."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = []
    for room, histories in ROOMS.items():
        path, before = FOLDER / f"{room}.json", kept(room)
        lines = {history: told(room, history) for history in histories}
        text = json.dumps(lines, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        path.write_bytes(text.encode())
        if before != lines:
            written.append(room)
    for path in FOLDER.glob("*.json"):
        if path.stem not in ROOMS:
            path.unlink()
            written.append(path.stem)
    return written
