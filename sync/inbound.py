"""From the hall's log to the memory (sync.md S18-S20, S24, S33): a page is proven before it is stored.

The signed head at a page's end must be the chain that its entries make from the cursor on, and name this very page:
then nothing was cut, rewritten, hidden, doubled or taken from another question or another terminal (T14-T17).

While a page is stored the next one is already asked for. It is used only where the memory then stands exactly where
that question said, and passes the same proof; otherwise it is dropped and asked for as ever (`docs/adr/0032`).
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from casework.errors import BadBytes
from casework.facts import digest
from casework.report import encode_report
from casework.seals import Signed, read, unseal
from casework.wire import PURPOSE_HEAD, Head, Link, PullAnswer, page_digest, read_page
from sync.ahead import Ahead, drop
from sync.contact import Contact
from sync.errors import Declined, NotTheHall, OtherHall, TryAgain, is_halls_word
from sync.portion import Portion
from sync.ports import Position
from sync.transport import BlobPart


class Page(msgspec.Struct, frozen=True):
    """What a pull brought."""

    entries: int
    """Entries of this terminal's scopes that were taken over."""
    upto: int
    newest: int
    moved: bool
    """The cursor stands at `upto` now; false when somebody else had moved it meanwhile."""


_WORDS = (b"terminal.set", b"epoch.opened")
"""In the bytes of a fact that may change what is asked: nothing is asked before it was read (S7, S25)."""
_HAS_NONE = 404
_SURE = 8
_Query = Mapping[str, str | int]


class _Came(msgspec.Struct, frozen=True):
    """An answer that holds together, not yet compared with where this terminal stands."""

    answer: PullAnswer
    signed: Signed
    head: Head
    links: tuple[Link, ...]
    chain: str
    shown: str
    """The digest of what was shown."""


class Inbound:
    """Fetches what is new, and the blobs that it names."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._last = ("", -1)
        self._entries = Portion(1, contact.limits.pull_entries)
        self._bytes = Portion(contact.limits.blob_part_least, contact.limits.blob_part, _SURE)
        self._parts: dict[str, bytes] = {}
        self._ahead: tuple[_Query, Ahead[_Came]] | None = None

    async def step(self, wait: float) -> Page:
        """Ask once. `wait`: seconds that the hall may keep the question open.

        Raises AskPerson or TryAgain.
        """
        ahead, self._ahead = self._ahead, None
        try:
            return await self._stepped(wait, ahead)
        except BaseException:
            self.forget()
            raise
        finally:
            drop(ahead and ahead[1])

    def forget(self) -> None:
        """Drop the page that was asked for ahead."""
        ahead, self._ahead = self._ahead, None
        drop(ahead and ahead[1])

    async def _stepped(self, wait: float, under_way: tuple[_Query, Ahead[_Came]] | None) -> Page:
        contact = self._contact
        position = await contact.memory(contact.store.position)
        if position.frozen:
            raise await contact.diverged(position.epoch)
        query = await self._query(position, wait)
        ahead = under_way[1] if under_way is not None and self._is_its_turn(*under_way, query) else None
        came = await self._page(position, query, ahead)
        answer, links = came.answer, came.links
        await contact.heard(answer.hall_time, ahead.ago if ahead is not None else 0.0)
        if ahead is None and answer.acked < position.acked:  # rolled back, and nobody has seen of its log what is gone
            await contact.memory(contact.store.resend_from, answer.acked + 1)
        moved = True
        if links:
            await self._look_ahead(position, came)
            moved = await contact.memory(
                contact.store.apply, links, position.cursor, came.signed, came.chain, position.epoch, answer.acked
            )
            if not moved:
                self.forget()
                await self._moved_by_another(position)
        elif came.signed != position.known_head:
            await contact.memory(contact.store.remember_head, came.signed, answer.upto)
        entries = sum(link.entry is not None for link in links) if moved else 0
        return Page(entries, answer.upto, answer.newest, moved)

    async def _moved_by_another(self, position: Position) -> None:
        """A page was not taken: somebody else has moved the cursor, or applies a snapshot, which goes on first.

        Raises NotTheHall where nobody does: asked for again, but not at once (S20).
        """
        contact = self._contact
        boot = await contact.memory(contact.store.boot)
        applying = boot is not None and boot.applying
        if not applying and (await contact.memory(contact.store.position)).cursor == position.cursor:
            raise NotTheHall("line.not_taken", seq=position.cursor)

    async def page_at(self, position: Position, wait: float) -> tuple[Link, ...]:
        """The entries behind a place of the log, proven. Raises AskPerson or TryAgain."""
        return (await self._page(position, await self._query(position, wait), None)).links

    async def _page(self, position: Position, query: _Query, ahead: Ahead[_Came] | None) -> _Came:
        """The page behind a place of the log, proven; the one that was asked for `ahead`, where that came.

        One that does not get through is asked for smaller: a slow line, or a proxy, may carry less (T21).
        """
        contact = self._contact

        def ask() -> Coroutine[Any, Any, _Came]:
            return self._fetched(query, position, contact.hall_now())

        try:
            came = await contact.question(ahead.first(ask) if ahead is not None else ask, epoch=position.epoch)
            await self._proven(came, position)
        except TryAgain as trouble:
            if not is_halls_word(trouble):
                self._entries.failed()
            raise
        self._entries.went()
        return came

    async def _query(self, position: Position, wait: float) -> _Query:
        query: dict[str, str | int] = {
            "epoch": position.epoch,
            "after": position.cursor,
            "chain": position.chain,
            "limit": self._entries.size,
            "wait": int(wait),
            "report": encode_report(await self._contact.report()),
        }
        if position.keep:
            query["keep"] = ",".join(position.keep)
        return query

    async def _look_ahead(self, position: Position, came: _Came) -> None:
        """Ask for the page behind `came`, if there is one and nothing in `came` changes the question."""
        if came.answer.upto >= came.answer.newest or any(word in link.raw for link in came.links for word in _WORDS):
            return
        behind = msgspec.structs.replace(position, cursor=came.answer.upto, chain=came.chain)
        query = await self._query(behind, 0.0)
        ask = partial(self._fetched, query, behind, self._contact.hall_now())
        self._ahead = query, Ahead(ask, self._contact.clock)

    def _is_its_turn(self, asked: _Query, ahead: Ahead[_Came], query: _Query) -> bool:
        """Whether `query` asks for what is under way, and the answer has not lain here for long."""
        if any(asked.get(what) != query.get(what) for what in ("epoch", "after", "chain", "keep")):
            return False
        clock, limits = self._contact.clock, self._contact.limits
        return not ahead.done or clock.monotonic() - ahead.begun < limits.poll_spacing

    async def _fetched(self, query: _Query, position: Position, at: datetime) -> _Came:
        """One answer of the hall, asked for at its time `at`, and read. Raises LineError, and changes nothing here."""
        contact = self._contact
        answer = await contact.transport.pull(query, contact.signer, at, float(query["wait"]))
        try:
            signed: Signed = read(bytes(answer.head), Signed)
            head: Head = unseal(signed, contact.transport.key, PURPOSE_HEAD, Head)
            links, chain = read_page(answer, position.chain)
        except BadBytes as cause:
            raise NotTheHall("line.not_the_hall", seen="page") from cause
        shown = page_digest(
            position.terminal, answer.after, answer.newest, answer.acked, tuple(map(bytes, answer.entries))
        )
        return _Came(answer, signed, head, links, chain, shown)

    async def blobs(self) -> bool:
        """Fetch the catalogue and calendar versions that are named and not here; whether none of the hall's is missing.

        One that can't be had yet holds up neither the log nor the others: it is asked for again before the next poll.
        """
        contact, complete = self._contact, True
        for sha256 in await contact.memory(contact.store.missing_blobs):
            try:
                data = await self._blob(sha256)
            except Declined as declined:
                if declined.status != _HAS_NONE or not is_halls_word(declined):
                    self._bytes.failed()
                    complete = False
            except TryAgain:
                self._bytes.failed()
                return False
            else:
                await contact.memory(contact.store.keep_blob, sha256, data)
        return complete

    async def _blob(self, sha256: str) -> bytes:
        """All of it, part by part; what came of it before a cut is not asked for again."""
        data = self._parts.get(sha256, b"")
        while True:
            part = await self._contact.question(partial(self._blob_part, sha256, len(data)), batch=True)
            self._bytes.went()
            data = data[: part.first] + part.data
            if len(data) >= part.size:
                break
            self._parts = {sha256: data}
        self._parts.clear()
        if digest(data) != sha256:
            raise NotTheHall("line.not_the_hall", seen="blob")
        return data

    async def _blob_part(self, sha256: str, have: int) -> BlobPart:
        contact = self._contact
        return await contact.transport.blob_part(sha256, have, self._bytes.size, contact.signer, contact.hall_now())

    async def _proven(self, came: _Came, position: Position) -> None:
        """That it is the answer to this very question. Raises AskPerson or TryAgain."""
        answer, head = came.answer, came.head
        if head.hall != position.hall:
            raise OtherHall("line.other_hall", hall=head.hall)
        asked = answer.after == position.cursor and answer.epoch == position.epoch
        if head.epoch > position.epoch or (asked and head.seq == position.cursor and head.chain != position.chain):
            raise await self._contact.diverged(position.epoch)  # proven by the hall's own signature
        stale = not came.links and answer.upto < answer.newest
        seen_before = not came.links and (answer.hall_time, answer.after) == self._last
        if not asked or head.epoch != position.epoch or head.seq != answer.upto or stale or seen_before:
            raise NotTheHall("line.not_the_hall", seen="cached")
        if came.chain != head.chain or came.shown != head.page:
            raise NotTheHall("line.not_the_hall", seen="chain")
        self._last = (answer.hall_time, answer.after)
