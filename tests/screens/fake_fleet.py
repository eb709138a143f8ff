"""A fleet that stands still: a hall's afternoon in which one window has left the new version again."""

from __future__ import annotations

import msgspec

from casework import messages
from casework.fleet import Fleet, FleetAct, FleetRing, FleetRollout, FleetRow
from casework.messages import Message
from casework.rollout import Versions
from console.messages import translator
from screens.desk import Checked, Choice, Done, FieldKind, Refused

HEARD = "2026-11-27T10:41:50.000"
FINE = FleetRow(
    "0001", "fine", "all", "0.4.0", "8", "3", "0.4.0", "current", "", "", HEARD, 10, 0, 0, 120, 41_000, "",
    calendar="5", launcher=2,
)  # fmt: skip
ROLLOUT = FleetRollout(
    7, Versions("0.5.0", "8", "3"), Versions("0.4.0", "7", "3"),
    (
        FleetRing("lab", "2026-11-24T11:40:00.000", 1, 1), FleetRing("first", "2026-11-25T11:40:00.000", 1, 1),
        FleetRing("tenth", "2026-11-26T09:40:00.000", 3, 4), FleetRing("half", "", 0, 14), FleetRing("all", "", 0, 20),
    ),
    False, (), "4001", "", "", "ask", "half", Message("rollout.asks", {"ring": Message("fleet.ring.half")}),
)  # fmt: skip


def terminal(number: str, **changes: object) -> FleetRow:
    """One that differs from the others."""
    return msgspec.structs.replace(FINE, number=number, **changes)


WRONG = (
    terminal(
        "0009", grade="bad", ring="tenth", state="returned", version="0.5.0", wanted="0.5.0",
        troubles=(Message("fleet.trouble.returned", {"version": "0.5.0", "why": Message("fleet.trouble.no_word")}),),
    ),
    terminal("0007", grade="look", unsent=12, oldest_seconds=180_000, troubles=(
        Message("fleet.trouble.unsent", {"count": 12, "since": "11-25 09:00"}),
        Message("fleet.trouble.clock", {"minutes": 15}),
    )),
    terminal("0021", grade="waits", ring="tenth", state="staged", version="0.5.0", wanted="0.5.0"),
)  # fmt: skip
NEW = terminal("0012", ring="first", app="0.5.0", wanted="0.5.0", state="healthy", version="0.5.0")


ACTS = (
    FleetAct("2026-11-26T09:40:00.000", "4001", "opened", 7, "tenth", proven=True),
    FleetAct("2026-11-25T16:02:00.000", "4002", "resumed", 6, proven=True),
    FleetAct("2026-11-25T15:10:00.000", "", "halted", 5, why=Message(
        "rollout.halted.errors", {"count": 3, "most": 2, "terminals": "0009, 0012, 0021"})),
    FleetAct("2026-11-24T15:10:00.000", "3001", "halted", 4, reason="打印机不出纸"),
)  # fmt: skip
"""Who did what until then."""


def afternoon(**changes: object) -> Fleet:
    """All of it."""
    rows = (*WRONG, *(terminal(f"{place:04d}") for place in range(1, 7)), NEW, *map(terminal, ("0013", "0014")))
    return msgspec.structs.replace(Fleet("2026-11-27T10:42:00.000", rows, ROLLOUT, HEARD, acts=ACTS), **changes)


class FakeFleet:
    """Remembers what was asked of the hall; `refuses`: what it answers instead of doing it."""

    def __init__(self, language: str = "zh_CN", fleet: Fleet | None = None) -> None:
        messages.install(translator(language))
        self.now = fleet or afternoon()
        self.asked: list[tuple[str, ...]] = []
        self.refuses: Refused | None = None

    async def fleet(self) -> Fleet:
        return self.now

    def _did(self, *what: str) -> Done | Refused:
        self.asked.append(what)
        return self.refuses or Done(Message(f"fleet.{what[0]}", {"number": 8, "what": "".join(what[1:2])}))

    async def halt(self, number: str, reason: str) -> Done | Refused:
        return self._did("halted", number, reason)

    async def resume(self, number: str, pin: str) -> Done | Refused:
        return self._did("resumed", number, pin)

    async def open_next(self, ring: str, number: str, pin: str) -> Done | Refused:
        return self._did("opened", ring, number, pin)

    async def approve(self, ring: str, number: str, pin: str) -> Done | Refused:
        return self._did("approved", ring, number, pin)

    async def block(self, version: str, number: str, pin: str, reason: str) -> Done | Refused:
        return self._did("blocked", version, number, pin, reason)

    async def languages(self) -> tuple[Choice, ...]:
        return Choice("zh_CN", "简体中文"), Choice("en", "English")

    async def switch_language(self, code: str) -> None:
        messages.install(translator(code))

    async def badge(self, number: str) -> str:
        return ""

    def check(self, kind: FieldKind, value: str) -> Checked:
        return Checked(value.strip())
