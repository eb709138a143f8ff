"""What a supervisor is shown of the whole hall, and calls from window to person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from casework.messages import Message

if TYPE_CHECKING:  # the sign-in needs none of its rules
    from casework.updating import Urge


class PostCount(Struct, frozen=True):
    """A post (or the applicant, or a third party) with the open steps that wait there; `oldest`: "11-20"."""

    code: str
    name: str
    count: int
    oldest: str
    of_hall: bool = True  # the hall's own: neither the applicant nor a third party


class CallView(Struct, frozen=True):
    """A call in words: `come` asks me to come to a window, `comes` says that whom I called has answered."""

    id: str
    text: str
    kind: Literal["come", "comes"]


class ClosingLine(Struct, frozen=True):
    """A window at the end of the day: what is open there in words (nothing: it may close), when it was last heard."""

    window: str
    open: tuple[str, ...]
    seen: str


class ClosingView(Struct, frozen=True):
    """The hall at the end of the day. `trouble`: why only this window is shown."""

    windows: tuple[ClosingLine, ...]
    parked: tuple[str, ...]
    trouble: Message | None = None


class UpdateView(Struct, frozen=True):
    """A version that is ready to begin here. `until` is the deadline in words, empty without one."""

    version: str
    urge: Urge = ""
    until: str = ""
