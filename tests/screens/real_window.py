"""A window of a real hall with a person at its keys: a real memory, a hall that listens, papers in the folder."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from casework import commands
from casework.bodies import Party
from casework.case import Case
from console import bootstrap
from console.demo import demo
from console.desk.counter_desk import CounterDesk
from console.line_once import sync_once
from console.terminal import Terminal
from screens.app import ConsoleApp
from screens.bars import MessageBar
from screens.canvas import Canvas
from tests.screens.typing_keys import keys, press

COMPANY, REGULAR = "91110000600037341L", "91420100MA4K20900B"
"""One that comes for the first time, and one that was here with a food licence before."""
Walk = Callable[["Window"], Awaitable[None]]


@dataclasses.dataclass
class Window:
    """A window with a person at its keys."""

    terminal: Terminal
    app: ConsoleApp
    pilot: Pilot[Any]
    desk: CounterDesk
    plugged: bool = True

    async def types(self, text: str) -> None:
        """Press these keys."""
        await press(self.pilot, *keys(text))

    async def syncs(self) -> None:
        """The line, once; with the cable out it fails as it would."""
        await asyncio.to_thread(demo.Cables(set() if self.plugged else {"0012"}).sync, self.terminal)
        await self.app.poll()

    async def becomes(self, number: str) -> None:
        """Another person sits down: her badge, her PIN."""
        await self.types(f"<ctrl+l>{number}<enter>{demo.PIN}<enter>")

    @property
    def said(self) -> str:
        """The message row."""
        return self.app.screen.query_one(MessageBar).text

    @property
    def shown(self) -> str:
        """All rows of the screen in front."""
        rows = (row for one in self.app.screen.query(Canvas) for row in self._rows(one))
        return "\n".join(rows)

    def _rows(self, one: Canvas) -> Iterator[str]:
        return (one.render_line(y).text.rstrip() for y in range(one.size.height))

    def newest(self) -> Case:
        """The case taken in last."""
        return self.terminal.memory.cases(limit=1)[0].case


@contextlib.contextmanager
def hall_of_a_day(folder: Path) -> Iterator[demo.Place]:
    """A hall that listens, and two enrolled windows."""
    before = os.environ.get("YICHUANG_STATE")
    os.environ["YICHUANG_STATE"] = str(folder / "state")
    made = demo.Place(folder / "demo")
    made.folder.mkdir()
    demo.set_up(made)
    with demo.hall_running(made):
        was_here_before(made)
        yield made
    os.environ.pop("YICHUANG_STATE") if before is None else os.environ.update(YICHUANG_STATE=before)


def was_here_before(place: demo.Place) -> None:
    """A company that took a food licence out last month."""
    applicant = Party("entity", "老面馆公司", REGULAR, "13812345678", "珞喻路3号", "王大力")
    form = {
        "premises": "珞喻路3号",
        "business_kind": "catering",
        "business_items": "面食",
        "area": "80",
        "legal_representative": "王大力",
    }
    command = commands.Intake(item="D01", applicant=applicant, situations={"direct_contact": "no"}, form=form)
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        terminal.counter.intake(terminal.people.sign_in("1001", demo.PIN), command)
        sync_once(terminal)


@contextlib.asynccontextmanager
async def seated(folder: Path, staff: str) -> AsyncIterator[Window]:
    """A window of the hall with `staff` signed in."""
    terminal = bootstrap.open_terminal(folder)
    terminal.speak("zh_CN")
    holder: list[Window] = []

    def cable(plugged: bool) -> None:
        holder[0].plugged = plugged

    terminal.link = lambda: "online" if holder and holder[0].plugged else "offline"
    desk = CounterDesk(terminal, cable)
    app = ConsoleApp(desk, poll_seconds=0)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            holder.append(Window(terminal, app, pilot, desk))
            await holder[0].types(f"{staff}<enter>{demo.PIN}<enter>")
            yield holder[0]
            await desk.checks.done()
    finally:
        terminal.memory.close()


def at_window_12(place: demo.Place, staff: str, walk: Walk) -> None:
    """Do `walk` at window 12."""

    async def run() -> None:
        async with seated(place.terminal("0012"), staff) as window:
            await walk(window)

    asyncio.run(run())


def waiting_prints(window: Window) -> list[str]:
    """Papers on their way to the printer, by kind."""
    return [one.kind for one in window.terminal.memory.waiting_prints()]
