"""Batches that are carried in by hand: of a terminal that was revoked, that is cut off, or has no line at all (S28).

The bytes are those of a push, so what came by line and by stick is one and the same (S11). A supervisor or IT answers
for it: what a revoked terminal did before the cut-off is taken with a flag, what it did later waits for a person.
"""

from __future__ import annotations

from casework import bodies
from casework.carried import PURPOSE_ANSWER, CarriedAnswer
from casework.seals import Signed, seal
from casework.wire import PushAnswer
from hall.errors import Diverged, Forbidden, Unproven
from hall.proving import same_log, taking_in
from hall.pushing import Pushing, stated_in


class Importing(Pushing):
    """The supervised way in."""

    def take_in(self, body: bytes, by: str, sha256: str, *, vouched: bool) -> tuple[PushAnswer, Signed]:
        """Judge a batch as it lies in a file; the verdicts, and the same sealed by the hall, to be carried back.

        Args:
            body: the bytes that a push would have.
            by: the staff number of whoever answers for it.
            sha256: the hash of the file it came in.
            vouched: what was done after a revocation is let in, too.

        Raises BadRequest, TooBig, Unproven, Forbidden, Gap, Diverged, Forked, StorageTrouble: then nothing is stored.
        """
        stated, signed = stated_in(body)
        with self._store.reading() as reading:
            terminal = reading.terminal(stated.terminal)
        if terminal is None:
            raise Unproven("hall.unknown_key")
        if terminal.incarnation != stated.incarnation:
            raise Forbidden("hall.not_enrolled", number=terminal.number)
        batch, pieces = self._read(stated, signed, terminal)
        now = self.now
        with self._store.writing() as tx:
            hall = tx.hall()
            if batch.hall != hall.id:
                raise Diverged("hall.diverged", what="hall")
            taking_in(hall)
            if batch.epoch == hall.epoch:  # of another epoch's log it has seen what both have in common (S24)
                same_log(tx, hall, batch.epoch, batch.cursor, batch.chain)
            said = bodies.Imported(
                batch.terminal, batch.incarnation, batch.first, batch.last, by, sha256, vouched=vouched
            )
            answer, _ = self._judge(tx, batch, pieces, tx.terminal(batch.terminal) or terminal, now, imported=said)
        carried = CarriedAnswer(batch.hall, batch.terminal, batch.incarnation, answer, hall.epoch)
        return answer, seal(self._signer, PURPOSE_ANSWER, carried)
