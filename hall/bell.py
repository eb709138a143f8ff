"""Wakes long polls by scope, and keeps their pace (S20): one event loop, no thread, no clock but the loop's."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager

_REMEMBERED = 60.0
"""Seconds for which it is known that a terminal was answered."""


class Waiter:
    """One poll that waits for some scopes; for any as long as nobody knows for which (None)."""

    def __init__(self, scopes: frozenset[str] | None) -> None:
        self._scopes = scopes
        self._event = asyncio.Event()

    def ring(self, scopes: Collection[str] | None) -> None:
        """Wake when one of `scopes` is waited for; None wakes anyway."""
        if scopes is None or self._scopes is None or not self._scopes.isdisjoint(scopes):
            self._event.set()

    def narrow(self, scopes: Collection[str]) -> None:
        """Wait for these alone from now on; what has rung before has rung."""
        self._scopes = frozenset(scopes)

    async def wait(self, seconds: float) -> None:
        """Return when rung, or after `seconds` of the loop's time."""
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._event.wait()
        except TimeoutError:
            return


class Bell:
    """All polls that wait at this hall, and when each terminal was answered last."""

    def __init__(self) -> None:
        self._waiting: dict[Waiter, None] = {}  # in the order of their coming: the same each time
        self._free: dict[str, float] = {}
        self._tidied = 0.0

    @contextmanager
    def listening(self, scopes: Collection[str] | None) -> Iterator[Waiter]:
        """A waiter for `scopes`, or for any; begin to listen before you look, or a ring in between is lost (T19)."""
        waiter = Waiter(None if scopes is None else frozenset(scopes))
        self._waiting[waiter] = None
        try:
            yield waiter
        finally:
            self._waiting.pop(waiter, None)

    def ring(self, scopes: Collection[str] | None) -> None:
        """Something new in `scopes`; None: nobody knows in which."""
        for waiter in self._waiting:
            waiter.ring(scopes)

    @property
    def askers(self) -> int:
        """How many terminals were answered in the last minute or two."""
        return len(self._free)

    def answered(self, terminal: str, now: float, spacing: float) -> None:
        """A poll of `terminal` was answered; the next one may be after `spacing` seconds of the loop's time."""
        if now - self._tidied > _REMEMBERED:
            self._free = {key: free for key, free in self._free.items() if free > now - _REMEMBERED}
            self._tidied = now
        self._free[terminal] = now + spacing

    def may_answer(self, terminal: str) -> float:
        """The loop's time from which on the next poll of `terminal` may be answered."""
        return self._free.get(terminal, 0.0)
