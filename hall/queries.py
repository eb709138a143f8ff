"""Reads the named queries and the numbered migrations of `hall/schema/`."""

from __future__ import annotations

import re
import sqlite3
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")


@cache
def queries(name: str = "queries") -> dict[str, str]:
    """The statements of `<name>.sql` by name, comments left out."""
    parts = _NAME.split(_text(name))
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {name: "\n".join(line for line in text.splitlines() if line and line[:2] != "--") for name, text in pairs}


def script(name: str) -> tuple[str, ...]:
    """The single statements of `<name>.sql`."""
    return statements(_text(name))


def _text(name: str) -> str:
    return files("hall").joinpath("schema", f"{name}.sql").read_text(encoding="utf-8")


@cache
def migrations() -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    """Number, name and statements of each migration, in order."""
    found = []
    for entry in files("hall").joinpath("schema").iterdir():
        match = _MIGRATION.fullmatch(entry.name)
        if match:
            found.append((int(match[1]), entry.name, statements(entry.read_text(encoding="utf-8"))))
    return tuple(sorted(found))


def statements(script: str) -> tuple[str, ...]:
    """The single statements of a script: `executescript` would commit before it begins."""
    found, current = [], ""
    for line in script.splitlines():
        if line.startswith("--"):
            continue
        current += line + "\n"
        if sqlite3.complete_statement(current):
            found.append(current.strip())
            current = ""
    return tuple(found)
