"""The two clocks of a case: when it is due, what stood still, what is left, and which light it shows.

Keeps R20 (the first day is not counted; the unit is data), R21 (extension), R22 and R23 (suspensions), R24 (provisional
past the calendar's table) and the lights of the glossary. A clock is derived from facts and never stored to be edited.

All days and moments are the hall's civil time (UTC+8 the whole year) and carry no zone: the caller converts. Hours and
minutes are those in which the hall is open: an office day has 390 minutes, half a day is 195.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from casework.calendar import MOST_DAYS, Calendar, Due, expect_count, office_minutes
from casework.errors import BadDate

Unit = Literal["minutes", "hours", "working_days", "calendar_days", "months"]
Start = Literal["receipt", "acceptance", "application"]
ClockKind = Literal["statutory", "promised"]

STATUTORY_KINDS = frozenset(
    {"hearing", "tender", "auction", "inspection", "test", "quarantine", "appraisal", "expert_review"}
    | {"publicity", "evaluation", "consult"}  # where the item's own law says so
)
"""What stands still by law (R22). `rectify`, putting right what a site check found, stops the promised clock only."""

_ONE_DAY = timedelta(days=1)
_HALF_DAY = 195
"""Office minutes."""


class Limit(msgspec.Struct, frozen=True, gc=False):
    """时限: `amount` of `unit`, and the fact from which it counts (the caller knows when that happened)."""

    amount: int
    unit: Unit
    start: Start = "acceptance"


class Suspension(msgspec.Struct, frozen=True, gc=False):
    """A time in which the clock stands still: the days after `start` up to and including `end`; None while it lasts.

    `kind` names the special procedure, `article` the law where it is not art. 45 of 行政许可法.
    """

    kind: str
    start: date
    end: date | None = None
    article: str = ""


class Clock(msgspec.Struct, frozen=True, gc=False):
    """A clock as of a day: `due` is `YYYY-MM-DD` for days and months, `YYYY-MM-DDTHH:MM` for hours and minutes.

    `standing`: a suspension lasts, and `due` is the earliest it can be. `total` is the limit with its extension, in
    days or office minutes. `extension` is in the limit's own unit.
    """

    limit: Limit
    start: str
    due: str
    total: int
    as_of: date
    provisional: bool
    standing: bool
    extension: int = 0
    suspensions: tuple[Suspension, ...] = ()

    @property
    def by_minutes(self) -> bool:
        """Whether it runs in office minutes and not in days."""
        return _by_minutes(self.limit)

    @property
    def start_day(self) -> date:
        """The day that is not counted; of a clock of minutes the day on which it begins to run."""
        return date.fromisoformat(self.start[:10])

    @property
    def due_day(self) -> date:
        """The last day."""
        return date.fromisoformat(self.due[:10])

    @property
    def due_at(self) -> datetime:
        """The last moment; of a clock of days the last minute of the day, as an application for it still counts."""
        return datetime.fromisoformat(self.due) if self.by_minutes else datetime.combine(self.due_day, time(23, 59))


class Light(enum.StrEnum):
    """红黄灯. Of a day's grain: yellow from a fifth left, red on the last day; of minutes: a fifth, and a tenth."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    BLACK = "black"


def counted(kind: ClockKind, suspensions: Iterable[Suspension]) -> tuple[Suspension, ...]:
    """The suspensions that stop the clock `kind`: the statutory one only for what a law names (R22)."""
    return tuple(each for each in suspensions if kind == "promised" or each.kind in STATUTORY_KINDS)


def clock(
    calendar: Calendar,
    limit: Limit,
    start: date | datetime,
    today: date,
    extension: int = 0,
    suspensions: Sequence[Suspension] = (),
) -> Clock:
    """When `limit`, begun at `start`, is due (R23).

    Args:
        calendar: the newest that the log has brought.
        limit: what the item promises or the law demands.
        start: the day of receipt, acceptance or application; for hours and minutes the moment, in hall time.
        today: up to this day a suspension that still lasts has moved the due date.
        extension: in the limit's own unit, already approved.
        suspensions: those that stop this clock (`counted`), in any order, overlaps counted once.

    Raises:
        BadDate: an amount or a day that can't be counted, or a suspension that ends before it starts.
    """
    amount = limit.amount + extension
    if limit.amount < 0 or extension < 0:
        raise BadDate("date.count", given=min(limit.amount, extension), most=MOST_DAYS)
    first = start if isinstance(start, datetime) else datetime.combine(start, time())
    stops = _merged(suspensions, first.date(), today)
    if _by_minutes(limit):
        total = amount * (60 if limit.unit == "hours" else 1)
        moment, provisional = _due_minutes(calendar, first, total, stops)
        began, due = (each.isoformat(timespec="minutes") for each in (first, moment))
    else:
        last = _due_day(calendar, limit.unit, first.date(), amount, stops)
        began, due, provisional = first.date().isoformat(), last.day.isoformat(), last.provisional
        total = (months_later(first.date(), amount) - first.date()).days if limit.unit == "months" else amount
    return Clock(
        limit=limit,
        start=began,
        due=due,
        total=total,
        as_of=today,
        provisional=provisional,
        standing=any(each.end is None for each in suspensions),
        extension=extension,
        suspensions=tuple(suspensions),
    )


def left(now: datetime, clock: Clock, calendar: Calendar) -> int:
    """What is left after `now`: days after today up to and including the last one, or office minutes; negative overdue.

    Days are working days or calendar days as the limit counts; what stands still is not counted. While a suspension
    lasts nothing is used up, so the answer is that of the day for which `clock` was made.

    Raises:
        BadDate: `now` is outside the calendar.
    """
    if clock.by_minutes:
        return _minutes_left(_moment(now, clock), clock, calendar)
    return _days_left(_today(now.date(), clock), clock, calendar)


def light(now: datetime, clock: Clock, calendar: Calendar) -> Light:
    """The light of one clock at `now` (hall time). For a decided case `now` is the moment of the decision.

    Yellow begins when a fifth of the limit is left, rounded up to whole days so that a short limit warns too, and never
    earlier than two working days before the end. Red is the last day of a limit in days, the last tenth (at most a
    day) of one in hours or minutes: a tenth of 45 days would be red before it could be yellow.

    Raises:
        BadDate: `now` is outside the calendar.
    """
    remaining = left(now, clock, calendar)
    if clock.by_minutes:
        day = calendar.office_day
        if _moment(now, clock) > clock.due_at:
            return Light.BLACK
        if remaining * 10 <= clock.total and remaining <= day:
            return Light.RED
        return Light.YELLOW if remaining * 5 <= clock.total and remaining <= 2 * day else Light.GREEN
    today = _today(now.date(), clock)
    if today > clock.due_day:
        return Light.BLACK
    if today == clock.due_day:
        return Light.RED
    near = calendar.working_days_between(today, clock.due_day) <= 2
    return Light.YELLOW if near and remaining <= -(-clock.total // 5) else Light.GREEN


def unit_word(unit: str, amount: int) -> str:
    """The word of a limit's unit for `limit.<word>`: nobody promises 195 minutes, the hall says half a working day."""
    return "half_day" if unit == "minutes" and amount == _HALF_DAY else unit


def worse(*lights: Light) -> Light:
    """The worst of several lights: a case shows that of the worse of its two clocks. Green when there are none."""
    return max(lights, key=list(Light).index, default=Light.GREEN)


def _by_minutes(limit: Limit) -> bool:
    return limit.unit in {"minutes", "hours"}


def _today(today: date, clock: Clock) -> date:
    """The day at which the clock looks: while it stands still, that for which it was made."""
    return max(clock.as_of if clock.standing else today, clock.start_day)


def _moment(now: datetime, clock: Clock) -> datetime:
    """The minute at which a clock of minutes looks; time stands still for it as `_today` says."""
    if clock.standing and now.date() > clock.as_of:
        now = datetime.combine(clock.as_of, time(23, 59))
    return max(now.replace(second=0, microsecond=0), datetime.fromisoformat(clock.start))


def _merged(suspensions: Iterable[Suspension], first: date, today: date) -> list[tuple[date, date]]:
    """Suspensions as disjoint spans in order, each the days after its first date up to its second.

    Raises:
        BadDate: one ends before it starts.
    """
    spans: list[tuple[date, date]] = []
    for each in sorted(suspensions, key=lambda each: each.start):
        if each.end is not None and each.end < each.start:
            raise BadDate("date.suspension", start=each.start.isoformat(), end=each.end.isoformat())
        start, end = max(each.start, first), each.end or max(today, each.start)
        if end <= start:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _due_day(calendar: Calendar, unit: Unit, start: date, amount: int, stops: list[tuple[date, date]]) -> Due:
    if unit == "working_days":
        due = calendar.add_working_days(start, amount)
        for stop, resume in stops:
            if stop < due.day:
                due = calendar.add_working_days(due.day, calendar.working_days_between(stop, resume))
        return due
    expect_count(amount)
    try:
        last = months_later(start, amount) if unit == "months" else start + timedelta(days=amount)
        for stop, resume in stops:
            if stop < last:
                last += resume - stop
    except OverflowError as cause:
        raise BadDate("date.count", given=amount, most=MOST_DAYS) from cause
    # 民法典 203: a last day on which nobody works ends with the next one on which they do.
    return calendar.next_working_day(last)


def months_later(start: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it has no such day (民法典 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    expect_count(months)
    for day in range(start.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise BadDate("date.count", given=months, most=MOST_DAYS)


def _due_minutes(
    calendar: Calendar, start: datetime, minutes: int, stops: list[tuple[date, date]]
) -> tuple[datetime, bool]:
    moment = _add_office_minutes(calendar, start, minutes)
    for stop, resume in stops:
        if stop < moment.date():
            moment = _add_office_minutes(
                calendar, moment, calendar.working_days_between(stop, resume) * calendar.office_day
            )
    return moment, moment.date() > calendar.last


def _add_office_minutes(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """The first moment at which `minutes` office minutes have run since `start`, seconds dropped."""
    start = start.replace(second=0, microsecond=0)
    if not minutes:
        return start
    day = calendar.next_working_day(start.date()).day
    done = office_minutes(calendar, datetime.combine(day, time()), start) if day == start.date() else 0
    days, rest = divmod(done + minutes - 1, calendar.office_day)
    rest += 1
    due = calendar.add_working_days(day, days).day
    for opens, closes in calendar.office:
        if rest <= closes - opens:
            return datetime.combine(due, time()) + timedelta(minutes=opens + rest)
        rest -= closes - opens
    raise BadDate("date.count", given=minutes, most=MOST_DAYS)


def _days_left(today: date, clock: Clock, calendar: Calendar) -> int:
    def days(start: date, end: date) -> int:
        return calendar.working_days_between(start, end) if clock.limit.unit == "working_days" else (end - start).days

    if today > clock.due_day:
        return -days(clock.due_day, today)
    lost = sum(
        days(max(stop, today), min(resume, clock.due_day))
        for stop, resume in _merged(clock.suspensions, clock.start_day, clock.as_of)
        if resume > today and stop < clock.due_day
    )
    return days(today, clock.due_day) - lost


def _minutes_left(now: datetime, clock: Clock, calendar: Calendar) -> int:
    if now > clock.due_at:
        return -office_minutes(calendar, clock.due_at, now)
    remaining = office_minutes(calendar, now, clock.due_at)
    for stop, resume in _merged(clock.suspensions, clock.start_day, clock.as_of):
        if stop >= clock.due_day:
            break
        if resume >= now.date() > stop and calendar.is_working_day(now.date())[0]:
            end_of_day = datetime.combine(now.date() + _ONE_DAY, time())
            remaining -= office_minutes(calendar, now, end_of_day)
        if resume > now.date():
            remaining -= calendar.office_day * calendar.working_days_between(max(stop, now.date()), resume)
    return remaining
