"""Scans as files beside the hall's database (S35): whole ones by their hash, and those of which a part has come.

A whole file was checked against its hash and is durable before it has its name; whatever has no whole name may be lost
or thrown away, for whoever sends it asks how much is here. Pieces come in order. One process writes here
(`hall.ownership`).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from casework.limits import LIMITS, Limits
from casework.scans import is_hash
from hall.errors import BlobOffset, BlobWrong, ScansFull, StorageTrouble
from hall.files import copy_whole, put_in_place

_PARTS = "part"
_WHOLE = "[0-9a-f][0-9a-f]/*"
_CHUNK = 1024 * 1024
_SWEEPS = 24
"""How many times parts are looked through while one may lie about."""
_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


class ScanFolder:
    """The folder `folder`, made when the first piece comes.

    Args:
        folder: where the files lie.
        limits: quotas, and how long a part may lie about.
    """

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self._folder = folder
        self._limits = limits
        self._lock = threading.Lock()
        self._whole: int | None = None
        self._touched: dict[str, float] = {}
        self._copied: dict[Path, set[str]] = {}
        self._swept: float | None = None

    def held(self, sha256: str, size: int) -> int:
        """How many of the first bytes are here; `size` when all are. Raises StorageTrouble."""
        with _trouble():
            if self._path(sha256).is_file():
                return size
            return min(_size(self._part(sha256, size)), size - 1)  # unproven: its end is asked for again

    def is_whole(self, sha256: str) -> bool:
        """Whether all of it is here. Raises StorageTrouble."""
        with _trouble():
            return self._path(sha256).is_file()

    def read(self, sha256: str, start: int, most: int) -> tuple[bytes, int] | None:
        """At most `most` bytes from `start` on, and how many there are in all; None when it is not whole here."""
        with _trouble():
            try:
                with self._path(sha256).open("rb") as stream:
                    stream.seek(start)
                    return stream.read(most), os.fstat(stream.fileno()).st_size
            except FileNotFoundError:
                return None

    def append(self, sha256: str, size: int, offset: int, data: bytes, now: float) -> int:
        """Take a piece in; how many bytes are here now. A piece that is here already changes nothing.

        Args:
            sha256: of the whole.
            size: of the whole.
            offset: where the piece begins.
            data: the piece.
            now: seconds of this boot.

        Raises:
            BlobOffset: bytes before it are missing, or it reaches beyond the end.
            BlobWrong: all came, and it is something else: thrown away.
            ScansFull: no room.
            StorageTrouble: it could not be written.
        """
        with self._lock, _trouble():
            if self._path(sha256).is_file():
                return size
            part = self._part(sha256, size)
            held = _size(part)
            if offset > held or offset + len(data) > size:
                raise BlobOffset("hall.blob_offset", held=held, size=size)
            if offset + len(data) > held:
                self._room(len(data))
                part.parent.mkdir(parents=True, exist_ok=True)
                with part.open("r+b" if held else "wb") as stream:
                    stream.seek(offset)
                    stream.write(data)
                held = offset + len(data)
            self._touched[part.name] = now
            if held == size:
                self._finish(sha256, part, size)
            return held

    def _finish(self, sha256: str, part: Path, size: int) -> None:
        with part.open("r+b") as stream:
            made = hashlib.sha256()
            while chunk := stream.read(_CHUNK):
                made.update(chunk)
            right = made.hexdigest() == sha256
            if right:
                os.fsync(stream.fileno())
        self._touched.pop(part.name, None)
        if not right:
            part.unlink()
            raise BlobWrong("hall.blob_wrong", sha256=sha256)
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(part, path)
        self._whole = self._of_whole() + (size if self._whole is not None else 0)

    def _room(self, more: int) -> None:
        limits = self._limits
        whole, parts = self._of_whole(), self._of_parts()
        free = shutil.disk_usage(_there(self._folder)).free
        if (
            whole + parts + more > limits.hall_scan_bytes
            or parts + more > limits.hall_part_bytes
            or free - more < limits.hall_scan_spare
        ):
            raise ScansFull("hall.scans_full", used=whole + parts, most=limits.hall_scan_bytes)

    def copy_to(self, folder: Path, most: int) -> int:
        """Copy at most `most` whole scans that `folder` lacks; how many. One that is there is never looked at again.

        Raises OSError: the other place can't be written.
        """
        if folder not in self._copied:
            self._copied[folder] = {path.name for path in folder.glob(_WHOLE)}
        known, count = self._copied[folder], 0
        for path in self._folder.glob(_WHOLE):
            if count >= most:
                break
            if path.name not in known:
                copy_whole(path, folder / path.parent.name / path.name)
                known.add(path.name)
                count += 1
        return count

    def take_from(self, folder: Path) -> int:
        """Take over the scans of another place that are not here; how many. What is damaged there is left there."""
        count = 0
        for path in folder.glob(_WHOLE):
            if not is_hash(path.name) or self.is_whole(path.name):
                continue
            with _trouble():
                size = path.stat().st_size
                part = self._part(path.name, size)
                part.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, part)
            with contextlib.suppress(BlobWrong), self._lock, _trouble():
                self._finish(path.name, part, size)
                count += 1
        return count

    def figures(self) -> dict[str, int]:
        """Bytes of whole scans and of parts."""
        with self._lock, _trouble():
            return {"yichuang_scan_bytes": self._of_whole(), "yichuang_scan_part_bytes": self._of_parts()}

    def sweep(self, now: float) -> int:
        """Throw away parts that nothing was added to for too long; how many. Cheap when it was done lately.

        A part that was here when this process began counts as touched then.
        """
        most = self._limits.scan_part_seconds
        if self._swept is not None and now - self._swept < most / _SWEEPS:
            return 0
        self._swept = now
        gone = 0
        with self._lock, _trouble():
            for part in self._parts():
                if now - self._touched.setdefault(part.name, now) >= most:
                    part.unlink()
                    del self._touched[part.name]
                    gone += 1
        return gone

    def _of_whole(self) -> int:
        if self._whole is None:
            self._whole = sum(_size(path) for path in self._folder.glob(_WHOLE))
        return self._whole

    def _of_parts(self) -> int:
        return sum(map(_size, self._parts()))

    def _parts(self) -> list[Path]:
        return sorted((self._folder / _PARTS).glob("*"))

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _part(self, sha256: str, size: int) -> Path:
        """Whoever lies about the size spoils no part but his own."""
        return self._folder / _PARTS / f"{sha256}.{size}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


@contextlib.contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        if cause.errno in _NO_ROOM:
            raise ScansFull("hall.scans_full", used=0, most=0) from cause
        raise StorageTrouble("hall.storage") from cause
