"""A new incarnation over an old memory: enrolled again in place, with a new number (S27).

The facts stay byte for byte; what changes is who seals them. The first envelope says what is held of the old
incarnation (`adopts`), and behind it every own fact that the log has not passed is sealed again, in order: only a new
incarnation may do that (S2). What the hall has answered keeps its verdict here; the hall answers again, with the
latest one, whatever the envelope (S13).
"""

from __future__ import annotations

import sqlite3

import msgspec

from casework import bodies
from casework.ambient import NewId
from casework.facts import NO_HASH, Base, Envelope, Fact, Group, digest, encode_body, encode_fact
from casework.outbox import UNSENT, Row
from local_db.commit import fact_row
from local_db.counter import Identity
from local_db.epochs import Epochs
from local_db.errors import AlreadyTerminal, OtherHall
from local_db.sql import queries
from local_db.state import State

_SQL = queries("incarnation")
_COMMIT = queries("commit")
_EPOCHS = queries("epochs")
_NAMED = ("hall", "region", "hall_name", "hall_key", "terminal", "incarnation")


class Adopted(msgspec.Struct, frozen=True):
    """What became of the old incarnation: its number, and how many facts the new one has sealed again."""

    terminal: str
    again: int


class _Old(msgspec.Struct, frozen=True):
    """A fact that is sealed again, with what was known of it."""

    fact: int
    hash: str
    case_id: str
    local_seq: int | None
    state: str | None
    verdict: bytes | None
    revision: int | None
    entry: int | None


class Incarnations(Epochs):
    """The memory as it goes on under another number."""

    def adopt(self, identity: Identity, new_id: NewId, lost: bodies.Lost | None = None) -> Adopted:
        """Go on as `identity`: all of it in one transaction, with the state file before its COMMIT.

        Args:
            identity: what the hall has said at the new enrolment.
            new_id: gives the ids of the first fact and its group.
            lost: which own envelopes are gone, where somebody knows better than this memory (S25).

        Raises:
            AlreadyTerminal: it goes by that number already.
            OtherHall: the memory is another hall's.
        """
        if identity.hall_key != self.identity.hall_key:
            raise OtherHall("store.other_hall", hall=self.identity.hall_name)
        if self.is_own(identity.terminal):
            raise AlreadyTerminal("store.already_terminal", folder=str(self.folder))
        old = self.identity
        before = self.state.read()
        days = before.days if before is not None and before.hall_key == identity.hall_key else {}
        with self.transaction() as db:
            here, newer = self._held(db, lost or self._gone(db)), self._newer(before)
            for one in filter(None, (here, newer)):
                db.execute(_SQL["keep_incarnation"], (one.terminal, one.incarnation, one.first, one.last, one.head))
            db.execute(_SQL["keep_former"], (here.terminal,))
            rows = [_Old(*row) for row in db.execute(_SQL["to_seal_again"]).fetchall()]
            said = [msgspec.structs.replace(here, again=len(rows) + (newer is not None)), *filter(None, (newer,))]
            rows = self._forgotten(db, identity, rows)
            under_way = db.execute(_SQL["former_under_way"]).fetchone() is not None
            self._give_up_places(db, identity)
            last = self._seal_again(db, identity, [self._word(db, one, new_id) for one in said], rows)
            if under_way:  # what waits at the hall for the rest of it waits until all is there once more (S25)
                db.execute(_EPOCHS["former_to"], (str(last),))
            self.state.close()  # what was open is the old file
            self.state.create(State(identity.hall_key, identity.terminal, identity.incarnation, dict(days)))
        self.identity, self.former = self._read_identity()
        self._trusted, self._adrift = None, 0
        self.note_sealed(last)
        if any(row.local_seq is None for row in rows):  # what had no envelope was not shown
            self.rebuild()
        return Adopted(old.terminal, len(rows))

    def _forgotten(self, db: sqlite3.Connection, identity: Identity, rows: list[_Old]) -> list[_Old]:
        """A memory that has pulled nothing begins in the hall's epoch of today, and not by way of `Epochs.enter`: what
        the hall had accepted in an earlier one waits for its word of today.
        """
        if not db.execute(_SQL["skips_epochs"], (identity.epoch,)).fetchone()[0]:
            return rows
        rows = [msgspec.structs.replace(row, revision=0, entry=0) for row in rows]  # any new verdict replaces it
        return [msgspec.structs.replace(row, state=Row.SENT) if row.state == Row.ACCEPTED else row for row in rows]

    def _held(self, db: sqlite3.Connection, lost: bodies.Lost | None) -> bodies.Adopts:
        """What this memory holds of the incarnation that it gives up."""
        first, last = db.execute(_SQL["span"]).fetchone()
        known = db.execute("select acked from standing").fetchone()[0]
        head, known_head = (self._hash_at(db, seq) for seq in (last, known))
        who = self.identity
        return bodies.Adopts(who.terminal, who.incarnation, first, last, head, known, known_head, 0, lost)

    def _newer(self, note: State | None) -> bodies.Adopts | None:
        """The incarnation that this machine went by last, where its note names another one than the file, a copy of
        before that. All that it had sealed is gone, and it had said itself that it goes on from what is here.
        """
        who = self.identity
        known = {who.incarnation, *(one.incarnation for one in self.former)}  # an older note says nothing new
        if note is None or note.hall_key != who.hall_key or note.incarnation in known:
            return None
        sealed = self.state.sealed(note.incarnation)
        lost = bodies.Lost(1, sealed, NO_HASH)
        return bodies.Adopts(note.terminal, note.incarnation, 0, 0, NO_HASH, 0, NO_HASH, 0, lost) if sealed else None

    def _gone(self, db: sqlite3.Connection) -> bodies.Lost | None:
        """Own envelopes that the hall has not answered and that are not here: a broken disk, an older copy.

        A fact that is here without its envelope is sealed again, and so not gone.
        """
        known = db.execute("select acked from standing").fetchone()[0]
        expected, head = known + 1, NO_HASH
        gone: list[tuple[int, int]] = []
        for seq, prev in db.execute(_SQL["sealed_after"], (known,)).fetchall():
            if seq > expected:
                gone, head = [*gone, (expected, seq - 1)], prev
            expected = seq + 1
        first, last = self._cut_off(db)
        if max(first, known + 1) <= last:
            gone, head = [*gone, (max(first, known + 1), last)], NO_HASH
        alone = db.execute(_SQL["without_envelope"], (self._sealed(db),)).fetchone()[0]
        if sum(to - since + 1 for since, to in gone) <= alone:
            return None
        return bodies.Lost(min(gone)[0], max(to for _, to in gone), head)

    def _cut_off(self, db: sqlite3.Connection) -> tuple[int, int]:
        """The end of the chain that this machine had sealed and that this file never had: from, to."""
        sealed, salvaged = self._sealed(db), db.execute(_SQL["salvaged"]).fetchone()
        if not sealed:
            return 1, 0
        adrift = db.execute(_COMMIT["adrift"]).fetchone()
        if salvaged:
            return int(salvaged[0]) + 1, sealed
        return (sealed - int(adrift[0]) if adrift else self.chain_end(db)[0]) + 1, sealed

    def _sealed(self, db: sqlite3.Connection) -> int:
        """The newest envelope that this incarnation is known to have sealed. What was salvaged outlives the state file:
        an enrolment that broke off has written another one.
        """
        read = db.execute(_SQL["salvaged_seal"]).fetchone()
        return max(self.state.sealed(self.identity.incarnation), int(read[0]) if read else 0)

    def _hash_at(self, db: sqlite3.Connection, local_seq: int) -> str:
        row = db.execute(_SQL["hash_at"], (local_seq,)).fetchone()
        return row[0] if row else NO_HASH

    def _word(self, db: sqlite3.Connection, said: bodies.Adopts, new_id: NewId) -> Fact:
        epoch, cursor = db.execute("select epoch, cursor from standing").fetchone()
        return Fact(
            id=new_id(), type="adopts", version=1, root=f"terminal/{said.terminal}", case="",
            group=Group(new_id(), 0, 1), actor="", post="", visit="", base=Base(epoch, cursor, 0),
            time=self.legal_time(), catalogue="", roster=db.execute(_COMMIT["roster_position"]).fetchone()[0],
            body=encode_body(said),
        )  # fmt: skip

    def _give_up_places(self, db: sqlite3.Connection, identity: Identity) -> None:
        known = msgspec.structs.asdict(identity)
        db.executemany(_SQL["keep_identity"], [(name, known[name]) for name in _NAMED])
        db.execute(_SQL["end_adrift"])
        db.execute(_SQL["nothing_answered"])
        db.execute(_SQL["epoch_of_nothing"], (identity.epoch,))
        db.execute(_SQL["forget_again"])

    def _seal_again(self, db: sqlite3.Connection, identity: Identity, words: list[Fact], rows: list[_Old]) -> int:
        """The outbox of the new incarnation, its own words first; its newest `local_seq`."""
        resolutions = db.execute(_SQL["resolutions"]).fetchall()
        settled = {row[0] for row in db.execute(_SQL["settled_rows"])}
        db.execute(_SQL["clear_resolutions"])
        db.execute(_SQL["clear_outbox"])
        last, sealed = NO_HASH, []
        moved: dict[int, int] = {}
        for seq, row in enumerate([*(_new(db, word) for word in words), *rows], start=1):
            prev, last = last, Envelope(identity.terminal, identity.incarnation, seq, last, row.hash).hash
            answered = row.state is not None and Row(row.state) not in UNSENT
            said = (row.state, row.verdict, row.revision, row.entry) if answered else (Row.COMMITTED, None, 0, 0)
            sealed.append((seq, identity.incarnation, prev, last, row.fact, row.case_id, *said))
            if row.local_seq is not None:
                moved[row.local_seq] = seq
        db.executemany(_SQL["seal_again"], sealed)
        db.executemany(_SQL["keep_again"], [(row[0], row[4]) for row in sealed[len(words) :]])
        of_hall = [(fact_id, seq) for fact_id, seq in resolutions if seq <= 0]  # of no own row
        kept = [(fact_id, moved[seq]) for fact_id, seq in resolutions if seq in moved and seq not in settled] + of_hall
        db.executemany(_COMMIT["insert_resolution"], kept)
        return len(sealed)


def _new(db: sqlite3.Connection, word: Fact) -> _Old:
    """What a new incarnation says of itself, kept among the own facts."""
    data = encode_fact(word)
    hash_ = digest(data)
    n = db.execute(_COMMIT["insert_fact"], fact_row(word, data, hash_)).lastrowid
    return _Old(n or 0, hash_, "", None, None, None, 0, 0)
