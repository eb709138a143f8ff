"""The line to the hall: pushes whenever something waits, pulls at the same time, and never gives up (sync.md S11-S34).

`serve` runs until it is cancelled or a person has to act; `sync_once` does it all once and reports. Neither
decides anything about a case: what the hall says goes into the memory, and the memory acts on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from casework.ambient import Clock
from casework.closing import Windows
from casework.limits import LIMITS, Limits
from casework.seals import Signer
from casework.wire import CaseAnswer
from sync.backoff import Dice, Sleep, patience
from sync.bootstrap import Bootstrap
from sync.contact import Contact, Run, first_of
from sync.errors import AskPerson, Busy, Diverged, LineError, Stop, TooOld, Unknown
from sync.healing import Healing
from sync.holes import Holes
from sync.inbound import Inbound, Page
from sync.outbound import Outbound
from sync.ports import LineStore
from sync.scans import Carrier, carried
from sync.scopes import Scopes
from sync.status import LineStatus, LinkState, Synced
from sync.transport import Transport
from sync.windows import windows_of

_T = TypeVar("_T")
Note = Callable[[LineError], Awaitable[None]]
"""Told of each failure before the wait."""


class Line:
    """One terminal's line. At most one process runs it at a time (`sync.owner`).

    Args:
        store: the terminal's memory.
        transport: the way to the hall; it holds the pinned key.
        signer: the terminal's key.
        clock: the terminal's own clock.
        sleep: waits that many seconds.
        dice: a number from 0 to 1 for the jitter.
        run: where the memory's methods are called.
        limits: bounds.
    """

    def __init__(
        self,
        store: LineStore,
        transport: Transport,
        signer: Signer,
        *,
        clock: Clock,
        sleep: Sleep,
        dice: Dice,
        run: Run,
        limits: Limits = LIMITS,
    ) -> None:
        self._contact = Contact(store, transport, signer, clock, run, limits)
        self._outbound = Outbound(self._contact)
        self._inbound = Inbound(self._contact)
        self._healing = Healing(self._contact, self._inbound)
        self._bootstrap = Bootstrap(self._contact, sleep)
        self._holes = Holes(self._contact)
        self._scopes = Scopes(self._contact, self._inbound, sleep)
        self._carrier = Carrier(self._contact)
        self._sleep = sleep
        self._dice = dice
        self._limits = limits
        self._woken = asyncio.Event()
        self._complete = False
        self._filling = False

    @property
    def status(self) -> LineStatus:
        """How the line is now."""
        return self._contact.status

    def watch(self, tell: Callable[[LineStatus], None]) -> None:
        """Call `tell` at each change of the status."""
        self._contact.watch = tell

    def pace(self, limits: Limits) -> None:
        """Other periods from the next wait on."""
        self._limits = limits

    def wake(self) -> None:
        """Something was committed: push it now."""
        self._woken.set()

    def cable(self, plugged: bool) -> None:
        """Pull the cable out (each request fails as unreachable) or put it back (nobody waits any longer)."""
        self._contact.cable(plugged)
        if plugged:
            self._woken.set()

    async def serve(self) -> None:
        """Push and pull until cancelled, or until a person has to act: then `status` says what to do."""
        loops = (self._push, self._pull, self._carry, self._tidy)
        tasks = [asyncio.create_task(self._until_stopped(loop)) for loop in loops]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._forget()
        await self._contact.note(done.pop().result(), stopped=True)  # last, so that no late answer hides it

    async def sync_once(self, *, scans: bool = False) -> Synced:
        """Push everything, then pull up to the newest entry that the first answer names.

        `scans`: also what takes longer: bytes that were left out before (S12), and scanned papers, both ways (S35).
        """
        if scans:
            self._outbound.hurry()
        try:
            return await self._all_once(scans=scans)
        except Diverged:
            tries = self._limits.once_tries
            try:
                await self._patiently(self._healing.mend, tries)
                return await self._all_once(scans=scans)
            except LineError as trouble:
                return await self._reported(0, 0, trouble)
        finally:
            self._forget()

    def _forget(self) -> None:
        """The line ends: nobody waits any more for what was asked ahead."""
        self._inbound.forget()
        self._outbound.forget()

    async def _all_once(self, *, scans: bool) -> Synced:
        """Raises Diverged before anything was done; whatever else goes wrong is in the report."""
        pushed = pulled = 0
        trouble: LineError | None = None
        tries = self._limits.once_tries
        try:
            while (answered := await self._patiently(self._outbound.step, tries)) is not None:
                pushed += answered
        except Busy as busy:  # a hall that takes in nothing just now still says what is new
            trouble = busy
        except Diverged:
            raise
        except LineError as stopped:
            return await self._reported(pushed, pulled, stopped)

        try:
            target: int | None = None
            while True:
                while await self._patiently(self._bootstrap.step, tries):
                    pass
                page = await self._patiently(self._look, tries)
                pulled += page.entries
                self._bootstrap.saw(page.newest - page.upto)
                target = page.newest if target is None else target
                if page.moved and page.upto >= target:
                    break
            await self._patiently(self._inbound.blobs, tries)
            while await self._patiently(self._scopes.step, tries):
                pass
            await self._patiently(self._holes.step, tries)
            if scans:
                await carried(self._carrier.step, self._limits.once_pieces, tries)
            await self._contact.sure()  # nobody asks again before the next time
        except Diverged:
            raise
        except LineError as stopped:
            trouble = stopped
        return await self._reported(pushed, pulled, trouble)

    async def _reported(self, pushed: int, pulled: int, trouble: LineError | None) -> Synced:
        """What was done, and what stopped it."""
        if trouble is not None:
            await self._contact.note(trouble, stopped=isinstance(trouble, AskPerson | Stop))
        waits = await self._contact.memory(self._contact.store.pending)
        left = len(await self._contact.memory(self._contact.store.scans_to_send, self._limits.list_rows))
        error = trouble.code if trouble else ""
        return Synced(pushed, pulled, waits.unsent, waits.held, waits.rejected, error, left)

    async def case(self, case_id: str) -> CaseAnswer:
        """What the hall has of one case, with the bytes of what it refused (S16). Raises LineError."""
        return await self._holes.ask(case_id)

    async def windows(self) -> Windows:
        """What every window of the hall still has open. Raises LineError."""
        return await windows_of(self._contact)

    async def _look(self) -> Page:
        return await self._inbound.step(0.0)

    async def _push(self) -> None:
        while True:
            self._woken.clear()
            if await self._patiently(self._outbound.step) is None:
                # Another process may write too (S34) and can't wake this one, so it looks by itself now and then.
                await first_of(self._sleep(self._limits.poll_spacing), self._woken)

    async def _pull(self) -> None:
        while True:
            while await self._patiently(self._bootstrap.step):
                await self._patiently(self._inbound.blobs)  # the catalogue comes before the last case
            self._filling = await self._patiently(self._scopes.step)
            self._complete = await self._patiently(self._inbound.blobs)
            if not self._filling:
                await self._patiently(self._holes.step)
            began = self._contact.clock.monotonic()
            page = await self._patiently(self._poll)
            self._bootstrap.saw(page.newest - page.upto)
            if page.upto >= page.newest:
                left = self._limits.poll_spacing - (self._contact.clock.monotonic() - began)
                if (
                    not page.entries and left > 0
                ):  # a hall that does not keep the question open is not asked in a circle
                    await self._contact.pause(self._sleep, left)

    async def _carry(self) -> None:
        """Scans, whenever nothing else is to be pushed (S35); the status of the line is for the other two to tell."""
        while True:
            if not await self._patiently(self._carrier.step, note=_in_silence):
                await self._pause(self._limits.poll_spacing)

    async def _tidy(self) -> None:
        """Let go what is over its days, now and then, in slices between which everybody else writes (S21)."""
        while True:
            await self._sleep(self._limits.purge_seconds)
            while await self._patiently(self._purge):
                await self._sleep(self._limits.bootstrap_rest_ms / 1000)

    async def _purge(self) -> bool:
        return await self._contact.memory(self._contact.store.purge_step)

    async def _poll(self) -> Page:
        if self._filling or self.status.link is not LinkState.ONLINE:
            return await self._inbound.step(0.0)  # says at once that the line is there
        return await self._inbound.step(self._limits.poll_seconds if self._complete else self._limits.poll_spacing)

    async def _patiently(
        self, step: Callable[[], Awaitable[_T]], tries: int | None = None, note: Note | None = None
    ) -> _T:
        retrying = patience(self._pause, self._dice, tries=tries, note=note or self._contact.note, limits=self._limits)
        return await retrying(step)

    async def _pause(self, seconds: float) -> None:
        await self._contact.pause(self._sleep, seconds)

    async def _until_stopped(self, loop: Callable[[], Awaitable[None]]) -> LineError:
        """Run `loop`; what needs a person ends it.

        An unknown key pauses it (the hall may enrol it again), and so does a program that is too old: what its update
        brings still comes by its hash, and then it pushes (S32). Where the logs part it goes on in a new epoch, or
        waits for an operator to open one (S24).
        """
        parted = False
        while True:
            try:
                if parted:
                    await self._patiently(self._healing.mend)
                parted = False
                await loop()
            except Diverged as trouble:
                if parted:
                    await self._contact.note(trouble, stopped=True)
                    await self._pause(self._limits.retry_most)
                parted = True
            except (Unknown, TooOld) as trouble:
                await self._contact.note(trouble, stopped=True)
                await self._pause(self._limits.retry_most)
            except (AskPerson, Stop) as trouble:
                return trouble


async def _in_silence(error: LineError) -> None:
    """The line that is down says so itself; what is wrong with a scan stands beside that scan."""
