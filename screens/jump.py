"""Jump letters (Ctrl-O): every row in sight that the caret can stand in gets a letter; that letter goes there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.screen import Screen

from casework.messages import t
from screens.canvas import Canvas
from screens.frame import FrameScreen
from screens.sheet import Sheet
from screens.table import Table

_LETTERS = "asdfghjklqwertyuiopzxcvbnm1234567890"
"""The home row first."""


class Jump:
    """The letters while they are shown. Any other key takes them away and does nothing else."""

    def __init__(self) -> None:
        self._ways: dict[str, Callable[[], Awaitable[None]]] = {}
        self._shown: list[Canvas] = []

    def show(self, screen: FrameScreen) -> bool:
        """Letters on everything in sight. False: there is nothing to jump to."""
        letters = iter(_LETTERS)
        for widget in _canvases(screen):
            marks: dict[int, str] = {}
            for y, go in _targets(widget):
                letter = next(letters, "")
                if letter:
                    marks[y] = letter
                    self._ways[letter] = go
            self._mark(widget, marks)
        if self._ways:
            screen.say(t("screens.jump.say"), "dim")
        return bool(self._ways)

    async def key(self, character: str | None) -> None:
        """The key after the letters were shown."""
        go = self._ways.get((character or "").lower())
        self._ways = {}
        for widget in self._shown:
            widget.marks_at = {}
            widget.refresh()
        self._shown = []
        if go is not None:
            await go()

    def _mark(self, widget: Canvas, marks: dict[int, str]) -> None:
        if marks:
            widget.marks_at = marks
            widget.refresh()
            self._shown.append(widget)


def _canvases(screen: Screen[None]) -> list[Canvas]:
    return [one for one in screen.query(Canvas) if isinstance(one, (Sheet, Table)) and one.display]


def _targets(widget: Canvas) -> list[tuple[int, Callable[[], Awaitable[None]]]]:
    """The rows in sight (0 is the top one) with the way there."""
    if isinstance(widget, Sheet):
        rows = enumerate(widget.rows[widget.top : widget.top + widget.size.height])
        return [(y, _to_row(widget, row.key)) for y, row in rows if row.stops]
    if isinstance(widget, Table):
        return [(y, _to_line(widget, key)) for y, key in widget.in_sight()]
    return []


def _to_row(sheet: Sheet, key: str) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        row = sheet.row
        if row is not None and not await sheet.owner.row_left(row, onward=True):
            await sheet.goto(key)

    return go


def _to_line(table: Table, key: str) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        table.stand_on(key)

    return go
