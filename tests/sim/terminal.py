"""One terminal of the simulated world: the real memory on a real file, the real line, a power plug."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from casework.events import readable
from casework.facts import Fact
from casework.limits import LIMITS, Limits
from casework.report import Report
from casework.seals import Ed25519Signer, seal
from casework.wire import PURPOSE_ENROL, Answered, EnrolRequest
from local_db.counter import Identity
from local_db.memory import TerminalMemory
from sync.line import Line
from sync.status import LinkState
from sync.transport import Transport
from tests.sim.dice import Dice
from tests.sim.loop import MachineClock, PowerCut
from tests.sim.network import Wire
from tests.sim.programs import OLD, Program
from tests.sim.server import CODE, HALL, fill

__all__ = ["PowerCut", "Terminal", "verdicts_of"]

WATCHED = frozenset({"answered", "apply", "contact", "enter"})
"""What the line writes and the world looks at."""


class Terminal:
    """A window's PC.

    Args:
        number: four digits.
        folder: where its disk lies.
        wire: its network.
        dice: all streams.
        memory_kind: lets a planted bug stand in for the memory.
        stepped: told after each step of the line that changed the memory, with its name and arguments.
        committed: told of the facts of each act whose commit has returned.
        happened: what happened, counted.
        limits: bounds.
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
        committed: Callable[[Terminal, tuple[Fact, ...]], None],
        happened: Counter[str],
        limits: Limits = LIMITS,
    ) -> None:
        self.number = number
        self.folder = folder / number
        self.state = folder / "state" / number
        self.wire = wire
        self.clock = MachineClock()
        self.names_boots = dice.stream(f"boot names/{number}").random() < 0.6
        """Whether its system tells its programs which boot it is."""
        self.signer = Ed25519Signer(dice.key(number))
        self.new_id = dice.ids(number)
        self.hall_key = ""
        self.memory: TerminalMemory | None = None
        self.line: Line | None = None
        self.serving: asyncio.Task[None] | None = None
        self.crashes = 0
        self.program = OLD
        self.closed = False
        """The office is closed: nobody switches it on."""
        self.full = False
        self._limits = limits
        self._streams = dice
        self._kind = memory_kind
        self._dice = dice.stream(f"jitter/{number}")
        self._plug: random.Random = dice.stream(f"plug/{number}")
        self._stepped = stepped
        self._committed = committed
        self._happened = happened
        self._eyes: sqlite3.Connection | None = None
        self._says: Callable[[], Awaitable[Report]] | None = None
        self._sealed: dict[Path, bytes] = {}

    @property
    def on(self) -> bool:
        """Whether the power is on."""
        return self.memory is not None

    @property
    def boot(self) -> str:
        """Which boot of which machine it is, whether its programs are told or not."""
        return f"{self.folder.name}/{self.clock.boots}"

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
        """Be taken in by the hall, and begin. Raises LineError."""
        identity = await self._asked(self.number, self.signer)
        self._begin(self._kind.create(self.folder, self.clock, self.state, identity))

    async def enrol_again(self, number: str) -> bool:
        """Go on under another number over the memory that is there (S27); whether it did.

        Raises LineError, PowerCut.
        """
        memory, signer = self.memory, Ed25519Signer(self._streams.key(number))
        identity = await self._asked(number, signer)
        if memory is None or self.memory is not memory:
            return False  # it went dark meanwhile
        await self._end_line()
        if self.memory is not memory:
            return False
        with self.program.running():
            memory.adopt(identity, self.new_id)
        fuse, self.clock.fuse = self.clock.fuse, None  # it is committed: whoever looks after it writes that down first
        self.signer = signer
        self._sealed = self._last_words()
        self._connect(memory)
        self.clock.fuse = fuse
        return True

    async def _asked(self, number: str, signer: Ed25519Signer) -> Identity:
        """What the hall says to an enrolment; asked twice it says the same (T36)."""
        transport = self._transport("")
        hello = await transport.hello()
        request = EnrolRequest(number, CODE, f"i-{number}", signer.public)
        answer = await transport.enrol(seal(signer, PURPOSE_ENROL, request))
        assert (answer.key, answer.hall) == (hello.key, HALL)
        self.hall_key = answer.key
        return Identity(answer.hall, answer.region, answer.name, answer.key, number, request.incarnation, answer.epoch)

    def switch_on(self) -> None:
        """Start the program on what the disk holds."""
        self.clock.boot()
        with self.program.running():
            memory = self._kind.open(self.folder, self.clock, self.state)
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

    def _transport(self, key: str) -> Transport:
        return Transport("http://hall.sim", self.clock, key=key, limits=self._limits, wire=self.wire)

    def _begin(self, memory: TerminalMemory) -> None:
        memory._writer.execute("pragma synchronous = off")
        memory.this_boot = self.boot if self.names_boots else ""
        fill(memory._writer, self.full)
        self._sealed = self._last_words()
        self.memory = self._listened(memory)
        self._connect(memory)

    def _connect(self, memory: TerminalMemory) -> None:
        self.line = Line(
            memory, self._transport(self.hall_key), self.signer,
            clock=self.clock, sleep=asyncio.sleep, dice=self._dice.random, run=self._run, limits=self._limits,
        )  # fmt: skip
        memory.on_commit = self.line.wake
        contact = self.line._contact
        self._says, contact.report = contact.report, self._report  # type: ignore[method-assign]  # by its own program
        self.serving = asyncio.create_task(self.line.serve())

    def _listened(self, memory: TerminalMemory) -> TerminalMemory:
        """The memory, whose acts are told of once they are committed."""
        real = memory.writing

        @contextlib.contextmanager
        def writing() -> Iterator[Any]:
            facts: list[Fact] = []
            with real() as act:
                commit = act.commit_groups

                def commit_groups(groups: Any) -> Any:
                    done = commit(groups)
                    facts.extend(fact for group in groups for fact in group)
                    return done

                act.commit_groups = commit_groups  # type: ignore[method-assign]
                yield act
                self.clock.now()  # the power may fail here: then nothing was committed
            if facts:
                fuse, self.clock.fuse = self.clock.fuse, None
                self._committed(self, tuple(facts))
                self.clock.fuse = fuse

        memory.writing = writing  # type: ignore[method-assign]
        memory.free_mb = lambda: 1000  # type: ignore[method-assign]  # of the real disk nothing may be told
        return memory

    def stepped(self, name: str, args: tuple[Any, ...]) -> None:
        """Something was written that a step of the line would have written."""
        self._stepped(self, name, args)

    async def _run(self, call: Callable[..., Any], *args: Any) -> Any:
        """The memory's methods, here and now; the world looks after each that changes something."""
        with self.program.running():
            result = call(*args)
            name: str = getattr(call, "__name__", "")
            if name in WATCHED:
                self._stepped(self, name, args)
            return result

    def fill(self, full: bool) -> None:
        """The disk has no room for another page, or has room again."""
        self.full = full
        if self.memory is not None:
            fill(self.memory._writer, full)

    def rot(self, stream: random.Random) -> str | None:
        """A byte breaks in one of the facts that wait (T53); its case, or None where nothing waited."""
        waiting = self.eyes.execute(
            "select f.n, f.bytes, f.case_id from outbox o join fact f on f.n = o.fact"
            " where o.state = 'committed' order by f.n"
        ).fetchall()
        if not waiting:
            return None
        row, data, case_id = stream.choice(waiting)
        place = stream.randrange(len(data))
        broken = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        self.eyes.execute("drop trigger fact_is_never_changed")
        self.eyes.execute("update fact set bytes = ? where n = ?", (broken, row))
        self.eyes.execute(
            "create trigger fact_is_never_changed before update on fact"
            " begin select raise(abort, 'facts are append-only'); end"
        )
        return str(case_id)

    async def power_off(self) -> None:
        """The plug: the disk stays as it is at this moment, write-ahead log and all.

        What was written without a flush beside it (how far was sealed) may be lost.
        """
        if self.memory is None:
            return
        self.crashes += 1
        self.clock.fuse = None
        kept = self.folder.with_name(f"{self.number}-dark")
        self._blink()
        shutil.copytree(self.folder, kept)
        memory, self.memory = self.memory, None
        await self._end_line()
        memory.close()
        shutil.rmtree(self.folder)
        kept.rename(self.folder)
        if self._plug.random() < 0.3:
            for path, before in self._sealed.items():
                path.write_bytes(before)
            self._happened["unflushed word lost"] += 1

    async def switch_off(self) -> None:
        """End in order."""
        await self._end_line()
        self._blink()
        if self.memory is not None:
            self.memory.close()
            self.memory = None

    async def _end_line(self) -> None:
        if self.serving is not None:
            self.serving.cancel()
            await asyncio.gather(self.serving, return_exceptions=True)

    def _blink(self) -> None:
        if self._eyes is not None:
            self._eyes.close()
            self._eyes = None

    def _last_words(self) -> dict[Path, bytes]:
        """The files that are written without a flush, as they are now."""
        return {path: path.read_bytes() for path in sorted(self.state.glob("*.sealed"))}


def verdicts_of(args: tuple[Any, ...]) -> tuple[Answered, ...]:
    """The verdicts that were handed to `answered`."""
    answers: tuple[Answered, ...] = args[0]
    return answers
