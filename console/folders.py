"""Where the data lie: a module of its own, because the console asks before it loads anything else."""

from __future__ import annotations

from pathlib import Path


def data_folder(given: str | None, kind: str = "terminal") -> Path:
    """`--dir`, or the platform's place for a `terminal` or a `hall`."""
    if given:
        return Path(given)
    import platformdirs

    return platformdirs.user_data_path("yichuang", appauthor=False) / kind
