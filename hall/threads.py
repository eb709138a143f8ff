"""Where the blocking calls of a served hall run: pages in the loop's pool, pushes in a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], /) -> T:
    """In one of the loop's threads."""
    return await asyncio.to_thread(call)


async def in_daemon(call: Callable[[], T], /) -> T:
    """In a thread of its own that nobody waits for at the end of the process: a disk that does not answer keeps it."""
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)

    def run() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as caught:  # whoever waits gets it
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True).start()
    found: T = await done
    return found


class OwnThread:
    """One thread, for one thing after the other: a push never queues behind the pages of a thousand polls."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, name)

    async def __call__(self, call: Callable[[], T], /) -> T:
        """In this thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)
