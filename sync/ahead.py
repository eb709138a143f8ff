"""A question that is asked before its turn, while the memory still writes what the answer before it said.

One is under way at a time, behind one whose answer has come and was found whole. Its answer is used only when its turn
comes and it is still the very question; otherwise it is dropped, and asked as ever (docs/adr/0032).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from casework.ambient import Clock

_T = TypeVar("_T")


class Ahead(Generic[_T]):
    """A question under way.

    Args:
        ask: asks it, and changes nothing here.
        clock: the terminal's own.
    """

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, _T]], clock: Clock) -> None:
        self._clock = clock
        self._came: float | None = None
        self.begun = clock.monotonic()
        """On the machine's own clock."""
        self._task = asyncio.ensure_future(self._asked(ask))
        self._task.add_done_callback(_looked_at)

    @property
    def done(self) -> bool:
        """Whether it has an answer, or failed."""
        return self._task.done()

    @property
    def ago(self) -> float:
        """Seconds since its answer came; 0 where none came, and it was asked anew."""
        return 0.0 if self._came is None else self._clock.monotonic() - self._came

    def first(self, ask: Callable[[], Coroutine[Any, Any, _T]]) -> Callable[[], Coroutine[Any, Any, _T]]:
        """What gives the answer of this question the first time it is called, and then asks anew."""
        used = False

        async def asked() -> _T:
            nonlocal used
            if used:
                return await ask()
            used = True
            return await self._task

        return asked

    def drop(self) -> None:
        """Nobody waits for it any more."""
        self._task.cancel()

    async def _asked(self, ask: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        answer = await ask()
        self._came = self._clock.monotonic()
        return answer


def drop(ahead: Ahead[Any] | None) -> None:
    """Drop it, if there is one."""
    if ahead is not None:
        ahead.drop()


def _looked_at(task: asyncio.Task[Any]) -> None:
    """What went wrong with a question that nobody waits for any more is nobody's trouble."""
    if not task.cancelled():
        task.exception()
