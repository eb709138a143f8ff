"""Scans as files of a terminal (S35): `scans/ab/abcd….pdf` by hash, whole and durable, for reading only.

What is not whole yet lies in `scans/part/`: a copy that is being made, or what has come of one that is fetched.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from casework.errors import BadScan
from casework.limits import Limits
from casework.scans import HEAD_BYTES, MEDIA, media_of
from local_db.errors import wrapped
from local_db.state import sync_folder

FOLDER = "scans"
_PARTS = "part"
_COPY = ".new"
_CHUNK = 1024 * 1024


class Staged(msgspec.Struct, frozen=True):
    """A copy that is durable, and not yet under its name."""

    sha256: str
    size: int
    media: str
    file: Path


class ScanFiles:
    """The folder of scans in the data folder `folder`; made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def path(self, sha256: str, media: str) -> Path:
        """Where a scan lies, or would."""
        return self._folder / sha256[:2] / f"{sha256}.{MEDIA.get(media, 'bin')}"

    def part(self, sha256: str) -> Path:
        """Where what has come of a scan lies."""
        return self._folder / _PARTS / sha256

    def copy(self, source: Path, limits: Limits) -> Staged:
        """A durable copy of a person's file, with its hash.

        Raises:
            BadScan: it can't be read, is empty, too big, or no scan.
            DiskFull, NotWritable: as they say; nothing stays behind.
        """
        parts = self._folder / _PARTS
        with wrapped(parts):
            parts.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=parts, suffix=_COPY)
        draft = Path(name)
        try:
            made, size, media = hashlib.sha256(), 0, ""
            with os.fdopen(handle, "wb") as target:
                for chunk in _chunks(source):
                    media = media or _checked(chunk, source)
                    size += len(chunk)
                    if size > limits.scan_bytes:
                        raise BadScan("scan.too_big", file=source.name, most=limits.scan_bytes >> 20)
                    made.update(chunk)
                    with wrapped(draft):
                        target.write(chunk)
                with wrapped(draft):
                    target.flush()
                    os.fsync(target.fileno())
            if not size:
                raise BadScan("scan.empty", file=source.name)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        return Staged(made.hexdigest(), size, media, draft)

    def place(self, staged: Staged) -> None:
        """Give a copy its name; one of the same bytes that is there already stays. Raises DiskFull, NotWritable."""
        path = self.path(staged.sha256, staged.media)
        with wrapped(path):
            if size_of(path) == staged.size and is_sound(path, staged.sha256):
                staged.file.unlink()
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            _writable(path)
            staged.file.replace(path)
            path.chmod(stat.S_IREAD)  # a viewer that wants to write into it has to make a copy
            sync_folder(path.parent)

    def read(self, path: Path, offset: int, most: int) -> bytes:
        """At most `most` bytes from `offset` on. Raises NotWritable."""
        with wrapped(path), path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(most)

    def add(self, sha256: str, offset: int, data: bytes) -> int:
        """Write what came of a scan; how much is here now. A piece that does not follow changes nothing."""
        part = self.part(sha256)
        with wrapped(part):
            held = size_of(part)
            if offset > held:
                return held
            part.parent.mkdir(parents=True, exist_ok=True)
            with part.open("r+b" if held else "wb") as stream:
                stream.seek(offset)
                stream.write(data)
                stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
            return offset + len(data)

    def whole(self, sha256: str, media: str) -> bool:
        """What came is all of it: under its name, if its hash is right; else it is thrown away."""
        part = self.part(sha256)
        with wrapped(part):
            if not is_sound(part, sha256):
                part.unlink(missing_ok=True)
                return False
            self.place(Staged(sha256, size_of(part), media, part))
            return True

    def remove(self, path: Path) -> None:
        """Take a file away. Raises NotWritable."""
        with wrapped(path):
            _writable(path)
            path.unlink(missing_ok=True)

    def strays(self, named: frozenset[str], older: float) -> Iterator[Path]:
        """Files that no row names (`named`: hashes), and copies that were begun before `older` (a file's time)."""
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")):
            if path.stem not in named:
                yield path
        for path in sorted((self._folder / _PARTS).glob("*")):
            if path.suffix != _COPY:
                if path.name not in named:
                    yield path
            elif path.stat().st_mtime < older:
                yield path


def size_of(path: Path) -> int:
    """Its size; 0 when it is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def is_sound(path: Path, sha256: str) -> bool:
    """Whether the file's bytes are what its name says. Raises NotWritable when it can't be read."""
    made = hashlib.sha256()
    with wrapped(path):
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    made.update(chunk)
        except FileNotFoundError:
            return False
    return made.hexdigest() == sha256


def _chunks(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as cause:
        raise BadScan("scan.unreadable", file=str(source), reason=cause.strerror or str(cause)) from cause


def _checked(head: bytes, source: Path) -> str:
    media = media_of(head[:HEAD_BYTES])
    if not media:
        raise BadScan("scan.kind", file=source.name, possible=", ".join(sorted(MEDIA.values())))
    return media


def _writable(path: Path) -> None:
    """Windows neither replaces nor removes a file that is for reading only."""
    if path.exists():
        path.chmod(stat.S_IREAD | stat.S_IWRITE)
