"""A command that acts as a person: the terminal of `--dir` open, the person of `--staff` signed in by her PIN."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator

from console import bootstrap
from console.counter import Session
from console.errors import NotSignedIn
from console.terminal import Terminal


@contextlib.contextmanager
def signed_in(args: argparse.Namespace) -> Iterator[tuple[Terminal, Session]]:
    """The terminal and the session of a command.

    Raises NotEnrolled without a terminal, NotSignedIn without a PIN or with a wrong one.
    """
    pin = bootstrap.pin()
    with bootstrap.opened(args.dir) as terminal:
        if not pin:
            raise NotSignedIn("people.no_pin", variable=bootstrap.PIN_VARIABLE)
        yield terminal, terminal.people.sign_in(args.staff, pin, args.post)
