"""Lists that change while somebody looks at them: what comes by the line must not put another case under her Enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from textual.pilot import Pilot

from casework.limits import LIMITS
from screens.app import ConsoleApp
from screens.case import CaseScreen
from screens.desk import Page, QueueFilter, QueueRow
from screens.queue import QueueScreen
from screens.table import Table
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_words import number
from tests.screens.test_flows import said, walk
from tests.screens.typing_keys import press


@dataclass
class Moving(FakeDesk):
    """A desk whose queue has the cases `order`, in that order."""

    order: list[int] = field(default_factory=lambda: [1, 2, 3, 4, 5])

    async def queue(self, where: QueueFilter, after: str = "", limit: int = 200) -> Page[QueueRow]:
        """The cases, in pages."""
        start = int(after or 0)
        stop = start + limit
        rows = tuple(self._row(n - 1) for n in self.order[start:stop])
        return Page(rows, len(self.order), str(stop) if stop < len(self.order) else "")

    async def arrives(self, app: ConsoleApp, *order: int) -> None:
        """The line has brought something, and the queue has another order."""
        self.order = list(order)
        self.revision += 1
        await app.poll()


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets the moment pass that a person needs to see the new order."""
    waiting: list[Callable[[], None]] = []
    plain = Table.set_timer

    def set_timer(table: Table, delay: float, callback: Any = None, **more: Any) -> Any:
        if delay == LIMITS.glance_seconds:
            waiting.append(callback)
            delay = 3600.0
        return plain(table, delay, callback, **more)

    monkeypatch.setattr(Table, "set_timer", set_timer)

    def pass_by() -> None:
        while waiting:
            waiting.pop()()

    return pass_by


def opened(app: ConsoleApp) -> str:
    """The case that is open."""
    assert isinstance(app.screen, CaseScreen)
    return app.screen.number


def test_a_case_that_came_in_above_does_not_push_another_one_under_the_cursor(looked: Callable[[], None]) -> None:
    desk = Moving()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "down", "down")
        await desk.arrives(app, 10, 5, 1, 2, 3, 4)
        looked()
        assert app.screen.query_one(Table).row.number == number(3)
        await press(pilot, "enter")
        assert opened(app) == number(3)

    walk(desk, then)


def test_enter_right_after_a_case_left_the_list_opens_the_case_that_was_seen_and_not_its_neighbour(
    looked: Callable[[], None],
) -> None:
    desk = Moving()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "down")
        await desk.arrives(app, 1, 3, 4, 5)
        assert "不在列表中" in said(app)
        await press(pilot, "enter")
        assert opened(app) == number(2)

    walk(desk, then)


def test_enter_right_after_the_last_case_left_the_list_opens_it_all_the_same(looked: Callable[[], None]) -> None:
    desk = Moving(order=[1])

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await desk.arrives(app)
        await press(pilot, "enter")
        assert opened(app) == number(1)

    walk(desk, then)


def test_once_the_new_order_has_been_seen_enter_means_it(looked: Callable[[], None]) -> None:
    desk = Moving()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "down")
        await desk.arrives(app, 1, 3, 4, 5)
        looked()
        await press(pilot, "enter")
        assert opened(app) == number(3)

    walk(desk, then)


def test_down_and_enter_right_after_the_order_changed_open_what_stood_below(looked: Callable[[], None]) -> None:
    desk = Moving()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await desk.arrives(app, 4, 1, 5, 2, 3)
        await press(pilot, "down", "down", "enter")
        assert opened(app) == number(3)
        await press(pilot, "escape")
        assert isinstance(app.screen, QueueScreen)
        assert app.screen.table.row.number == number(3)

    walk(desk, then)


def test_space_right_after_the_order_changed_marks_the_case_that_was_seen(looked: Callable[[], None]) -> None:
    desk = Moving()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "down")
        await desk.arrives(app, 5, 4, 2, 1, 3)
        await press(pilot, "space", "space")
        assert list(app.screen.query_one(Table).marked or ()) == [number(2), number(3)]

    walk(desk, then)


def test_a_click_right_after_the_order_changed_means_the_case_that_was_seen(looked: Callable[[], None]) -> None:
    desk = Moving()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await desk.arrives(app, 10, 1, 2, 3, 4, 5)
        await pilot.click(Table, offset=(5, 3))
        assert app.screen.query_one(Table).row.number == number(3)

    walk(desk, then)


def test_a_case_that_went_far_down_in_the_order_keeps_the_cursor(looked: Callable[[], None]) -> None:
    desk = Moving(order=list(range(1, 1000)))

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "down")
        await desk.arrives(app, 1, *range(3, 300), 2, *range(300, 1000))
        looked()
        assert app.screen.query_one(Table).row.number == number(2)

    walk(desk, then)


def test_what_she_did_herself_is_no_news_and_her_next_enter_is_for_the_next_case() -> None:
    desk = Moving()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter")
        desk.order = [2, 3, 4, 5]
        await press(pilot, "escape", "enter")
        assert opened(app) == number(2)

    walk(desk, then)
