"""`yichuang release …`: handed on to the hall's own command line, the one door of that room."""

from __future__ import annotations

from collections.abc import Sequence


def forward(words: Sequence[str]) -> int:
    """What the hall's command line says; everything behind `release` is the hall's to read."""
    from hall import cli

    code: int = cli.run(["release", *words])
    return code
