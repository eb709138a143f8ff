"""What passes to the screens when a case has moved under somebody's hands: what she saw, and what is there now."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Line(Struct, frozen=True):
    """A name and its value."""

    name: str
    value: str


class HistoryLine(Struct, frozen=True):
    """One fact of the case."""

    when: str
    who: str
    what: str
    detail: str = ""
    fate: Literal["sent", "pending", "held", "refused"] = "sent"


class Side(Struct, frozen=True):
    """One thing that can be compared: its name, what she saw, what is there now."""

    name: str
    seen: str
    now: str


class Conflict(Struct, frozen=True):
    """Two states of one case side by side, and what lies between them.

    `why` says what is refused, empty where the act may still be done; `next` what to do now. `facts` are those that the
    present state was made of: an act that names them was decided after this was read.
    """

    number: str
    sides: tuple[Side, ...]
    news: tuple[HistoryLine, ...]
    why: str = ""
    next: str = ""
    facts: frozenset[str] = frozenset()
