"""One round of the line for a command: push and pull once, when no other process has the line."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import msgspec

from casework.limits import LIMITS, Limits
from casework.messages import Message
from console import bootstrap
from console.terminal import Terminal
from sync.status import Synced

QUICK = msgspec.structs.replace(LIMITS, once_tries=1, request_seconds=5.0)
"""For an act that waits for the hall's word: one try, and the clerk is told."""

TAKEN = "console.line_taken"
"""Another process has the line, and does it all by itself."""


@dataclasses.dataclass(frozen=True)
class Round:
    """What one round did, and the sentence of what stopped it."""

    synced: Synced
    trouble: Message | None = None
    standing: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Age of what waits, last contact and offset of the clock (S34)."""

    def facts(self) -> dict[str, Any]:
        """As the contract prints it; `error` is null when everything was done."""
        told = self.synced
        return {
            "pushed": told.pushed, "pulled": told.pulled, "pending": told.pending, "held": told.held,
            "rejected": told.rejected, "error": told.error or None, **self.standing,
            **({"scans": told.scans} if told.scans else {}),
        }  # fmt: skip


def sync_once(terminal: Terminal, limits: Limits = LIMITS, *, scans: bool = False) -> Round:
    """Push and pull once, and with `scans` carry scanned papers (S35).

    Never raises for a hall that can't be reached: that is the answer's `trouble`.
    """
    owner = bootstrap.own_line(terminal)
    if owner is None:
        waits = terminal.memory.pending()
        return Round(Synced(0, 0, waits.unsent, waits.held, waits.rejected, TAKEN), Message(TAKEN), _standing(terminal))
    with owner:
        done = asyncio.run(_round(terminal, limits, scans=scans))
    if terminal.library.has_catalogue():
        terminal.library.finder()  # a new catalogue is spelled when it comes, not when a person waits for a search
    return done


async def _round(terminal: Terminal, limits: Limits, *, scans: bool) -> Round:
    async with bootstrap.line_for(terminal, limits=limits) as line:
        synced = await line.sync_once(scans=scans)
        trouble = (line.status.message or Message(synced.error)) if synced.error else None
        return Round(synced, trouble, _standing(terminal))


def _standing(terminal: Terminal) -> dict[str, Any]:
    contact, waits = terminal.memory.last_contact(), terminal.memory.pending()
    return {
        "oldest": waits.oldest or None, "last_contact": contact.hall_time or None, "offset_ms": contact.offset_ms,
    }  # fmt: skip
