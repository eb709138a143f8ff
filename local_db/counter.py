"""Who this terminal is, whether it may number and seal, and the day's count.

Keeps S27: the incarnation lies in the database and in a file under the user's state folder, the count as well, and the
larger wins. Without that file, or with another's, drafts are all that can be saved, and it says so.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from casework.ambient import Clock
from casework.facts import NO_HASH
from casework.limits import LIMITS, Limits
from casework.messages import Message
from local_db.connection import Connected
from local_db.errors import Cloned, IncarnationLost, NotATerminal, NotWritable
from local_db.sql import queries
from local_db.state import State, StateFile, counted

_SQL = queries("commit")


class Identity(msgspec.Struct, frozen=True):
    """What a terminal was told at its enrolment. `region`: six digits; `hall_key`: public, hex."""

    hall: str
    region: str
    hall_name: str
    hall_key: str
    terminal: str
    incarnation: str
    epoch: int


class Counter(Connected):
    """Identity, trust and numbers."""

    def __init__(self, folder: Path, clock: Clock, state: StateFile, limits: Limits = LIMITS) -> None:
        super().__init__(folder, clock, limits)
        self.state = state
        self.identity = self._read_identity()
        self._trusted: State | None = None

    def trust(self) -> Message | None:
        """Why this machine may neither number nor seal, in a sentence; None while it may."""
        try:
            with self.reading() as db:
                self.trusted(db)
        except IncarnationLost as error:
            return error.message
        return None

    def trusted(self, db: sqlite3.Connection) -> State:
        """The state file's content, when all is well; asked of the disk once: a file that is open can't be restored.

        Raises:
            Cloned: the file belongs to another incarnation.
            IncarnationLost: there is no file, or the database is older than what was sealed here.
        """
        if self._trusted is None:
            terminal = self.identity.terminal
            state = self.state.read()
            if state is None:
                raise IncarnationLost("store.state_missing", terminal=terminal, file=str(self.state.path))
            if state.incarnation != self.identity.incarnation:
                raise Cloned("store.cloned", terminal=terminal, file=str(self.state.path))
            lost = self.state.sealed(state.incarnation) - self.chain_end(db)[0]
            if lost > 0:
                raise IncarnationLost("store.older_than_written", terminal=terminal, lost=lost)
            self._trusted = state
        return self._trusted

    def last_counter(self, db: sqlite3.Connection, day: str) -> int:
        """The larger of the two counts of `day`. Raises IncarnationLost as `trusted` does."""
        row = db.execute(_SQL["counter"], (day,)).fetchone()
        return max(row[0] if row else 0, self.trusted(db).days.get(day, 0))

    def secure_number(self, day: str, counter: int) -> None:
        """Write a count into the state file, durably. Raises IncarnationLost when somebody took the file away."""
        if self._trusted is None:
            raise RuntimeError("a number was given without trust")
        later = counted(self._trusted, day, counter)
        try:
            self.state.write(later, counter)
        except NotWritable as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise IncarnationLost(
                    "store.state_missing", terminal=self.identity.terminal, file=str(self.state.path)
                ) from error
            raise
        self._trusted = later

    def close(self) -> None:
        """Let go of the file and of the state file."""
        super().close()
        self.state.close()

    def chain_end(self, db: sqlite3.Connection) -> tuple[int, str]:
        """The newest envelope of this incarnation and its hash; (0, NO_HASH) before the first."""
        row = db.execute(_SQL["last_sealed"]).fetchone()
        return (row[0], row[1]) if row else (0, NO_HASH)

    def _read_identity(self) -> Identity:
        with self.reading() as db:
            known: dict[str, str] = dict(db.execute(_SQL["identity"]).fetchall())
            standing = db.execute("select epoch from standing").fetchone()
        if "terminal" not in known or standing is None:
            raise NotATerminal("store.not_a_terminal", folder=str(self.folder))
        named = {name: known.get(name, "") for name in Identity.__struct_fields__ if name != "epoch"}
        return Identity(**named, epoch=standing[0])
