"""The tray: what the hall refused or held back, and the papers that are called back; and the ways out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from casework.messages import t
from casework.numbers import LENGTH, printed
from screens.canvas import Part
from screens.cases import short
from screens.desk import ActView, Done, Page, Refused, TrayRow
from screens.listing import ListScreen, whole_page
from screens.performing import perform
from screens.side import Side, titled
from screens.table import Column, Table

COLUMNS = (
    Column("screens.column.kind", 7),
    Column("screens.column.number", 13),
    Column("screens.column.window", 4),
    Column("screens.column.what", 12),
    Column("screens.column.why", 10, grows=True),
    Column("screens.column.waits", 9),
)
_KEYS = {"withdraw-refused": "1", "amend": "2", "insist": "3"}
"""A grave way out has the same digit on every entry, whether the others are there or not."""


def _cells(row: TrayRow) -> Sequence[Part]:
    return (
        (t(f"screens.tray.kind.{row.kind}"), "error" if row.kind == "refused" else "warn"),
        (short(row.number), ""),
        (row.window, ""),
        (row.what, ""),
        (row.why, ""),
        (row.age or row.since, "dim"),
    )


class TrayScreen(ListScreen):
    """Enter on an entry shows its ways out."""

    PLACE = "tray"

    def __init__(self) -> None:
        super().__init__()
        self.side = Side()
        self.table = Table(COLUMNS, lambda row: str(row.entry), _cells, empty="screens.tray.empty", moved=self._moved)

    async def rows_after(self, after: str) -> Page[Any]:
        """All of them."""
        return whole_page(await self.desk.tray())

    def _moved(self, row: TrayRow | None) -> None:
        if row is None:
            self.side.show([])
            return
        lines = titled("screens.column.what", [row.what, _number(row)])
        lines += titled("screens.column.why", [row.why], "warn")
        lines += titled("screens.column.since", [" ".join(filter(None, (row.since, row.age, row.level)))])
        lines += titled("screens.tray.told", list(row.told)) if row.told else []
        self.side.show(lines + titled("screens.tray.ways", [_way(way) for way in row.ways]))
        self.murmur(" | ".join(filter(None, (row.level, row.why))), again=self.table.reading)

    async def act_open(self) -> None:
        """Enter: pick a way out, or the case itself."""
        chosen: TrayRow | None = self.table.row
        if chosen is None:
            return
        answer = await self.desk.tray_entry(chosen.entry)
        if isinstance(answer, Refused):
            self.say(answer.message, "warn")
            return
        row = answer
        self._moved(row)
        if row.sides:
            from screens.twins import TwinsScreen

            await self.console_app.show(TwinsScreen(row, lambda: self._pick(row)))
        else:
            await self._pick(row)

    async def _pick(self, row: TrayRow) -> None:
        from screens.menu import MenuScreen, Option

        def options() -> list[Option]:
            ways = [
                Option(
                    way.code,
                    way.name,
                    _KEYS.get(way.code.partition(":")[0], str(place)),
                    next(iter(way.notes), ""),
                    off="" if way.allowed else str(way.reason),
                )
                for place, way in enumerate(row.ways, 1)
            ]
            opens = [Option("open", t("screens.tray.open_case"), "0", printed(row.number) if row.other else "")]
            opens += [Option("other", t("screens.tray.open_other"), "9", printed(row.other))] if row.other else []
            return [*ways, *opens]

        async def take(code: str) -> None:
            way = next((way for way in row.ways if way.code == code), None)
            if way is None:
                await self.console_app.open_case(row.other if code == "other" else row.number)
            else:
                await self._settle(row, way)

        hint = " | ".join((*row.told, row.why))
        await self.console_app.show(MenuScreen("screens.tray.ways", options, take, hint=hint, by_key=True))

    async def _settle(self, row: TrayRow, way: ActView) -> None:
        async def submit(data: dict[str, str]) -> Done | Refused:
            return await self.desk.resolve(row.entry, way.code, data)

        async def after(done: Done) -> None:
            await self.arrive()
            if done.papers:
                from screens.preview import PreviewScreen

                await self.console_app.show(PreviewScreen(row.number, done.papers))
            self.console_app.frame.answer(done)

        await perform(self.console_app, f"{row.what} {_number(row)}", way, submit, after, row.entry)


def _number(row: TrayRow) -> str:
    return printed(row.number) if len(row.number) == LENGTH else row.number


def _way(way: ActView) -> str:
    """A way out, and why it is none where it is off."""
    return f"- {way.name}" if way.allowed else f"- {way.name}: {way.reason}"
