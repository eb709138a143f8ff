"""One terminal of the simulated world: the real memory on a real file, the real line, a power plug."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from casework.events import readable
from casework.report import Report
from casework.seals import Ed25519Signer, seal
from casework.wire import PURPOSE_ENROL, Answered, EnrolRequest
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from sync.line import Line
from sync.status import LinkState
from sync.transport import Transport
from tests.sim.dice import Dice
from tests.sim.loop import LoopClock
from tests.sim.network import Wire
from tests.sim.programs import OLD, Program
from tests.sim.server import CODE, HALL


class PowerCut(BaseException):
    """The machine is off, wherever it was."""


class FragileClock(LoopClock):
    """A clock that is asked at many places; from the armed question on the power is off."""

    def __init__(self) -> None:
        super().__init__()
        self.fuse: int | None = None

    def _burn(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                self.fuse = None
                raise PowerCut

    def now(self) -> datetime:
        self._burn()
        return super().now()


class Terminal:
    """A window's PC.

    Args:
        number: four digits.
        folder: where its disk lies.
        wire: its network.
        dice: all streams.
        memory_kind: lets a planted bug stand in for the memory.
        stepped: told after each step that changed the memory, with its name and arguments.
    """

    def __init__(
        self,
        number: str,
        folder: Path,
        wire: Wire,
        dice: Dice,
        *,
        memory_kind: type[TerminalMemory] = TerminalMemory,
        stepped: Callable[[Terminal, str, tuple[Any, ...]], None],
        happened: Counter[str],
    ) -> None:
        self.number = number
        self.folder = folder / number
        self.wire = wire
        self.clock = FragileClock()
        self.signer = Ed25519Signer(dice.key(number))
        self.new_id = dice.ids(number)
        self.hall_key = ""
        self.memory: TerminalMemory | None = None
        self.line: Line | None = None
        self.serving: asyncio.Task[None] | None = None
        self.crashes = 0
        self.program = OLD
        self._state = folder / "state"
        self._kind = memory_kind
        self._dice = dice.stream(f"jitter/{number}")
        self._stepped = stepped
        self._happened = happened
        self._eyes: sqlite3.Connection | None = None
        self._says: Callable[[], Awaitable[Report]] | None = None

    @property
    def on(self) -> bool:
        """Whether the power is on."""
        return self.memory is not None

    @property
    def known_down(self) -> bool:
        """What the clerk sees: the line is known to be down."""
        return self.line is None or self.line.status.link in {LinkState.OFFLINE, LinkState.STOPPED}

    @property
    def mind(self) -> TerminalMemory:
        """The memory of a terminal that is on."""
        assert self.memory is not None
        return self.memory

    @property
    def eyes(self) -> sqlite3.Connection:
        """Looks at the file beside the program."""
        if self._eyes is None:
            self._eyes = sqlite3.connect(self.folder / "terminal.db", isolation_level=None)
        return self._eyes

    async def enrol(self) -> None:
        """Be taken in by the hall, and begin."""
        transport = Transport("http://hall.sim", self.clock, wire=self.wire)
        hello = await transport.hello()
        request = EnrolRequest(self.number, CODE, f"i-{self.number}", self.signer.public)
        answer = await transport.enrol(seal(self.signer, PURPOSE_ENROL, request))
        assert (answer.key, answer.hall) == (hello.key, HALL)
        self.hall_key = answer.key
        identity = Identity(
            answer.hall, answer.region, answer.name, answer.key, self.number, request.incarnation, answer.epoch
        )
        self._begin(self._kind.create(self.folder, self.clock, self._state, identity))

    def switch_on(self) -> None:
        """Start the program on what the disk holds."""
        with self.program.running():
            memory = self._kind.open(self.folder, self.clock, self._state)
        self._begin(memory)

    async def run_program(self, program: Program) -> None:
        """Another version of the program is put onto the machine."""
        await self.switch_off()
        self.program = program
        self.switch_on()

    async def _report(self) -> Report:
        """What it says of itself, by what its program reads."""
        assert self._says is not None
        said = await self._says()
        with self.program.running():
            return msgspec.structs.replace(said, program=self.program.name, reads=readable())

    def _begin(self, memory: TerminalMemory) -> None:
        memory._writer.execute("pragma synchronous = off")
        self.memory = memory
        transport = Transport("http://hall.sim", self.clock, key=self.hall_key, wire=self.wire)
        self.line = Line(
            memory, transport, self.signer,
            clock=self.clock, sleep=asyncio.sleep, dice=self._dice.random, run=self._run,
        )  # fmt: skip
        memory.on_commit = self.line.wake
        contact = self.line._contact
        self._says, contact.report = contact.report, self._report  # type: ignore[method-assign]  # by its own program
        self.serving = asyncio.create_task(self.line.serve())

    async def _run(self, call: Callable[..., Any], *args: Any) -> Any:
        """The memory's methods, here and now; the world looks after each that changes something."""
        with self.program.running():
            result = call(*args)
            name: str = getattr(call, "__name__", "")
            if name in {"answered", "apply"}:
                self._stepped(self, name, args)
            return result

    async def power_off(self) -> None:
        """The plug: the disk stays as it is at this moment, write-ahead log and all."""
        if self.memory is None:
            return
        self.crashes += 1
        self.clock.fuse = None
        kept = self.folder.with_name(f"{self.number}-dark")
        if self._eyes is not None:
            self._eyes.close()
            self._eyes = None
        shutil.copytree(self.folder, kept)
        memory, self.memory = self.memory, None
        if self.serving is not None:
            self.serving.cancel()
            await asyncio.gather(self.serving, return_exceptions=True)
        memory.close()
        shutil.rmtree(self.folder)
        kept.rename(self.folder)

    async def switch_off(self) -> None:
        """End in order."""
        if self.serving is not None:
            self.serving.cancel()
            await asyncio.gather(self.serving, return_exceptions=True)
        if self._eyes is not None:
            self._eyes.close()
            self._eyes = None
        if self.memory is not None:
            self.memory.close()
            self.memory = None


def verdicts_of(args: tuple[Any, ...]) -> tuple[Answered, ...]:
    """The verdicts that were handed to `answered`."""
    answers: tuple[Answered, ...] = args[0]
    return answers
