"""Choices that are the same on every machine and Python: drawn from a digest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from casework.facts import digest

One = TypeVar("One")


class Dice:
    """A stream of choices; the same seed chooses the same."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def below(self, most: int) -> int:
        """A number from 0, less than `most`."""
        self._count += 1
        return int(digest(f"{self._seed} {self._count}".encode())[:12], 16) % most

    def one(self, among: Sequence[One]) -> One:
        """One of several."""
        return among[self.below(len(among))]
