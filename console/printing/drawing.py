"""A paper turned into the JSON that the template draws: rows paired, long runs made breakable, missing glyphs marked.

Every value goes in as JSON by `sys_inputs`; nothing is ever pasted into the template's source, where `*` and `#`
are markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import le
from typing import Any

import msgspec

from casework.papers.model import Paper, Size
from console.printing import codes, glyphs

_SHARED: dict[Size, dict[str, tuple[float, float, float, float]]] = {
    "A5": {"even": (8.0, 10.6, 8.0, 10.6), "left": (8.0, 16.4, 5.0, 7.0), "right": (8.0, 7.0, 5.0, 16.4)},
    "A4": {"even": (9.0, 12.0, 9.0, 12.0), "left": (9.0, 19.0, 6.0, 7.9), "right": (9.0, 7.9, 6.0, 19.0)},
    "80mm": {},
}
"""How two fields can share a row: the widths in ems up to which label, value, second label and second value fit. Half
and half where that is enough, else the longer value gets the wider side; `paper.typ` has the same three in columns."""

_LONG_RUN = re.compile(r"[!-~]{25,}")
_CELL_RUN = re.compile(r"[!-~]{17,}")
_BREAK = "\u200b"
MARK = "\ue000{}\ue001"
"""How a missing character stands in the JSON; the template draws a box around what is between. Private-use characters
of a reader's text are missing from the font, so they never reach the template themselves."""


class Drawn(msgspec.Struct, frozen=True):
    """The bytes of a paper, and the characters that could only be named on it because the font lacks them."""

    data: bytes
    missing: tuple[str, ...] = ()


class Drawing(msgspec.Struct, frozen=True):
    """What the template gets, and the characters that it can only name."""

    data: bytes
    missing: tuple[str, ...]


def drawing(paper: Paper) -> Drawing:
    """The drawing of `paper`."""
    missing: dict[str, None] = {}
    content = msgspec.to_builtins(paper)
    content["rows"] = _rows(paper)
    if paper.table:
        content["table"]["rows"] = [[_breakable(cell) for cell in row] for row in paper.table.rows]
    content["minor"] = [list(pair) for pair in content.pop("fields")]
    shown: dict[str, Any] = _shown(content, missing)
    shown["bars"] = codes.bars(codes.code128(paper.code128)) if paper.code128 else []
    shown["modules"] = len(codes.code128(paper.code128)) if paper.code128 else 0
    matrix = codes.qr(paper.qr) if paper.qr else ()
    shown["blocks"], shown["side"] = codes.blocks(matrix), len(matrix)
    shown["missing"] = glyphs.described(list(missing))
    return Drawing(msgspec.json.encode(shown), tuple(missing))


def _rows(paper: Paper) -> list[dict[str, Any]]:
    """The fields in rows of one or two, in their order: two short ones that follow each other share a row."""
    rows: list[dict[str, Any]] = []
    at = 0
    while at < len(paper.fields):
        pair = paper.fields[at : at + 2]
        shape = _shape(paper.size, pair)
        shown = pair if shape else pair[:1]
        rows.append({"shape": shape or "whole", "fields": [list(field) for field in shown]})
        at += len(shown)
    return rows


def _shape(size: Size, pair: Sequence[tuple[str, str]]) -> str:
    """How the two of `pair` share a row; nothing when they don't fit into one."""
    if len(pair) < 2 or any("\n" in value for _, value in pair):
        return ""
    widths = [_ems(text) for field in pair for text in field]
    shapes = _SHARED[size].items()
    return next((name for name, most in shapes if all(map(le, widths, most))), "")


def _ems(text: str) -> float:
    """About how wide `text` is in the font, in ems."""
    return sum(
        1.0 if not char.isascii() else 0.66 if char.isupper() else 0.56 if char.isalnum() else 0.35 for char in text
    )


def _breakable(cell: str) -> str:
    """A cell of a table, its runs without blanks made breakable: a document number must not run into the next cell."""
    return _CELL_RUN.sub(lambda run: _BREAK.join(re.findall(".{1,8}", run.group())), cell)


def _shown(value: Any, missing: dict[str, None]) -> Any:
    if isinstance(value, str):
        return _marked(value, missing)
    if isinstance(value, dict):
        return {key: _shown(inner, missing) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(inner, missing) for inner in value]
    return value


def _marked(text: str, missing: dict[str, None]) -> str:
    lacking = glyphs.missing(text)
    if len(text) > 24:
        text = _LONG_RUN.sub(lambda run: _BREAK.join(re.findall(".{1,12}", run.group())), text)
    for char in lacking:
        missing[char] = None
    if lacking:
        table = {ord(char): MARK.format(glyphs.code_of(char)) for char in lacking}
        text = text.translate(table)
    return text
