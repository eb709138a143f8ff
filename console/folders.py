"""Where the data lie: a module of its own, because the console asks before it loads anything else."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder(given: str | None, kind: str = "terminal") -> Path:
    """`--dir`, or the platform's place for a `terminal` or a `hall`."""
    if given:
        return Path(given)
    import platformdirs

    return platformdirs.user_data_path("yichuang", appauthor=False) / kind


def settings_folder() -> Path:
    """Where the user's own files lie, such as her key map: `YICHUANG_SETTINGS`, or the platform's place."""
    given = os.environ.get("YICHUANG_SETTINGS")
    if given:
        return Path(given)
    import platformdirs

    return platformdirs.user_config_path("yichuang", appauthor=False)
