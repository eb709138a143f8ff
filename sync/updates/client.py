"""What IT has published, proven by signed metadata (updates.md): rollout, manifests, files. Asks, and installs nothing.

The proofs are python-tuf's: signatures and thresholds, expiry, versions that only grow, one consistent snapshot, which
role may list what. What goes wrong is either *offline* (ask later) or *refused* (somebody has to look).
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tuf.api import exceptions as wrong
from tuf.ngclient.config import UpdaterConfig
from tuf.ngclient.updater import Updater

from casework.manifest import Manifest, Wheel, decode_manifest
from casework.rollout import Rollout, decode_rollout
from sync.errors import ClockTooOld, NoRoom, UpdateOffline, UpdateRefused
from sync.updates.fetching import METADATA, TARGETS, Source

ROOM_TIMES = 3
"""Free space that a release needs, as a multiple of what is fetched: the files, the installed version, the backup."""
_CONFIG = UpdaterConfig(
    timestamp_max_length=64 * 1024, snapshot_max_length=1024**2,
    root_max_length=512 * 1024, targets_max_length=8 * 1024**2,
)  # fmt: skip

_REFUSED: tuple[tuple[type[Exception], str], ...] = (
    (wrong.ExpiredMetadataError, "update.expired"),
    (wrong.UnsignedMetadataError, "update.signatures"),
    (wrong.BadVersionNumberError, "update.older"),
    (wrong.LengthOrHashMismatchError, "update.damaged"),
    (wrong.DownloadLengthMismatchError, "update.damaged"),
    (wrong.RepositoryError, "update.unreadable"),
)


@contextlib.contextmanager
def _mapped(what: str) -> Iterator[None]:
    """Errors of the library as ours."""
    try:
        yield
    except wrong.DownloadHTTPError as cause:
        raise UpdateOffline("update.not_there", what=what, status=cause.status_code) from cause
    except tuple(kind for kind, _ in _REFUSED) as cause:
        code = next(code for kind, code in _REFUSED if isinstance(cause, kind))
        raise UpdateRefused(code, what=what) from cause
    except wrong.DownloadError as cause:
        raise UpdateOffline("update.offline", what=what) from cause


class Published:
    """One look at what is published: everything it gives is of the same snapshot.

    Args:
        folder: where what was proven before is kept, so that nothing older is believed later.
        root: the first root of trust, as it came with the installation.
        base: address of the hall's updates, or the folder of a stick.
        source: reads from there.
        now: the machine's time; the library judges expiry by the machine's clock, too.
        floor: the latest time that is certain to have been: a clock below it proves nothing.

    Raises ClockTooOld, UpdateOffline, UpdateRefused.
    """

    def __init__(self, folder: Path, root: bytes, base: str, source: Source, *, now: datetime, floor: datetime) -> None:
        if now < floor:
            raise ClockTooOld("update.clock", now=f"{now:%Y-%m-%d %H:%M}", floor=f"{floor:%Y-%m-%d %H:%M}")
        self._source = source
        self._targets = f"{base}/{TARGETS}"
        self._kept = folder / TARGETS
        (folder / METADATA).mkdir(parents=True, exist_ok=True)
        self._kept.mkdir(exist_ok=True)
        with _mapped("metadata"):
            self._updater = Updater(
                str(folder / METADATA), f"{base}/{METADATA}", str(self._kept), self._targets, source,
                _CONFIG, bootstrap=root,
            )  # fmt: skip
            self._updater.refresh()

    def rollout(self, hall: str) -> Rollout | None:
        """The rollout of a hall; None while there is none."""
        data = self.target(f"rollout/{hall}.json")
        return None if data is None else decode_rollout(data)

    def manifest(self, version: str) -> Manifest:
        """What a release of the application consists of. Raises UpdateRefused when nobody entitled has listed it."""
        data = self.target(f"app/{version}/manifest.json")
        if data is None:
            raise UpdateRefused("update.not_listed", what=version)
        return decode_manifest(data, version)

    def target(self, path: str) -> bytes | None:
        """The bytes of a listed file; None when no role that may list it does."""
        with _mapped(path):
            info = self._updater.get_targetinfo(path)
            if info is None:
                return None
            file = self._updater.find_cached_target(info) or self._updater.download_target(info)
            return Path(file).read_bytes()

    def wheels(self, wheels: tuple[Wheel, ...], into: Path) -> list[Path]:
        """The files of a release, fetched as far as they are not there; a cut goes on where it stopped.

        Raises NoRoom before the first byte is fetched.
        """
        into.mkdir(parents=True, exist_ok=True)
        missing = [wheel for wheel in wheels if not _is_there(into / wheel.sha256 / wheel.name, wheel)]
        needed, free = sum(wheel.size for wheel in missing) * ROOM_TIMES, shutil.disk_usage(into).free
        if needed > free:
            raise NoRoom("update.no_room", needed=needed // 1024**2 + 1, free=free // 1024**2)
        for wheel in missing:
            self._fetch(wheel, into)
        return [into / wheel.sha256 / wheel.name for wheel in wheels]

    def _fetch(self, wheel: Wheel, into: Path) -> None:
        part, whole = into / f"{wheel.sha256}.part", into / wheel.sha256 / wheel.name
        have = part.stat().st_size if part.exists() else 0
        if have > wheel.size:  # not of this file
            part.unlink()
            have = 0
        with _mapped(wheel.name), part.open("ab") as out:
            if have < wheel.size:
                for piece in self._source.from_byte(f"{self._targets}/{wheel.path}", have):
                    have += len(piece)
                    if have > wheel.size:  # a file without an end
                        break
                    out.write(piece)
        if not _is_there(part, wheel):
            if have >= wheel.size:  # else the rest comes another time
                part.unlink()
                raise UpdateRefused("update.damaged", what=wheel.name)
            raise UpdateOffline("update.cut", what=wheel.name)
        whole.parent.mkdir(exist_ok=True)
        part.replace(whole)


def _is_there(file: Path, wheel: Wheel) -> bool:
    if not file.is_file() or file.stat().st_size != wheel.size:
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == wheel.sha256
