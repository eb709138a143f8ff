"""The case number: 22 digits, made at the terminal, offline, without asking anyone.

    420118 261123 0012 0042 82
    hall   day    term. nth  check digits (ISO 7064 MOD 97-10)

The terminal's own number and its own count of the day keep two windows from ever making the same one. The two check
digits find every single wrong digit and every two neighbours that changed places. Digits only: Code 128 set C.
"""

from __future__ import annotations

from datetime import date

import msgspec

from casework.errors import BadCode, BadDate
from casework.text import clean_code

LENGTH = 22
MOST_A_DAY = 9999
"""How many numbers one terminal can give in one day."""

_CENTURY = 2000


class CaseNumberParts(msgspec.Struct, frozen=True):
    """What a case number says: whose hall (six digits), which day, which terminal (four digits), the how manieth."""

    number: str
    region: str
    day: date
    terminal: str
    counter: int


def make(region: str, day: date, terminal: str, counter: int) -> str:
    """The case number of 22 digits.

    Args:
        region: six digits of the hall's region.
        day: the hall's day of receipt.
        terminal: four digits of the terminal.
        counter: 1 to 9999, counted by the terminal for each day; never given twice.

    Raises:
        BadCode: region or terminal is not of its form, or the terminal has no number left today.
        BadDate: the year is not 2000 to 2099.
    """
    for name, value, length in (("region", region, 6), ("terminal", terminal, 4)):
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise BadCode(f"code.number.{name}", given=value)
    if not 1 <= counter <= MOST_A_DAY:
        raise BadCode("code.number.counter", most=MOST_A_DAY, terminal=terminal)
    if not _CENTURY <= day.year < _CENTURY + 100:
        raise BadDate("code.number.year", year=day.year)
    body = f"{region}{day:%y%m%d}{terminal}{counter:04d}"
    return body + _check_digits(body)


def is_whole(text: str) -> bool:
    """Whether `text` is a case number with right check digits."""
    try:
        parse(text)
    except BadCode:
        return False
    return True


def parse(text: str) -> CaseNumberParts:
    """The parts of a case number that was typed, scanned or pasted; spaces, hyphens and full-width digits are fine.

    Raises:
        BadCode: it has not 22 digits, its check digits are wrong, or it names a day that does not exist.
    """
    number = clean_code(text).replace("-", "")
    for place, char in enumerate(number, 1):
        if not (char.isascii() and char.isdigit()):
            raise BadCode("code.number.character", place=place, character=char)
    if len(number) != LENGTH:
        raise BadCode("code.number.length", given=len(number), length=LENGTH)
    if _check_digits(number[:-2]) != number[-2:]:
        raise BadCode("code.number.check_digits")
    try:
        day = date(_CENTURY + int(number[6:8]), int(number[8:10]), int(number[10:12]))
    except ValueError as error:
        raise BadCode("code.number.no_such_date") from error
    counter = int(number[16:20])
    if not counter:
        raise BadCode("code.number.check_digits")
    return CaseNumberParts(number, number[:6], day, number[12:16], counter)


def printed(number: str) -> str:
    """The number as papers and screens show it: `420118 261123 0012 0042 82`."""
    return " ".join((number[:6], number[6:12], number[12:16], number[16:20], number[20:]))


def _check_digits(body: str) -> str:
    return f"{98 - int(body) * 100 % 97:02d}"
