"""From the hall's log to the memory (sync.md S18-S20, S24, S33): a page is proven before it is stored.

The signed head at a page's end must be the chain that its entries make from the cursor on, and name this very page:
then nothing was cut, rewritten, hidden, doubled or taken from another question or another terminal (T14-T17).
"""

from __future__ import annotations

from functools import partial

import msgspec

from casework.errors import BadBytes
from casework.report import encode_report
from casework.seals import Signed, read, unseal
from casework.wire import PURPOSE_HEAD, Head, Link, PullAnswer, page_digest, read_page
from sync.contact import Contact
from sync.errors import Declined, NotTheHall, OtherHall, TryAgain
from sync.ports import Position


class Page(msgspec.Struct, frozen=True):
    """What a pull brought."""

    entries: int
    """Entries of this terminal's scopes that were taken over."""
    upto: int
    newest: int
    moved: bool
    """The cursor stands at `upto` now; false when somebody else had moved it meanwhile."""


class Inbound:
    """Fetches what is new, and the blobs that it names."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._last = ("", -1)

    async def step(self, wait: float) -> Page:
        """Ask once. `wait`: seconds that the hall may keep the question open.

        Raises AskPerson or TryAgain.
        """
        contact = self._contact
        position = await contact.memory(contact.store.position)
        if position.frozen:
            raise await contact.diverged()
        answer, signed, links, chain = await self.page_at(position, wait)
        await contact.heard(answer.hall_time)
        moved = True
        if links:
            moved = await contact.memory(
                contact.store.apply, links, position.cursor, signed, chain, position.epoch, answer.acked
            )
            if not moved and (await contact.memory(contact.store.position)).cursor == position.cursor:
                # Nobody else has moved it and it was not taken: asked for again, but not at once (S20).
                raise NotTheHall("line.not_taken", seq=position.cursor)
        elif signed != position.known_head:
            await contact.memory(contact.store.remember_head, signed, answer.upto)
        entries = sum(link.entry is not None for link in links) if moved else 0
        return Page(entries, answer.upto, answer.newest, moved)

    async def page_at(self, position: Position, wait: float) -> tuple[PullAnswer, Signed, tuple[Link, ...], str]:
        """The page behind a place of the log, proven: answer, signed head, entries, and the chain at its end.

        Raises AskPerson or TryAgain.
        """
        contact = self._contact
        query: dict[str, str | int] = {
            "epoch": position.epoch,
            "after": position.cursor,
            "chain": position.chain,
            "limit": contact.limits.pull_entries,
            "wait": int(wait),
            "report": encode_report(await contact.report()),
        }
        if position.keep:
            query["keep"] = ",".join(position.keep)
        answer = await contact.question(
            lambda: contact.transport.pull(query, contact.signer, contact.hall_now(), float(int(wait)))
        )
        return (answer, *await self._proven(answer, position))

    async def blobs(self) -> bool:
        """Fetch the catalogue and calendar versions that are named and not here; whether none is missing now.

        One that can't be had yet does not hold up the log: it is asked for again before the next poll.
        """
        contact = self._contact
        for sha256 in await contact.memory(contact.store.missing_blobs):
            try:
                data = await contact.question(partial(self._blob, sha256))
            except (TryAgain, Declined):
                return False
            await contact.memory(contact.store.keep_blob, sha256, data)
        return True

    async def _blob(self, sha256: str) -> bytes:
        return await self._contact.transport.blob(sha256, self._contact.signer, self._contact.hall_now())

    async def _proven(self, answer: PullAnswer, position: Position) -> tuple[Signed, tuple[Link, ...], str]:
        """The signed head, the entries and the chain at the page's end."""
        contact = self._contact
        try:
            signed: Signed = read(bytes(answer.head), Signed)
            head: Head = unseal(signed, contact.transport.key, PURPOSE_HEAD, Head)
            links, chain = read_page(answer, position.chain)
        except BadBytes as cause:
            raise NotTheHall("line.not_the_hall", seen="page") from cause
        if head.hall != position.hall:
            raise OtherHall("line.other_hall", hall=head.hall)
        asked = answer.after == position.cursor and answer.epoch == position.epoch
        if head.epoch > position.epoch or (asked and head.seq == position.cursor and head.chain != position.chain):
            raise await contact.diverged()  # proven by the hall's own signature
        stale = not links and answer.upto < answer.newest
        seen_before = not links and (answer.hall_time, answer.after) == self._last
        if not asked or head.epoch != position.epoch or head.seq != answer.upto or stale or seen_before:
            raise NotTheHall("line.not_the_hall", seen="cached")
        shown = page_digest(
            position.terminal, answer.after, answer.newest, answer.acked, tuple(map(bytes, answer.entries))
        )
        if chain != head.chain or shown != head.page:
            raise NotTheHall("line.not_the_hall", seen="chain")
        self._last = (answer.hall_time, answer.after)
        return signed, links, chain
