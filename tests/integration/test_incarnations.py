"""What IT types when a PC was restored, cloned or revoked: from the damage to a window that works again (S27, S28)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db.memory import TerminalMemory
from local_db.state import StateFile
from tests.command_line import Place, jsonl, line


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    made.found()
    with made.serving():
        assert made.enrol("0012").code == 0
        yield made


def again(place: Place, number: str, new: str) -> list[str]:
    """The words that enrol the folder of `number` in place as `new`."""
    invited = place.run("terminal", "invite", new, "--dir", str(place.hall), "--staff", "4001", "--post", "it")
    code = invited.out.decode().strip()
    return ["terminal", "enrol", "--hall", place.url, "--code", code, "--dir", place.window(number)]


def take(place: Place, *refs: str, number: str = "0012") -> list[str]:
    """Intakes; their numbers."""
    done = place.at(number, "intake", "-", stdin=jsonl(*(line("D01", ref) for ref in refs)))
    assert done.code == 0, done.err
    return [each["number"] for each in done.lines]


def test_t31_a_restored_window_is_enrolled_in_place_and_says_what_it_does(place: Place) -> None:
    before = take(place, "a", "b")
    enrolled = place.run(*again(place, "0012", "0040"))
    assert enrolled.code == 0, enrolled.err
    assert (enrolled.one["terminal"], enrolled.one["adopted"], enrolled.one["pending"]) == ("0040", "0012", 0)
    assert "0012" in enrolled.err
    assert "0040" in enrolled.err
    assert "就地" in enrolled.err
    (after,) = take(place, "c")
    assert after[12:16] == "0040"
    assert place.sync("0012").one["pending"] == 0
    shown = {each["number"] for each in place.at("0012", "case", "list").lines}
    assert shown == {*before, after}
    listed = {row["number"]: row for row in place.run("terminal", "list", "--dir", str(place.hall), "--json").lines}
    assert (listed["0012"]["active"], listed["0012"]["adopted_by"]) == (False, "0040")
    assert place.run("doctor", "--dir", place.window("0012")).code == 0
    assert take(place, "a") == before[:1]  # references of before are known


def test_t36_an_enrolment_in_place_that_was_cut_off_is_done_again_with_the_same_code(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S27: the hall has said yes and the memory is still the old one; or the memory is the new one and no more."""
    take(place, "a")
    words = again(place, "0012", "0040")

    def off(*_words: object) -> None:
        raise OSError(5, "power")

    for owner, name in ((TerminalMemory, "adopt"), (TerminalMemory, "contact")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, off)
            assert place.run(*words).code == 70
    enrolled = place.run(*words)
    assert enrolled.code == 0, enrolled.err
    assert enrolled.one["terminal"] == "0040"
    assert place.sync("0012").one["pending"] == 0
    assert place.run("doctor", "--dir", place.window("0012")).code == 0
    once_more = place.run(*words)
    assert once_more.code == 1
    assert "只用一次" in once_more.err


def test_a_window_whose_line_is_open_is_not_enrolled_under_its_feet(place: Place) -> None:
    from sync.owner import own

    owner = own(Path(place.window("0012")), 1, "now")
    assert owner is not None
    with owner:
        done = place.run(*again(place, "0012", "0040"))
    assert done.code == 1
    assert "先关闭" in done.err
    assert place.run(*again(place, "0012", "0040")).code == 0


def test_t72_a_revoked_window_is_emptied_by_stick_and_goes_on_under_a_new_number(place: Place) -> None:
    """S28: written out at the window, taken in by a supervisor, the answer carried back."""
    numbers = take(place, "a", "b")
    hall = ["--dir", str(place.hall)]
    assert place.run("terminal", "revoke", "0012", *hall).code == 0
    refused = place.sync("0012")
    assert (refused.code, refused.lines[-1]["error"]) == (1, "line.revoked")
    assert "sync --export" in refused.err
    file, answer = str(place.folder / "stick.jsonl"), str(place.folder / "answer.jsonl")
    out = place.run("sync", "--export", file, "--dir", place.window("0012"))
    assert (out.one["batches"], out.one["pending"] > 0) == (1, True)

    assert "督办" in place.run("hall", "import", file, *hall, "--staff", "1001").err
    assert "口令" in place.run("hall", "import", file, *hall, "--staff", "3001", YICHUANG_PIN="000000").err
    taken = place.run("hall", "import", file, *hall, "--staff", "3001", "--answer", answer)
    assert taken.one == {"accepted": out.one["pending"], "duplicate": 0, "held": 0, "rejected": 0}
    twice = place.run("hall", "import", file, *hall, "--staff", "3001")
    assert twice.one["duplicate"] == out.one["pending"]

    back = place.run("sync", "--import-answer", answer, "--dir", place.window("0012"))
    assert (back.one["answered"], back.one["pending"]) == (out.one["pending"], 0)
    assert place.run(*again(place, "0012", "0040")).one["pending"] == 0
    assert {each["number"] for each in place.at("0012", "case", "list").lines} == set(numbers)


def test_s7_it_takes_a_module_away_from_a_window_and_gives_it_back_by_command(place: Place) -> None:
    take(place, "a", "b")
    place.sync("0012")
    every = len(place.at("0012", "case", "list").lines)
    modules = {each["module"] for each in place.at("0012", "case", "list").lines}
    hall = ["--dir", str(place.hall), "--staff", "4001"]
    assert place.run("terminal", "scope", "0012", "single", *hall).code == 0
    place.sync("0012")
    assert {each["module"] for each in place.at("0012", "case", "list").lines} == {"single"} & modules
    back = place.run("terminal", "scope", "0012", "business,investment,construction,single", *hall)
    assert back.code == 0
    place.sync("0012")
    assert len(place.at("0012", "case", "list").lines) == every
    assert place.run("terminal", "scope", "0012", "weddings", *hall).code == 1


def test_a_damaged_stick_is_a_sentence_and_what_stood_before_it_is_in(place: Place) -> None:
    take(place, "a")
    file = place.folder / "stick.jsonl"
    assert place.run("sync", "--export", str(file), "--dir", place.window("0012")).code == 0
    file.write_bytes(file.read_bytes() + b'{"torn":\n')
    done = place.run("hall", "import", str(file), "--dir", str(place.hall), "--staff", "3001")
    assert done.code == 1
    assert "第 2 行" in done.err
    assert place.sync("0012").one["pending"] == 0
    memory = str(Path(place.window("0012")) / "terminal.db")
    assert "--export" in place.run("hall", "import", memory, "--dir", str(place.hall), "--staff", "3001").err
    missing = place.run("hall", "import", "/nowhere/x", "--dir", str(place.hall), "--staff", "3001")
    assert missing.code == 1


def test_t30_a_doubled_number_is_found_shown_and_its_receipt_printed_again(place: Place) -> None:
    """S27: of a cloned disk; the case that the hall saw second has one of the hall's numbers, and a task."""
    take(place, "a")
    assert place.sync("0012").one["pending"] == 0
    shutil.copytree(place.window("0012"), place.window("twin"))
    state = place.folder / "state"
    mine, theirs = (StateFile(state, Path(place.window(name))).path for name in ("0012", "twin"))
    shutil.copy(mine, theirs)
    (number,) = take(place, "first")
    assert take(place, "second", number="twin") == [number]
    assert place.sync("0012").one["pending"] == 0
    forked = place.sync("twin")
    assert (forked.code, forked.lines[-1]["error"]) == (1, "line.forked")
    assert "邀请一个新号" in forked.err
    assert place.run(*again(place, "twin", "0041")).one["pending"] == 0

    (task,) = [row for row in place.at("twin", "tray", "list").lines if row["kind"] == "reprint"]
    assert (task["former"], task["number"][12:16]) == (number, "0000")
    shown = place.at("twin", "case", "show", number)
    assert shown.one["number"] == number
    assert task["number"][16:20] in shown.err.replace(" ", "")
    new = place.at("twin", "case", "show", task["number"])
    assert (new.one["former_numbers"], new.one["reprint"]) == ([number], True)
    assert place.run("doctor", "--dir", place.window("twin")).code == 1

    paper = place.folder / "receipt.txt"
    assert place.at("twin", "receipt", task["number"], "--kind", "receipt", "-o", str(paper)).code == 0
    text = paper.read_text("utf-8").replace(" ", "")
    assert number in text
    assert task["number"] in text
    assert "reprint" not in place.at("twin", "case", "show", task["number"]).one
    assert place.sync("twin").one["pending"] == 0
    assert place.sync("0012").one["pending"] == 0
    assert [row for row in place.at("0012", "tray", "list").lines if row["kind"] == "reprint"] == []


def test_t30_t36_an_image_that_was_made_in_the_middle_of_an_enrolment_makes_more_than_one_window(place: Place) -> None:
    """The key that was begun lies on each of them. Whoever came second was refused for ever, with every number."""
    image = Path(place.window("0099"))
    words = ["terminal", "enrol", "--hall", place.url, "--number", "0099", "--code", "00000-00000", "--dir", str(image)]
    assert place.run(*words).code == 1
    assert (image / "keys" / "enrolling.json").exists()
    for number in ("0041", "0042", "0043"):
        shutil.copytree(image, place.window(number))
        enrolled = place.run(*again(place, number, number))
        assert enrolled.code == 0, enrolled.err
        assert take(place, number, number=number)[0][12:16] == number
        assert place.sync(number).one["pending"] == 0
