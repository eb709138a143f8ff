"""A supervisor by keys on the real desk and a real hall: every post's queue, calls, the close of the day."""

from __future__ import annotations

import dataclasses

from console import bootstrap
from console.calling import Calling
from console.demo import demo
from console.line_once import sync_once
from screens.queue import QueueScreen
from screens.table import Table
from tests.screens.real_window import REGULAR, Window, at_window_12

AGAIN = f"nd01<enter>1<enter>{REGULAR}<enter><f6><f6>a<f2><enter><enter>"


def test_a_supervisor_sees_every_posts_queue_and_picks_one_by_name(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        assert "全厅各岗位" in window.shown, "she has no queue of her own: the whole hall's is there at once"
        rows = window.app.screen.query_one(Table).total
        assert rows > 0
        await window.types("p")
        assert "看哪个岗位" in window.shown
        await window.types("窗口<enter>")
        assert isinstance(window.app.screen, QueueScreen)
        assert "工作台 / 综合窗口" in window.shown
        assert window.app.screen.query_one(Table).total <= rows
        assert "全厅退回" in window.shown

    at_window_12(place, "3001", walk)


def test_a_clerk_calls_an_officer_who_answers_with_one_key_at_another_window(place: demo.Place) -> None:
    async def calls(window: Window) -> None:
        await window.types(AGAIN + "o<ctrl+e>2001<enter>")
        assert "已请" in window.shown

    at_window_12(place, "1001", calls)
    with bootstrap.opened(str(place.terminal("0012"))) as ours:
        sync_once(ours)
    with bootstrap.opened(str(place.terminal("0007"))) as theirs:
        sync_once(theirs)
        officer = theirs.people.sign_in("2001", demo.PIN)
        call = Calling(theirs.counter).of_today(officer)[-1]
        assert (call.terminal, call.answered_at) == ("0012", "")
        assert len(call.number) == 22, "it says which case it is about"

    async def comes(window: Window) -> None:
        await window.app.poll()
        assert "请到12号窗" in window.shown
        await window.types("<ctrl+b>")
        assert "已回应" in window.shown
        assert "请到12号窗" not in window.shown
        await window.types("<ctrl+b>")
        assert "没有人叫您" in window.shown

    at_window_12(place, "2001", comes)

    async def hears(window: Window) -> None:
        await window.app.poll()
        assert "这就来" in window.shown

    at_window_12(place, "1001", hears)


def test_the_close_of_the_day_names_each_window_and_without_the_line_says_why_not(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<f8>c")
        assert "全厅收尾" in window.shown
        assert "12号窗" in window.shown
        assert "07号窗" in window.shown
        window.terminal.counter = dataclasses.replace(window.terminal.counter, known_down=lambda: True)
        await window.types("r")
        assert "断线了" in window.shown
        assert "07号窗" not in window.shown
        await window.types("<escape>")
        assert "今日看板" in window.shown

    at_window_12(place, "3001", walk)
