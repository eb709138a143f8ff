"""Papers that are looked up over the network (R33): asked beside the desk, written down on its thread.

A source may take seconds, so nobody at the window waits for it: it is asked in a thread of its own, and only its answer
is an act. With the line down nothing is asked; what was not answered is asked again after a while, not each second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from casework.bodies import CheckLine
from casework.catalogue.materials import FOUND
from casework.messages import Message
from casework.rules import Refusal
from console.counter import Session
from console.sources import NoSources, Question, answers, questions
from console.terminal import Terminal

EACH_SECONDS = 1.0
"""The cases that wait are looked for once in this time at most."""
AGAIN_SECONDS = 60.0
"""A question that had no answer is asked again after so long."""
_AT_ONCE = 50
"""Cases of one round."""

OnDesk = Callable[..., Awaitable[Any]]


class Checks:
    """The checks of one desk; one round at a time."""

    def __init__(self, terminal: Terminal, on_desk: OnDesk, who: Callable[[], Session | None]) -> None:
        """`on_desk` runs work on the desk's thread; `who` is the person that the answers are written down for."""
        self._terminal = terminal
        self._on_desk = on_desk
        self._who = who
        self._sources: ThreadPoolExecutor | None = None
        self._round: asyncio.Task[None] | None = None
        self._next = float("-inf")
        self._asked: dict[tuple[str, str], float] = {}
        self.trouble: Message | None = None
        """What stopped the last round."""

    # `_asked` holds what was asked within `AGAIN_SECONDS`, with the moment from which on it may be asked again.

    def begin(self, *, now: bool = False) -> None:
        """Begin a round, unless one runs, the line is down or nobody sits here; with `now` without a pause before."""
        moment = self._terminal.clock.monotonic()
        running = self._round is not None and not self._round.done()
        if running or not self._may_ask() or (moment < self._next and not now):
            return
        self._next = moment + EACH_SECONDS
        self._round = asyncio.get_running_loop().create_task(self._ask_all())

    async def done(self) -> None:
        """Wait for the round that runs."""
        if self._round is not None:
            await self._round

    def _may_ask(self) -> bool:
        connected = not isinstance(self._terminal.counter.sources, NoSources)
        return connected and self._who() is not None and self._terminal.link() == "online"

    async def _ask_all(self) -> None:
        try:
            for number, asked in await self._on_desk(self._waiting):
                if not self._may_ask():
                    return
                await self._ask(number, asked)
        except Exception as error:  # nobody sits before it: it is tried again, and the fault is on record
            self.trouble = self._terminal.sentence(error)

    async def _ask(self, number: str, asked: tuple[Question, ...]) -> None:
        self._sources = self._sources or ThreadPoolExecutor(1, thread_name_prefix="sources")
        ask = self._terminal.counter.sources
        said = await asyncio.get_running_loop().run_in_executor(self._sources, answers, ask, asked)
        if said:
            await self._on_desk(self._write, number, said)

    def _waiting(self) -> list[tuple[str, tuple[Question, ...]]]:
        """What is to be asked now; it counts as asked."""
        moment = self._terminal.clock.monotonic()
        self._asked = {one: again for one, again in self._asked.items() if again > moment}
        found = []
        for case in self._terminal.memory.awaiting_a_source(_AT_ONCE):
            every = questions(case, self._terminal.counter.item(case))
            asked = tuple(one for one in every if (case.number, one.material) not in self._asked)
            self._asked |= {(case.number, one.material): moment + AGAIN_SECONDS for one in asked}
            found += [(case.number, asked)] if asked else []
        return found

    def _write(self, number: str, said: tuple[CheckLine, ...]) -> None:
        session = self._who()
        counter = self._terminal.counter
        case = counter.case(number)
        news = tuple(line for line in said if FOUND[line.outcome] != case.materials.get(line.material))
        if session is None or not news:
            return
        done = counter.act(session, number, "check", {"results": msgspec.to_builtins(news)})
        if not isinstance(done, Refusal):
            self._terminal.wake()
