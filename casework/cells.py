"""How wide a text is on a screen or on a till roll, and how it breaks into lines there.

A screen draws characters of ambiguous width in one cell; a printer with a Chinese font draws everything that is not
ASCII in two, so the measure is a parameter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

Measure = Callable[[str], int]

_CLOSING = frozenset("，。；：、！？）》〉】〕」』”’％,.;:!?)]}%")
_WORDS = re.compile(r"[!-~]+|\s|.", re.DOTALL)


def screen_cells(text: str) -> int:
    """Cells of `text` on a terminal: wide and full-width two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) or "\ufe00" <= c <= "\ufe0f" else 2 if _wide(c) else 1 for c in text)


def roll_cells(text: str) -> int:
    """Columns of `text` on a Chinese till printer: ASCII one, all else two."""
    return len(text) if text.isascii() else sum(1 if c.isascii() else 2 for c in text)


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def wrap(text: str, columns: int, measure: Measure = screen_cells) -> list[str]:
    """`text` in lines of at most `columns` cells (at least 2). Latin words stay whole where they fit, a line does not
    begin with a closing mark, and nothing is lost but the blanks at line ends."""
    columns = max(columns, 2)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used, last = "", 0, ""
        for piece in _pieces(paragraph, columns, measure):
            size = measure(piece)
            if used + size > columns:
                carried = last if piece[0] in _CLOSING and _goes_down(last, line, columns - size, measure) else ""
                lines.append(line[: len(line) - len(carried)].rstrip(" "))
                line, used, last = carried, measure(carried), carried
                if piece == " ":
                    continue
            line += piece
            used += size
            last = piece
        lines.append(line.rstrip(" "))
    return lines


def _goes_down(last: str, line: str, room: int, measure: Measure) -> bool:
    """Can the last character or word of `line` go to the next line, before a mark that must not begin one?"""
    return bool(last.strip()) and last != line and last[0] not in _CLOSING and measure(last) <= room


def _pieces(text: str, columns: int, measure: Measure) -> Iterator[str]:
    for match in _WORDS.finditer(text):
        piece = match.group()
        while measure(piece) > columns:
            yield piece[:columns]
            piece = piece[columns:]
        if piece:
            yield piece


def pad(text: str, columns: int, measure: Measure = screen_cells) -> str:
    """`text` with blanks behind it up to `columns` cells."""
    return text + " " * max(0, columns - measure(text))


def centre(text: str, columns: int) -> str:
    """`text` in the middle of `columns` cells."""
    return " " * max(0, (columns - screen_cells(text)) // 2) + text


def share(columns: int, weights: tuple[int, ...]) -> list[int]:
    """`columns` cells shared by `weights` with a cell between; each column gets at least 4 cells."""
    free = columns - (len(weights) - 1)
    widths = [max(4, free * weight // max(1, sum(weights))) for weight in weights]
    widths[widths.index(max(widths))] += free - sum(widths)
    return widths
