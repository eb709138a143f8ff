"""A scope that the log has given to this terminal: its entries are asked for from the beginning (sync.md S7)."""

from __future__ import annotations

import msgspec

from sync.backoff import Sleep
from sync.contact import Contact
from sync.inbound import Inbound


class Scopes:
    """Lets scopes come and go, a little at a time, beside the pulls."""

    def __init__(self, contact: Contact, inbound: Inbound, sleep: Sleep) -> None:
        self._contact = contact
        self._inbound = inbound
        self._sleep = sleep

    async def step(self) -> bool:
        """Do what is to do here, and ask for one page that a new scope lacks; whether more is to be asked for.

        Raises AskPerson or TryAgain.
        """
        contact = self._contact
        while await contact.memory(contact.store.scope_slice):
            await self._sleep(contact.limits.bootstrap_rest_ms / 1000)
        asked = await contact.memory(contact.store.refill)
        if asked is None:
            return False
        position = await contact.memory(contact.store.position)
        if position.frozen:
            raise await contact.diverged(position.epoch)
        place = msgspec.structs.replace(position, cursor=asked.place, chain=asked.chain)
        links = await self._inbound.page_at(place, 0.0)
        await contact.memory(contact.store.refilled, asked, links)
        return True
