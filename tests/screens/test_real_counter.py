"""An agent's file and the end of the day by keys on the real desk: a real memory, a real hall beside it."""

from __future__ import annotations

import json
from pathlib import Path

from console.demo import demo
from screens.agent_file import AgentFileScreen
from screens.case import CaseScreen
from screens.day_end import DayEndScreen
from tests.command_line import line
from tests.screens.real_window import Window, at_window_12, waiting_prints
from tests.screens.test_real_desk import A01, AGAIN
from tests.screens.typing_keys import keys


def a_file(folder: Path, *refs: str) -> Path:
    """Two kinds of lines: right ones, and a last one with a wrong code."""
    bad = line("A01", ref="bad")
    bad["applicant"]["id"] = "9111000060003734XX"
    lines = [*(line("A01", ref=ref) for ref in refs), bad]
    file = folder / "agent.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), "utf-8")
    return file


async def batch_is_done(window: Window) -> None:
    """Until the lines are in."""
    screen = window.app.screen
    assert isinstance(screen, AgentFileScreen)
    await window.app.workers.wait_for_complete()
    await window.pilot.pause()


def test_an_agents_file_is_looked_through_confirmed_once_and_taken_in(place: demo.Place, tmp_path: Path) -> None:
    file = a_file(tmp_path, "k1", "k2", "k3")

    async def walk(window: Window) -> None:
        before = window.terminal.memory.boot, len(tuple(window.terminal.cases()))
        await window.types(f"b{file}<enter>")
        await batch_is_done(window)
        assert "可收 3 行，有误 1 行" in window.said
        assert len(tuple(window.terminal.cases())) == before[1], "looking through takes nothing in"
        await window.types("w")
        assert window.said.startswith("4:")
        await window.types("<enter><enter>")
        await batch_is_done(window)
        assert "已收 3 行，未收 1 行" in window.said
        assert len(tuple(window.terminal.cases())) == before[1] + 3
        await window.types("p")
        await batch_is_done(window)
        assert waiting_prints(window).count("receipt") >= 3
        await window.types(f"<escape>b{file}<enter>")
        await batch_is_done(window)
        assert "没有可收的行" in window.said, "the same file again: nothing is in twice"
        await window.types("<escape>")

    at_window_12(place, "1001", walk)
    assert (tmp_path / "agent.refused.jsonl").exists()


def test_what_was_printed_and_is_not_at_the_hall_is_named_at_the_end_of_the_day(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<ctrl+g>")
        await window.syncs()
        await window.types(A01)
        number = window.newest().number
        await window.types("<f3>e")
        screen = window.app.screen
        assert isinstance(screen, DayEndScreen)
        assert screen.view is not None
        assert (number, "没还送到") not in {(row.number, row.what) for row in screen.view.differences}
        assert any(row.number == number and "还没送到大厅" in row.what for row in screen.view.differences)
        assert "没有送出" in window.said
        await window.types("<f7>")
        assert "日终核对单" in window.shown
        await window.types("<escape>p")
        assert waiting_prints(window)[-1] == "day"
        at = next(i for i, row in enumerate(screen.view.differences) if row.number == number)
        await window.types("<home>" + "<down>" * at + "<enter>")
        assert isinstance(window.app.screen, CaseScreen)
        await window.types("<ctrl+g><f3>")
        await window.syncs()
        await window.types("e")
        screen = window.app.screen
        assert isinstance(screen, DayEndScreen)
        assert screen.view is not None
        assert not any(row.number == number and "还没送到" in row.what for row in screen.view.differences)
        await window.types("<escape>")

    at_window_12(place, "1001", walk)


def test_a_case_without_a_paper_is_named_and_the_whole_day_agrees_once_it_is_printed(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN.removesuffix("<enter>") + "<f3>")
        number = window.newest().number
        await window.syncs()
        view = await window.desk.day_end()
        assert [row.what for row in view.differences if row.number == number] == ["没有打印任何文书"]  # type: ignore[union-attr]

    assert keys(AGAIN)
    at_window_12(place, "1001", walk)
