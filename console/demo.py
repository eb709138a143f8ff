"""The demo: a whole hall in one folder, with two windows and made-up people, set up by the same commands that IT types.

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
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from casework.errors import CaseworkError
from casework.messages import t
from console import bootstrap
from console.day import Receipt
from console.output import talk
from console.print_queue import print_waiting
from console.terminal import Terminal

REGION = "420118"
HALL_NAME = "武汉东湖新技术开发区政务服务大厅"
IT_PERSON = "4001"
PIN = "135790"
WINDOWS = ("0012", "0007")
_SECONDS = 60


class DemoFailed(CaseworkError):
    """A part of the demo did not start; the sentence carries what it said."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the demo lives."""

    folder: Path

    @property
    def hall(self) -> Path:
        """The hall's data folder."""
        return self.folder / "hall"

    def terminal(self, number: str) -> Path:
        """The data folder of the terminal `number`."""
        return self.folder / f"terminal-{number}"


@contextlib.contextmanager
def hall_running(place: Place) -> Iterator[str]:
    """The hall as a process of its own on a loopback port; gives its address."""
    port = _kept_port(place)
    command = _command("hall", "serve", "--dir", str(place.hall), "--host", "127.0.0.1", "--port", str(port))
    log = place.folder / "hall.log"
    with log.open("ab") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as hall:
        try:
            line = hall.stdout.readline() if hall.stdout else ""
            if not line:
                raise DemoFailed("demo.hall", reason=log.read_text("utf-8", "replace")[-400:])
            address: str = json.loads(line)["listening"]
            (place.folder / "address").write_text(address, "utf-8")
            yield address
        finally:
            hall.terminate()
            hall.wait(_SECONDS)


def _kept_port(place: Place) -> int:
    """The port of last time, so that the terminals find their hall again; 0 at first, or when it is taken."""
    import socket

    kept = place.folder / "address"
    if not kept.exists():
        return 0
    port = int(kept.read_text("utf-8").rsplit(":", 1)[1])
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise DemoFailed("demo.port", port=port, dir=str(place.folder)) from taken
    return port


def set_up(place: Place) -> None:
    """The hall with its sample people. Nothing happens when it is there."""
    place.folder.mkdir(parents=True, exist_ok=True)
    if not place.hall.exists():
        _run(
            "hall", "init", "--dir", str(place.hall), "--staff", IT_PERSON, "--sample",
            "--region", REGION, "--name", HALL_NAME,
        )  # fmt: skip


def enrol(place: Place, address: str) -> None:
    """Enrol the windows that are not there yet; the one-time code goes from hall to terminal as IT carries it."""
    for number in WINDOWS:
        if not place.terminal(number).exists():
            invited = json.loads(_run("terminal", "invite", number, "--dir", str(place.hall), "--json"))
            code = invited["code"] if invited["code"].startswith(f"{number}-") else f"{number}-{invited['code']}"
            _run("terminal", "enrol", "--hall", address, "--code", code, "--dir", str(place.terminal(number)))


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "console.main", *words]


def _run(*words: str) -> str:
    import os

    environment = {**os.environ, "YICHUANG_PIN": PIN, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        _command(*words),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise DemoFailed("demo.command", command=" ".join(words[:2]), reason=done.stderr.strip()[-400:])
    return done.stdout


@dataclasses.dataclass
class Cables:
    """Which windows have their cable out; a sync with the cable out fails as it would in the hall."""

    pulled: set[str] = dataclasses.field(default_factory=set)

    def sync(self, terminal: Terminal) -> None:
        """Push and pull once."""
        asyncio.run(self._sync(terminal))

    async def _sync(self, terminal: Terminal) -> None:
        async with bootstrap.line_for(terminal) as line:
            if terminal.memory.identity.terminal in self.pulled:
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
    while more := print_waiting(terminal):
        printed += more
    return printed


def run(arguments: argparse.Namespace) -> int:
    """`yichuang demo`: the console where a person sits, else the headless day."""
    with contextlib.ExitStack() as stack:
        folder = Path(arguments.dir) if arguments.dir else bootstrap.data_folder(None, "demo")
        if arguments.headless or not sys.stdin.isatty():
            if not arguments.dir:  # a day in fast motion leaves nothing behind unless a folder was named
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yichuang-")))
            return headless(Place(folder.resolve()), arguments.seed)
        return interactive(Place(folder.resolve()))


def headless(place: Place, seed: int) -> int:
    """A day in fast motion; prints its figures as JSON. Exit code 1 when terminals and hall did not converge."""
    from console.day import Hands, run

    began = bootstrap.SystemClock().monotonic()
    set_up(place)
    with hall_running(place) as address:
        enrol(place, address)
        with contextlib.ExitStack() as stack:
            windows = [stack.enter_context(bootstrap.opened(str(place.terminal(number)))) for number in WINDOWS]
            day = run(Hands(windows[0], windows[1], Cables(), print_all, seed, talk))
    day.seconds = round(bootstrap.SystemClock().monotonic() - began, 1)
    print(msgspec.json.encode(day).decode())
    return 0 if day.converged else 1


def interactive(place: Place) -> int:
    """The console at window 12, on a hall of its own; the first line names the command for the second window."""
    from console.window import open_console

    set_up(place)
    with hall_running(place) as address:
        enrol(place, address)
        print(t("demo.second_window", command=f"yichuang console --dir {place.terminal('0007')}"), flush=True)
        talk(t("demo.people", pin=PIN))
        return open_console(place.terminal("0012"), demo=True)
