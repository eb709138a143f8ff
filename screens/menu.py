"""Picking one of several with a filter: the menu (F10, Ctrl-P), acts of a case, ways out of the tray, posts."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from textual.widget import Widget

from casework.messages import t
from screens.desk import Field, Page
from screens.field import Row, input_row
from screens.finder import Finder
from screens.form import FormScreen
from screens.table import Column, Table


@dataclasses.dataclass(frozen=True)
class Option:
    """One line of a menu; `off` says why it can't be taken now."""

    code: str
    name: str
    key: str = ""
    tip: str = ""
    off: str = ""


class MenuScreen(FormScreen):
    """Typing filters by name, key and code; Enter takes."""

    PLACE = "menu"

    def __init__(
        self,
        title: str,
        options: Callable[[], Sequence[Option]],
        take: Callable[[str], Awaitable[None]],
        hint: str = "",
    ) -> None:
        """`hint`: what to know when picking."""
        super().__init__()
        self.hint = hint
        self.title_id = title
        self.options = options
        self.take = take
        columns = (
            Column("screens.column.key", 8),
            Column("screens.column.act", 18),
            Column("screens.column.tip", 10, grows=True),
        )
        self.table = Table(columns, lambda one: str(one.code), _cells, empty="screens.menu.empty")
        self.table.can_focus = False
        self.sheet = Finder(self, self.table)

    def body(self) -> Iterator[Widget]:
        """Filter and list."""
        yield self.sheet
        yield self.table

    def heading(self) -> str:
        """What is picked."""
        return t(self.title_id)

    async def arrive(self) -> None:
        """All options, the filter empty."""
        field = Field("filter", t("screens.menu.filter"), help=t("screens.menu.filter.help"), max_chars=40)
        self.sheet.show([input_row(field, "", "filter", self.sheet.values().get("filter", ""))], "filter")
        await self._filter()
        self.sheet.place_caret()
        self.say(self.hint, "warn")

    freshen = arrive

    async def row_changed(self, row: Row) -> None:
        """Filter as you type."""
        await self._filter()

    async def _filter(self) -> None:
        text = self.sheet.values().get("filter", "").casefold()
        rows = tuple(one for one in self.options() if text in f"{one.key} {one.name} {one.code} {one.tip}".casefold())

        async def page(after: str) -> Page[Any]:
            return Page(rows, len(rows))

        self.table.at = 0
        self.table.rows = []
        await self.table.load(page)

    async def act_open(self) -> None:
        """Enter: take it, or hear why not."""
        option = self.table.row
        if option is None:
            return
        if option.off:
            self.app.bell()
            self.say(option.off, "error")
            return
        self.console_app.close(self)
        await self.take(option.code)


def _cells(option: Option) -> Sequence[tuple[str, str]]:
    ink = "dim" if option.off else ""
    return ((option.key, "key"), (option.name, ink), (option.off or option.tip, "dim"))
