"""Files of the hall outside its memory: written whole or not at all, on Windows as well."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """`data` as the file `path`: temporary file, fsync, rename. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        with contextlib.suppress(OSError):  # a full disk: half of it would only fill it
            temporary.unlink(missing_ok=True)
        raise
    put_in_place(temporary, path)


def put_in_place(temporary: Path, path: Path) -> None:
    """Rename a durable file to `path`, durably. Raises OSError."""
    temporary.replace(path)
    with contextlib.suppress(PermissionError, IsADirectoryError):  # Windows: the rename itself is
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def copy_whole(source: Path, path: Path) -> None:
    """`source` as the file `path`, durably: whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    try:
        shutil.copyfile(source, temporary)
        flushed(temporary)
    except OSError:
        with contextlib.suppress(OSError):  # a full disk: half of it would only fill it
            temporary.unlink(missing_ok=True)
        raise
    put_in_place(temporary, path)


def flushed(path: Path) -> None:
    """Make a file that somebody else has written durable. Raises OSError."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
