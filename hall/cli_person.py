"""Who says something at the hall's machine: a number of the roster, proven by its PIN."""

from __future__ import annotations

import getpass
import os
import sys

from casework.bodies import StaffSet
from casework.messages import t
from hall import cli
from hall.errors import ReleaseTrouble
from hall.pins import WrongPins

MAY = frozenset({"it", "supervisor"})
"""Teams that propose, approve, and have their hand on a rollout."""


def named_person(here: cli.HallHere, number: str) -> StaffSet:
    """Somebody of the roster who may, as far as her number goes. Raises ReleaseTrouble."""
    with here.store.reading() as reading:
        person = reading.staff((number,)).get(number)
    if person is None or not person.active or person.team not in MAY:
        raise ReleaseTrouble("version.who", number=number[:20])
    return person


def expect_pin(here: cli.HallHere, person: StaffSet, pin: str) -> None:
    """Raises ReleaseTrouble for a wrong PIN, which is counted, and while too many of them lock the person out."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    wrong = WrongPins(here.folder, here.clock, here.limits)
    if (locked := wrong.lock(person)) is not None:
        raise ReleaseTrouble(locked.id, **locked.facts)
    try:
        PasswordHasher().verify(person.verifier, pin)
    except (VerificationError, InvalidHashError) as cause:
        said = wrong.failed(person)
        raise ReleaseTrouble(said.id, **said.facts) from cause
    wrong.fitted(person)


def proven_person(here: cli.HallHere, number: str) -> str:
    """The number of whoever acts, proven by her PIN: typed, or in a variable for programs. Raises ReleaseTrouble."""
    person = named_person(here, number)
    typed = cli.PIN_VARIABLE not in os.environ and sys.stdin.isatty()
    pin = getpass.getpass(t("version.pin", name=person.name)) if typed else os.environ.get(cli.PIN_VARIABLE, "")
    try:
        expect_pin(here, person, pin)
    except ReleaseTrouble as no:
        if no.code != "people.wrong_pin":
            raise
        facts = {"number": number, "variable": cli.PIN_VARIABLE, **no.message.facts}
        raise ReleaseTrouble("version.wrong_pin", **facts) from no
    return person.number
