"""Pages of the log that several terminals are about to ask for: read from the memory once, handed to all (S20)."""

from __future__ import annotations

import threading
from collections import OrderedDict

from hall.rows import HallRow, PageRow
from hall.store import Reading

_Key = tuple[int, int, int, int]


class PagesKept:
    """The newest pages, as they lie in the log; what a terminal may not see of them is hidden for each anew.

    Args:
        kept: how many pages at most.
        most: bytes of one page at most, but for the entry that reaches them.
    """

    def __init__(self, kept: int, most: int) -> None:
        self._kept = kept
        self._most = most
        self._pages: OrderedDict[_Key, tuple[PageRow, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, reading: Reading, hall: HallRow, after: int, limit: int) -> tuple[PageRow, ...]:
        """Entries after a cursor. `hall`: of the same snapshot; a page that reaches its end is another one later."""
        for newest in (0, hall.seq):
            with self._lock:
                found = self._pages.get((hall.epoch, after, limit, newest))
            if found is not None:
                return found
        rows = _bounded(reading.page(after, limit), self._most)
        if rows:
            cut = rows[-1].seq < hall.seq  # the log goes on behind it: it stays what it is
            with self._lock:
                self._pages[hall.epoch, after, limit, 0 if cut else hall.seq] = rows
                while len(self._pages) > self._kept:
                    self._pages.popitem(last=False)
        return rows


def _bounded(rows: tuple[PageRow, ...], most: int) -> tuple[PageRow, ...]:
    """As many of `rows` as reach `most` bytes."""
    size = 0
    for count, row in enumerate(rows, 1):
        size += len(row.data)
        if size >= most:
            return rows[:count]
    return rows
