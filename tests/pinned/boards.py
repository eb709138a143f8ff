"""Days and figures: calendar, clocks, ledgers, lights, the board, the day's end, what climbs, what is still open."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from casework import board, clocks, closing, day_end
from casework.calendar import office_minutes
from casework.climbing import age_of
from casework.events import Klass
from casework.joint import joint_of
from casework.ledger import Held, ledger
from casework.measuring import measured, running
from casework.outbox import Move, Row, is_shown, moved
from casework.urgency import Urgencies
from tests.people import CALENDAR, CATALOGUE, Office
from tests.pinned.saying import digested, line, outcome

DAY = date(2026, 11, 23)
UNITS: tuple[clocks.Unit, ...] = ("minutes", "hours", "working_days", "calendar_days", "months")
STARTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2026-11-23T08:10",
        "2026-11-23T12:30",
        "2026-11-27T16:59",
        "2026-11-28T10:00",
        "2026-02-13T17:30",
        "2026-09-30T09:00",
    )
)
STOPS = {
    "none": (),
    "hearing": (clocks.Suspension("hearing", date(2026, 11, 24), date(2026, 12, 4)),),
    "two that overlap": (
        clocks.Suspension("test", date(2026, 11, 25), date(2026, 12, 2), "《条例》第十条"),
        clocks.Suspension("rectify", date(2026, 12, 1), date(2026, 12, 8)),
    ),
    "one that lasts": (clocks.Suspension("expert_review", date(2026, 11, 24)),),
    "backwards": (clocks.Suspension("hearing", date(2026, 12, 4), date(2026, 11, 24)),),
}  # fmt: skip


def _clock(unit: clocks.Unit, amount: int, start: datetime, stops: Any, extension: int = 0) -> clocks.Clock:
    return clocks.clock(CALENDAR, clocks.Limit(amount, unit), start, DAY + timedelta(days=20), extension, stops)


def dues(unit: clocks.Unit) -> Iterator[str]:
    """When each limit ends, from each start."""
    for amount in (0, 1, 5, 20, 195, 390):
        ends = [outcome(_clock, unit, amount, start, ()) for start in STARTS]
        yield line(
            amount, [getattr(each, "due", each) for each in ends], [getattr(each, "total", 0) for each in ends][:1]
        )
    yield line("negative", outcome(_clock, unit, -1, STARTS[0], ()), outcome(_clock, unit, 1, STARTS[0], (), -1))
    yield line("too far", outcome(_clock, unit, 10**6, STARTS[0], ()))
    yield line("extended", [outcome(_clock, unit, 5, start, (), 3).due for start in STARTS])


def stops(name: str) -> Iterator[str]:
    """What stands still moves the end, what is left and the light, day by day."""
    for unit, amount in (("minutes", 390), ("hours", 13), ("working_days", 10), ("calendar_days", 15), ("months", 1)):
        made = outcome(_clock, unit, amount, STARTS[0], STOPS[name])
        if not isinstance(made, clocks.Clock):
            yield line(unit, amount, made)
            continue
        yield line(unit, amount, made.due, made.total, made.provisional, made.standing)
        days = [datetime(2026, 11, 23, hour, 15) + timedelta(days=day) for day in range(0, 36, 2) for hour in (9, 16)]  # noqa: DTZ001
        yield line([f"{clocks.left(now, made, CALENDAR)}{clocks.light(now, made, CALENDAR)[0]}" for now in days][:24])
        yield line([f"{clocks.left(now, made, CALENDAR)}{clocks.light(now, made, CALENDAR)[0]}" for now in days][24:])
    for kind in ("statutory", "promised"):
        yield line(kind, clocks.counted(kind, STOPS[name]))


def ledgers(name: str) -> Iterator[str]:
    """A clock explained day by day."""
    held = (
        Held("窗口", DAY, date(2026, 11, 24)),
        Held("科室", date(2026, 11, 25), date(2026, 12, 1)),
        Held("局长", date(2026, 12, 2)),
    )
    for unit, amount in (("working_days", 5), ("calendar_days", 9), ("hours", 13)):
        made = outcome(_clock, unit, amount, STARTS[0], STOPS[name])
        if isinstance(made, clocks.Clock):
            for row in ledger(CALENDAR, made, date(2026, 12, 14), held):
                yield line(
                    unit,
                    f"{row.day}",
                    row.state,
                    row.ran,
                    row.left,
                    row.held_by,
                    row.reason,
                    row.article or "-",
                    row.provisional,
                )
            yield line("too long", outcome(ledger, CALENDAR, made, date(2046, 12, 14)))


def days() -> Iterator[str]:
    """Working days, and office minutes between moments."""
    for year in (2025, 2026, 2027):
        every = [date(year, 1, 1) + timedelta(days=day) for day in range(365)]
        off = [each for each in every if not CALENDAR.is_working_day(each)[0]]
        yield line(year, len(off), sorted({CALENDAR.is_working_day(each)[1] for each in every}), digested([line(off)]))
    for start in (date(2026, 9, 30), date(2026, 10, 10), date(2026, 2, 14), date(2027, 12, 31), date(2019, 1, 1)):
        said = [outcome(CALENDAR.add_working_days, start, count) for count in (0, 1, 7, 30, -1)]
        yield line(start, said, outcome(CALENDAR.next_working_day, start))
        ends = (start, start + timedelta(days=1), start + timedelta(days=40), start - timedelta(days=9))
        yield line(start, [outcome(CALENDAR.working_days_between, start, end) for end in ends])
    for start, end in itertools.product(STARTS[:4], STARTS):
        yield line(f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}", outcome(office_minutes, CALENDAR, start, end))
    for month in ((2026, 1, 31), (2027, 12, 31), (2028, 2, 29)):
        yield line([outcome(clocks.months_later, date(*month), count) for count in (0, 1, 3, 12, 13)])
    for unit, amount in itertools.product(UNITS, (1, 2)):
        yield line(unit, amount, clocks.unit_word(unit, amount))
    lights = tuple(clocks.Light)
    yield line([clocks.worse(*pair) for pair in itertools.product(lights, lights)], clocks.worse())


def figures() -> Iterator[str]:
    """The board of a day."""
    texts = _texts()
    rows = board.Rows(
        arrived=((8, "single", "received", 2), (9, "business", "accepted", 3), (19, "single", "accepted", 1),
        (7, "single", "closed", 4)),
        checked=(("single", "passed", 3, 4), ("single", "failed", 1, 2), ("business", "again", 2, 5),
        ("single", "passed", 1, 1), ("city", "", 1, 0)),
        decided=(
            ("single", "2026-11-23T08:10:00.000", "2026-11-23T16:00:00.000"), ("single",
            "2026-11-20T09:00:00.000", "2026-11-24T09:30:00.000"),
            ("business", "soon", "2026-11-24T09:30:00.000"), ("single", "2026-11-23T09:00:00.000",
            "2026-11-23T09:20:00.000"),
        ),
        waiting=(("window", 3, "2026-11-23T08:10:00.000", 1), ("chief", 3, "2026-11-20T08:10:00.000", 0),
        ("applicant", 9, "soon", 0)),
        running=tuple(("single" if at % 2 else "business", text, at + 1) for at, text in enumerate(texts)),
        late_asks=(("D01", 2), ("A01", 5), ("B01", 2)), prefile_looks=(3, 5), uncounted=2,
    )  # fmt: skip
    for now in (datetime(2026, 11, 24, 10), datetime(2026, 12, 14, 17)):  # noqa: DTZ001 - civil time
        made = board.made(rows, CALENDAR, now, 7, "2026-11-17")
        for name in made.__struct_fields__:
            yield line(name, getattr(made, name))
        yield line([each.percent for each in made.first_pass])
        urgencies = Urgencies(CALENDAR, now)
        for text in (*texts, ""):
            yield line(
                digested([text]),
                urgencies(text),
                urgencies.light(text),
                urgencies.at(CALENDAR, now + timedelta(hours=3))(text),
            )
    yield line("nothing", board.made(board.Rows(), CALENDAR, datetime(2026, 11, 24, 10), 1, "2026-11-24"))  # noqa: DTZ001
    for values in ((1,), (5, 3, 9), tuple(range(100)), (7, 7, 1, 2)):
        yield line([board.quantile(values, percent) for percent in (1, 50, 90, 100)])


def _cases() -> Iterator[Any]:
    office = Office()
    yield office.case("D01")
    yield office.case("D01", "supplement", materials={})
    yield office.case("A01")
    for item, until in (
        ("D01", "decide"),
        ("D10", "pay"),
        ("D01", "close"),
        ("C07", "examine"),
        ("B07", "certify"),
        ("D01", ""),
    ):
        yield office.walked(item, until)


def _texts() -> list[str]:
    return sorted({running(case) for case in _cases()} - {""})


def measures() -> Iterator[str]:
    """What the board counts of a case."""
    for case in _cases():
        yield line(case.received.item, case.state, measured(case))


def joints() -> Iterator[str]:
    """A bundle and a stage as a whole."""
    cases = list(_cases())
    bundle = next(iter(CATALOGUE.bundles.values()))
    for now in (datetime(2026, 11, 24, 10), datetime(2026, 12, 30, 17)):  # noqa: DTZ001 - civil time
        for some in (cases, cases[:1], cases[3:5], cases[-1:], []):
            yield line(joint_of(some, bundle, CALENDAR, now), joint_of(some, None, CALENDAR, now))


def ages() -> Iterator[str]:
    """How long something waits, and who sees to it."""
    for since in (
        "2026-11-20T16:00:00.000",
        "2026-11-23T09:00:00.000",
        "2026-11-23T17:59:00.000",
        "soon",
        "1999-01-01T00:00:00.000",
    ):
        for now in (
            "2026-11-23T09:30",
            "2026-11-24T08:00",
            "2026-11-24T10:00",
            "2026-11-25T09:00",
            "2026-11-28T10:00",
            "2026-11-19T09:00",
        ):
            yield line(since, now, age_of(since, datetime.fromisoformat(now), CALENDAR))


def ends() -> Iterator[str]:
    """What a window has still open, and what of its day does not agree."""
    now = datetime(2026, 11, 23, 18)  # noqa: DTZ001 - civil time
    for seen in ("", "2026-11-23T17:59:00.000", "2026-11-23T17:00:00.000", "soon"):
        for counts in ((), (3, "2026-11-23T10:00:00.000", 1, 2, 4, 5), (0, "", 0, 0, 0, 0), (1, "", 1, 1, 1, 1)):
            yield line(seen, counts, closing.open_ends(closing.WindowState("0012", seen, *counts), now, 600.0))
    taken = [day_end.TakenIn(f"c{at}", "single" if at % 2 else "business", row) for at, row in enumerate((*Row, None))]
    printed = [
        day_end.PrintedOn(f"c{at}", "receipt", 1 + at % 3, row) for at, row in enumerate((*Row, None)) if at != 2
    ]
    found = day_end.end_of_day(taken, printed, [("c1", "receipt", "at_printer"), ("c1", "receipt", "at_printer")])
    for name in found.__struct_fields__:
        yield from (line(name, each) for each in getattr(found, name))
    for row in Row:
        yield line(
            row,
            day_end.fate(row),
            {move: moved(row, move) for move in Move},
            [klass.value for klass in Klass if is_shown(row, klass)],
        )


HISTORIES: Mapping[str, Callable[[], Iterator[str]]] = (
    {f"dues in {unit}": partial(dues, unit) for unit in UNITS}
    | {f"stops: {name}": partial(stops, name) for name in STOPS}
    | {f"ledger: {name}": partial(ledgers, name) for name in STOPS}
    | {"days": days, "figures": figures, "measures": measures, "joints": joints, "ages": ages, "ends": ends}
)
