"""A window that the line does not reach: updates come by stick, and what waits goes back by it (S28)."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import types
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from casework.ambient import CIVIL
from casework.report import UPDATE
from casework.rollout import RINGS, Versions, decode_standing
from console.errors import ConsoleError
from console.terminal import Terminal
from console.updating.stick import take_in
from hall import cli
from hall.errors import ReleaseTrouble
from hall.releases import stick
from hall.releases.rollouts import Rollouts
from local_db.counter import Identity
from sync.errors import UpdateRefused
from sync.updates.launcher import is_whole, read
from tests.builders import FixedClock
from tests.command_line import Place, jsonl, line
from tests.releases import NOW, Publisher
from tests.rollouts import HallFolder, standing
from tests.terminals import enrolled
from tests.updated_pc import NEW, OLD, Window, installed, wheel

WHO = Identity("h1", "420118", "大厅", "ab" * 32, "0012", "i1", 1)
OPEN = dict.fromkeys(RINGS, "2026-11-01T08:00:00.000")


class Far:
    """A window far away, and a hall that has published 0.6.0 to everybody."""

    def __init__(self, folder: Path, days_old: int = 0) -> None:
        self.stick = folder / "一只 U 盘"
        self.publisher = Publisher(folder / "hall", now=NOW - timedelta(days=days_old))
        clock = FixedClock((NOW + CIVIL).replace(tzinfo=None))
        self.memory = enrolled(folder, clock, who=WHO)
        self.home = installed(folder / "pc", self.publisher)
        self.looker = Window(self.memory, clock, self.home, self.publisher).looker
        name = f"yichuang-{NEW}-py3-none-any.whl"
        self.publisher.releases_app(NEW, {name: wheel({"console/__init__.py": "new"})})
        target, before = Versions(NEW), Versions(OLD)
        self.publisher.rolls_out(1, target=target, before=before, opened=OPEN, blocked=("0.5.5",))

    def export(self, *platforms: str) -> stick.Carried:
        """The hall writes its stick."""
        rollout = Rollouts(self.publisher.releases, "h1").current()
        assert rollout is not None
        return stick.export(self.publisher.releases, rollout, self.stick, platforms)

    def take_in(self) -> Any:
        """It is plugged in at the window."""
        terminal = cast(Terminal, types.SimpleNamespace(memory=self.memory))
        return take_in(terminal, self.looker, self.stick)[0]


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    made = Far(tmp_path)
    yield made
    made.memory.close()


def test_a_window_without_a_line_is_updated_by_the_same_proofs(far: Far) -> None:
    done = far.export()
    assert (done.versions, done.files > 0) == ((NEW,), True)
    assert far.take_in().step == "offer"
    assert is_whole(far.home.folder, NEW)
    assert read(far.home.folder)["version"] == OLD
    said = decode_standing(far.memory.setting(UPDATE))
    assert said is not None
    assert (said.state, said.version) == ("staged", NEW)


def test_a_stick_that_is_written_again_copies_no_wheel_twice(far: Far) -> None:
    first, again = far.export(), far.export()
    assert (first.files > 1, again.files, again.bytes) == (True, 0, 0)


def test_a_stick_that_was_pulled_out_too_early_is_whole_when_it_is_written_again(far: Far) -> None:
    far.export()
    file = next((far.stick / "targets" / "app" / "wheels").rglob("*.whl"))
    file.write_bytes(bytes(file.stat().st_size))  # its size had reached the stick, and nothing else of it
    with pytest.raises(UpdateRefused):
        far.take_in()
    assert far.export().files == 1
    assert far.take_in().step == "offer"


def wheels_on(place: Path) -> set[str]:
    """The names of the wheels that lie there."""
    return {file.name for file in (place / "targets").rglob("*.whl")}


def test_a_stick_that_went_round_for_years_is_not_full_of_what_nobody_runs(far: Far) -> None:
    far.export()
    old, metadata = wheels_on(far.stick), set((far.stick / "metadata").iterdir())
    (far.stick / "terminals" / "0012").mkdir(parents=True)
    (far.stick / "terminals" / "0012" / "status.json").write_bytes(b"{}")
    (far.stick / "holiday.jpg").write_bytes(b"of somebody")
    name = "yichuang-0.7.0-py3-none-any.whl"
    far.publisher.releases_app("0.7.0", {name: wheel({"console/__init__.py": "newer"})})
    far.publisher.rolls_out(2, target=Versions("0.7.0"), before=Versions(OLD), opened=OPEN)
    far.export()
    assert (old != {name}, wheels_on(far.stick)) == (True, {name})
    assert len(set((far.stick / "metadata").iterdir())) == len(metadata), "one list of each kind, not one of each day"
    assert (far.stick / "terminals" / "0012" / "status.json").is_file(), "what a window wrote is not the hall's to take"
    assert (far.stick / "holiday.jpg").is_file()
    assert far.take_in().version == "0.7.0"


def test_nothing_is_taken_away_from_a_folder_that_was_no_stick_of_the_halls(far: Far) -> None:
    (far.stick / "targets").mkdir(parents=True)
    (far.stick / "targets" / "shooting.txt").write_text("somebody's sport")
    far.export()
    assert (far.stick / "targets" / "shooting.txt").is_file()


def test_a_stick_for_windows_carries_nothing_for_linux(far: Far) -> None:
    program = {"yichuang-0.7.0-py3-none-any.whl": wheel({"console/__init__.py": "newer"})}
    compiled = {
        "win-amd64": {"msgspec-1.0-cp311-cp311-win_amd64.whl": b"for windows"},
        "linux-x86_64": {"msgspec-1.0-cp311-cp311-manylinux_2_28_x86_64.whl": b"for linux"},
    }
    far.publisher.releases_app("0.7.0", program, compiled)
    far.publisher.rolls_out(2, target=Versions("0.7.0"), before=Versions(OLD), opened=OPEN)
    assert far.export().platforms == ("linux-x86_64", "win-amd64")
    assert len(wheels_on(far.stick)) == 3
    done = far.export("win-amd64")
    assert (done.platforms, done.bytes) == (("win-amd64",), 0)
    assert wheels_on(far.stick) == {*program, "msgspec-1.0-cp311-cp311-win_amd64.whl"}
    with pytest.raises(ReleaseTrouble) as no:
        far.export("win32")
    assert no.value.message.facts == {"platform": "win32", "platforms": "linux-x86_64, win-amd64"}


def test_the_halls_windows_say_for_which_kind_of_pc_the_stick_is(tmp_path: Path) -> None:
    hall = HallFolder(tmp_path / "hall")
    said = standing(platform="win-amd64", pythons=("3.11",))

    def kinds() -> set[str]:
        with cli.open_hall(hall.folder) as here:
            return set(stick.platforms_of(here.hall.terminals()))

    hall.window("0012", said)
    assert kinds() == {"win-amd64"}
    hall.window("0013", None)
    assert kinds() == set(), "for all: one of them has not said what it is"
    hall.window("0013", standing(platform="linux-x86_64", pythons=("3.11",)))
    assert kinds() == {"win-amd64", "linux-x86_64"}


def test_a_flipped_bit_on_the_stick_installs_nothing(far: Far) -> None:
    far.export()
    file = next((far.stick / "targets" / "app" / "wheels").rglob("*.whl"))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(UpdateRefused) as no:
        far.take_in()
    assert no.value.code == "update.damaged"
    assert not is_whole(far.home.folder, NEW)


def test_a_stick_whose_signatures_were_changed_is_refused(far: Far) -> None:
    far.export()
    file = far.stick / "metadata" / "timestamp.json"
    said = json.loads(file.read_bytes())
    said["signed"]["expires"] = "2099-01-01T00:00:00Z"
    file.write_text(json.dumps(said), "utf-8")
    with pytest.raises(UpdateRefused):
        far.take_in()
    assert not is_whole(far.home.folder, NEW)


def test_a_stick_past_its_date_is_refused_with_the_date(tmp_path: Path) -> None:
    far = Far(tmp_path, days_old=20)
    far.export()
    with pytest.raises(UpdateRefused) as no:
        far.take_in()
    assert no.value.message.facts["until"] == f"{NOW - timedelta(days=6):%Y-%m-%d}"
    assert not is_whole(far.home.folder, NEW)
    far.memory.close()


def test_a_folder_that_the_hall_has_not_written_says_so(far: Far) -> None:
    far.stick.mkdir()
    with pytest.raises(ConsoleError) as no:
        far.take_in()
    assert no.value.message.id == "stick.none"


def test_what_waits_at_a_window_without_a_line_reaches_the_hall_by_stick_and_the_answer_comes_back(
    tmp_path: Path,
) -> None:
    place, folder = Place(tmp_path), str(tmp_path / "stick")
    hall = ("--dir", str(place.hall))
    place.found()
    with place.serving():
        assert place.enrol("0012").code == 0
        assert place.sync("0012").code == 0
    assert place.at("0012", "intake", "-", stdin=jsonl(line("D01", "a"))).code == 0
    refused = place.at("0012", "update", "export", folder)
    assert (refused.code, "窗口主管" in refused.err) == (1, True), "not for a clerk"
    out = place.at("0012", "update", "export", folder, staff="3001").one
    assert (out["batches"], out["unsent"] > 0) == (1, True)
    taken = place.run("release", "import", folder, *hall, "--staff", "3001").one
    assert (taken["terminal"], taken["log"], taken["accepted"]) == ("0012", "same", out["unsent"])
    told = next(row for row in place.run("terminal", "list", "--json", *hall).lines if row["number"] == "0012")
    assert told["received"] == out["unsent"]
    back = place.at("0012", "update", "import", folder, staff="3001").one
    assert (back["answered"], back["pending"]) == (out["unsent"], 0)
    again = place.run("release", "import", folder, *hall, "--staff", "3001").one
    assert (again.get("accepted"), again.get("duplicate")) == (0, out["unsent"])


def test_s25_s28_what_a_restored_hall_lost_of_a_window_without_a_line_comes_by_the_commands_that_are_named(
    tmp_path: Path,
) -> None:
    place, folder, file, back = Place(tmp_path), *(str(tmp_path / name) for name in ("stick", "out", "back"))
    hall, window = ("--dir", str(place.hall)), ("--dir", place.window("0012"))
    by = (*hall, "--staff", "3001")
    place.found()
    with place.serving():
        assert place.enrol("0012").code == 0
        assert place.sync("0012").code == 0
    assert place.run("hall", "backup", str(tmp_path / "copy.db"), *hall).code == 0
    assert place.at("0012", "intake", "-", stdin=jsonl(line("D01", "a"))).code == 0
    assert place.at("0012", "update", "export", folder, staff="3001").code == 0
    sent = place.run("release", "import", folder, *by).one["accepted"]
    assert place.at("0012", "update", "import", folder, staff="3001").one["pending"] == 0

    assert place.run("hall", "restore", str(tmp_path / "copy.db"), *hall).code == 0
    with contextlib.closing(sqlite3.connect(place.hall / cli.DATABASE)) as db, db:
        db.execute("update hall set healing = '2026-01-01T00:00:00.000'")
    with cli.open_hall(place.hall) as here:
        here.hall.tick()  # the minutes in which it gathers what the others have are over
    assert place.at("0012", "update", "export", folder, staff="3001").code == 0
    no = place.run("release", "import", folder, *by)
    assert (no.code, "--from 1，" in no.err, "--import-answer" in no.err) == (1, True, True), no.err
    assert place.at("0012", "intake", "-", stdin=jsonl(line("D01", "b"))).code == 0
    assert place.run("sync", "--export", file, *window).code == 0
    assert "--from 1。" in place.run("hall", "import", file, *by).err, "what waits alone is not enough"
    assert place.run("sync", "--export", file, "--from", "1", *window).code == 0
    assert place.run("hall", "import", file, *by, "--answer", back).one["accepted"] > sent
    assert place.run("sync", "--import-answer", back, *window).one["pending"] == 0
    assert place.at("0012", "intake", "-", stdin=jsonl(line("D01", "c"))).code == 0
    assert place.at("0012", "update", "export", folder, staff="3001").code == 0
    assert place.run("release", "import", folder, *by).one["accepted"] == 1, "from here on as ever"
    assert place.at("0012", "update", "import", folder, staff="3001").one["pending"] == 0


def test_a_status_that_no_window_has_sealed_is_not_believed(tmp_path: Path) -> None:
    place, folder = Place(tmp_path), tmp_path / "stick"
    hall = ("--dir", str(place.hall))
    place.found()
    with place.serving():
        assert place.enrol("0012").code == 0
        assert place.sync("0012").code == 0
    assert place.run("release", "import", str(folder), *hall, "--staff", "3001").code == 1
    assert place.at("0012", "update", "export", str(folder), staff="3001").code == 0
    file = folder / "terminals" / "0012" / "status.json"
    file.write_bytes(file.read_bytes().replace(b'"cursor":', b'"cursor":9'))
    ran = place.run("release", "import", str(folder), *hall, "--staff", "3001")
    assert (ran.code, "status.json" in ran.err) == (1, True)
    assert place.run("release", "import", str(folder), *hall, "--staff", "1001").code == 1


def two_windows(place: Place, folder: Path) -> tuple[str, ...]:
    """0007 and 0012 have written themselves out onto one stick; the words for taking it in."""
    place.found()
    with place.serving():
        for number in ("0007", "0012"):
            assert place.enrol(number).code == 0
            assert place.sync(number).code == 0
    for number in ("0007", "0012"):
        assert place.at(number, "intake", "-", stdin=jsonl(line("D01", number))).code == 0
        assert place.at(number, "update", "export", str(folder), staff="3001").code == 0
    return ("--dir", str(place.hall), "--staff", "3001")


def test_a_stick_that_can_not_take_the_answer_of_one_window_brings_the_others_all_the_same(tmp_path: Path) -> None:
    place, folder = Place(tmp_path), tmp_path / "stick"
    by = two_windows(place, folder)
    (folder / "terminals" / "0007" / "answer.jsonl.tmp").mkdir()  # as where no room is left
    ran = place.run("release", "import", str(folder), *by)
    assert (ran.code, [row["terminal"] for row in ran.lines]) == (1, ["0012"])
    assert "写不进" in ran.err
    (folder / "terminals" / "0007" / "answer.jsonl.tmp").rmdir()
    assert place.run("release", "import", str(folder), *by).lines[0]["duplicate"] == 1, "it was in"
    file = folder / "terminals" / "0007" / "outbox.jsonl"
    no = place.run("hall", "import", str(file), *by, "--answer", str(folder))
    assert no.code == 1
    assert no.lines[0]["duplicate"] == 1


def test_a_window_that_wrote_itself_out_by_half_is_named(tmp_path: Path) -> None:
    place, folder = Place(tmp_path), tmp_path / "stick"
    by = two_windows(place, folder)
    (folder / "terminals" / "0007" / "status.json").unlink()
    ran = place.run("release", "import", str(folder), *by)
    assert (ran.code, [row["terminal"] for row in ran.lines]) == (1, ["0012"])
    assert "0007: status.json" in ran.err
