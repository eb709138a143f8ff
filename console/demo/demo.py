"""The demo: a whole hall in one folder, with two windows and made-up people, set up as IT would set it up.

    DIR/hall/            the hall's data
    DIR/terminal-0012/   window 12
    DIR/terminal-0007/   window 7

With a terminal on standard input the console opens at window 12; else, or with `--headless`, a day in fast motion.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from casework.ambient import Clock
from casework.limits import LIMITS
from casework.messages import t
from console import bootstrap
from console.day import Receipt
from console.errors import ConsoleError
from console.folders import data_folder
from console.line_once import QUICK, sync_once
from console.messages import choose_language
from console.output import talk
from console.paperwork import PHONE
from console.print_queue import PrintQueue
from console.sources import SETTING
from console.terminal import Terminal

if TYPE_CHECKING:  # the hall's room is loaded when the demo runs
    from console.demo.past import MovedClock
    from hall.cli import HallHere

REGION = "420118"
HALL_NAME = "武汉东湖新技术开发区政务服务大厅"
PIN = "135790"
WINDOWS = ("0012", "0007")
PORT_FILE = "hall.port"
_SECONDS = 30.0


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the demo lives, and what its hall is called."""

    folder: Path
    name: str = HALL_NAME
    region: str = REGION
    windows: tuple[str, ...] = WINDOWS

    @property
    def hall(self) -> Path:
        """The hall's data folder."""
        return self.folder / "hall"

    def terminal(self, number: str) -> Path:
        """The data folder of the terminal `number`."""
        return self.folder / f"terminal-{number}"


def set_up(place: Place, clock: Clock | None = None) -> None:
    """The hall with its sample people, unless it is there."""
    from hall.cli import create_hall

    if not place.hall.exists():
        create_hall(place.hall, region=place.region, name=place.name, sample=True, clock=clock)


@contextlib.contextmanager
def hall_running(place: Place, clock: Clock | None = None) -> Iterator[HallHere]:
    """The hall on a thread of its own, listening on loopback; its windows enrolled. All by the same `clock`."""
    from hall.cli import open_hall

    with open_hall(place.hall, clock=clock) as here:
        hall = HallThread(here, _kept_port(place))
        address = hall.start()
        try:
            (place.folder / PORT_FILE).write_text(address.rsplit(":", 1)[1], "utf-8")
            for number in place.windows:
                if not (place.terminal(number) / "terminal.db").exists():
                    _enrol(place, here, address, number, clock)
            yield here
        finally:
            hall.stop()


def _enrol(place: Place, here: HallHere, address: str, number: str, clock: Clock | None) -> None:
    """A window joins the hall; its papers are checked at the made-up sources."""
    code, _ = here.invite(number)
    enrolment = bootstrap.enrolment(place.terminal(number))
    if clock is not None:
        enrolment = dataclasses.replace(enrolment, clock=clock)
    asyncio.run(enrolment.enrol(address, number, code))
    with window(place, number, clock) as terminal:
        terminal.memory.keep_setting(SETTING, "simulated")
        terminal.memory.keep_setting(PHONE, f"027-6788{number}")
        sync_once(terminal)


@contextlib.contextmanager
def window(place: Place, number: str, clock: Clock | None = None) -> Iterator[Terminal]:
    """The terminal `number`, open."""
    terminal = bootstrap.open_terminal(place.terminal(number), clock=clock)
    try:
        yield terminal
    finally:
        terminal.memory.close()


@contextlib.contextmanager
def hall_with_a_past(place: Place, system: Clock | None = None) -> Iterator[HallHere]:
    """The same with the sample cases of three weeks, which are made at the first start; a later one opens at once.

    `system`: this machine's clock, unless it is another.
    """
    from console.demo.past import MovedClock, beginning

    system = system or bootstrap.SystemClock()
    clock = MovedClock(system)
    if place.hall.exists():
        with hall_running(place, clock) as here:
            yield here
        return
    with contextlib.ExitStack() as stack:
        undo = stack.enter_context(contextlib.ExitStack())
        undo.callback(remove, place)  # what was begun and not finished is begun anew at the next start
        clock.begin(beginning(clock.now()))
        set_up(place, clock)
        here = stack.enter_context(hall_running(place, clock))
        _prepare(place, here, clock, system)
        undo.pop_all()
        yield here


def _prepare(place: Place, here: HallHere, clock: MovedClock, system: Clock) -> None:
    from console.demo.past import Past

    began = system.monotonic()
    with contextlib.ExitStack() as stack:
        ours, theirs = (stack.enter_context(window(place, number, clock)) for number in WINDOWS)
        count = Past((ours, theirs), clock, Cables(), here.hall.tick, tell=talk).live(system.now())
    talk(t("demo.prepared", count=count, seconds=round(system.monotonic() - began)))


def remove(place: Place) -> None:
    """Take the hall and its windows away."""
    for folder in (place.hall, *(place.terminal(number) for number in place.windows)):
        shutil.rmtree(folder, ignore_errors=True)


class HallThread:
    """A hall that is served as long as the demo runs, and ends with it whatever happens."""

    def __init__(self, here: HallHere, port: int) -> None:
        self._here = here
        self._port = port
        self._address: Future[str] = Future()
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="hall", daemon=True)

    def start(self) -> str:
        """Serve; gives the address. Raises HallError when the port is taken."""
        self._thread.start()
        return self._address.result(_SECONDS)

    def stop(self) -> None:
        """Answer what is open, and end."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(_SECONDS)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:
            if self._address.done():
                raise
            self._address.set_exception(error)
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        from hall.cli import serve_hall

        async with serve_hall(self._here, "127.0.0.1", self._port) as address:
            self._address.set_result(address)
            await self._ended.wait()


def _kept_port(place: Place) -> int:
    """The port of last time, so that the windows find their hall again; 0 at first, or where its file broke."""
    kept = place.folder / PORT_FILE
    text = kept.read_text("utf-8") if kept.exists() else ""
    return int(text) if text.isdecimal() else 0


@dataclasses.dataclass
class Cables:
    """Which windows have their cable out; a sync with the cable out fails as it would in the hall."""

    pulled: set[str] = dataclasses.field(default_factory=set)

    def sync(self, terminal: Terminal) -> None:
        """Push and pull once."""
        asyncio.run(self._sync(terminal))

    async def _sync(self, terminal: Terminal) -> None:
        pulled = terminal.memory.identity.terminal in self.pulled
        async with bootstrap.line_for(terminal, limits=QUICK if pulled else LIMITS) as line:
            if pulled:  # one try: nobody waits for what can't come
                line.cable(plugged=False)
            await line.sync_once()

    def pull_out(self, terminal: Terminal) -> None:
        """Out with the cable; the terminal notices at its next try."""
        self.pulled.add(terminal.memory.identity.terminal)
        self.sync(terminal)

    def plug_in(self, terminal: Terminal) -> None:
        """Back with it."""
        self.pulled.discard(terminal.memory.identity.terminal)


def print_all(terminal: Terminal) -> list[Receipt]:
    """Print until nothing waits, or the printer is down."""
    printed: list[Receipt] = []
    queue = PrintQueue(terminal)
    while more := queue.print_waiting():
        printed += more
    return printed


def run(arguments: argparse.Namespace) -> int:
    """`yichuang demo`: the console where a person sits, else the headless day."""
    with contextlib.ExitStack() as stack:
        folder = Path(arguments.dir) if arguments.dir else data_folder(None, "demo")
        if arguments.headless or not sys.stdin.isatty():
            if not arguments.dir:  # a day in fast motion leaves nothing behind unless a folder was named
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yichuang-")))
            return headless(Place(folder.resolve()), arguments.seed)
        return interactive(Place(folder.resolve()), choose_language(arguments.lang, os.environ))


def tour(arguments: argparse.Namespace) -> int:
    """`yichuang demo --tour`: the first-day tour. Raises ConsoleError without a terminal to show it in."""
    from console.practice import practise

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConsoleError("console.no_screen", command=t("help.case"))
    folder = Path(arguments.dir) if arguments.dir else data_folder(None, "practice")
    return practise(folder.resolve(), choose_language(arguments.lang, os.environ))


def headless(place: Place, seed: int) -> int:
    """A day in fast motion; prints its figures as JSON. Exit code 1 when terminals and hall did not converge."""
    from console.day import Hands
    from console.demo.day_course import run

    began = bootstrap.SystemClock().monotonic()
    set_up(place)
    with hall_running(place) as hall, contextlib.ExitStack() as stack:
        ours, theirs = (stack.enter_context(window(place, number)) for number in WINDOWS)
        day = run(Hands(ours, theirs, Cables(), print_all, hall.cases, seed, talk))
    day.seconds = round(bootstrap.SystemClock().monotonic() - began, 1)
    print(msgspec.json.encode(day).decode())
    return 0 if day.converged else 1


def interactive(place: Place, language: str) -> int:
    """The console at window 12, on a hall of its own; the first line names the command for the second window."""
    from console.window import open_console

    with hall_with_a_past(place):
        print(t("demo.second_window", command=f"yichuang console --dir {place.terminal('0007')}"), flush=True)
        talk(t("demo.people", pin=PIN))
        return open_console(place.terminal("0012"), demo=True, language=language)
