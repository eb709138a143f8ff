"""What two windows have taken in twice, by keys on the real desk: seen side by side, voided or told apart."""

from __future__ import annotations

import asyncio

from casework.case import Case
from console.demo import demo
from screens.table import Table
from screens.twins import TwinsScreen
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_tray import stand_on, window_7
from tests.screens.test_real_waiting import A01


async def taken_twice(window: Window) -> tuple[Case, Case]:
    """The same application at this window and, while nobody looked, once more."""
    await window.types(A01)
    first = window.newest()
    await window.types(A01)
    second = window.newest()
    assert first.received.applicant.id == second.received.applicant.id
    await window.syncs()
    return first, second


def doubles(window: Window) -> list[str]:
    return [row.number for row in window.app.screen.query_one(Table).rows if row.kind == "duplicate"]


def test_a_supervisor_sees_both_side_by_side_and_voids_the_later_one(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        first, second = await taken_twice(window)
        await window.types("<ctrl+r>")
        assert doubles(window) == [], "a clerk was warned when she took it in"
        await window.becomes("3001")
        await window.types("<ctrl+r>")
        await stand_on(window, second.number)
        await window.types("<enter>")
        assert isinstance(window.app.screen, TwinsScreen)
        assert "12号窗口" in window.shown
        await window.types("<enter>1<enter>重复收件<f2><enter>")
        await window.syncs()
        gone = window.terminal.counter.case(second.number)
        assert (gone.state, gone.renumbered) == ("void", first.number)
        await window.types("<ctrl+r>")
        assert second.number not in doubles(window)

    at_window_12(place, "1001", walk)


def test_two_matters_are_told_apart_once_for_every_window(place: demo.Place) -> None:
    def apart_at_7(number: str) -> tuple[str, ...]:
        with window_7(place, "3001") as (terminal, _):
            return terminal.counter.case(number).apart

    async def walk(window: Window) -> None:
        first, second = await taken_twice(window)
        await window.becomes("3001")
        await window.types("<ctrl+r>")
        await stand_on(window, second.number)
        await window.types("<enter><enter>3<enter>另一门店<f2><enter>")
        await window.syncs()
        await window.types("<ctrl+r>")
        assert second.number not in doubles(window)
        assert first.number in await asyncio.to_thread(apart_at_7, second.number)
        await window.types(f"{second.number}<enter>")
        assert "另一门店" in window.shown, "the history says why"

    at_window_12(place, "1001", walk)
