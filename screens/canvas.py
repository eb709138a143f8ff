"""The base of what we draw ourselves: lines of styled text by cells, never markup, one strip a row.

A part is `(text, ink)`; an ink is a style by name, from the theme. One widget draws a whole body: forty fields cost one
widget, and a key repaints one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from casework.cells import wrap as broken
from screens.themes import inks

Part = tuple[str, str]


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells: padded, or cut with `~` as its last cell."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip(), width - 1) + "~"


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken as on paper: words whole, no line begins with a closing mark."""
    return broken(text, width, cell_len)


def named(rows: Sequence[tuple[str, str]], width: int, *, least: int) -> list[list[Part]]:
    """Names with their values beside them, in lines of `width` cells: the names' column has `least` cells, or what the
    longest name needs, at most half; a long value goes on below."""
    names = max(least, min(max((cell_len(name) for name, _ in rows), default=0) + 1, width // 2))
    lines: list[list[Part]] = []
    for name, value in rows:
        first, *more = wrap(value, max(width - names - 4, 20))
        lines.append([("   ", ""), (f"{fit(name, names - 1)} ", "label"), (first, "")])
        lines += [[(" " * (names + 3), ""), (line, "")] for line in more]
    return lines


class Canvas(Widget, inherit_bindings=False):
    """A widget of rows. Subclasses say `parts(y)`."""

    ALLOW_SELECT = False
    marks_at: dict[int, str] = {}  # replaced as a whole, never changed
    """Letters of a jump, by row."""

    def ink(self, name: str) -> Style:
        """The style of an ink in the present theme."""
        return inks(self.app.theme)[name]

    def parts(self, y: int) -> Sequence[Part]:
        """The row `y` (0 is the top one in sight)."""
        raise NotImplementedError

    def ground(self, _y: int) -> str:
        """The ink that lies under the whole row `y`, empty for none."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The row as Textual wants it, with the letter of a jump in its first cell."""
        strip = self._line(y)
        letter = self.marks_at.get(y)
        if not letter:
            return strip
        return Strip.join([Strip([Segment(letter, self.rich_style + self.ink("jump"))]), strip.crop(1)])

    def _line(self, y: int) -> Strip:
        width = self.size.width
        ground = self.ground(y)
        base = self.rich_style + self.ink(ground) if ground else self.rich_style
        parts = self.parts(y) if getattr(self.app, "borders", True) else map(_unruled, self.parts(y))
        segments = [Segment(text, base + self.ink(ink) if ink else base) for text, ink in parts if text]
        return Strip(segments).adjust_cell_length(width, base)

    def repaint_row(self, y: int) -> None:
        """Draw one row again."""
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def put_caret(self, x: int, y: int) -> None:
        """Let the terminal's own cursor stand at this cell, so that an input method opens its window there."""
        left, top, _, _ = self.content_region
        self.app.cursor_position = Offset(left + x, top + y)


def _unruled(part: Part) -> Part:
    """The same without lines, for consoles that draw them badly: as wide as before."""
    text, ink = part
    rule = bool(text) and not text.strip("-")
    return (" " * len(text) if rule and ink == "heading" else text.replace(" | ", "   "), ink)


def width_of(parts: Iterable[Part]) -> int:
    """Cells of a row."""
    return sum(cell_len(text) for text, _ in parts)
