"""Where the blocking calls of a served hall run: pages in the loop's pool, pushes in a thread of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], /) -> T:
    """In one of the loop's threads."""
    return await asyncio.to_thread(call)


class OwnThread:
    """One thread, for one thing after the other: a push never queues behind the pages of a thousand polls."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, name)

    async def __call__(self, call: Callable[[], T], /) -> T:
        """In this thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)
