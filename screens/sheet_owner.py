"""What a sheet asks of the screen around it."""

from __future__ import annotations

from typing import Protocol

from casework.messages import Message
from screens.field import Row


class SheetOwner(Protocol):
    """What the screen around a sheet does when something happens in it. Each call is done before the next key."""

    async def row_changed(self, row: Row) -> None: ...
    async def row_left(self, row: Row, *, onward: bool) -> bool:
        """The caret leaves `row`; True when the owner has moved it itself."""
        ...

    async def row_reached(self, row: Row) -> None: ...
    async def row_taken(self, row: Row) -> None:
        """Enter on a proposal."""
        ...

    async def row_key(self, row: Row, key: str) -> bool:
        """A key in `row` that means something to the owner alone; True: it is done."""
        ...

    async def rest_no(self, row: Row) -> None:
        """`0` on a question: no to it and to all others of its part that are not answered."""
        ...

    async def row_asked(self, row: Row) -> None:
        """`?` where nothing is typed: what is this row?"""

    async def sheet_done(self) -> None:
        """Enter on the last row."""
        ...

    async def marked(self) -> None:
        """Papers were marked, and the caret stays where it is."""
        ...

    def sheet_says(self, message: Message | None) -> None: ...
