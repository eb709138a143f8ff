"""A day of the hall in fast motion, headless: two terminals and the hall, the real ones, over the loopback line.

Every case goes by the same use cases as by hand. Window 12 has its cable out for the first half; one event is
refused on purpose and settled from the tray; at the end terminals and hall must hold every case alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from casework.catalogue.schema import MODULES
from casework.messages import Message
from casework.refused import RECALL_PAPER
from console.day import Day, Hands, picture
from console.demo.day_intake import Reception, prefile_checked_again, prefile_opened, prefile_parked, prefile_taken
from console.demo.sample import application
from console.demo.stories import WINDOW_12, stories
from console.demo.story import CLERK, DECISIVE, SUPERVISOR, DayRefused, Run, done, session
from console.settling import Settlement, Settling

_MOST_ROUNDS = 40
"""A case needs a handful of the hall's words; more rounds mean that something goes in a circle."""


def run(hands: Hands) -> Day:
    """The whole day."""
    day = Day({module: {"received": 0, "delivered": 0} for module in MODULES})
    Course(hands, day).run()
    _evening(hands, day)
    return day


class Course:
    """The day, and all cases that are under way."""

    def __init__(self, hands: Hands, day: Day) -> None:
        self._hands = hands
        self._day = day
        self._runs: list[Run] = []
        self._reception = Reception(hands.seed, began=self._runs.append)

    def run(self) -> None:
        """From the first visitor to the last signature."""
        hands = self._hands
        prefile = self._before_the_number()
        hands.cables.pull_out(hands.window12)
        self._take_in()
        at_7 = [run for run in self._runs if run.terminal is hands.window7]
        carry_on(at_7, lambda: hands.cables.sync(hands.window7))  # also what is decided while its applicant sits
        hands.cables.plug_in(hands.window12)
        self._sync()
        self._shared_out()
        refused = self._refused_on_purpose()
        prefile_checked_again(hands.window7, prefile)
        self._sync()
        prefile_taken(self._reception, hands.window12, prefile, 950)
        carry_on(self._runs, self._sync)
        self._settle(refused)
        self._sync()

    def _sync(self) -> None:
        hands = self._hands
        for terminal in (*hands.windows, hands.window12):
            hands.cables.sync(terminal)

    def _before_the_number(self) -> str:
        """The guide desk at window 7 opens files, parks others; the code of the one that another window takes up."""
        theirs, seed = self._hands.window7, self._hands.seed
        prefile = prefile_opened(theirs, "D01", seed, 950)
        prefile_opened(theirs, "C07", seed, 951)
        prefile_parked(theirs, "A01", seed, 952)
        return prefile.code

    def _take_in(self) -> None:
        """Both windows take in; window 12 is offline the while."""
        hands = self._hands
        prefile_parked(hands.window12, "Y01", hands.seed, 953)
        for serial, story in enumerate(stories(hands.window12.library.current()), 1):
            terminal = hands.window12 if story.window == WINDOW_12 else hands.window7
            taken = self._reception.take_in(terminal, story, serial)
            self._day.taken_in_offline += len(taken) if terminal is hands.window12 else 0
        hands.tell(Message("demo.taken_in", {"count": len(self._runs)}))

    def _shared_out(self) -> None:
        """With the line back, half of what window 12 took in goes on at window 7."""
        for run in self._runs:
            if run.terminal is self._hands.window12 and run.serial % 4 < 2:
                run.terminal = self._hands.window7

    def _refused_on_purpose(self) -> str:
        """Window 7 sees the withdrawal that window 12 does not: its acceptance comes too late and is refused."""
        hands = self._hands
        ours, theirs = hands.windows
        clerk = session(ours, CLERK)
        item = ours.library.current().items["A01"]
        command = application(item, hands.seed, 990, ours.legal.day())
        command = msgspec.structs.replace(command, outcome="receive")
        taken = done(ours.counter.intake(clerk, command))
        hands.cables.sync(ours)
        hands.cables.sync(theirs)
        theirs.counter.act(session(theirs, CLERK), taken.number, "withdraw", {"reason": "申请人改变主意"})
        ours.counter.act(clerk, taken.number, "accept", {})  # made on an old base
        done(ours.counter.print(clerk, taken.number, "acceptance"))  # and the applicant has it in her hand
        hands.cables.sync(theirs)
        hands.cables.sync(ours)
        self._day.refused = ours.memory.pending().rejected
        return taken.number

    def _settle(self, number: str) -> None:
        """The supervisor gives up what was refused and calls its paper back; the notice is printed, the paper comes."""
        terminal = self._hands.window12
        supervisor, clerk = session(terminal, SUPERVISOR), session(terminal, CLERK)
        case = terminal.counter.case(number)
        wanted = Settlement("withdraw", "申请人已撤回申请", holder=case.received.applicant.name)
        for row in terminal.memory.tray():
            if row.number == number and row.kind == "rejected":
                done(Settling(terminal.counter).settle(supervisor, row.fact, wanted))
                done(terminal.counter.print(clerk, number, RECALL_PAPER))
                done(terminal.counter.act(clerk, number, "recall", {}))
                return


def carry_on(runs: list[Run], sync: Callable[[], None]) -> None:
    """Each case to its end, or to where it stays; the line in between, for the hall's word. Raises DayRefused."""
    for _ in range(_MOST_ROUNDS):
        moved = [carried(run) for run in tuple(runs) if not run.stays]
        sync()
        if not any(moved):
            return
    raise DayRefused("demo.circle", numbers=", ".join(run.number for run in runs if not run.stays))


def carried(run: Run) -> bool:
    """On with one case until it waits for the hall's word, or stays; whether anything was done."""
    moved = False
    while act := run.advance():
        moved = True
        if act in DECISIVE:
            break
    return moved


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
