"""The ledger of a clock: day by day what ran, what stood still, under which article, and who held the case.

What `yichuang why` and the key on the case show, so that a due date can be checked on the fingers (R20 to R23).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from casework.calendar import Calendar, expect_count, office_minutes
from casework.clocks import STATUTORY_KINDS, Clock, Suspension
from casework.messages import Message

State = Literal["first_day", "ran", "stood_still", "not_working_day", "moved", "overdue"]

_ONE_DAY = timedelta(days=1)


class Held(msgspec.Struct, frozen=True):
    """Who held a case on the days from `start` to `end`, both included; None while it lasts."""

    who: str
    start: date
    end: date | None = None


class LedgerDay(msgspec.Struct, frozen=True):
    """One day of the ledger: what the clock did, why, under which article, who held the case, what was left at its end.

    `ran` and `left` are days, or office minutes for a clock of hours and minutes.
    """

    day: date
    state: State
    reason: Message
    article: Message | None
    ran: int
    left: int
    held_by: tuple[str, ...]
    provisional: bool


def ledger(calendar: Calendar, clock: Clock, until: date, held: Sequence[Held] = ()) -> tuple[LedgerDay, ...]:
    """The clock explained day by day, from its start to `until` (today, or the last day).

    Raises:
        BadDate: `until` lies more than `MOST_DAYS` after the start.
    """
    expect_count(max(0, (until - clock.start_day).days))
    stood: dict[date, Suspension] = {}
    for each in clock.suspensions:
        day = max(each.start, clock.start_day) + _ONE_DAY
        while day <= min(each.end or clock.as_of, until):
            stood.setdefault(day, each)
            day += _ONE_DAY
    rows, day, ran_before = [], clock.start_day, 0
    while day <= until:
        state, ran = _what_ran(calendar, clock, day, ran_before, stood.get(day))
        ran_before += ran
        kind = {"kind": Message(f"suspension.{stood[day].kind}")} if state == "stood_still" else {}
        holders = tuple(each.who for each in held if each.start <= day and (each.end is None or day <= each.end))
        rows.append(
            LedgerDay(
                day=day,
                state=state,
                reason=Message(f"clock.day.{state}", kind),
                article=_article(clock, state, stood.get(day)),
                ran=ran,
                left=clock.total - ran_before,
                held_by=holders,
                provisional=day > calendar.last,
            )
        )
        day += _ONE_DAY
    return tuple(rows)


def _what_ran(
    calendar: Calendar, clock: Clock, day: date, before: int, suspension: Suspension | None
) -> tuple[State, int]:
    """What the clock did on `day`, and how much of it ran, after `before` had run on the days until then."""
    works, _ = calendar.is_working_day(day)
    if day > clock.due_day:
        return "overdue", 0
    if day == clock.start_day and not clock.by_minutes:
        return "first_day", 0
    if not works and clock.limit.unit in {"minutes", "hours", "working_days"}:
        return "not_working_day", 0
    if suspension is not None:
        return "stood_still", 0
    if clock.by_minutes:
        opens = max(datetime.combine(day, time()), datetime.fromisoformat(clock.start))
        closes = min(datetime.combine(day + _ONE_DAY, time()), clock.due_at)
        return "ran", min(office_minutes(calendar, opens, closes), clock.total - before)
    return ("moved", 0) if before >= clock.total else ("ran", 1)


def _article(clock: Clock, state: State, suspension: Suspension | None) -> Message | None:
    if state == "stood_still" and suspension is not None:
        if suspension.article:
            return Message("clock.article.named", {"article": suspension.article})
        return Message(f"clock.article.{'stood_still' if suspension.kind in STATUTORY_KINDS else 'promise'}")
    if state == "not_working_day" or (state == "ran" and clock.limit.unit == "working_days"):
        return Message("clock.article.working_days")
    return Message(f"clock.article.{state}") if state in {"first_day", "moved"} else None
