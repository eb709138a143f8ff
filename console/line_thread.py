"""The line on a thread of its own beside the console: the screen never waits for the network."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sync.line import Line
from sync.status import LineStatus

OpenLine = Callable[[], AbstractAsyncContextManager[Line]]


class LineThread:
    """Runs one line until `stop`. All methods may be called from any thread."""

    def __init__(self, open_line: OpenLine) -> None:
        self._open_line = open_line
        self._status = LineStatus()
        self._line: Line | None = None
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None
        self._plugged = True
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)

    def start(self) -> None:
        """Begin to push and pull."""
        self._thread.start()

    def stop(self) -> None:
        """End it; what is under way at the hall comes back with the next start."""
        self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join(5)

    def wake(self) -> None:
        """Something was committed."""
        self._loop.call_soon_threadsafe(self._wake)

    def cable(self, plugged: bool) -> None:
        """Pull the cable out or put it back."""
        self._plugged = plugged
        self._loop.call_soon_threadsafe(self._set_cable)

    @property
    def status(self) -> LineStatus:
        """How the line is now."""
        return self._status

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._serve())
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            self._status = LineStatus()
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        async with self._open_line() as line:
            self._line = line
            line.watch(self._tell)
            self._set_cable()
            await line.serve()

    def _tell(self, status: LineStatus) -> None:
        self._status = status

    def _wake(self) -> None:
        if self._line is not None:
            self._line.wake()

    def _set_cable(self) -> None:
        if self._line is not None:
            self._line.cable(self._plugged)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
