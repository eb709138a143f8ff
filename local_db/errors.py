"""What can go wrong with the terminal's memory.

    StoreError
    ├── TryAgain            nothing was changed; the same act may succeed in a moment
    │   ├── Busy            another window of this terminal holds the file longer than `limits.busy_seconds`
    │   └── DiskFull        no room; all that was saved before is safe
    └── AskPerson           it will not go away by itself
        ├── Damaged         the file is broken: restore the newest backup
        ├── NewerThanProgram  a newer version of the program has written it
        ├── NotATerminal    the folder holds no terminal: enrol it
        ├── AlreadyTerminal the folder holds one already
        ├── NotWritable     folder or file can't be opened or written
        ├── OtherHall       the folder's memory belongs to another hall than the one that answered
        ├── Replaced        the file was put away while it was open here: close, and open again
        ├── TooBig          more facts or bytes in one act than one group may have (S3)
        └── IncarnationLost copied, restored or re-imaged: it may neither number nor seal until enrolled again (S27)
            └── Cloned      the folder belongs to another incarnation than this machine's

A leaf carries a message id and facts. Its docstring is not shown; the catalogues are. Errors of sqlite3 and of the file
system are wrapped here, with their cause.
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator

from casework.messages import Spoken


class StoreError(Spoken):
    """Base of all errors of `local_db`; `message` says in the reader's language what to do."""


class TryAgain(StoreError):
    """Nothing was changed; the same act may succeed in a moment."""


class Busy(TryAgain):
    """Another window of this terminal holds the file."""


class DiskFull(TryAgain):
    """No room; all that was saved before is safe."""


class AskPerson(StoreError):
    """It will not go away by itself."""


class Damaged(AskPerson):
    """The file is broken: restore the newest backup."""


class NewerThanProgram(AskPerson):
    """A newer version of the program has written the file."""


class NotATerminal(AskPerson):
    """The folder holds no terminal."""


class AlreadyTerminal(AskPerson):
    """The folder holds a terminal already."""


class OtherHall(AskPerson):
    """The memory belongs to another hall than the one that answered."""


class NotWritable(AskPerson):
    """Folder or file can't be opened or written."""


class Replaced(AskPerson):
    """The file was put away while it was open here: close, and open again."""


class TooBig(AskPerson):
    """More facts or bytes in one act than one group may have (S3)."""


class IncarnationLost(AskPerson):
    """Copied, restored or re-imaged: it may neither number nor seal until it is enrolled again (S27)."""


class Cloned(IncarnationLost):
    """The folder belongs to another incarnation than this machine's."""


_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_CLOSED = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_AUTH,
}
_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextlib.contextmanager
def wrapped(file: object) -> Iterator[None]:
    """Everything that sqlite3 or the file system raises inside comes out as a StoreError that names `file`."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a mistake in the program, not in the file: nobody at the counter can do anything about it
    except sqlite3.Error as cause:
        raise _of_sqlite(cause, str(file)) from cause
    except OSError as cause:
        if cause.errno in _NO_ROOM:
            raise DiskFull("store.disk_full", file=str(file)) from cause
        raise NotWritable("store.not_writable", file=str(file), reason=cause.strerror or str(cause)) from cause


def _of_sqlite(cause: sqlite3.Error, file: str) -> StoreError:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return Busy("store.busy", file=file)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull("store.disk_full", file=file)
    if code in _BROKEN:
        return Damaged("store.damaged", file=file)
    if code in _CLOSED:
        return NotWritable("store.not_writable", file=file, reason=str(cause))
    return Damaged("store.refused", file=file, reason=str(cause))
