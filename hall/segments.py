"""Continuous backup (S26): each committed range of the log is written to a second place within seconds.

A segment is one file, sealed with the hall's key: entries first..last byte for byte, the chain before and after them,
and what lies in no entry: the bytes of what was refused or held, blobs, and up to where each terminal's envelopes came.
A full copy and the segments after it make the hall again; what the last seconds lost comes back from the terminals.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from pathlib import Path

import msgspec

from casework.errors import BadBytes
from casework.facts import NO_HASH, digest
from casework.seals import Signed, Signer, read, seal, unseal
from casework.wire import PURPOSE_SEGMENT, decode_entry, extend
from hall.errors import Stop
from hall.files import write_whole
from hall.rows import LogRow, Register, TerminalRow
from hall.store import Reading

ENTRIES = 1000
"""Entries of one segment; it goes on to the end of what was said in the same moment."""
_NAME = re.compile(r"(\d{6})-(\d{12})-(\d{12})\.segment")


class Mark(msgspec.Struct, frozen=True):
    """Up to where the hall has a terminal's envelopes."""

    number: str
    acked: int
    head: str
    cursor: int
    last_seen: str


class Blob(msgspec.Struct, frozen=True):
    """A catalogue, a calendar: bytes by their hash."""

    sha256: str
    data: bytes


class Segment(msgspec.Struct, frozen=True):
    """Entries first..last of one hall's log, with what belongs to them."""

    hall: str
    epoch: int
    first: int
    last: int
    before: str
    """The chain before `first`."""
    chain: str
    """The chain after `last`."""
    entries: tuple[msgspec.Raw, ...]
    kept: tuple[Register, ...] = ()
    blobs: tuple[Blob, ...] = ()
    marks: tuple[Mark, ...] = ()
    silent: tuple[Register, ...] = ()
    """Envelopes up to those marks of which no entry speaks: what they hold had come before (S13)."""


class SegmentName(msgspec.Struct, frozen=True, order=True):
    """What the name of a segment's file tells."""

    epoch: int
    first: int
    last: int
    path: Path


class SegmentWriter:
    """Writes what is new, from one snapshot of the memory each time.

    Args:
        folder: the second place.
        signer: the hall's key.
        after: the entry up to which the second place has the log already.
    """

    def __init__(self, folder: Path, signer: Signer, after: int) -> None:
        self.upto = after
        self._folder = folder
        self._signer = signer
        self._blobs: frozenset[str] = frozenset()
        self._marks: dict[str, Mark] = {}

    def made(self, reading: Reading) -> Segment | None:
        """The next segment; None where there is nothing new. Nothing is written yet: the second place may be slow, or
        hang, and nobody else reads the memory meanwhile.
        """
        rows = reading.log_rows(self.upto, ENTRIES)
        if not rows:
            return None
        while more := _said_at_once(reading, rows[-1]):
            rows = (*rows, *more)
        hall = reading.hall()
        first, last = rows[0].seq, rows[-1].seq
        names = frozenset(reading.blob_names())
        fresh = names - self._blobs
        marks = self._moved(reading.terminals()) if last == hall.seq else ()
        silent = tuple(row for mark in marks for row in self._silent(reading, mark))
        return Segment(
            hall.id, hall.epoch, first, last, (reading.chain_at(first - 1) or NO_HASH) if first > 1 else NO_HASH,
            rows[-1].chain, tuple(msgspec.Raw(row.data) for row in rows), reading.kept_between(first - 1, last),
            tuple(Blob(name, reading.blob(name) or b"") for name in sorted(fresh)), marks, silent,
        )  # fmt: skip

    def write(self, segment: Segment) -> int:
        """Write what was made; how many entries it has. Raises OSError."""
        name = f"{segment.epoch:06d}-{segment.first:012d}-{segment.last:012d}.segment"
        body = msgspec.json.encode(seal(self._signer, PURPOSE_SEGMENT, segment))
        write_whole(self._folder / name, gzip.compress(body, compresslevel=1, mtime=0))
        self.upto, self._blobs = segment.last, self._blobs | {blob.sha256 for blob in segment.blobs}
        self._marks.update({mark.number: mark for mark in segment.marks})
        return len(segment.entries)

    def _silent(self, reading: Reading, mark: Mark) -> tuple[Register, ...]:
        """The envelopes up to a mark, from the one before on, that stand in no entry."""
        before = self._marks.get(mark.number)
        return reading.silent(mark.number, before.acked if before else 0, mark.acked)

    def _moved(self, rows: Sequence[TerminalRow]) -> tuple[Mark, ...]:
        """The marks that are not written yet."""
        marks = (Mark(row.number, row.acked, row.head, row.cursor, row.last_seen) for row in rows)
        return tuple(mark for mark in marks if self._marks.get(mark.number) != mark)


def _said_at_once(reading: Reading, last: LogRow) -> tuple[LogRow, ...]:
    """What follows of the same moment: a restored hall must not have a verdict without the line that tells of it."""
    at = decode_entry(last.data).received_at
    return tuple(takewhile(lambda row: decode_entry(row.data).received_at == at, reading.log_rows(last.seq, ENTRIES)))


def segments_in(folder: Path) -> list[SegmentName]:
    """The segments of a folder, by epoch and place."""
    found = []
    for path in folder.glob("*.segment"):
        match = _NAME.fullmatch(path.name)
        if match:
            epoch, first, last = map(int, match.groups())
            found.append(SegmentName(epoch, first, last, path))
    return sorted(found)


def read_segment(path: Path, public: str) -> Segment:
    """The segment in a file. Raises Stop when it is damaged, or another hall's."""
    try:
        signed: Signed = read(gzip.decompress(path.read_bytes()), Signed)
        segment: Segment = unseal(signed, public, PURPOSE_SEGMENT, Segment)
    except (OSError, EOFError, gzip.BadGzipFile, BadBytes, ValueError) as cause:
        raise Stop("hall.bad_segment", file=str(path)) from cause
    return segment


def following(folder: Path, seq: int, chain: str, public: str) -> Iterator[Segment]:
    """The segments that go on from the entry `seq`, one after the other, by chain: of the newest epoch that fits.

    One that begins before the place where the log stands is read too: it is one that overlaps a full copy.
    """
    names = segments_in(folder)
    while True:
        fits = [name for name in reversed(names) if name.first <= seq + 1 <= name.last]
        found = _next(fits, seq, chain, public)
        if found is None:
            return
        yield found
        seq, chain = found.last, found.chain


def _next(fits: Sequence[SegmentName], seq: int, chain: str, public: str) -> Segment | None:
    """The one of the newest epoch that goes on. Of two of one epoch (the hall was rolled back, and nobody had noticed)
    the one that was written after that: where they part, its entry is the later one.
    """
    for _, names in groupby(fits, key=lambda name: name.epoch):
        found = [one for one in (read_segment(name.path, public) for name in names) if _goes_on(one, seq, chain)]
        if found:
            return found[0] if len(found) == 1 else max(found, key=lambda one: _times(one, seq))
    return None


def _times(segment: Segment, seq: int) -> list[str]:
    return [decode_entry(raw).received_at for raw in segment.entries[seq + 1 - segment.first :]]


def _goes_on(segment: Segment, seq: int, chain: str) -> bool:
    at = segment.before
    for raw in segment.entries[: seq + 1 - segment.first]:
        at = extend(at, digest(bytes(raw)))
    return at == chain
