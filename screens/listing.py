"""A screen that is a list: read when it comes to the front and when the desk has news, counted in its title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, TypeVar

from textual.widget import Widget

from casework.messages import t
from screens.desk import Page
from screens.frame import FrameScreen
from screens.side import Side
from screens.table import Table

T = TypeVar("T")


class ListScreen(FrameScreen):
    """The base of the lists: `table`, and beside it the panel `side`."""

    LIVE = True
    PANEL: ClassVar[bool] = True
    """Beside the list the row with the cursor is shown."""
    table: Table
    side: Side

    async def rows_after(self, after: str) -> Page[Any]:
        """The rows behind the row `after`."""
        raise NotImplementedError

    def body(self) -> Iterator[Widget]:
        """List and panel."""
        yield self.table
        if self.PANEL:
            yield self.side

    def heading(self) -> str:
        """The title with the count."""
        return f"{super().heading()} ({self.table.total})"

    async def arrive(self) -> None:
        """Read the list."""
        await self.table.load(self.rows_after)
        self.dress()

    async def freshen(self) -> None:
        """Read again; the cursor stays at its row."""
        await self.arrive()

    async def act_reload(self) -> None:
        """Read again now."""
        await self.arrive()
        self.say(t("screens.queue.read"), "dim")


def whole_page(rows: Sequence[T]) -> Page[T]:
    """All that there is, at once."""
    return Page(tuple(rows), len(rows))
