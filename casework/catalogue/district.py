"""The guide-only layer: a district's own list of items, imported from CSV, to be found and shown but never opened.

Each line is read by itself, so that one broken row (an open quote, bytes of another encoding) costs that row only and
is named with its line and the reason. Keeps the contract of `catalogue import`: `{"imported", "refused"}`.
"""

from __future__ import annotations

import codecs
import csv
import unicodedata

import msgspec

from casework.errors import BadInput
from casework.limits import LIMITS, Limits
from casework.messages import Message

HEADER = ("code", "name", "kind", "department", "department_code", "group")

_LOST = "\ufffd"


class GuideItem(msgspec.Struct, frozen=True):
    """One row: an item that some department of the district serves. Codes are text of any length (31, 33, 50…)."""

    code: str
    name: str
    kind: str
    department: str
    department_code: str
    group: str


class RefusedRow(msgspec.Struct, frozen=True):
    """A row that was left out; `line` counts from 1 with the header."""

    line: int
    reason: Message


class Imported(msgspec.Struct, frozen=True):
    """What came in and what did not."""

    items: tuple[GuideItem, ...]
    refused: tuple[RefusedRow, ...]


def read_csv(data: bytes, limits: Limits = LIMITS) -> Imported:
    """The rows of `data` (UTF-8 with or without BOM, or GB18030).

    Raises BadInput when the file is too large, has more than `limits.district_rows` rows, or its header is not
    `code,name,kind,department,department_code,group`; bad rows are only refused.
    """
    if len(data) > limits.district_bytes:
        raise BadInput("district.too_large", bytes=len(data), most=limits.district_bytes)
    lines = _decoded(data)
    header = _cells(lines[0])
    if header is None or tuple(cell.casefold() for cell in header) != HEADER:
        raise BadInput("district.header", expected=",".join(HEADER), found=lines[0][:80])
    if len(lines) - 1 > limits.district_rows:
        raise BadInput("district.too_many", rows=len(lines) - 1, most=limits.district_rows)
    items: dict[str, GuideItem] = {}
    refused: list[RefusedRow] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        item, reason = _row(line, limits)
        if item is not None and item.code in items:
            reason = Message("district.code_twice", {"code": item.code})
        if item is None or reason is not None:
            refused.append(RefusedRow(number, reason or Message("district.row")))
        else:
            items[item.code] = item
    return Imported(tuple(items.values()), tuple(refused))


def _decoded(data: bytes) -> list[str]:
    """The lines. UTF-8 where most lines are: a broken byte must not make GB18030 of a whole file, which reads nearly
    anything as rare characters. No byte of a GB18030 character is a line feed."""
    raw = [line.removesuffix(b"\r") for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n")]
    telling = [line for line in raw if not line.isascii()]
    encoding = "utf-8" if 2 * sum(map(_is_utf8, telling)) >= len(telling) else "gb18030"
    return [line.decode(encoding, "replace") for line in raw]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _cells(line: str) -> list[str] | None:
    try:
        return [unicodedata.normalize("NFC", cell).strip() for cell in next(csv.reader([line], strict=True), [])]
    except csv.Error:
        return None


def _row(line: str, limits: Limits) -> tuple[GuideItem | None, Message | None]:
    if _LOST in line:
        return None, Message("district.encoding")
    cells = _cells(line)
    if cells is None:
        return None, Message("district.quote")
    if len(cells) != len(HEADER):
        return None, Message("district.columns", {"found": len(cells), "expected": len(HEADER)})
    if not cells[0] or not cells[1]:
        return None, Message("district.empty", {"column": HEADER[0] if not cells[0] else HEADER[1]})
    if any(len(cell) > limits.field_chars for cell in cells):
        return None, Message("district.too_long", {"most": limits.field_chars})
    if any(unicodedata.category(char) in ("Cc", "Cs", "Co") for cell in cells for char in cell):
        return None, Message("district.control")
    return GuideItem(*cells), None
