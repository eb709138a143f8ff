"""The window's printers: where each is, what it takes, and what can be done about it; a test page by one key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from textual.widget import Widget

from screens.canvas import Part
from screens.desk import ActView, Done, Page, Refused
from screens.frame import FrameScreen
from screens.performing import perform
from screens.post_views import PrinterRow
from screens.side import Side, titled
from screens.table import Column, Table

COLUMNS = (
    Column("screens.column.printer", 12),
    Column("screens.column.printer_kind", 10),
    Column("screens.column.printer_place", 18, grows=True),
    Column("screens.column.printer_form", 14),
    Column("screens.column.printer_takes", 18, grows=True),
)


def _cells(row: PrinterRow) -> Sequence[Part]:
    ink = "error" if row.lacking else ""
    return ((row.name, "strong"), (row.kind, ink), (row.place, ""), (row.form, ""), (row.takes, "dim"))


class PrintersScreen(FrameScreen):
    """Enter on a printer shows what can be done; n adds one, t prints a test page."""

    PLACE = "printers"
    PASSING = True

    def __init__(self) -> None:
        super().__init__()
        self.side = Side()
        self.table = Table(
            COLUMNS, lambda row: str(row.name), _cells, empty="screens.printers.empty", moved=self._moved
        )

    def body(self) -> Iterator[Widget]:
        """List and panel."""
        yield self.table
        yield self.side

    async def arrive(self) -> None:
        """The printers as they are now."""
        await self.table.load(self._page)
        self.dress()

    freshen = arrive

    async def _page(self, after: str) -> Page[Any]:
        rows = await self.desk.printers()
        return Page(rows, len(rows))

    def _moved(self, row: PrinterRow | None) -> None:
        if row is None:
            self.side.show([])
            return
        lines = titled("screens.column.printer", [row.name, row.kind, row.place])
        lines += titled("screens.column.printer_form", [row.form]) + titled("screens.column.printer_takes", [row.takes])
        lines += titled("screens.column.why", [row.lacking] if row.lacking else [], "warn")
        self.side.show(lines + titled("screens.tray.ways", [f"- {way.name}" for way in row.ways]))
        told, tone = row.lacking or f"{row.name}: {row.takes}", "warn" if row.lacking else "dim"
        self.murmur(told, tone, again=self.table.reading)

    async def act_open(self) -> None:
        """Enter: pick what to do."""
        row: PrinterRow | None = self.table.row
        if row is None:
            return
        from screens.menu import MenuScreen, Option

        def options() -> list[Option]:
            return [Option(way.code, way.name, str(at), " ".join(way.notes)) for at, way in enumerate(row.ways, 1)]

        async def take(code: str) -> None:
            await self._do(row.name, next(way for way in row.ways if way.code == code))

        await self.console_app.show(MenuScreen("screens.tray.ways", options, take, hint=row.lacking, by_key=True))

    async def act_printer_new(self) -> None:
        """`n`: the form of another one."""
        await self._do("", await self.desk.new_printer())

    async def act_printer_test(self) -> None:
        """`t`: a test page on the printer under the cursor."""
        row: PrinterRow | None = self.table.row
        if row is not None:
            self.answer(await self.desk.do_printer(row.name, "test", {}))

    async def _do(self, name: str, way: ActView) -> None:
        async def submit(data: dict[str, str]) -> Done | Refused:
            return await self.desk.do_printer(name, way.code, data)

        async def after(done: Done) -> None:
            await self.arrive()
            self.console_app.frame.answer(done)

        await perform(self.console_app, name, way, submit, after, f"printer-{way.code}-{name}")
