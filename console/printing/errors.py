"""The errors of printing.

PrintingError
├── NotDrawn       a paper could not be turned into bytes: ask a person, the text preview still works
├── PrinterDown    the printer or the folder did not take the bytes: the paper waits in the queue, try again
└── MaybePrinted   bytes have left and nobody knows whether they became a paper: a person looks, nothing is tried again
"""

from __future__ import annotations

from casework.messages import Spoken


class PrintingError(Spoken):
    """Base of all errors of `console.printing`; `message` says what to do."""


class NotDrawn(PrintingError):
    """A paper could not be turned into bytes."""


class PrinterDown(PrintingError):
    """The printer or the folder did not take the bytes; nothing was printed."""


class MaybePrinted(PrintingError):
    """Bytes have left and nobody knows whether they became a paper."""
