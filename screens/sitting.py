"""Applicants who sit and wait for a decision on the spot: the terminal rings once for each that comes."""

from __future__ import annotations

from collections.abc import Collection


class Sitters:
    """Those that this person has been told of."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()

    def rings(self, sitting: Collection[str]) -> bool:
        """Take the numbers that sit now; True when one of them is new."""
        now = frozenset(sitting)
        new = now - self._known
        self._known = now
        return bool(new)
