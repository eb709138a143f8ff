"""What the hall does for a request, without HTTP: short, synchronous, each in one transaction or one snapshot.

Keeps S8 (digest and signature before the lock), S18 (pull from one snapshot), S24 (`diverged`: nothing stored),
S29 (the hall's time in every answer).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from casework.ambient import Clock, NewId, stamp
from casework.calendar import Calendar
from casework.calendar import parse as parse_calendar
from casework.catalogue.parse import decode as decode_catalogue
from casework.catalogue.schema import Post
from casework.errors import BadBytes
from casework.facts import NO_HASH
from casework.http_signature import Claim, is_fresh, prove
from casework.limits import LIMITS, Limits
from casework.seals import Signed, Signer, key_id, read, seal, unseal
from casework.wire import (
    PURPOSE_BATCH,
    PURPOSE_ENROL,
    PURPOSE_HEAD,
    PURPOSE_HELLO,
    Batch,
    CaseAnswer,
    EnrolAnswer,
    EnrolRequest,
    Head,
    Hello,
    Hidden,
    Kept,
    PullAnswer,
    PushAnswer,
    page_digest,
)
from hall.docket import HALL_SCOPE, Docket
from hall.enrol import enrol
from hall.errors import BadRequest, Diverged, Forbidden, Forked, Gap, NotFound, TooBig, Unproven
from hall.judge import Sitting
from hall.pieces import Piece, read_pieces
from hall.rows import Changes, HallRow, Register, TerminalRow
from hall.store import Reading, Store, Writing
from hall.timers import FOLD, refolded, run_out, set_aside

Make = Callable[[Reading, str, NewId], Changes]
"""Makes the changes of one transaction from a view of the memory, the hall's time and new ids."""


class Question(msgspec.Struct, frozen=True):
    """What a pull asks (S18)."""

    epoch: int
    after: int
    chain: str
    limit: int


class Page(msgspec.Struct, frozen=True):
    """An encoded answer to a pull, and what the long poll has to know of it."""

    body: bytes
    full: bool
    """As many entries as were asked for: more may follow at once."""
    visible: bool
    """Something in it is for this terminal."""
    own: bool
    """Something in it is for this terminal alone: its verdicts don't wait (S20)."""


class Hall:
    """The hall's use cases.

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
        self._seen: dict[str, tuple[str, int]] = {}
        self._own_entries = 0

    @property
    def now(self) -> str:
        """The hall's time, as every answer carries it."""
        return stamp(self._clock.now())

    def hello(self) -> Signed:
        """Who the hall is and what time it has, signed."""
        with self._store.reading() as reading:
            hall = reading.hall()
        return seal(self._signer, PURPOSE_HELLO, Hello(hall.id, hall.region, hall.name, hall.key, hall.epoch, self.now))

    def enrol(self, body: bytes) -> tuple[EnrolAnswer, frozenset[str]]:
        """Take a terminal in; the answer, and the scopes that got something new.

        Raises BadRequest, Unproven, EnrolRefused, StorageTrouble.
        """
        signed = _read(body, Signed)
        stated = _read(bytes(signed.body), EnrolRequest)
        request: EnrolRequest = _unseal(signed, stated.key, PURPOSE_ENROL, EnrolRequest)
        with self._store.writing() as tx:
            changes, refused = enrol(tx, request, self.now, self._new_id, self._limits)
            self._save(tx, changes)
            hall = tx.hall()
        if refused is not None:
            raise refused
        answer = EnrolAnswer(hall.id, hall.region, hall.name, hall.key, hall.epoch, request.number, self.now)
        return answer, changes.scopes

    # Push

    def push(self, body: bytes) -> tuple[PushAnswer, frozenset[str]]:
        """Judge a batch; the verdicts, and the scopes that got something new (S11-S13).

        Raises BadRequest, TooBig, Unproven, Forbidden, Gap, Diverged, StorageTrouble: then nothing is stored.
        """
        signed = _read(body, Signed)
        stated: Batch = _read(bytes(signed.body), Batch)
        with self._store.reading() as reading:
            terminal = _enrolled(reading.terminal(stated.terminal), stated)
        batch: Batch = _unseal(signed, terminal.key, PURPOSE_BATCH, Batch)
        size = sum(len(bytes(event.fact)) for event in batch.events)
        if len(batch.events) > self._limits.push_facts or size > self._limits.push_bytes:
            raise TooBig("hall.batch_too_big", facts=self._limits.push_facts, bytes=self._limits.push_bytes)
        try:
            pieces = read_pieces(batch, self._limits)
        except BadBytes as cause:
            raise BadRequest("hall.unreadable", what=cause.code) from cause
        return self._judge(batch, pieces)

    def _judge(self, batch: Batch, pieces: tuple[Piece, ...]) -> tuple[PushAnswer, frozenset[str]]:
        now = self.now
        with self._store.writing() as tx:
            terminal = _enrolled(tx.terminal(batch.terminal), batch)
            self._same_history(tx, batch, terminal)
            known = _known(tx, batch, terminal, pieces)
            calendar = self._calendar(tx)
            docket = Docket(tx, self._posts(tx), calendar)
            sitting = Sitting(docket, now, self._limits)
            sitting.hear(pieces, known)
            sitting.close()
            if sitting.late_notices and calendar is not None:
                set_aside(tx, docket.changes, sitting.late_notices, now, self._new_id, calendar)
            ahead = batch.last > terminal.acked
            docket.changes.terminals[terminal.number] = msgspec.structs.replace(
                terminal,
                acked=batch.last if ahead else terminal.acked,
                head=batch.head if ahead else terminal.head,
                last_seen=now,
                cursor=max(batch.cursor, terminal.cursor, self._seen.get(terminal.number, ("", 0))[1]),
            )
            seqs = self._save(tx, docket.changes)
            answers = sitting.answers(seqs)
        return PushAnswer(now, max(batch.last, terminal.acked), answers), docket.changes.scopes

    def _same_history(self, reading: Reading, batch: Batch, terminal: TerminalRow) -> None:
        hall = reading.hall()
        if batch.hall != hall.id:
            raise Diverged("hall.diverged", what="hall")
        _same_log(reading, hall, batch.epoch, batch.cursor, batch.chain)
        head = self._own_head(batch)
        if head is not None and head.epoch == hall.epoch:
            _same_log(reading, hall, head.epoch, head.seq, head.chain)
        if batch.first > terminal.acked + 1:
            raise Gap("hall.gap", next=terminal.acked + 1)

    def _own_head(self, batch: Batch) -> Head | None:
        """The newest head that the terminal holds, if this hall signed it."""
        if bytes(batch.known_head) == b"null":
            return None
        try:
            signed = read(bytes(batch.known_head), Signed)
            head: Head = unseal(signed, self._signer.public, PURPOSE_HEAD, Head)
        except BadBytes:
            return None
        return head

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

    # What the hall does by itself

    def start(self) -> frozenset[str]:
        """Before it serves: fold anew what another program has folded, and judge again what is held (S17, S21)."""
        with self._store.writing() as tx:
            calendar = self._calendar(tx)
            if calendar is not None and tx.fold() != FOLD:
                self._save(tx, refolded(tx, calendar))
        return self.rejudge()

    def tick(self) -> frozenset[str]:
        """Say what nobody else said in time (S10); the scopes that got something new. Cheap while nothing is due."""
        with self._store.reading() as reading:
            if not reading.timers_due(self.now[:10], 1):
                return frozenset()
        with self._store.writing() as tx:
            calendar = self._calendar(tx)
            changes = run_out(tx, self.now, self._new_id, calendar) if calendar else Changes()
            self._save(tx, changes)
        return changes.scopes

    def rejudge(self) -> frozenset[str]:
        """Judge again all that is held: a newer version may know better (S17). The scopes that got something new."""
        with self._store.writing() as tx:
            docket = Docket(tx, self._posts(tx), self._calendar(tx))
            sitting = Sitting(docket, self.now, self._limits)
            sitting.rejudge(tx.held_lanes())
            sitting.close()
            self._save(tx, docket.changes)
        return docket.changes.scopes

    # Pull

    def prove(self, claim: Claim, method: str, path: str, query: str) -> TerminalRow:
        """The terminal that signed a request. Raises Unproven or Forbidden."""
        with self._store.reading() as reading:
            terminal = reading.terminal_by_key(claim.key)
        if terminal is None:
            raise Unproven("hall.unknown_key")
        if not prove(claim, terminal.key, method, path, query):
            raise Unproven("hall.signature")
        if not is_fresh(claim, self._clock.now(), self._limits.signature_window):
            raise Unproven("hall.stale_signature", hello=msgspec.json.encode(self.hello()).decode(), now=self.now)
        if not terminal.active:
            raise Forbidden("hall.revoked", number=terminal.number)
        return terminal

    def page(self, number: str, asked: Question) -> Page:
        """One page of the log as this terminal may see it, from one snapshot. Raises Diverged or Forbidden."""
        limit = max(1, min(asked.limit, self._limits.pull_entries))
        with self._store.reading() as reading:
            hall = reading.hall()
            _same_log(reading, hall, asked.epoch, asked.after, asked.chain)
            terminal = reading.terminal(number)
            rows = reading.page(asked.after, limit)
        if terminal is None or not terminal.active:
            raise Forbidden("hall.revoked", number=number)
        held = {*terminal.scopes, terminal.own_scope}
        entries = [row.data if row.scope in held else msgspec.json.encode(Hidden(row.seq, row.hash)) for row in rows]
        upto, chain = (rows[-1].seq, rows[-1].chain) if rows else (asked.after, asked.chain)
        now = self.now
        self._seen[number] = now, asked.after
        shown = page_digest(number, asked.after, hall.seq, terminal.acked, entries)
        answer = PullAnswer(
            now, hall.epoch, asked.after, upto, hall.seq, terminal.acked, tuple(map(msgspec.Raw, entries)),
            msgspec.Raw(self._signed_head(Head(hall.id, hall.epoch, upto, chain, shown))),
        )  # fmt: skip
        return Page(
            msgspec.json.encode(answer),
            full=len(rows) == limit,
            visible=any(row.scope in held for row in rows),
            own=any(row.scope == terminal.own_scope for row in rows),
        )

    def _signed_head(self, head: Head) -> bytes:
        """`head` signed; once for the polls of a terminal that find nothing new."""
        found = self._heads.get(head)
        if found is None:
            if len(self._heads) > self._limits.list_rows:
                self._heads.clear()
            found = self._heads[head] = msgspec.json.encode(seal(self._signer, PURPOSE_HEAD, head))
        return found

    # Single things

    def case(self, terminal: TerminalRow, case: str) -> CaseAnswer:
        """All entries of a case and what of it was refused, for a terminal that holds its scope (S16, S21).

        Raises NotFound, also for a case of a scope that it does not hold: nobody learns what exists.
        """
        with self._store.reading() as reading:
            row = reading.cases((case,)).get(case)
            kept = reading.kept(case)
            entries = reading.case_entries(case, 0) if row else ()
        if not terminal.holds(row.scope if row else HALL_SCOPE) or not (row or kept):
            raise NotFound("hall.no_case", case=case[:64])
        refused = tuple(
            Kept(one.terminal, one.seq, one.verdict, msgspec.Raw(one.data)) for one in kept if one.data is not None
        )
        return CaseAnswer(self.now, case, tuple(msgspec.Raw(data) for _, _, data in entries), refused)

    def blob(self, sha256: str) -> bytes:
        """Bytes by their hash. Raises NotFound."""
        with self._store.reading() as reading:
            data = reading.blob(sha256)
        if data is None:
            raise NotFound("hall.no_blob", sha256=sha256[:64])
        return data

    def figures(self) -> dict[str, int]:
        """Counts for `/metrics`; no personal data."""
        with self._store.reading() as reading:
            hall, terminals, waiting = reading.hall(), reading.terminals(), reading.tray_count()
        return {
            "yichuang_log_entries": hall.seq,
            "yichuang_epoch": hall.epoch,
            "yichuang_terminals": sum(row.active for row in terminals) - 1 if terminals else 0,
            "yichuang_tray": waiting,
        }

    def foreign(self) -> int:
        """A count that changes when another process has written to the log."""
        with self._store.reading() as reading:
            return reading.hall().seq - self._own_entries

    def change(self, make: Make) -> frozenset[str]:
        """One transaction of the hall's own: `make(reading, now, new_id)` gives the changes."""
        with self._store.writing() as tx:
            changes = make(tx, self.now, self._new_id)
            self._save(tx, changes)
        return changes.scopes

    def _save(self, tx: Writing, changes: Changes) -> tuple[int, ...]:
        seqs = tx.save(changes)
        self._own_entries += len(seqs)
        return seqs


def _known(reading: Reading, batch: Batch, terminal: TerminalRow, pieces: tuple[Piece, ...]) -> dict[int, Register]:
    """Envelopes of the batch that were judged before. Raises Forked when this incarnation had sealed others (T30)."""
    if batch.first > terminal.acked:
        if batch.prev != terminal.head:
            raise Forked("hall.forked", at=batch.first - 1)
        return {}
    known = reading.registered(batch.terminal, batch.incarnation, batch.first - 1, batch.last)
    before = known.pop(batch.first - 1).hash if batch.first > 1 else NO_HASH
    if batch.prev != before:
        raise Forked("hall.forked", at=batch.first - 1)
    for piece in pieces:
        register = known.get(piece.envelope.seq)
        if register is not None and register.hash != piece.hash:
            raise Forked("hall.forked", at=piece.envelope.seq)
    return known


def _enrolled(terminal: TerminalRow | None, batch: Batch) -> TerminalRow:
    if terminal is None:
        raise Unproven("hall.unknown_key")
    if not terminal.active:
        raise Forbidden("hall.revoked", number=terminal.number)
    if terminal.incarnation != batch.incarnation:
        raise Forbidden("hall.not_enrolled", number=terminal.number)
    return terminal


def _same_log(reading: Reading, hall: HallRow, epoch: int, seq: int, chain: str) -> None:
    """S24: whoever is beyond the head, in another epoch or on another chain gets nothing and leaves nothing."""
    if epoch != hall.epoch:
        raise Diverged("hall.diverged", what="epoch", epoch=hall.epoch)
    if seq > hall.seq or seq < 0:
        raise Diverged("hall.diverged", what="cursor", newest=hall.seq)
    if chain != (reading.chain_at(seq) if seq else NO_HASH):
        raise Diverged("hall.diverged", what="chain", at=seq)


def _read(data: bytes, kind: type[Any]) -> Any:
    try:
        return read(data, kind)
    except BadBytes as cause:
        raise BadRequest("hall.unreadable", what=kind.__name__) from cause


def _unseal(signed: Signed, public: str, purpose: str, kind: type[Any]) -> Any:
    try:
        if signed.key != key_id(public):
            raise Unproven("hall.signature")
        return unseal(signed, public, purpose, kind)
    except (BadBytes, ValueError) as cause:
        raise Unproven("hall.signature") from cause
