"""The roster as this terminal knows it, wrong PINs, and the spelling of names for the finder.

Counters of wrong PINs survive restarts (security.md); pypinyin takes half a second to load, so names are spelled later,
off the counter's path, and never by this room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from casework.bodies import StaffSet, TerminalSet
from local_db.connection import Connected
from local_db.sql import queries

_SQL = queries("desk")


class Lockout(msgspec.Struct, frozen=True):
    """How many wrong PINs in a row, and until when (hall time) nobody may try; empty: now."""

    failures: int = 0
    until: str = ""


class Head(msgspec.Struct, frozen=True):
    """Which version is in force, and the log's position that said so."""

    version: str
    seq: int


class People(Connected):
    """Who works in this hall."""

    def staff(self, number: str) -> StaffSet | None:
        """A person of the roster, with the position it came from no longer asked."""
        with self.reading() as db:
            row = db.execute(_SQL["staff"], (number,)).fetchone()
        return msgspec.json.decode(row[0], type=StaffSet) if row else None

    def roster(self) -> tuple[StaffSet, ...]:
        """Everybody, by number; those who left too."""
        with self.reading() as db:
            rows = db.execute(_SQL["roster"]).fetchall()
        return tuple(msgspec.json.decode(row[0], type=StaffSet) for row in rows)

    def terminals(self) -> tuple[TerminalSet, ...]:
        """All terminals of the hall, by number."""
        with self.reading() as db:
            rows = db.execute(_SQL["terminals"]).fetchall()
        return tuple(msgspec.json.decode(row[0], type=TerminalSet) for row in rows)

    def head(self, kind: str) -> Head | None:
        """The newest `catalogue.head` or `calendar.head`."""
        with self.reading() as db:
            row = db.execute(_SQL["head"], (kind,)).fetchone()
        return Head(*row) if row else None

    def lockout(self, staff: str) -> Lockout:
        """How a person stands with wrong PINs."""
        with self.reading() as db:
            row = db.execute(_SQL["lockout"], (staff,)).fetchone()
        return Lockout(*row) if row else Lockout()

    def locked(self, now: str) -> tuple[tuple[str, Lockout], ...]:
        """Who may not try a PIN here at `now` (hall time), by staff number."""
        with self.reading() as db:
            rows = db.execute(_SQL["locked"], (now,)).fetchall()
        return tuple((row[0], Lockout(row[1], row[2])) for row in rows)

    def keep_lockout(self, staff: str, lockout: Lockout) -> None:
        """Write it down before anything is answered."""
        with self.transaction() as db:
            db.execute(
                _SQL["keep_lockout"],
                (staff, lockout.failures, lockout.until),
            )

    def count_failure(self, staff: str, until: Callable[[int], str]) -> int:
        """One wrong PIN more; which one in a row it was. Many who guess at once are each counted.

        Args:
            staff: whose number was typed.
            until: the end of the lock after so many failures (hall time); empty while there is none.
        """
        with self.transaction() as db:
            row = db.execute(_SQL["lockout"], (staff,)).fetchone()
            failures = (int(row[0]) if row else 0) + 1
            db.execute(_SQL["keep_lockout"], (staff, failures, until(failures)))
        return failures

    def spell_names(self, spell: Callable[[Sequence[str]], Sequence[str]], most: int = 200) -> int:
        """Give names without initials theirs, `most` at once (`casework.catalogue.pinyin.initials_of`).

        Returns how many it did.
        """
        with self.reading() as db:
            rows = db.execute(_SQL["unspelled"], (most,)).fetchall()
        if rows:
            ids, names = zip(*rows, strict=True)
            spelled = tuple(zip(spell(names), ids, strict=True))
            with self.transaction() as db:
                if db.execute(_SQL["unspelled"], (most,)).fetchall() == rows:  # else somebody has her place by now
                    db.executemany(_SQL["spell"], spelled)
                    db.execute(_SQL["spelled"], (ids[-1],))
        return len(rows)
