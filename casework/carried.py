"""What goes by stick besides batches: how a terminal stands, and the hall's answer (S28; its bytes: `docs/wire.md`)."""

from __future__ import annotations

import msgspec

from casework.report import Report
from casework.wire import PushAnswer

PURPOSE_ANSWER = "answer"
PURPOSE_STATUS = "status"


class CarriedAnswer(msgspec.Struct, frozen=True):
    """The answer to a batch that came by stick, sealed by the hall, to be carried back (S28)."""

    hall: str
    terminal: str
    incarnation: str
    answer: PushAnswer
    epoch: int = 0
    """In which the hall was when it judged: where its log was restored since, this counts no more."""


class CarriedStatus(msgspec.Struct, frozen=True):
    """How a terminal stands, sealed by it, where the line does not reach the hall: no person and no case is in it."""

    hall: str
    terminal: str
    incarnation: str
    epoch: int
    cursor: int
    chain: str
    """Hash of the hall's log up to `cursor`, as the terminal has it (S24)."""
    report: Report
