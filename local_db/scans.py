"""Scanned papers of a terminal (S35): kept before their fact commits, sent behind it, fetched when somebody asks.

The file is durable and under its name before COMMIT, so what the screen calls saved is saved; a crash between the two
leaves a file that no row names, which `tidy_scans` takes away. All calls of the line are short: one piece, one row.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from casework.ambient import CIVIL, stamp
from casework.case import Case, decode_case
from casework.errors import BadScan
from casework.listing import is_over
from casework.scans import Carried, Scan
from local_db.connection import Connected
from local_db.scan_files import ScanFiles, Staged, is_sound, size_of
from local_db.sql import queries

_SQL = queries("scans")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - file times count from here, in UTC
DAMAGED, LOST = "damaged", "lost"
"""Troubles of a file: its bytes are not what they were; it is not there any more."""
UNKNOWN = "line.scan.unknown"
"""The line's trouble: the hall knows no fact that names it."""


class ScanState(msgspec.Struct, frozen=True):
    """A scan as this terminal has it. `held`: how many bytes the other end had at its last word."""

    here: bool
    wanted: bool
    sent: bool
    held: int
    trouble: str


class Scans(Connected):
    """The keeping of scans."""

    @property
    def scan_files(self) -> ScanFiles:
        """The folder of the files."""
        return ScanFiles(self.folder)

    # The counter

    @contextlib.contextmanager
    def staged_scan(self, source: Path) -> Iterator[Staged]:
        """A durable copy of a person's file, for `keep_scan`; gone at the end of the block when nobody kept it.

        Raises BadScan: no scan, too big, or no room; DiskFull, NotWritable: as they say.
        """
        staged = self.scan_files.copy(source, self.limits)
        try:
            with self.reading() as db:
                self._has_room(db, staged)
            yield staged
        finally:
            staged.file.unlink(missing_ok=True)

    def _has_room(self, db: sqlite3.Connection, staged: Staged) -> None:
        here, waiting, _ = db.execute(_SQL["sums"]).fetchone()
        if here + staged.size > self.limits.scan_store_bytes:
            raise BadScan("scan.store_full", most=self.limits.scan_store_bytes >> 20)
        if waiting + staged.size > self.limits.scan_waiting_bytes:
            raise BadScan("scan.waiting_full", most=self.limits.scan_waiting_bytes >> 20)

    def scan_path(self, sha256: str) -> Path | None:
        """The file of a scan that is here; None where it is not."""
        with self.reading() as db:
            row = db.execute(_SQL["row"], (sha256,)).fetchone()
        if row is None or not row[2]:
            return None
        path = self.scan_files.path(sha256, row[1])
        return path if size_of(path) == row[0] else None

    def scan_state(self, sha256: str) -> ScanState:
        """How a scan stands here."""
        with self.reading() as db:
            row = db.execute(_SQL["row"], (sha256,)).fetchone()
            epoch = db.execute("select epoch from standing").fetchone()[0]
        if row is None:
            return ScanState(here=False, wanted=False, sent=False, held=0, trouble="")
        _, _, here, wanted, sent, held, trouble = row
        return ScanState(bool(here), bool(wanted), bool(here) and sent >= epoch, held, trouble)

    def want_scan(self, scan: Scan) -> None:
        """Fetch it from the hall; what is here or on its way already stays as it is."""
        state = self.scan_state(scan.sha256)
        if self.scan_path(scan.sha256) is None and not (state.wanted and not state.trouble):
            with self.transaction() as db:
                row = (scan.sha256, scan.size, scan.media, stamp(self.clock.now()))
                db.execute(_SQL["want"], row)
            if self.on_commit:
                self.on_commit()

    def scans_waiting(self) -> int:
        """How many scans wait to be sent."""
        with self.reading() as db:
            count: int = db.execute(_SQL["sums"]).fetchone()[2]
        return count

    def scans_settled(self, db: sqlite3.Connection, case: Case) -> bool:
        """Whether the hall has every scan of `case` that lies here: then the case may leave this terminal."""
        return not self.scans_to_go(db, [scan.sha256 for scan in case.scans]) if case.scans else True

    def scans_to_go(self, db: sqlite3.Connection, among: list[str] | None = None) -> bool:
        """Whether scans (`among` these) lie here that the hall has to have before their cases leave."""
        names = None if among is None else msgspec.json.encode(among).decode()
        return db.execute(_SQL["still_to_go"], (UNKNOWN, names)).fetchone() is not None

    def forget_scans(self, db: sqlite3.Connection, case: Case) -> None:
        """The case leaves this terminal (S21): so do its scans. Another case that names one fetches it again."""
        for scan in case.scans:
            self._forget_scan(db, scan.sha256)

    def _forget_scan(self, db: sqlite3.Connection, sha256: str) -> None:
        row = db.execute(_SQL["row"], (sha256,)).fetchone()
        if row is not None:
            self.scan_files.remove(self.scan_files.path(sha256, row[1]))
            self.scan_files.remove(self.scan_files.part(sha256))
            db.execute(_SQL["forget"], (sha256,))

    def tidy_scans(self) -> int:
        """Take away what a crash left behind, and note what is not here any more. Returns how many files went.

        Under the write lock: a copy gets its name inside the transaction of its fact, so none is taken for a stray.
        """
        older = (self.clock.now() - CIVIL - _EPOCH - timedelta(seconds=self.limits.scan_part_seconds)).total_seconds()
        files, gone = self.scan_files, 0
        with self.transaction() as db:
            rows = db.execute(_SQL["all"]).fetchall()
            epoch = db.execute("select epoch from standing").fetchone()[0]
            for path in list(files.strays(frozenset(row[0] for row in rows), older)):
                files.remove(path)
                gone += 1
            for sha256, media, size, here, sent in rows:
                if here and size_of(files.path(sha256, media)) != size:
                    db.execute(_SQL["gone"], ("" if sent >= epoch else LOST, sha256))
        return gone

    def scans_lost(self) -> tuple[str, ...]:
        """The numbers of open cases of which a paper has to be scanned again: its file went before the hall had it."""
        with self.reading() as db:
            lost = {row[0] for row in db.execute(_SQL["lost"]).fetchall()}
            bodies = [row[0] for name in lost for row in db.execute(_SQL["showing"], (name.encode(),)).fetchall()]
        return tuple(
            sorted({case.number for case in map(decode_case, bodies) if not is_over(case) and _lacks(case, lost)})
        )

    # The line: out

    def scans_to_send(self, most: int) -> tuple[Carried, ...]:
        """Scans that lie here and that the hall has not said to have, the oldest first."""
        with self.reading() as db:
            return tuple(Carried(*row) for row in db.execute(_SQL["to_send"], (most,)))

    def scan_piece(self, sha256: str, offset: int, most: int) -> bytes:
        """Bytes of a scan that lies here; none where its file is not whole."""
        path = self.scan_path(sha256)
        return self.scan_files.read(path, offset, most) if path else b""

    def scan_held(self, sha256: str, held: int) -> None:
        """The hall said how much it has."""
        with self.transaction() as db:
            db.execute(_SQL["held"], (held, sha256))

    def scan_sent(self, sha256: str) -> None:
        """The hall said that it has all of it."""
        with self.transaction() as db:
            db.execute(_SQL["sent"], (sha256,))

    def scan_trouble(self, sha256: str, code: str) -> None:
        """Why it is not on its way."""
        with self.transaction() as db:
            db.execute(_SQL["trouble"], (code, sha256))

    def scan_sound(self, sha256: str) -> bool:
        """Whether the file is what its name says; where it is not, nobody sends it any more, and the screen says so."""
        path = self.scan_path(sha256)
        if path is not None and is_sound(path, sha256):
            return True
        with self.transaction() as db:
            db.execute(_SQL["gone"], (DAMAGED if path else LOST, sha256))
        return False

    def let_given_up_go(self, sha256: str) -> bool:
        """The hall does not know a scan; whether that is because what named it was given up: then it goes (S15)."""
        with self.reading() as db:
            if not _is_given_up(db, sha256):
                return False
        with self.transaction() as db:
            if not _is_given_up(db, sha256):
                return False
            self._forget_scan(db, sha256)
        return True

    # The line: in

    def scans_to_fetch(self, most: int) -> tuple[Carried, ...]:
        """Scans that somebody here waits for; `held`: how much has come."""
        with self.reading() as db:
            rows = db.execute(_SQL["to_fetch"], (most,)).fetchall()
        return tuple(Carried(sha256, size, size_of(self.scan_files.part(sha256))) for sha256, size, _ in rows)

    def keep_scan_piece(self, sha256: str, offset: int, data: bytes) -> int:
        """A piece came; how much is here now. At the end the hash decides: what is wrong is thrown away, and 0 is here.

        Raises DiskFull, NotWritable.
        """
        with self.reading() as db:
            row = db.execute(_SQL["row"], (sha256,)).fetchone()
        if row is None or row[2]:
            return offset + len(data)
        held = self.scan_files.add(sha256, offset, data)
        if held >= row[0]:
            with self.transaction() as db:
                whole = self.scan_files.whole(sha256, row[1])
                if whole:
                    db.execute(_SQL["fetched"], (sha256,))
            return held if whole else 0
        with self.transaction() as db:
            db.execute(_SQL["held"], (held, sha256))
        return held


def _lacks(case: Case, lost: Collection[str]) -> bool:
    """Whether the newest scan of one of its papers is among those."""
    newest = {scan.material: scan for scan in case.scans}
    return any(scan.sha256 in lost and not scan.came for scan in newest.values())


def _is_given_up(db: sqlite3.Connection, sha256: str) -> bool:
    name = sha256.encode()
    return (
        bool(db.execute(_SQL["given_up"], (name,)).fetchone()[0])
        and not (db.execute(_SQL["is_shown"], (name,)).fetchone()[0])
    )
