"""A scanned case number, wherever the caret stands: it opens that case and leaves no digit behind.

A scanner types digits and then Enter (or Tab). What counts is not its speed but what it typed: the last 22 keys were
digits, they make a case number with right check digits, and then the row was ended. The trail remembers for each digit
what the form looked like before it, so that the digits can be taken back whole.
"""

from __future__ import annotations

from collections import deque

from casework.errors import CaseworkError
from casework.numbers import LENGTH, parse


def case_number(text: str) -> str | None:
    """The case number that `text` is, blanks and full-width digits allowed; None when it is none."""
    digits = "".join(text.split())
    if len(digits) != LENGTH or not digits.isdecimal():
        return None
    try:
        parse(digits)
    except CaseworkError:
        return None
    return "".join(str(int(digit)) for digit in digits)


class Trail:
    """The last keys, as far as they were digits, each with the state of the form before it."""

    def __init__(self) -> None:
        self._digits: deque[tuple[str, object]] = deque(maxlen=LENGTH)

    def digit(self, digit: str, before: object) -> None:
        """A digit was typed; `before` is the form's checkpoint before it."""
        self._digits.append((digit, before))

    def broken(self) -> None:
        """Another key came."""
        self._digits.clear()

    def ended(self) -> tuple[str, object] | None:
        """Enter or Tab came: the scanned number and the checkpoint to go back to, or None. Begins anew."""
        digits = "".join(digit for digit, _ in self._digits)
        before = self._digits[0][1] if self._digits else None
        self._digits.clear()
        number = case_number(digits)
        return (number, before) if number else None
