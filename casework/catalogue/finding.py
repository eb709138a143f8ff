"""A mistake in a catalogue file, and the search for the line where it stands."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from casework.messages import Message


class Problem(msgspec.Struct, frozen=True):
    """A broken rule at `owner` (a code or id in the item).

    `near` is text on the line meant, when it is another; `table` the part of the item where the search begins.
    """

    owner: str
    rule: str
    facts: dict[str, Any] = {}
    near: str = ""
    table: str = ""


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
        reason = Message(f"catalogue.check.{problem.rule}", problem.facts)
        return Finding(self.file, self.line(index, problem), problem.owner, reason)

    def line(self, index: int | None, problem: Problem) -> int:
        """The line (from 1) where `problem` of the `index`-th item stands; the item's own where no nearer is found."""
        start, end = 0, len(self._lines)
        if index is not None and index < len(self._heads):
            start = self._heads[index]
            end = self._heads[index + 1] if index + 1 < len(self._heads) else end
        first = start
        if problem.table:
            table = re.escape(problem.table)
            first = self._first(start, end, rf"^\s*(\[+(\w+\.)*{table}\s*\]|{table}\s*=)", start)
        owned = rf"""(^|[\s,{{])(code|id)\s*=\s*["']{re.escape(problem.owner)}["']""" if problem.owner else ""
        at = self._first(first, end, owned, -1)
        if at < 0:
            at = self._in_route(start, end, owned, first)
        if not problem.near:
            return at + 1
        near = re.escape(problem.near)
        wanted = rf"(^|[\s,{{]){near}\s*=|^\s*\[+(\w+\.)*{near}\]|[\"']{near}[\"']"
        # From the owner's line on first: the same text may stand at another material above.
        found = self._first(at, end, wanted, at if problem.table else -1)
        return (found if found >= 0 else self._first(start, at, wanted, at)) + 1

    def _in_route(self, start: int, end: int, owned: str, otherwise: int) -> int:
        """A step of a route that the item names stands under `[routes]`, outside of the item."""
        named = self._first(start, end, r"^\s*route\s*=\s*[\"']", -1)
        if named < 0 or not owned:
            return otherwise
        name = re.escape(re.split("[\"']", self._lines[named])[1])
        route = self._first(0, len(self._lines), rf"^\s*(\[+\s*routes\.{name}\s*\]|{name}\s*=\s*\[)", -1)
        return self._first(route, len(self._lines), owned, otherwise) if route >= 0 else otherwise

    def _first(self, start: int, end: int, pattern: str, otherwise: int) -> int:
        if not pattern:
            return otherwise
        wanted = re.compile(pattern)
        return next((number for number in range(start, end) if wanted.search(self._lines[number])), otherwise)


def line_of(data: bytes, *texts: str) -> int:
    """The line (from 1) on which the last of `texts` stands, each looked for behind the one before; 1 for none."""
    at = 0
    for text in texts:
        at = max(at, data.find(text.encode(), at))
    return 1 + data.count(b"\n", 0, at)


def line_in(data: bytes, reason: str) -> int:
    """The line that a JSON parser means by `(byte 123)`, or by a path: `$.key[0]`."""
    digits = reason.partition("(byte ")[2].partition(")")[0]
    if digits.isdigit():
        return 1 + data.count(b"\n", 0, int(digits))
    keys = re.findall(r"\.(\w+)", reason.partition("`$")[2].partition("`")[0])
    return line_of(data, *(f'"{key}"' for key in keys))
