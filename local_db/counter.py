"""Who this terminal is, whether it may number and seal, and the day's count.

Keeps S27: the incarnation lies in the database and in a file under the user's state folder, the count as well, and the
larger wins. Without that file, or with another's, drafts are all that can be saved, and it says so. A memory that is
older than what was sealed here is *adrift*: work goes on from the larger count, nothing is sent until it is enrolled
again (`local_db.incarnation`), because the hall may know other envelopes under the same places.
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


class Former(msgspec.Struct, frozen=True):
    """Who this terminal was before: its envelopes `first`..`last` of then, `head` the last one's hash (S27)."""

    terminal: str
    incarnation: str
    first: int
    last: int
    head: str


class Counter(Connected):
    """Identity, trust and numbers."""

    def __init__(self, folder: Path, clock: Clock, state: StateFile, limits: Limits = LIMITS) -> None:
        super().__init__(folder, clock, limits)
        self.state = state
        self.identity, self.former = self._read_identity()
        self._trusted: State | None = None
        self._adrift = 0

    @property
    def former_numbers(self) -> frozenset[str]:
        """The terminal numbers that this memory had before."""
        return frozenset(one.terminal for one in self.former)

    def is_own(self, terminal: str) -> bool:
        """Whether that number is or was this terminal's."""
        return terminal == self.identity.terminal or (
            bool(self.former) and any(one.terminal == terminal for one in self.former)
        )

    def own_names(self) -> str:
        """The terminal numbers of this memory, of now and before, as a list in JSON: what a query asks with."""
        return msgspec.json.encode([self.identity.terminal, *self.former_numbers]).decode()

    def trust(self) -> Message | None:
        """Why this machine has to be enrolled again, in a sentence; None while all is well."""
        try:
            with self.reading() as db:
                self.trusted(db)
        except IncarnationLost as error:
            return error.message
        if not self._adrift:
            return None
        return Message("store.older_than_written", {"terminal": self.identity.terminal, "lost": self._adrift})

    def is_adrift(self) -> bool:
        """Whether what is sealed here has to wait for another incarnation before it may be sent."""
        return self.trust() is not None and self._adrift > 0

    def trusted(self, db: sqlite3.Connection) -> State:
        """The state file's content, if it is this one's; asked of the disk once: an open file can't be restored.

        Raises:
            Cloned: the file belongs to another incarnation.
            IncarnationLost: there is no file, or another process has enrolled this folder again meanwhile.
        """
        terminal = self.identity.terminal
        if db.execute(_SQL["incarnation"]).fetchone() != (self.identity.incarnation,):
            raise IncarnationLost("store.enrolled_meanwhile", terminal=terminal)
        if self._trusted is None:
            state = self.state.read()
            if state is None:
                raise IncarnationLost("store.state_missing", terminal=terminal, file=str(self.state.path))
            if state.incarnation != self.identity.incarnation:
                raise Cloned("store.cloned", terminal=terminal, file=str(self.state.path))
            known = db.execute(_SQL["adrift"]).fetchone()
            lost = self.state.sealed(state.incarnation) - self.chain_end(db)[0]
            self._adrift = int(known[0]) if known else max(0, lost)
            self._trusted = state
        return self._trusted

    def note_sealed(self, local_seq: int) -> None:
        """After COMMIT: how far was sealed; what is adrift leaves the note of what is missing."""
        if not self._adrift:
            self.state.keep_sealed(self.identity.incarnation, local_seq)

    def note_adrift(self, db: sqlite3.Connection) -> None:
        """With the first seal of what is adrift it is written down: counted on, the loss could not be seen any more."""
        if self._adrift:
            db.execute(_SQL["keep_adrift"], (str(self._adrift),))

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

    def _read_identity(self) -> tuple[Identity, tuple[Former, ...]]:
        with self.reading() as db:
            known: dict[str, str] = dict(db.execute(_SQL["identity"]).fetchall())
            former = tuple(Former(*row) for row in db.execute(_SQL["former"]).fetchall())
            standing = db.execute("select epoch from standing").fetchone()
        if "terminal" not in known or standing is None:
            raise NotATerminal("store.not_a_terminal", folder=str(self.folder))
        named = {name: known.get(name, "") for name in Identity.__struct_fields__ if name != "epoch"}
        return Identity(**named, epoch=standing[0]), former
