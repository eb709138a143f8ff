"""A line of text being edited: the text, the caret, and what the editing keys do to them.

Pure. The caret stands between characters; widths are in cells, so a Chinese character counts two.
"""

from __future__ import annotations

import msgspec
from rich.cells import cell_len


class Line(msgspec.Struct):
    """`text` with the caret before `text[caret]`. `fresh`: what stands there is a proposal that typing replaces."""

    text: str = ""
    caret: int = 0
    fresh: bool = False

    def set(self, text: str, *, fresh: bool = False) -> None:
        """Put `text` there, caret at its end."""
        self.text, self.caret, self.fresh = text, len(text), fresh and bool(text)

    def insert(self, piece: str) -> None:
        """Type `piece` at the caret; a proposal gives way to it."""
        if self.fresh:
            self.set("")
        self.text = self.text[: self.caret] + piece + self.text[self.caret :]
        self.caret += len(piece)

    def edit(self, key: str) -> bool:
        """Do an editing key; False when `key` is none."""
        move = _MOVES.get(key)
        if move is None:
            return False
        if self.fresh and key in {"backspace", "delete"}:
            self.set("")
        else:
            move(self)
        self.fresh = False
        return True

    def view(self, width: int) -> tuple[str, int]:
        """What fits into `width` cells with the caret in sight, and the caret's cell in it."""
        start = 0
        while cell_len(self.text[start : self.caret]) >= width and start < self.caret:
            start += 1
        end, cells = start, 0
        while end < len(self.text) and cells + cell_len(self.text[end]) <= width:
            cells += cell_len(self.text[end])
            end += 1
        return self.text[start:end], cell_len(self.text[start : self.caret])


def _left(line: Line) -> None:
    line.caret = max(0, line.caret - 1)


def _right(line: Line) -> None:
    line.caret = min(len(line.text), line.caret + 1)


def _home(line: Line) -> None:
    line.caret = 0


def _end(line: Line) -> None:
    line.caret = len(line.text)


def _word_left(line: Line) -> None:
    line.caret = len(line.text[: line.caret].rstrip())
    while line.caret and not line.text[line.caret - 1].isspace():
        line.caret -= 1


def _word_right(line: Line) -> None:
    while line.caret < len(line.text) and line.text[line.caret].isspace():
        line.caret += 1
    while line.caret < len(line.text) and not line.text[line.caret].isspace():
        line.caret += 1


def _backspace(line: Line) -> None:
    if line.caret:
        line.text = line.text[: line.caret - 1] + line.text[line.caret :]
        line.caret -= 1


def _delete(line: Line) -> None:
    line.text = line.text[: line.caret] + line.text[line.caret + 1 :]


def _clear(line: Line) -> None:
    line.set("")


_MOVES = {
    "left": _left,
    "right": _right,
    "home": _home,
    "end": _end,
    "ctrl+left": _word_left,
    "ctrl+right": _word_right,
    "backspace": _backspace,
    "delete": _delete,
    "ctrl+u": _clear,
}
