"""The conflict side by side: what she saw, what is there now, who moved it and when, what to do next.

It never comes up by itself while somebody types: only as the answer to an act, or by its key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from rich.cells import cell_len
from textual.widget import Widget

from casework.messages import t
from casework.numbers import LENGTH, printed
from screens.canvas import Part, fit, wrap
from screens.desk import Conflict, HistoryLine
from screens.frame import FrameScreen
from screens.page import Page
from screens.two_columns import side_by_side

_WHO = 12


class ConflictScreen(FrameScreen):
    """Enter looks at the case; F2 does the act all the same, where it still may be done."""

    PLACE = "conflict"
    PASSING = True

    def __init__(
        self,
        conflict: Conflict,
        look: Callable[[], Awaitable[None]],
        again: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`look`: show the case as it is now; `again`: do it all the same."""
        super().__init__()
        self.conflict = conflict
        self.look = look
        self.again = None if conflict.why else again
        self.page = Page()

    def body(self) -> Iterator[Widget]:
        """The two columns."""
        yield self.page

    def heading(self) -> str:
        """Which case."""
        number = self.conflict.number
        return f"{t('screens.title.conflict')} {printed(number) if len(number) == LENGTH else number}"

    async def arrive(self) -> None:
        """Write it out."""
        self.page.show(conflict_lines(self.conflict, max(self.size.width, 60), again=self.again is not None))
        self.say(t("screens.conflict.hint" if self.again else "screens.conflict.hint_look"), "warn")

    freshen = arrive

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.page.show(conflict_lines(self.conflict, max(self.size.width, 60), again=self.again is not None), keep=True)

    async def act_look(self) -> None:
        """Enter: the case as it is now; what was typed stays."""
        self.console_app.close(self)
        await self.look()

    async def act_anyway(self) -> None:
        """F2: all the same."""
        if self.again is None:
            self.app.bell()
            self.say(t("screens.conflict.not_any_more"), "warn")
            return
        self.console_app.close(self)
        await self.again()


def conflict_lines(conflict: Conflict, width: int, *, again: bool) -> list[list[Part]]:
    """Both states beside each other in `width` cells, then the facts between them."""
    lines = side_by_side(conflict.sides, t("screens.conflict.seen"), t("screens.conflict.now"), width)
    lines += [[], [(f"   {t('screens.conflict.news')}", "heading")]]
    for line in conflict.news or ():
        lines += _news(line, width)
    if not conflict.news:
        lines.append([(f"   {t('screens.conflict.no_news')}", "dim")])
    if conflict.why:
        lines += [[], *([(f"   {line}", "error")] for line in wrap(conflict.why, width - 6))]
    lines += [[], *([(f"   {line}", "warn")] for line in wrap(conflict.next, width - 6)), []]
    keys = ("again", "look", "back") if again else ("look", "back")
    return [*lines, *([(f"   {t(f'screens.conflict.key.{key}')}", "dim")] for key in keys)]


def _news(line: HistoryLine, width: int) -> list[list[Part]]:
    fate = "" if line.fate == "sent" else f"  [{t(f'screens.fate.{line.fate}')}]"
    head: list[Part] = [(f"   {line.when}  ", "dim"), (fit(line.who, _WHO), ""), (line.what, "strong"), (fate, "error")]
    used = sum(cell_len(text) for text, _ in head)
    if not line.detail:
        return [head]
    if used + 2 + cell_len(line.detail) < width:
        return [[*head, (f"  {line.detail}", "")]]
    return [head, *([(f"{' ' * 16}{text}", "")] for text in wrap(line.detail, width - 18))]
