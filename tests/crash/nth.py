"""Lets the n-th thing that touches the disk fail, once or from then on: statements, commits, writes, renames, flushes.

Only for tests: `sqlite3.connect`, `os` and `io.open` are replaced while a `Faults` is in force. A point is counted
where shipped code asks something of SQLite or of the file system; rolling back is never refused, since SQLite gives an
open transaction up by itself. A write that fails has written half of what it was given.
"""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest

from local_db import state
from tests.soaking import TIMES

CONNECT = sqlite3.connect
"""The real one, for looking at files while faults are in force."""

_SAYS = {"begin": sqlite3.SQLITE_BUSY, "commit": sqlite3.SQLITE_FULL}
_ERRNO = {
    "write": errno.ENOSPC,
    "fsync": errno.EIO,
    "rename": errno.EACCES,
    "open": errno.ENOSPC,
    "mkdir": errno.ENOSPC,
}


class Faults:
    """Counts points while it is armed; point `at` fails, with `for_ever` also every later one."""

    def __init__(self) -> None:
        self.armed = False
        self.at = 0
        self.for_ever = False
        self.count = 0
        self.failed: list[str] = []
        self.visited: Counter[str] = Counter()

    @contextlib.contextmanager
    def failing(self, at: int, *, for_ever: bool) -> Iterator[None]:
        """Point `at` fails inside the block."""
        self.at, self.for_ever, self.count, self.failed, self.armed = at, for_ever, 0, [], True
        try:
            yield
        finally:
            self.armed = False

    def fails(self, kind: str) -> bool:
        """Count a point; whether it is to fail."""
        if not self.armed:
            return False
        self.count += 1
        if self.count != self.at and not (self.for_ever and self.count > self.at):
            return False
        self.failed.append(kind)
        self.visited[kind] += 1
        return True

    def statement(self, sql: str) -> None:
        """A statement is about to run."""
        word = sql.split(maxsplit=1)[0].lower() if sql.strip() else ""
        if word == "rollback":
            return
        if self.fails(word if word in _SAYS else "statement"):
            raise sqlite_error(_SAYS.get(word, sqlite3.SQLITE_IOERR))

    def file(self, kind: str, name: Any = None) -> None:
        """The file system is about to be asked, of the file `name` or of an open one."""
        if self.fails(kind):
            words = (_ERRNO[kind], os.strerror(_ERRNO[kind]))
            raise OSError(*words) if name is None or isinstance(name, int) else OSError(*words, os.fspath(name))


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """As SQLite itself raises it."""
    error = sqlite3.OperationalError(f"planted {code}")
    error.sqlite_errorcode = code
    error.sqlite_errorname = f"PLANTED_{code}"
    return error


class Stream:
    """A file that was opened to be written."""

    def __init__(self, real: Any, faults: Faults) -> None:
        self._real = real
        self._faults = faults

    def write(self, data: Any) -> int:
        """Half of it, when it fails."""
        if self._faults.fails("write"):
            self._real.write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written: int = self._real.write(data)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()


def in_force(patch: pytest.MonkeyPatch) -> Faults:
    """Faults that all code of this process meets from now on, as soon as they are armed."""
    faults = Faults()

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            faults.statement(sql)
            return super().execute(sql, *rest)

        def executemany(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            faults.statement(sql)
            return super().executemany(sql, *rest)

        def executescript(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            faults.statement(sql)
            return super().executescript(sql, *rest)

        def commit(self) -> None:
            faults.statement("commit")
            super().commit()

        def backup(self, target: sqlite3.Connection, **options: Any) -> None:
            faults.statement("backup")
            super().backup(target, **options)

    def connect(database: Any, *rest: Any, **options: Any) -> sqlite3.Connection:
        if faults.fails("connect"):
            raise sqlite_error(sqlite3.SQLITE_CANTOPEN)
        made: sqlite3.Connection = CONNECT(database, *rest, **{"factory": Connection, **options})
        return made

    real = {name: getattr(os, name) for name in ("write", "fsync", "replace", "rename", "link", "mkdir", "open")}
    opened = io.open

    def write(handle: int, data: Any) -> int:
        if faults.fails("write"):
            real["write"](handle, bytes(data)[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count: int = real["write"](handle, data)
        return count

    def asked(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*words: Any, **options: Any) -> Any:
            faults.file(kind, words[0])
            return call(*words, **options)

        return ask

    def open_handle(path: Any, flags: int, *rest: Any, **options: Any) -> Any:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            faults.file("open", path)
        return real["open"](path, flags, *rest, **options)

    def open_stream(file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if not set(mode) & set("wax+"):
            return opened(file, mode, *rest, **options)
        if not isinstance(file, int):
            faults.file("open", file)
        return Stream(opened(file, mode, *rest, **options), faults)

    patch.setattr(sqlite3, "connect", connect)
    patch.setattr(os, "write", write)
    patch.setattr(os, "open", open_handle)
    patch.setattr(io, "open", open_stream)
    for name, kind in (
        ("fsync", "fsync"), ("replace", "rename"), ("rename", "rename"), ("link", "rename"), ("mkdir", "mkdir"),
    ):  # fmt: skip
        patch.setattr(os, name, asked(kind, real[name]))
    patch.setattr(state, "_flush", asked("fsync", state._flush))
    return faults


# What is seen of a file


class Seen(msgspec.Struct, frozen=True):
    """All rows of a database, and whether it is sound."""

    tables: dict[str, tuple[Any, ...]]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: len(rows) for name, rows in self.tables.items()}

    def without(self, *names: str) -> dict[str, tuple[Any, ...]]:
        """All tables but these."""
        return {name: rows for name, rows in self.tables.items() if name not in names}


def look(file: Path) -> Seen:
    """What a second program sees in a database: only what was committed."""
    if not file.is_file() or not file.stat().st_size:
        return Seen({})
    with contextlib.closing(CONNECT(file, isolation_level=None)) as db:
        names = [
            row[0]
            for row in db.execute("select name from sqlite_schema where type = 'table' order by name")
            if not row[0].startswith("sqlite_")
        ]
        assert [row[0] for row in db.execute("pragma quick_check")] == ["ok"]
        assert db.execute("pragma foreign_key_check").fetchall() == []
        return Seen({name: tuple(db.execute(f'select * from "{name}"').fetchall()) for name in names})


def points(*, both: bool = True) -> Iterator[tuple[int, bool]]:
    """1 once, 1 for ever, 2 once, 2 for ever ...; without `both` each point in one of the two ways, by turns."""
    for at in itertools.count(1):
        if both or TIMES > 1:
            yield at, False
            yield at, True
        else:
            yield at, at % 2 == 0
