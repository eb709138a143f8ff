"""What the windows of the hall still have open, asked for when somebody closes the day."""

from __future__ import annotations

from functools import partial

from casework.closing import PURPOSE_WINDOWS, Windows
from casework.errors import BadBytes
from casework.seals import unseal
from sync.contact import Contact
from sync.errors import NotTheHall, OtherHall


async def windows_of(contact: Contact) -> Windows:
    """The hall's own word, proven. Raises LineError."""
    position = await contact.memory(contact.store.position)
    signed = await contact.question(partial(contact.transport.windows, contact.signer, contact.hall_now()), batch=True)
    try:
        told: Windows = unseal(signed, contact.transport.key, PURPOSE_WINDOWS, Windows)
    except BadBytes as cause:
        raise NotTheHall("line.not_the_hall", seen="windows") from cause
    if told.hall != position.hall:
        raise OtherHall("line.other_hall", hall=told.hall)
    if told.asked_by != position.terminal:
        raise NotTheHall("line.not_the_hall", seen="windows")
    return told
