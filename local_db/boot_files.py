"""The files of a snapshot on their way to this terminal: parts on the disk, resumed where they were cut (S21, T47)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from casework.seals import Signed
from casework.snapshot import Boot, BootFile, Snapshot
from local_db.errors import wrapped
from local_db.rebuild import Rebuild
from local_db.sql import queries

_SQL = queries("bootstrap")
_READ = 1024 * 1024
PHASES = ("fetch", "sweep", "entries", "known", "fill", "tray", "fold")
"""A bootstrap's way. The cursor moves behind `known`: until then nothing that others did shows."""
_WEIGHT = {"fetch": 0.0, "sweep": 0.6, "entries": 0.65, "known": 0.85, "fill": 0.9, "tray": 0.97, "fold": 0.98}


class Stage(msgspec.Struct, frozen=True):
    """The row of a bootstrap under way."""

    epoch: int
    seq: int
    chain: str
    head: bytes
    fold: str
    phase: str
    scope: str
    """The file that a phase is at, empty before its first one; the last case that `known` looks at."""
    place: int
    mark: str


class BootFiles(Rebuild):
    """The fetching half of a bootstrap."""

    def boot(self) -> Boot | None:
        """The bootstrap that is under way; None when there is none."""
        with self.reading() as db:
            stage = stage_of(db)
            rows = db.execute(_SQL["files"]).fetchall()
        if stage is None:
            return None
        files = tuple(
            BootFile(scope, sha256, size, size if proven else self._have(scope), bool(proven))
            for scope, sha256, size, proven in rows
        )
        return Boot(stage.epoch, stage.seq, stage.chain, files, stage.phase != "fetch", _done(stage, files))

    def boot_begin(self, scopes: Sequence[str], snapshot: Snapshot, head: Signed) -> None:
        """Begin from the snapshot of which `snapshot` is one file; what another one left is forgotten."""
        self.boot_forget()
        with self.transaction() as db:
            row = (snapshot.epoch, snapshot.seq, snapshot.chain, msgspec.json.encode(head), snapshot.fold)
            db.execute(_SQL["begin"], row)
            db.executemany(_SQL["expect_file"], [(scope,) for scope in scopes])
        self.boot_file(snapshot)

    def boot_file(self, snapshot: Snapshot) -> None:
        """Which bytes the file of a scope has; parts of another one are dropped."""
        with wrapped(self._part(snapshot.scope)):
            self._part(snapshot.scope).unlink(missing_ok=True)
        with self.transaction() as db:
            db.execute(_SQL["file"], (snapshot.sha256, snapshot.size, snapshot.scope))

    def boot_part(self, scope: str, at: int, data: bytes) -> None:
        """Keep `data` as the bytes of a file from `at` on. Raises DiskFull, NotWritable."""
        path = self._part(scope)
        with wrapped(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("r+b" if path.exists() else "wb") as stream:
                stream.seek(at)
                stream.truncate()
                stream.write(data)

    def boot_prove(self, scope: str) -> bool:
        """Whether a file that is whole is the one that the hall has signed; what is not is dropped."""
        boot = self.boot()
        file = next((one for one in boot.files if one.scope == scope), None) if boot else None
        if file is None:
            return False
        path, made = self._part(scope), hashlib.sha256()
        with wrapped(path):
            if path.exists():
                with path.open("r+b") as stream:
                    while piece := stream.read(_READ):
                        made.update(piece)
                    os.fsync(stream.fileno())  # what is proven once stays so after a power cut
        proven = made.hexdigest() == file.sha256
        if not proven:
            with wrapped(path):
                path.unlink(missing_ok=True)
        with self.transaction() as db:
            db.execute(_SQL["proven"], (int(proven), scope))
        return proven

    def boot_forget(self) -> None:
        """There is no bootstrap, and none of its files; entries that it brought too early are asked for again."""
        with self.transaction() as db:
            db.execute(_SQL["drop_ahead"])
            db.execute(_SQL["forget"])
            db.execute(_SQL["forget_files"])
            db.execute(_SQL["forget_held"])
        self._drop_parts()

    def _drop_parts(self) -> None:
        with wrapped(self._parts()):
            for path in self._parts().glob("*.part") if self._parts().is_dir() else ():
                with contextlib.suppress(PermissionError):  # still open somewhere on Windows: gone the next time
                    path.unlink()

    def _have(self, scope: str) -> int:
        with wrapped(self._part(scope)):
            return self._part(scope).stat().st_size if self._part(scope).exists() else 0

    def _parts(self) -> Path:
        return self.folder / "spool" / "bootstrap"

    def _part(self, scope: str) -> Path:
        return self._parts() / f"{scope.replace('/', '-')}.part"


def stage_of(db: sqlite3.Connection) -> Stage | None:
    """The row of the bootstrap under way."""
    row: tuple[Any, ...] | None = db.execute(_SQL["boot"]).fetchone()
    return Stage(*row) if row else None


def _done(stage: Stage, files: Sequence[BootFile]) -> float:
    """How far it is, roughly: fetching counts as the first six tenths."""
    if stage.phase != "fetch":
        return _WEIGHT[stage.phase]
    shares = [min(1.0, file.have / file.size) if file.size else 0.0 for file in files]  # it never goes back
    return _WEIGHT["sweep"] * sum(shares) / max(1, len(shares))
