"""The n-th failure where a hall is put right: a file carried in, an offer, the gathering, a scan's bytes, a snapshot.

As in `test_nth_hall.py`: after each failure the answer is 503 or a sentence of ours, what a second program sees is what
it saw before, and the very same bytes sent again are taken (T69).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies, messages
from casework.facts import digest
from casework.seals import Signed, seal
from casework.wire import PURPOSE_OFFER, Offer, Point
from console.messages import translator
from hall.errors import HallError
from hall.snapshots import SCOPES, Shelf
from hall.sqlite_store import SCANS, SqliteStore
from tests.contract.test_hall_healing import copied, page, restored
from tests.contract.test_hall_scans import PDF, put
from tests.crash.nth import Faults, Seen, in_force, look, points
from tests.hall_world import HallWorld, Window, problem


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Faults in force for one test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "_translator", translator("zh_CN"))
        yield in_force(patch)


class Fails(Exception):
    """The hall said 503."""


def taken(answer: httpx.Response) -> None:
    """It was. Raises Fails."""
    if answer.status_code in {503, 507}:  # where no scan has room any more the hall says so
        assert problem(answer).error in {"storage", "scans_full"}
        assert "planted" not in answer.text
        raise Fails
    assert answer.status_code == 200, answer.text


@dataclasses.dataclass
class Stage:
    """A hall at work or one that gathers, and a window with something for it; always the same bytes."""

    world: HallWorld
    window: Window
    head: Signed | None = None
    entries: tuple[msgspec.Raw, ...] = ()
    points: tuple[Point, ...] = ()

    async def offer(self, after: int, head: Signed | None, **parts: object) -> None:
        """Show what the window holds of the first epoch. Raises Fails."""
        window = self.window
        raw = msgspec.Raw(msgspec.json.encode(head) if head else b"null")
        offer = Offer(self.world.row.id, window.number, window.incarnation, 1, after, raw, **parts)  # type: ignore[arg-type]
        body = msgspec.json.encode(seal(window.signer, PURPOSE_OFFER, offer))
        taken(await window.client.post("/sync/v1/offer", content=body))


async def at_work(folder: Path) -> Stage:
    """A case whose scan is to come, and facts that have not been sent."""
    world = HallWorld(folder)
    async with world.client() as client:
        window = await world.window("0012", client)
        case = window.received(materials={"D01-01": "original"})
        body = bodies.Scanned("D01-01", digest(PDF), len(PDF), "application/pdf", name="照.pdf")
        await window.push(case, window.make("scanned", body, case.case))
        window.seal(window.received(), window.accepted(case.case))
    return Stage(world, window)


async def gathering(folder: Path) -> Stage:
    """A hall that was restored from before a few entries, which the window holds."""
    world = HallWorld(folder)
    async with world.client() as client:
        window = await world.window("0012", client)
        await window.pull_all()
        common = Point(window.cursor, window.chain)
        copied(world, folder / "backup.db")
        case = window.received()
        await window.push(case)
        await window.push(window.accepted(case.case), window.decided("0" * 32))  # the second is refused
        head, entries, end = await page(window)
        restored(world, folder / "backup.db")
    return Stage(world, window, head, entries, (end, common))


async def gathered(folder: Path) -> Stage:
    """As `gathering`, and the window has shown it all."""
    stage = await gathering(folder)
    async with stage.world.client() as client:
        stage.window.client = client
        await offers(stage)
    return stage


# The acts


async def imports(stage: Stage) -> None:
    """S28: what a window wrote out is carried in."""
    window = stage.window
    body = window.body(window.batch(3, len(window.sent)))
    stage.world.api.hall.take_in(body, "3001", "f" * 64, vouched=True)


async def offers(stage: Stage) -> None:
    """S25: first where both logs part, then the entries."""
    await stage.offer(0, stage.head, points=stage.points)
    await stage.offer(stage.points[1].seq, stage.head, entries=stage.entries)


async def gathers(stage: Stage) -> None:
    """S25: what was shown is put back in the old order, once nobody has more."""
    stage.world.clock.at += timedelta(seconds=301)
    try:
        stage.world.api.hall.tick()
    finally:
        stage.world.clock.at -= timedelta(seconds=301)
    assert {entry.was.seq for entry in stage.world.entries() if entry.was}


async def sends_a_scan(stage: Stage) -> None:
    """S35: two pieces; from what came it goes on."""
    answer = await stage.window.get(f"/sync/v1/blob/{digest(PDF)}", method="HEAD")
    held = int(answer.headers["Upload-Offset"]) if answer.status_code == 200 else 0
    if answer.status_code == 503:
        raise Fails
    for first, last in ((held, max(held, len(PDF) // 2)), (max(held, len(PDF) // 2), len(PDF))):
        if last > first:
            taken(await put(stage.window, PDF[first:last], first))
    stage.world.api.hall.tick()  # a last piece that came and was answered otherwise


async def makes_a_snapshot(stage: Stage) -> None:
    """S21: a whole set beside the database, or none."""
    stage.world.snapshot()


def is_a_scan(world: HallWorld) -> None:
    """The bytes lie there whole."""
    (file,) = [path for path in (world.path.parent / SCANS).rglob("*") if path.is_file()]
    assert file.read_bytes() == PDF


def is_a_snapshot(world: HallWorld) -> None:
    """One set, each of its files as it was signed, and nothing half made that a window could be given."""
    (kept,) = world.shelf.kept()
    assert all(kept.file(scope).stat().st_size for scope in SCOPES)
    assert Shelf(world.path.parent / "snapshots").offered(kept).files.keys() == set(SCOPES)


def nothing_more(_world: HallWorld) -> None:
    """All of it is in the database."""


@dataclasses.dataclass(frozen=True)
class Act:
    """What is swept: how it begins, what is done, how many points it has at least.

    `steps`: tables that may have moved on when a later step failed; `slices`: it is many transactions, each whole.
    `whole`: what is true of the files when it is done.
    """

    begin: Callable[[Path], Awaitable[Stage]]
    do: Callable[[Stage], Awaitable[None]]
    least: int
    steps: tuple[str, ...] = ()
    whole: Callable[[HallWorld], None] = nothing_more
    slices: bool = False


ACTS = {
    "import": Act(at_work, imports, 20),
    "offer": Act(gathering, offers, 12, ("lost", "rejoined", "hall", "terminal", "report")),
    "gather": Act(gathered, gathers, 20, slices=True),
    "scan": Act(at_work, sends_a_scan, 12, ("scan",), is_a_scan, slices=True),
    "snapshot": Act(at_work, makes_a_snapshot, 20, (), is_a_snapshot),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_t69_whatever_fails_while_a_hall_is_put_right_nothing_is_halved_and_it_goes_on(
    tmp_path: Path, faults: Faults, name: str
) -> None:
    asyncio.run(_swept(tmp_path, faults, ACTS[name]))
    print(name, dict(faults.visited))


async def _swept(tmp_path: Path, faults: Faults, act: Act) -> None:
    (tmp_path / "hall").mkdir()
    stage = await act.begin(tmp_path / "hall")
    stage.world.store.close()
    shutil.copytree(tmp_path / "hall", tmp_path / "template")
    whole = await _whole(stage, act, tmp_path)
    for at, for_ever in points():
        async with _fresh(stage, tmp_path):
            before = look(stage.world.path)
            with faults.failing(at, for_ever=for_ever):
                done = await _once(stage, act)
            if not faults.failed:
                assert at > act.least, f"only {at - 1} points"
                return
            if not done:
                seen = look(stage.world.path)
                assert act.slices or seen.without(*act.steps) == before.without(*act.steps)
                if for_ever:
                    stage.world.restart()
                    stage.world.api.hall.start()
                assert await _once(stage, act)
            assert look(stage.world.path).counts == whole.counts, (at, for_ever, faults.failed)
            act.whole(stage.world)


async def _whole(stage: Stage, act: Act, tmp_path: Path) -> Seen:
    """What there is when nothing fails."""
    async with _fresh(stage, tmp_path):
        assert await _once(stage, act)
        act.whole(stage.world)
        return look(stage.world.path)


async def _once(stage: Stage, act: Act) -> bool:
    try:
        await act.do(stage)
    except Fails:
        return False
    except HallError as error:
        told = str(error.message)
    else:
        return True
    assert "{" not in told
    assert "Traceback" not in told
    return False


@contextlib.asynccontextmanager
async def _fresh(stage: Stage, tmp_path: Path) -> AsyncIterator[None]:
    """The hall as it was, opened."""
    world = stage.world
    shutil.rmtree(world.path.parent)
    shutil.copytree(tmp_path / "template", world.path.parent)
    world.store = SqliteStore(world.path)
    world.start()
    try:
        async with world.client() as client:
            stage.window.client = client
            yield
    finally:
        world.store.close()
