"""A question before a grave act: Enter or F2 does it, Esc does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from textual.widget import Widget

from casework.messages import Message, t
from screens.canvas import Part, named, wrap
from screens.frame import FrameScreen
from screens.page import Page

_NAMES = 14


class ConfirmScreen(FrameScreen):
    """The question stands alone on the screen, so that nobody confirms what she has not read."""

    PLACE = "confirm"

    def __init__(
        self, question: Message, yes: Callable[[], Awaitable[None]], *,
        told: Sequence[tuple[str, str]] = (), notes: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`told`: what was filled in, by name; `notes`: what will happen."""
        super().__init__()
        self.question = question
        self.told, self.notes = tuple(told), tuple(notes)
        self.yes = yes
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self.page

    async def arrive(self) -> None:
        """Write it out."""
        width = max(self.size.width - 8, 40)
        lines: list[list[Part]] = [[(f"   {line}", "strong")] for line in wrap(str(self.question), width)]
        lines += [[]] if self.told else []
        lines += named(self.told, width + 4, least=_NAMES)
        for note in self.notes:
            lines += [[], *([(f"   {line}", "warn")] for line in wrap(note, width))]
        keys = [[(f"   {t('screens.confirm.yes')}", "warn")], [(f"   {t('screens.confirm.no')}", "dim")]]
        self.page.show([[], [], *lines, [], *keys])

    freshen = arrive

    async def act_confirm(self) -> None:
        """Yes."""
        self.console_app.close(self)
        await self.yes()

    act_save = act_confirm
