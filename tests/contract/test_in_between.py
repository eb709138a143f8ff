"""Something stands between a window and its hall: it mixes up answers, holds them, or lets only small ones through."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework.limits import Limits
from hall.pulling import Pulling
from hall.sqlite_store import SqliteStore
from local_db.restoring import restore
from sync.carrying import carried, take_back
from sync.errors import Diverged, NotTheHall
from tests.beginning import PULLS, SMALL, at_hall, busy, placed
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered
from tests.hall_world import HallWorld, Window, in_hall
from tests.lines import Place


class Between(httpx.AsyncBaseTransport):
    """Passes everything on, but for what a test has said of a path's last word."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.instead: dict[str, httpx.Response] = {}
        """Answered once, and the question goes no farther."""
        self.copies: dict[str, httpx.Response] = {}
        """Answered always: a cache."""
        self.kept: dict[str, httpx.Response] = {}
        """The last answer to each."""
        self.holds = ""
        """The next answer to it is held."""
        self.blocked = ""
        """No answer to it gets through."""
        self.carries = 1 << 30
        """The largest answer that gets through."""
        self.refuse: Callable[[httpx.Response], httpx.Response] = lambda answer: answer
        self.asked: list[str] = []
        self.held, self.free = asyncio.Event(), asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        word = request.url.path.split("/")[3]
        self.asked.append(word)
        if word in self.instead:
            return self.instead.pop(word)
        if word in self.copies:
            return nameless(self.copies[word])
        answer = await self.inner.handle_async_request(request)
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        self.kept[word] = httpx.Response(answer.status_code, headers=headers, content=await answer.aread())
        if word == self.holds:
            self.holds = ""
            self.held.set()
            await self.free.wait()
        refused = word == self.blocked or len(self.kept[word].content) > self.carries
        return self.refuse(self.kept[word]) if refused else self.kept[word]


async def behind(world: HallWorld, number: str, limits: Limits = PULLS) -> tuple[Place, Between]:
    """A window whose line goes through it, also to a hall that is put back meanwhile."""

    async def whichever(*asgi: Any) -> None:
        await world.app(*asgi)

    place = await placed(world, number, limits=limits, wire=lambda _: Between(httpx.ASGITransport(app=whichever)))
    assert isinstance(place.wire, Between)
    return place, place.wire


@pytest.mark.parametrize("named", [True, False], ids=["with its question's name", "without"])
def test_t17_the_answer_to_another_windows_batch_acknowledges_nothing(tmp_path: Path, named: bool) -> None:
    """Both opened in the same instant, and a proxy mixes them up: a receipt that never arrived counted as sent."""

    async def story(world: HallWorld, _window: Window) -> None:
        (one, there), (other, here) = await behind(world, "0015"), await behind(world, "0016")
        lost = other.hand.received()
        one.commit(one.hand.received())
        other.commit(lost)
        await one.sync()
        here.instead["push"] = there.kept["push"]
        if not named:
            del there.kept["push"].headers["Question"]
        await other.sync()
        assert world.case(lost.case) is not None
        assert other.memory.pending().unsent == 0

    at_hall(tmp_path, story)


async def gone_over(place: Place) -> None:
    """The window meets the hall's new epoch, and has its first page."""
    with pytest.raises(Diverged):
        await place.line._inbound.step(0.0)
    await place.line._healing.mend()
    await place.line._inbound.step(0.0)


@pytest.mark.parametrize("judged", ["before", "after"])
def test_s25_t32_an_answer_that_was_held_while_the_hall_was_restored_loses_and_stops_nothing(
    tmp_path: Path, judged: str
) -> None:
    """A yes from before it is no yes of the log that was put back; a no to what was asked before it freezes nobody."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        place, wire = await behind(world, "0015")
        await place.sync()
        copied(world, tmp_path / "backup.db")
        await busy(await world.window("0012", client), 3)
        await place.sync()
        taken = place.hand.received()
        if judged == "after":
            restored(world, tmp_path / "backup.db")
            gathered(world)
        place.commit(taken)
        wire.holds = "push"
        pushed = asyncio.ensure_future(place.line._outbound.step())
        await wire.held.wait()
        if judged == "before":
            restored(world, tmp_path / "backup.db")
            gathered(world)
        await gone_over(place)
        wire.free.set()
        await asyncio.gather(pushed, return_exceptions=True)
        assert place.memory.position().frozen == ""
        gathered(world)
        assert (await place.sync()).error == ""
        assert world.case(taken.case) is not None
        assert place.memory.pending().unsent == 0

    in_hall(tmp_path, story, limits=PULLS)


def test_s28_t32_an_answer_by_stick_from_before_the_hall_was_restored_loses_no_fact(tmp_path: Path) -> None:
    """It lay in a drawer until the window had met the log that was put back, which has none of it."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        place, _ = await behind(world, "0015")
        await busy(await world.window("0012", client), 3)
        await place.sync()
        copied(world, tmp_path / "backup.db")
        taken = place.hand.received()
        place.commit(taken)
        (line,) = carried(place.memory, place.signer)
        _, sealed = world.api.hall.take_in(line, "3001", "f" * 64, vouched=False)
        restored(world, tmp_path / "backup.db")
        gathered(world)
        await gone_over(place)
        take_back(place.memory, msgspec.json.encode(sealed), place.memory.identity.hall_key)
        assert (await place.sync()).error == ""
        assert world.case(taken.case) is not None

    in_hall(tmp_path, story, limits=PULLS)


def test_s28_t31_an_answer_by_stick_counts_for_no_other_receipt_that_was_given_since_the_image_was_put_back(
    tmp_path: Path,
) -> None:
    """Both have the same place in the chain. What the hall had never had counted as sent."""

    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0031", limits=PULLS)
        await place.sync()
        place.memory.backup(tmp_path / "image")
        place.commit(place.hand.received())
        (line,) = carried(place.memory, place.signer)
        _, sealed = world.api.hall.take_in(line, "3001", "f" * 64, vouched=False)
        place.memory.close()
        restore(tmp_path / "image", place.folder, "x")
        place.restart()
        taken = place.hand.received()
        place.commit(taken)
        with pytest.raises(NotTheHall):
            take_back(place.memory, msgspec.json.encode(sealed), place.memory.identity.hall_key)
        assert place.memory.pending().unsent == 1
        assert world.case(taken.case) is None

    at_hall(tmp_path, story)


def refusing(how: str) -> Callable[[httpx.Response], httpx.Response]:
    """What becomes of an answer that does not get through."""

    def refused(answer: httpx.Response) -> httpx.Response:
        if how == "reset":
            raise httpx.ReadError("connection reset")
        if how in {"cut", "empty"}:
            most = 2000 if how == "cut" else 0
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content[:most])
        return httpx.Response(int(how), html="<html>too large</html>")

    return refused


HOWS = ("403", "413", "502", "reset", "cut", "empty")


@pytest.mark.parametrize("how", HOWS)
def test_t21_s18_a_page_that_does_not_get_through_is_asked_for_smaller(tmp_path: Path, how: str) -> None:
    """A proxy that carries no large answer, or a line too slow for one, had kept the log from a window for ever."""

    async def story(world: HallWorld, window: Window) -> None:
        place, wire = await behind(world, "0032", msgspec.structs.replace(PULLS, pull_entries=500))
        wire.carries, wire.refuse = 8 * 1024, refusing(how)
        for _ in range(4):
            await place.sync()
        assert place.memory.position().cursor == len(world.entries())
        await busy(window, 1)
        assert (await place.sync()).error == ""

    at_hall(tmp_path, story)


@pytest.mark.parametrize("how", ["403", "413"])
def test_t21_who_syncs_once_is_told_where_something_on_the_way_takes_no_push_at_all(tmp_path: Path, how: str) -> None:
    """Whole, as a stub, and whole again: it never ended, and held the line's lock until the proxy was another one."""

    async def story(world: HallWorld, window: Window) -> None:
        place, wire = await behind(world, "0032", PULLS)
        await place.sync()
        wire.blocked, wire.refuse = "push", refusing(how)
        place.commit(place.hand.received())
        assert (await asyncio.wait_for(place.sync(), 60)).error == "line.refused_on_the_way"
        wire.blocked = ""
        assert (await place.sync()).error == ""
        assert place.memory.pending().unsent == 0

    at_hall(tmp_path, story)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("parts", [0, 3], ids=["from the beginning", "in the middle"])
def test_t47_a_proxy_that_lets_no_more_of_a_snapshot_through_keeps_no_window_from_the_log(
    tmp_path: Path, how: str, parts: int
) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place, wire = await behind(world, "0032", SMALL)
        for _ in range(parts):
            await place.line._bootstrap.step()
        wire.blocked, wire.refuse = "snapshot", refusing(how)
        await place.sync()
        assert (await place.sync()).error == ""
        assert place.memory.position().cursor == len(world.entries())
        assert place.memory.boot() is None, "what was begun and overtaken is forgotten"
        wire.blocked = ""
        await busy(window, 20)
        assert (await place.sync()).error == ""

    at_hall(tmp_path, story)


def test_t47_a_snapshot_goes_on_when_the_proxy_lets_it_through_again(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        place, wire = await behind(world, "0032", msgspec.structs.replace(SMALL, snapshot_wait=600.0))
        for _ in range(3):
            assert await place.line._bootstrap.step()
        wire.blocked, wire.refuse = "snapshot", refusing("502")
        asked = len(wire.asked)
        for _ in range(5):
            assert not await place.line._bootstrap.step()
        assert len(wire.asked) == asked + 1, "it is not asked for in a circle"
        wire.blocked = ""
        world.clock.go(SMALL.request_seconds)
        assert (await place.sync()).error == ""
        with place.memory.reading() as db:
            assert db.execute("select floor from standing").fetchone()[0] > 0, "it began from the snapshot"

    at_hall(tmp_path, story)


@pytest.mark.parametrize("how", HOWS)
def test_s21_a_case_whose_history_does_not_get_through_keeps_no_window_from_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place, wire = await behind(world, "0032")
        await place.sync()
        wire.blocked, wire.refuse = "case", refusing(how)
        monkeypatch.setattr(place.memory, "holes", lambda after="", _limit=0: () if after else ("one", "other"))
        await busy(window, 3)
        assert (await place.sync()).error == ""
        assert place.memory.position().cursor == len(world.entries())
        world.clock.go(1)
        await place.sync()
        assert wire.asked.count("case") >= 2, "the other one has its turn"

    at_hall(tmp_path, story)


def test_s21_a_snapshot_needs_no_other_header_than_its_own(tmp_path: Path) -> None:
    """Strict proxies take away what they don't know: the hall's time and the question's name among it."""

    async def story(world: HallWorld, _window: Window) -> None:
        place, wire = await behind(world, "0032", SMALL)
        known = {"content-type", "content-range", "yichuang-snapshot"}

        def stripped(answer: httpx.Response) -> httpx.Response:
            headers = {name: value for name, value in answer.headers.items() if name in known}
            return httpx.Response(answer.status_code, headers=headers, content=answer.content)

        wire.blocked, wire.refuse = "snapshot", stripped
        assert (await place.sync()).error == ""
        with place.memory.reading() as db:
            assert db.execute("select floor from standing").fetchone()[0] > 0, "it began from the snapshot"

    at_hall(tmp_path, story)


@pytest.mark.parametrize("begun", [False, True], ids=["from the beginning", "in the middle"])
def test_t40_t47_a_snapshot_that_is_too_large_for_the_disk_leaves_room_for_what_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    """It had filled the last byte, again and again: nothing could be saved at the counter, and nothing came."""

    async def story(world: HallWorld, _window: Window) -> None:
        place, _ = await behind(world, "0032", SMALL)
        if begun:
            assert await place.line._bootstrap.step()
        monkeypatch.setattr(place.memory, "free_mb", lambda: SMALL.snapshot_spare_mb - 1)
        assert (await place.sync()).error == ""
        assert place.memory.position().cursor == len(world.entries())
        parts = {path.stem for path in (place.folder / "spool" / "bootstrap").glob("*.part")}
        assert parts <= ({"hall"} if begun else set())

    at_hall(tmp_path, story)


def test_s29_the_time_of_an_old_hello_is_nobodys_time(tmp_path: Path) -> None:
    """A proxy that takes the question's name away gave a window what it had kept: its clock seemed minutes wrong."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place, wire = await behind(world, "0015")
        await place.line._contact.hello()
        before = place.line._contact.hall_now() - world.clock.now()
        old = nameless(wire.kept["hello"])
        world.clock.go(120)
        wire.instead["hello"] = old
        with pytest.raises(NotTheHall):
            await place.line._contact.hello()
        assert place.line._contact.hall_now() - world.clock.now() == before
        await place.line._contact.hello()

    in_hall(tmp_path, story)


@pytest.mark.parametrize("how", ["a copy of an old hello", "another window's answer"])
def test_t17_t32_a_window_that_was_told_of_another_log_by_mistake_goes_on_by_itself(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy takes the question's name away, and keeps or mixes up answers, around a restore; the hall is of before
    0.13.0 and does not say it in its hello. The window had stood still for good, with nothing wrong at the hall that an
    operator could have mended.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        greets = Pulling.hello
        monkeypatch.setattr(Pulling, "hello", lambda hall, question="": greets(hall))
        world.api.hall.start()
        (place, wire), (other, there) = await behind(world, "0015"), await behind(world, "0016")
        for one in (place, other):
            await one.sync()
        await place.line._contact.hello()
        old = nameless(wire.kept["hello"])
        copied(world, tmp_path / "backup.db")
        await busy(await world.window("0012", client), 3)
        for one in (place, other):
            await one.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        await gone_over(place)
        taken = place.hand.received()
        place.commit(taken)
        await place.sync()
        if how == "another window's answer":
            with pytest.raises(Diverged):
                await other.line._inbound.step(0.0)
            wire.instead["pull"] = nameless(there.kept["pull"])
            with pytest.raises(Diverged):
                await place.line._inbound.step(0.0)
        else:
            wire.copies["hello"] = old
            with pytest.raises(Diverged):
                await place.line._healing.mend()
            wire.copies.clear()
        assert place.memory.position().frozen
        place.commit(place.hand.printed(taken.case))
        assert (await place.sync()).error == ""
        assert (place.memory.position().frozen, place.memory.pending().unsent) == ("", 0)

    in_hall(tmp_path, story, limits=PULLS)


@pytest.mark.parametrize("others", [0, 3], ids=["and-stands-still", "and-goes-on"])
def test_t59_a_hall_that_was_rolled_back_before_anybody_pulled_has_everything_again(
    tmp_path: Path, others: int
) -> None:
    """Its machine was set back to a snapshot: no log of a window proves that. What had been answered counted as sent
    until that window had something new to send.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        place, _ = await behind(world, "0015")
        window = await world.window("0012", client)
        await place.sync()
        copied(world, tmp_path / "backup.db")
        taken = place.hand.received()
        place.commit(taken)
        await place.line._outbound.step()  # and the line is cut before the next page
        world.store.close()
        for file in world.path.parent.glob("hall.db*"):
            file.unlink()
        shutil.copy(tmp_path / "backup.db", world.path)
        world.store = SqliteStore(world.path)
        world.start()
        await busy(window, others)
        for _ in range(2):
            assert (await place.sync()).error == ""
        assert world.case(taken.case) is not None
        assert (await place.sync()).pushed == 0
        with place.memory.reading() as db:
            assert db.execute("select state from outbox").fetchall() == [("passed",)]

    in_hall(tmp_path, story, limits=PULLS)


def nameless(answer: httpx.Response) -> httpx.Response:
    """An answer as a proxy keeps it that takes the question's name away."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"question", "content-length"}}
    return httpx.Response(answer.status_code, headers=headers, content=answer.content)
