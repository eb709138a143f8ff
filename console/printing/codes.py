"""Bar codes and QR codes as plain modules, and as the rectangles that a drawing needs.

A case number is Code 128 in set C: two digits to a symbol character, so 22 digits are 11 of them. The symbol is then
156 modules: start, 11 pairs and check of 11 modules each, and the stop of 13.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from console.printing.errors import NotDrawn

START_C = "11010011100"
QUIET = 10
"""Light modules on either side of a Code 128 symbol (ISO/IEC 15417)."""

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=256)
def code128(digits: str) -> str:
    """The modules of `digits` (an even count) in set C, `1` dark. Raises NotDrawn for anything but pairs of digits."""
    from barcode.codex import Code128

    if not digits or len(digits) % 2 or not (digits.isascii() and digits.isdigit()):
        raise NotDrawn("papers.error.code", content=digits)
    modules: str = Code128(digits).build()[0]
    if not modules.startswith(START_C) or len(modules) != 11 * (2 + len(digits) // 2) + 13:
        raise NotDrawn("papers.error.code", content=digits)
    return modules


def bars(modules: str) -> list[tuple[int, int]]:
    """The dark bars of `modules` as (left, width)."""
    found, at = [], 0
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark == "1":
            found.append((at, width))
        at += width
    return found


@lru_cache(maxsize=256)
def qr(content: str) -> Matrix:
    """The modules of a QR code of `content`, level M, without a quiet zone. Raises NotDrawn when it is too long."""
    import segno

    try:
        code = segno.make_qr(content, error="m", boost_error=False)
    except (ValueError, UnicodeError) as error:
        raise NotDrawn("papers.error.code", content=content[:40]) from error
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def blocks(matrix: Matrix) -> list[tuple[int, int, int, int]]:
    """Rectangles (left, top, width, height) that cover the dark modules; equal runs under each other are one."""
    still: dict[tuple[int, int], tuple[int, int]] = {}
    found: list[tuple[int, int, int, int]] = []
    for top, row in enumerate((*matrix, ())):
        runs = set(bars("".join("1" if dark else "0" for dark in row)))
        for run in [run for run in still if run not in runs]:
            start, height = still.pop(run)
            found.append((run[0], start, run[1], height))
        for run in runs:
            start, height = still.get(run, (top, 0))
            still[run] = (start, height + 1)
    return sorted(found)
