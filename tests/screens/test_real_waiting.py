"""Who waits, by keys on the real desk: applicants at the counter, papers that a source is asked for; the board."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from casework.bodies import CheckLine
from casework.rules import Refusal
from console.demo import demo
from console.sources import Question, SimulatedSources
from screens.app import ConsoleApp
from screens.case import CaseScreen
from screens.table import Table
from tests.screens.real_window import COMPANY, REGULAR, Window, at_window_12

A01 = (
    f"na01<enter>2<enter>2<enter>{COMPANY}<enter>光谷创投公司<enter>13812345678<enter>关山大道1号<enter>王大力<enter>"
    "吉祥餐饮公司<enter>高新大道88号<enter>王大力<enter>100<enter>餐饮<enter>a<f2><enter><enter>"
)
AGAIN = f"nd01<enter>1<enter>{REGULAR}<enter><f6><f6>a<f2><enter><enter>"


class Told(SimulatedSources):
    """Sources that note what they are asked and by which thread, and do not know one paper."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.threads: set[str] = set()

    def ask(self, question: Question) -> CheckLine | None:
        """As it is told."""
        self.asked.append(question.material)
        self.threads.add(threading.current_thread().name)
        outcome = "no_match" if question.material == "D01-05" else "match"
        return CheckLine(question.material, outcome, question.source, "T1")


def listening(window: Window) -> Told:
    """Put sources behind the window that tell what they are asked."""
    told = Told()
    window.terminal.counter = dataclasses.replace(window.terminal.counter, sources=told)
    return told


def test_a_paper_with_a_source_is_looked_up_behind_the_save_and_the_case_says_what_was_found(
    place: demo.Place,
) -> None:
    async def walk(window: Window) -> None:
        told = listening(window)
        await window.types(AGAIN)
        await window.desk.checks.done()
        case = window.newest()
        assert told.asked == ["D01-02", "D01-05"]
        assert all(name.startswith("sources") for name in told.threads)
        assert (case.materials["D01-02"], case.materials["D01-05"]) == ("checked", "not_found")
        await window.types("o")
        assert isinstance(window.app.screen, CaseScreen)
        await window.types("<f6><f6><f6>")
        assert "未查到" in window.shown

    at_window_12(place, "1001", walk)


def test_a_slow_source_holds_nobody_up_and_the_open_case_shows_its_answer(place: demo.Place) -> None:
    class Slow(SimulatedSources):
        """It answers when it is told to."""

        may = threading.Event()

        def ask(self, question: Question) -> CheckLine | None:
            assert self.may.wait(30)
            return CheckLine(question.material, "match", question.source, "T2")

    async def walk(window: Window) -> None:
        window.terminal.counter = dataclasses.replace(window.terminal.counter, sources=Slow())
        await window.types(AGAIN + "o")
        screen = window.app.screen
        assert isinstance(screen, CaseScreen)
        assert screen.case is not None
        assert "pending_check" in {one.have for one in screen.case.materials}
        await window.types("<f3><f4>老面馆<f3>")
        await window.app.open_case(screen.number)
        Slow.may.set()
        await window.desk.checks.done()
        await window.app.poll()
        assert "pending_check" not in {one.have for one in screen.case.materials}

    at_window_12(place, "1001", walk)


def test_with_the_line_down_nothing_is_asked_and_later_it_is_made_up_for(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        told = listening(window)
        await window.types("<ctrl+g>" + AGAIN)
        await window.app.poll()
        await window.desk.checks.done()
        assert told.asked == []
        number = window.newest().number
        await window.types("o<ctrl+g>")
        window.desk.checks.begin(now=True)
        await window.desk.checks.done()
        assert "D01-02" in told.asked
        assert window.terminal.memory.case_by_number(number)[0].materials["D01-02"] == "checked"
        before = len(told.asked)  # what was not answered is not asked again at once
        window.desk.checks.begin(now=True)
        await window.desk.checks.done()
        assert len(told.asked) == before

    at_window_12(place, "1001", walk)


def test_an_applicant_who_sits_stands_first_in_the_queue_and_the_terminal_rings_once(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(ConsoleApp, "bell", lambda _: rung.append(1))

    async def walk(window: Window) -> None:
        await window.types(AGAIN + "<f3>" + A01)
        case = window.newest()
        assert case.received.on_spot
        await window.becomes("2001")
        assert rung == []
        await window.app.poll()
        assert len(rung) == 1
        await window.app.poll()
        assert len(rung) == 1
        rows = window.app.screen.query_one(Table).rows
        assert (rows[0].number, rows[0].sits) == (case.number, True)
        assert [row.number for row in rows].count(case.number) == 1
        assert "分钟" in rows[0].left or "时" in rows[0].left
        assert "A01 *现场等 剩" in window.shown
        assert "现场等 1" in window.shown

    at_window_12(place, "1001", walk)


def test_the_board_has_the_lights_of_the_posts_and_what_was_asked_for_too_late(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN.replace("a<f2>", "<f6><f2>"))
        case = window.newest()
        assert case.state == "awaiting_supplement"
        again = {"lines": [{"material": "D01-03", "defect": "看不清", "cure": ""}]}
        assert isinstance(window.terminal.counter.act(window.desk._who, case.number, "supplement", again), Refusal)
        await window.types("<f3>" + AGAIN + "<f8>")
        assert "今日收件" in window.shown
        assert "首次通过率" in window.shown
        await window.types("<down>" * 4)
        assert "红黄灯" in window.shown
        assert "绿灯" in window.shown
        await window.types("<down>" * 3)
        assert "逾期再要材料" in window.shown
        assert "D01 食品经营许可" in window.shown
        await window.types("<enter>")
        assert "不算在申请人头上" in window.shown, "what it counts, from which facts, and what not, is one key away"
        await window.types("<escape>d")
        assert "近1天" in window.shown

    at_window_12(place, "1001", walk)
