"""A scanned case number, wherever the caret stands: it opens that case and leaves no digit behind.

A scanner types digits and then Enter (or Tab). What counts is not its speed but what it typed: the last 22 keys were
digits, they make a case number with right check digits, and then the row was ended. The trail remembers for each digit
what the form looked like before it, so that the digits can be taken back whole.
"""

from __future__ import annotations

from collections import deque

from casework.errors import CaseworkError
from casework.numbers import LENGTH, parse
from casework.short_codes import CODE_LENGTH, read_code

_LONGEST = CODE_LENGTH + 2
"""Characters that are kept: with a hyphen, and one more by which a longer scan is told from a code."""


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


STAFF_DIGITS = range(3, 13)
"""How long a staff number on a badge may be."""


class Badge:
    """A badge at the scanner: `prefix`, the staff number, Enter. A number alone is never one; the PIN follows."""

    def __init__(self, prefix: str = "%") -> None:
        self.prefix = prefix
        self._typed: str | None = None
        self._before: object = None

    @property
    def begun(self) -> bool:
        """The prefix was typed, and since then digits only."""
        return self._typed is not None

    def key(self, character: str | None, before: object) -> None:
        """A key that is not the end of a line; `before`: the form's checkpoint before it."""
        if character == self.prefix:
            self._typed, self._before = "", before
        elif self._typed is not None and character is not None and character.isdecimal():
            self._typed += character
        else:
            self._typed = None

    def ended(self) -> tuple[str, object] | None:
        """Enter or Tab came: the staff number and the checkpoint to go back to, or None. Begins anew."""
        typed, self._typed = self._typed, None
        return (typed, self._before) if typed is not None and len(typed) in STAFF_DIGITS else None


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


class CodeTrail:
    """The last keys outside a form, as far as they may be the short code of a preparation list (S22)."""

    def __init__(self) -> None:
        self._chars = ""

    def key(self, key: str, character: str | None) -> str:
        """A key came; the code when Enter or Tab ended exactly one, else empty."""
        if key in {"enter", "tab"}:
            chars, self._chars = self._chars, ""
            return read_code(chars)
        fits = character is not None and (character.isdecimal() or character.isupper() or character == "-")
        self._chars = (self._chars + character)[-_LONGEST:] if fits and character else ""
        return ""

    def broken(self) -> str:
        """The caret stands in a form: there a code is typed like anything else."""
        self._chars = ""
        return ""
