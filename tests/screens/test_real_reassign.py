"""A supervisor reassigns by keys on the real desk and a real hall: from the case, and on marked cases of the queue."""

from __future__ import annotations

import asyncio

from casework.case import places
from console.demo import demo
from screens.table import Table
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_tray import stand_on, window_7
from tests.screens.test_real_waiting import A01


def test_a_supervisor_takes_an_item_from_whoever_has_it_and_names_the_next(place: demo.Place) -> None:
    def claims(number: str) -> None:
        with window_7(place, "2001") as (terminal, session):
            terminal.counter.act(session, number, "claim", {})

    def found_at_7(number: str) -> str:
        with window_7(place, "2002") as (terminal, _):
            handed = terminal.counter.case(number).handed
            return handed.to if handed else ""

    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await asyncio.to_thread(claims, number)
        await window.syncs()
        await window.becomes("3001")
        await window.types("<f3>")
        await stand_on(window, number)
        await window.types("<enter>r")
        await window.types("2<enter>2003<enter>请假<f2>")
        assert "工号 2003 不能填" in window.said, "the survey team does not examine"
        await window.types("<ctrl+u>2002<f2>")
        await window.syncs()
        case = window.terminal.counter.case(number)
        assert [place.post for place in places(case)] == ["chief"]
        assert case.claims == {}
        assert "首席代表  赵敏  请假" in window.shown
        assert await asyncio.to_thread(found_at_7, number) == "2002"
        await window.becomes("2002")
        await window.types("<f3>")
        await stand_on(window, number)
        assert "孙丽" in window.app.screen.query_one(Table).row.holder, "who gave it to her"

    at_window_12(place, "1001", walk)


def test_marked_cases_are_reassigned_with_one_question(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        numbers = []
        for _ in range(2):
            await window.types(A01)
            numbers.append(window.newest().number)
        await window.syncs()
        await window.becomes("3001")
        await window.types("<f3>")
        for number in numbers:
            await stand_on(window, number)
            await window.types("<space>")
        await window.types("dr2<enter>2002<enter>请假<f2><enter>")
        for number in numbers:
            case = window.terminal.counter.case(number)
            assert [place.post for place in places(case)] == ["chief"]
            assert case.handed is not None
            assert case.handed.to == "2002"

    at_window_12(place, "1001", walk)
