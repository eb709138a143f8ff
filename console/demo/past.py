"""What the demo finds in its hall at the first start: three weeks of work, with lights of all colours.

Terminals and hall share a clock that begins weeks ago and is moved on between the acts, so that every number, term and
due date is what it would be if people had worked here; the hall's own timers run on the way. At the end it is the
machine's clock and nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

from casework.ambient import Clock
from casework.calendar import Calendar
from casework.case import Case
from casework.messages import Message
from console.day import Line
from console.demo.day_intake import Reception, prefile_opened, prefile_parked
from console.demo.sample_form import draw
from console.demo.stories import WINDOW_12, stories
from console.demo.story import DECISIVE, Run, Story
from console.demo.troubles import Troubles
from console.terminal import Terminal

BEGIN_DAYS = 40
"""Calendar days before today on which the hall of the demo was founded: more than its working days ever span."""
WORKING_DAYS = 15
_SLOTS = (time(9, 5), time(10, 35), time(13, 35), time(15, 10))
"""When the counters of the sample weeks work; each act takes a little while."""
_ACT = timedelta(seconds=40)
_FAST = 4
"""Rounds of one slot: what is decided on the spot goes from receipt to delivery in it."""


class MovedClock:
    """A clock that can lie in the past, and is moved on until it has caught up with the machine's own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._behind = timedelta(0)

    def now(self) -> datetime:
        """The hall's civil time, naive."""
        return self._clock.now() - self._behind

    def monotonic(self) -> float:
        """Seconds that run on as the civil time does."""
        return self._clock.monotonic() - self._behind.total_seconds()

    def begin(self, moment: datetime) -> None:
        """Go back to `moment`, before anything was made by this clock."""
        self._behind = self._clock.now() - moment

    def move_to(self, moment: datetime) -> None:
        """On to `moment`, never backwards and never ahead of the machine's clock."""
        self._behind = max(timedelta(0), min(self._behind, self._clock.now() - moment))

    def catch_up(self) -> None:
        """From now on the machine's own time."""
        self._behind = timedelta(0)


def beginning(now: datetime) -> datetime:
    """When the demo's hall was founded, for a first start at `now`."""
    return datetime.combine(now.date() - timedelta(days=BEGIN_DAYS), time(8, 0))


@dataclasses.dataclass
class _Due:
    """A case, and the slot of its next act. `gap`: slots between its acts; 0: at once."""

    run: Run
    slot: int
    gap: int


@dataclasses.dataclass
class Past:
    """The weeks before today, at both windows."""

    windows: tuple[Terminal, Terminal]
    clock: MovedClock
    cables: Line
    tick: Callable[[], object]
    """The hall says what nobody said in time."""
    seed: int = 1
    tell: Callable[[Message], None] = lambda said: None

    def __post_init__(self) -> None:
        self._due: list[_Due] = []
        self._begun: list[Run] = []
        self._slot = 0
        self._reception = Reception(self.seed, queue=False, began=self._begun.append)
        self._troubles = Troubles(self.windows, self.cables, self._pass, self.seed)

    def live(self, now: datetime) -> int:
        """All of it, up to `now`; the number of cases."""
        slots = slots_until(now, self.windows[0].library.calendar())
        planned = self._planned(len(slots))
        for slot, moment in enumerate(slots):
            self._slot = slot
            self.clock.move_to(moment)
            if moment.time() == _SLOTS[0]:
                self._morning(moment, slot)
            self._work(planned.get(slot, []))
            self._troubles.befall(len(slots) - 1 - slot)
        self.clock.catch_up()
        self._before_the_number()
        self.tick()
        self._sync(self.windows)
        self._sync(self.windows)
        return len(self._due)

    def _morning(self, moment: datetime, slot: int) -> None:
        self.tick()
        self._sync(self.windows)
        if slot % (4 * len(_SLOTS)) == 0:
            self.tell(Message("demo.preparing", {"day": f"{moment:%Y-%m-%d}", "count": len(self._due)}))

    def _planned(self, slots: int) -> dict[int, list[tuple[int, Story]]]:
        """Which stories begin in which slot."""
        found: dict[int, list[tuple[int, Story]]] = {}
        for serial, story in enumerate(stories(self.windows[0].library.current()), 1):
            age = story.age if story.age >= 0 else draw(0, serial, "age", range(9, 15) if story.turns else range(15))
            days = -(-slots // len(_SLOTS))
            first = max(0, days - 1 - age) * len(_SLOTS)
            slot = min(first + draw(0, serial, "slot", range(len(_SLOTS))), slots - 1)
            found.setdefault(slot, []).append((serial, story))
        return found

    def _work(self, arriving: Sequence[tuple[int, Story]]) -> None:
        """One slot: who comes is taken in, then everybody does what is due."""
        for serial, story in arriving:
            terminal = self.windows[0] if story.window == WINDOW_12 else self.windows[1]
            self._reception.take_in(terminal, story, serial)
            self._pass()
        for _ in range(_FAST):
            self._enlist()
            due = [each for each in self._due if each.slot <= self._slot]
            asked = [each.run.terminal for each in due if self._act(each) in DECISIVE]
            if not asked:
                return
            self._sync([here for here in self.windows if any(terminal is here for terminal in asked)])

    def _enlist(self) -> None:
        """What was taken in just now comes up as its term wants."""
        for run in self._begun:
            gap = gap_of(run.case)
            self._due.append(_Due(run, self._slot + gap, gap))
        self._begun.clear()

    def _act(self, due: _Due) -> str:
        """What is done with one case in this slot; its last act."""
        act = last = due.run.advance()
        while act:
            self._pass()
            last = act
            act = due.run.advance() if due.gap == 0 and act not in DECISIVE else ""
        if due.run.stays:
            due.slot = _NEVER
        elif due.gap or not last:
            due.slot = self._slot + max(1, due.gap)
        return last

    def _pass(self) -> None:
        self.clock.move_to(self.clock.now() + _ACT)

    def _sync(self, terminals: Sequence[Terminal]) -> None:
        for terminal in terminals:
            self.cables.sync(terminal)

    def _before_the_number(self) -> None:
        """Files that the guide desk has opened, and a form that was put aside."""
        ours, theirs = self.windows
        prefile_opened(theirs, "D01", self.seed, 950)
        prefile_opened(ours, "C07", self.seed, 951)
        prefile_parked(theirs, "A01", self.seed, 952)


_NEVER = 10**6


def slots_until(now: datetime, calendar: Calendar) -> tuple[datetime, ...]:
    """The slots of the last working days up to `now`."""
    days: list[date] = []
    day = now.date()
    while len(days) < WORKING_DAYS and day > now.date() - timedelta(days=BEGIN_DAYS):
        if calendar.is_working_day(day)[0] and datetime.combine(day, _SLOTS[0]) <= now:
            days.append(day)
        day -= timedelta(days=1)
    moments = (datetime.combine(day, slot) for day in reversed(days) for slot in _SLOTS)
    return tuple(moment for moment in moments if moment <= now)


def gap_of(case: Case) -> int:
    """How many slots lie between the acts on a case that is in time; 0: it is decided while the applicant sits."""
    promised = case.received.promised
    if case.received.on_spot or promised.unit == "minutes":
        return 0
    return max(1, min(3, promised.amount * len(_SLOTS) // 11))
