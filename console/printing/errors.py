"""The errors of printing.

PrintingError
├── NotDrawn       a paper could not be turned into bytes: ask a person, the text preview still works
└── PrinterDown    the printer or the folder did not take the bytes: the paper waits in the queue, try again
"""

from __future__ import annotations

from typing import Any

from casework.messages import Message


class PrintingError(Exception):
    """Base of all errors of `console.printing`; `message` says what to do."""

    def __init__(self, message_id: str, /, **facts: Any) -> None:
        super().__init__(message_id, facts)
        self.message = Message(message_id, facts)

    @property
    def code(self) -> str:
        """The stable code that machines read (the message id)."""
        return self.message.id

    def __str__(self) -> str:
        return str(self.message)


class NotDrawn(PrintingError):
    """A paper could not be turned into bytes."""


class PrinterDown(PrintingError):
    """The printer or the folder did not take the bytes."""
