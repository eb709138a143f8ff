"""The fleet screen's desk, over the hall's command line: calls run in threads, what is refused is a value."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from casework import messages
from casework.fleet import Fleet
from casework.limits import LIMITS, Limits
from casework.messages import Message, Spoken
from console.messages import translator
from console.people import fits
from screens.desk import Checked, Choice, Done, FieldKind, Refused

if TYPE_CHECKING:
    from hall.cli import FleetHand

APPROVES = frozenset({"it", "supervisor"})
"""The teams whose yes counts."""


class HallFleet:
    """The fleet of an opened hall."""

    def __init__(self, hand: FleetHand, limits: Limits = LIMITS) -> None:
        self._hand = hand
        self._limits = limits
        self._wrong: dict[str, int] = {}
        self._until: dict[str, datetime] = {}

    _fits = staticmethod(fits)

    async def fleet(self) -> Fleet:
        """All of it, as it is now."""
        return await asyncio.to_thread(self._hand.fleet)

    async def halt(self) -> Done | Refused:
        """Let the rollout stand still."""
        return await self._do("fleet.halted", self._hand.halt)

    async def resume(self) -> Done | Refused:
        """Let it go on."""
        return await self._do("fleet.resumed", self._hand.resume)

    async def open_next(self, ring: str) -> Done | Refused:
        """Open this ring, whose turn it is."""
        return await self._do("fleet.opened", self._hand.open_next, ring)

    async def block(self, version: str) -> Done | Refused:
        """Take a version out of service."""
        return await self._do("fleet.blocked", self._hand.block, version)

    async def approve(self, ring: str, number: str, pin: str) -> Done | Refused:
        """The yes of a second person, who gives number and PIN."""
        refused = await asyncio.to_thread(self._not_proven, number.strip(), pin)
        if refused is not None:
            return Refused(refused, "pin")
        return await self._do("fleet.approved", self._hand.approve, ring, number.strip())

    def _not_proven(self, number: str, pin: str) -> Message | None:
        """Why this is nobody whose yes counts; None when she is."""
        now = self._hand.clock.now()
        if now < self._until.get(number, now):
            return Message("people.locked", {"name": number, "until": f"{self._until[number]:%H:%M}"})
        staff = self._hand.staff(number)
        if staff is None or not staff.active:
            return Message("people.unknown", {"number": number[:40]})
        if staff.team not in APPROVES:
            return Message("fleet.approve.team", {"name": staff.name})
        if self._fits(staff.verifier, pin):
            self._wrong.pop(number, None)
            return None
        tries = self._wrong[number] = self._wrong.get(number, 0) + 1
        left = self._limits.pin_tries - tries
        if left > 0:
            return Message("people.wrong_pin", {"left": left})
        end = self._until[number] = now + timedelta(seconds=self._limits.pin_lock_seconds)
        self._wrong.pop(number)
        return Message("people.locked_now", {"name": staff.name, "tries": tries, "until": f"{end:%H:%M}"})

    async def _do(self, done: str, what: Callable[..., Any], *given: str) -> Done | Refused:
        try:
            rollout = await asyncio.to_thread(what, *given)
        except Spoken as no:
            return Refused(no.message)
        return Done(Message(done, {"number": rollout.number, "what": given[0] if given else ""}))

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
