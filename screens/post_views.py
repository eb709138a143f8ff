"""The values of the post screen, the hand-over and the settings, between desk and screens; frozen, as in `views`."""

from __future__ import annotations

from msgspec import Struct

from casework.messages import Message
from screens.views import ActView, Choice, PrefileRow, QueueRow


class Locked(Struct, frozen=True):
    """A colleague whom wrong PINs keep out here; `before`: when her lock was opened last, and by whom."""

    number: str
    name: str
    until: str
    failures: int
    before: str = ""


class Waiting(Struct, frozen=True):
    """What waits for a person wherever she sits: forms that were put aside under her name, items handed to her."""

    parked: tuple[PrefileRow, ...] = ()
    handed: tuple[QueueRow, ...] = ()
    locked: tuple[Locked, ...] = ()  # of a supervisor: whom wrong PINs keep out here


class HandoverRow(Struct, frozen=True):
    """An item that she may hand over; `mine` ones are marked at first."""

    row: QueueRow
    mine: bool


class HandoverLine(Struct, frozen=True):
    """What became of one item: handed over, or the reason why it stays."""

    number: str
    item: str
    applicant: str
    refused: Message | None = None


class HandedOver(Struct, frozen=True):
    """A hand-over that was done, line by line; its sheet can be printed."""

    taker: str
    lines: tuple[HandoverLine, ...]

    @property
    def gone(self) -> int:
        """How many went."""
        return sum(1 for line in self.lines if line.refused is None)


class PrinterRow(Struct, frozen=True):
    """A printer of the window, in words, with what can be done about it; `lacking` says what this machine misses."""

    name: str
    kind: str
    place: str
    form: str
    takes: str
    lacking: str = ""
    ways: tuple[ActView, ...] = ()


class Settings(Struct, frozen=True):
    """What a person or a window has chosen. Empty and 0: nothing was chosen, the program's own holds."""

    language: str = ""
    theme: str = ""
    borders: bool = True
    idle_minutes: int = 0
    printer: str = ""
    badge: str = "%"
    """The character with which a scanned badge begins; the staff number and Enter follow it."""
    phone: str = ""
    """The telephone that the papers of this window name."""
    printers: tuple[Choice, ...] = ()
    """What may be chosen as printer."""
