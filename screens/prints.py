"""The papers that are not out: what waits, since when, on which printer, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from casework.messages import t
from screens.bars import age
from screens.canvas import Part
from screens.desk import ActView, Done, Page, PrintRow, Refused
from screens.listing import ListScreen, whole_page
from screens.performing import perform
from screens.side import Side, titled
from screens.table import Column, Table

COLUMNS = (
    Column("screens.column.paper", 16),
    Column("screens.column.number", 26),
    Column("screens.column.waits", 8),
    Column("screens.column.printer", 10, grows=True),
    Column("screens.column.state", 12),
)


def _cells(row: PrintRow) -> Sequence[Part]:
    return (
        (row.paper, ""),
        (row.number, ""),
        (age(row.age_seconds), "warn" if row.trouble else "dim"),
        (row.printer, ""),
        (row.state, "error" if row.trouble else "dim"),
    )


class PrintsScreen(ListScreen):
    """Enter on a paper shows what can be done; `a` tries all that wait at once."""

    PLACE = "prints"
    PASSING = True

    def __init__(self) -> None:
        super().__init__()
        self.side = Side()
        self.table = Table(COLUMNS, lambda row: str(row.id), _cells, empty="screens.prints.empty", moved=self._moved)

    async def rows_after(self, after: str) -> Page[Any]:
        """All of them."""
        return whole_page(await self.desk.prints())

    def _moved(self, row: PrintRow | None) -> None:
        if row is None:
            self.side.show([])
            return
        lines = titled("screens.column.paper", [row.paper, row.number])
        lines += titled("screens.column.state", [row.state], "warn" if row.trouble else "")
        lines += titled("screens.column.why", [row.why], "warn" if row.trouble else "")
        lines += titled("screens.column.printer", [row.printer])
        lines += titled("screens.column.since", [row.since, t("screens.prints.tries", n=row.tries)])
        self.side.show(lines + titled("screens.tray.ways", [f"- {way.name}" for way in row.ways]))
        self.murmur(row.why, "warn" if row.trouble else "dim", again=self.table.reading)

    async def act_open(self) -> None:
        """Enter: pick what to do."""
        row: PrintRow | None = self.table.row
        if row is None:
            return
        from screens.menu import MenuScreen, Option

        def options() -> list[Option]:
            return [
                Option(way.code, way.name, str(place), " ".join(way.notes)) for place, way in enumerate(row.ways, 1)
            ]

        async def take(code: str) -> None:
            await self._settle(row, next(way for way in row.ways if way.code == code))

        await self.console_app.show(MenuScreen("screens.tray.ways", options, take, hint=row.why, by_key=True))

    async def act_again_all(self) -> None:
        """`a`: the printer was seen to; all that wait are tried now. What may be out is left to a person."""
        rows = [row for row in await self.desk.prints() if any(way.code == "again" for way in row.ways)]
        waiting = [row for row in rows if all(way.code != "out" for way in row.ways)]
        if not waiting:
            self.say(t("screens.prints.none_to_try"), "warn")
            return
        answer = await self.desk.settle_print(waiting[0].id, "again", {})
        await self.arrive()
        self.answer(answer)

    async def act_printers(self) -> None:
        """F7: the window's printers."""
        from screens.printers import PrintersScreen

        await self.console_app.show(PrintersScreen())

    async def _settle(self, row: PrintRow, way: ActView) -> None:
        async def submit(data: dict[str, str]) -> Done | Refused:
            return await self.desk.settle_print(row.id, way.code, data)

        async def after(done: Done) -> None:
            await self.arrive()
            self.console_app.frame.answer(done)

        await perform(self.console_app, f"{row.paper} {row.number}", way, submit, after, f"print-{row.id}")
