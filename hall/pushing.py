"""Taking in what terminals push (S8, S11-S13): digest and signature before the lock, a batch all or none.

Batches that wait for each other anyway share a transaction, and with it the wait for the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from casework import bodies
from casework.errors import BadBytes
from casework.facts import NO_HASH
from casework.seals import Signed
from casework.wire import PURPOSE_BATCH, Batch, PushAnswer
from hall.consequences import follow
from hall.docket import Docket
from hall.errors import BadRequest, Diverged, Forked, Gap, StorageTrouble, TooBig
from hall.healing import Healing
from hall.health import contact_of, speaks
from hall.judge import Sitting
from hall.office import own_facts
from hall.pieces import Piece, read_pieces
from hall.proving import enrolled, proven, read_body, same_log, taking_in
from hall.rows import Register, TerminalRow
from hall.scanning import Scanning
from hall.store import Reading, Writing

_T = TypeVar("_T")


class Pushing(Healing, Scanning):
    """Batches in, verdicts out."""

    def push(self, body: bytes) -> tuple[PushAnswer, frozenset[str]]:
        """Judge a batch; the verdicts, and the scopes that got something new (S11-S13).

        Raises BadRequest, TooBig, Unproven, Forbidden, Gap, Diverged, TooOld, StorageTrouble: then nothing is stored.
        """
        (answer,) = self.push_together((body,))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def push_together(self, pushed: Sequence[bytes]) -> list[tuple[PushAnswer, frozenset[str]] | Exception]:
        """Judge some batches, one after the other, in one transaction; for each what `push` gives, or raises.

        Raises StorageTrouble: then nothing is stored of any.
        """
        opened = [_caught(self._opened, body) for body in pushed]
        if all(isinstance(each, Exception) for each in opened):
            return [each for each in opened if isinstance(each, Exception)]
        with self._store.writing() as tx:
            return [each if isinstance(each, Exception) else _caught(self._attempted, tx, *each) for each in opened]

    def _opened(self, body: bytes) -> tuple[Batch, tuple[Piece, ...]]:
        """A batch whose signature holds, its envelopes and facts read: all that needs no lock (S8)."""
        stated, signed = stated_in(body)
        with self._store.reading() as reading:
            terminal = enrolled(reading.terminal(stated.terminal), stated)
        batch, pieces = self._read(stated, signed, terminal)
        self.latch_if_lost(self.own_head(batch.known_head))
        return batch, pieces

    def _attempted(self, tx: Writing, batch: Batch, pieces: tuple[Piece, ...]) -> tuple[PushAnswer, frozenset[str]]:
        with tx.attempt():
            terminal = enrolled(tx.terminal(batch.terminal), batch)
            self._same_history(tx, batch)
            return self._judge(tx, batch, pieces, terminal, self.now)

    def _read(self, batch: Batch, signed: Signed, terminal: TerminalRow) -> tuple[Batch, tuple[Piece, ...]]:
        """What its terminal has signed, and the pieces of it. Raises Unproven, TooBig, BadRequest."""
        proven(signed, terminal.key, PURPOSE_BATCH)  # `batch` was read from the very bytes that are proven here
        speaks(batch.report, self._limits)
        size = sum(len(bytes(event.fact)) for event in batch.events)
        if len(batch.events) > self._limits.push_facts or size > self._limits.push_bytes:
            raise TooBig("hall.batch_too_big", facts=self._limits.push_facts, bytes=self._limits.push_bytes)
        try:
            return batch, read_pieces(batch, self._limits)
        except BadBytes as cause:
            raise BadRequest("hall.unreadable", what=cause.code) from cause

    def _judge(
        self, tx: Writing, batch: Batch, pieces: tuple[Piece, ...], terminal: TerminalRow, now: str, *,
        imported: bodies.Imported | None = None,
    ) -> tuple[PushAnswer, frozenset[str]]:  # fmt: skip
        """The verdicts on a batch, saved. `imported`: it came by stick, and a person answers for it (S28)."""
        vouched = frozenset(piece.id for piece in pieces if imported is not None and imported.vouched)
        if batch.first > terminal.acked + 1:
            raise Gap("hall.gap", next=terminal.acked + 1)
        known = _known(tx, batch, terminal, pieces)
        calendar = self._calendar(tx)
        docket = Docket(tx, self._posts(tx), calendar)
        sitting = Sitting(docket, now, self._limits, vouched=vouched)
        if terminal.acked < batch.former_to:
            held = tx.held_lanes() if batch.last >= batch.former_to else ()
            sitting.hear_what_was_lost(pieces, known, batch.former_to, held)
        else:
            sitting.hear(pieces, known)
        if vouched:
            sitting.rejudge(docket.held_lanes(terminal.number))
        sitting.close()
        ahead = batch.last > terminal.acked
        docket.changes.terminals[terminal.number] = msgspec.structs.replace(
            terminal,
            acked=batch.last if ahead else terminal.acked,
            head=batch.head if ahead else terminal.head,
            last_seen=now if imported is None else terminal.last_seen,
            cursor=max(batch.cursor, terminal.cursor),
        )
        follow(tx, sitting, docket.changes, now, self._new_id, calendar)
        self.say_what_is_here(tx, docket.changes)
        if imported is None:
            docket.changes.reports[terminal.number] = contact_of(terminal.number, now, batch.cursor, batch.report)
            self._waited.add(terminal.number)
        else:
            own_facts(tx, [imported], now, self._new_id, docket.changes)
        answers = sitting.answers(self._save(tx, docket.changes))
        return PushAnswer(now, max(batch.last, terminal.acked), answers, batch.head), docket.changes.scopes

    def _same_history(self, reading: Reading, batch: Batch) -> None:
        hall = reading.hall()
        if batch.hall != hall.id:
            raise Diverged("hall.diverged", what="hall")
        taking_in(hall)
        same_log(reading, hall, batch.epoch, batch.cursor, batch.chain)
        head = self.own_head(batch.known_head)
        if head is not None and head.epoch == hall.epoch:
            same_log(reading, hall, head.epoch, head.seq, head.chain)


def _caught(call: Callable[..., _T], *arguments: Any) -> _T | Exception:
    """What `call` gives or raises; what the store has to say ends it for all."""
    try:
        return call(*arguments)
    except StorageTrouble:
        raise
    except Exception as cause:  # it is answered to whoever pushed this one
        return cause


def stated_in(body: bytes) -> tuple[Batch, Signed]:
    """What a batch says of itself before anything is proven, and the seal around it. Raises BadRequest."""
    signed = read_body(body, Signed)
    stated: Batch = read_body(bytes(signed.body), Batch)
    return stated, signed


def _known(reading: Reading, batch: Batch, terminal: TerminalRow, pieces: tuple[Piece, ...]) -> dict[int, Register]:
    """Envelopes of the batch that were judged before. Raises Forked when this incarnation had sealed others (T30)."""
    if batch.first > terminal.acked:
        if batch.prev != terminal.head:
            raise Forked("hall.forked", at=batch.first - 1)
        if reading.hall().epoch == 1:
            return {}
        known = reading.registered(batch.terminal, batch.incarnation, batch.first, batch.last)  # put back (S25)
    else:
        known = reading.registered(batch.terminal, batch.incarnation, batch.first - 1, batch.last)
        before = known.pop(batch.first - 1, None)
        if (batch.first == 1 and batch.prev != NO_HASH) or (before is not None and batch.prev != before.hash):
            raise Forked("hall.forked", at=batch.first - 1)
        if batch.first > 1 and before is None and reading.hall().epoch == 1:
            raise Forked("hall.forked", at=batch.first - 1)  # only a hall that was restored may know its mark alone
    for piece in pieces:
        register = known.get(piece.envelope.seq)
        if register is not None and register.hash != piece.hash:
            raise Forked("hall.forked", at=piece.envelope.seq)
    return known
