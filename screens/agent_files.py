"""Choosing the file that an agent has brought: a path is typed, pasted or dropped; what fits is listed below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from textual.widget import Widget

from casework.messages import t
from screens.canvas import Part
from screens.counter_views import FileRow
from screens.desk import Field, Page
from screens.field import Row, input_row
from screens.finder import Finder
from screens.form import FormScreen
from screens.table import Column, Table

_COLUMNS = (
    Column("screens.column.file", 20, grows=True),
    Column("screens.column.size", 9),
    Column("screens.column.changed", 12),
)


def _cells(row: FileRow) -> Sequence[Part]:
    return ((row.name, "" if row.folder else "strong"), (row.size, "dim"), (row.changed, "dim"))


class AgentFilesScreen(FormScreen):
    """Enter goes into a folder, or looks the file through."""

    PLACE = "agent_files"
    PASSING = True

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self._first = path
        self.table = Table(_COLUMNS, lambda row: str(row.path), _cells, empty="screens.agent.no_files")
        self.table.can_focus = False
        self.sheet = Finder(self, self.table)

    def body(self) -> Iterator[Widget]:
        """Field and list."""
        yield self.sheet
        yield self.table

    async def arrive(self) -> None:
        """What was typed stays."""
        await self._ask(self.sheet.values().get("file", self._first))
        self.say(t("screens.agent.file_help"), "dim")

    freshen = arrive

    async def _ask(self, path: str) -> None:
        field = Field("file", t("screens.agent.file"), max_chars=1000)
        self.sheet.show([input_row(field, "", "file", path)], "file")
        row = self.sheet.row
        if row is not None and path:
            row.line.set(path)  # type: ignore[attr-defined]  # the one row is an input: typing goes on behind the path
        await self._find()
        self.sheet.place_caret()

    async def row_changed(self, row: Row) -> None:
        """List as you type."""
        await self._find()

    async def _find(self) -> None:
        rows = await self.desk.batch_files(self.sheet.values().get("file", ""))

        async def page(after: str) -> Page[Any]:
            return Page(rows, len(rows))

        self.table.at, self.table.rows = 0, []
        await self.table.load(page)

    async def act_open(self) -> None:
        """Enter."""
        chosen: FileRow | None = self.table.row
        if chosen is None:
            self.app.bell()
            self.say(t("screens.agent.no_files"), "error")
        elif chosen.folder:
            await self._ask(chosen.path)
        else:
            from screens.agent_file import AgentFileScreen

            self.console_app.close(self)
            await self.console_app.show(AgentFileScreen(chosen.path, chosen.name))
