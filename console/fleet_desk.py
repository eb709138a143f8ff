"""The fleet screen's desk, over the hall's command line: calls run in threads, what is refused is a value."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from casework import messages
from casework.fleet import Fleet
from casework.messages import Message, Spoken
from console.messages import translator
from screens.desk import Checked, Choice, Done, FieldKind, Refused

if TYPE_CHECKING:
    from hall.cli import FleetHand

_FIELD = {
    "version.who": "number", "people.wrong_pin": "pin", "people.locked": "pin", "people.locked_now": "pin",
}  # fmt: skip
"""Where in a form the caret goes for what was refused."""


class HallFleet:
    """The fleet of an opened hall."""

    def __init__(self, hand: FleetHand) -> None:
        self._hand = hand

    async def fleet(self) -> Fleet:
        """All of it, as it is now."""
        return await asyncio.to_thread(self._hand.fleet)

    async def halt(self, number: str, reason: str) -> Done | Refused:
        """Let the rollout stand still."""
        return await self._do("fleet.halted", self._hand.halt, number, reason)

    async def resume(self, number: str, pin: str) -> Done | Refused:
        """Let it go on."""
        return await self._do("fleet.resumed", self._hand.resume, number, pin)

    async def open_next(self, ring: str, number: str, pin: str) -> Done | Refused:
        """Open this ring, whose turn it is."""
        return await self._do("fleet.opened", self._hand.open_next, ring, number, pin)

    async def block(self, version: str, number: str, pin: str, reason: str) -> Done | Refused:
        """Take a version out of service."""
        return await self._do("fleet.blocked", self._hand.block, version, number, pin, reason)

    async def approve(self, ring: str, number: str, pin: str) -> Done | Refused:
        """The yes of a second person, who gives number and PIN."""
        return await self._do("fleet.approved", self._hand.approve, ring, number, pin)

    async def _do(self, done: str, what: Callable[..., Any], *given: str) -> Done | Refused:
        try:
            rollout = await asyncio.to_thread(what, *given)
        except Spoken as no:
            return Refused(no.message, _FIELD.get(no.code, ""))
        return Done(Message(done, {"number": rollout.number, "what": given[0]}))

    # What every screen asks of its desk

    async def languages(self) -> tuple[Choice, ...]:
        """The languages of the screens, by their own names."""
        return Choice("zh_CN", "简体中文"), Choice("en", "English")

    async def switch_language(self, code: str) -> None:
        """Speak another language."""
        messages.install(translator(code))

    async def badge(self, number: str) -> str:
        """Nobody signs in here."""
        return ""

    def check(self, kind: FieldKind, value: str) -> Checked:
        """The hall itself judges what was typed."""
        return Checked(value.strip())
