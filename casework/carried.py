"""The answer to batches that came by stick, as it is carried back (S28); `docs/wire.md` has its bytes."""

from __future__ import annotations

import msgspec

from casework.wire import PushAnswer

PURPOSE_ANSWER = "answer"


class CarriedAnswer(msgspec.Struct, frozen=True):
    """The answer to a batch that came by stick, sealed by the hall, to be carried back (S28)."""

    hall: str
    terminal: str
    incarnation: str
    answer: PushAnswer
