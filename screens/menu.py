"""Picking one of several with a filter: the menu (F10, Ctrl-P), acts of a case, ways out of the tray, posts."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from textual.widget import Widget

from casework.messages import t
from screens.desk import Field, Page
from screens.field import InputRow, Row, input_row
from screens.finder import Finder
from screens.form import FormScreen
from screens.table import Column, Table

_NAMES, _NAMES_MOST = 18, 34


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
        *,
        by_key: bool = False,
    ) -> None:
        """`hint`: what to know when picking. `by_key`: the key of a line takes it at once, as it does elsewhere."""
        super().__init__()
        self.by_key = by_key
        self.hint = hint
        self.title_id = title
        self.options = options
        self.take = take
        self.table = Table(_columns((), by_key=by_key), lambda one: str(one.code), _cells, empty="screens.menu.empty")
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
        """Filter as you type; where keys take, the key of one line alone takes it."""
        await self._filter()
        text = self.sheet.values().get("filter", "").casefold()
        meant = [one for one in self.options() if text and one.key.casefold().startswith(text)]
        if self.by_key and len(meant) == 1 and meant[0].key.casefold() == text:
            if isinstance(row, InputRow):
                row.line.set("")
            await self._filter()
            await self._take(meant[0])

    async def _filter(self) -> None:
        text = self.sheet.values().get("filter", "").casefold()
        options = self.options()
        rows = tuple(one for one in options if text in f"{one.key} {one.name} {one.code} {one.tip}".casefold())
        self.table.columns = _columns(options, by_key=self.by_key)

        async def page(after: str) -> Page[Any]:
            return Page(rows, len(rows))

        self.table.at = 0
        self.table.rows = []
        await self.table.load(page)

    async def act_open(self) -> None:
        """Enter: take it, or hear why not."""
        if self.table.row is not None:
            await self._take(self.table.row)

    async def _take(self, option: Option) -> None:
        if option.off:
            self.app.bell()
            self.say(option.off, "error")
            return
        self.console_app.close(self)
        await self.take(option.code)


def _columns(options: Sequence[Option], *, by_key: bool) -> tuple[Column, ...]:
    """Names whole as far as a long one leaves room for the words behind it."""
    longest = max((cell_len(one.name) for one in options), default=0)
    return (
        Column("screens.column.key", 4 if by_key else 8),
        Column("screens.column.act", max(_NAMES, min(longest, _NAMES_MOST))),
        Column("screens.column.tip", 10, grows=True),
    )


def _cells(option: Option) -> Sequence[tuple[str, str]]:
    ink = "dim" if option.off else ""
    return ((option.key, "key"), (option.name, ink), (option.off or option.tip, "dim"))
