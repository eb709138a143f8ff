"""The one transaction of the hall's SQLite memory: all rows of a judgement in bulk (S8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from casework.seals import key_id
from hall.errors import StorageTrouble
from hall.numbering import numbered
from hall.rows import Changes, HallRow
from hall.sqlite_reading import SqliteReading

_encode = msgspec.json.Encoder().encode


class SqliteWriting(SqliteReading):
    """A `hall.store.Writing`; its store begins and ends the transaction."""

    def found(self, hall: HallRow) -> None:
        """The row of a new hall."""
        self._db.execute(self._sql["found"], (hall.id, hall.region, hall.name, hall.key, hall.chain))

    def save(self, changes: Changes) -> tuple[int, ...]:
        """Write all of `changes`; the numbers that its drafts got."""
        self._put_states(changes)
        if changes.fold:
            self._db.execute(self._sql["put_fold"], (changes.fold,))
        if changes.epoch is not None:
            row = changes.epoch
            self._db.execute(self._sql["put_epoch"], (row.epoch, row.latched, row.seen_epoch, row.healing))
        hall = self.hall()  # the counter: last before the insert
        rows = numbered(hall.seq, hall.chain, changes.drafts)
        if rows:
            self._db.execute(self._sql["move_head"], (rows[-1].seq, rows[-1].chain))
        self._many("append", ((r.seq, r.kind, r.scope, r.data, r.hash, r.chain, r.case, r.fact_id, r.n) for r in rows))
        seqs = tuple(row.seq for row in rows)
        self._put_registers(changes, seqs)
        self._put_lost(changes, seqs)
        self._many("put_staff", ((s.number, seqs[draft], _encode(s)) for s, draft in changes.staff.values()))
        self._many("put_head", ((kind, version, seqs[d]) for kind, (version, d) in changes.heads.items()))
        return seqs

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint. Raises StorageTrouble for whatever SQLite says: the transaction may be gone with it."""
        try:
            self._db.execute("savepoint attempt")
            try:
                yield
            except sqlite3.Error:
                raise
            except BaseException:
                self._db.execute("rollback to attempt")
                self._db.execute("release attempt")
                raise
            self._db.execute("release attempt")
        except sqlite3.Error as cause:
            raise StorageTrouble("hall.storage") from cause

    def _many(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._db.executemany(self._sql[name], rows)

    def _put_states(self, changes: Changes) -> None:
        self._many("put_case", ((c.id, c.root, c.scope, c.n, c.state) for c in changes.cases.values()))
        self._many("put_number", changes.numbers.items())
        self._many(
            "put_tray",
            (
                (t.id, t.tray.terminal, t.tray.root, t.tray.case, t.scope, t.blocks, t.tray.settled, _encode(t.tray))
                for t in changes.trays.values()
            ),
        )
        self._many(
            "put_terminal",
            (
                (
                    t.number, t.incarnation, t.key, key_id(t.key) if t.key else "", " ".join(t.scopes), t.acked, t.head,
                    t.active, t.last_seen, t.cursor, t.adopted_by, t.revoked,
                )
                for t in changes.terminals.values()
            ),
        )  # fmt: skip
        self._many(
            "put_invite", ((i.number, i.code_hash, i.expires, i.tries, i.used_by) for i in changes.invites.values())
        )
        self._many("drop_leaving", ((terminal,) for terminal in changes.leaving))
        self._many("put_leaving", ((r.terminal, r.scope, r.since) for rows in changes.leaving.values() for r in rows))
        self._many(
            "put_report",
            (
                (r.number, r.at, r.cursor, r.clear, None if r.report is None else _encode(r.report))
                for r in changes.reports.values()
            ),
        )
        self._many(
            "put_adoption",
            ((a.number, a.terminal, a.incarnation, a.shared, a.again, a.fenced) for a in changes.adoptions),
        )
        self._many("put_blob", changes.blobs.items())
        self._many("put_scan", ((s.sha256, s.case, s.size, s.came) for s in changes.scans.values()))
        self._many("drop_timers", ((case,) for case in changes.timers))
        self._many("put_timer", ((t.case, t.kind, t.due) for rows in changes.timers.values() for t in rows))

    def _put_lost(self, changes: Changes, seqs: tuple[int, ...]) -> None:
        self._many(
            "put_lost",
            (
                (r.hash, r.epoch, r.seq, r.chain, r.data, r.entry if draft is None else seqs[draft])
                for r, draft in changes.lost.values()
            ),
        )
        self._many(
            "put_rejoined", ((r.terminal, r.epoch, r.seq, r.last, _encode(r.points).decode()) for r in changes.rejoined)
        )
        self._many("put_gap", ((gap.epoch, gap.first, gap.last) for gap in changes.gaps))

    def _put_registers(self, changes: Changes, seqs: tuple[int, ...]) -> None:
        self._many(
            "put_register",
            (
                (
                    r.terminal, r.incarnation, r.seq, r.hash, r.fact_hash, r.fact_id, r.first, r.verdict.v,
                    _encode(r.verdict), r.entry if draft is None else seqs[draft], r.root, r.case, r.group, r.data,
                )
                for r, draft in changes.registers.values()
            ),
        )  # fmt: skip
