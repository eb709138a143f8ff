"""A hall with a snapshot, and terminals that begin there: for the tests of the first fill and of what is let go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import msgspec

from casework import bodies
from casework.facts import Base, Fact
from casework.limits import LIMITS
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place

SMALL = msgspec.structs.replace(
    LIMITS, snapshot_least=10, snapshot_part=16 * 1024, snapshot_part_least=4096, snapshot_wait=0.0, pull_entries=8
)
PULLS = msgspec.structs.replace(SMALL, snapshot_least=1_000_000)
DAY = 24 * 3600

Story = Callable[[HallWorld, Window], Coroutine[Any, Any, None]]


def at_hall(folder: Path, story: Story) -> None:
    """Run `story` at a hall with twenty cases from all walks of life, and a snapshot of them."""

    async def whole(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        window = await world.window("0012", client)
        await busy(window, 20)
        world.snapshot()
        await story(world, window)

    in_hall(folder, whole, limits=SMALL)


async def busy(window: Window, cases: int) -> list[str]:
    """Cases at several stages, one in five ended, one in five begun as a prefile, some things refused."""
    made = []
    for nth in range(cases):
        taken = window.received()
        facts: list[Fact] = [taken]
        if nth % 5 == 0:
            opened = bodies.PrefileOpened("K7PM3XQ2", "single", bodies.Form("D01"))
            facts.insert(0, window.make("prefile.opened", opened, taken.case))
        facts += [window.accepted(taken.case)] if nth % 2 else []
        if nth % 5 == 1:
            known = Base(window.epoch, window.cursor, len(window.sent) + len(facts))
            facts.append(window.make("withdrawn", bodies.Withdrawn("不办了"), taken.case, base=known))
        facts += [window.decided(taken.case)] if nth % 5 == 2 else []  # refused: nobody has examined it
        await window.push(*facts)
        made.append(taken.case)
    return made


async def placed(world: HallWorld, number: str, **options: Any) -> Place:
    """A terminal that has just been enrolled."""
    place = Place(world, number, world.path.parent, **options)
    await place.enrol()
    return place


def held(place: Place) -> dict[str, Any]:
    """What a memory holds, but for what only hides."""
    with place.memory.reading() as db:
        return {
            "at": db.execute("select cursor, chain, epoch, frozen from standing").fetchone(),
            "entries": db.execute(
                "select seq, scope, kind, hash, bytes, case_id, fact_id from entry where kind in ('fact', 'tray')"
                " order by seq"
            ).fetchall(),
            "cases": db.execute(
                "select case_id, root, n, hole, state, ended, touched from confirmed order by case_id"
            ).fetchall(),
            "shown": db.execute("select case_id, number, visit, checks, state, body from shown order by 1").fetchall(),
            "places": db.execute(
                "select post, received_at, case_id, step, spot from place order by 1, 2, 3, 4"
            ).fetchall(),
            "people": db.execute("select code, name, words from person order by code, name").fetchall(),
            "prefiles": db.execute("select case_id, code, state, body from prefile order by 1").fetchall(),
            "tray": db.execute("select fact_id, kind, settled, told from tray order by 1").fetchall(),
            "roster": db.execute("select number, seq from staff order by 1").fetchall(),
            "wanted": db.execute("select sha256 from wanted order by 1").fetchall(),
        }


class Wire(httpx.AsyncBaseTransport):
    """Counts what is asked, and lets a test have the next answers."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.asked: list[str] = []
        self.tricks: deque[Callable[[httpx.Response], httpx.Response]] = deque()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.split("/")[3])
        answer = await self.inner.handle_async_request(request)
        if self.asked[-1] != "snapshot" or not self.tricks:
            return answer
        content = await answer.aread()
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return self.tricks.popleft()(httpx.Response(answer.status_code, headers=headers, content=content))
