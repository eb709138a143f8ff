"""Which numbers are one terminal's after another: who adopted whom (S27). Pure.

A lane belongs to the newest of them, so that what the old number left is settled from the new one; and what the old
incarnation did counts as known to whoever holds it (S5).
"""

from __future__ import annotations

from collections.abc import Sequence

from hall.rows import AdoptionRow


class Lineage:
    """The adoptions of a hall, the oldest first."""

    def __init__(self, rows: Sequence[AdoptionRow]) -> None:
        self._by: dict[str, list[AdoptionRow]] = {}
        self._next: dict[str, str] = {}
        for row in rows:
            self.add(row)

    def add(self, row: AdoptionRow) -> None:
        """One more."""
        self._by.setdefault(row.number, []).append(row)
        if row.fenced:  # of two machines of one disk the first has the lanes: the fence names it, too
            self._next.setdefault(row.terminal, row.number)

    def newest(self, terminal: str) -> str:
        """Who goes on from that number now; itself when nobody does."""
        if terminal not in self._next:
            return terminal
        seen = {terminal}
        while terminal in self._next and self._next[terminal] not in seen:
            terminal = self._next[terminal]
            seen.add(terminal)
        return terminal

    def numbers(self, terminal: str) -> tuple[str, ...]:
        """All numbers whose lanes are now those of `terminal`, the oldest first, itself last."""
        newest = self.newest(terminal)
        older = [number for number in self._next if number != newest and self.newest(number) == newest]
        return (*older, newest)

    def adopted(self, terminal: str) -> tuple[AdoptionRow, ...]:
        """What that number has adopted, and what those had before it."""
        found: list[AdoptionRow] = []
        left = [terminal]
        while left:
            for row in self._by.get(left.pop(), ()):
                if row not in found:
                    found.append(row)
                    left.append(row.terminal)
        return tuple(found)

    def sealed_again(self, terminal: str, seq: int) -> bool:
        """Whether an envelope of that number holds what an older incarnation had made."""
        rows = self._by.get(terminal)  # most have adopted nobody, and it is asked for each fact
        return rows is not None and any(1 < seq <= row.again + 1 for row in rows)
