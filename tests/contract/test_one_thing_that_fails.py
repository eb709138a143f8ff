"""One thing that fails always, or that nobody has any more, stops nothing else (S12, S21, S25, S33)."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import digest
from casework.limits import LIMITS
from hall.office import publish
from local_db.rebuild import projection
from tests.beginning import DAY, PULLS, SMALL, Wire, at_hall, busy, held, placed
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, plugged
from tests.hall_world import CALENDAR, CATALOGUE, HallWorld, Window, in_hall
from tests.lines import Place

NEW = CATALOGUE + b"\n", CALENDAR + b"\n"
SECONDS_OF_A_YEAR = 365 * 24 * 3600


def published(world: HallWorld) -> None:
    """Another catalogue and another calendar count from here on."""
    world.api.hall.change(lambda reading, now, new_id: publish(reading, *NEW, now, new_id))


class Refusing(httpx.AsyncBaseTransport):
    """A proxy that lets nothing through in which one of some words stands, in its address or in its body."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.words: set[bytes] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        said = str(request.url).encode() + await request.aread()
        if any(word in said for word in self.words):
            return httpx.Response(403, html="<html>forbidden</html>")
        return await self.inner.handle_async_request(request)


async def behind_a_proxy(world: HallWorld) -> tuple[Place, Refusing]:
    """A terminal whose line goes through one; it does not pack what it sends, so that the proxy can read it."""
    plain = msgspec.structs.replace(PULLS, gzip_bytes=1 << 30)
    place = await placed(world, "0032", limits=plain, wire=Refusing)
    assert isinstance(place.wire, Refusing)
    return place, place.wire


def test_s33_a_catalogue_that_nobody_has_keeps_no_other_from_coming(tmp_path: Path) -> None:
    """A fact names one that the hall never had: the new catalogue and the new calendar come all the same."""

    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        for nobodys in ("0" * 64, "f" * 64):
            await window.push(msgspec.structs.replace(window.received(), catalogue=nobodys))
        published(world)
        assert (await place.sync()).error == ""
        assert [place.memory.blob(digest(data)) for data in NEW] == list(NEW)
        assert await place.line._inbound.blobs(), "what the hall has not is no reason to ask every other second"

    at_hall(tmp_path, story)


@pytest.mark.parametrize("name", ["\x00\n", "../../pull", "a b", "文", "x" * 9000, "?#%"])
def test_s33_what_is_no_catalogues_name_ends_no_windows_line(tmp_path: Path, name: str) -> None:
    """One fact of a faulty program, accepted because it happened at a counter, had ended the line of them all."""

    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS, wire=Wire)
        odd = msgspec.structs.replace(window.received(), catalogue=name)
        assert [each.verdict.v for each in await window.push(odd)] == ["accepted"]
        assert (await place.sync()).error == ""
        assert isinstance(place.wire, Wire)
        asked = len(place.wire.asked)
        world.clock.go(30)
        await window.push(window.received())
        assert (await place.sync()).error == ""
        assert place.memory.position().cursor == len(world.entries())
        assert set(place.wire.asked[asked:]) == {"pull"}

    at_hall(tmp_path, story)


def test_s12_what_a_proxy_never_lets_through_keeps_no_other_bytes_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        place, proxy = await behind_a_proxy(world)
        await place.sync()
        first, second = place.hand.received(), place.hand.received()
        proxy.words = {first.id.encode(), second.id.encode()}
        place.commit(first, second)
        while place.memory.pending().unsent:
            await place.sync()
        assert len(place.memory.without_bytes()) == 2
        proxy.words = {first.id.encode()}
        world.clock.go(LIMITS.stub_again_seconds + 1)
        await place.sync()
        await place.sync()
        assert world.case(second.case) is not None
        assert world.case(first.case) is None
        assert len(place.memory.without_bytes()) == 1

    at_hall(tmp_path, story)


def test_s21_a_case_that_can_not_be_had_stops_neither_the_log_nor_another_case(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place, proxy = await behind_a_proxy(world)
        ended = [case for at, case in enumerate(await busy(window, 12)) if at % 5 == 1]
        await place.sync()
        world.clock.go(LIMITS.kept_seconds + DAY)
        await busy(window, 1)
        await place.sync()
        while place.memory.purge_step():
            pass
        for case in ended:
            await window.push(window.received(), window.make("printed", bodies.Printed("return", 2, "0012-1"), case))
        while (await place.line._inbound.step(0.0)).upto < world.entries()[-1].seq:
            pass
        first, *others = place.memory.holes()
        assert others
        proxy.words = {f"/case/{first}".encode()}
        assert (await place.sync()).error == ""
        assert place.memory.holes() == (first,)
        proxy.words = set()
        world.clock.go(30)
        await place.sync()
        assert place.memory.holes() == ()

    at_hall(tmp_path, story)


def test_s21_what_is_no_cases_id_ends_no_windows_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS, wire=Wire)
        monkeypatch.setattr(place.memory, "holes", lambda *_: ("../../pull", "\x00", "?#"))
        assert (await place.sync()).error == ""
        assert isinstance(place.wire, Wire)
        assert "case" not in place.wire.asked

    at_hall(tmp_path, story)


def test_t47_a_proxy_that_lets_no_snapshot_through_keeps_no_window_from_the_log(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        place = await placed(world, "0032", limits=SMALL, wire=Refusing)
        assert isinstance(place.wire, Refusing)
        place.wire.words = {b"/snapshot/"}
        assert (await place.sync()).error == ""
        assert place.memory.position().cursor == len(world.entries())

    at_hall(tmp_path, story)


def test_t32_s33_a_catalogue_whose_bytes_were_lost_with_the_hall_does_not_count(tmp_path: Path) -> None:
    """It was published after the copy. Its place in the log comes back, its bytes do not: the one of before goes on."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        world.api.hall.start()
        place, other = await placed(world, "0015", limits=PULLS), await placed(world, "0016", limits=PULLS)
        await place.sync()
        copied(world, tmp_path / "backup.db")
        published(world)
        for one in (place, other):
            await one.sync()
        restored(world, tmp_path / "backup.db")
        plugged(world, place, other)
        for one in (place, other):
            await one.sync()
        gathered(world)
        own = place.hand.received()
        place.commit(own)
        await place.sync()
        officer = await world.window("0017", client)
        officer.epoch = 2
        assert [each.verdict.v for each in await officer.push(officer.accepted(own.case))] == ["accepted"]
        new = await placed(world, "0018", limits=PULLS)
        for one in (place, other, new):
            await one.sync()
            assert one.memory.head("catalogue.head").version == digest(CATALOGUE)  # type: ignore[union-attr]
            assert one.memory.blob(digest(CALENDAR)) == CALENDAR
        published(world)
        await new.sync()
        assert [new.memory.blob(digest(data)) for data in NEW] == list(NEW)

    in_hall(tmp_path, story, limits=PULLS)


def test_s25_a_hall_whose_clock_was_a_year_ahead_when_it_was_restored_does_not_gather_for_a_year(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        await world.window("0012", client)  # its PC is broken: it never comes back
        copied(world, tmp_path / "backup.db")
        world.clock.go(SECONDS_OF_A_YEAR)
        restored(world, tmp_path / "backup.db")
        world.clock.go(-SECONDS_OF_A_YEAR)
        world.api.hall.tick()
        gathered(world)
        with world.store.reading() as reading:
            assert reading.hall().healing == ""

    in_hall(tmp_path, story)


def broken(
    world: HallWorld, place: Place, kind: str, of_a_case: bool, written: str = "of before", words: bytes = b""
) -> None:
    """The disk has changed a byte of an entry: the newest of a case, or the hall's first (in which `words` stand); what
    has written the rest. The window is opened again.
    """
    place.memory.close()
    with contextlib.closing(sqlite3.connect(place.folder / "terminal.db", isolation_level=None)) as db:
        (trigger,) = db.execute("select sql from sqlite_master where name = 'entry_is_never_changed'").fetchone()
        db.execute("drop trigger entry_is_never_changed")
        newest = "desc" if of_a_case else "asc"
        row = db.execute(
            f"select seq, bytes from entry where kind = ? and (case_id <> '') = ? and instr(bytes, ?) > 0 "
            f"order by seq {newest} limit 1",
            (kind, of_a_case, words or b"{"),
        ).fetchone()
        data = row[1].replace(b'":', b'";', 1)
        assert data != row[1]
        db.execute("update entry set bytes = ? where seq = ?", (data, row[0]))
        db.execute(trigger)
        db.execute("update meta set value = ? where key = 'projection'", (written,))
    place.memory = place.memory.open(place.folder, world.clock, place.state, PULLS)


def test_t53_a_byte_that_broke_in_the_word_of_its_modules_keeps_none_from_a_window(tmp_path: Path) -> None:
    """Nothing was given up or asked for any more: it waited for a word that it held to be there."""

    async def story(world: HallWorld, window: Window) -> None:
        full, place = await placed(world, "0031", limits=PULLS), await placed(world, "0032", limits=PULLS)
        for one in (full, place):
            await one.sync()
        broken(world, place, "fact", False, words=b'"number":"0032"')
        place.start()
        assert place.memory.modules() is None
        for one in (full, place, place):
            assert not (await one.sync()).error
        assert place.memory.modules() == full.memory.modules()
        assert held(place) == held(full)

    at_hall(tmp_path, story)


BROKEN = [("fact", True), ("fact", False), ("tray", True)]


@pytest.mark.parametrize(("kind", "of_a_case"), BROKEN)
def test_t53_a_byte_that_broke_in_the_copy_of_the_log_shuts_no_window_at_its_update(
    tmp_path: Path, kind: str, of_a_case: bool
) -> None:
    """Everything is folded anew then, and the console could not be opened. The entry is asked for again."""

    async def story(world: HallWorld, window: Window) -> None:
        full, place = await placed(world, "0031", limits=PULLS), await placed(world, "0032", limits=PULLS)
        for one in (full, place):
            await one.sync()
        broken(world, place, kind, of_a_case)
        place.start()
        for one in (full, place, place):
            assert not (await one.sync()).error
        assert held(place) == held(full)

    at_hall(tmp_path, story)


@pytest.mark.parametrize(("kind", "of_a_case"), BROKEN)
def test_t53_s25_a_byte_that_broke_in_the_copy_of_the_log_keeps_no_window_from_a_restored_hall(
    tmp_path: Path, kind: str, of_a_case: bool
) -> None:
    """What it showed was no word of the hall's, and it could not fold what it had: its line stood still."""

    async def story(world: HallWorld, window: Window) -> None:
        full, place = await placed(world, "0031", limits=PULLS), await placed(world, "0032", limits=PULLS)
        copied(world, tmp_path / "backup.db")
        cases = await busy(window, 5)
        for one in (full, place):
            await one.sync()
        broken(world, place, kind, of_a_case, projection())
        restored(world, tmp_path / "backup.db")
        plugged(world, full, place)
        for one in (place, full):
            assert (await one.sync()).error == "line.healing"
        gathered(world)
        for one in (full, place, full, place):
            assert not (await one.sync()).error
        assert held(place) == held(full)
        assert [case for case in cases if world.case(case) is None] == []

    at_hall(tmp_path, story)
