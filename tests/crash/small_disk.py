"""A disk that is full: a small file system of its own where one may be mounted, else a limit on the size of files."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

MEGABYTE = 1 << 20
PLENTY = 512 * MEGABYTE


class Disk:
    """A folder whose room the test gives and takes.

    Args:
        folder: everything of a window lies in it.
        mounted: it is a file system of its own; else processes may not write behind the files' size of now.
    """

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder = folder
        self.mounted = mounted
        self._filler = folder / "filler"
        self._most = 0

    def fill(self, room: int) -> None:
        """Leave about `room` bytes."""
        if not self.mounted:
            sizes = [file.stat().st_size for file in self.folder.rglob("*") if file.is_file()]
            self._most = max(sizes) + room
            return
        with self._filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
            while stream.write(b"\0" * 4096):
                continue
        os.truncate(self._filler, max(0, self._filler.stat().st_size - room))

    def free(self) -> None:
        """Somebody tidied up: there is plenty of room again, as much as `doctor` wants."""
        self._most = 0
        self._filler.unlink(missing_ok=True)
        if self.mounted:
            subprocess.run(["mount", "-o", f"remount,size={PLENTY}", str(self.folder)], check=True)

    @property
    def limit(self) -> Callable[[], None] | None:
        """What a child does before it begins; None where the file system itself is small."""
        most = self._most
        return (lambda: _limited(most)) if most else None


def _limited(most: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextlib.contextmanager
def small_disk(folder: Path, size: int, *, mounted: bool) -> Iterator[Disk]:
    """A disk of `size` bytes under `folder`; not mounted, or where nobody may mount, one that a limit makes small."""
    folder.mkdir()
    may = mounted and shutil.which("mount") is not None
    if may:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
        )
        may = done.returncode == 0
    try:
        yield Disk(folder, mounted=may)
    finally:
        if may:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
