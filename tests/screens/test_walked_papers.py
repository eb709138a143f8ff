"""Papers that a shift stumbled over, by keys on the real desk: what is printed is Chinese and whole on any screen."""

from __future__ import annotations

import msgspec

from casework.papers.model import Paper
from casework.papers.text import to_text
from console.demo import demo
from console.printing.pdf import Press
from screens.act import ActScreen
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_desk import A01, AGAIN


def _han(text: str) -> bool:
    return not any("a" <= char <= "z" for char in text)


def test_what_is_missing_is_printed_in_the_language_of_the_papers_whatever_the_screen_speaks(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<ctrl+y>" + AGAIN + "os")
        assert isinstance(window.app.screen, ActScreen)
        await window.types("1<f2><enter>")
        told = window.newest().supplement
        assert told is not None
        said = [text for line in (*told.lines, *told.also) for text in (line.defect, line.cure)]
        assert said
        assert [text for text in said if not _han(text)] == []

    at_window_12(place, "1001", walk)


def test_the_sheet_of_the_day_comes_out_and_is_chinese_too(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<ctrl+y>" + A01 + "<f3>ep")
        jobs = [job for job in window.terminal.memory.open_prints() if job.kind == "day"]
        paper = msgspec.json.decode(jobs[-1].paper, type=Paper)
        assert Press().pdf(msgspec.structs.replace(paper, footer=())).data
        text = to_text(paper)
        assert "商事登记" in text
        assert [line for line in text.splitlines() if "Business" in line or "receipt" in line] == []

    at_window_12(place, "1001", walk)
