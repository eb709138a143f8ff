"""Long polls (S18, S20): asked, looked at once, answered or put to wait; two thousand of them at one process.

A look, and the answer where it can be given at once, are one call of the memory's thread: at a busy hall what costs is
to go there and back.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Collection

import msgspec

from casework.limits import Limits
from casework.report import Report
from hall.bell import Bell, Waiter
from hall.pulling import Page, Question
from hall.rows import TerminalRow


class Look(msgspec.Struct, frozen=True):
    """Who asked, what there is, and the answer where it could be given at once."""

    terminal: TerminalRow
    page: Page
    answer: bytes | None


class Poll:
    """One question that is asked until it is answered.

    Args:
        key: the short name of the key that signed it: whose pace is kept.
        prove: the terminal that signed it; raises for a stranger.
        page: what there is for the terminal of this number.
    """

    def __init__(
        self,
        key: str,
        prove: Callable[[], TerminalRow],
        page: Callable[[str, Question, Report | None], Page],
        asked: Question,
        report: Report | None,
    ) -> None:
        self.key = key
        self._prove = prove
        self._page = page
        self._asked = asked
        self._report = report
        self._terminal: TerminalRow | None = None

    def look(self, at_once: bool, soon: bool) -> Look:
        """What there is now. `at_once`: answer whatever it is; `soon`: answer anything for this terminal."""
        terminal = self._terminal = self._terminal or self._prove()
        page = self._page(terminal.number, self._asked, self._report)
        now = at_once or page.full or page.own or (soon and page.visible)
        return Look(terminal, page, page.body() if now else None)


class Polls:
    """All long polls of one hall process."""

    def __init__(self, bell: Bell, run: Callable[[Callable[[], Look]], Awaitable[Look]], limits: Limits) -> None:
        self._bell = bell
        self._run = run
        self._limits = limits
        self._closing = False

    def close(self) -> None:
        """The hall stops: open polls are answered at once with what there is."""
        self._closing = True
        self._bell.ring(None)

    async def answer(self, poll: Poll, wait: float) -> bytes:
        """The answer, after at most `wait` seconds of the loop's time. Raises what proving or looking raised."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        while True:
            now = loop.time()
            at_once, soon = self._closing or now >= deadline, now >= self._bell.may_answer(poll.key)
            with self._bell.listening(None) as waiter:  # before it is looked: for whom, the look will say
                look = await self._run(functools.partial(poll.look, at_once, soon))
                if look.answer is not None:
                    if look.page.visible:
                        self._bell.answered(poll.key, loop.time(), self._spacing())
                    return look.answer
                await self._pause(waiter, look, poll.key, deadline)

    async def _pause(self, waiter: Waiter, look: Look, key: str, deadline: float) -> None:
        """Until something may be for this terminal; what is for it alone never waits for its pace."""
        now = asyncio.get_running_loop().time()
        own = look.terminal.own_scope
        scopes: Collection[str] = {own} if look.page.visible else {own, *look.terminal.scopes}
        waiter.narrow(scopes)
        until = min(self._bell.may_answer(key), deadline) if look.page.visible else deadline
        await waiter.wait(until - now)

    def _spacing(self) -> float:
        """Seconds between two answers to a terminal: longer where so many ask that pushes would wait for them."""
        return max(self._limits.poll_spacing, self._bell.askers / self._limits.answers_a_second)
