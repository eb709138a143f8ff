"""The board of the day: figures under headings, with their lights."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget

from screens.canvas import Part, fit
from screens.frame import FrameScreen
from screens.page import Page


class BoardScreen(FrameScreen):
    """Figures only; people and firms are masked by the desk."""

    PLACE = "board"
    LIVE = True

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The figures."""
        yield self.page

    async def arrive(self) -> None:
        """Read them."""
        lines: list[list[Part]] = []
        group = None
        for row in await self.desk.board():
            if row.group != group:
                group = row.group
                lines += [[], [(f" {group}", "heading")]]
            ink = row.light if row.light != "none" else "strong"
            lines.append([("   ", ""), (fit(row.name, 40), ""), (row.value, ink)])
        self.page.show(lines, keep=True)
        self.dress()

    freshen = arrive

    async def act_reload(self) -> None:
        """Read again now."""
        await self.arrive()
