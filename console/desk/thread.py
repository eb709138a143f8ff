"""The desk's own thread: SQLite never runs on the screen's loop; one thread serves all, in the order of the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from casework.errors import CaseworkError
from casework.messages import Spoken
from console.counter import Session
from console.errors import ConsoleError
from console.legal_time import DayUnknown
from console.showing import Shower
from console.terminal import Terminal
from screens import desk

_T = TypeVar("_T")


class DeskThread:
    """What every half of the desk stands on: terminal, thread, who sits here, and the words for what goes wrong."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._session: Session | None = None
        self._show = Shower(terminal.library, lambda: terminal.language, terminal.clock.now, terminal.name_of)

    async def _do(self, work: Callable[..., _T], *args: Any) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
        except Spoken:
            raise
        except Exception as error:  # nobody expected it: a sentence, and the form stays as it is
            message = self._terminal.sentence(error)
            raise ConsoleError(message.id, **message.facts) from error

    async def _aside(self, work: Callable[[], _T]) -> _T | desk.Refused:
        """As `_answer`, beside the desk's own thread: long reading that touches no memory holds up no key."""
        try:
            return await asyncio.to_thread(work)
        except Spoken as error:
            return desk.Refused(error.message)
        except Exception as error:
            return desk.Refused(self._terminal.sentence(error))

    async def _answer(self, work: Callable[[], _T]) -> _T | desk.Refused:
        """Run `work`; what the trade, the memory or the line refuse is a value for the screen."""
        try:
            return await self._do(work)
        except DayUnknown as error:
            return desk.Refused(error.message, confirm_day=str(error.message.facts["day"]))
        except Spoken as error:
            return desk.Refused(error.message)

    @property
    def _who(self) -> Session:
        if self._session is None:
            raise CaseworkError("people.signed_out")
        return self._session

    def _supervises(self) -> bool:
        """Whether a post of the shift is a supervisor's: then lists and counts are the hall's."""
        if self._session is None or not self._terminal.library.has_catalogue():
            return False
        posts = self._terminal.library.current().posts
        return any(post in posts and posts[post].team == "supervisor" for post in self._session.shift)
