"""A mistake in a catalogue file, and the search for the line where it stands."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from casework.messages import Message


class Problem(msgspec.Struct, frozen=True):
    """A broken rule at `owner` (a code or id in the item); `near` is text on the line meant, when it is another."""

    owner: str
    rule: str
    facts: dict[str, Any] = {}
    near: str = ""


class Finding(msgspec.Struct, frozen=True):
    """A mistake with its `file`, `line` (from 1) and the `code` it concerns."""

    file: str
    line: int
    code: str
    reason: Message

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code} {self.reason}"


class Place:
    """One file as lines, cut into its `[[items]]` (or another `table`), in which codes and ids are looked up."""

    def __init__(self, file: str, text: str, table: str = "items") -> None:
        self.file = file
        self._lines = text.splitlines()
        head = re.compile(rf"\s*\[\[\s*{table}\s*\]\]")
        self._heads = [number for number, line in enumerate(self._lines) if head.match(line)]

    def finding(self, index: int | None, problem: Problem) -> Finding:
        """`problem` of the `index`-th item (None: of the file) with its line."""
        start, end = 0, len(self._lines)
        if index is not None and index < len(self._heads):
            start = self._heads[index]
            end = self._heads[index + 1] if index + 1 < len(self._heads) else end
        line = self._line(start, end, problem)
        return Finding(self.file, line + 1, problem.owner, Message(f"catalogue.check.{problem.rule}", problem.facts))

    def _line(self, start: int, end: int, problem: Problem) -> int:
        owned = (
            re.compile(rf"""[\s,{{]*(code|id)\s*=\s*["']{re.escape(problem.owner)}["']""") if problem.owner else None
        )
        at = next((n for n in range(start, end) if owned and owned.search(self._lines[n])), start)
        if not problem.near:
            return at
        wanted = re.compile(
            rf"^\s*{re.escape(problem.near)}\s*=|^\[+{re.escape(problem.near)}\]|[\"']{re.escape(problem.near)}[\"']"
        )
        # From the owner's line on first: the same text may stand at another material above.
        return next((n for n in (*range(at, end), *range(start, at)) if wanted.search(self._lines[n])), at)
