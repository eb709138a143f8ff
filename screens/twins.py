"""Two cases of one applicant and item beside each other: is it one matter? Enter: the ways out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from textual.widget import Widget

from casework.messages import t
from casework.numbers import printed
from screens.desk import TrayRow
from screens.frame import FrameScreen
from screens.page import Page
from screens.two_columns import side_by_side


class TwinsScreen(FrameScreen):
    """The earlier case on the left, the later one on the right."""

    PLACE = "twins"

    def __init__(self, row: TrayRow, ways: Callable[[], Awaitable[None]]) -> None:
        """`ways`: let her pick a way out."""
        super().__init__()
        self.row = row
        self.ways = ways
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The two columns."""
        yield self.page

    async def arrive(self) -> None:
        """Write it out."""
        self._show()
        self.say(t("screens.twins.hint"), "warn")

    def _show(self) -> None:
        width = max(self.size.width, 60)
        head = [[], [(f"   {self.row.what}", "strong")]]
        lines = side_by_side(self.row.sides, printed(self.row.other), printed(self.row.number), width)
        self.page.show([*head, *lines], keep=True)

    def on_resize(self) -> None:
        """Another width, other lines."""
        self._show()

    async def act_settle(self) -> None:
        """Enter: the ways out."""
        self.console_app.close(self)
        await self.ways()
