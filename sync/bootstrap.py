"""Beginning from the hall's snapshot (sync.md S21): fetched in parts that resume, proven, applied between the saves.

A part that was cut keeps what came of it. Every file has to be the one that the hall has signed for this place of its
log; files of two places are never mixed: when the hall has a newer set meanwhile, it is begun anew. Where something on
the way lets no part through, now or from now on, the log is pulled meanwhile.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any

import msgspec

from casework.catalogue.schema import MODULES
from casework.errors import BadBytes
from casework.seals import unseal
from casework.snapshot import PURPOSE_SNAPSHOT, Boot, BootFile, Offer, Snapshot
from casework.wire import PURPOSE_HEAD, Head
from sync.backoff import Sleep
from sync.contact import Contact
from sync.errors import Busy, Declined, Memory, NotTheHall, OtherHall, TryAgain, is_halls_word
from sync.portion import Portion
from sync.ports import Position
from sync.transport import Part

HALL_SCOPE = "hall"
_HAS_NONE = 404
_SURE = 8


class Bootstrap:
    """Fetches and applies a snapshot where that is faster than pulling."""

    def __init__(self, contact: Contact, sleep: Sleep) -> None:
        self._contact = contact
        self._sleep = sleep
        self._part = Portion(contact.limits.snapshot_part_least, contact.limits.snapshot_part, _SURE)
        self._ask_again = 0.0
        self._failures = 0
        self._behind = 0

    def saw(self, behind: int) -> None:
        """A page has shown how many entries of the log this terminal lacks."""
        self._behind = behind

    async def step(self) -> bool:
        """Do the next thing; False when there is nothing to do and the log is pulled as always.

        Raises AskPerson or TryAgain.
        """
        contact = self._contact
        boot = await contact.memory(contact.store.boot)
        if boot is None:
            return await self._begin()
        contact.show_boot(boot.done)
        if not boot.applying:
            return contact.clock.monotonic() >= self._ask_again and await self._attempted(self._fetch(boot))
        rest = await contact.memory(contact.store.boot_step)
        if rest is None:
            contact.show_boot(None)
            return False
        await self._sleep(rest)
        return True

    async def _begin(self) -> bool:
        contact = self._contact
        position = await contact.memory(contact.store.position)
        far = position.cursor == 0 or self._behind >= contact.limits.snapshot_least
        if position.frozen or not far or contact.clock.monotonic() < self._ask_again:
            return False
        return await self._attempted(self._begun(position))

    async def _attempted(self, attempt: Coroutine[Any, Any, bool]) -> bool:
        """What it gives; False where no part gets through: perhaps the log does. Tried again ever later."""
        try:
            return await attempt
        except Memory:
            raise
        except TryAgain:
            limits = self._contact.limits
            self._failures += 1
            wait = min(limits.snapshot_wait, limits.request_seconds * 2.0 ** min(self._failures - 1, 30))
            self._ask_again = self._contact.clock.monotonic() + wait
            return False

    async def _begun(self, position: Position) -> bool:
        contact = self._contact
        self._ask_again = contact.clock.monotonic() + contact.limits.snapshot_wait
        part = await self._asked(HALL_SCOPE, None, 0)
        if part is None or part.first or not part.data:
            return False
        snapshot = self._proven(part.offer, HALL_SCOPE, position)
        if snapshot.epoch != position.epoch or snapshot.seq - position.cursor < contact.limits.snapshot_least:
            return False
        if not await self._has_room(snapshot):
            return False
        scopes = (HALL_SCOPE, *(scope for scope in MODULES if scope in part.offer.scopes))
        await contact.memory(contact.store.boot_begin, scopes, snapshot, part.offer.head)
        await contact.memory(contact.store.boot_part, HALL_SCOPE, 0, part.data)
        self._ask_again, self._behind = 0.0, 0
        return True

    async def _fetch(self, boot: Boot) -> bool:
        """The next part of the first file that is not whole; a file that is whole is proven."""
        contact = self._contact
        position = await contact.memory(contact.store.position)
        if position.frozen:
            raise await contact.diverged(position.epoch)
        if boot.seq <= position.cursor:
            return await self._forgotten(boot, position)
        file = next((one for one in boot.files if not one.proven), None)
        if file is None:
            await contact.memory(contact.store.boot_step)
            return True
        if file.sha256 and file.have >= file.size:  # the PC went down, or the disk refused, before it was proven
            await self._prove(file.scope)
            return True
        part = await self._asked(file.scope, boot.seq, file.have)
        snapshot = self._proven(part.offer, file.scope, position) if part is not None else None
        here = snapshot and (snapshot.epoch, snapshot.seq, snapshot.chain) == (boot.epoch, boot.seq, boot.chain)
        if part is None or snapshot is None or not here:
            wait = contact.limits.snapshot_wait if part is None else 0.0
            return await self._forgotten(boot, position, wait)
        return await self._keep(file, snapshot, part)

    async def _forgotten(self, boot: Boot, position: Position, wait: float = 0.0) -> bool:
        """The log was pulled as far meanwhile, or the hall has tidied its shelf: begin with what it has now.

        `wait`: it has nothing of this scope. What it offers of another may still lack this one: the log is pulled.
        """
        contact = self._contact
        await contact.memory(contact.store.boot_forget)
        self._ask_again = contact.clock.monotonic() + wait
        self._behind = max(self._behind, boot.seq - position.cursor)
        contact.show_boot(None)
        return True

    async def _has_room(self, snapshot: Snapshot) -> bool:
        """Whether a file may lie here and be applied, and what is saved at the counter still has room."""
        contact = self._contact
        free = await contact.memory(contact.store.free_mb)
        return free < 0 or free - 2 * snapshot.size // 1_000_000 >= contact.limits.snapshot_spare_mb

    async def _keep(self, file: BootFile, snapshot: Snapshot, part: Part) -> bool:
        """Keep a part; False where there is no room for its file, and the log is pulled meanwhile."""
        contact = self._contact
        have = file.have
        if file.sha256 != snapshot.sha256:
            if not await self._has_room(snapshot):
                self._ask_again = contact.clock.monotonic() + contact.limits.snapshot_wait
                return False
            await contact.memory(contact.store.boot_file, snapshot)
            have = 0
        if part.first != have or not part.data or have + len(part.data) > snapshot.size:
            if have == file.have:
                raise NotTheHall("line.not_the_hall", seen="range")
            return True  # of another file than before: its first bytes are asked for next
        await contact.memory(contact.store.boot_part, file.scope, have, part.data)
        if have + len(part.data) == snapshot.size:
            await self._prove(file.scope)
        return True

    async def _prove(self, scope: str) -> None:
        if not await self._contact.memory(self._contact.store.boot_prove, scope):
            raise NotTheHall("line.not_the_hall", seen="snapshot")

    async def _asked(self, scope: str, seq: int | None, first: int) -> Part | None:
        """A part; None where the hall has no snapshot. A line that does not carry it is asked for less."""
        contact = self._contact
        try:
            part = await contact.question(partial(self._question, scope, seq, first), batch=True)
        except Declined as declined:
            if declined.status == _HAS_NONE and is_halls_word(declined):
                return None
            self._part.failed()
            raise Busy("line.busy", declined.retry_after, status=declined.status) from declined
        except TryAgain as trouble:
            if not is_halls_word(trouble):
                self._part.failed()
            raise
        self._failures = 0
        self._part.went()
        if part.hall_time:  # something on the way may have taken the header away
            await contact.heard(part.hall_time)
        return part

    async def _question(self, scope: str, seq: int | None, first: int) -> Part:
        contact = self._contact
        return await contact.transport.snapshot(scope, seq, first, self._part.size, contact.signer, contact.hall_now())

    def _proven(self, offer: Offer, scope: str, position: Position) -> Snapshot:
        """What the hall has signed of a file. Raises NotTheHall, OtherHall."""
        key = self._contact.transport.key
        try:
            snapshot: Snapshot = unseal(offer.snapshot, key, PURPOSE_SNAPSHOT, Snapshot)
            head: Head = unseal(offer.head, key, PURPOSE_HEAD, Head)
        except (BadBytes, msgspec.MsgspecError) as cause:
            raise NotTheHall("line.not_the_hall", seen="snapshot") from cause
        if snapshot.hall != position.hall:
            raise OtherHall("line.other_hall", hall=snapshot.hall)
        place = (snapshot.hall, snapshot.epoch, snapshot.seq, snapshot.chain)
        if snapshot.scope != scope or place != (head.hall, head.epoch, head.seq, head.chain):
            raise NotTheHall("line.not_the_hall", seen="snapshot")
        return snapshot
