"""An application before its item has scope `hall`: windows see it masked, and get it in full when they open it (S7)."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from casework import bodies
from casework.wire import ENTRY_FACT, CaseAnswer
from hall.backups import Backups
from hall.restoring import restore
from hall.sqlite_store import SqliteStore
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, placed, plugged, shows
from tests.hall_world import HallWorld, in_hall
from tests.people import PERSON

Client = httpx.AsyncClient
CASE = "c" * 32


def opened(item: str = "", module: str = "") -> bodies.PrefileParked:
    """A file of a person who is at the guide desk."""
    return bodies.PrefileParked("ABCD2345", module, bodies.Form(item, applicant=PERSON), "")


def test_s7_the_log_has_no_name_in_clear_and_whoever_opens_it_gets_the_sealed_bytes(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        await window.push(window.make("prefile.parked", opened(), CASE))
        entry = world.entries()[-1]
        assert (entry.kind, entry.scope, entry.masked) == (ENTRY_FACT, "hall", True)
        await other.pull_all()
        assert all(PERSON.id.encode() not in link.raw for link in other.links)
        response = await other.get(f"/sync/v1/case/{CASE}")
        (full,) = msgspec.json.decode(response.content, type=CaseAnswer).kept
        assert bytes(full.fact) == bytes(window.sent[-1].fact)
        assert full.verdict.v == "accepted"

    in_hall(tmp_path, story)


def test_s7_once_it_has_an_item_its_full_body_travels_in_the_modules_scope(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.push(window.make("prefile.parked", opened(), CASE))
        await window.push(window.make("prefile.parked", opened("D01", "single"), CASE))
        entry = world.entries()[-1]
        assert (entry.scope, entry.masked) == ("single", False)
        assert bytes(entry.fact) == bytes(window.sent[-1].fact)

    in_hall(tmp_path, story)


def test_s7_the_masked_bytes_are_still_there_after_a_restart_and_once_only(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        await window.push(window.make("prefile.parked", opened(), CASE))
        world.restart()
        async with world.client() as again:
            window.client = again
            await window.push(first=1)
            response = await window.get(f"/sync/v1/case/{CASE}")
        assert len(msgspec.json.decode(response.content, type=CaseAnswer).kept) == 1
        assert sum(entry.fact_id != "" and entry.masked for entry in world.entries()) == 1

    in_hall(tmp_path, story)


def test_s7_s26_what_was_put_aside_opens_in_full_also_after_the_hall_was_restored_from_its_segments(
    tmp_path: Path,
) -> None:
    """They had its bytes, and nobody put them back: no other window could ever open it."""

    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        second = tmp_path / "second"
        backups = Backups(second, world.path, world.store, world.signer, world.clock)
        backups.step()
        await window.push(window.make("prefile.parked", opened(), CASE))
        backups.step()
        (tmp_path / "again").mkdir()
        restore(tmp_path / "again", "hall.db", second, None, world.signer, world.clock, world.ids.new_id)
        store = SqliteStore(tmp_path / "again" / "hall.db")
        with store.reading() as reading:
            (full,) = reading.kept(CASE)
        store.close()
        assert full.data == bytes(window.sent[-1].fact)

    in_hall(tmp_path, story)


@pytest.mark.parametrize("pulled_first", [False, True])
def test_s7_s25_what_was_put_aside_opens_in_full_also_after_the_windows_have_shown_it_to_a_restored_hall(
    tmp_path: Path, pulled_first: bool
) -> None:
    """They show what the log has, and that is masked: nobody could open it any more but the window that had made it."""

    async def story(world: HallWorld, client: Client) -> None:
        maker, other = await placed(world, "0012"), await placed(world, "0013")
        copied(world, tmp_path / "backup.db")
        maker.commit(maker.hand.fact("prefile.parked", opened(), CASE))
        for _ in range(2):
            assert (await maker.sync()).error == (await other.sync()).error == ""
        restored(world, tmp_path / "backup.db")
        plugged(world, maker, other)
        await shows(maker, other)
        gathered(world)
        with pytest.MonkeyPatch.context() as patch:
            if pulled_first:
                patch.setattr(maker.memory, "outgoing", lambda *_args, **_options: None)
            await maker.sync()
        assert (await maker.sync()).pending == 0
        await other.sync()
        other.memory.keep_from_hall(await other.line.case(CASE))
        shown, own = other.memory.prefile_of(CASE), maker.memory.prefile_of(CASE)
        assert shown is not None
        assert shown.form.applicant == PERSON
        assert shown == own
        with maker.memory.reading() as db:
            assert db.execute("select count(*) from outbox where state <> 'passed'").fetchone() == (0,)

    in_hall(tmp_path, story)


def test_s7_s26_what_was_sent_again_in_full_is_in_the_second_place_when_the_hall_burns_once_more(
    tmp_path: Path,
) -> None:
    """The masked entry lay in a segment already, and its bytes came after: the window said that all was sent."""

    async def story(world: HallWorld, client: Client) -> None:
        maker, other, second = await placed(world, "0012"), await placed(world, "0013"), tmp_path / "second"

        def burnt(segments: Path | None) -> Backups:
            world.store.close()
            for old in world.path.parent.glob("hall.db*"):
                old.unlink()
            restore(world.path.parent, "hall.db", second, segments, world.signer, world.clock, world.ids.new_id)
            world.store = SqliteStore(world.path)
            world.start()
            return Backups(second, world.path, world.store, world.signer, world.clock)

        backups = Backups(second, world.path, world.store, world.signer, world.clock)
        backups.step()
        maker.commit(maker.hand.fact("prefile.parked", opened(), CASE))
        for _ in range(2):
            await maker.sync()
            await other.sync()
        backups.step()
        backups = burnt(tmp_path / "nowhere")
        backups.step()
        plugged(world, maker, other)
        await shows(maker, other)
        gathered(world)
        backups.step()
        for _ in range(2):
            await maker.sync()
        maker.commit(maker.hand.received())
        for place in (maker, maker, other):
            await place.sync()
        backups.step()
        burnt(None)
        with world.store.reading() as reading:
            (kept,) = reading.kept(CASE)
        assert kept.data is not None
        assert PERSON.id.encode() in kept.data

    in_hall(tmp_path, story)
