"""Which characters the shipped font can draw, read from its own table: a name with a hole in it is a wrong paper.

Noto Sans SC lacks rare characters such as 𠮷. They are printed as their code in a box, `U+20BB7`, and named under the
paper, so that somebody writes them in by hand; never a blank. The table is the font's `cmap` of format 12.
"""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn

from console.printing.errors import NotDrawn


def font_folder() -> Path:
    """Where the two fonts of the papers lie: Noto Sans SC for all, Noto Serif SC for titles (both under the OFL)."""
    return pylopdf_fonts_zh_cn.sans_path().parent


@lru_cache(maxsize=4)
def coverage(path: Path) -> tuple[list[int], list[int]]:
    """First and last code points of the runs that the font at `path` can draw. Raises NotDrawn for a broken font."""
    try:
        with path.open("rb") as font:
            tables = struct.unpack(">H", font.read(12)[4:6])[0]
            directory = font.read(16 * tables)
            start = next(
                struct.unpack(">I", directory[at + 8 : at + 12])[0]
                for at in range(0, len(directory), 16)
                if directory[at : at + 4] == b"cmap"
            )
            font.seek(start)
            subtables = struct.unpack(">2xH", font.read(4))[0]
            for _, _, offset in list(struct.iter_unpack(">HHI", font.read(8 * subtables))):
                font.seek(start + offset)
                if font.read(2) == b"\0\x0c":
                    runs = struct.unpack(">10xI", font.read(14))[0]
                    groups = list(struct.iter_unpack(">III", font.read(12 * runs)))
                    return [first for first, _, _ in groups], [last for _, last, _ in groups]
    except (OSError, StopIteration, struct.error) as error:
        raise NotDrawn("papers.error.draw", reason=str(error) or path.name) from error
    raise NotDrawn("papers.error.draw", reason=path.name)


@lru_cache(maxsize=8192)
def can_draw(char: str) -> bool:
    """Whether the font has `char`. What has no shape of its own (variation selectors, new lines, places where a
    long run may break) counts as drawn."""
    if char in "\n\u200b" or 0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF:
        return True
    firsts, lasts = coverage(pylopdf_fonts_zh_cn.sans_path())
    at = bisect_right(firsts, ord(char)) - 1
    return at >= 0 and ord(char) <= lasts[at]


def missing(text: str) -> list[str]:
    """The characters of `text` that the font lacks, each once, in the order of the text."""
    return [] if text.isascii() else [char for char in dict.fromkeys(text) if not can_draw(char)]


def code_of(char: str) -> str:
    """`U+20BB7`: what is printed for a character that can't be drawn."""
    return f"U+{ord(char):04X}"


def described(chars: list[str]) -> str:
    """The missing characters for the note under the paper: code and, where there is one, the name."""
    return "  ".join(f"{code_of(char)} {_short_name(char)}".rstrip() for char in chars)


def _short_name(char: str) -> str:
    name = unicodedata.name(char, "")
    return "" if "IDEOGRAPH" in name else name.lower()
