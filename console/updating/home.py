"""Where this program was installed by an update, if it was: the launcher says so (sync.updates.launcher)."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from casework.errors import BadRollout
from casework.manifest import Manifest, decode_manifest, is_version
from sync.updates.install import LAUNCHER, MANIFEST, edition
from sync.updates.launcher import KEPT, LIB, TRIAL, is_whole, read, replace

VARIABLE = "YICHUANG_HOME"
FAILED = "failed.json"
ROOT = "root.json"
"""The first root of trust, as it came with the installation."""


class Home(msgspec.Struct, frozen=True):
    """An installation that can change its version, and the version that runs in this process."""

    folder: Path
    version: str

    @property
    def lib(self) -> Path:
        """Where the running version lies."""
        return self.folder / "versions" / self.version / LIB

    def on_trial(self) -> bool:
        """Whether the running version has still to show that it stands."""
        pointer = self.pointer()
        return pointer.get("version") == self.version and pointer.get("state") == TRIAL

    def pointer(self) -> dict[str, object]:
        """The pointer; empty where it cannot be read: then nothing is changed."""
        try:
            return read(self.folder)
        except (OSError, ValueError):
            return {}

    def follows(self) -> str:
        """The version that was begun here by another process and stands; empty: it is the one of this process."""
        pointer = self.pointer()
        version = str(pointer.get("version", self.version))
        stands = pointer.get("state") == KEPT and is_whole(self.folder, version)
        return version if stands and version != self.version else ""

    @property
    def program(self) -> list[str]:
        """What starts whichever version is to run."""
        return [sys.executable, "-I", str(self.folder / LAUNCHER)]

    def failures(self) -> dict[str, int]:
        """In which attempt of a rollout each version failed that did not stand on this PC, as far as it was noted."""
        try:
            return msgspec.json.decode((self.folder / FAILED).read_bytes(), type=dict[str, int])
        except (OSError, msgspec.DecodeError):
            return {}

    def keep_failures(self, failures: Mapping[str, int]) -> None:
        """Write that down; where nothing can be written nothing is laid down either."""
        part = self.folder / f"{FAILED}.{os.getpid()}-{threading.get_ident()}.part"
        with contextlib.suppress(OSError):
            part.write_bytes(msgspec.json.encode(failures))
            replace(part, self.folder / FAILED)

    def staged(self) -> frozenset[str]:
        """The versions that lie here whole."""
        folder = self.folder / "versions"
        names = (each.name for each in folder.iterdir()) if folder.is_dir() else ()
        return frozenset(name for name in names if is_version(name) and is_whole(self.folder, name))

    @property
    def launcher(self) -> int:
        """The edition of the launcher that lies here; 0: there is none that can be read."""
        return edition(self.folder / LAUNCHER)

    def manifest(self, version: str) -> Manifest | None:
        """What a staged version says of itself; None where it came without, or what it says is damaged."""
        try:
            return decode_manifest((self.folder / "versions" / version / MANIFEST).read_bytes(), version)
        except (OSError, BadRollout):
            return None

    def root(self) -> bytes | None:
        """The first root of trust; None where IT laid none: nothing is looked for then."""
        file = self.folder / ROOT
        return file.read_bytes() if file.is_file() else None


def home_of(environ: Mapping[str, str], program: Path) -> Home | None:
    """The installation that the launcher has started, if `program` (a file of this package) lies in it."""
    given = environ.get(VARIABLE, "")
    lib = program.resolve().parent.parent
    version = lib.parent.name
    if not given or lib.name != LIB or not is_version(version):
        return None
    folder = Path(given).resolve()
    return Home(folder, version) if lib.parent.parent.parent == folder else None
