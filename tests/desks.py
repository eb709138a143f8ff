"""Windows with the real use cases at a real hall, in one process: what a person does there by keys, as calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from casework.case import Case
from casework.rules import Refusal
from casework.wire import Tray
from console.counter import Acted, PrintedNow, Session, Taken
from console.demo.sample import application
from console.legal_time import LegalClock
from console.library import Library
from console.messages import translator
from console.paperwork import Paperwork
from console.scanning import ScanCounter
from console.settling import Settlement, Settling
from console.sources import SimulatedSources
from sync.status import Synced
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered
from tests.hall_world import PEOPLE, HallWorld
from tests.machines import Machine

STAFF = {person.number: person for person in PEOPLE}
DAY = 24 * 3600.0
ROUNDS = 3
"""Of the line of each window, until all have heard of all."""
_CATALOGUES: dict[str, Any] = {}
_CALENDARS: dict[str, Any] = {}
_DATA: dict[str, dict[str, Any]] = {
    "site-check": {"officers": ["2001", "2002"], "outcome": "pass"},
    "decide": {"outcome": "granted", "reasons": "齐全"},
}


def session(number: str) -> Session:
    """A person at all her posts."""
    return Session(STAFF[number], STAFF[number].posts)


class Desk(Machine):
    """One window; `down` takes its line away."""

    down = False

    @property
    def counter(self) -> ScanCounter:
        """Its use cases, on the memory that it has now."""
        memory, clock = self.memory, self.world.clock
        library = Library(memory, _CATALOGUES, _CALENDARS)
        who = memory.identity
        paperwork = Paperwork(who.hall_name, who.terminal, clock, library, translator("zh_CN"))
        return ScanCounter(
            memory, library, paperwork, clock, LegalClock(memory, clock), self.hand.new_id, lambda: self.down,
            SimulatedSources(),
        )  # fmt: skip

    async def sync(self) -> Synced:
        """One round of the line, where there is one."""
        return Synced(0, 0, 0, 0, 0, "") if self.down else await super().sync()

    def takes_in(self, item: str = "D01", case_id: str = "", count: int = 1, **changes: Any) -> Taken:
        """Somebody's application, complete."""
        counter, given = self.counter, changes.pop("given", None)
        found, today = counter.library.current().items[item], self.world.clock.now().date()
        wanted = application(found, 7, count, today, given=given)
        taken = counter.intake(session("1001"), msgspec.structs.replace(wanted, outcome="receive", **changes), case_id)
        assert isinstance(taken, Taken), taken
        return taken

    def acts(self, staff: str, number: str, action: str, **data: Any) -> Acted:
        """Do something that has to go."""
        done = self.counter.act(session(staff), number, action, data)
        assert isinstance(done, Acted), done
        return done

    def prints(self, staff: str, number: str, kind: str) -> PrintedNow:
        """Hand a paper out."""
        printed = self.counter.print(session(staff), number, kind)
        assert isinstance(printed, PrintedNow), printed
        return printed

    def settles(self, line: str, way: str = "withdraw", staff: str = "3001", holder: str = "") -> Acted | Refusal:
        """A person settles a line of the tray."""
        done = Settling(self.counter).settle(session(staff), line, Settlement(way, "以记录为准", holder=holder))
        assert isinstance(done, Acted | Refusal)
        return done

    def case(self, number: str) -> Case:
        """How it is here."""
        return self.counter.case(number)

    async def goes_on(self, number: str, *actions: str, data: Mapping[str, dict[str, Any]] = _DATA) -> None:
        """Do these acts wherever the case waits, as often as it goes, with the hall's word after each."""
        for _ in range(len(self.case(number).received.route) + len(actions)):
            if not await self._one_of(number, actions, data):
                return

    async def _one_of(self, number: str, actions: tuple[str, ...], data: Mapping[str, dict[str, Any]]) -> bool:
        for staff in ("2002", "2001", "1002"):
            for action, no in self.counter.possible(session(staff), self.case(number)):
                if no is None and action in actions:
                    given = data.get(action, {})
                    if action == "examine" and self.case(number).received.fee_assessed:
                        given = {"fee": "100"}
                    self.acts(staff, number, action, **given)
                    await self.sync()
                    return True
        return False


async def desk(world: HallWorld, folder: Path, number: str) -> Desk:
    """A window that was enrolled just now."""
    made = Desk(world, folder, f"pc{number}")
    await made.enrol(number)
    await made.sync()
    return made


async def two_desks(world: HallWorld, folder: Path) -> tuple[Desk, Desk]:
    """Windows 12 and 7."""
    return await desk(world, folder, "0012"), await desk(world, folder, "0007")


async def together(*desks: Desk) -> None:
    """All lines are up again, and everybody hears of everything."""
    for one in desks:
        one.down = False
    for _ in range(ROUNDS):
        for one in desks:
            await one.sync()


async def burnt(world: HallWorld, backup: Path, burnt_with: Desk, stays: Desk) -> None:
    """The hall comes back from `backup`; `stays` has a line again, `burnt_with` has none yet."""
    restored(world, backup)
    burnt_with.down, stays.down = True, False
    gathered(world)
    for _ in range(2):
        await stays.sync()


def backed_up(world: HallWorld, folder: Path) -> Path:
    """A copy of the hall as it is now."""
    copied(world, folder / "backup.db")
    return folder / "backup.db"


def trayed(world: HallWorld) -> list[Tray]:
    """What waits at the hall."""
    known = {entry.tray.fact: entry.tray for entry in world.entries() if entry.tray}
    return [line for line in known.values() if not line.settled]


def lines(world: HallWorld) -> list[tuple[str, str, str]]:
    """The same: type, code, and what is named."""
    return [(line.type, line.code, line.facts.get("what", "")) for line in trayed(world)]
