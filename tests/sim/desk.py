"""What clerks do besides the acts on a case: items taken from the queue and put back, prefiles, papers that come back.

On dice of its own, so that the acts of `clerk` stay as they were.
"""

from __future__ import annotations

import random

from casework import bodies
from casework.catalogue.schema import Item
from casework.prefile import Prefile, decode_prefile
from console.claiming import Claiming
from console.demo.sample import application
from console.preparing import Preparing
from sync.errors import LineError
from tests.sim.clerk import Clerk, session
from tests.sim.loop import true_time
from tests.sim.server import STAFF
from tests.sim.terminal import Terminal


class Desk:
    """The queue and the prefiles of one terminal.

    Args:
        clerk: who sits there.
        stream: dice.
    """

    def __init__(self, clerk: Clerk, stream: random.Random) -> None:
        self._clerk = clerk
        self._stream = stream
        self._visitors = 0

    @property
    def _terminal(self) -> Terminal:
        return self._clerk.terminal

    async def act(self) -> str:
        """Do one thing; its name, or why nothing was done. Raises PowerCut where the fuse burns."""
        if self._stream.random() < 0.2:
            fetched = await self._fetch()
            if fetched or not self._terminal.on:
                return fetched
        with self._terminal.program.running():
            return self._act()

    def _act(self) -> str:
        point = self._stream.random()
        if point < 0.3:
            return self._claim()
        if point < 0.4:
            return self._release()
        if point < 0.5:
            return self._recall()
        return self._prefile()

    # The queue

    def _claim(self) -> str:
        staff = self._stream.choice(STAFF[2:4])
        case = self._clerk.some_case(self._stream, "accepted_at")
        if case is None:
            return "an empty queue"
        return self._clerk.does(lambda: Claiming(self._clerk.counter).take(session(staff), case.number))

    def _release(self) -> str:
        """Her own item, or as a supervisor somebody else's."""
        staff = self._stream.choice(STAFF[2:])
        case = self._clerk.some_case(self._stream, "claims")
        if case is None:
            return "nothing to put back"
        data = {"step": next(iter(case.claims)), "reason": "换人办理"}
        return self._clerk.does(lambda: self._clerk.counter.act(session(staff), case.number, "release", data))

    def _recall(self) -> str:
        """A paper that was called back has come, or is declared void."""
        case = self._clerk.some_case(self._stream, "open_recalls")
        if case is None:
            return "nothing called back"
        data = {"how": self._stream.choice(("came_back", "void")), "note": "登报声明"}
        data["paper"] = case.open_recalls[0].paper
        staff = STAFF[4] if self._stream.random() < 0.5 else STAFF[2]
        return self._clerk.does(lambda: self._clerk.counter.act(session(staff), case.number, "recall", data))

    # Before the number

    def _prefile(self) -> str:
        staff, point = self._stream.choice(STAFF[:2]), self._stream.random()
        waiting = self._waiting()
        if point < 0.35 or not waiting:
            return self._open(staff, parked=self._stream.random() < 0.4)
        found = self._stream.choice(waiting)
        if point < 0.6:
            return self._check(staff, found)
        if point < 0.72:
            return self._clerk.does(lambda: self._preparing.take(session(staff), found.code))
        if point < 0.76:
            return self._clerk.does(lambda: self._preparing.close(session(staff), found.code, "申请人未再到场"))
        if point < 0.8:
            form = self._form(self._another(found))
            return self._clerk.does(lambda: self._preparing.park(session(staff), form, "", found.id))
        return self._take_in(staff, found)

    def _open(self, staff: bodies.StaffSet, *, parked: bool) -> str:
        form = self._form()
        if parked and self._stream.random() < 0.3:  # before anybody knows the item
            form = bodies.Form("", form.applicant)
        if parked:
            return self._clerk.does(lambda: self._preparing.park(session(staff), form))
        return self._clerk.does(lambda: self._preparing.open(session(staff), form, "材料较多"))

    def _check(self, staff: bodies.StaffSet, found: Prefile) -> str:
        item = self._clerk.catalogue().items.get(found.form.item)
        lines = tuple(
            bodies.ReviewLine(each.code, right, "" if right else "缺页", "" if right else "补齐")
            for each in (item.materials[:3] if item else ())
            for right in (self._stream.random() < 0.6,)
        )
        return self._clerk.does(lambda: self._preparing.check(session(staff), found.code, None, lines))

    def _take_in(self, staff: bodies.StaffSet, found: Prefile) -> str:
        """It becomes a case, under the id that it has."""
        item = self._clerk.catalogue().items.get(found.form.item)
        if self._stream.random() < 0.2:
            item = self._another(found)
        if found.masked or item is None:
            return "not opened yet"
        self._visitors += 1
        wanted = application(item, int(self._terminal.number), 500 + self._visitors, true_time().date())
        return self._clerk.does(lambda: self._clerk.counter.intake(session(staff), wanted, found.id))

    async def _fetch(self) -> str:
        """Somebody opens an application of another window: its full bytes come from the hall (S7)."""
        terminal = self._terminal
        masked = [each for each in self._waiting() if each.masked]
        if not masked or terminal.line is None or terminal.known_down:
            return ""
        found, memory = self._stream.choice(masked), terminal.memory
        try:
            answer = await terminal.line.case(found.id)
        except LineError as error:
            return f"no: {error.code}"
        if terminal.memory is not memory or memory is None:
            return "no: the PC went dark meanwhile"
        with terminal.program.running():
            memory.keep_from_hall(answer)
        self._clerk.count("prefile fetched")
        return "opens an application of another window"

    def _another(self, found: Prefile) -> Item:
        """Another item after all; of its module where it has one: what of another is shown to whom is tested apart."""
        of_module = [item for item in self._clerk.items if found.module in {"", item.module}]
        return self._clerk.as_it_is_now(self._stream.choice(of_module or list(self._clerk.items)))

    def _form(self, item: Item | None = None) -> bodies.Form:
        self._visitors += 1
        item = item or self._clerk.as_it_is_now(self._stream.choice(self._clerk.items))
        wanted = application(item, int(self._terminal.number), 500 + self._visitors, true_time().date())
        return bodies.Form(item.code, wanted.applicant, materials=wanted.materials)

    def _waiting(self) -> list[Prefile]:
        rows = self._terminal.eyes.execute(
            "select body from prefile where state not in ('received', 'closed') order by case_id"
        ).fetchall()
        return [decode_prefile(row[0]) for row in rows]

    @property
    def _preparing(self) -> Preparing:
        return Preparing(self._clerk.counter)
