"""A window whose disk is full, or whose files are locked, broken, newer or copied: a sentence, and nothing lost."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework.limits import LIMITS
from console import bootstrap, faults
from console.commands import doctor
from console.counter import Counter
from local_db import connection
from local_db.errors import DiskFull
from local_db.state import StateFile
from sync import owner
from tests.command_line import Place, Ran, jsonl, line


class Window:
    """One terminal, with one case that is sent and one that waits."""

    def __init__(self, place: Place, number: str) -> None:
        self.place = place
        self.number = number
        self.folder = Path(place.window(number))
        self.file = self.folder / "terminal.db"
        self.state = StateFile(place.folder / "state", self.folder).path

    def take(self, *refs: str) -> Ran:
        """Applications."""
        return self.at("intake", "-", stdin=jsonl(*(line("D01", ref) for ref in refs)))

    def at(self, *words: str, **options: str) -> Ran:
        """A command as a person."""
        return self.place.at(self.number, *words, **options)

    def run(self, *words: str) -> Ran:
        """A command that needs nobody."""
        return self.place.run(*words, "--dir", str(self.folder))

    def everything(self) -> dict[str, Ran]:
        """What people and IT type when a window does not work."""
        return {
            "doctor": self.run("doctor"),
            "doctor en": self.run("--lang", "en", "doctor"),
            "sync": self.run("sync", "--once"),
            "list": self.at("case", "list", "--state", "received"),
            "tray": self.at("tray", "list", staff="3001"),
            "intake": self.take("more"),
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hall that is served."""
    made = Place(tmp_path_factory.mktemp("place"))
    made.found()
    with made.serving():
        yield made


NUMBERS = itertools.count(12)
OPENED_WITH = bootstrap.open_terminal.__kwdefaults__ or {}


@pytest.fixture
def window(place: Place) -> Window:
    """A window of its own for each test: what was broken once is never the same terminal again (S27)."""
    made = Window(place, f"{next(NUMBERS):04}")
    assert place.enrol(made.number).code == 0
    assert made.take("sent").code == 0
    assert made.run("sync", "--once").code == 0
    assert made.take("waits").code == 0
    return made


def said(ran: Ran) -> str:
    """All that a person reads."""
    return ran.out.decode() + ran.err


# Broken, newer, emptied


def overwrite(file: Path) -> None:
    """Rubbish over the middle."""
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(8192)
        stream.write(b"\xa5" * (size - 16384))


def cut(file: Path) -> None:
    """The second half is gone."""
    os.truncate(file, file.stat().st_size // 2 // 4096 * 4096)


def empty(file: Path) -> None:
    """Nothing in it."""
    file.write_bytes(b"")


def replace(file: Path) -> None:
    """Something else by that name."""
    file.write_bytes("报表,编号\n".encode("gb18030") * 5000)


def renew(file: Path) -> None:
    """As a newer program leaves it that has taken something away."""
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.execute("pragma user_version = 99")
        db.execute("update meta set value = '99' where key = 'schema.readable_since'")
        db.commit()


@pytest.mark.parametrize(
    ("harm", "chinese", "english"),
    [
        (overwrite, "数据文件已损坏", "is damaged"),
        (cut, "数据文件已损坏", "is damaged"),
        (empty, "数据文件已损坏", "is damaged"),
        (replace, "数据文件已损坏", "is damaged"),
        (renew, "请先升级本程序", "newer program"),
    ],
)
def test_a_broken_or_newer_file_is_named_with_what_to_do_and_left_alone(
    window: Window, harm: Callable[[Path], None], chinese: str, english: str
) -> None:
    file = window.file
    harm(file)
    before = file.read_bytes()
    for name, ran in window.everything().items():
        assert ran.code == 1, name
        assert (english if name == "doctor en" else chinese) in said(ran), name
        assert "Traceback" not in said(ran)
    assert file.read_bytes() == before


def test_a_damaged_memory_never_takes_the_place_of_the_last_good_backup(window: Window, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    words = ("backup", str(copy))
    assert window.run(*words).code == 0
    good = copy.read_bytes()
    file = window.file
    with file.open("r+b") as stream:  # deep in the tables, so that it still opens
        stream.seek(file.stat().st_size // 2)
        stream.write(b"\xa5" * 65536)
    done = window.run(*words)
    assert done.code == 1
    assert "损坏" in done.err
    assert copy.read_bytes() == good
    assert list(tmp_path.glob("copy.db*")) == [copy]


# Copied, restored, without its state


def forget(window: Window) -> None:
    """The state folder was not copied along."""
    window.state.unlink()


def scribble(window: Window) -> None:
    """The state file is rubbish."""
    window.state.write_bytes(b"\x00\xff" * 1024)


@pytest.mark.parametrize("harm", [forget, scribble])
def test_a_copied_or_restored_window_reads_and_sends_but_gives_no_number(
    window: Window, harm: Callable[[Window], None]
) -> None:
    harm(window)
    ran = window.everything()
    assert [ran[name].code for name in ("doctor", "doctor en", "intake")] == [1, 1, 1]
    assert "重新登记" in said(ran["doctor"])
    assert "重新登记" in said(ran["intake"])
    assert "enrol" in said(ran["doctor en"])
    assert len(ran["list"].lines) >= 2
    assert (ran["sync"].code, ran["sync"].one["pending"]) == (0, 0)


def test_t41_a_folder_that_was_copied_without_its_log_works_on_and_sends_nothing(window: Window) -> None:
    """T31, S27: the count goes on, nothing is sent under the old number, and the doctor says what to do."""
    data = window.file.read_bytes()
    later = window.take("later").one["number"]
    window.file.write_bytes(data)
    assert "重新登记" in said(window.run("doctor"))
    number = window.take("after").one["number"]
    assert number not in {later, *(each["number"] for each in window.at("case", "list").lines if "ref" in each)}
    assert int(number[16:20]) > int(later[16:20])
    sent = window.run("sync", "--once")
    assert (sent.code, sent.lines[-1]["error"]) == (1, "line.adrift")
    assert "terminal enrol" in said(sent)


def test_a_folder_that_was_copied_beside_it_gives_no_number(window: Window) -> None:
    clone = Path(window.place.window("9912"))
    shutil.copytree(window.folder, clone)
    done = window.place.at("9912", "intake", "-", stdin=jsonl(line("D01", "twin")))
    assert done.code == 1
    assert "重新登记" in done.err
    assert window.take("own").code == 0
    shutil.rmtree(clone)


# Locked


def test_t39_a_file_locked_for_long_ends_in_a_sentence_and_works_again(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = msgspec.structs.replace(LIMITS, busy_seconds=0.05)
    monkeypatch.setattr(bootstrap.open_terminal, "__kwdefaults__", {**OPENED_WITH, "limits": impatient})
    with contextlib.closing(sqlite3.connect(window.file, isolation_level=None)) as other:
        other.execute("begin immediate")
        for ran in (window.take("locked"), window.run("doctor")):
            assert ran.code == 1
            assert "另一个窗口" in said(ran)
        assert window.at("case", "list").code == 0
    assert window.take("locked").code == 0
    assert window.run("sync", "--once").one["pending"] == 0


# Full


@contextlib.contextmanager
def full_disk(room: int = 0) -> Iterator[None]:
    """No file of a window grows by more than `room` pages."""
    connect = connection.connect

    def cramped(path: Path, *rest: Any, **options: Any) -> sqlite3.Connection:
        db = connect(path, *rest, **options)
        pages = db.execute("pragma page_count").fetchone()[0]
        db.execute(f"pragma max_page_count = {max(1, pages + room)}")
        return db

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "connect", cramped)
        yield


def test_t40_a_full_disk_stops_intake_print_and_page_with_a_sentence_and_nothing_is_lost(
    window: Window, tmp_path: Path
) -> None:
    with full_disk(room=12):
        ran = window.take(*(f"full{n}" for n in range(60)))
        assert ran.code == 1
        assert ran.lines
        assert {each["error"] for each in ran.complaints} == {"store.disk_full"}
        assert len(ran.lines) + len(ran.complaints) == 60
    paper = tmp_path / "paper.pdf"
    with full_disk():
        # Room inside the file is used up by many prints; then nothing is drawn and nothing counted.
        number = ran.lines[0]["number"]
        printed = [window.at("receipt", number, "-o", str(paper)) for _ in range(12)]
        assert "磁盘已满" in printed[-1].err
        counted = [each.code for each in printed].count(0)
        down = window.run("sync", "--once")
        assert (down.code, down.lines[-1]["error"]) == (1, "line.memory")
        assert "磁盘已满" in down.err
        assert "DiskFull" not in down.err
    again = window.take(*(f"full{n}" for n in range(60)))
    assert again.code == 0
    numbers = [each["number"] for each in again.lines]
    assert len(set(numbers)) == 60
    assert numbers[: len(ran.lines)] == [each["number"] for each in ran.lines]
    assert len(window.at("case", "show", number).one["papers"]) == counted
    assert window.run("sync", "--once").one["pending"] == 0


def test_t40_a_draft_on_a_full_disk_is_refused_and_the_older_one_stays(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YICHUANG_STATE", str(window.place.folder / "state"))
    with full_disk():
        terminal = bootstrap.open_terminal(window.folder)
        try:
            terminal.memory.keep_draft("d1", "1001", b"old")
            with pytest.raises(DiskFull):
                terminal.memory.keep_draft("d1", "1001", b"n" * 200_000)
            kept = terminal.memory.draft("d1")
        finally:
            terminal.memory.close()
    assert kept is not None
    assert kept.data == b"old"


def test_what_waits_is_sent_though_the_disk_has_no_room_for_the_lock(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def cramped(path: Path, *rest: Any, **options: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = connect(path, *rest, **options)
        if path == window.folder / "line.lock":
            db.execute("pragma max_page_count = 1")
        return db

    (window.folder / "line.lock").unlink()
    monkeypatch.setattr(sqlite3, "connect", cramped)
    with owner.own(window.folder, 1, "now") or contextlib.nullcontext() as first:
        assert first is not None
        assert owner.own(window.folder, 2, "now") is None
        assert owner.owner_of(window.folder) == (0, "")
    assert window.run("sync", "--once").one["pending"] == 0


# Not allowed, not there, not expected


def test_a_folder_that_may_not_be_read_is_a_sentence(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "is_file", forbidden)
        ran = window.everything()
    for name, each in ran.items():
        assert each.code == 1
        assert ("no permission" if name == "doctor en" else "没有权限") in said(each), name


def test_what_may_not_be_written_is_found_by_the_doctor(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != window.state and allowed(path, mode))
    done = window.run("doctor")
    assert done.code == 1
    assert str(window.state) in done.out.decode()


def test_a_window_whose_key_is_gone_is_not_said_to_be_well(window: Window) -> None:
    key = window.folder / "keys" / "terminal.key"
    kept = key.read_bytes()
    key.unlink()
    done = window.run("doctor")
    assert (done.code, str(key) in done.out.decode()) == (1, True)
    key.write_bytes(kept)
    assert str(key) not in window.run("doctor").out.decode()


def test_a_process_that_stands_still_with_the_line_is_named(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    assert window.run("sync", "--once").code == 0
    with owner.own(window.folder, 4711, "2026-11-28T08:00:00.000") or pytest.fail("somebody has it"):
        assert "4711" not in "".join(window.run("doctor", "--json").lines[0]["problems"])
        monkeypatch.setattr(doctor, "QUIETEST_LINE", timedelta(seconds=-1))
        assert "4711" in "".join(window.run("doctor", "--json").lines[0]["problems"])
    assert "4711" not in "".join(window.run("doctor", "--json").lines[0]["problems"])


def test_a_line_lock_that_is_rubbish_is_named_with_the_way_out(window: Window) -> None:
    lock = window.folder / "line.lock"
    lock.write_bytes(b"rubbish" * 2000)
    done = window.run("sync", "--once")
    assert done.code == 1
    assert "line.lock" in done.err
    assert window.run("doctor").code == 1
    assert window.take("lock").code == 0
    lock.unlink()
    assert window.run("sync", "--once").one["pending"] == 0


def test_a_folder_that_is_a_file_is_no_terminal(window: Window, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = window.place.run("doctor", "--dir", str(tmp_path / "file"))
    assert done.code == 1
    assert "yichuang terminal enrol" in done.out.decode()


def test_what_nobody_expected_is_a_sentence_and_its_trace_holds_no_names(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Counter.intake

    def poisoned(self: Counter, session: Any, command: Any, case_id: str = "") -> Any:
        if command.ref == "poison":
            raise KeyError(command.applicant.name)
        return intake(self, session, command, case_id)

    monkeypatch.setattr(Counter, "intake", poisoned)
    ran = window.at("intake", "-", stdin=jsonl(line("D01", "poison"), line("D01", "good")))
    assert (ran.code, [each["ref"] for each in ran.lines]) == (1, ["good"])
    assert (ran.complaints[0]["line"], ran.complaints[0]["error"]) == (1, "console.fault")
    trace = (window.place.folder / "state" / faults.FILE).read_text(encoding="utf-8")
    assert str(window.place.folder / "state" / faults.FILE) in ran.complaints[0]["message"]
    assert "KeyError" in trace
    assert "poisoned" in trace
    assert "张" not in trace + ran.err
    monkeypatch.setattr(Counter, "case", poisoned)
    shown = window.at("case", "show", ran.lines[0]["number"])
    assert shown.code == 70
    assert "Traceback" not in shown.err
    assert shown.err.startswith("yichuang case: ")
