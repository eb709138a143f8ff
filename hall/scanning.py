"""Scans at the hall (S35): who may send and read which, and what the hall says when all of one has come.

A scan is known by an accepted fact that names it; to everybody who holds no scope of a case that names it, it does not
exist. The fact does not wait for the bytes; when they are whole the hall says `scan.arrived` on each case that names
them, and judges again what waited for them. Who has named it may ever send it, and ask whether it came.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from casework import bodies
from casework.case import decode_case, encode_case
from casework.facts import digest
from casework.folding import evolve
from casework.scans import BlobAnswer, arrival_id, is_hash
from casework.wire import decode_entry
from hall.consequences import follow
from hall.docket import Docket, Lane
from hall.errors import BadRange, BadRequest, BlobWrong, Gathering, NotFound, ScansFull, StorageTrouble, TooBig
from hall.judge import Sitting
from hall.office import OnCase, fact_of, own_facts
from hall.pulling import Pulling
from hall.rows import TERMINAL_SCOPE, CaseRow, Changes, ScanRow, TerminalRow
from hall.store import Reading, Writing
from hall.timers import timer_rows


class Piece(msgspec.Struct, frozen=True):
    """Where a piece belongs, as its sender says: `offset` in a scan of `size` bytes, with the piece's own hash."""

    offset: int
    size: int
    sha256: str


class Part(msgspec.Struct, frozen=True):
    """Bytes `start`.. of a blob of `size` bytes."""

    data: bytes
    start: int
    size: int


class Scanning(Pulling):
    """The half of the hall that looks after bytes."""

    def blob_held(self, terminal: TerminalRow, sha256: str) -> BlobAnswer:
        """How much of a blob is here. Raises NotFound."""
        with self._store.reading() as reading:
            open_to_all = reading.blob(sha256)
            rows = reading.scan(sha256)
            handed_in = None if open_to_all is not None else _handed_in(reading, terminal, sha256, rows)
        if open_to_all is not None:
            return BlobAnswer(self.now, sha256, len(open_to_all), len(open_to_all))
        row = handed_in or _named(terminal, sha256, rows)
        return BlobAnswer(self.now, sha256, row.size, self._store.scans.held(sha256, row.size))

    def blob_part(self, terminal: TerminalRow, sha256: str, start: int, upto: int | None) -> Part:
        """Bytes `start`..`upto` (inclusive; None: to the end) of a blob. Raises NotFound, BadRange."""
        with self._store.reading() as reading:
            data = reading.blob(sha256)
            rows = reading.scan(sha256)
        most = max(0, upto + 1 - start) if upto is not None else self._limits.scan_bytes
        if data is not None:
            size, data = len(data), data[start : start + most]
        else:
            _named(terminal, sha256, rows)
            found = self._store.scans.read(sha256, start, most)
            if found is None:
                raise NotFound("hall.blob_not_come", sha256=sha256)
            data, size = found
        if start and start >= size:
            raise BadRange("hall.blob_range", size=size)
        return Part(data, start, size)

    def take_piece(
        self, terminal: TerminalRow, sha256: str, piece: Piece, data: bytes
    ) -> tuple[BlobAnswer, frozenset[str]]:
        """Take in a piece of a scan; how much is here, and the scopes that got something new.

        Raises NotFound, Gathering, TooBig, BadRequest, BlobWrong, BlobOffset, ScansFull, StorageTrouble.
        """
        with self._store.reading() as reading:
            hall = reading.hall()
            rows = reading.scan(sha256)
            row = _handed_in(reading, terminal, sha256, rows) or _named(terminal, sha256, rows, piece.size)
        if hall.latched or hall.healing:  # no numbers, so nothing could be said of its coming (S24)
            raise Gathering("hall.latched") if hall.latched else Gathering("hall.healing", until=hall.healing[11:16])
        if row.size > self._limits.scan_bytes or len(data) > self._limits.scan_piece_bytes:
            raise TooBig("hall.scan_too_big", bytes=self._limits.scan_bytes, piece=self._limits.scan_piece_bytes)
        if piece.size != row.size or not data:
            raise BadRequest("hall.unreadable", what="piece")
        if digest(data) != piece.sha256:
            raise BlobWrong("hall.piece_wrong", offset=piece.offset)
        try:
            held = self._store.scans.append(sha256, row.size, piece.offset, data, self._clock.monotonic())
            scopes = self._arrived(sha256) if held == row.size else frozenset()
        except (ScansFull, StorageTrouble):
            self._scans_to_tell.add(sha256)  # it may be whole: whoever asks hears so, and sends no more
            raise
        return BlobAnswer(self.now, sha256, row.size, held), scopes

    def told_late(self) -> frozenset[str]:
        """Scans that are whole though the answer to a piece was that it could not be kept, or that were here before
        their fact: their cases are told now, and what was held for them is judged again.
        """
        scopes: frozenset[str] = frozenset()
        for sha256 in sorted(self._scans_to_tell.copy()):
            self._scans_to_tell.discard(sha256)  # first: a push beside this may name it anew
            if not self._store.scans.is_whole(sha256):
                continue
            try:
                scopes |= self._arrived(sha256)
            except Exception:
                self._scans_to_tell.add(sha256)
                raise
        return scopes

    def _arrived(self, sha256: str) -> frozenset[str]:
        """All of it is here: say so on every case that waits for it, then judge again what was held for it.

        Two transactions: should the power fail between them, the hall judges all that is held again when it starts.
        Should the second one fail, or the scan have come with the facts of a push, it is judged again by `told_late`.
        """
        changes = Changes()
        with self._store.writing() as tx:
            rows = tx.scan(sha256)
            waiting = [row for row in rows if not row.came]
            if waiting:
                self._say_arrived(tx, changes, waiting)
                self._save(tx, changes)
        with self._store.writing() as tx:
            kept = [one for row in rows for one in tx.kept(row.case) if one.verdict.v == "held"]
            return changes.scopes | self.rejudged(tx, tuple(dict.fromkeys((one.terminal, one.root) for one in kept)))

    def rejudged(self, tx: Writing, lanes: Sequence[Lane]) -> frozenset[str]:
        """What is held in `lanes` is judged again, with all that follows; the scopes that got something new."""
        now, calendar = self.now, self._calendar(tx)
        docket = Docket(tx, self._posts(tx), calendar)
        sitting = Sitting(docket, now, self._limits)
        sitting.rejudge(lanes)
        sitting.close()
        follow(tx, sitting, docket.changes, now, self._new_id, calendar)
        self.say_what_is_here(tx, docket.changes)
        self._save(tx, docket.changes)
        return docket.changes.scopes

    def say_what_is_here(self, reading: Reading, changes: Changes) -> None:
        """Scans that facts of this transaction name and that are here already: they have come with their fact."""
        named = {(row.sha256, row.case): row for row in reading.scans_of(set(changes.numbers.values()))}
        named.update(changes.scans)  # a scan may have come before its case had its number
        here = [row for row in named.values() if not row.came and self._store.scans.is_whole(row.sha256)]
        self._say_arrived(reading, changes, here)
        self._scans_to_tell.update(row.sha256 for row in here)

    def _say_arrived(self, reading: Reading, changes: Changes, rows: Sequence[ScanRow]) -> None:
        """`scan.arrived` for each of `rows`, with the cases' rows after it, added to `changes`."""
        known = reading.cases([row.case for row in rows])
        said_before = reading.bearers([arrival_id(row.case, row.sha256) for row in rows])
        calendar = self._calendar(reading)
        for row in rows:
            id_ = arrival_id(row.case, row.sha256)
            before = changes.cases.get(row.case) or known.get(row.case)
            if before is None or before.state is None:
                continue
            changes.scans[row.sha256, row.case] = msgspec.structs.replace(row, came=True)
            if id_ in said_before:
                continue
            body = bodies.ScanArrived(row.sha256)
            said = OnCase(id_, before.id, before.root, before.scope, before.n + 1, body)
            own_facts(reading, [said], self.now, self._new_id, changes)
            case = evolve(decode_case(before.state), fact_of(said, reading.hall(), 0, self.now, ""))
            changes.cases[row.case] = CaseRow(
                before.id, before.root, before.scope, said.n, encode_case(case) if case else None
            )
            if case is not None and calendar is not None:
                changes.timers[row.case] = timer_rows(case, calendar)


def _handed_in(reading: Reading, terminal: TerminalRow, sha256: str, rows: Sequence[ScanRow]) -> ScanRow | None:
    """The row of a scan that `terminal` has named and may not read any more: it sends what it has saved, and an older
    image of its disk asks whether it came. It lets go no module before.
    """
    if any(terminal.holds(row.scope) for row in rows):
        return None
    again = reading.sealed_again(terminal.number)  # of two machines from one disk the other may have been faster (T30)
    for row in rows:
        if any(_names(terminal, again, sha256, entry[-1]) for entry in reading.case_entries(row.case, 0)):
            return row
    return None


def _names(terminal: TerminalRow, again: frozenset[str], sha256: str, data: bytes) -> bool:
    """Whether an entry is a fact of `terminal`, by any of its numbers, that names a scan."""
    if sha256.encode() not in data:
        return False
    entry = decode_entry(data)
    mine = entry.envelope is not None and terminal.holds(TERMINAL_SCOPE + entry.envelope.terminal)
    return mine or entry.fact_id in again


def _named(terminal: TerminalRow, sha256: str, rows: Sequence[ScanRow], size: int = 0) -> ScanRow:
    """The row by which `terminal` may know of a scan, one that says `size` first. Raises NotFound."""
    mine = [row for row in rows if terminal.holds(row.scope)]
    if not mine or not is_hash(sha256):
        raise NotFound("hall.no_blob", sha256=sha256[:64])
    return next((row for row in mine if row.size == size), mine[0])
