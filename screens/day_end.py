"""The end of the day (日终): counts above, differences below, each with its case one key away; the sheet to sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from textual.widget import Widget

from casework.messages import t
from casework.numbers import printed
from screens.canvas import Part, fit
from screens.counter_views import DayRow, DayView
from screens.desk import Page as Rows
from screens.desk import Refused
from screens.frame import FrameScreen
from screens.page import Page
from screens.table import Column, Table

_COLUMNS = (
    Column("screens.column.number", 26),
    Column("screens.column.what", 20, grows=True),
    Column("screens.column.item", 18, room=32),
    Column("screens.column.applicant", 20, wide=True),
)
_KEPT = 13
"""Rows of the window that the counts leave to the differences and to the frame."""
_NAMES, _COUNT = 20, 9
"""Cells of a name at the least, and of a count."""
_COUNTS = ("all", "at_hall", "unsent", "in_tray", "again")


def _cells(row: DayRow) -> Sequence[Part]:
    number = printed(row.number) if row.number else ""
    return ((number, "strong"), (row.what, "warn"), (row.item, ""), (row.applicant, ""))


class DayEndScreen(FrameScreen):
    """Enter opens the case, p prints the sheet, F7 shows it."""

    PLACE = "day_end"
    LIVE = True

    def __init__(self) -> None:
        super().__init__()
        self.view: DayView | None = None
        self.counts = Page()
        self.counts.can_focus = False
        self.counts.add_class("-head")
        self.table = Table(_COLUMNS, lambda row: f"{row.number} {row.what}", _cells, empty="screens.day.agrees")

    def body(self) -> Iterator[Widget]:
        """Counts and differences."""
        yield self.counts
        yield self.table

    def heading(self) -> str:
        """The day, and how much does not agree."""
        title = t("screens.title.day_end")
        return f"{title} {self.view.day} ({len(self.view.differences)})" if self.view else title

    async def arrive(self) -> None:
        """Count."""
        answer = await self.desk.day_end()
        if isinstance(answer, Refused):
            self.answer(answer)
            return
        self.view = answer
        lines = self._lines(answer, max(self.size.height - _KEPT, 6))
        self.counts.styles.height = len(lines) + 1
        self.counts.show(lines, keep=True)

        async def page(after: str) -> Rows[Any]:
            return Rows(answer.differences, len(answer.differences))

        await self.table.load(page)
        self.dress()
        words = t("words.list", names=list(answer.warnings)) if answer.warnings else t("screens.day.sent")
        self.say(words, "warn" if answer.warnings else "good")

    freshen = arrive

    def _lines(self, view: DayView, most: int) -> list[list[Part]]:
        heads = "".join(f"{fit(t(f'screens.day.{name}'), _COUNT)} " for name in _COUNTS)
        rows = (*view.cases, *view.papers)
        room = self.size.width - len(_COUNTS) * (_COUNT + 1) - 3
        names = max(min(max((cell_len(name) for name, *_ in rows), default=0), room), _NAMES)
        lines: list[list[Part]] = [[(f" {fit('', names)} {heads}", "heading")]]
        shown = rows if len(rows) <= most else rows[: most - 1]
        for name, *counts in shown:
            parts: list[Part] = [(f" {fit(name, names)} ", "")]
            for what, n in zip(_COUNTS, counts, strict=True):
                ink = "warn" if n != "0" and what in {"unsent", "in_tray"} else "dim" if n == "0" else ""
                parts.append((f"{fit(n, _COUNT)} ", ink))
            lines.append(parts)
        if len(shown) < len(rows):
            lines.append([(f" {t('screens.day.more', n=len(rows) - len(shown))}", "dim")])
        return lines if len(lines) > 1 else [*lines, [(f" {t('screens.day.nothing')}", "dim")]]

    async def act_open(self) -> None:
        """Enter: the case."""
        row: DayRow | None = self.table.row
        if row is not None and row.number:
            await self.console_app.open_case(row.number)

    async def act_print_day(self) -> None:
        """p: the sheet, to be signed."""
        self.answer(await self.desk.print_day())

    async def act_show_day(self) -> None:
        """F7: look at the sheet."""
        await self.show_text("screens.title.day_sheet", await self.desk.day_preview())
