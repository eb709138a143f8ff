"""Queues by the clocks that run beside each open step: what the desk puts in the order of urgency, page by page."""

from __future__ import annotations

from collections import Counter

from local_db.connection import Connected
from local_db.finding import QueueRow, made
from local_db.sql import queries

_SQL = queries("ordering")


class Ordering(Connected):
    """The ordering part of the memory."""

    def clocks_at(self, posts: tuple[str, ...]) -> dict[str, int]:
        """Under which texts of clocks (`measuring.running`) open steps wait at `posts`, and how many under each."""
        found: Counter[str] = Counter()
        with self.reading() as db:
            for post in dict.fromkeys(posts):
                found.update(dict(db.execute(_SQL["clocks_at"], (post,)).fetchall()))
        return found

    def queue_of(
        self, posts: tuple[str, ...], terms: str, limit: int, after: tuple[str, str, str] = ("", "", "")
    ) -> tuple[QueueRow, ...]:
        """The open steps at `posts` under one text of clocks, oldest case first; `after`: the key of the last one."""
        found: list[QueueRow] = []
        with self.reading() as db:
            for post in dict.fromkeys(posts):
                for row in db.execute(_SQL["queue_of"], (post, terms, *after, limit)).fetchall():
                    case = made(db, (row[1], *row[3:9], row[0], *row[9:]))
                    found.append(QueueRow(row[2], post, case, (row[0], row[1], row[2])))
        return tuple(sorted(found, key=lambda row: row.key)[:limit])
