"""A day of the hall in fast motion, headless: two terminals and the hall, the real ones, over the loopback line.

Every case goes by the same use cases as by hand. Window 12 has its cable out for the first half; one event is
refused on purpose and settled from the tray; at the end terminals and hall must hold every case alike.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from casework.case import Case, encode_case, open_steps, places
from casework.catalogue.schema import MODULES
from casework.errors import CaseworkError
from casework.facts import digest
from casework.rules import Refusal
from console.counter import Session
from console.sample import application
from console.terminal import Terminal

_T = TypeVar("_T")

PER_ITEM = 12

WHO: dict[str, str] = {
    "window": "1001",
    "delivery": "1002",
    "business": "2001",
    "investment": "2001",
    "construction": "2001",
    "single": "2001",
    "survey": "2003",
    "chief": "2002",
}
"""Who of the sample people acts at a post: whoever accepts at a counter of the officers does not decide."""


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
    tell: Callable[[str], None] = lambda text: None


def session(terminal: Terminal, number: str) -> Session:
    """One of the sample people at this terminal, serving all her posts."""
    staff = terminal.memory.staff(number)
    if staff is None:
        raise LookupError(number)
    return Session(staff, staff.posts)


class DayRefused(CaseworkError):
    """The sample was refused where it should not be: the day can't go on."""


def _done(answer: _T | Refusal) -> _T:
    if isinstance(answer, Refusal):
        raise DayRefused("demo.refused", reason=answer.message)
    return answer


def run(hands: Hands) -> Day:
    """The whole day."""
    day = Day({module: {"received": 0, "delivered": 0} for module in MODULES})
    hands.cables.pull_out(hands.window12)
    numbers = _morning(hands, day)
    hands.cables.plug_in(hands.window12)
    refused_case = _refused_on_purpose(hands, day)
    for terminal in (hands.window12, hands.window7):
        hands.cables.sync(terminal)
    hands.cables.sync(hands.window12)
    _afternoon(hands, numbers)
    _settle(hands, refused_case)
    for terminal in (hands.window12, hands.window7, hands.window12):
        hands.cables.sync(terminal)
    _evening(hands, day, frozenset(numbers))
    return day


def before_opening(terminal: Terminal, seed: int = 1) -> None:
    """A few cases on their way, so that the first person of the demo does not sit before empty queues."""
    clerk = session(terminal, "1001")
    for count in range(2):
        for place, item in enumerate(terminal.library.current().items.values()):
            command = application(item, seed, 900 + count * 10 + place, terminal.legal.day())
            taken = _done(terminal.counter.intake(clerk, command))
            for _ in range(place + count):
                case = terminal.counter.case(taken.number)
                if any(step.kind == "decide" for step in open_steps(case)) or not _step(terminal, case):
                    break


def _morning(hands: Hands, day: Day) -> list[str]:
    """Both windows take in; window 12 is offline the while."""
    numbers = []
    for terminal, offset in ((hands.window12, 0), (hands.window7, 1)):
        clerk = session(terminal, "1001")
        items = terminal.library.current().items.values()
        for count in range(PER_ITEM // 2 + 1):
            for place, item in enumerate(items):
                serial = hands.seed * 1000 + (count * 2 + offset) * 10 + place
                command = application(item, hands.seed, serial, terminal.legal.day())
                taken = _done(terminal.counter.intake(clerk, command))
                day.by_module[item.module]["received"] += 1
                day.taken_in_offline += terminal is hands.window12
                kind = "acceptance" if "accepted" in taken.types else "receipt"
                terminal.counter.print(clerk, taken.number, kind)
                numbers.append(taken.number)
        hands.tell(f"{terminal.memory.identity.terminal}: {len(numbers)}")
    return numbers


def _refused_on_purpose(hands: Hands, day: Day) -> str:
    """Window 7 sees the withdrawal that window 12 does not: its acceptance comes too late and is refused."""
    ours, theirs = hands.window12, hands.window7
    clerk = session(ours, "1001")
    item = ours.library.current().items["A01"]
    command = application(item, hands.seed, hands.seed * 1000 + 990, ours.legal.day())
    command = msgspec.structs.replace(command, outcome="receive")
    taken = _done(ours.counter.intake(clerk, command))
    day.by_module[item.module]["received"] += 1
    hands.cables.sync(ours)
    hands.cables.sync(theirs)
    theirs.counter.act(session(theirs, "1001"), taken.number, "withdraw", {"reason": "申请人改变主意"})
    ours.counter.act(clerk, taken.number, "accept", {})  # made on an old base
    hands.cables.sync(theirs)
    hands.cables.sync(ours)
    day.refused = ours.memory.pending().rejected
    return taken.number


def _settle(hands: Hands, number: str) -> None:
    """The supervisor gives up what was refused."""
    terminal = hands.window12
    supervisor = session(terminal, "3001")
    for row in terminal.memory.tray():
        if row.number == number and row.kind == "rejected":
            terminal.counter.settle(supervisor, row.fact, "withdraw", "申请人已撤回申请")
            return


_ACTS: dict[str, tuple[str, dict[str, object]]] = {
    "pre_review": ("pre-review", {}),
    "accept": ("accept", {}),
    "examine": ("examine", {"note": "符合法定条件"}),
    "site_check": ("site-check", {"officers": ["2001"], "outcome": "pass"}),
    "decide": ("decide", {"outcome": "granted"}),
    "certify": ("certify", {}),
    "deliver": ("deliver", {}),
    "close": ("close", {}),
}


def _afternoon(hands: Hands, numbers: Iterable[str]) -> None:
    """Window 7 brings every case to its end, step by step, as the posts would; the line in between."""
    terminal = hands.window7
    waiting = list(numbers)
    while waiting:
        moved = [number for number in waiting if _step(terminal, terminal.counter.case(number))]
        hands.cables.sync(terminal)
        if not moved:
            return
        waiting = [number for number in waiting if terminal.counter.case(number).is_open]
        hands.tell(f"{len(waiting)}")


def _step(terminal: Terminal, case: Case) -> bool:
    """One act on `case` where it waits; whether there was one."""
    for place in places(case):
        kind = next((step.kind for step in case.received.route if step.id == place.step), place.step)
        action, data = _ACTS[kind]
        _done(terminal.counter.act(session(terminal, WHO[place.post]), case.number, action, dict(data)))
        if action == "deliver":
            terminal.counter.print(session(terminal, "1002"), case.number, "delivery")
        return True
    return False


def _evening(hands: Hands, day: Day, numbers: frozenset[str]) -> None:
    """Count, print what waits, and compare what both terminals and the hall hold."""
    for terminal in (hands.window12, hands.window7):
        day.receipts += hands.print_all(terminal)
    day.printed = len(day.receipts)
    for terminal in (hands.window12, hands.window7, hands.window12):  # the prints are events too
        hands.cables.sync(terminal)
    for row in hands.window7.cases():
        if row.number in numbers and row.case.delivered is not None:
            day.by_module[row.module]["delivered"] += 1
    pending = [terminal.memory.pending() for terminal in (hands.window12, hands.window7)]
    silent = all(each.unsent == 0 and each.held == 0 and each.rejected == 0 for each in pending)
    ours = {row.case_id: row.case for row in hands.window12.cases()}
    theirs = {row.case_id: row.case for row in hands.window7.cases()}
    day.converged = silent and picture(ours) == picture(theirs) == picture(hands.at_hall(tuple(ours)))


def picture(cases: Mapping[str, Case]) -> str:
    """One hash over the states of cases."""
    return digest(b"\n".join(encode_case(case) for _, case in sorted(cases.items())))
