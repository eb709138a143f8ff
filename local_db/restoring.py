"""A backup put in place of a terminal's folder, or what can still be read of a damaged file (T31, T42).

The new folder is made beside the present one, flushed, and put there by renaming; the present one is kept. Nothing of
it is trusted: the state file, which lies elsewhere, finds out that it is older, and it goes on as a new incarnation.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import sqlite3
import stat
from pathlib import Path

import msgspec

from casework.errors import BadBytes
from casework.facts import NO_HASH, Envelope, decode_fact, digest
from casework.limits import LIMITS, Limits
from local_db.carving import Value, records
from local_db.commit import fact_row, remember_ref
from local_db.connection import FILE, connect
from local_db.errors import Busy, Damaged, NotATerminal, wrapped
from local_db.memory import FOLDERS
from local_db.migrations import migrate, version_of
from local_db.scan_rescue import rescue
from local_db.sql import queries
from local_db.state import State, sync_folder

_SQL = queries("restoring")
READY = ".restored"
"""Ends the name of a folder that only has to be put in place of the present one."""
_KNOWN = frozenset({"hall", "region", "hall_name", "hall_key", "terminal", "incarnation", "hall_url"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ID = re.compile(r"[0-9a-f]{32}")
_MAYBE_PRINTED = "papers.unsure.restored"
"""What waited for a printer then may have come out since, and two papers that look alike are never printed."""


class Restored(msgspec.Struct, frozen=True):
    """What lies in place now. `kept`: where the folder of before is; `newest`: legal time of the newest own fact."""

    terminal: str
    facts: int
    newest: str
    kept: Path | None


def restore(source: Path, folder: Path, mark: str, limits: Limits = LIMITS) -> Restored:
    """Put the backup `source` in place as the memory of `folder`.

    Args:
        source: a file that `yichuang backup` has written, or a whole copy of a terminal's file with its log.
        folder: the data folder; it need not exist.
        mark: ends the name under which the present folder is kept.
        limits: how long to wait for others.

    Raises NotATerminal, Damaged, NewerThanProgram, Busy (a window has it open), DiskFull, NotWritable: then the
    present folder is as it was.
    """
    draft = _draft(folder)
    with wrapped(source):
        if not source.is_file():
            raise NotATerminal("store.no_backup", file=str(source))
        with (
            contextlib.closing(sqlite3.connect(source, isolation_level=None)) as backup,
            contextlib.closing(sqlite3.connect(draft / FILE, isolation_level=None)) as copy,
        ):
            try:
                backup.backup(copy)
                copy.execute("pragma journal_mode = delete")
                sound = [row[0] for row in copy.execute("pragma quick_check(1)")] == ["ok"]
            except sqlite3.DatabaseError as cause:
                if isinstance(cause, sqlite3.OperationalError):
                    raise
                sound = False
        if not sound:
            raise Damaged("store.backup_damaged", file=str(source))
    return _swapped(draft, folder, source, mark, limits)


def salvage(
    source: Path, folder: Path, mark: str, state: State | None, sealed: int = 0, limits: Limits = LIMITS
) -> Restored:
    """Make a fresh memory from what can be read of `source`: own facts and their envelopes, identity, drafts, counters.

    Everything else comes again by pull. All own facts are sealed again at the next enrolment, and the hall says which
    it knows. `state`: the machine's note, for a file whose own identity can't be read; `sealed`: how far it says that
    was sealed here.

    Raises NotATerminal when nothing of a terminal is found; else as `restore`.
    """
    draft = _draft(folder)
    with wrapped(source):
        if not source.is_file():
            raise NotATerminal("store.no_backup", file=str(source))
        found = _Found(source)
    known = {**({"hall_key": state.hall_key, "terminal": state.terminal, "incarnation": state.incarnation} if state
                else {}), **found.meta}  # fmt: skip
    if not {"hall_key", "terminal", "incarnation"} <= known.keys():
        raise NotATerminal("store.nothing_readable", file=str(source))
    with wrapped(draft / FILE), contextlib.closing(connect(draft / FILE, limits)) as db:
        migrate(db, str(draft / FILE))
        db.execute("begin immediate")
        found.write(db, known, sealed)
        db.execute("commit")
        db.execute("pragma journal_mode = delete")
    return _swapped(draft, folder, source, mark, limits)


class _Found:
    """What was read, each by its key; checked by hashes."""

    def __init__(self, source: Path) -> None:
        self.meta: dict[str, str] = {}
        self._days: dict[str, int] = {}
        self._facts: dict[int, tuple[bytes, str]] = {}
        self._envelopes: dict[int, tuple[str, str, str, int]] = {}
        self._drafts: dict[str, tuple[Value, ...]] = {}
        for rowid, row in records(source):
            self._take(rowid, row)

    def _take(self, rowid: int, row: tuple[Value, ...]) -> None:
        match row:
            case (str(key), str(value)) if key in _KNOWN:
                self.meta[key] = value
            case (str(day), int(count)) if _DAY.fullmatch(day):
                self._days[day] = max(count, self._days.get(day, 0))
            case (None, str(), bytes(data), str(hash_), *_) if len(row) >= 11 and digest(data) == hash_:
                self._facts[rowid] = data, hash_
            case (None, str(inc), str(prev), str(hash_), int(fact), str(), str(), *_) if len(row) >= 13:
                self._envelopes[rowid] = inc, prev, hash_, fact
            case (str(case_id), str(), bytes(), str(), str(updated)) if _ID.fullmatch(case_id):
                if updated >= str(self._drafts.get(case_id, ("",) * 5)[4]):
                    self._drafts[case_id] = row

    def write(self, db: sqlite3.Connection, known: dict[str, str], sealed: int) -> None:
        """All of it into a fresh file, which has to be enrolled again before it sends anything."""
        db.execute(_SQL["begin"], (1, NO_HASH))
        db.execute(_SQL["finder"])
        kept = set()
        for n, (data, hash_) in sorted(self._facts.items()):
            with contextlib.suppress(BadBytes):  # whole by its hash, of a form that no version has written: no fact
                said = decode_fact(data)
                kept |= {n} if db.execute(_SQL["keep_fact"], (n, *fact_row(said, data, hash_))).rowcount else set()
                if said.type == "received":
                    remember_ref(db, said)
        whole: list[int] = []
        for seq, (incarnation, prev, hash_, fact) in sorted(self._envelopes.items()):
            envelope = Envelope(known["terminal"], incarnation, seq, prev, self._facts.get(fact, (b"", ""))[1])
            if fact in kept and incarnation == known["incarnation"] and envelope.hash == hash_:
                db.execute(_SQL["keep_envelope"], (seq, incarnation, prev, hash_, fact, fact))
                whole.append(seq)
        missing, end = max(1, sealed - len(whole)), max(whole, default=0)  # one without its fact is gone (S25)
        of_now = [seq for seq, row in self._envelopes.items() if row[0] == known["incarnation"]]
        marks = ("adrift", str(missing)), ("salvaged", str(end)), ("salvaged_seal", str(max(of_now, default=0)))
        db.executemany(_SQL["keep_meta"], [*known.items(), *marks])
        db.executemany(_SQL["keep_day"], list(self._days.items()))
        db.executemany(_SQL["keep_draft"], list(self._drafts.values()))
        db.execute(_SQL["drop_taken_in"])


def _draft(folder: Path) -> Path:
    """The empty folder beside `folder` in which the new one is made."""
    draft = folder.with_name(f"{folder.name}.restoring")
    with wrapped(draft):
        _away(draft)
        for name in FOLDERS:
            (draft / name).mkdir(parents=True, exist_ok=True)
    return draft


def _swapped(draft: Path, folder: Path, source: Path, mark: str, limits: Limits) -> Restored:
    """`draft` becomes `folder`; the present one is kept beside it, with its keys copied over."""
    with wrapped(draft / FILE):
        with contextlib.closing(sqlite3.connect(draft / FILE, isolation_level=None)) as db:
            if not version_of(db):
                raise NotATerminal("store.no_backup", file=str(source))
            migrate(db, str(source))
            row = db.execute(_SQL["terminal"]).fetchone()
            count, newest = db.execute(_SQL["newest"]).fetchone()
            if row is not None:
                db.execute(_SQL["maybe_printed"], (_MAYBE_PRINTED,))
                rescue(db, draft, folder, source, limits)
        if row is None:
            raise NotATerminal("store.no_backup", file=str(source))
        _flush(draft / FILE)
        if folder.exists():
            _alone(folder / FILE, source)
            if (folder / "keys").is_dir():
                shutil.copytree(folder / "keys", draft / "keys", dirs_exist_ok=True)
                for key in (draft / "keys").iterdir():  # an empty one would open no line after a power cut
                    _flush(key)
        ready, kept = folder.with_name(f"{folder.name}{READY}"), None
        _away(ready)
        draft.rename(ready)  # from here on the next start finishes it where it is cut (console.folders)
        try:
            if folder.exists():
                before = _free(folder.with_name(f"{folder.name}.before-{mark}"))
                folder.rename(before)
                kept = before
            ready.rename(folder)
        except OSError:
            _away(ready)
            if kept is not None:
                kept.rename(folder)  # as it was
            raise
        sync_folder(folder.parent)
    return Restored(row[0], count, newest or "", kept)


def _free(path: Path) -> Path:
    """`path`, or the first of its like that is not taken: what was kept once is never written over."""
    others = (path.with_name(f"{path.name}-{n}") for n in itertools.count(2))
    return next(name for name in itertools.chain((path,), others) if not name.exists())


def _alone(file: Path, source: Path) -> None:
    """Nobody else may have the present file open: it would go on writing into the folder that is put away.

    Raises Busy.
    """
    if not file.is_file() or file.samefile(source):
        return  # a damaged file is left exactly as it is
    try:
        with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as db:
            db.execute("pragma journal_mode = delete")  # needs the file alone; and folds its log into it
    except sqlite3.OperationalError as cause:
        if cause.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Busy("store.restore_open", file=str(file)) from cause
    except sqlite3.DatabaseError:
        return  # too damaged to be asked


def _flush(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
    sync_folder(file.parent)


def _away(folder: Path) -> None:
    """Take a folder away that nobody needs; its scans are for reading only, and Windows removes no such file."""
    for file in folder.rglob("*"):
        if file.is_file():
            file.chmod(stat.S_IREAD | stat.S_IWRITE)
    shutil.rmtree(folder, ignore_errors=True)
