"""A file is written whole or not at all: temporary file beside it, fsync, rename; readable by its owner alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """`content` as the file `path`, over what was there. Raises OSError; then what was there still is."""
    write_parts(path, (content,))


def write_parts(path: Path, parts: Iterable[bytes]) -> int:
    """`parts` one behind the other as the file `path`, never all in memory; how many there were. Raises OSError."""
    count = 0
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            for part in parts:
                stream.write(part)
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(path)
    except BaseException:  # also what the parts raise: no half of a file stays
        Path(draft).unlink(missing_ok=True)
        raise
    return count
