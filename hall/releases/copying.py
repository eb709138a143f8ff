"""What is published, at the hall's second place too (S26): all but the hall's own key, which is kept elsewhere.

Files below `targets` and the numbered ones of `metadata` never change: each is copied once. The timestamp names what
counts, and is read before and written after what it names: a copy that broke off is an older publication, not half of
one. What waits for signatures comes along, so that nobody has to sign it twice.
"""

from __future__ import annotations

import contextlib
import filecmp
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from casework.errors import UNREADABLE
from hall.errors import Stop
from hall.files import copy_whole, write_whole
from hall.releases.acts import ACTS_FILE

_NAMES = Path("metadata", "timestamp.json")
_WAITS = "pending/*.json"
_STAY = ("targets", "metadata")
_HALF = ".tmp"


class ReleaseCopy:
    """The copy of one repository in `target`.

    Args:
        source: the repository; nothing is copied while there is none.
        target: where the copy is.
    """

    def __init__(self, source: Path, target: Path) -> None:
        self._source = source
        self._target = target
        self._there: set[Path] = set()
        self._seen: object = None

    def step(self, most: int) -> int:
        """Copy at most `most` files that are not there, and when none is missing what names them; how many.

        Cheap while nothing has changed. Raises OSError: the other place can't be written; Stop: what is there is
        newer, or of another repository.
        """
        try:
            seen = self._changing()
            if seen == self._seen:
                return 0
            named = {path: (self._source / path).read_bytes() for path, *_ in seen}
        except FileNotFoundError:  # published in this very moment
            return 0
        if _NAMES not in named:
            return 0
        if self._seen is None:
            self._nobody_is_ahead(named[_NAMES])
        count = 0
        for path in self._staying():
            if count >= most:
                return count
            if not self._is_there(path):
                copy_whole(self._source / path, self._target / path)
                count += 1
            self._there.add(path)
        for file in self._target.glob(_WAITS):
            if file.relative_to(self._target) not in named:
                file.unlink()
        for path, data in named.items():
            write_whole(self._target / path, data)
        self._seen = seen
        return count + len(named)

    def _changing(self) -> list[tuple[Path, int, int]]:
        """The files that are written anew, the timestamp last, with when that was and their sizes."""
        files = [
            file for pattern in (_WAITS, ACTS_FILE, _NAMES.as_posix()) for file in sorted(self._source.glob(pattern))
        ]
        stats = [(file.relative_to(self._source), file.stat()) for file in files]
        return [(path, stat.st_mtime_ns, stat.st_size) for path, stat in stats]

    def _staying(self) -> Iterator[Path]:
        """The files that stay as they are, those that are listed before the lists."""
        for folder in _STAY:
            for file in sorted((self._source / folder).rglob("*")):
                path = file.relative_to(self._source)
                if path not in self._there and path != _NAMES and file.suffix != _HALF and file.is_file():
                    yield path

    def _is_there(self, path: Path) -> bool:
        """Whether the copy has these very bytes; another one's under the name is written over."""
        target = self._target / path
        return target.is_file() and filecmp.cmp(self._source / path, target, shallow=False)

    def _nobody_is_ahead(self, names: bytes) -> None:
        """Raises Stop where a repository that is older, or begun anew, would be written over a newer one."""
        with contextlib.suppress(FileNotFoundError):
            there = (self._target / _NAMES).read_bytes()
            if there != names and _count(there) >= _count(names):
                raise Stop("hall.place_other_releases", folder=str(self._target), here=str(self._source))


def _count(timestamp: bytes) -> int:
    """The how manieth publication it names; 0 for what can't be read."""
    try:
        found: Any = msgspec.json.decode(timestamp)
        return int(found["signed"]["version"])
    except (*UNREADABLE, KeyError, TypeError):
        return 0


def lay_back(copy: Path, folder: Path) -> int:
    """What was published, from its copy, into a hall that has nothing of it; how many files. Raises OSError.

    What is there is newer, or a person laid it there: it stays. One that broke off is gone on with.
    """
    if (folder / _NAMES).is_file():
        return 0
    whole = ReleaseCopy(copy, folder)
    return whole.step(sum(1 for _ in copy.rglob("*")) + 1)
