"""What waits at the posts of a shift, in the order in which it should be done.

Those whose applicants sit at the counter first; then the worse light, then what is due first, then what came first.
Pages go by key: the text of clocks under which the last row waits, and its key there.
"""

from __future__ import annotations

from collections.abc import Iterable

from casework.urgency import LIGHTS, Urgencies, Urgency
from console.showing import Shower
from console.terminal import Terminal
from local_db.finding import CaseRow
from screens import desk

_LAST = "\uffff"
"""Sorts after every step: the page goes on behind the last case, whatever else of it waits here."""
_Key = tuple[str, str, str]


class QueueBook:
    """Makes pages of queues; what it knows of clocks it keeps for the day."""

    def __init__(self, terminal: Terminal, show: Shower) -> None:
        self._terminal, self._show = terminal, show
        self._urgency = Urgencies(terminal.library.calendar(), terminal.clock.now())

    def page(
        self, posts: tuple[str, ...], where: desk.QueueFilter, after: str, limit: int, me: str
    ) -> desk.Page[desk.QueueRow]:
        """A page. `me`: the staff number of whoever reads."""
        memory = self._terminal.memory
        if not after:
            memory.measure()  # what came in bulk has its place in the order after a few looks
        sitting = {row.case.case_id: row.case for row in memory.at_the_counter(posts)}
        now, calendar = self._terminal.clock.now(), self._terminal.library.calendar()
        self._urgency = self._urgency.at(calendar, now)
        rows = [] if after else [self._row(row, me, sits=True) for row in sitting.values() if _fits(row, where)]
        groups = self._groups(posts, where)
        found, upon = self._found(posts, where, [terms for terms, _ in groups], after, limit)
        rows += [self._row(row, me) for row in found if row.case_id not in sitting]
        shown = tuple(row for row in rows if where.light in {"", row.light})
        return desk.Page(shown, sum(count for _, count in groups), upon)

    def _row(self, row: CaseRow, me: str, *, sits: bool = False) -> desk.QueueRow:
        return self._show.row(row.case, row.unsent, sits=sits, me=me)

    def _groups(self, posts: tuple[str, ...], where: desk.QueueFilter) -> list[tuple[str, int]]:
        """Texts of clocks under which something waits, the most urgent first, with how much."""
        counts = self._terminal.memory.clocks_at(posts)
        ordered = sorted(counts.items(), key=lambda one: self._place(one[0]))
        return [one for one in ordered if where.light in {"", LIGHTS[self._place(one[0])[0][0]]}]

    def _place(self, terms: str) -> tuple[Urgency, str]:
        return self._urgency(terms), terms

    def _found(
        self, posts: tuple[str, ...], where: desk.QueueFilter, groups: list[str], after: str, limit: int
    ) -> tuple[list[CaseRow], str]:
        """So many cases after a key, each once, and the key after them; empty at the end."""
        received, case_id, last = after.split("|", 2) if after else ("", "", "")
        start, found = self._place(last) if after else None, dict[str, CaseRow]()
        for terms in groups:
            if start is not None and self._place(terms) < start:
                continue
            key: _Key = (received, case_id, _LAST) if after and terms == last else ("", "", "")
            for row in self._of(posts, terms, key, limit):
                if _fits(row, where):
                    found.setdefault(row.case_id, row)
                if len(found) >= limit:
                    return list(found.values()), f"{row.received_at}|{row.case_id}|{terms}"
        return list(found.values()), ""

    def _of(self, posts: tuple[str, ...], terms: str, key: _Key, most: int) -> Iterable[CaseRow]:
        """All that waits under one text of clocks, page by page."""
        while True:
            found = self._terminal.memory.queue_of(posts, terms, most, key)
            yield from (row.case for row in found)
            if len(found) < most:
                return
            key = found[-1].key


def _fits(row: CaseRow, where: desk.QueueFilter) -> bool:
    return where.module in {"", row.module} and where.state in {"", row.state}
