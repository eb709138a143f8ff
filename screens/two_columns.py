"""Two things beside each other, by the name of each part; what differs is marked."""

from __future__ import annotations

from collections.abc import Sequence

from screens.canvas import Part, fit, wrap
from screens.moved_views import Side

_NAMES, _WIDE_NAMES, _WIDE = 12, 24, 100


def side_by_side(sides: Sequence[Side], left_title: str, right_title: str, width: int) -> list[list[Part]]:
    """The rows, in `width` cells."""
    names = _WIDE_NAMES if width >= _WIDE else _NAMES
    column = (width - names - 8) // 2
    titles: list[Part] = [
        ("   " + " " * names, ""),
        (fit(left_title, column + 3), "heading"),
        (fit(right_title, column), "heading"),
    ]
    lines: list[list[Part]] = [[], titles]
    for side in sides:
        differs = side.seen != side.now
        seen, now = wrap(side.seen, column), wrap(side.now, column)
        for row in range(max(len(seen), len(now))):
            left = seen[row] if row < len(seen) else ""
            right = now[row] if row < len(now) else ""
            bar = "> " if differs and row == 0 else "  "
            lines.append(
                [
                    ("   ", ""),
                    (fit(side.name if row == 0 else "", names - 1) + " ", "label"),
                    (fit(left, column + 1), "dim" if differs else ""),
                    (bar, "warn"),
                    (fit(right, column), "strong" if differs else ""),
                ]
            )
    return lines
