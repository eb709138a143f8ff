"""Who says something at the hall's command line: a number, proven by its PIN."""

from __future__ import annotations

import getpass
import os
import sys

from casework.messages import t
from hall import cli
from hall.errors import ReleaseTrouble

MAY = frozenset({"it", "supervisor"})
"""Teams that propose and approve."""


def proven_person(here: cli.HallHere, number: str) -> str:
    """The number of whoever proposes or approves, proven by her PIN. Raises ReleaseTrouble."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    with here.store.reading() as reading:
        person = reading.staff((number,)).get(number)
    if person is None or not person.active or person.team not in MAY:
        raise ReleaseTrouble("version.who", number=number[:20])
    typed = cli.PIN_VARIABLE not in os.environ and sys.stdin.isatty()
    pin = getpass.getpass(t("version.pin", name=person.name)) if typed else os.environ.get(cli.PIN_VARIABLE, "")
    try:
        PasswordHasher().verify(person.verifier, pin)
    except (VerificationError, InvalidHashError) as cause:
        raise ReleaseTrouble("version.wrong_pin", number=number, variable=cli.PIN_VARIABLE) from cause
    return person.number
