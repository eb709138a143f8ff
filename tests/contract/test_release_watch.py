"""What the hall does by itself with a rollout: at night, without anybody, and never to its own harm (updates.md)."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from casework import events
from hall.cli import utc_now
from hall.errors import ReleaseTrouble
from hall.office import revoke
from hall.ownership import changing
from hall.releases.roles import APP, ROLLOUT
from hall.releases.watching import keep_looking, read_watched
from tests.hall_world import HallWorld, in_hall
from tests.releases import Publisher
from tests.rollouts import BY, WHEEL, Publishing, standing, tells


def test_nobody_is_there_at_night_and_the_next_ring_opens_when_its_time_has_come(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins(first="0013")
        lab = await world.window("0012", client)
        assert place.looks().told == (), "it soaks"
        world.clock.go(3600)
        await tells(lab, standing())
        watched = place.looks()
        assert tuple(place.now.opened) == ("lab", "first")
        assert (watched.told[-1].id, watched.told[-1].facts, watched.rings) == (
            "fleet.told.opened",
            {"ring": "first"},
            2,
        )
        assert place.looks().told == watched.told, "the next one soaks"

    in_hall(tmp_path, story)


def test_a_version_that_fails_in_three_windows_halts_at_night_and_it_reads_in_the_morning_where(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins(lab=("0012", "0013", "0014"))
        for number in ("0012", "0013", "0014"):
            await tells(
                await world.window(number, client), standing("returned", app="0.4.0", error="update.failed.imports")
            )
        watched = place.looks()
        alarm = watched.told[-1]
        assert (alarm.alarm, alarm.id) == (True, "rollout.halted.errors")
        assert alarm.facts["terminals"] == "0012, 0013, 0014"
        assert watched.halted
        assert place.now.halted_facts == alarm.facts, "the sentence still has its figures a day later"
        assert "yichuang_release_halted 1" in (await client.get("/metrics")).text
        assert place.looks().told == watched.told, "it is said once"

    in_hall(tmp_path, story)


def test_a_halt_goes_out_also_while_a_release_waits_for_its_second_signature(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins(lab=("0012", "0013", "0014"))
        place.publisher.lists(APP, "app/0.6.0/manifest.json", b"{}", signed_by=1)
        for number in ("0012", "0013", "0014"):
            await tells(await world.window(number, client), standing("failed"))
        assert place.looks().halted
        with pytest.raises(ReleaseTrouble):
            place.open().publish()

    in_hall(tmp_path, story)


def test_the_list_is_signed_anew_every_day_and_not_every_minute(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        file = tmp_path / "releases" / "metadata" / "timestamp.json"
        written = set()
        for _ in range(5 * 24):
            place.looks(3600)
            written.add(file.read_bytes())
        assert len(written) == 6
        until = json.loads(file.read_bytes())["signed"]["expires"]
        assert until >= f"{utc_now(world.clock) + timedelta(days=12):%Y-%m-%dT%H:%M}"
        text = (await client.get("/metrics")).text
        assert 'yichuang_release_expires_days{role="root"} 395.0' in text

    in_hall(tmp_path, story)


def test_a_key_that_cannot_be_read_stops_no_case_and_is_told_until_it_is_well(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins()
        timestamp = tmp_path / "releases" / "metadata" / "timestamp.json"
        good = timestamp.read_bytes()
        timestamp.write_bytes(b"{")
        first, later = place.looks(), place.looks()
        assert first.trouble is not None
        assert (later.trouble, later.at) == (first.trouble, world.api_now()), (
            "since when it is so, and that it was tried"
        )
        assert "yichuang_release_trouble 1" in (await client.get("/metrics")).text
        window = await world.window("0012", client)
        assert await window.push(window.received())
        timestamp.write_bytes(good)
        assert place.looks().trouble is None
        (tmp_path / "releases" / "watch.json").write_bytes(b"no JSON")
        assert place.looks().at == world.api_now()

    in_hall(tmp_path, story)


def test_what_nobody_thought_of_ends_neither_the_looks_nor_the_hall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins()
        calls: list[float] = []
        rung: list[frozenset[str]] = []

        def breaks() -> None:
            raise RuntimeError

        monkeypatch.setattr(world.api.hall, "terminals", breaks)

        async def look() -> frozenset[str]:
            if len(calls) == 2:
                monkeypatch.undo()
            return place.watching.look()

        async def sleep(seconds: float) -> None:
            calls.append(seconds)
            if len(calls) == 4:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await keep_looking(look, rung.append, sleep, 60.0)
        assert calls == [60.0] * 4
        assert read_watched(tmp_path / "releases").trouble is None

    in_hall(tmp_path, story)


def test_a_command_waits_for_the_look_and_the_look_for_the_command(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins()
        with changing(tmp_path, 0), pytest.raises(ReleaseTrouble, match="busy"), changing(tmp_path, 0.05):
            pass
        began, done = threading.Event(), []

        def looks() -> None:
            began.set()
            place.watching.look()
            done.append(place.world.api_now())

        with changing(tmp_path, 0):
            thread = threading.Thread(target=looks)
            thread.start()
            began.wait()
            place.rollouts.publish(msgspec.structs.replace(place.now, number=7), BY)
            assert done == [], "it waits for who changes something"
        thread.join()
        assert place.now.number == 7
        assert read_watched(tmp_path / "releases").trouble is None

    in_hall(tmp_path, story)


def test_a_publication_that_was_cut_off_is_finished_and_never_signed_twice_under_one_number(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.begins()
        metadata = tmp_path / "releases" / "metadata"
        before = {file.name for file in metadata.glob("*.rollout.json")}
        releases = place.open()
        pending = releases.list_file(ROLLOUT, "rollout/other.json", b"1")
        releases.sign_online(ROLLOUT)
        cut = pending.read_bytes()
        releases.publish((ROLLOUT,))
        pending.write_bytes(cut)  # the power went after it was named, before it was taken off the pile
        named = (metadata / "3.rollout.json").read_bytes()
        place.rollouts.publish(msgspec.structs.replace(place.now, number=8), BY)
        assert (metadata / "3.rollout.json").read_bytes() == named
        assert {file.name for file in metadata.glob("*.rollout.json")} - before == {"3.rollout.json", "4.rollout.json"}
        (metadata / "5.rollout.json").write_bytes(
            (metadata / "4.rollout.json").read_bytes().replace(b'"version": 4', b'"version": 5')
        )
        assert place.open().is_due(), "written and not named yet"
        place.looks()
        assert not place.open().is_due()

    in_hall(tmp_path, story)


READS_ONE = events.readable()
READS_TWO = {**READS_ONE, "printed": 2}


def test_s32_one_old_window_holds_the_newer_form_back_and_its_revocation_lets_it_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = events.EVENTS["printed"]
    monkeypatch.setitem(events.EVENTS, "printed", msgspec.structs.replace(row, version=2))

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.publisher.releases_app("0.5.0", WHEEL, writes={"printed": 2})
        one, old = await world.window("0012", client), await world.window("0013", client)
        await tells(one, standing(), reads=READS_TWO)
        await tells(old, standing(app="0.4.0"), reads=READS_ONE)
        world.api.hall.keep_reports()
        place.begins(opened=dict.fromkeys(("lab", "first", "tenth", "half", "all"), world.api_now()))
        watched = place.looks()
        assert [one.facts["terminals"] for one in watched.waits] == ["0013"]
        assert "yichuang_release_writes_waiting 1" in (await client.get("/metrics")).text
        world.api.hall.change(lambda reading, now, ids: revoke(reading, "0013", now, ids))
        watched = place.looks()
        assert (watched.waits, watched.told[-1].id) == ((), "fleet.told.writes")
        with world.store.reading() as reading:
            assert reading.head("write/printed") == "2"
        assert place.looks().told == watched.told, "once"

    in_hall(tmp_path, story)


def test_s32_while_the_windows_may_still_go_back_nothing_is_written_that_the_old_version_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = events.EVENTS["printed"]
    monkeypatch.setitem(events.EVENTS, "printed", msgspec.structs.replace(row, version=2))

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        place = Publishing(world, tmp_path)
        place.publisher.releases_app("0.5.0", WHEEL, writes={"printed": 2})
        await tells(await world.window("0012", client), standing(), reads=READS_TWO)
        world.api.hall.keep_reports()
        place.begins()
        assert (place.looks().told, place.looks().waits) == ((), ())

    in_hall(tmp_path, story)


def test_a_hall_that_was_published_long_ago_is_named_anew(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path)
    assert not publisher.releases.is_due()
    (tmp_path / "metadata" / "timestamp.json").unlink()
    assert publisher.releases.is_due()
