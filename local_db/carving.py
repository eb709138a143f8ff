"""Reads rows out of a SQLite file that SQLite itself can't open any more (T42): leaf by leaf, with no tree above them.

The file format is SQLite's own and stable. A page is looked at as it lies in the file and in the write-ahead log; what
comes out is not believed here: whoever asks checks each row by its hash.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER = 0x0D, 0x0A, 0x02
_MAGIC = b"SQLite format 3\x00"
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_MOST = 1 << 20
"""Bytes of one record: what claims more is no record."""

Value = None | int | bytes | str


class Broken(ValueError):
    """These bytes are no record."""


def records(file: Path) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Every record that can be read, with its rowid (0 in a table without). Older copies of a row come, too.

    Raises OSError.
    """
    size, usable = _sizes(file)
    log = Path(f"{file}-wal")
    images = _Images(file, log if log.is_file() else None, size)
    for number, page in images.all():
        yield from _leaf(page, 100 if number == 1 else 0, usable, images)


def _sizes(file: Path) -> tuple[int, int]:
    """The page's size, and how much of it is used; the usual ones where the header is gone."""
    with file.open("rb") as stream:
        head = stream.read(100)
    size = int.from_bytes(head[16:18], "big") if head.startswith(_MAGIC) else 0
    size = 65536 if size == 1 else size
    if size < 512 or size & (size - 1):
        return 4096, 4096
    return size, size - head[20]


class _Images:
    """Pages of the file, and their newer copies in the write-ahead log."""

    def __init__(self, file: Path, log: Path | None, size: int) -> None:
        self._size = size
        self._file = file.open("rb")
        self._log = log.open("rb") if log else None
        self._newer: dict[int, int] = {}
        self._frames: list[tuple[int, int]] = []
        self._before: list[tuple[int, int]] = []
        """Frames behind the newest one: of before the log was begun anew, and older than the file (another salt)."""
        if self._log is not None:
            self._log.seek(0, 2)
            end, at = self._log.tell(), _WAL_HEADER
            salt = self._salt(end, size)
            while at + _FRAME_HEADER + size <= end:
                self._log.seek(at)
                head = self._log.read(_FRAME_HEADER)
                number = int.from_bytes(head[:4], "big")
                if head[8:16] == salt:
                    self._frames.append((number, at + _FRAME_HEADER))
                    self._newer[number] = at + _FRAME_HEADER
                else:
                    self._before.append((number, at + _FRAME_HEADER))
                at += _FRAME_HEADER + size

    def _salt(self, end: int, size: int) -> bytes:
        """The mark of the frames of now. It stands in the log's header and in each of them, and any may be broken: the
        first that is found once more within the next two.
        """
        found: list[bytes] = []
        for at in itertools.chain((16,), range(_WAL_HEADER + 8, end - 7, _FRAME_HEADER + size)):
            if self._log is None or at + 8 > end:
                break
            self._log.seek(at)
            salt = self._log.read(8)
            if any(salt) and salt in found[-2:]:
                return salt
            found.append(salt)
        return found[0] if found else b""

    def all(self) -> Iterator[tuple[int, bytes]]:
        """Every page of the file, then every one of the log; first what the log has of before it was begun anew."""
        number = 1
        try:
            for before, at in self._before:
                yield before, self._in_log(at)
            while len(page := self._read(number)) == self._size:
                yield number, page
                number += 1
            for number, at in self._frames:
                yield number, self._in_log(at)
        finally:
            self._file.close()
            if self._log is not None:
                self._log.close()

    def newest(self, number: int) -> bytes:
        """The newest copy of a page."""
        at = self._newer.get(number)
        return self._in_log(at) if at is not None else self._read(number)

    def _read(self, number: int) -> bytes:
        self._file.seek((number - 1) * self._size)
        return self._file.read(self._size)

    def _in_log(self, at: int) -> bytes:
        if self._log is None:
            return b""
        self._log.seek(at)
        return self._log.read(self._size)


def _leaf(page: bytes, start: int, usable: int, images: _Images) -> Iterator[tuple[int, tuple[Value, ...]]]:
    kind = page[start]
    if kind not in {_TABLE_LEAF, _INDEX_LEAF, _INDEX_INNER}:
        return
    header, child = (12, 4) if kind == _INDEX_INNER else (8, 0)  # of a table without rowid rows lie there, too
    cells = int.from_bytes(page[start + 3 : start + 5], "big")
    for cell in range(min(cells, usable // 4)):
        at = start + header + 2 * cell
        try:
            yield _cell(page, int.from_bytes(page[at : at + 2], "big") + child, kind, usable, images)
        except (Broken, IndexError, UnicodeDecodeError):
            continue  # this one is broken; the next may be whole


def _cell(page: bytes, at: int, kind: int, usable: int, images: _Images) -> tuple[int, tuple[Value, ...]]:
    length, at = _varint(page, at)
    rowid = 0
    if kind == _TABLE_LEAF:
        rowid, at = _varint(page, at)
    if not 0 < length <= _MOST:
        raise Broken
    return rowid, _values(_payload(page, at, length, kind, usable, images))


def _payload(page: bytes, at: int, length: int, kind: int, usable: int, images: _Images) -> bytes:
    """A record with what of it lies on overflow pages."""
    most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return page[at : at + length]
    least = (usable - 12) * 32 // 255 - 23
    here = least + (length - least) % (usable - 4)
    here = here if here <= most else least
    found = page[at : at + here]
    following = int.from_bytes(page[at + here : at + here + 4], "big")
    while len(found) < length and following:
        overflow = images.newest(following)
        if len(overflow) < usable:
            raise Broken
        following = int.from_bytes(overflow[:4], "big")
        found += overflow[4 : 4 + min(usable - 4, length - len(found))]
    if len(found) != length:
        raise Broken
    return found


def _values(record: bytes) -> tuple[Value, ...]:
    end, at = _varint(record, 0)
    if not at <= end <= len(record):
        raise Broken
    values: list[Value] = []
    place = end
    while at < end:
        kind, at = _varint(record, at)
        value, place = _value(record, kind, place)
        values.append(value)
    if place != len(record):
        raise Broken
    return tuple(values)


def _value(record: bytes, kind: int, at: int) -> tuple[Value, int]:
    if kind == 0:
        return None, at
    if kind in {8, 9}:
        return kind - 8, at
    if kind in _INTEGERS:
        end = at + _INTEGERS[kind]
        return int.from_bytes(record[at:end], "big", signed=True), end
    if kind == 7:
        return None, at + 8  # no table of a terminal keeps a real that is worth reading
    if kind < 12:
        raise Broken
    end = at + (kind - 12) // 2
    data = record[at:end]
    return (data.decode() if kind % 2 else data), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = data[at + count]
        if count == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, at + count + 1
    raise Broken
