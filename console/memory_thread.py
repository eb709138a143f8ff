"""The thread in which a line calls its memory, while the line itself goes on talking with the hall."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class MemoryThread:
    """A `sync.contact.Run`. A call that has begun is always waited for, also by who is cancelled meanwhile: when the
    line has ended, nothing writes into its memory any more.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="memory")

    async def __call__(self, call: Callable[..., T], /, *arguments: Any) -> T:
        """`call(*arguments)`, in this thread."""
        future = asyncio.get_running_loop().run_in_executor(self._pool, call, *arguments)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # nobody is there any more to be told
            raise

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown()
