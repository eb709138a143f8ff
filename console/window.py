"""The console in a terminal: the desk, the line on its thread, the printer on its own, and the screens before them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from console import bootstrap
from console.desk import CounterDesk
from console.line_thread import LineThread
from console.print_queue import print_waiting
from console.terminal import Terminal
from sync.line import Line

PRINT_AGAIN_SECONDS = 30.0
"""A printer that was dead is tried again after so long."""


class PrintThread:
    """Prints what waits, on a thread of its own: a dead printer never blocks the counter."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._woken = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)

    def start(self) -> None:
        """Begin to print."""
        self._thread.start()

    def wake(self) -> None:
        """A paper was put into the queue."""
        self._woken.set()

    def stop(self) -> None:
        """End after the paper at hand."""
        self._ended = True
        self._woken.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._ended:
            print_waiting(self._terminal)
            self._woken.wait(PRINT_AGAIN_SECONDS)
            self._woken.clear()


def open_console(folder: Path, *, demo: bool = False, language: str = "zh_CN") -> int:
    """Open the console on the terminal of `folder`, until it is left. With `demo` the cable is a key."""
    from screens.app import ConsoleApp

    terminal = bootstrap.open_terminal(folder, language=language)
    owner = bootstrap.own_line(terminal)
    line = LineThread(lambda: _line(folder)) if owner else None
    printer = PrintThread(terminal)

    def wake() -> None:
        printer.wake()
        if line:
            line.wake()

    def link() -> str:
        if line:
            return str(line.status.link)
        return "offline" if terminal.memory.last_contact().trouble else "online"

    terminal.wake, terminal.link = wake, link
    terminal.speak(language)
    try:
        if line:
            line.start()
        printer.start()
        app = ConsoleApp(CounterDesk(terminal, line.cable if demo and line else None))
        app.language = language
        app.run()
    finally:
        printer.stop()
        if line:
            line.stop()
        if owner:
            owner.close()
        terminal.memory.close()
    return 0


@asynccontextmanager
async def _line(folder: Path) -> AsyncIterator[Line]:
    """The line has a memory of its own, so that a page which is folded never blocks a key."""
    terminal = bootstrap.open_terminal(folder)
    try:
        async with bootstrap.line_for(terminal) as line:
            yield line
    finally:
        await asyncio.to_thread(terminal.memory.close)
