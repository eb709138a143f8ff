"""Where the data lie: a module of its own, because the console asks before it loads anything else."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder(given: str | None, kind: str = "terminal") -> Path:
    """`--dir`, or the platform's place for a `terminal` or a `hall`."""
    if given:
        return _whole(Path(given))
    import platformdirs

    return _whole(platformdirs.user_data_path("yichuang", appauthor=False) / kind)


def _whole(folder: Path) -> Path:
    """`folder`; where the power failed while a backup was put in its place, that is done now (local_db.restoring).

    Else nothing would be there, and whoever does what is said then makes an empty window of it.
    """
    ready = folder.parent / f"{folder.name}.restored"  # a drive, or `.`, has no name that another could be put beside
    if not folder.exists() and ready.is_dir():
        ready.rename(folder)
    return folder


def settings_folder() -> Path:
    """Where the user's own files lie, such as her key map: `YICHUANG_SETTINGS`, or the platform's place."""
    given = os.environ.get("YICHUANG_SETTINGS")
    if given:
        return Path(given)
    import platformdirs

    return platformdirs.user_config_path("yichuang", appauthor=False)
