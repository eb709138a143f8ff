"""A text that is only read: guide, ledger of the clocks, help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from textual.widget import Widget

from casework.messages import t
from screens.frame import FrameScreen
from screens.page import Page


class TextScreen(FrameScreen):
    """The title's message id, and where the text comes from (asked again after a change of language)."""

    PLACE = "text"

    def __init__(self, title: str, read: Callable[[], Awaitable[str]]) -> None:
        super().__init__()
        self.title_id = title
        self.read = read
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self.page

    def heading(self) -> str:
        """The title."""
        return t(self.title_id)

    async def arrive(self) -> None:
        """Read the text."""
        self.page.show_text(await self.read(), self.size.width)
        self.say(t("screens.text.keys"), "dim")

    freshen = arrive

    async def act_close_text(self) -> None:
        """Enter closes, like Esc."""
        self.console_app.close(self)
