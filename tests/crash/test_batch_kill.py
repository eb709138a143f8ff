"""Kill -9 in the middle of an agent's file: run again it takes in exactly the rest, by command and at the console."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import ROOT, Place, line
from tests.crash.test_kill_loops import all_arrived, numbers_in
from tests.screens.terminal import Terminal

KILLS = (0, 1, 3, 2, 5)
"""How many numbers are read from standard output before each kill; the process is then at its next line."""
LINES = 24
PATIENCE = 60.0


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A hall and two windows."""
    made = Place(tmp_path)
    made.found()
    for name in ("YICHUANG_STATE", "YICHUANG_PIN", "YICHUANG_LANG"):
        monkeypatch.setenv(name, made.environment[name])
    with made.serving():
        for window in ("0012", "0007"):
            assert made.enrol(window).code == 0
        yield made


def a_file(folder: Path, lines: int, *, refs: bool = True) -> Path:
    """So many right lines, each with its own reference or with none but all that it says, and one that is wrong."""
    rows = [line("D01", f"k{n}" if refs else "", form=a_form(n)) for n in range(lines)]
    bad = line("D01", "bad")
    bad["applicant"]["id"] = "9111000060003734XX"
    file = folder / "agent.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in (*rows, bad)), "utf-8")
    return file


def a_form(n: int) -> dict[str, Any]:
    """What makes a line unlike the others."""
    return {"premises": f"关山路{n + 1}号"}


def killed(place: Place, file: Path, after: int) -> dict[int, str]:
    """What `intake --batch` printed until it was killed, which is when `after` numbers had come: lines and numbers."""
    with subprocess.Popen(
        place.command("intake", "--batch", str(file), "--dir", place.window("0012"), "--staff", "1001"),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=place.environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(after)]
        process.kill()
        printed += process.stdout.read().splitlines(keepends=True)
    told = [json.loads(each) for each in printed if each.endswith(b"\n")]
    return {one["line"]: one["number"] for one in told}


def table_of(file: Path) -> dict[str, str]:
    """The table for the agent: key and number of each line."""
    rows = list(csv.reader(file.with_suffix(".result.csv").read_text("utf-8-sig").splitlines()))
    return {row[1]: row[4].replace(" ", "") for row in rows[1:]}


@pytest.mark.parametrize("refs", [True, False], ids=["references", "digests"])
def test_a_file_that_was_killed_in_the_middle_takes_in_exactly_the_rest(
    place: Place, tmp_path: Path, refs: bool
) -> None:
    file = a_file(tmp_path, LINES, refs=refs)
    said: dict[int, str] = {}
    grown = 0
    for after in KILLS:
        before = len(numbers_in(place, "0012"))
        for number, told in killed(place, file, len(said) + after).items():
            assert said.setdefault(number, told) == told, "one line, two numbers"
        there = numbers_in(place, "0012")
        assert len(there) == len(set(there))
        assert set(said.values()) <= set(there)
        grown += len(there) > before
    assert grown >= len(KILLS) - 1, "most kills hit a program that did nothing"
    assert not file.with_suffix(".result.csv").exists(), "the killed ones never came to their end"
    half = set(numbers_in(place, "0012"))
    assert 0 < len(half) < LINES, "nothing was in the middle"
    last = place.at("0012", "intake", "--batch", str(file))
    assert last.code == 1, "one line is wrong and stays so"
    after_all = set(numbers_in(place, "0012"))
    assert half < after_all
    assert len(after_all) == LINES
    table = table_of(file)
    assert {number for number in table.values() if number} == after_all
    assert len(table) == LINES + 1
    assert file.with_suffix(".refused.jsonl").exists()
    again = place.at("0012", "intake", "--batch", str(file))
    assert {one["number"] for one in again.lines} == after_all
    assert set(numbers_in(place, "0012")) == after_all, "the same file once more brings nothing"
    all_arrived(place, ("0012", "0007"), after_all)


def test_a_console_that_was_killed_while_it_takes_a_file_in_goes_on_with_the_rest(place: Place, tmp_path: Path) -> None:
    dice = random.Random(11)
    file = a_file(tmp_path, 3 * LINES)
    counts = [0]
    for _ in range(3):
        terminal = a_console(place, file)
        try:
            terminal.until(lambda: len(numbers_in(place, "0012")) > counts[-1], PATIENCE)
            terminal.pump(dice.random() * 0.2)
            terminal.kill()
        finally:
            terminal.close()
        there = numbers_in(place, "0012")
        assert len(there) == len(set(there))
        assert len(there) > counts[-1]
        counts.append(len(there))
    assert counts[-1] < 3 * LINES, "nothing was in the middle"
    terminal = a_console(place, file)
    try:
        terminal.wait_for("未收 1 行")
    finally:
        terminal.close()
    there = numbers_in(place, "0012")
    assert len(there) == len(set(there)) == 3 * LINES
    assert {number for number in table_of(file).values() if number} == set(there)
    all_arrived(place, ("0012", "0007"), set(there))


def a_console(place: Place, file: Path) -> Terminal:
    """A console that takes the file in."""
    terminal = Terminal([sys.executable, "-m", "console.main", "console", "--dir", place.window("0012")])
    terminal.wait_for("工号")
    terminal.type("1001<enter>135790<enter>")
    terminal.wait_for("新收件")
    terminal.type(f"b{file}<enter>")
    terminal.wait_for("可收")
    terminal.type("<enter><enter>")
    return terminal
