"""The board (看板): what came in, how it stands, how long it takes. Values in, values out.

Each figure has a definition that is shown with it (`board.define.NAME`): what is counted, from which facts, what not.
Nothing here is an estimate: medians are taken of all cases counted, and a rate is never without its two numbers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from casework.ambient import moment
from casework.calendar import Calendar, office_minutes
from casework.errors import BadBytes, BadDate
from casework.office_time import OfficeTime
from casework.urgency import LIGHTS, Urgencies

PERIODS = (1, 7, 30)
"""Days over which rates and times are counted, today among them."""

Arrived = tuple[int, str, str, int]
"""Hour of receipt, module, state, cases."""
Checked = tuple[str, str, int, int]
"""Module, how the first check ended (`measuring.First`), cases, looks."""
Decided = tuple[str, str, str]
"""Module, received, decided: one case."""
Waiting = tuple[str, int, str, int]
"""Post, open steps, receipt of the oldest, how many of their applicants sit and wait."""
Running = tuple[str, str, int]
"""Module, clocks that run (`measuring.running`), open cases that have just these."""
LateAsk = tuple[str, int]
"""Item, how often something was asked for too late."""


class Rows(msgspec.Struct, frozen=True):
    """What the memory counted, for `made`."""

    arrived: Sequence[Arrived] = ()
    checked: Sequence[Checked] = ()
    decided: Sequence[Decided] = ()
    waiting: Sequence[Waiting] = ()
    running: Sequence[Running] = ()
    late_asks: Sequence[LateAsk] = ()
    prefile_looks: tuple[int, int] = (0, 0)
    """Prefiles that were looked through in the period, and how often."""
    uncounted: int = 0
    """Cases that came in bulk and are still to be measured."""


class Hours(msgspec.Struct, frozen=True):
    """Today's receipts of a module: `by_hour[n]` of the hour `Board.first_hour + n`."""

    module: str
    count: int
    by_hour: tuple[int, ...]


class FirstPass(msgspec.Struct, frozen=True):
    """First submissions whose papers were checked: `passed` of `checked`. `again`: came again after a return.

    `looks`: how often the counter checked papers in all, the first time and again.
    """

    module: str
    passed: int
    checked: int
    again: int
    looks: int

    @property
    def percent(self) -> float | None:
        """The rate; None where nothing was checked."""
        return 100 * self.passed / self.checked if self.checked else None


class Handling(msgspec.Struct, frozen=True):
    """Office minutes from receipt to decision of `count` cases: the middle, and what nine in ten stay within."""

    module: str
    count: int
    median: int
    p90: int


class PostWait(msgspec.Struct, frozen=True):
    """Open steps at a post (or with the applicant, or a third party); office minutes since the oldest was received."""

    post: str
    count: int
    oldest: str
    minutes: int
    sitting: int


class ModuleLights(msgspec.Struct, frozen=True):
    """Open cases of a module by light, in the order of `LIGHTS`."""

    module: str
    counts: tuple[int, ...]


class Board(msgspec.Struct, frozen=True):
    """All figures of one moment."""

    at: str
    days: int
    since: str
    """The first day of the period."""
    first_hour: int
    hours: tuple[Hours, ...]
    states: tuple[tuple[str, int], ...]
    first_pass: tuple[FirstPass, ...]
    prefile_looks: tuple[int, int]
    handling: tuple[Handling, ...]
    waits: tuple[PostWait, ...]
    lights: tuple[ModuleLights, ...]
    late_asks: tuple[LateAsk, ...]
    uncounted: int = 0
    office_day: int = 390
    """Office minutes of a day, to say times in days."""


LightOf = Callable[[str], str]
"""The light of a text of clocks."""


def made(rows: Rows, calendar: Calendar, now: datetime, days: int, since: str, light: LightOf | None = None) -> Board:
    """The board.

    Args:
        rows: what was counted.
        calendar: whose office hours and working days count.
        now: hall time.
        days, since: the period of rates and times, and its first day.
        light: how a text of clocks is lit; a caller who asks often remembers (`Urgencies`).
    """
    first, hours = _hours(rows.arrived, calendar)
    return Board(
        at=now.isoformat(timespec="seconds"),
        days=days,
        since=since,
        first_hour=first,
        hours=hours,
        states=tuple(Counter(_counted((state, count) for _, _, state, count in rows.arrived)).most_common()),
        first_pass=_first_pass(rows.checked),
        prefile_looks=rows.prefile_looks,
        handling=_handling(rows.decided, OfficeTime(calendar)),
        waits=tuple(_wait(row, calendar, now) for row in sorted(rows.waiting, key=lambda row: (-row[1], row[0]))),
        lights=_lights(rows.running, light or Urgencies(calendar, now).light),
        late_asks=tuple(sorted(rows.late_asks, key=lambda row: (-row[1], row[0]))),
        uncounted=rows.uncounted,
        office_day=calendar.office_day,
    )


def _counted(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for name, count in pairs:
        found[name] += count
    return dict(found)


def _hours(rows: Sequence[Arrived], calendar: Calendar) -> tuple[int, tuple[Hours, ...]]:
    """Columns from the hour of opening to the one of closing, and wherever anything came in beyond."""
    opens, closes = calendar.office[0][0] // 60, (calendar.office[-1][1] - 1) // 60
    seen = [hour for hour, _, _, _ in rows]
    first, last = min([opens, *seen]), max([closes, *seen])
    by_module: dict[str, list[int]] = {}
    for hour, module, _, count in rows:
        by_module.setdefault(module, [0] * (last - first + 1))[hour - first] += count
    return first, tuple(Hours(module, sum(counts), tuple(counts)) for module, counts in sorted(by_module.items()))


def _first_pass(rows: Sequence[Checked]) -> tuple[FirstPass, ...]:
    by_module: dict[str, dict[str, int]] = {}
    looks: dict[str, int] = defaultdict(int)
    for module, first, count, looked in rows:
        ends = by_module.setdefault(module, defaultdict(int))
        ends[first] += count
        looks[module] += looked
    return tuple(
        FirstPass(module, ends["passed"], ends["passed"] + ends["failed"], ends["again"], looks[module])
        for module, ends in sorted(by_module.items())
    )


def _handling(rows: Sequence[Decided], office: OfficeTime) -> tuple[Handling, ...]:
    times: dict[str, list[int]] = defaultdict(list)
    for module, received, decided in rows:
        try:
            minutes = office.between(received, decided)
        except (BadBytes, BadDate):  # a clock that was far off: nobody can say how long it took
            continue
        times[module].append(minutes)
    return tuple(
        Handling(module, len(found), quantile(found, 50), quantile(found, 90))
        for module, found in sorted(times.items())
    )


def quantile(values: Sequence[int], percent: int) -> int:
    """The smallest value that at least `percent` of a hundred do not exceed (nearest rank).

    Raises ValueError when there is none.
    """
    if not values:
        raise ValueError("no values")
    rank = max(1, -(-len(values) * percent // 100))
    return sorted(values)[rank - 1]


def _wait(row: Waiting, calendar: Calendar, now: datetime) -> PostWait:
    post, count, oldest, sitting = row
    try:
        minutes = office_minutes(calendar, moment(oldest), now)
    except (BadBytes, BadDate):
        minutes = 0
    return PostWait(post, count, oldest, minutes, sitting)


def _lights(rows: Sequence[Running], light: LightOf) -> tuple[ModuleLights, ...]:
    counts: dict[str, dict[str, int]] = {}
    for module, text, count in rows:
        by_light = counts.setdefault(module, defaultdict(int))
        by_light[light(text)] += count
    return tuple(
        ModuleLights(module, tuple(found.get(each, 0) for each in LIGHTS)) for module, found in sorted(counts.items())
    )
