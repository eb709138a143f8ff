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
from sync.errors import Busy, Declined, TryAgain, is_halls_word
from sync.portion import Portion

_T = TypeVar("_T")
_AT_ONCE = 100
"""Scans that are looked at in one round, and as many more as were put off."""
_SURE = 8
_NOT_FOUND, _RANGE, _FULL = 404, 416, 507


class Carrier:
    """Sends and fetches scans, a piece a step."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._piece = Portion(contact.limits.scan_piece_least, contact.limits.scan_piece_bytes, _SURE)
        self._later: dict[str, float] = {}
        self._failures: dict[str, int] = {}
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
        most = _AT_ONCE + len(self._later)  # however many were put off, others are among them
        wanted = self._due(await contact.memory(contact.store.scans_to_fetch, most))
        waiting = wanted or self._due(await contact.memory(contact.store.scans_to_send, most))
        if waiting is None:
            return None
        if (await contact.memory(contact.store.pending)).unsent:
            return False
        try:
            await (self._fetch(waiting) if wanted else self._send(waiting))
        except TryAgain:
            self._set_aside(waiting)
            raise
        self._failures.pop(waiting.sha256, None)
        return True

    def _set_aside(self, scan: Carried) -> None:
        """It did not get on: perhaps others do. Its turn comes again soon, and the later the oftener it fails."""
        failures = self._failures[scan.sha256] = self._failures.get(scan.sha256, 0) + 1
        limits = self._contact.limits
        wait = min(limits.scan_retry_seconds, limits.retry_first * 2.0 ** min(failures - 1, 30))
        self._later[scan.sha256] = self._contact.clock.monotonic() + wait
        self._known.pop(scan.sha256, None)  # the piece may have arrived, and only its answer got lost

    def _due(self, scans: tuple[Carried, ...]) -> Carried | None:
        """The first that was never put off, else the one whose turn has come again the longest ago."""
        now = self._contact.clock.monotonic()
        due = (scan for scan in scans if self._later.get(scan.sha256, now) <= now)
        return min(due, key=lambda scan: self._later.get(scan.sha256, 0.0), default=None)

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
                held = await contact.question(lambda: ask(contact.hall_now()), batch=True)  # of no size: it has no body
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
        piece = await contact.memory(contact.store.scan_piece, scan.sha256, held, self._piece.size)
        if not piece:
            await contact.memory(contact.store.scan_sound, scan.sha256)
            return None
        send = partial(contact.transport.send_piece, scan.sha256, scan.size, held, piece, contact.signer)
        answer = await self._carried(lambda: send(contact.hall_now()))
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
            if not await self._contact.memory(self._contact.store.let_given_up_go, scan.sha256):
                await self._put_off(scan, "line.scan.unknown")
        elif declined.status == _FULL:
            await self._put_off(scan, "line.scan.full", declined.retry_after)
        else:
            await self._put_off(scan, "line.scan.refused", declined.retry_after)

    # In

    async def _fetch(self, scan: Carried) -> None:
        contact = self._contact
        most = min(self._piece.size, scan.size - scan.held)
        if most <= 0:  # the PC went down, or the disk refused, before it was proven
            await self._came(scan, scan.held, b"")
            return
        ask = partial(contact.transport.blob_part, scan.sha256, scan.held, most, contact.signer)
        try:
            part = await self._carried(lambda: ask(contact.hall_now()))
        except Declined as declined:
            code = "line.scan.not_come" if declined.status in {_NOT_FOUND, _RANGE} else "line.scan.refused"
            await self._put_off(scan, code, declined.retry_after)
            return
        await self._came(scan, part.first, part.data)

    async def _came(self, scan: Carried, first: int, data: bytes) -> None:
        if not await self._contact.memory(self._contact.store.keep_scan_piece, scan.sha256, first, data):
            await self._put_off(scan, "line.scan.changed")

    async def _carried(self, ask: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """The answer about a piece; how long it took, and whether it came, says how much the next one may have."""
        limits, clock = self._contact.limits, self._contact.clock
        began = clock.monotonic()
        answer = await self._asked(ask)
        took = clock.monotonic() - began
        if took > limits.scan_piece_seconds:
            self._piece.failed()
        elif took < limits.scan_piece_seconds / 2:
            self._piece.went()
        return answer

    async def _asked(self, ask: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """The hall's answer. Raises Declined for what the hall says, or somebody else says of the smallest piece."""
        try:
            return await self._contact.question(ask, batch=True)
        except Declined as declined:
            if not is_halls_word(declined) and self._piece.failed():
                raise Busy("line.busy", declined.retry_after, status=declined.status) from declined
            raise
        except Busy as busy:
            said = busy.__cause__
            if isinstance(said, Declined) and is_halls_word(said):
                raise said from busy
            self._piece.failed()
            raise
        except TryAgain:
            self._piece.failed()
            raise


async def carried(step: Callable[[], Awaitable[bool | None]], rounds: int, tries: int) -> bool:
    """Carry for a command, until nothing is left or `rounds` steps were made; whether something could not be.

    Raises AskPerson; what is tried again later is left for later, and all of it where nothing gets through.
    """
    failures = 0
    for _ in range(rounds):
        try:
            if not await step():
                return not failures
        except TryAgain:
            failures += 1
            if failures >= tries:
                return False
    return False
