"""The end of the hall's day: which window still has something open, and what, by name."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget

from casework.messages import t
from screens.canvas import Part, fit
from screens.frame import FrameScreen
from screens.page import Lines, Page


class ClosingScreen(FrameScreen):
    """Windows in the way first; then forms that were put aside and nobody has taken up."""

    PLACE = "closing"

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The windows."""
        yield self.page

    async def arrive(self) -> None:
        """Ask the hall."""
        view = await self.desk.closing()
        left = sum(1 for line in view.windows if line.open)
        lines: Lines = []
        if view.trouble is not None:
            lines += [[(f" {view.trouble}", "warn")], [(f" {t('screens.closing.only_here')}", "dim")], []]
        elif left:
            lines += [[(f" {t('screens.closing.open', n=left, all=len(view.windows))}", "warn")], []]
        else:
            lines += [[(f" {t('screens.closing.done', all=len(view.windows))}", "good")], []]
        for line in view.windows:
            head: list[Part] = [(f" {fit(t('screens.closing.window', window=line.window), 10)}", "strong")]
            verdict = ("screens.closing.not_yet", "warn") if line.open else ("screens.closing.may", "good")
            seen = t("screens.closing.seen", at=line.seen) if line.seen else ""
            lines.append([*head, (fit(t(verdict[0]), 10), verdict[1]), (f" {seen}", "dim")])
            lines += [[(f"{'':12}- {words}", "")] for words in line.open]
        lines += [[], [(f" {t('screens.closing.parked', n=len(view.parked))}", "heading")]]
        lines += [[(f"   {words}", "")] for words in view.parked]
        self.page.show(lines, keep=True)
        self.dress()
        self.say(t("screens.closing.keys"), "dim")

    freshen = arrive

    async def act_reload(self) -> None:
        """Ask again now."""
        await self.arrive()
