"""An agent's file of ten thousand lines on the real desk: every key is answered while it is read and taken in.

`pytest -s` shows how long the slowest key waited.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from console.demo import demo
from screens.agent_file import AgentFileScreen
from screens.agent_files import AgentFilesScreen
from tests.command_line import line
from tests.screens.real_window import Window, at_window_12
from tests.screens.typing_keys import answered, keys

LINES = 10_000
PART = 4
"""A key takes less than this part of the time that the whole file does; without slices it waited for all of it."""
KEYS = 30


def a_large_file(folder: Path, lines: int, name: str = "large") -> Path:
    """Right lines of one applicant, a wrong one among every thousand."""
    file = folder / f"{name}.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for n in range(lines):
            one = line("D01", ref=f"{name}{n}")
            if n % 1000 == 999:
                one["applicant"]["id"] = "9111000060003734XX"
            out.write(json.dumps(one, ensure_ascii=False) + "\n")
    return file


async def slowest_key(window: Window, key: str, times: int) -> float:
    """Seconds that the slowest of so many keys took; the desk is asked something after each, as F3 would."""
    slowest = 0.0
    for _ in range(times):
        before = time.perf_counter()
        await answered(window.pilot, key)
        await window.desk.status()
        slowest = max(slowest, time.perf_counter() - before)
    return slowest


def test_ten_thousand_lines_hold_up_no_key(place: demo.Place, tmp_path: Path) -> None:
    file = a_large_file(tmp_path, LINES)

    async def walk(window: Window) -> None:
        await answered(window.pilot, *keys(f"b{file}"))
        begun = time.perf_counter()
        await answered(window.pilot, "enter")
        opened = time.perf_counter() - begun
        screen = window.app.screen
        assert isinstance(screen, AgentFileScreen)
        reading = 0.0
        while not screen.rows:
            reading = max(reading, await slowest_key(window, "down", 1))
        looking = await slowest_key(window, "down", KEYS)
        assert len(screen.rows) < LINES, "the keys were answered after it"
        assert "已看" in window.said
        await answered(window.pilot, "enter")
        assert window.app.screen is screen, "nothing is taken in of a file that was not looked through"
        await window.app.workers.wait_for_complete()
        whole = time.perf_counter() - begun
        assert f"可收 {LINES - LINES // 1000} 行，有误 {LINES // 1000} 行" in window.said
        before = len(tuple(window.terminal.cases()))
        await answered(window.pilot, "enter", "enter")
        taking = await slowest_key(window, "down", KEYS)
        assert screen.running
        assert "正在收件" in window.said
        await answered(window.pilot, "escape")
        await window.app.workers.wait_for_complete()
        assert "正在收件" not in window.said
        taken = len(tuple(window.terminal.cases())) - before
        assert 0 < taken < LINES
        slowest = f"{reading:.3f} s reading, {looking:.3f} s looking, {taking:.3f} s taking in"
        print(f"opened {opened:.3f} s; slowest key {slowest}; looked through in {whole:.1f} s")
        assert max(opened, reading, looking, taking) < whole / PART

    at_window_12(place, "1001", walk)


def test_a_large_file_is_left_by_one_key_while_it_is_looked_through(place: demo.Place, tmp_path: Path) -> None:
    file = a_large_file(tmp_path, LINES)

    async def walk(window: Window) -> None:
        await answered(window.pilot, *keys(f"b{file}<enter><escape>"))
        assert not isinstance(window.app.screen, AgentFileScreen)
        await window.app.workers.wait_for_complete()
        await window.types(f"b{a_large_file(tmp_path, 3, 'small')}<enter>")
        await window.app.workers.wait_for_complete()
        assert "可收 3 行" in window.said

    at_window_12(place, "1001", walk)


def test_a_file_that_can_not_be_read_leaves_the_choice_open_with_its_reason(place: demo.Place, tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text("\n", "utf-8")

    async def walk(window: Window) -> None:
        await window.types(f"b{file}<enter>")
        await window.app.workers.wait_for_complete()
        assert isinstance(window.app.screen, AgentFilesScreen)
        assert window.app.screen.sheet.values()["file"] == str(file)
        assert "empty.jsonl" in window.said

    at_window_12(place, "1001", walk)
