"""Lines that no clerk should have to send: each bad one is told with its line and what to do, the good ones go on."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Place, jsonl, line

PERSON = {"kind": "person", "name": "张建国", "id": "420111199003070017"}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(first: str) -> str:
    """A resident number with the check digit that belongs to it."""
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


def with_id(number: str) -> dict[str, Any]:
    """An application of whoever has this number."""
    return {"applicant": {**PERSON, "id": number}}


def named(name: str) -> dict[str, Any]:
    """An application of whoever is called this."""
    return {"applicant": {**PERSON, "name": name}}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place"))
    made.found()
    with made.serving():
        assert made.enrol("0012").code == 0
        yield made


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "30 February": (with_id(identity("42011119900230001")), "code.id.no_such_date"),
    "month 13": (with_id(identity("42011119901307001")), "code.id.no_such_date"),
    "born tomorrow": (with_id(identity("42011129990307001")), "code.id.future"),
    "born long ago": (with_id(identity("42011118000307001")), "code.id.too_old"),
    "one digit": (with_id("420111199003070018"), "code.id.check_digit"),
    "firm's number of nines": (
        {"applicant": {"kind": "entity", "name": "面馆", "id": "9" * 18}},
        "code.uscc.check_digit",
    ),
    "person's number for a firm": ({"applicant": {**PERSON, "kind": "entity"}}, "code.uscc.is_resident_id"),
    "a name without end": (named("长" * 10_000), "text.too_long"),
    "a telephone without end": ({"applicant": {**PERSON, "phone": "1" * 5000}}, "text.too_long"),
    "no name": (named(" \u200b\ufeff "), "intake.name"),
    "half a character": (named("张\ud83d"), "text.broken"),
    "a reference without end": ({"ref": "r" * 10_000}, "text.too_long"),
    "not a number": ({"form": {"area": float("nan")}}, "form"),
    "a field nobody knows": ({"form": {"colour": "red"}}, "intake.form_field"),
    "three thousand fields": ({"form": {f"f{n}": "1" for n in range(3000)}}, "intake.form_size"),
    "a paper nobody asked for": ({"materials": {"D01-99": {"have": "original"}}}, "material."),
    "a stolen paper": ({"materials": {"D01-01": {"have": "stolen"}}}, "material.state"),
    "an answer that is none": ({"situations": {"direct_contact": "maybe"}}, "situation.answer"),
    "an outcome that is none": ({"outcome": "burn"}, "intake.outcome"),
    "a robot": ({"applicant": {**PERSON, "kind": "robot"}}, "intake.kind"),
}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_wrong_line_is_told_with_its_line_and_good_ones_between_them_go_on(place: Place, language: str) -> None:
    lines = []
    for name, (changes, _) in WRONG.items():
        lines += [line("D01", f"good {language} {name}"), {**line("D01", f"bad {name}"), **changes}]
    text = "".join(json.dumps(each) + "\n" for each in lines)
    folder = place.window("0012")
    done = place.run("--lang", language, "intake", "-", "--dir", folder, "--staff", "1001", stdin=text)
    assert done.code == 1
    assert [each["line"] for each in done.lines] == list(range(1, 2 * len(WRONG), 2))
    told = {each["line"]: each for each in done.complaints}
    assert sorted(told) == list(range(2, 2 * len(WRONG) + 1, 2))
    for number, (name, (_, code)) in zip(sorted(told), WRONG.items(), strict=True):
        complaint = told[number]
        assert code in complaint["error"], name
        assert complaint["message"] not in {"", complaint["error"]}, name
        assert len(complaint["message"]) < 400, name
        chinese = any("\u4e00" <= char <= "\u9fff" for char in complaint["message"])
        assert chinese or language == "en", name
    assert place.sync("0012").one["pending"] == 0


@pytest.mark.parametrize(
    "name",
    ["[red]红[/red] [link=x]", "𠮷野家 𬴂", 'O\'Brien "x"; drop table shown;--', "{0} %s \\n", "\u202e反\u200b写"],
)
def test_a_strange_name_is_kept_shown_and_printed_as_it_is(place: Place, tmp_path: Path, name: str) -> None:
    done = place.at("0012", "intake", "-", "--print", stdin=jsonl(line("D01", f"name {name}", **named(name))))
    assert done.code == 0, done.err
    number = done.one["number"]
    paper = place.at("0012", "receipt", number, "--format", "txt", "-o", str(tmp_path / "paper.txt"))
    assert paper.code == 0, paper.err
    visible = "".join(char for char in name if char not in "\u202e\u200b")
    written = (tmp_path / "paper.txt").read_text(encoding="utf-8")
    assert visible.replace(" ", "")[:8] in written.replace(" ", "").replace("\n", "")
    assert "\u202e" not in written
    listed = {row["number"]: row["applicant"] for row in place.at("0012", "case", "list").lines}[number]
    assert listed.startswith(visible[0])
    assert listed != visible


def test_a_line_of_five_megabytes_a_mark_before_the_first_and_no_end_after_the_last(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "lines.jsonl"
    first, last = (jsonl(line("D01", f"big {each}")) for each in ("first", "last"))
    file.write_text("\ufeff" + first + '{"ref": "' + "x" * 5_000_000 + '"}\n' + last.rstrip("\n"), encoding="utf-8")
    done = place.at("0012", "intake", str(file))
    assert (done.code, [each["line"] for each in done.lines]) == (1, [1, 3])
    assert [(each["line"], each["error"]) for each in done.complaints] == [(2, "intake.line.too_long")]


@pytest.mark.parametrize("kind", ["rubbish", "utf-16", "zeros"])
def test_a_file_that_is_no_text_is_refused_line_by_line_and_nothing_is_taken_in(
    place: Place, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "file"
    rubbish = {
        "rubbish": random.Random(7).randbytes(50_000),
        "utf-16": jsonl(line("D01", "wide")).encode("utf-16"),
        "zeros": bytes(1_000_000),
    }
    file.write_bytes(rubbish[kind])
    done = place.at("0012", "intake", str(file))
    assert (done.code, done.out) == (1, b"")
    assert done.complaints
    assert all(each["message"] for each in done.complaints)


def test_an_empty_file_a_missing_one_and_a_folder_are_told_apart(place: Place, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"\n\n")
    empty = place.at("0012", "intake", str(tmp_path / "empty"))
    assert (empty.code, empty.out) == (0, b"")
    assert "没有读到任何一行" in empty.err
    assert "没有这个文件" in place.at("0012", "intake", str(tmp_path / "none")).err
    assert "这是一个文件夹" in place.at("0012", "intake", str(tmp_path)).err
    for words in ("none", ""):
        assert place.at("0012", "intake", str(tmp_path / words)).code == 1
