"""When the hall's log is not this terminal's any more (sync.md S24, S25).

In the same epoch nothing is decided here: the hall is shown its own signed head, so that it gives no more numbers, and
the cursor stands still until it proves that its log goes on from there. In a newer epoch the hall is told where this
terminal stands, shown what it asks for, and the terminal goes on from where both logs part.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial

import msgspec

from casework.position import Position
from casework.seals import Signed, seal
from casework.wire import PURPOSE_OFFER, Head, Offer, OfferAnswer, Point, Range
from sync.contact import Contact
from sync.errors import Busy, Declined, Diverged, NotTheHall
from sync.inbound import Inbound

_NULL = msgspec.Raw(b"null")
_UNREADABLE = 422


class Healing:
    """One terminal's way from one epoch into the next. One conversation at a time, whoever asks."""

    def __init__(self, contact: Contact, inbound: Inbound) -> None:
        self._contact = contact
        self._inbound = inbound
        self._one = asyncio.Lock()
        self._looked = float("-inf")

    async def mend(self) -> None:
        """Go on in the hall's epoch, once what was shown stands in its log.

        Raises:
            Busy: the hall gathers still.
            Diverged: the hall is in this terminal's own epoch: an operator acts.
            AskPerson, TryAgain: as every question.
        """
        async with self._one:
            contact = self._contact
            epoch = await contact.hello()
            position = _stands(await contact.memory(contact.store.position), epoch)
            if epoch <= position.epoch:
                if epoch < position.epoch or position.frozen:
                    await self._look_again(position, epoch)
                return  # somebody else has just done it
            points = await contact.memory(contact.store.points)
            answer = await self._ask(position, 0, position.known_head, points=points)
            if all(point.seq != answer.common for point in points) and answer.common:
                raise NotTheHall("line.not_the_hall", seen="common")
            await self._show(position, answer)
            if answer.gathers:  # what is let go now nobody could show a hall that is lost once more
                raise Busy("line.healing")
            await contact.memory(contact.store.enter, answer.epoch, answer.common)

    async def _show(self, position: Position, first: OfferAnswer) -> None:
        """Each piece once: what the hall knew nothing of at `first`, or lacked the bytes of and this terminal has."""
        contact, after = self._contact, first.common
        while first.wanted and (piece := await contact.memory(contact.store.piece, after)) is not None:
            if piece.last > first.upto or _holds(piece.held, first.wanted):
                begins = (Point(piece.after, piece.start),) if piece.start else ()
                try:
                    await self._ask(position, piece.after, piece.head, points=begins, entries=piece.entries)
                except Declined as declined:
                    if declined.status == _UNREADABLE:
                        return  # an older hall takes nothing that begins elsewhere than where it knows the log
                    raise Busy("line.busy", declined.retry_after, status=declined.status) from declined
            after = piece.last

    async def _look_again(self, position: Position, epoch: int) -> None:
        """Nothing where the hall proves that its log is this one, in this epoch: what was said of another was a copy,
        or was not said to this terminal (T17). Otherwise raises Diverged.
        """
        contact, now = self._contact, self._contact.clock.monotonic()
        if epoch == position.epoch and now - self._looked >= contact.limits.retry_most:
            self._looked = now
            with contextlib.suppress(Diverged):
                await self._inbound.page_at(position, 0.0)
                await contact.memory(contact.store.freeze, "", position.epoch)
                return
        await self._report(position)
        raise await contact.diverged(position.epoch)

    async def _report(self, position: Position) -> None:
        """Show the hall the newest head that it has signed: it may have lost it, and latches (S24)."""
        if position.known_head is not None:
            await self._ask(position, 0, position.known_head)

    async def _ask(
        self,
        position: Position,
        after: int,
        head: Signed | None,
        *,
        points: tuple[Point, ...] = (),
        entries: tuple[msgspec.Raw, ...] = (),
    ) -> OfferAnswer:
        contact = self._contact
        offer = Offer(
            position.hall, position.terminal, position.incarnation, position.epoch, after,
            msgspec.Raw(msgspec.json.encode(head)) if head else _NULL, points, entries,
        )  # fmt: skip
        signed = seal(contact.signer, PURPOSE_OFFER, offer)
        may_be_declined = bool(points and entries)
        ask = partial(contact.transport.offer, signed)
        answer: OfferAnswer = await contact.question(ask, batch=may_be_declined, epoch=position.epoch)
        await contact.heard(answer.hall_time)
        return answer


def _stands(position: Position, epoch: int) -> Position:
    """Where this terminal stands, for a hall in `epoch`.

    A hall that was restored twice may be in an epoch of the same number that is another one. Who has pulled nothing of
    the first holds a log of the epoch before.
    """
    signed = position.known_head
    if signed is None or not position.frozen or position.epoch != epoch:
        return position
    held = msgspec.json.decode(signed.body, type=Head).epoch
    return msgspec.structs.replace(position, epoch=min(position.epoch, held))


def _holds(held: Sequence[int], wanted: Sequence[Range]) -> bool:
    return any(one.first <= seq <= one.last for seq in held for one in wanted)
