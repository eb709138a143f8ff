"""Taking in what terminals push (S8, S11-S13): digest and signature before the lock, one transaction for a batch."""

from __future__ import annotations

import msgspec

from casework.errors import BadBytes
from casework.facts import NO_HASH
from casework.seals import Signed
from casework.wire import PURPOSE_BATCH, Batch, PushAnswer
from hall.docket import Docket
from hall.errors import BadRequest, Diverged, Forked, Gap, TooBig
from hall.healing import Healing
from hall.health import contact_of, speaks
from hall.judge import Sitting
from hall.pieces import Piece, read_pieces
from hall.proving import enrolled, read_body, same_log, taking_in, unsealed
from hall.rows import Register, TerminalRow
from hall.store import Reading
from hall.timers import set_aside


class Pushing(Healing):
    """Batches in, verdicts out."""

    def push(self, body: bytes) -> tuple[PushAnswer, frozenset[str]]:
        """Judge a batch; the verdicts, and the scopes that got something new (S11-S13).

        Raises BadRequest, TooBig, Unproven, Forbidden, Gap, Diverged, TooOld, StorageTrouble: then nothing is stored.
        """
        signed = read_body(body, Signed)
        stated: Batch = read_body(bytes(signed.body), Batch)
        with self._store.reading() as reading:
            terminal = enrolled(reading.terminal(stated.terminal), stated)
        batch: Batch = unsealed(signed, terminal.key, PURPOSE_BATCH, Batch)
        speaks(batch.report, self._limits)
        size = sum(len(bytes(event.fact)) for event in batch.events)
        if len(batch.events) > self._limits.push_facts or size > self._limits.push_bytes:
            raise TooBig("hall.batch_too_big", facts=self._limits.push_facts, bytes=self._limits.push_bytes)
        try:
            pieces = read_pieces(batch, self._limits)
        except BadBytes as cause:
            raise BadRequest("hall.unreadable", what=cause.code) from cause
        self.latch_if_lost(self.own_head(batch.known_head))
        return self._judge(batch, pieces)

    def _judge(self, batch: Batch, pieces: tuple[Piece, ...]) -> tuple[PushAnswer, frozenset[str]]:
        now = self.now
        with self._store.writing() as tx:
            terminal = enrolled(tx.terminal(batch.terminal), batch)
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
                cursor=max(batch.cursor, terminal.cursor),
            )
            docket.changes.reports[terminal.number] = contact_of(terminal.number, now, batch.cursor, batch.report)
            seqs = self._save(tx, docket.changes)
            answers = sitting.answers(seqs)
        return PushAnswer(now, max(batch.last, terminal.acked), answers), docket.changes.scopes

    def _same_history(self, reading: Reading, batch: Batch, terminal: TerminalRow) -> None:
        hall = reading.hall()
        if batch.hall != hall.id:
            raise Diverged("hall.diverged", what="hall")
        taking_in(hall)
        same_log(reading, hall, batch.epoch, batch.cursor, batch.chain)
        head = self.own_head(batch.known_head)
        if head is not None and head.epoch == hall.epoch:
            same_log(reading, hall, head.epoch, head.seq, head.chain)
        if batch.first > terminal.acked + 1:
            raise Gap("hall.gap", next=terminal.acked + 1)


def _known(reading: Reading, batch: Batch, terminal: TerminalRow, pieces: tuple[Piece, ...]) -> dict[int, Register]:
    """Envelopes of the batch that were judged before. Raises Forked when this incarnation had sealed others (T30)."""
    if batch.first > terminal.acked:
        if batch.prev != terminal.head:
            raise Forked("hall.forked", at=batch.first - 1)
        if reading.hall().epoch == 1:
            return {}
        return reading.registered(batch.terminal, batch.incarnation, batch.first, batch.last)  # put back (S25)
    known = reading.registered(batch.terminal, batch.incarnation, batch.first - 1, batch.last)
    before = known.pop(batch.first - 1).hash if batch.first > 1 else NO_HASH
    if batch.prev != before:
        raise Forked("hall.forked", at=batch.first - 1)
    for piece in pieces:
        register = known.get(piece.envelope.seq)
        if register is not None and register.hash != piece.hash:
            raise Forked("hall.forked", at=piece.envelope.seq)
    return known
