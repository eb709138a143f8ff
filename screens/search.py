"""Finding a case: number or its end, name, identity number, item; a prefile by its code. It follows the typing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from textual.widget import Widget

from casework.messages import t
from screens.cases import case_table
from screens.desk import Field, Page
from screens.field import Row, input_row
from screens.finder import Finder
from screens.form import FormScreen


@dataclasses.dataclass(frozen=True)
class _Source:
    """The pages of one question."""

    screen: SearchScreen
    text: str

    async def __call__(self, after: str) -> Page[Any]:
        return await self.screen.desk.search(self.text, after)


class SearchScreen(FormScreen):
    """One field; the arrows move in the list below it."""

    PLACE = "search"

    def __init__(self) -> None:
        super().__init__()
        self.table = case_table("screens.search.empty")
        self.table.can_focus = False
        self.sheet = Finder(self, self.table)

    def body(self) -> Iterator[Widget]:
        """Field and list."""
        yield self.sheet
        yield self.table

    async def arrive(self) -> None:
        """The last question stays, marked to be typed over."""
        field = Field("text", t("screens.search.field"), help=t("screens.search.help"), max_chars=60)
        row = input_row(field, "", "text", self.sheet.values().get("text", ""))
        self.sheet.show([row], "text")
        row.line.set(row.value, fresh=True)
        await self._find()
        self.say(field.help, "dim")
        self.sheet.place_caret()

    freshen = arrive

    async def row_changed(self, row: Row) -> None:
        """Find as you type."""
        await self._find()

    async def _find(self) -> None:
        text = self.sheet.values().get("text", "").strip()
        self.table.empty = "screens.search.empty" if text else "screens.search.begin"
        await self.table.load(_Source(self, text))

    async def act_open(self) -> None:
        """Enter: that case."""
        row = self.table.row
        if row is None:
            return
        if row.prefile:
            from screens.prefiles import take_prefile

            await take_prefile(self.console_app, row.prefile)
        else:
            await self.console_app.open_case(row.number)
