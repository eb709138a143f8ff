"""The line on a thread of its own beside the console: the screen never waits for the network.

Whatever happens to the line (another process has it, its memory can't be opened, a person has to act), the counter
goes on: no call from outside ever fails, and a line that could not begin is tried again (S34).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from casework.limits import Limits
from casework.messages import Message
from sync.line import Line
from sync.owner import Owner
from sync.status import LineStatus, LinkState

OpenLine = Callable[[], AbstractAsyncContextManager[Line]]

AGAIN_SECONDS = 2.0
"""How often a line that another process has, or that could not be opened, is tried again."""


class LineThread:
    """Runs one line until `stop`. All methods may be called from any thread, also after it has ended.

    Args:
        open_line: the line, with a memory of its own.
        own: the right to run it; None while another process has it.
        wait: waits that many seconds.
        sentence: what an error says to a person.
    """

    def __init__(
        self,
        open_line: OpenLine,
        own: Callable[[], Owner | None],
        wait: Callable[[float], Awaitable[None]],
        sentence: Callable[[Exception], Message],
    ) -> None:
        self._open_line = open_line
        self._own = own
        self._wait = wait
        self._sentence = sentence
        self._status = LineStatus()
        self._owns = False
        self._line: Line | None = None
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._plugged = True
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)

    def start(self) -> None:
        """Begin to push and pull."""
        self._thread.start()

    def stop(self) -> None:
        """End it; what is under way at the hall comes back with the next start."""
        self._tell_loop(self._cancel)
        self._thread.join(5)

    def wake(self) -> None:
        """Something was committed."""
        self._tell_loop(self._wake)

    def pace(self, limits: Limits) -> None:
        """Other periods from the next wait on; a line that is opened later has them from the settings."""
        self._tell_loop(lambda: self._line.pace(limits) if self._line is not None else None)

    def cable(self, plugged: bool) -> None:
        """Pull the cable out or put it back."""
        self._plugged = plugged
        self._tell_loop(self._set_cable)

    @property
    def status(self) -> LineStatus | None:
        """How the line is now; None while another process has it."""
        return self._status if self._owns else None

    def _tell_loop(self, call: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: what was committed waits for the next start
            self._loop.call_soon_threadsafe(call)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._live())
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            self._status = LineStatus()
        finally:
            self._loop.close()

    async def _live(self) -> None:
        """Take the line whenever it is free, until it ends by itself: then a person has to act."""
        while True:
            try:
                if await self._served():
                    return
            except Exception as error:
                message = self._sentence(error)
                self._owns, self._status = True, LineStatus(LinkState.OFFLINE, message.id, dict(message.facts))
            await self._wait(AGAIN_SECONDS)

    async def _served(self) -> bool:
        """Whether the line was ours, and has ended."""
        owner = self._own()
        self._owns = owner is not None
        if owner is None:
            return False
        with owner:
            async with self._open_line() as line:
                self._line = line
                line.watch(self._tell)
                self._set_cable()
                try:
                    await line.serve()
                finally:
                    self._line = None
        return True

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
