"""What a clerk's act writes: facts, envelopes, what is shown, the number, the end of the draft: all of it or nothing.

Keeps S2 (sequence and previous hash are read under the write lock), S3 (groups whole, bounded), S4 (one transaction),
S15 (a `resolve.*` fact settles what it names) and S27 (numbers).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from casework.ambient import stamp
from casework.bodies import StaffSet
from casework.case import Case
from casework.errors import BadBytes
from casework.events import body_of
from casework.facts import Base, Envelope, Fact, digest, encode_fact
from casework.folding import evolve
from casework.outbox import Move, Row, moved
from casework.prefile import Prefile
from casework.refused import Waits
from casework.upcasting import HALL_WORD
from local_db.calls import heard
from local_db.counter import Counter
from local_db.errors import StoreError, TooBig
from local_db.prefiles import follow, follow_own, prefile_in
from local_db.replay import confirmed_case, counts, keep, overlaid, shown_case
from local_db.scan_files import Staged
from local_db.scans import Scans
from local_db.sql import queries
from local_db.waiting import to_settle

_SQL = queries("commit")
_DESK = queries("desk")
_SCANS = queries("scans")
_LINE = queries("line")


class Sealed(msgspec.Struct, frozen=True):
    """A fact that is saved: its place in this incarnation's chain."""

    local_seq: int
    fact_id: str
    hash: str


class Ref(msgspec.Struct, frozen=True):
    """What an intake line's reference became."""

    number: str
    case_id: str


class Commit(Scans, Counter):
    """The writing half of the memory."""

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writing]:
        """One act. All of it is durable when the block has ended, nothing of it when anything was raised inside.

        Raises:
            Busy, DiskFull: nothing was changed; the same act may succeed in a moment.
            Damaged, NotWritable: as they say.
        """
        with self.transaction() as db:
            act = Writing(self, db)
            yield act
            act.secure_numbers()
        if act.sealed:
            with contextlib.suppress(StoreError):  # it is saved: a note that can't be written must not deny that
                self.note_sealed(act.sealed)
            if self.on_commit:
                self.on_commit()

    def ref(self, ref: str) -> Ref | None:
        """What an intake line's reference has become."""
        with self.reading() as db:
            row = db.execute(_SQL["ref"], (ref,)).fetchone()
        return Ref(*row) if row else None

    def gave_up(self, root: str) -> bool:
        """Whether a person has given up a receipt by which that was taken in here."""
        with self.reading() as db:
            return bool(db.execute(_SQL["gave_up"], (root,)).fetchone()[0])


class Writing:
    """An open act: reads see what it has written so far."""

    def __init__(self, memory: Commit, db: sqlite3.Connection) -> None:
        self._memory = memory
        self._db = db
        self._now = stamp(memory.clock.now())
        self._last: tuple[int, str] | None = None
        self._given: dict[str, int] = {}
        self.sealed = 0
        """The newest `local_seq` of this act."""

    def case(self, case_id: str) -> Case | None:
        """The case as it is shown."""
        return shown_case(self._db, case_id)

    def prefile(self, case_id: str) -> Prefile | None:
        """The prefile as it is shown."""
        return prefile_in(self._db, case_id)

    def base(self) -> Base:
        """What a fact that is made now has seen (S5)."""
        epoch, cursor = self._db.execute("select epoch, cursor from standing").fetchone()
        return Base(epoch, cursor, self._end()[0])

    def roster_position(self) -> int:
        """The log's position of the newest roster entry that is known here."""
        position: int = self._db.execute(_SQL["roster_position"]).fetchone()[0]
        return position

    def writes(self) -> dict[str, int]:
        """Which versions the hall has said may be written, by type (S32)."""
        rows = self._db.execute(_SQL["writes"]).fetchall()
        return {kind.removeprefix(HALL_WORD): int(version) for kind, version in rows}

    def staff(self, number: str) -> StaffSet | None:
        """A person of the roster."""
        row = self._db.execute(_SQL["staff"], (number,)).fetchone()
        return msgspec.json.decode(row[0], type=StaffSet) if row else None

    def refused(self, case_id: str) -> dict[str, Waits]:
        """What waits in the tray and may be settled with this case, by its name there; with bytes that are here."""
        return to_settle(self._db, case_id)

    def waiting(self, case_id: str) -> frozenset[str]:
        """Types of own facts of this case that the hall has not answered."""
        return frozenset(row[0] for row in self._db.execute(_SQL["unsent_types"], (case_id,)))

    def next_number(self, day: date) -> int:
        """The next count of `day`, for a case number; given with this act's commit, never again (S27).

        Raises IncarnationLost when this machine can't know what was given before.
        """
        name = day.isoformat()
        last = self._memory.last_counter(self._db, name)
        counter = max(self._given.get(name, 0), last) + 1
        self._given[name] = counter
        self._db.execute(_SQL["set_counter"], (name, counter))
        return counter

    def commit_groups(self, groups: Sequence[Sequence[Fact]]) -> tuple[Sealed, ...]:
        """Seal and keep the facts of one command, group by group (S3), and show what they make of their cases.

        Raises:
            BadBytes: a fact is larger than `limits.fact_bytes`.
            TooBig: a group has too many facts or bytes.
            IncarnationLost: this machine may not seal (S27).
        """
        self._memory.trusted(self._db)
        self._memory.note_adrift(self._db)
        sealed: list[Sealed] = []
        resolved: set[str] = set()
        before: dict[str, Case | None] = {}
        after: dict[str, Case | None] = {}
        for group in groups:
            for fact, data in self._checked(group):
                if fact.case and fact.case not in before:
                    before[fact.case] = after[fact.case] = self.case(fact.case)
                sealed.append(self._seal(fact, data))
                if fact.case and counts(fact.type, Row.COMMITTED):
                    after[fact.case] = evolve(after[fact.case], fact)
                if fact.type.startswith("resolve."):
                    settled = self._resolve(fact)
                    resolved |= settled
                    for case_id in sorted(filter(None, {fact.case, *settled})):
                        before.setdefault(case_id, self.case(case_id))
                        after[case_id] = overlaid(self._db, case_id, confirmed_case(self._db, case_id))
        for case_id, case in after.items():
            keep(self._db, case_id, before[case_id], case, self._now)
        follow(self._db, (fact for group in groups for fact in group))
        heard(self._db, (fact for group in groups for fact in group))
        follow_own(self._db, resolved)
        return tuple(sealed)

    def drop_draft(self, case_id: str) -> None:
        """The form was saved as a case: its draft goes in the same transaction (S4)."""
        self._db.execute("delete from draft where case_id = ?", (case_id,))

    def keep_scan(self, staged: Staged) -> None:
        """The bytes of a scan, under their name before this act commits (S35). Raises DiskFull, NotWritable."""
        self._memory.scan_files.place(staged)
        self._db.execute(_SCANS["keep"], (staged.sha256, staged.size, staged.media))

    def queue_print(self, case_id: str, number: str, kind: str, count: int, paper: bytes) -> None:
        """The paper of a print that this act puts on record waits for its printer."""
        self._db.execute(_DESK["queue_print"], (case_id, number, kind, count, paper, self._now))

    def keep_ref(self, ref: str, number: str, case_id: str) -> None:
        """Remember what an intake line's reference became; the first one stays."""
        self._db.execute(_SQL["keep_ref"], (ref, number, case_id))

    def ref(self, ref: str) -> Ref | None:
        """What that reference became before."""
        row = self._db.execute(_SQL["ref"], (ref,)).fetchone()
        return Ref(*row) if row else None

    def secure_numbers(self) -> None:
        """Before COMMIT: numbers that this act gives are in the state file first, so no crash can give them twice."""
        for day, counter in self._given.items():
            self._memory.secure_number(day, counter)

    def _checked(self, group: Sequence[Fact]) -> list[tuple[Fact, bytes]]:
        limits = self._memory.limits
        coded = [(fact, encode_fact(fact, limits)) for fact in group]
        size = sum(len(data) for _, data in coded)
        if len(coded) > limits.group_facts or size > limits.group_bytes:
            raise TooBig(
                "store.group_too_big", facts=len(coded), most=limits.group_facts, size=size, room=limits.group_bytes
            )
        for index, (fact, _) in enumerate(coded):
            if fact.group.id != group[0].group.id or (fact.group.index, fact.group.size) != (index, len(coded)):
                raise ValueError(f"fact {fact.id} is not at its place in group {fact.group.id}")
        return coded

    def _end(self) -> tuple[int, str]:
        if self._last is None:
            self._last = self._memory.chain_end(self._db)
        return self._last

    def _seal(self, fact: Fact, data: bytes) -> Sealed:
        local_seq, prev = self._end()
        who = self._memory.identity
        envelope = Envelope(who.terminal, who.incarnation, local_seq + 1, prev, digest(data))
        hash_ = envelope.hash
        made = self._db.execute(_SQL["insert_fact"], fact_row(fact, data, envelope.fact_hash))
        self._db.execute(
            _SQL["insert_envelope"], (envelope.seq, envelope.incarnation, prev, hash_, made.lastrowid, fact.case)
        )
        self._last = (envelope.seq, hash_)
        self.sealed = envelope.seq
        return Sealed(envelope.seq, fact.id, hash_)

    def _resolve(self, fact: Fact) -> set[str]:
        cases: set[str] = set()
        for named in named_by(fact):
            self._db.execute(_SQL["insert_resolution"], (named, self.sealed))
            if fact.type != "resolve.insist":  # what is insisted on waits for the hall's word in its tray
                cases |= resolve_own(self._db, named)
        return cases


def fact_row(fact: Fact, data: bytes, hash_: str) -> tuple[object, ...]:
    """A fact as its table holds it."""
    group = fact.group
    return (
        fact.id, data, hash_, fact.type, fact.case, fact.root, group.id, group.index, group.size, fact.time.at,
    )  # fmt: skip


def remember_ref(db: sqlite3.Connection, fact: Fact) -> None:
    """An own receipt that comes from the hall or out of a damaged file: its intake line gives no second number."""
    with contextlib.suppress(BadBytes):  # of a version that this program can't read: no line of a file names it
        body = body_of(fact)
        if body.ref:
            db.execute(_SQL["keep_ref"], (body.ref, body.number, fact.root))


def named_by(fact: Fact) -> tuple[str, ...]:
    """The refused facts that a `resolve.*` fact names; none when its body can't be read."""
    try:
        named: tuple[str, ...] = body_of(fact).refused
    except BadBytes:
        return ()
    return named


def resolve_own(db: sqlite3.Connection, fact_id: str) -> set[str]:
    """An own refused or held fact was settled by a person, here or elsewhere (S15); the cases to show anew.

    Of what a resolution had named that was given up itself the hall's line tells, and nothing else any more.
    """
    rows = db.execute(_SQL["own_refused"], (fact_id,)).fetchall()
    db.executemany(_SQL["move"], [(moved(Row(state), Move.RESOLVE), local_seq) for local_seq, state, _ in rows])
    db.executemany(_LINE["drop_resolved_tray"], [(local_seq,) for local_seq, _, _ in rows])
    return {case_id for _, _, case_id in rows}
