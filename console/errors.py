"""What can go wrong at the door, beside what trade, memory, line, hall and printers say themselves.

    CaseworkError
    └── ConsoleError
        ├── WrongUse        the command was typed wrong: exit code 2, with the list of what is possible
        ├── FileTrouble     a file of the person's can't be read or written
        ├── NotEnrolled     the folder has no terminal, or the terminal does not know its hall
        ├── NeedsCheckout   the command lives in the source tree and this is an installed program
        ├── NoCatalogue     the terminal has not had its first sync yet
        └── NotSignedIn     wrong number, PIN or post; or locked for a while

A leaf carries a message id and facts. Its docstring is not shown; the catalogues are.
"""

from __future__ import annotations

from typing import Any

from casework.errors import CaseworkError


class ConsoleError(CaseworkError):
    """Base of the errors of `console`."""


class WrongUse(ConsoleError):
    """The command was typed wrong. `listing` is the list of what is possible."""

    def __init__(self, message_id: str, /, listing: str = "", **facts: Any) -> None:
        super().__init__(message_id, **facts)
        self.listing = listing


class FileTrouble(ConsoleError):
    """A file of the person's can't be read or written."""


class NotEnrolled(ConsoleError):
    """The folder has no terminal, or the terminal does not know its hall."""


class NeedsCheckout(ConsoleError):
    """The command lives in the source tree."""


class NoCatalogue(ConsoleError):
    """The terminal has not had its first sync yet: no items, no calendar."""


class NotSignedIn(ConsoleError):
    """Wrong number, PIN or post; or locked for a while."""
