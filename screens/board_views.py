"""What the board is given to show: figures with their lines, plots as plain counts, and their definitions."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from screens.views import Light

Plot = Literal["none", "columns", "bar", "range", "stack"]


class BoardLine(Struct, frozen=True):
    """One line of a figure: its name, its value in words, and what is drawn behind it."""

    name: str
    value: str
    light: Light = "none"
    columns: tuple[int, ...] = ()
    share: float = 0.0
    """Of the longest bar of the figure."""
    second: float = 0.0
    """Where the bar's lighter end is (the 90th percentile behind the median)."""
    stack: tuple[tuple[Light, int], ...] = ()
    whole: bool = False
    """The sum of the lines above: its columns have a scale of their own."""


class BoardFigure(Struct, frozen=True):
    """A figure: title, headline, lines, and what it means in three sentences."""

    code: str
    title: str
    value: str
    plot: Plot
    lines: tuple[BoardLine, ...]
    definition: tuple[str, ...]
    scale: tuple[str, ...] = ()
    """What stands over the columns, one a column."""


class BoardView(Struct, frozen=True):
    """The board of one moment.

    `as_of`: the hall's last word, in words; empty where there never was one. `age_seconds`: how old that is.
    """

    as_of: str
    age_seconds: int
    online: bool
    scope: str
    days: int
    figures: tuple[BoardFigure, ...]
    uncounted: int = 0
