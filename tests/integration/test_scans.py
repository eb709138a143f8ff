"""Scanned papers by the command line (S35): attached offline, sent behind the facts, read at another window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_db.backup import SCANS
from tests.command_line import Place, jsonl, line

PDF = b"%PDF-1.7 " + bytes(range(256)) * 3000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place"))
    made.found()
    with made.serving():
        for number in ("0012", "0007"):
            assert made.enrol(number).code == 0
        yield made


def scan_of(place: Place, number: str, window: str = "0012", material: str = "D01-01") -> dict[str, Any]:
    """The one scan of a paper as `case show` tells it."""
    shown = place.at(window, "case", "show", number).one
    (scan,) = shown["materials"][material]["scans"]
    found: dict[str, Any] = scan
    return found


def attached(place: Place, number: str, file: str, material: str = "D01-01", staff: str = "1001") -> Any:
    data = json.dumps({"material": material, "file": file})
    return place.at("0012", "case", "act", number, "scan", "--data", data, staff=staff)


def test_s35_a_scan_attached_at_one_window_is_read_at_another(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "营业 执照.pdf"
    file.write_bytes(PDF)
    number = str(place.at("0012", "intake", "-", stdin=jsonl(line("D01"))).one["number"])
    done = attached(place, number, f"'{file}'")
    assert (done.code, done.one["events"]) == (0, ["scanned"]), done.err
    before = scan_of(place, number)
    assert (before["here"], before["came"], before["held"], before["size"]) == (True, False, 0, len(PDF))
    assert before["name"] == "营业 执照.pdf"
    file.unlink()  # the terminal has its own copy
    synced = place.sync("0012")
    assert (synced.code, synced.one["error"], synced.one.get("scans", 0)) == (0, None, 0), synced.err
    place.sync("0012")
    assert scan_of(place, number)["came"] is True
    place.sync("0007")
    there = scan_of(place, number, "0007")
    assert (there["here"], there["came"]) == (False, True)
    asked = place.at("0007", "case", "scan", number, "D01-01", "-o", str(tmp_path / "copy.pdf"))
    assert asked.code == 0, asked.err
    assert (tmp_path / "copy.pdf").read_bytes() == PDF
    assert scan_of(place, number, "0007")["here"] is True


def test_s35_an_examination_waits_for_the_scan_or_says_how_the_paper_was_read(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    number = str(place.at("0012", "intake", "-", stdin=jsonl(line("D01"))).one["number"])
    assert place.at("0012", "case", "act", number, "pre-review").code == 0
    assert attached(place, number, file.as_uri()).code == 0
    assert place.at("0012", "case", "act", number, "accept", staff="2001").one["state"] == "accepted"
    no = place.at("0012", "case", "act", number, "examine", staff="2001")
    assert no.one["refused"]["code"] == "papers_to_come"
    assert "D01-01" in no.one["refused"]["message"]
    yes = place.at("0012", "case", "act", number, "examine", "--data", '{"seen": "已阅原件"}', staff="2001")
    assert yes.one["events"] == ["step.done"]


def test_s35_intake_lines_bring_their_scans_and_a_bad_file_stops_its_line_alone(place: Place, tmp_path: Path) -> None:
    good, bad = tmp_path / "a.jpg", tmp_path / "a.doc"
    good.write_bytes(b"\xff\xd8\xff" + bytes(100))
    bad.write_bytes(b"PK no scan")
    lines = jsonl(
        line("D01", "with", scans={"D01-01": [str(good)], "D01-03": str(good)}),
        line("D01", "doc", scans={"D01-01": str(bad)}),
        line("D01", "gone", scans={"D01-01": str(tmp_path / "gone.pdf")}),
        line("D01", "odd", scans={"D01-01": 7}),
        line("D01", "foreign", scans={"Z99-01": str(good)}),
        line("D01", "with", scans={"D01-01": [str(good)]}),
    )
    done = place.at("0012", "intake", "-", stdin=lines)
    assert done.code == 1
    assert [each["ref"] for each in done.lines] == ["with", "foreign", "with"]
    assert {each["ref"]: each["error"] for each in done.complaints} == {
        "doc": "scan.kind", "gone": "scan.unreadable", "odd": "intake.line.kind", "foreign": "not_listed",
    }  # fmt: skip
    shown = place.at("0012", "case", "show", done.lines[0]["number"]).one
    assert [len(shown["materials"][code]["scans"]) for code in ("D01-01", "D01-03")] == [1, 1]


@pytest.mark.parametrize(
    ("content", "material", "code"),
    [
        (b"", "D01-01", "空的"),
        (b"PK\x03\x04", "D01-01", "不是扫描件"),
        (PDF, "Z99-01", "not_listed"),
    ],
    ids=["empty", "no scan", "foreign paper"],
)
def test_s35_what_can_not_be_attached_is_said_and_leaves_nothing(
    place: Place, tmp_path: Path, content: bytes, material: str, code: str
) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(content)
    number = str(place.at("0012", "intake", "-", stdin=jsonl(line("D01"))).one["number"])
    before = _files(place)
    done = attached(place, number, str(file), material)
    assert code in done.err + done.out.decode()
    assert _files(place) == before
    shown = place.at("0012", "case", "show", number).one
    assert "scanned" not in [event["type"] for event in shown["events"]]


def test_s35_a_scan_that_a_virus_scanner_took_before_the_hall_had_it_is_told_until_it_is_scanned_again(
    place: Place, tmp_path: Path
) -> None:
    file, words = tmp_path / "x.pdf", ("doctor", "--json", "--dir", place.window("0012"))
    file.write_bytes(PDF + b"first")
    number = str(place.at("0012", "intake", "-", stdin=jsonl(line("D01"))).one["number"])
    before = set(_files(place))
    assert attached(place, number, str(file)).code == 0
    (kept,) = set(_files(place)) - before
    kept.unlink()
    assert place.sync("0012").code == 0
    told = place.run(*words)
    assert (told.code, told.lines[0]["scans"]["lost"]) == (1, [number])
    assert any(number in problem for problem in told.lines[0]["problems"])
    file.write_bytes(PDF + b"again")
    assert attached(place, number, str(file)).code == 0
    assert place.sync("0012").code == 0
    assert place.run(*words).lines[0]["scans"] == {"waiting": 0, "lost": []}


def test_s35_a_hall_whose_scans_were_not_copied_with_its_log_is_not_said_to_be_well(
    place: Place, tmp_path: Path
) -> None:
    file, words = tmp_path / "x.pdf", ("hall", "doctor", "--json", "--dir", str(place.hall))
    file.write_bytes(PDF + b"for the hall")
    number = str(place.at("0012", "intake", "-", stdin=jsonl(line("D01"))).one["number"])
    assert attached(place, number, str(file)).code == 0
    assert place.sync("0012").code == 0
    well = place.run(*words).one["scans"]
    assert (well["come"] > 0, well["missing"]) == (True, 0)
    scans = place.hall / "scans"
    scans.rename(tmp_path / "elsewhere")
    told = place.run(*words)
    assert (told.code, told.lines[0]["scans"]["missing"]) == (1, well["come"])
    assert str(scans) in told.lines[0]["problems"][0]
    (tmp_path / "elsewhere").rename(scans)
    assert place.run(*words).code == 0


def test_s35_a_backup_has_the_scans_that_no_hall_has_yet(place: Place, tmp_path: Path) -> None:
    place.sync("0012")
    file = tmp_path / "x.tif"
    file.write_bytes(b"II*\x00" + bytes(500))
    number = str(place.at("0012", "intake", "-", stdin=jsonl(line("D01"))).one["number"])
    assert attached(place, number, str(file)).code == 0
    scan = scan_of(place, number)
    copy = tmp_path / "copy.db"
    done = place.run("backup", str(copy), "--dir", place.window("0012"))
    assert (done.code, done.one["scans"]) == (0, 1), done.err
    (kept,) = Path(f"{copy}{SCANS}").rglob(f"{scan['sha256']}*")
    assert kept.read_bytes() == file.read_bytes()
    place.sync("0012")
    assert place.run("backup", str(copy), "--dir", place.window("0012")).one["scans"] == 0
    assert list(Path(f"{copy}{SCANS}").rglob("*.tif")) == []


def _files(place: Place) -> list[Path]:
    """What lies among the window's scans; an empty folder is none."""
    return sorted(file for file in (Path(place.window("0012")) / "scans").rglob("*") if file.is_file())
