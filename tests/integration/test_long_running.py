"""What runs for weeks without anybody who closes it: it follows a new version by itself, when nothing is open."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import msgspec
import pytest

from casework.limits import LIMITS
from console import bootstrap
from console.browser import BrowserServer, serve
from console.commands import sync
from console.configured import WAITING, limits_of
from console.updating.home import Home
from local_db.memory import TerminalMemory
from sync.owner import own
from sync.status import LineStatus
from sync.updates.launcher import AGAIN
from sync.updates.staging import stage, stands, switch
from tests.builders import FixedClock
from tests.terminals import enrolled
from tests.updated_pc import NEW, installed, unpacked

CONSOLE = """
import sys
def packet(text):
    sys.stdout.buffer.write(b"D" + len(text).to_bytes(4, "big") + text)
    sys.stdout.flush()
for version in (b"old", b"new"):
    sys.stdout.buffer.write(b"__GANGLION__\\n")
    packet(version + b" draws")
while piece := sys.stdin.buffer.read(1):
    packet(b"hears " + piece) if piece == b"{" else None
"""
"""A console that begins another version in its place, as the launcher lets it."""
QUICK = msgspec.structs.replace(LIMITS, beside_seconds=0.01)


def begins_and_stands(home: Home) -> None:
    """Another process begins the new version, and it is kept."""
    stage(home.folder, NEW, (), unpacked)
    assert switch(home.folder, NEW)
    assert home.follows() == "", "it has not shown yet that it stands"
    stands(home.folder, NEW)


@dataclasses.dataclass
class Line:
    """A line that goes on for weeks."""

    paced: list[float] = dataclasses.field(default_factory=list)
    status: LineStatus = dataclasses.field(default_factory=LineStatus)
    ended: bool = False

    def watch(self, tell: Any) -> None:
        """Nobody looks."""

    def pace(self, limits: Any) -> None:
        """Other periods."""
        self.paced.append(limits.poll_spacing)

    async def serve(self) -> None:
        """Until it is cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True


@pytest.fixture
def memory(tmp_path: Path) -> TerminalMemory:
    made = enrolled(tmp_path)
    made.limits = msgspec.structs.replace(made.limits, poll_spacing=0.01, beside_seconds=0.01)
    return made


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """What a long process does with them is over with the test."""
    kept = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for one, handler in kept.items():
        signal.signal(one, handler)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An installation in which this process runs."""
    made = installed(tmp_path / "pc")
    monkeypatch.setattr(bootstrap, "installation", lambda: made)
    return made


def terminal_of(memory: TerminalMemory) -> Any:
    """As far as the line asks of it."""
    return SimpleNamespace(memory=memory, clock=FixedClock(), print_again=lambda: None, pace=lambda: None)


def waiting_until(happens: Callable[[], bool], then: Callable[[], None]) -> Callable[[float], Awaitable[None]]:
    """A wait that takes no time; once `happens`, `then` is done."""
    done: list[bool] = []

    async def wait(_seconds: float) -> None:
        await asyncio.sleep(0)
        if not done and happens():
            done.append(True)
            then()

    return wait


def test_the_line_as_a_process_of_its_own_takes_settings_and_follows_a_new_version(
    home: Home, memory: TerminalMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line()

    @contextlib.asynccontextmanager
    async def line_for(_terminal: Any, limits: Any) -> AsyncIterator[Line]:
        line.pace(limits)
        memory.keep_setting(WAITING, '{"number": 5, "base": {"poll_spacing": 7}}')
        yield line

    monkeypatch.setattr(bootstrap, "line_for", line_for)
    monkeypatch.setattr(bootstrap, "wait", waiting_until(lambda: 7 in line.paced, lambda: begins_and_stands(home)))
    assert sync._until_stopped(terminal_of(memory)) == AGAIN
    assert (line.ended, limits_of(memory).poll_spacing) == (True, 7)
    again = own(memory.folder, 1, "now")
    assert again is not None, "the next version has the line to itself"
    again.close()


def test_a_line_that_waits_for_its_turn_follows_a_new_version_too(
    home: Home, memory: TerminalMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = own(memory.folder, 1, "now")
    assert console is not None
    with console:
        monkeypatch.setattr(bootstrap, "wait", waiting_until(lambda: True, lambda: begins_and_stands(home)))
        assert sync._until_stopped(terminal_of(memory)) == AGAIN


def test_a_console_on_a_page_begins_another_version_and_the_page_goes_on(tmp_path: Path) -> None:
    program = tmp_path / "console.py"
    program.write_text(CONSOLE, "utf-8")
    server = BrowserServer(tmp_path, "en", lambda: "t" * 32, [sys.executable, str(program)])

    async def page() -> list[str]:
        async with server.listening(0) as url, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as one:
            async with one.get(f"{url}/") as answer:
                assert answer.status == 200
            async with one.ws_connect(f"{url}/ws?width=90&height=30", headers={"Origin": url}) as line:
                seen = [str((await line.receive_bytes()), "utf-8") for _ in range(3)]
                idle = [server.is_idle]
        assert [*idle, server.is_idle] == [False, True]
        return seen

    assert asyncio.run(page()) == ["old draws", "new draws", "hears {"], "it hears the page's size once more"


def test_the_server_of_the_pages_gives_way_when_no_console_is_open(home: Home, tmp_path: Path) -> None:
    server = BrowserServer(tmp_path, "en", lambda: "t" * 32, home.program)
    asked: list[bool] = []

    def follows() -> bool:
        asked.append(server.is_idle)
        if len(asked) == 2:
            begins_and_stands(home)
        return bool(home.follows())

    assert serve(server, 0, lambda _url: None, follows, QUICK)
    assert asked == [True, True]
