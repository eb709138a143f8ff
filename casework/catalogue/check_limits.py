"""Rules of limits: nothing below one, no promise past the law, also where the two count in different units.

Keeps R20 (the unit is data) and R21 (45 and 15 working days for joint handling). What counts office time (minutes,
hours, working days) and what counts the calendar (days, months) meet at a long holiday; then the longest that a promise
can take is held against the shortest that the law can give.
"""

from __future__ import annotations

from collections.abc import Iterator

from casework.catalogue.finding import Problem
from casework.catalogue.schema import LimitData
from casework.messages import Message

_OFFICE_MINUTES = {"minutes": 1, "hours": 60, "working_days": 390}
_LONGEST_HOLIDAY = 9
"""Calendar days, Spring Festival with its weekends."""
_JOINT = (45, 15)
"""Working days, and the extension by the head of the government (行政许可法 42)."""
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FOUR_YEARS = (*_LENGTHS * 3, 31, 29, *_LENGTHS[2:])


def limit_problems(code: str, statutory: LimitData | None, promised: LimitData, table: str = "") -> Iterator[Problem]:
    """What is wrong with the two limits of `code`, an item or a bundle, or of one of its tracks (`table`)."""
    for name, limit in (("statutory", statutory), ("promised", promised)):
        if limit is not None and (limit.amount < 1 or limit.extension < 0):
            amount = limit.amount if limit.amount < 1 else limit.extension
            facts = {"limit": Message(f"catalogue.field.{name}"), "amount": amount}
            yield Problem(code, "limit_amount", facts, near=name, table=table)
    if statutory is None or min(statutory.amount, promised.amount) < 1:
        return
    office = [limit.unit in _OFFICE_MINUTES for limit in (promised, statutory)]
    facts = {"code": code, "promised": in_words(promised), "statutory": in_words(statutory)}
    if office[0] == office[1]:
        longer = _longest(promised) > _shortest(statutory)
        if promised.unit == statutory.unit:
            longer = promised.amount > statutory.amount
        if longer:
            yield Problem(code, "promised_longer", facts, near="promised", table=table)
        return
    worst, law = _days(promised, longest=True), _days(statutory, longest=False)
    if worst > law:
        yield Problem(code, "limit_units", {**facts, "worst": worst, "law": law}, near="promised", table=table)


def joint_problems(code: str, statutory: LimitData | None, table: str = "") -> Iterator[Problem]:
    """Joint handling has at most 45 working days and 15 more (R21)."""
    if statutory is None or statutory.unit not in _OFFICE_MINUTES:
        return
    day = _OFFICE_MINUTES["working_days"]
    spans = [amount * _OFFICE_MINUTES[statutory.unit] for amount in (statutory.amount, statutory.extension)]
    if spans[0] > _JOINT[0] * day or spans[1] > _JOINT[1] * day:
        facts = {"code": code, "statutory": in_words(statutory)}
        yield Problem(code, "joint_limit", facts, near="statutory", table=table)


def in_words(limit: LimitData) -> Message:
    """`20 working days`, to be said in a sentence."""
    return Message(f"catalogue.limit.{limit.unit}", {"amount": limit.amount})


def _longest(limit: LimitData) -> int:
    """In office minutes or calendar days, by the limit's own kind."""
    if limit.unit in _OFFICE_MINUTES:
        return limit.amount * _OFFICE_MINUTES[limit.unit]
    return max(_spans(limit.amount)) if limit.unit == "months" else limit.amount


def _shortest(limit: LimitData) -> int:
    return min(_spans(limit.amount)) if limit.unit == "months" else _longest(limit)


def _spans(months: int) -> list[int]:
    """How many days `months` months have, by the month in which they begin."""
    rounds, rest = divmod(months, len(_FOUR_YEARS))
    twice = _FOUR_YEARS * 2
    return [rounds * sum(_FOUR_YEARS) + sum(twice[start : start + rest]) for start in range(len(_FOUR_YEARS))]


def _days(limit: LimitData, *, longest: bool) -> int:
    """The longest or shortest time of `limit` in calendar days.

    A promise within one working day can't pass a limit of calendar days: its last day moves to the next working day
    (民法典 203). Two working Saturdays or Sundays may lie between, so the shortest time counts two days less.
    """
    if limit.unit not in _OFFICE_MINUTES:
        return _longest(limit) if longest else _shortest(limit)
    working = -(-limit.amount * _OFFICE_MINUTES[limit.unit] // _OFFICE_MINUTES["working_days"])
    if longest:
        return 1 if working <= 1 else -(-working // 5) * 7 + _LONGEST_HOLIDAY
    return max(working, working + (working - 1) // 5 * 2 - 2)
