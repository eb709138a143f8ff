"""A day of the hall in fast motion, headless: two terminals and the hall, the real ones, over the loopback line.

Every case goes by the same use cases as by hand. Window 12 has its cable out for the first half; one event is
refused on purpose and settled from the tray; at the end terminals and hall must hold every case alike.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from casework.case import Case, encode_case
from casework.catalogue.schema import MODULES
from casework.facts import digest
from casework.messages import Message
from console.terminal import Terminal


class Receipt(msgspec.Struct, frozen=True):
    """A paper that was printed: the file lies in the terminal's folder."""

    number: str
    kind: str
    pdf: str


class Day(msgspec.Struct):
    """What the day brought: the JSON of `demo --headless`."""

    by_module: dict[str, dict[str, int]]
    taken_in_offline: int = 0
    refused: int = 0
    printed: int = 0
    receipts: list[Receipt] = []
    converged: bool = False
    seconds: float = 0.0
    states: dict[str, int] = {}
    items: int = 0


class Line(Protocol):
    """The line of each window, and its cable."""

    def sync(self, terminal: Terminal) -> None:
        """Push and pull until nothing is left, or the line is down."""
        ...

    def pull_out(self, terminal: Terminal) -> None:
        """Out with the cable of this window."""
        ...

    def plug_in(self, terminal: Terminal) -> None:
        """Back with it."""
        ...


@dataclasses.dataclass
class Hands:
    """What the day is run with; `print_all` empties a terminal's print queue."""

    window12: Terminal
    window7: Terminal
    cables: Line
    print_all: Callable[[Terminal], list[Receipt]]
    at_hall: Callable[[Sequence[str]], dict[str, Case]]
    """How the hall holds the cases with these ids."""
    seed: int = 1
    tell: Callable[[Message], None] = lambda said: None

    @property
    def windows(self) -> tuple[Terminal, Terminal]:
        """Both."""
        return self.window12, self.window7


def run(hands: Hands) -> Day:
    """The whole day."""
    from console.day_course import Course

    day = Day({module: {"received": 0, "delivered": 0} for module in MODULES})
    Course(hands, day).run()
    _evening(hands, day)
    return day


def _evening(hands: Hands, day: Day) -> None:
    """Print what waits, count, and compare what both terminals and the hall hold."""
    hands.tell(Message("demo.printing"))
    for terminal in hands.windows:
        day.receipts += hands.print_all(terminal)
    day.printed = len(day.receipts)
    for terminal in (*hands.windows, hands.window12):  # the prints are events too
        hands.cables.sync(terminal)
    ours, theirs = ({row.case_id: row.case for row in terminal.cases()} for terminal in hands.windows)
    for case in theirs.values():
        day.by_module[case.received.module]["received"] += 1
        day.by_module[case.received.module]["delivered"] += case.delivered is not None
    day.states = dict(sorted(Counter(case.state for case in theirs.values()).items()))
    day.items = len({case.received.item for case in theirs.values()})
    pending = [terminal.memory.pending() for terminal in hands.windows]
    silent = all(each.unsent == 0 and each.held == 0 and each.rejected == 0 for each in pending)
    day.converged = silent and picture(ours) == picture(theirs) == picture(hands.at_hall(tuple(ours)))


def picture(cases: Mapping[str, Case]) -> str:
    """One hash over the states of cases."""
    return digest(b"\n".join(encode_case(case) for _, case in sorted(cases.items())))
