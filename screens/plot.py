"""Plots drawn in text cells: bars, columns and stacks, by counts alone.

Made of Braille patterns: unlike the block characters (U+2580 and on), whose width is *ambiguous* and which many Chinese
fonts draw double, each takes one cell everywhere. Four dots high and two wide to a cell.
"""

from __future__ import annotations

from collections.abc import Sequence

from screens.canvas import Part

_FULL, _HALF = "\u28ff", "\u2847"
_LEVELS = ("\u2800", "\u28c0", "\u28e4", "\u28f6", _FULL)
"""From nothing to the whole height of a cell."""
DOTS = len(_LEVELS) - 1
_OF_LIGHT = {"black": _FULL, "red": "\u28f6", "yellow": "\u28e4", "green": "\u28c0", "none": "\u2824"}
"""The worse the higher: a stack is read without colours, too."""


def bar(share: float, width: int) -> str:
    """A horizontal bar of `share` (0 to 1) of `width` cells, to half a cell; what is more than nothing shows."""
    halves = round(min(max(share, 0.0), 1.0) * width * 2)
    halves = max(halves, 1) if share > 0 else 0
    return _FULL * (halves // 2) + _HALF * (halves % 2)


def columns(counts: Sequence[int], peak: int, height: int = 1, width: int = 2) -> list[str]:
    """`height` rows, the top one first: a column of `width` cells for each count, a blank behind each.

    `peak`: the count that takes the whole height. What is more than nothing shows.
    """
    dots = [_dots(count, peak, height) for count in counts]
    return [
        "".join(_LEVELS[min(max(each - DOTS * row, 0), DOTS)] * width + " " for each in dots).replace("\u2800", " ")
        for row in reversed(range(height))
    ]


def _dots(count: int, peak: int, height: int) -> int:
    if count <= 0 or peak <= 0:
        return 0
    return max(1, min(round(count / peak * height * DOTS), height * DOTS))


def stack(parts: Sequence[tuple[str, int]], width: int) -> list[Part]:
    """One bar of `width` cells for several counts, each in its ink and with a cell at least."""
    whole = sum(count for _, count in parts)
    if not whole or width <= 0:
        return []
    shown = [(ink, count) for ink, count in parts if count > 0]
    cells = [max(1, count * width // whole) for _, count in shown]
    while sum(cells) > width and max(cells) > 1:
        cells[cells.index(max(cells))] -= 1
    if sum(cells) < width:
        cells[cells.index(max(cells))] += width - sum(cells)
    return [(_OF_LIGHT.get(ink, _FULL) * each, ink) for (ink, _), each in zip(shown, cells, strict=True)]
