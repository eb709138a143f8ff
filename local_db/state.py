"""The small file under the user's state folder that knows which incarnation this machine is, and how far it numbered.

Keeps S27: it does not lie in the data folder, so a copy, a restored backup or a new image of that folder meets either
no file or a larger one, and *the larger wins*. It is created by temporary file, fsync and rename. Afterwards two slots
with check sums are written in turns, in place, flushed each time: a torn write leaves the other slot, one number
behind, and that number was not yet committed. It costs a quarter of a rename on the clerk's path. Beside it lies how
far was sealed: written after COMMIT without a flush, so it is never ahead of the database; only a power cut can take
its last word, and then a restored copy is found by the hall.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from casework.errors import UNREADABLE
from casework.facts import digest
from local_db.errors import wrapped

_SLOT = 1024
_BINARY = getattr(os, "O_BINARY", 0)
_flush = getattr(os, "fdatasync", os.fsync)
"""The slot is overwritten in place, so only its data has to reach the disk, not its times."""
_DAYS = 8
"""Days whose counters are kept: a clock that was set back finds its day again."""


class State(msgspec.Struct, frozen=True):
    """What the file says. `days`: the last count by day."""

    hall_key: str
    terminal: str
    incarnation: str
    days: dict[str, int]


def state_folder(environ: Mapping[str, str]) -> Path:
    """`YICHUANG_STATE`, or the user's state folder of the platform."""
    given = environ.get("YICHUANG_STATE")
    if given:
        return Path(given)
    import platformdirs

    return platformdirs.user_state_path("yichuang", appauthor=False)


class StateFile:
    """The file that belongs to one data folder. Whoever writes it holds the database's write lock."""

    def __init__(self, folder: Path, data_folder: Path) -> None:
        place = os.path.normcase(data_folder.resolve())
        self.path = folder / f"{hashlib.sha256(place.encode()).hexdigest()[:32]}.state"
        self._last = self.path.with_suffix(".sealed")
        self._slots: int | None = None
        self._end: int | None = None

    def read(self) -> State | None:
        """What the whole slots say together; None when there is no file, or none is whole."""
        with wrapped(self.path):
            try:
                data = self.path.read_bytes()
            except FileNotFoundError:
                return None
        whole = [slot for slot in (_read_slot(data[:_SLOT]), _read_slot(data[_SLOT:])) if slot]
        if not whole:
            return None
        days = {day: max(slot.days.get(day, 0) for slot in whole) for slot in whole for day in slot.days}
        return msgspec.structs.replace(whole[0], days=days)

    def create(self, state: State) -> None:
        """Begin with `state`, over whatever was there; how far another incarnation had sealed stays until this one has.

        So a power cut before the COMMIT that this stands before takes no word about what is missing (S25). Both slots
        say it: the first number that is written over one of them may be torn.
        """
        with wrapped(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, _slot(state) * 2)

    def write(self, state: State, counter: int) -> None:
        """Replace a slot by `state`, durably; the newest `counter` in it says which."""
        with wrapped(self.path):
            if self._slots is None:  # kept open: should somebody put another file here, ours goes nowhere
                self._slots = os.open(self.path, os.O_RDWR | _BINARY)
            os.lseek(self._slots, counter % 2 * _SLOT, os.SEEK_SET)
            os.write(self._slots, _slot(state))
            _flush(self._slots)

    def sealed(self, incarnation: str) -> int:
        """The newest envelope that this incarnation is known to have sealed; 0 when nothing is known."""
        with wrapped(self._last):
            try:
                whose, _, number = self._last.read_text("ascii", errors="replace").strip().partition(" ")
            except FileNotFoundError:
                return 0
        return int(number) if whose == incarnation and number.isdecimal() else 0

    def keep_sealed(self, incarnation: str, local_seq: int) -> None:
        """Remember it; two processes at once may leave the smaller one, which only finds less."""
        with wrapped(self._last):
            line, first = f"{incarnation} {local_seq:020d}\n".encode(), self._end is None
            if self._end is None:
                self._end = os.open(self._last, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
            os.lseek(self._end, 0, os.SEEK_SET)
            os.write(self._end, line)
            if first:  # another incarnation's may have been longer
                os.ftruncate(self._end, len(line))

    def close(self) -> None:
        """Let go of the files."""
        for handle in (self._slots, self._end):
            if handle is not None:
                os.close(handle)
        self._slots = self._end = None


def counted(state: State, day: str, counter: int) -> State:
    """`state` after the number `counter` of `day` was given, with the newest days only."""
    days = {**state.days, day: max(counter, state.days.get(day, 0))}
    kept = sorted(days)[-_DAYS:]
    return msgspec.structs.replace(state, days={name: days[name] for name in kept})


def write_whole(path: Path, data: bytes) -> None:
    """`data` as the file `path`: temporary file, fsync, rename. Raises OSError."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable, where the system lets a folder be opened."""
    with contextlib.suppress(PermissionError, IsADirectoryError):  # Windows: the rename itself is
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _slot(state: State) -> bytes:
    body = msgspec.json.encode(state)
    line = digest(body)[:16].encode() + b" " + body
    return line.ljust(_SLOT - 1) + b"\n"


def _read_slot(data: bytes) -> State | None:
    check, _, body = data.strip().partition(b" ")
    if digest(body)[:16].encode() != check:
        return None
    try:
        return msgspec.json.decode(body, type=State)
    except UNREADABLE:
        return None
