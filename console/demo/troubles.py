"""What went wrong in the weeks before the demo's first start, so that a supervisor finds something to settle.

Each trouble happens as it would in a hall: a cable was out while somebody else was faster, a printer ran out of paper.
What lies in the trays afterwards is what hall and windows make of it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from casework.commands import Intake
from casework.refused import RECALL_PAPER
from console.counter import Acted, Taken
from console.day import Line
from console.demo.sample import application
from console.demo.story import CHIEF, CLERK, OFFICER, SUPERVISOR, DayRefused, done, session
from console.print_queue import PrintQueue, keep_slots
from console.printing.network import PAPER_END, STATE
from console.printing.slots import Slot, default_slots
from console.settling import Settlement, Settling
from console.terminal import Terminal

_TILL = "小票打印机"
_HAS_PAPER = 0x12
"""What a till printer answers when nothing is wrong with it."""
_SECONDS = 10.0
_SITE = {"officers": [CHIEF, OFFICER], "outcome": "pass"}


@dataclasses.dataclass
class Troubles:
    """The troubles of both windows. `passing`: a little while goes by; `seed`: whom they befall."""

    windows: tuple[Terminal, Terminal]
    cables: Line
    passing: Callable[[], None]
    seed: int

    def befall(self, slots_left: int) -> None:
        """What goes wrong in the slot that is followed by so many more, four of them a working day."""
        planned: dict[int, Callable[[], None]] = {
            16: self._called_back,
            12: self._examined_twice,
            8: self._taken_in_twice,
            2: self._accepted_in_vain,
            1: self._ran_out_of_paper,
        }
        if slots_left in planned:
            planned[slots_left]()

    def _called_back(self) -> None:
        """An acceptance that came too late was given up; its paper is called back and has not come yet."""
        ours, _ = self.windows
        number = self._accepted_too_late(960)
        case = ours.counter.case(number)
        wanted = Settlement("withdraw", "申请人已先撤回申请", holder=case.received.applicant.name)
        row = next(row for row in ours.memory.tray() if row.number == number)
        done(Settling(ours.counter).settle(session(ours, SUPERVISOR), row.fact, wanted), RECALL_PAPER)
        done(ours.counter.print(session(ours, CLERK), number, RECALL_PAPER, queue=False), RECALL_PAPER)
        self._sync(*self.windows)

    def _examined_twice(self) -> None:
        """Window 7 examines and inspects with its cable out, what window 12 has sent back meanwhile."""
        ours, theirs = self.windows
        number = self._take_in(theirs, "D01", 961)
        self._act(theirs, CHIEF, number, "accept")
        self._sync(theirs, ours)
        with self._cable_out(theirs):
            self._act(ours, OFFICER, number, "examine", {"note": "符合法定条件"})
            self._act(ours, OFFICER, number, "send-back", {"to": "examine", "reason": "平面图与现场不一致，重新审查"})
            self._sync(ours)
            self._act(theirs, CHIEF, number, "examine", {"note": "材料齐全，符合条件"})
            self._act(theirs, CHIEF, number, "site-check", _SITE)
        self._sync(theirs, ours)

    def _taken_in_twice(self) -> None:
        """The applicant goes to window 7 as well, whose cable is out."""
        ours, theirs = self.windows
        with self._cable_out(theirs):
            self._take_in(ours, "D03", 962)
            self._sync(ours)
            self._take_in(theirs, "D03", 962)
        self._sync(theirs, ours)

    def _accepted_in_vain(self) -> None:
        """An acceptance that came too late, and nobody has looked at it yet."""
        self._accepted_too_late(963)

    def _accepted_too_late(self, serial: int) -> str:
        """Window 12 accepts with its cable out, and hands the paper out, what was withdrawn at window 7."""
        ours, theirs = self.windows
        number = self._take_in(ours, "A01", serial)
        self._sync(ours, theirs)
        with self._cable_out(ours):
            self._act(theirs, CLERK, number, "withdraw", {"reason": "申请人改变主意"})
            self._sync(theirs)
            self._act(ours, CLERK, number, "accept")
            done(ours.counter.print(session(ours, CLERK), number, "acceptance", queue=False), "acceptance")
        self._sync(ours)
        return number

    def _ran_out_of_paper(self) -> None:
        """Nobody knows whether the receipt is out; since then papers go into the window's folder."""
        ours, _ = self.windows
        number = self._take_in(ours, "C06", 964, receipt=False)
        with _till_at_its_end() as port:
            keep_slots(ours, (Slot(_TILL, f"tcp://127.0.0.1:{port}?answers=yes"),))
            done(ours.counter.print(session(ours, CLERK), number, "receipt"), "receipt")
            PrintQueue(ours).print_waiting()
        keep_slots(ours, default_slots())
        if ours.memory.prints_standing().unsure != 1:
            raise DayRefused("demo.refused", what=_TILL, reason="unsure")
        self._sync(ours)

    # Hands

    @contextlib.contextmanager
    def _cable_out(self, terminal: Terminal) -> Iterator[None]:
        self.cables.pull_out(terminal)
        yield
        self.cables.plug_in(terminal)

    def _sync(self, *terminals: Terminal) -> None:
        for terminal in terminals:
            self.cables.sync(terminal)

    def _take_in(self, terminal: Terminal, item: str, serial: int, *, receipt: bool = True) -> str:
        catalogue, day = terminal.library.current(), terminal.legal.day()
        command: Intake = application(catalogue.items[item], self.seed, serial, day)
        command = msgspec.structs.replace(command, outcome="receive")
        clerk = session(terminal, CLERK)
        taken: Taken = done(terminal.counter.intake(clerk, command), item)
        if receipt:
            done(terminal.counter.print(clerk, taken.number, "receipt", queue=False), "receipt")
        self.passing()
        return taken.number

    def _act(self, at: Terminal, who: str, number: str, action: str, data: dict[str, Any] | None = None) -> None:
        acted: Acted = done(at.counter.act(session(at, who), number, action, data or {}), action)
        self.passing()
        if not acted.types:
            raise DayRefused("demo.refused", what=action, reason=number)


@contextlib.contextmanager
def _till_at_its_end() -> Iterator[int]:
    """A till printer on loopback that has paper before the receipt and none behind it; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_SECONDS)
        thread = threading.Thread(target=_take_one_paper, args=(server,), name="till", daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(_SECONDS)


def _take_one_paper(server: socket.socket) -> None:
    line, _ = server.accept()
    with line:
        line.settimeout(_SECONDS)
        line.recv(len(STATE))
        line.sendall(bytes([_HAS_PAPER]))
        tail = b""
        while not tail.endswith(STATE):
            part = line.recv(65536)
            if not part:
                return
            tail = (tail + part)[-len(STATE) :]
        line.sendall(bytes([_HAS_PAPER | PAPER_END]))
