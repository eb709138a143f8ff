"""Scanned papers over the line (S35): in pieces, gone on with where they were, and always behind the facts.

Before each piece it is asked whether facts wait to be pushed; while any do, nothing of a scan travels. One piece is
under way at a time, and it is as small as the line is slow. What becomes of scans never shows as the line's own state:
a hall that has no room for them takes facts all the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from casework.scans import Carried
from sync.contact import Contact
from sync.errors import Busy, Declined, TryAgain, Unreachable

_T = TypeVar("_T")
_AT_ONCE = 100
"""Scans that are looked at in one round."""
_NOT_FOUND, _RANGE, _FULL = 404, 416, 507


class Carrier:
    """Sends and fetches scans, a piece a step."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._piece = contact.limits.scan_piece_bytes
        self._later: dict[str, float] = {}
        self._known: dict[str, int] = {}
        self._tidied = False

    async def step(self) -> bool | None:
        """Carry one piece of the scan that waits longest, those that somebody waits for first.

        Returns True when something moved, False while facts wait, None when nothing is to be carried now.

        Raises AskPerson or TryAgain.
        """
        contact = self._contact
        if not self._tidied:
            await contact.memory(contact.store.tidy_scans)
            self._tidied = True
        wanted = self._due(await contact.memory(contact.store.scans_to_fetch, _AT_ONCE))
        waiting = wanted or self._due(await contact.memory(contact.store.scans_to_send, _AT_ONCE))
        if waiting is None:
            return None
        if (await contact.memory(contact.store.pending)).unsent:
            return False
        await (self._fetch(waiting) if wanted else self._send(waiting))
        return True

    def _due(self, scans: tuple[Carried, ...]) -> Carried | None:
        """The first that was not put off."""
        now = self._contact.clock.monotonic()
        return next((scan for scan in scans if self._later.get(scan.sha256, now) <= now), None)

    async def _put_off(self, scan: Carried, code: str, seconds: float = 0.0) -> None:
        """It can't go on now; the others can."""
        contact = self._contact
        wait = max(seconds, contact.limits.scan_retry_seconds)
        self._later[scan.sha256] = contact.clock.monotonic() + wait
        self._known.pop(scan.sha256, None)
        await contact.memory(contact.store.scan_trouble, scan.sha256, code)

    # Out

    async def _send(self, scan: Carried) -> None:
        contact, store = self._contact, self._contact.store
        try:
            held = self._known.get(scan.sha256)
            if held is None:
                ask = partial(contact.transport.scan_held, scan.sha256, contact.signer)
                held = await self._asked(lambda: ask(contact.hall_now()))
            elif held < scan.size:
                held = await self._send_piece(scan, held)
        except Declined as declined:
            await self._not_taken(scan, declined)
            return
        if held is None:
            return
        if held >= scan.size:
            self._known.pop(scan.sha256, None)
            await contact.memory(store.scan_sent, scan.sha256)
        else:
            self._known[scan.sha256] = held
            await contact.memory(store.scan_held, scan.sha256, held)

    async def _send_piece(self, scan: Carried, held: int) -> int | None:
        """How much the hall has after one more piece; None where the file here is not what it was."""
        contact = self._contact
        piece = await contact.memory(contact.store.scan_piece, scan.sha256, held, self._piece)
        if not piece:
            await contact.memory(contact.store.scan_sound, scan.sha256)
            return None
        send = partial(contact.transport.send_piece, scan.sha256, scan.size, held, piece, contact.signer)
        answer = await self._asked(lambda: send(contact.hall_now()))
        await contact.heard(answer.hall_time)
        return answer.held

    async def _not_taken(self, scan: Carried, declined: Declined) -> None:
        code = declined.problem.error if declined.problem else ""
        if code == "blob_offset":
            self._known.pop(scan.sha256, None)  # ask again how much it has
        elif code == "piece_wrong":
            await self._put_off(scan, "line.scan.changed")
        elif code == "blob_wrong":
            sound = await self._contact.memory(self._contact.store.scan_sound, scan.sha256)
            if sound:  # something on the way was in the way: from the beginning
                await self._put_off(scan, "line.scan.changed")
        elif declined.status == _NOT_FOUND:
            await self._put_off(scan, "line.scan.unknown")
        elif declined.status == _FULL:
            await self._put_off(scan, "line.scan.full", declined.retry_after)
        else:
            await self._put_off(scan, "line.scan.refused", declined.retry_after)

    # In

    async def _fetch(self, scan: Carried) -> None:
        contact, store = self._contact, self._contact.store
        most = min(self._piece, scan.size - scan.held)
        ask = partial(contact.transport.scan_part, scan.sha256, scan.held, most, contact.signer)
        try:
            data = await self._asked(lambda: ask(contact.hall_now()))
        except Declined as declined:
            code = "line.scan.not_come" if declined.status in {_NOT_FOUND, _RANGE} else "line.scan.refused"
            await self._put_off(scan, code, declined.retry_after)
            return
        held = await contact.memory(store.keep_scan_piece, scan.sha256, scan.held, data)
        if not held:
            await self._put_off(scan, "line.scan.changed")

    async def _asked(self, ask: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """The hall's answer; how long it took says how much the next piece may have."""
        contact, limits = self._contact, self._contact.limits
        began = contact.clock.monotonic()
        try:
            answer = await contact.question(ask, batch=True)
        except Unreachable:
            self._known.clear()  # the piece may have arrived, and only its answer got lost
            self._piece = max(limits.scan_piece_least, self._piece // 2)
            raise
        except Busy as busy:
            self._known.clear()
            declined = busy.__cause__
            if isinstance(declined, Declined) and declined.problem is not None:
                raise declined from busy
            raise
        took = contact.clock.monotonic() - began
        if took > limits.scan_piece_seconds:
            self._piece = max(limits.scan_piece_least, self._piece // 2)
        elif took < limits.scan_piece_seconds / 2:
            self._piece = min(limits.scan_piece_bytes, self._piece * 2)
        return answer


async def carried(step: Callable[[], Awaitable[bool | None]], rounds: int) -> bool:
    """Carry for a command, until nothing is left or `rounds` steps were made; whether something could not be.

    Raises AskPerson; what is tried again later is left for later.
    """
    for _ in range(rounds):
        try:
            if not await step():
                return True
        except TryAgain:
            return False
    return False
