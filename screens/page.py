"""A text that is read: lines of parts, scrolled by keys. Used for the case, previews, help, ledgers and the guide."""

from __future__ import annotations

from collections.abc import Sequence

from casework.messages import t
from screens.canvas import Canvas, Part, wrap

Lines = list[list[Part]]


class Page(Canvas, can_focus=True):
    """The widget. `marks` are the first lines of sections, for F6. A text that does not fit says so in its last row."""

    COUNTED = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = []
        self.marks: list[int] = []
        self.top = 0

    def show(self, lines: Lines, marks: Sequence[int] = (), *, keep: bool = False) -> None:
        """Show these lines from the top, or with `keep` from where the reader is."""
        self.lines, self.marks = lines, list(marks)
        self._scroll(self.top if keep else 0)

    def show_text(self, text: str, width: int) -> None:
        """Show plain text, wrapped to `width` cells."""
        self.show([[(f" {line}", "")] for line in wrap(text, max(width - 2, 20))])

    def _scroll(self, top: int) -> None:
        self.top = max(0, min(top, len(self.lines) - self._room))
        self.refresh()

    @property
    def _room(self) -> int:
        """Rows for the text."""
        height = self.size.height
        return height - 1 if self.COUNTED and len(self.lines) > height > 1 else height

    def next_mark(self) -> None:
        """To the next section, from the last one to the top."""
        last = len(self.lines) - self._room
        ahead = [mark for mark in self.marks if mark > self.top]
        self._scroll(ahead[0] if ahead and self.top < last else 0)

    async def handle(self, key: str, character: str | None = None) -> bool:
        """Scroll; False when `key` does not."""
        page = max(self._room - 1, 1)
        by = {"down": 1, "up": -1, "pagedown": page, "pageup": -page, "space": page, "home": -(10**6), "end": 10**6}
        if key not in by:
            return False
        self._scroll(self.top + by[key])
        return True

    def on_mouse_scroll_down(self) -> None:
        """Wheel."""
        self._scroll(self.top + 3)

    def on_mouse_scroll_up(self) -> None:
        """Wheel."""
        self._scroll(self.top - 3)

    def on_resize(self) -> None:
        """Stay within the text."""
        self._scroll(self.top)

    def parts(self, y: int) -> Sequence[Part]:
        """One line."""
        index = y + self.top
        if y == self._room < len(self.lines):
            below = len(self.lines) - self.top - self._room
            words = t("screens.page.below", n=below) if below > 0 else t("screens.page.end")
            return [(f" -- {words} --", "key" if below > 0 else "dim")]
        return self.lines[index] if index < len(self.lines) else ()
