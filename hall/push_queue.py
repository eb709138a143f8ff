"""Pushes that come while others are being committed wait, and are committed together after them: one wait for the disk.

Each is judged by itself, in the order of its coming; what is wrong with one is answered to that one. Nobody is answered
before the transaction is on the disk, and when that fails everybody in it is told to come again (S8).
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from casework.limits import Limits

Answer = tuple[msgspec.Struct, frozenset[str]]
"""What is answered, and the scopes that got something new."""
Together = Callable[[Sequence[bytes]], Sequence[Answer | Exception]]
"""Judges bodies in one transaction: for each its answer, or why it has none."""


class PushQueue:
    """The queue of the pushes of one hall process.

    Args:
        together: judges and commits some of them.
        run: where that is called.
        ring: told the scopes that got something new, also when whoever asked has gone.
        limits: how many of them, and how large, one transaction may hold.
    """

    def __init__(
        self,
        together: Together,
        run: Callable[[Callable[[], Sequence[Answer | Exception]]], Awaitable[Sequence[Answer | Exception]]],
        ring: Callable[[frozenset[str]], None],
        limits: Limits,
    ) -> None:
        self._together = together
        self._run = run
        self._ring = ring
        self._limits = limits
        self._waiting: list[tuple[bytes, asyncio.Future[msgspec.Struct]]] = []
        self._task: asyncio.Task[None] | None = None

    async def push(self, body: bytes) -> msgspec.Struct:
        """The answer to one push. Raises what judging it raised."""
        future: asyncio.Future[msgspec.Struct] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, future))
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            taken = self._take()
            call = functools.partial(self._together, [body for body, _ in taken])
            answers: Sequence[Answer | Exception]
            try:
                answers = await self._run(call)
            except Exception as cause:  # nothing was stored: all are told
                answers = [cause] * len(taken)
            self._ring(frozenset().union(*(answer[1] for answer in answers if isinstance(answer, tuple))))
            for (_, future), answer in zip(taken, answers, strict=True):
                if future.done():  # whoever asked has hung up
                    continue
                if isinstance(answer, tuple):
                    future.set_result(answer[0])
                else:
                    future.set_exception(answer)

    def _take(self) -> list[tuple[bytes, asyncio.Future[msgspec.Struct]]]:
        """The first that waits, and as many behind it as one transaction may hold."""
        size = count = 0
        for body, _ in self._waiting[: self._limits.together_pushes]:
            size += len(body)
            if count and size > self._limits.together_bytes:
                break
            count += 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken
