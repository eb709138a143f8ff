"""On the real desk: a case that moves under an officer's hands, and one act on several cases."""

from __future__ import annotations

import asyncio

from console.demo import demo
from screens.batch import BatchScreen
from screens.case import CaseScreen
from screens.conflict import ConflictScreen
from screens.queue import QueueScreen
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_desk import A01, AGAIN, withdraw_elsewhere


def test_a_case_that_was_withdrawn_while_the_officer_wrote_is_shown_side_by_side(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await window.becomes("2001")
        await window.types(f"{number}<enter>e材料齐全")
        await asyncio.to_thread(withdraw_elsewhere, place, number)
        await window.syncs()
        await window.types("<f2>")
        screen = window.app.screen
        assert isinstance(screen, ConflictScreen), window.said
        state = screen.conflict.sides[0]
        assert (state.seen, state.now) == ("已受理", "已撤回")
        assert screen.conflict.why
        assert "撤回" in window.shown
        assert window.newest().state == "withdrawn"
        await window.types("<f2>")
        assert isinstance(window.app.screen, ConflictScreen), "what can't be done any more is not done"
        await window.types("<enter>")
        assert isinstance(window.app.screen, CaseScreen)
        assert (await window.app.desk.status()).pending == 0

    at_window_12(place, "1001", walk)


def test_what_the_hall_refused_is_compared_by_a_key(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await window.types("<ctrl+g>")
        await window.becomes("2001")
        await window.types(f"{number}<enter>e<f2>")
        await asyncio.to_thread(withdraw_elsewhere, place, number)
        await window.types("<ctrl+g>")
        await window.syncs()
        await window.types(f"<f3>{number}<enter>!")
        screen = window.app.screen
        assert isinstance(screen, ConflictScreen), window.said
        assert (screen.conflict.sides[0].seen, screen.conflict.sides[0].now) == ("已受理", "已撤回")
        assert "别处已办理" in screen.conflict.why
        assert [line.fate for line in screen.conflict.news].count("refused") == 1
        await window.types("<escape>")
        assert isinstance(window.app.screen, CaseScreen)

    at_window_12(place, "1001", walk)


def test_two_cases_are_accepted_and_examined_together(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        numbers = []
        for _ in range(2):
            await window.types(f"<f3>{AGAIN}op<f2>")
            numbers.append(window.newest().number)
        await window.syncs()
        await window.becomes("2001")
        await window.types("<f3>")
        queue = window.app.screen
        assert isinstance(queue, QueueScreen)
        for number in numbers:
            queue.table.at = next(at for at, row in enumerate(queue.table.rows) if row.number == number)
            await window.types("<space>")
        await window.types("d")
        batch = window.app.screen
        assert isinstance(batch, BatchScreen)
        await window.types("a<enter>")
        assert "已办 2 件" in window.said, window.said
        assert {window.terminal.memory.case_by_number(number)[0].state for number in numbers} == {"accepted"}
        await window.types("<f7>")
        assert "已送打印 2 份" in window.said, window.said

    at_window_12(place, "1001", walk)
