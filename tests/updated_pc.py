"""A PC on which a launcher starts what was installed; wheels are laid by hand, for tests without an installer."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from casework.ambient import Clock
from casework.rollout import Rollout
from console.updating.home import ROOT, Home
from console.updating.looking import Looker
from local_db.memory import TerminalMemory
from sync.updates.fetching import FromFolder, Source
from sync.updates.install import FACTORY
from sync.updates.launcher import KEPT, write
from sync.updates.staging import stage
from tests.releases import Publisher

OLD, NEW = "0.5.0", "0.6.0"


def unpacked(wheels: Sequence[Path], lib: Path) -> None:
    """Lay wheels into a folder as an installer does."""
    for one in wheels:
        with zipfile.ZipFile(one) as archive:
            archive.extractall(lib)


def installed(folder: Path, publisher: Publisher | None = None, version: str = OLD) -> Home:
    """A PC with `version` from its installation on."""
    folder.mkdir(parents=True, exist_ok=True)
    stage(folder, version, (), unpacked)
    (folder / "versions" / version / FACTORY).touch()
    write(folder, {"version": version, "previous": "", "state": KEPT, "tries": 0, "failed": []})
    if publisher is not None:
        (folder / ROOT).write_bytes(publisher.root)
    return Home(folder.resolve(), version)


def wheel(files: Mapping[str, str]) -> bytes:
    """The bytes of a wheel with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)  # the same bytes whenever it is made
    return out.getvalue()


class Window:
    """A terminal on such a PC, that looks at what a publisher has published in a folder."""

    def __init__(
        self, memory: TerminalMemory, clock: Clock, home: Home, publisher: Publisher, source: Source | None = None
    ) -> None:
        self.source = source or FromFolder()
        self.rates: list[int] = []
        self.applied: list[Rollout] = []
        self.looker = Looker(
            memory, clock, home, lambda: (str(publisher.folder), self.source), self.rates.append, unpacked,
            lambda _published, rollout: self.applied.append(rollout),
        )  # fmt: skip
