"""What stands behind the console's screens: the terminal, its line and its printer, each on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from casework.messages import Message
from console import bootstrap
from console.beside import Beside
from console.configured import limits_of, opens
from console.desk.counter_desk import CounterDesk
from console.line_thread import LineThread
from console.print_queue import PrintQueue
from console.terminal import Terminal
from console.updating.updater import Updater
from sync.line import Line

LOOK_AGAIN_SECONDS = 30.0
"""So often it is looked for papers that another process put into the queue."""


class PrintThread:
    """Prints what waits, on a thread of its own: a dead printer never blocks the counter.

    When nothing was saved for a while it gives new names their initials, so that the search finds them.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._beside = Beside(terminal.clock, terminal.memory.limits)
        self._queue = PrintQueue(terminal, self._beside.draw)
        self._woken = threading.Event()
        self._again = False
        self._ended = False
        self.busy = False
        """A paper is on its way this moment."""
        self.trouble: Message | None = None
        """What stopped the last run."""
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)

    def start(self) -> None:
        """Begin to print."""
        self._thread.start()

    def wake(self) -> None:
        """A paper was put into the queue."""
        self._woken.set()

    def again(self) -> None:
        """A person has seen to a printer: no more waiting for it."""
        self._again = True
        self._woken.set()

    def stop(self) -> None:
        """End after the paper at hand."""
        self._ended = True
        self._woken.set()
        self._thread.join(5)

    def _run(self) -> None:
        try:
            self._print_on()
        finally:
            self._beside.close()

    def _print_on(self) -> None:
        quiet = False
        while not self._ended:
            try:
                if self._again:
                    self._again = False
                    self._queue.try_now()
                self._print()
                while quiet and not self._woken.is_set() and self._terminal.memory.spell_names(self._beside.initials):
                    pass
                self._beside.rest()
            except Exception as error:  # the queue keeps what waits; a full disk or a locked file passes
                self.trouble = bootstrap.sentence(error)
            wait = min(self._queue.next_try() or LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS)
            quiet = not self._woken.wait(wait)
            self._woken.clear()

    def _print(self) -> None:
        self.busy = True
        try:
            self._queue.print_waiting()
        finally:
            self.busy = False


class Station:
    """An open terminal with line and printer. With `demo` its cable can be pulled; with `updates` it looks for them."""

    def __init__(self, folder: Path, *, demo: bool, language: str, updates: bool = False) -> None:
        self._folder = folder
        self._terminal = bootstrap.open_terminal(folder, language=language)
        self._line = LineThread(
            self._own_line, lambda: bootstrap.own_line(self._terminal), bootstrap.wait, bootstrap.sentence
        )
        self._printer = PrintThread(self._terminal)
        self._terminal.wake, self._terminal.link = self._wake, self._link
        self._terminal.print_again, self._terminal.printing = self._printer.again, lambda: self._printer.busy
        self._terminal.pace = lambda: self._line.pace(limits_of(self._terminal.memory))
        self._terminal.speak(language)
        self.desk = CounterDesk(self._terminal, self._line.cable if demo else None)
        self._updater = Updater.of(self._terminal) if updates else None
        self._open = opens(self._terminal)
        self._printer.start()
        self._line.start()
        if self._updater is not None:
            self._updater.start()

    def close(self) -> None:
        """End printer, updates and line, and close the memory."""
        if self._updater is not None:
            self._updater.stop()
        self._printer.stop()
        self._line.stop()
        if self._open is not None:
            self._open.close()
        self._terminal.memory.close()

    def _wake(self) -> None:
        self._printer.wake()
        self._line.wake()

    def _link(self) -> str:
        status = self._line.status
        if status is not None:
            return str(status.link)
        return "offline" if self._terminal.memory.last_contact().trouble else "online"  # another process has the line

    @asynccontextmanager
    async def _own_line(self) -> AsyncIterator[Line]:
        """The line has a memory of its own, so that a page which is folded never blocks a key."""
        terminal = bootstrap.open_terminal(self._folder)
        try:
            async with bootstrap.line_for(terminal, limits=limits_of(terminal.memory)) as line:
                yield line
        finally:
            await asyncio.to_thread(terminal.memory.close)
