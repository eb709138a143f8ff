"""How what a clerk types is checked, kind by kind; the forms of the acts stand in `console.desk.forms`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date

from casework import codes, numbers
from casework.catalogue.form import NUMBER
from casework.errors import BadInput
from casework.messages import Message
from casework.money import fen, yuan
from casework.text import clean_code, clean_line
from console.dropped import file_of
from screens import desk

_MONTH_AND_DAY = 4
"""Digits of a day without its year."""


def check(kind: desk.FieldKind, value: str, today: date) -> desk.Checked:
    """`value` cleaned and checked as its kind wants. Pure and quick: called while typing."""
    if not value.strip():
        return desk.Checked("")
    try:
        return _CHECKS.get(kind, _line)(value, today)
    except BadInput as error:
        return desk.Checked(value, error=error.message)


def _line(value: str, today: date) -> desk.Checked:
    return desk.Checked(clean_line(value))


def _identity(kind: codes.IdentityKind) -> Callable[[str, date], desk.Checked]:
    def checked(value: str, today: date) -> desk.Checked:
        found = codes.check_identity(kind, value, today)
        return desk.Checked(found.number, warning=Message(found.warning) if found.warning else None)

    return checked


def _any_identity(value: str, today: date) -> desk.Checked:
    entity = len(clean_code(value)) == 18 and _is_entity(value)
    return _identity("entity" if entity else "person")(value, today)


def _is_entity(value: str) -> bool:
    try:
        codes.check_uscc(value)
    except BadInput:
        return not clean_code(value)[:17].isdigit()
    return True


def _simple(rule: Callable[[str], str]) -> Callable[[str, date], desk.Checked]:
    return lambda value, today: desk.Checked(rule(value))


def _date(value: str, today: date) -> desk.Checked:
    text = _plain_date(clean_code(value))
    try:
        return desk.Checked((_near(text, today) or date.fromisoformat(text)).isoformat())
    except ValueError:
        return desk.Checked(value, error=Message("field.bad_date"))


def _plain_date(text: str) -> str:
    """`2026/11/2` and `2026年11月2日` as `2026-11-02`; what is no such date stays as it is."""
    parts = text.removesuffix("日").translate(dict.fromkeys(map(ord, "/.年月"), "-")).split("-")
    whole = len(parts) == 3 and len(parts[0]) == 4 and all(part.isdecimal() for part in parts)
    return "-".join((parts[0], parts[1].zfill(2), parts[2].zfill(2))) if whole else text


def _near(text: str, today: date) -> date | None:
    """`1120` or `11-20`: the day of that name that is nearest to today. Raises ValueError: there is none."""
    digits = text.replace("-", "").replace("/", "").replace(".", "")
    if len(digits) != _MONTH_AND_DAY or not digits.isdecimal():
        return None
    years = (today.year - 1, today.year, today.year + 1)
    days = [date(year, int(digits[:2]), int(digits[2:])) for year in years if _is_day(year, digits)]
    if not days:
        raise ValueError(text)
    return min(days, key=lambda day: abs(day - today))


def _is_day(year: int, digits: str) -> bool:
    return 1 <= int(digits[:2]) <= 12 and 1 <= int(digits[2:]) <= monthrange(year, int(digits[:2]))[1]


def _number(value: str, today: date) -> desk.Checked:
    text = clean_code(value)
    return desk.Checked(text) if NUMBER.fullmatch(text) else desk.Checked(value, error=Message("field.bad_number"))


def _file(value: str, today: date) -> desk.Checked:
    """Where a file lies, as it was typed or dropped: blanks in a name are meant."""
    if not file_of(value).is_file():
        return desk.Checked(value, error=Message("field.no_such_file"))
    return desk.Checked(value)


_CHECKS: dict[str, Callable[[str, date], desk.Checked]] = {
    "person_name": _simple(codes.check_person_name),
    "person_id": _identity("person"),
    "entity_id": _identity("entity"),
    "any_id": _any_identity,
    "phone": _simple(codes.check_phone),
    "project_code": _simple(codes.check_project_code),
    "case_number": _simple(lambda value: numbers.parse(value).number),
    "date": _date,
    "number": _number,
    "staff": _simple(clean_code),
    "secret": _simple(lambda value: value),
    "file": _file,
    "money": _simple(lambda value: yuan(fen(value))),
}
