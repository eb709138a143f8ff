"""The restore drill of a window: backed up, worked on, destroyed, restored, enrolled again: nothing differs."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hall.cli import open_hall
from tests.command_line import Place, jsonl, line
from tests.integration.test_incarnations import again, take


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    made.found()
    with made.serving():
        assert made.enrol("0012").code == 0
        yield made


def equal_at_the_hall(place: Place, numbers: list[str], number: str = "0012") -> bool:
    """Whether the window shows each of these cases as the hall has it."""
    from console import bootstrap

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YICHUANG_STATE", place.environment["YICHUANG_STATE"])
        terminal = bootstrap.open_terminal(Path(place.window(number)))
    try:
        here = {case.number: case for one in numbers for case in terminal.memory.case_by_number(one)}
    finally:
        terminal.memory.close()
    with open_hall(place.hall) as hall:
        there = hall.cases([case.id for case in here.values()])
    return set(here) == set(numbers) and all(there[case.id] == case for case in here.values())


def restore(place: Place, file: Path, *words: str, number: str = "0012") -> dict[str, object]:
    """Put it in place; what was printed."""
    done = place.run("restore", str(file), *words, "--dir", place.window(number))
    assert done.code == 0, done.err
    assert "terminal enrol" in done.err
    return done.one


def test_t31_the_drill_of_a_window(place: Place) -> None:
    """S27, T56: every case is intact, equal at the hall, and has a number of its own."""
    backup = place.folder / "backup.db"
    sent, unsent = take(place, "a"), []
    assert place.sync("0012").one["pending"] == 0
    unsent += take(place, "b")
    assert place.run("backup", str(backup), "--dir", place.window("0012")).code == 0
    later = take(place, "c")
    assert place.sync("0012").one["pending"] == 0
    shutil.rmtree(place.window("0012"))

    told = restore(place, backup)
    assert (told["terminal"], told["enrol_again"], told["kept"]) == ("0012", True, None)
    between = take(place, "d")
    assert between[0][16:20] > later[0][16:20]
    assert place.run("doctor", "--dir", place.window("0012")).code == 1
    enrolled = place.run(*again(place, "0012", "0040"))
    assert enrolled.code == 0, enrolled.err
    after = take(place, "e")
    assert place.sync("0012").one["pending"] == 0
    everything = [*sent, *unsent, *later, *between, *after]
    assert len(set(everything)) == 5
    assert equal_at_the_hall(place, everything)
    assert place.run("doctor", "--dir", place.window("0012")).code == 0


@pytest.mark.parametrize("words", [(), ("--salvage",)], ids=["a backup", "salvaged"])
def test_a_line_that_was_taken_in_after_the_backup_gets_no_second_number(place: Place, words: tuple[str, ...]) -> None:
    """The file of the day is read once more after the PC was restored: every reference is known."""
    backup = place.folder / "backup.db"
    lines = [line("A01", ref=ref) for ref in ("R1", "R2")]
    place.at("0012", "intake", "-", stdin=jsonl(lines[0]))
    assert place.run("backup", str(backup), "--dir", place.window("0012")).code == 0
    given = place.at("0012", "intake", "-", stdin=jsonl(*lines)).lines
    assert place.sync("0012").one["pending"] == 0
    restore(place, Path(place.window("0012")) / "terminal.db" if words else backup, *words)
    assert place.run(*again(place, "0012", "0040")).code == 0
    assert place.sync("0012").one["pending"] == 0
    once_more = place.at("0012", "intake", "-", stdin=jsonl(*lines)).lines
    assert [row["number"] for row in once_more] == [row["number"] for row in given]
    assert place.sync("0012").one["pushed"] == 0


def test_the_folder_of_before_is_kept_beside_the_restored_one(place: Place) -> None:
    backup = place.folder / "backup.db"
    take(place, "a")
    assert place.run("backup", str(backup), "--dir", place.window("0012")).code == 0
    (lost,) = take(place, "b")
    told = restore(place, backup)
    kept = Path(str(told["kept"]))
    with contextlib.closing(sqlite3.connect(kept / "terminal.db")) as db:
        assert db.execute("select count(*) from shown where number = ?", (lost,)).fetchone() == (1,)
    assert place.run(*again(place, "0012", "0040")).code == 0


def test_what_is_no_backup_is_a_sentence_and_changes_nothing(place: Place) -> None:
    (number,) = take(place, "a")
    torn = place.folder / "torn.db"
    torn.write_bytes(Path(place.window("0012"), "terminal.db").read_bytes()[:20_000])
    empty = place.folder / "empty.db"
    empty.write_bytes(b"")
    for file in (torn, empty, place.folder / "not-there.db"):
        done = place.run("restore", str(file), "--dir", place.window("0012"))
        assert done.code == 1
        assert "备份" in done.err
    assert [each["number"] for each in place.at("0012", "case", "list").lines] == [number]
    assert take(place, "b")


def test_a_window_that_is_open_is_not_restored_under_its_feet(place: Place) -> None:
    backup = place.folder / "backup.db"
    take(place, "a")
    assert place.run("backup", str(backup), "--dir", place.window("0012")).code == 0
    with contextlib.closing(sqlite3.connect(Path(place.window("0012"), "terminal.db"))) as other:
        other.execute("select count(*) from fact").fetchone()
        done = place.run("restore", str(backup), "--dir", place.window("0012"))
    assert done.code == 1
    assert "关闭" in done.err
    assert Path(place.window("0012"), "terminal.db").is_file()


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_power_cut_in_the_middle_of_a_restore_leaves_a_window(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """It was told that no terminal is there: who did what it said had an empty one, and the facts lay beside it."""
    backup, window = place.folder / "backup.db", Path(place.window("0012"))
    take(place, "a")
    assert place.run("backup", str(backup), "--dir", str(window)).code == 0
    take(place, "b")
    really, done = Path.rename, list[Path]()

    def cut(self: Path, target: Path) -> Path:
        moved = really(self, target)
        done.append(moved)
        if len(done) == step:
            raise KeyboardInterrupt
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", cut)
        assert place.run("restore", str(backup), "--dir", str(window)).code == 130
    told = place.run("doctor", "--json", "--dir", str(window)).lines[0]
    assert (told["terminal"], told["incarnation"]["trusted"]) == ("0012", step == 1)
    assert len(place.at("0012", "case", "list").lines) == (2 if step == 1 else 1)
    assert (window / "keys" / "terminal.key").read_bytes()
    restore(place, backup)
    assert [each.name for each in place.folder.iterdir() if each.name.endswith((".restored", ".restoring"))] == []


def scribble(file: Path) -> None:
    """What a failing disk does at its worst: the header is gone, every index, and every page that leads to others."""
    data = bytearray(file.read_bytes())
    data[:100] = os.urandom(100)
    for page in range(4096, len(data), 4096):
        if data[page] in {0x02, 0x05, 0x0A}:
            data[page : page + 4096] = os.urandom(4096)
    file.write_bytes(bytes(data))


def test_t42_what_was_not_sent_is_salvaged_from_a_damaged_file(place: Place) -> None:
    """S27: facts and envelopes are read leaf by leaf, the rest comes by pull, and every case is as the hall has it."""
    sent = take(place, "a", "b")
    assert place.sync("0012").one["pending"] == 0
    unsent = take(place, *(f"u{n}" for n in range(12)))
    file = Path(place.window("0012"), "terminal.db")
    scribble(file)
    sick = place.run("doctor", "--dir", place.window("0012"))
    assert sick.code == 1
    assert "restore --salvage" in sick.out.decode() + sick.err

    told = restore(place, file, "--salvage")
    assert (told["terminal"], told["enrol_again"]) == ("0012", True)
    enrolled = place.run(*again(place, "0012", "0040"))
    assert enrolled.code == 0, enrolled.err
    assert enrolled.one["pending"] == 0
    assert equal_at_the_hall(place, [*sent, *unsent])
    (after,) = take(place, "z")
    assert after not in {*sent, *unsent}
    assert place.run("doctor", "--dir", place.window("0012")).code == 0


def test_t42_a_leaf_that_is_gone_costs_its_own_facts_alone(place: Place) -> None:
    take(place, *(f"u{n}" for n in range(12)))
    file = Path(place.window("0012"), "terminal.db")
    with contextlib.closing(sqlite3.connect(file)) as db:
        facts = db.execute("select count(*) from fact").fetchone()[0]
    data = bytearray(file.read_bytes())
    page = next(
        at for at in range(8192, len(data), 4096) if data[at] == 0x0D and b'"type":"received"' in data[at : at + 4096]
    )
    data[page : page + 4096] = os.urandom(4096)
    file.write_bytes(bytes(data))
    told = restore(place, file, "--salvage")
    saved = told["facts"]
    assert isinstance(saved, int)
    assert facts - 8 <= saved < facts
    enrolled = place.run(*again(place, "0012", "0040"))
    assert enrolled.code == 0, enrolled.err
    assert enrolled.one["again"] == saved
    assert enrolled.one["pending"] == 0


def test_t42_what_is_no_terminal_at_all_is_a_sentence(place: Place) -> None:
    rubbish = place.folder / "rubbish.db"
    rubbish.write_bytes(os.urandom(40_960))
    fresh = place.run("restore", str(rubbish), "--salvage", "--dir", str(place.folder / "new"))
    assert fresh.code == 1
    assert "读不出" in fresh.err
