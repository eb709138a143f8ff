"""A second place that is not written is no second place: whoever looks after the hall is told until it is again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sqlite3
import threading
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from casework import bodies
from console.main import main
from hall import cli
from hall.backups import Backups, whole_copy
from hall.cli_recovery import backups_of, serving_with, step_of
from hall.errors import Stop
from hall.files import write_whole
from hall.restoring import restore
from hall.second_place import Keeping, place_metrics, read_place
from hall.segments import ENTRIES, segments_in
from hall.threads import in_thread
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered
from tests.contract.test_told_after_a_restore import fresh
from tests.hall_world import HallWorld, in_hall

NOW = "2026-03-02T09:00:00.000"


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    assert main(["hall", "init", "--dir", str(tmp_path / "hall"), "--sample"]) == 0
    return tmp_path / "hall"


def doctor(hall: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, object]:
    """What `hall doctor` says: its code, its problems, what it says of the second place."""
    capsys.readouterr()
    code = main(["hall", "doctor", "--dir", str(hall), "--json", "--lang", "en"])
    found = json.loads(capsys.readouterr().out)
    return code, " ".join(found["problems"]), found["backups"]


def kept_once(hall: Path, place: Path) -> list[str]:
    """The served hall looks after its second place once; what the person who started it reads."""
    said: list[str] = []
    with cli.open_hall(hall) as here:
        Keeping(hall, str(place), backups_of(here, str(place)).step, lambda: NOW, said.append).once()
    return said


def test_a_second_place_that_cannot_be_written_is_told_until_it_can(
    hall: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stick").write_text("a file where the folder should be")
    assert len(kept_once(hall, tmp_path / "stick")) == 1
    code, problems, backups = doctor(hall, capsys)
    assert code == 1
    assert NOW in problems
    assert str(tmp_path / "stick") in problems
    assert backups == {"folder": str(tmp_path / "stick"), "written": False}
    assert "yichuang_second_place_trouble 1" in place_metrics(read_place(hall))
    (tmp_path / "stick").unlink()
    assert kept_once(hall, tmp_path / "stick") == []
    assert doctor(hall, capsys) == (0, "", {"folder": str(tmp_path / "stick"), "written": True})
    assert "yichuang_second_place_trouble 0" in place_metrics(read_place(hall))


def test_the_copies_of_another_hall_in_the_second_place_are_told_by_the_doctor(
    hall: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hall", "init", "--dir", str(tmp_path / "other"), "--sample"]) == 0
    kept_once(tmp_path / "other", tmp_path / "second")
    kept_once(hall, tmp_path / "second")
    code, problems, _ = doctor(hall, capsys)
    assert code == 1
    assert "another hall" in problems
    assert doctor(tmp_path / "other", capsys)[0] == 0


def test_what_nobody_expected_does_not_end_the_copies_for_the_rest_of_the_day(tmp_path: Path) -> None:
    calls: list[int] = []
    said: list[str] = []

    def step() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise RuntimeError("the disk turned")
        return 0

    async def three_rounds() -> None:
        keeping = Keeping(tmp_path, "second", step, lambda: NOW, said.append)

        async def sleep(_seconds: float) -> None:
            if len(calls) == 3:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await keeping.go_on(inline, sleep, 2.0, 60.0)

    async def inline(call: object) -> None:
        assert callable(call)
        call()

    asyncio.run(three_rounds())
    assert len(said) == 1
    assert read_place(tmp_path).trouble is None


def test_a_second_place_that_hangs_is_told_and_stops_nobody_who_asks_the_hall(
    hall: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file server was away: every window said that there was no line, and the hall said nothing."""
    place, told = tmp_path / "second", asyncio.Queue[str]()
    answers, hung = threading.Event(), threading.Event()
    real = write_whole

    def hangs(path: Path, data: bytes) -> None:
        hung.set()
        assert answers.wait(60)
        real(path, data)

    monkeypatch.setattr("hall.segments.write_whole", hangs)

    async def day(here: cli.HallHere) -> None:
        ended = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            ended.set()
            await asyncio.Event().wait()

        keeping = Keeping(hall, str(place), step_of(here, str(place)), lambda: NOW, told.put_nowait)
        kept = asyncio.ensure_future(keeping.go_on(in_thread, sleep, 2.0, 0.05))
        assert await in_thread(lambda: hung.wait(60))
        with here.store.reading() as reading:  # whoever asks is answered
            assert reading.hall().seq
        assert str(place) in await told.get()
        assert doctor(hall, capsys)[0] == 1
        answers.set()
        await ended.wait()
        kept.cancel()

    with cli.open_hall(hall) as here:
        kept_full(here, place)
        asyncio.run(day(here))
    assert told.empty()
    assert doctor(hall, capsys)[0] == 0


def kept_full(here: cli.HallHere, place: Path) -> None:
    """A full copy lies there, and an entry was written since."""
    backups_of(here, str(place)).step()
    here.hall.open_epoch("test")


def test_a_hall_whose_second_place_hangs_can_be_stopped(
    hall: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but kill -9 ended it, and its folder was owned until then."""
    answers, hung, place = threading.Event(), threading.Event(), tmp_path / "second"

    def hangs(file: Path) -> None:
        hung.set()
        answers.wait(60)

    monkeypatch.setattr("hall.backups.flushed", hangs)
    monkeypatch.setattr("hall.cli_recovery._STOP_SECONDS", 0.05)

    async def day(here: cli.HallHere) -> None:
        served = serving_with(here, str(place), asyncio.sleep)
        assert served is not None
        assert await in_thread(lambda: hung.wait(60))
        served.stop()

    with cli.open_hall(hall) as here:
        asyncio.run(day(here))
    answers.set()


def test_the_copy_of_the_day_comes_to_its_end_while_windows_push(hall: Path, tmp_path: Path) -> None:
    """Each commit let it begin anew: in working hours it never ended, and no segment was written meanwhile."""
    with contextlib.closing(sqlite3.connect(hall / cli.DATABASE)) as db, db:
        db.execute("create table much (bytes blob)")
        db.executemany("insert into much values (randomblob(100000))", [()] * 300)
    over = threading.Event()

    def pushes() -> None:
        with contextlib.closing(sqlite3.connect(hall / cli.DATABASE, isolation_level=None)) as db:
            while not over.is_set():
                db.execute("insert into much values ('')")

    pushing = threading.Thread(target=pushes)
    copying = threading.Thread(target=whole_copy, args=(hall / cli.DATABASE, tmp_path / "copy.db"), daemon=True)
    pushing.start()
    copying.start()
    copying.join(30)
    ended = not copying.is_alive()
    over.set()
    pushing.join(60)
    copying.join(60)
    assert ended
    assert (tmp_path / "copy.db").is_file()


def test_a_hall_that_is_served_without_a_second_place_forgets_the_trouble_of_the_old_one(
    hall: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stick").write_text("a file where the folder should be")
    kept_once(hall, tmp_path / "stick")
    with cli.open_hall(hall) as here:
        assert serving_with(here, "", asyncio.sleep) is None
    assert doctor(hall, capsys) == (0, "", None)
    assert place_metrics(read_place(hall)) == ""


def test_s26_a_restored_hall_without_room_for_its_first_copy_says_so_until_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was said once; then the copy of the log that was given up passed for the copy of the day."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, second = await world.window("0012", client), tmp_path / "second"
        kept, lost, new = "a" * 32, "b" * 32, "c" * 32
        await window.push(window.received(case=kept))
        copied(world, tmp_path / "old.db")
        await window.push(window.received(case=lost))
        Backups(second, world.path, world.store, world.signer, world.clock).step()
        restored(world, tmp_path / "old.db")
        gathered(world)
        again = await fresh(world, client)
        await again.push(again.received(case=new))
        backups = Backups(second, world.path, world.store, world.signer, world.clock)
        with monkeypatch.context() as full:
            full.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=0))
            for _ in range(3):
                with pytest.raises(Stop, match=r"hall\.no_write"):
                    backups.step()
        world.clock.go(600)
        backups.step()
        (tmp_path / "new").mkdir()
        restore(tmp_path / "new", "hall.db", second, None, world.signer, world.clock, world.ids.new_id)
        with contextlib.closing(sqlite3.connect(tmp_path / "new" / "hall.db")) as db:
            assert {row[0] for row in db.execute("select case_id from case_state where n > 0")} == {kept, new}

    in_hall(tmp_path, story)


def test_s26_no_segment_ends_between_a_verdict_and_the_line_that_tells_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The restored hall had refused it, and nobody was shown that: at its window it could not be settled any more."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        taken = window.received()
        await window.push(taken)
        backups = Backups(tmp_path / "second", world.path, world.store, world.signer, world.clock)
        backups.step()
        monkeypatch.setattr("hall.segments.ENTRIES", 3)
        for _ in range(2):
            world.clock.go(1)
            await window.push(window.received())
        world.clock.go(1)
        await window.push(window.make("decided", bodies.Decided("decide", "granted", "齐全"), taken.case))
        kinds = [entry.kind for entry in world.entries()[-2:]]
        assert kinds == ["verdict", "tray"], "what the story is about"
        assert backups.step() == 4
        assert max(name.last for name in segments_in(tmp_path / "second" / "segments")) == world.entries()[-1].seq

    in_hall(tmp_path, story)


def test_s26_a_second_place_that_is_behind_is_written_at_once_until_it_is_not(tmp_path: Path) -> None:
    """It took a thousand entries each two seconds, whatever waited: after a day without a line it lagged for hours."""
    waits, slept = [2 * ENTRIES, ENTRIES, 7, 0], []

    class Enough(Exception):
        pass

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == len(waits):
            raise Enough

    written = iter(waits)
    keeping = Keeping(tmp_path, str(tmp_path / "second"), lambda: next(written), lambda: NOW, lambda text: None)
    with contextlib.suppress(Enough):
        asyncio.run(keeping.go_on(in_thread, sleep, 2.0, 60.0))
    assert slept == [0.0, 0.0, 2.0, 2.0]
