"""A list of any length: draws what is in sight, and asks for the next page by key when the cursor nears the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from textual import events
from textual.timer import Timer

from casework.limits import LIMITS
from casework.messages import t
from screens.canvas import Canvas, Part, fit
from screens.views import Page

_AHEAD = 50
"""Rows before the end of what is loaded at which the next page is asked for."""


class Column(msgspec.Struct, frozen=True):
    """A column: message id of its title, cells, and whether it takes the room that is left. `wide`: only at 120.

    `room`: its cells where the list has the whole of a wide window.
    """

    title: str
    width: int
    grows: bool = False
    wide: bool = False
    room: int = 0


class Rows(Protocol):
    """Gives a page of rows after a key."""

    def __call__(self, after: str) -> Awaitable[Page[Any]]: ...


class Sight(NamedTuple):
    """A list as a person has it before her eyes, and where the cursor stands in it."""

    rows: list[Any]
    at: int
    top: int


class Table(Canvas, can_focus=True):
    """The widget. `key_of` names a row (the cursor stays on it when the list is read anew), `cells_of` draws it."""

    def __init__(
        self,
        columns: Sequence[Column],
        key_of: Callable[[Any], str],
        cells_of: Callable[[Any], Sequence[Part]],
        *,
        empty: str,
        moved: Callable[[Any], None] | None = None,
        marks: bool = False,
    ) -> None:
        """`marks`: rows can be marked; a second sign column shows it."""
        super().__init__()
        self.marked: dict[str, Any] | None = {} if marks else None
        """The marked rows by their keys, in the order of marking."""
        self.columns = tuple(columns)
        self.key_of = key_of
        self.cells_of = cells_of
        self.empty = empty
        self.moved = moved
        self.source: Rows | None = None
        self.rows: list[Any] = []
        self.total = 0
        self.next = ""
        self.at = 0
        self.top = 0
        self.reading = False
        """The cursor stands where it stands because the list was read, and no key moved it."""
        self._seen: Sight | None = None
        """What was seen before news changed the list: for a moment the keys still mean that."""
        self._glance: Timer | None = None

    async def load(self, source: Rows) -> None:
        """Read the list from its first page; the cursor stays on the row that it is on, if that is there."""
        again, self.source = source == self.source, source
        key = self.key_of(self.row) if self.row is not None else None
        self._forget()
        page = await source("")
        self.rows, self.total, self.next = list(page.rows), page.total, page.next
        while self.next and len(self.rows) <= self.at:
            await self._more()
        places = self._places()
        if again and self.next and key not in places:  # it may have gone down in the order
            await self._more()
            places = self._places()
        if self.marked is not None and not self.next:  # what is no longer in the list can't be acted on unseen
            self.marked = {name: self.rows[places[name]] for name in self.marked if name in places}
        self.reading = True
        self.stand(min(self.at, len(self.rows) - 1) if key is None else places.get(key, self.at))
        self.reading = False

    async def _more(self) -> None:
        if self.source is not None and self.next:
            page = await self.source(self.next)
            self.rows += page.rows
            self.total, self.next = page.total, page.next

    def _places(self) -> dict[str, int]:
        return {self.key_of(row): index for index, row in enumerate(self.rows)}

    @property
    def row(self) -> Any:
        """The row under the cursor as the person sees it, None in an empty list."""
        rows, at, _ = self.sight()
        return rows[at] if 0 <= at < len(rows) else None

    # News while somebody looks

    def sight(self) -> Sight:
        """The list as it is before the eyes now."""
        return self._seen or Sight(self.rows, self.at, self.top)

    def keep(self, seen: Sight) -> bool:
        """News have changed the list: nobody has read the new order yet, so for a moment every key means what was
        `seen`. False: the row that was under the cursor is no longer there."""
        before = [self.key_of(row) for row in seen.rows]
        places = self._places()
        if before != list(places)[: len(before)]:
            self._forget()
            self._seen, self._glance = seen, self.set_timer(LIMITS.glance_seconds, self._forget)
        return not seen.rows or before[seen.at] in places

    def _forget(self) -> None:
        """The new order has been seen."""
        self._seen = None
        if self._glance is not None:
            self._glance.stop()

    def _go(self, at: int) -> None:
        """The cursor to the row at that place of what is seen."""
        if self._seen is None:
            self.stand(at)
            return
        rows, _, top = self._seen
        at = max(0, min(at, len(rows) - 1))
        self._seen = Sight(rows, at, top)
        self.stand(self._places().get(self.key_of(rows[at]), self.at))

    def mark(self, most: int) -> bool:
        """Mark the row under the cursor, or take its mark away, and go on to the next. False: `most` are marked."""
        marked, row = self.marked, self.row
        if marked is None or row is None:
            return True
        key = self.key_of(row)
        if key in marked:
            del marked[key]
        elif len(marked) < most:
            marked[key] = row
        else:
            return False
        self._go(self.sight().at + 1)
        return True

    async def mark_all(self, most: int) -> None:
        """Mark every row of the list, at most so many; where all of them are marked, none."""
        if self.marked is None:
            return
        while self.next and len(self.rows) < most:
            await self._more()
        keys = [self.key_of(row) for row in self.rows[:most]]
        rows = dict(zip(keys, self.rows, strict=False))
        self.marked = {} if keys and all(key in self.marked for key in keys) else rows
        self.refresh()

    def unmark(self) -> None:
        """No marks."""
        if self.marked is not None:
            self.marked = {}
        self.refresh()

    @property
    def _room(self) -> int:
        return max(self.size.height - 1, 1)

    def stand(self, at: int) -> None:
        """Put the cursor on the row `at`, or the last one there is."""
        self.at = max(0, min(at, len(self.rows) - 1))
        self.top = max(min(self.top, self.at), self.at - self._room + 1, 0)
        self.refresh()
        if self.moved is not None:
            self.moved(self.row)

    def in_sight(self) -> list[tuple[int, str]]:
        """The rows that are drawn now, by their place on the widget (0 is the heading)."""
        rows = self.rows[self.top : self.top + self._room]
        return [(y, self.key_of(row)) for y, row in enumerate(rows, 1)]

    def stand_on(self, key: str) -> None:
        """The cursor on the row of that key, if it is there."""
        self._forget()
        self.stand(self._places().get(key, self.at))

    async def handle(self, key: str, character: str | None = None) -> bool:
        """Move the cursor; False when `key` is no moving key."""
        steps = {"down": 1, "up": -1, "pagedown": self._room, "pageup": -self._room, "tab": 1, "shift+tab": -1}
        rows, at, _ = self.sight()
        if key in steps:
            target = at + steps[key]
        elif key in {"home", "end"}:
            target = 0 if key == "home" else len(rows) - 1
        else:
            return False
        while self.next and target >= len(self.rows) - _AHEAD:
            await self._more()
        self._go(target)
        return True

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.stand(self.at)

    def on_focus(self) -> None:
        """Show the cursor as live."""
        self.refresh()

    def on_blur(self) -> None:
        """And as resting."""
        self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """A click moves the cursor there."""
        rows, _, top = self.sight()
        index = event.y - 1 + top
        if event.y and index < len(rows):
            self._go(index)

    # Drawing

    def _widths(self) -> list[int]:
        wide = self.size.width >= 100
        widths = [_cells_of(column, wide=wide) for column in self.columns]
        signs = 1 if self.marked is None else 2
        left = self.size.width - signs - sum(width + 1 for width in widths if width)
        growing = [i for i, column in enumerate(self.columns) if column.grows]
        for index in growing:
            widths[index] += max(left // len(growing), 0)
        return widths

    def ground(self, y: int) -> str:
        """The cursor's row is drawn on its own ground."""
        return "row" if y and y - 1 + self.top == self.at and self.rows else ""

    def parts(self, y: int) -> Sequence[Part]:
        """The heading, then rows."""
        widths = self._widths()
        if y == 0:
            titles = [
                (fit(t(column.title), w) + " ", "heading") for column, w in zip(self.columns, widths, strict=True) if w
            ]
            return [(" " if self.marked is None else "  ", ""), *titles]
        index = y - 1 + self.top
        if index >= len(self.rows):
            return [(f" {t(self.empty)}", "dim")] if y == 2 and not self.rows else ()
        mark = ">" if index == self.at else " "
        cells = self.cells_of(self.rows[index])
        parts: list[Part] = [(mark, "focus" if mark == ">" else "")]
        if self.marked is not None:
            parts.append(("*", "strong") if self.key_of(self.rows[index]) in self.marked else (" ", ""))
        for (text, ink), width in zip(cells, widths, strict=True):
            if width:
                parts += [(fit(text, width), ink), (" ", "")]
        return parts


def _cells_of(column: Column, *, wide: bool) -> int:
    """Cells of a column before what is left is given out."""
    if wide:
        return column.room or column.width
    return 0 if column.wide else column.width


def light_part(light: str) -> Part:
    """A light as word and colour; the sign stays readable without colour."""
    return (t(f"screens.light.{light}"), light) if light != "none" else ("", "")
