"""From every state that two windows can bring about a supervisor has a way out: the tray ends empty (S16).

Random lanes: acts that the hall refuses, holds behind them, papers of refused acts, bytes that never came, facts of a
newer program. Then one person settles, by whatever way comes to mind first; what is refused of that she gives up.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import httpx
import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import bodies
from casework.case import Case
from casework.facts import Base, Fact, digest
from casework.refused import Waits, called_back, papers_out
from casework.wire import ENTRY_FACT, Tray
from tests.hall_world import HallWorld, Window, in_hall, together

Client = httpx.AsyncClient
BOSS: dict[str, Any] = {"actor": "3001", "post": "supervisor"}
MOST_ROUNDS = 6
"""Each line is settled, or refused once and then given up; a refused resolution is given up in the round after."""


def waiting(world: HallWorld) -> list[Tray]:
    """The lines that wait, oldest first."""
    lines: dict[str, Tray] = {}
    for entry in world.entries():
        if entry.tray:
            lines[entry.tray.fact] = entry.tray
    return [line for line in lines.values() if not line.settled]


async def a_lane(world: HallWorld, windows: list[Window], dice: random.Random) -> None:
    """Somebody does something somewhere, seldom having seen what the other has done."""
    window = dice.choice(windows)
    if dice.random() < 0.4:
        await window.pull_all()
    known = sorted({fact.case for fact in taken_in(world)})
    if not known or dice.random() < 0.2:
        await window.push(window.received())
        return
    case = dice.choice(known)
    base = Base(window.epoch, dice.choice([0, window.cursor]), len(window.sent))
    made = dice.choice([_accepts, _helper_accepts, _examines, _paper, _stub, _newer, _group, _withdraws, _claims])
    await made(window, case, base, dice)


def taken_in(world: HallWorld) -> list[Fact]:
    """The receipts in the log."""
    found = (msgspec.json.decode(bytes(entry.fact), type=Fact) for entry in world.entries() if entry.kind == ENTRY_FACT)
    return [fact for fact in found if fact.type == "received"]


async def _accepts(window: Window, case: str, base: Base, dice: random.Random) -> None:
    fact = window.accepted(case, dice.choice(["2001", "2002"]), base=base)
    await window.push(fact)
    if dice.random() < 0.5:
        await window.push(window.make("printed", bodies.Printed("acceptance", 1, "", "", fact.id), case))


async def _helper_accepts(window: Window, case: str, base: Base, dice: random.Random) -> None:
    await window.push(window.make("accepted", bodies.Accepted("accept", "局"), case, base=base))


async def _examines(window: Window, case: str, base: Base, dice: random.Random) -> None:
    await window.push(window.examined(case, dice.choice(["2001", "2002"])))


async def _paper(window: Window, case: str, base: Base, dice: random.Random) -> None:
    await window.push(window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), case, "1002"))


async def _stub(window: Window, case: str, base: Base, dice: random.Random) -> None:
    await window.push(digest(f"lost {dice.random()}".encode()))


async def _newer(window: Window, case: str, base: Base, dice: random.Random) -> None:
    fact = window.make("nudged", bodies.Nudged("快"), case)
    await window.push(msgspec.structs.replace(fact, type="foretold"))


async def _group(window: Window, case: str, base: Base, dice: random.Random) -> None:
    await window.push(*together(window.accepted(case, base=base), window.examined(case)))


async def _withdraws(window: Window, case: str, base: Base, dice: random.Random) -> None:
    await window.push(window.make("withdrawn", bodies.Withdrawn("不办了"), case, "1002"))


async def _claims(window: Window, case: str, base: Base, dice: random.Random) -> None:
    await window.push(window.make("claimed", bodies.Claimed("examine", window.number, "陈"), case, "2001", "single"))


async def settle(world: HallWorld, boss: Window, line: Tray, dice: random.Random, again: bool) -> None:
    """One line, by a way that comes to mind; the second time it is given up."""
    case = line.case or line.fact[:32]
    found = world.case(case)
    refused = (line.fact,)
    if not again and dice.random() < 0.5:
        body: Any = bodies.ResolveInsist(refused, "坚持")
        kind = "resolve.insist"
    else:
        body, kind = bodies.ResolveWithdraw(refused, "放弃", _recalls(found, line)), "resolve.withdraw"
    fact = msgspec.structs.replace(boss.make(kind, body, case, **BOSS), root=line.root or case)
    await boss.push(fact)


def _recalls(case: Case | None, line: Tray) -> tuple[bodies.PaperOut, ...]:
    return called_back(papers_out(case, [Waits(line)]), "申请人") if case else ()


@given(seed=st.integers(0, 10**9), steps=st.integers(4, 24))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_s16_from_every_reachable_state_a_supervisor_has_a_way_to_an_empty_tray(seed: int, steps: int) -> None:
    dice = random.Random(seed)

    async def story(world: HallWorld, client: Client) -> None:
        windows = [await world.window(number, client) for number in ("0012", "0007")]
        boss = await world.window("0008", client)
        for _ in range(steps):
            world.clock.go(60)
            await a_lane(world, windows, dice)
        tried: set[str] = set()
        for _ in range(MOST_ROUNDS):
            lines = waiting(world)
            if not lines:
                break
            await boss.pull_all()
            for line in lines:
                if any(line.fact == still.fact for still in waiting(world)):  # it may have gone with another one
                    await settle(world, boss, line, dice, again=line.fact in tried or line.type.startswith("resolve."))
                    tried.add(line.fact)
        assert waiting(world) == []
        with world.store.reading() as reading:
            lanes = reading.held_lanes()
        assert [lane for lane in lanes if lane[1]] == [], "what nobody could read has no lane, and was given up"
        silent = [
            paper
            for fact in taken_in(world)
            if (found := world.case(fact.case)) is not None
            for paper in found.papers
            if paper.of and paper.of not in {act.fact for act in found.acts}
            and (paper.paper, paper.count, paper.at) not in {(one.paper, one.count, one.at) for one in found.recalls}
        ]  # fmt: skip
        assert silent == [], "what was handed out is never contradicted in silence (S15)"

    with tempfile.TemporaryDirectory() as folder:
        in_hall(Path(folder), story)
