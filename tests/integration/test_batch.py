"""An agent's file at the counter: what is wrong is said for each line, the rest is in once, also when it broke off."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.limits import LIMITS
from casework.wire import Answered, Verdict
from console import bootstrap
from console.counter import Acted
from console.intake import batch
from console.intake.batch_file import read_batch
from console.settling import Settlement, Settling
from tests.command_line import Place, line

HEADING = "编号,事项,类型,申请人,证件号,电话,situations.direct_contact,form.premises,form.area,原因"
GOOD = 'K1,D01,单位,武汉光谷测试有限公司,91110000600037341L,13800001234,no,"关山大道1号, 2楼",80,'
FAULT = "K2,D01,单位,武汉光谷测试有限公司,9111000060003734XX,13800001234,no,关山大道1号,80,"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("batch"))
    made.found()
    with made.serving():
        assert made.enrol("0012").code == 0
        yield made


def written(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> str:
    """A file of these lines."""
    (folder / name).write_bytes("\r\n".join(lines).encode(encoding))
    return str(folder / name)


def applications(*refs: str, **more: Any) -> list[str]:
    """Good lines of JSON, each of another applicant's own making."""
    return [json.dumps(line("A01", ref=ref, **more), ensure_ascii=False) for ref in refs]


def test_a_spreadsheet_of_the_old_encoding_is_read_and_what_is_wrong_waits_in_a_file(
    place: Place, tmp_path: Path
) -> None:
    file = written(tmp_path, "a.csv", HEADING, GOOD, FAULT, encoding="gb18030")
    done = place.at("0012", "intake", "--batch", file)
    assert done.code == 1
    assert [one["ref"] for one in done.lines] == ["K1"]
    assert [one["ref"] for one in done.complaints] == ["K2"]
    rows = list(csv.reader(io.StringIO((tmp_path / "a.refused.csv").read_text("utf-8-sig"))))
    assert rows[0][:2] == ["编号", "事项"]
    assert (rows[1][0], len(rows), bool(rows[1][-1])) == ("K2", 2, True)
    result = list(csv.reader(io.StringIO((tmp_path / "a.result.csv").read_text("utf-8-sig"))))
    assert [row[1] for row in result[1:]] == ["K1", "K2"]
    assert result[1][4].replace(" ", "") == done.lines[0]["number"]


def test_the_mended_file_is_taken_in_and_leaves_nothing_behind(place: Place, tmp_path: Path) -> None:
    first = written(tmp_path, "b.csv", HEADING, GOOD.replace("K1", "K3"), FAULT.replace("K2", "K4"))
    place.at("0012", "intake", "--batch", first)
    refused = tmp_path / "b.refused.csv"
    refused.write_text(refused.read_text("utf-8-sig").replace("9111000060003734XX", "91110000600037341L"), "utf-8-sig")
    done = place.at("0012", "intake", "--batch", str(refused))
    assert (done.code, [one["ref"] for one in done.lines]) == (0, ["K4"])
    assert not (tmp_path / "b.refused-2.csv").exists()


def test_a_file_that_is_read_again_takes_in_only_the_rest(place: Place, tmp_path: Path) -> None:
    lines = applications("R1", "R2", "R3")
    some = written(tmp_path, "c.jsonl", *lines[:2])
    before = place.at("0012", "intake", "--batch", some)
    all_of_it = written(tmp_path, "c.jsonl", *lines)
    after = place.at("0012", "intake", "--batch", all_of_it)
    assert [one["number"] for one in after.lines[:2]] == [one["number"] for one in before.lines]
    assert len({one["number"] for one in after.lines}) == 3


def test_lines_without_a_reference_are_known_by_all_that_they_say(place: Place, tmp_path: Path) -> None:
    line_, other = applications("", reason=""), applications("", reason="另一份")
    file = written(tmp_path, "d.jsonl", *line_, *line_, *other)
    done = place.at("0012", "intake", "--batch", file)
    assert len(done.lines) == 2
    assert "第 1 行" in done.complaints[0]["message"]
    again = place.at("0012", "intake", "--batch", file)
    assert [one["number"] for one in again.lines] == [one["number"] for one in done.lines]


def test_a_reference_of_another_application_is_not_answered_with_its_number(place: Place, tmp_path: Path) -> None:
    place.at("0012", "intake", "--batch", written(tmp_path, "e.jsonl", *applications("E1")))
    other = json.dumps(line("D01", ref="E1"), ensure_ascii=False)
    done = place.at("0012", "intake", "--batch", written(tmp_path, "f.jsonl", other))
    assert (done.code, done.lines) == (1, [])
    assert done.complaints[0]["error"] == "batch.other"


def test_a_line_whose_receipt_was_given_up_is_not_said_to_be_in(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YICHUANG_STATE", place.environment["YICHUANG_STATE"])
    file = written(tmp_path, "u.jsonl", *applications("U1"))
    (taken,) = place.at("0012", "intake", "--batch", file).lines
    with bootstrap.opened(place.window("0012")) as terminal:
        memory = terminal.memory
        waiting = memory.outgoing(LIMITS.push_facts, LIMITS.push_bytes)
        assert waiting is not None
        held = Verdict("held", "bytes", revision=1, judged_at="2026-11-23T09:00:00.000")  # a byte broke on the disk
        memory.answered((Answered(waiting.last, held),), waiting.last)
        (fact,) = [row.fact for row in memory.tray() if row.case == taken["case"]]
        session, wish = terminal.people.sign_in("3001", "135790"), Settlement("withdraw", "重新受理", holder="window")
        assert isinstance(Settling(terminal.counter).settle(session, fact, wish), Acted)
    again = place.at("0012", "intake", "--batch", file)
    assert (again.code, again.lines, again.complaints[0]["error"]) == (1, [], "intake.ref_lost")


def test_a_look_through_takes_nothing_in(place: Place, tmp_path: Path) -> None:
    file = written(tmp_path, "g.jsonl", *applications("G1"), '{"item": "A01"}')
    looked = place.at("0012", "intake", "--batch", file, "--check")
    assert looked.code == 1
    assert looked.lines[0]["ready"] is True
    assert not (tmp_path / "g.result.csv").exists()
    taken = place.at("0012", "intake", "--batch", file)
    assert [one["ref"] for one in taken.lines] == ["G1"]


def test_what_breaks_off_after_any_line_goes_on_there(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two lines, or inside one: what is in has its number for ever, and no line is in twice."""
    monkeypatch.setenv("YICHUANG_STATE", place.environment["YICHUANG_STATE"])
    file = read_batch(Path(written(tmp_path, "h.jsonl", *applications("H1", "H2", "H3"))))
    numbers: dict[str, set[str]] = {}
    for stop in (1, 2, 3):
        with bootstrap.opened(place.window("0012")) as terminal:  # a new process each time
            session = terminal.people.sign_in("1001", "135790")
            for each in file.lines[:stop]:
                one = batch.take_line(terminal, session, each)
                numbers.setdefault(each.key, set()).add(one.numbers)
                assert one.known is (len(numbers[each.key]) == 1 and each.number < stop)
    assert [len(found) for found in numbers.values()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "没有一行"),
        (b"a,b\r\n1,2\r\n", "列名"),
        (b"\xff\xfe\x00\xff,\x80\r\n", "编码"),
        ("事项,类型,申请人,证件号\r\nD01,个人,张三,4.20111E+17\r\n".encode(), "文本"),
        ("事项,类型,申请人,证件号\r\nD01,个人,张三,1,2,3\r\n".encode(), "逗号"),
    ],
)
def test_a_file_that_is_none_is_said_to_be_so(place: Place, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    done = place.at("0012", "intake", "--batch", str(tmp_path / "x.csv"))
    assert done.code == 1
    assert words in done.err


def test_a_stick_that_nobody_may_write_to_keeps_its_results_at_the_window(place: Place, tmp_path: Path) -> None:
    file = written(tmp_path, "s.jsonl", '{"item": "A01"}')
    (tmp_path / "s.result.csv").mkdir()
    (tmp_path / "s.refused.jsonl").mkdir()
    assert place.at("0012", "intake", "--batch", file).code == 1
    assert (Path(place.window("0012")) / batch.FOLDER / "s.refused.jsonl").read_text().startswith('{"item"')
