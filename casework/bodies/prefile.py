"""What is said of an application before it has a number (预审件)."""

from __future__ import annotations

from casework.bodies.parts import Body, Form, ReviewLine


class PrefileOpened(Body, frozen=True):
    """`prefile.opened`: a helper opened a file. `code` is short, for the list that the applicant takes home."""

    code: str
    module: str
    form: Form
    note: str = ""


class PrefileChecked(Body, frozen=True):
    """`prefile.checked`: the papers were looked at one by one, and what the form holds now."""

    form: Form
    lines: tuple[ReviewLine, ...] = ()
    note: str = ""


class PrefileParked(Body, frozen=True):
    """`prefile.parked`: a half-filled form was put aside; `field` is where the caret stood."""

    code: str
    module: str
    form: Form
    field: str = ""


class PrefileTaken(Body, frozen=True):
    """`prefile.taken`: this window goes on with it."""

    terminal: str


class PrefileClosed(Body, frozen=True):
    """`prefile.closed`: nobody goes on with it; by its code it is found, and may be taken up, all the same.

    `goes_on`: the module in which it goes on, as the next fact of the same command says: who holds that of before alone
    hears no more of it.
    """

    reason: str
    goes_on: str = ""
