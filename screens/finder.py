"""A field with a list under it: characters go into the field, the arrows move in the list."""

from __future__ import annotations

from screens.sheet import Sheet
from screens.sheet_owner import SheetOwner
from screens.table import Table

_LIST_KEYS = frozenset({"up", "down", "pageup", "pagedown", "tab", "shift+tab"})


class Finder(Sheet):
    """A sheet of one row, and the list that it steers."""

    def __init__(self, owner: SheetOwner, table: Table) -> None:
        super().__init__(owner)
        self.table = table
        self.add_class("-line")

    async def handle(self, key: str, character: str | None = None) -> bool:
        """Arrows to the list, all else to the field."""
        if key in _LIST_KEYS:
            return await self.table.handle(key)
        return await super().handle(key, character)
