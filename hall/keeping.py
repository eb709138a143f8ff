"""What all parts of the hall stand on: its memory, key and clock, and the catalogue and calendar that count now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casework.ambient import Clock, NewId, stamp
from casework.calendar import Calendar
from casework.calendar import parse as parse_calendar
from casework.catalogue.parse import decode as decode_catalogue
from casework.catalogue.schema import Post
from casework.limits import LIMITS, Limits
from casework.seals import Signer
from casework.wire import Head
from hall.pages_kept import PagesKept
from hall.proving import taking_in
from hall.rows import Changes, ReportRow
from hall.store import Reading, Store, Writing

Make = Callable[[Reading, str, NewId], Changes]
"""Makes the changes of one transaction from a view of the memory, the hall's time and new ids."""


class Keeping:
    """Memory, key and clock of one hall.

    Args:
        store: its memory.
        signer: its private key.
        clock: its time.
        new_id: gives ids of its own facts.
        limits: sizes and times.
    """

    def __init__(self, store: Store, signer: Signer, clock: Clock, new_id: NewId, limits: Limits = LIMITS) -> None:
        self._store = store
        self._signer = signer
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._posts_of: tuple[str, Mapping[str, Post]] = ("", {})
        self._calendar_of: tuple[str, Calendar | None] = ("", None)
        self._heads: dict[Head, bytes] = {}
        self._seen: dict[str, ReportRow] = {}
        self._reported = 0.0
        self._waited: set[str] = set()
        """Terminals whose word that is written down names facts that waited there."""
        self._went_on: dict[str, int] = {}
        """In which epoch each terminal has pulled."""
        self._late: dict[str, float] = {}
        """Who has come with an older epoch after the gathering, and when it last did."""
        self._looked_again = 0.0
        """When what is held was judged again after a loss, without anybody's doing."""
        self._own_entries = 0
        self._needs: dict[str, tuple[int, frozenset[str]]] = {}
        """By terminal: where it stood at its last pull, and the scopes that it still needs (S7)."""
        self._pages_kept = PagesKept(limits.pages_kept, limits.pull_bytes)
        self._asked = ("", 0.0)
        self._scans_to_tell: set[str] = set()
        """Scans of which a piece could not be kept to the end, or that were here before the fact that names them."""

    @property
    def now(self) -> str:
        """The hall's time, as every answer carries it."""
        return stamp(self._clock.now())

    def _posts(self, reading: Reading) -> Mapping[str, Post]:
        version = reading.head("catalogue")
        if version != self._posts_of[0]:
            data = reading.blob(version)
            self._posts_of = version, decode_catalogue(data).posts if data else {}
        return self._posts_of[1]

    def _calendar(self, reading: Reading) -> Calendar | None:
        version = reading.head("calendar")
        if version != self._calendar_of[0]:
            data = reading.blob(version)
            self._calendar_of = version, parse_calendar(data) if data else None
        return self._calendar_of[1]

    def change(self, make: Make) -> frozenset[str]:
        """One transaction of the hall's own: `make(reading, now, new_id)` gives the changes."""
        with self._store.writing() as tx:
            taking_in(tx.hall())
            changes = make(tx, self.now, self._new_id)
            self._save(tx, changes)
        return changes.scopes

    def _save(self, tx: Writing, changes: Changes) -> tuple[int, ...]:
        seqs = tx.save(changes)
        self._own_entries += len(seqs)
        return seqs
