"""A question before a grave act: Enter or F2 does it, Esc does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from textual.widget import Widget

from casework.messages import Message, t
from screens.canvas import wrap
from screens.frame import FrameScreen
from screens.page import Page


class ConfirmScreen(FrameScreen):
    """The question stands alone on the screen, so that nobody confirms what she has not read."""

    PLACE = "confirm"

    def __init__(self, question: Message, yes: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.question = question
        self.yes = yes
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self.page

    async def arrive(self) -> None:
        """Write it out."""
        lines = [[(f"   {line}", "strong")] for line in wrap(str(self.question), 70)]
        keys = [[(f"   {t('screens.confirm.yes')}", "warn")], [(f"   {t('screens.confirm.no')}", "dim")]]
        self.page.show([[], [], *lines, [], *keys])

    freshen = arrive

    async def act_confirm(self) -> None:
        """Yes."""
        self.console_app.close(self)
        await self.yes()

    act_save = act_confirm
