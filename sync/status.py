"""What the line says of itself (sync.md S34): values for the status line, `sync --once` and `doctor`."""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from casework.messages import Message


class LinkState(enum.StrEnum):
    """How the line to the hall is."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    STOPPED = "stopped"
    """It stands still until a person acts; work at the window goes on."""


class LineStatus(msgspec.Struct, frozen=True):
    """The state of the line now."""

    link: LinkState = LinkState.CONNECTING
    error: str = ""
    """Message id of what is wrong; empty while all is well."""
    facts: dict[str, Any] = {}
    last_contact: str = ""
    """Hall time of the last answer; empty before the first."""

    boot: float | None = None
    """How much of the hall's snapshot is here, from 0 to 1; None while none is fetched."""

    @property
    def message(self) -> Message | None:
        """The sentence for a person; None while all is well."""
        return Message(self.error, self.facts) if self.error else None


class Synced(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `sync --once` reports."""

    pushed: int
    """Facts that the hall answered."""
    pulled: int
    """Entries of the hall's log that were taken over."""
    pending: int
    held: int
    rejected: int
    error: str
    """Message id of what stopped it; empty when everything was done."""
    scans: int = 0
    """Scanned papers that are still to be sent."""
