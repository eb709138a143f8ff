"""Many cases at once by keys: marks, one confirmation, a line of result for each; what is refused stays marked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from casework.messages import Message
from screens.app import ConsoleApp
from screens.bars import MessageBar
from screens.batch import BatchScreen
from screens.batch_model import own_answers, shared_acts
from screens.confirm import ConfirmScreen
from screens.desk import ActView, Choice, Field, Offered
from screens.queue import QueueScreen
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import CODE
from tests.screens.fake_words import number
from tests.screens.typing_keys import keys, press

Walk = Callable[[Pilot[Any], ConsoleApp], Awaitable[None]]
SIZES = [(80, 24), (120, 40)]


def walk(desk: FakeDesk, then: Walk, *, size: tuple[int, int] = (80, 24)) -> None:
    """Sign in and do `then`."""

    async def run() -> None:
        app = ConsoleApp(desk, poll_seconds=0)
        async with app.run_test(size=size) as pilot:
            await press(pilot, *keys("2001<enter>135790<enter>"))
            await then(pilot, app)

    asyncio.run(run())


def said(app: ConsoleApp) -> str:
    """The message row."""
    return app.screen.query_one(MessageBar).text


@pytest.mark.parametrize("size", SIZES)
def test_three_cases_are_examined_with_one_confirmation(size: tuple[int, int]) -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<space><space><space>d"))
        assert isinstance(app.screen, BatchScreen)
        await press(pilot, *keys("e齐全<f2>"))
        assert isinstance(app.screen, ConfirmScreen)
        assert desk.acted == []
        await press(pilot, "enter")
        assert desk.acted == [(number(n), "examine", {"note": "齐全"}) for n in (1, 2, 3)]
        assert "已办 3 件" in said(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, QueueScreen)
        assert app.screen.table.marked == {}

    walk(desk, then, size=size)


def test_what_is_refused_says_why_holds_up_no_other_and_stays_marked() -> None:
    desk = FakeDesk(refused={number(2): Message("refusal.reason")})

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<space><space><space>da<enter>"))
        assert [one for one, _, _ in desk.acted] == [number(1), number(3)]
        screen = app.screen
        assert isinstance(screen, BatchScreen)
        assert list(screen.table.marked or ()) == [number(2)]
        assert screen.results[number(2)] == (str(Message("refusal.reason")), "error")
        assert "已办 2 件，未办 1 件" in said(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, QueueScreen)
        assert list(app.screen.table.marked or ()) == [number(2)]

    walk(desk, then)


def test_a_key_does_only_what_every_marked_case_offers_and_says_which_does_not() -> None:
    desk = FakeDesk(not_for={number(2): frozenset({"accept"})})

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<space><space>da"))
        assert isinstance(app.screen, BatchScreen)
        assert "1123-12-0002" in said(app)
        await press(pilot, *keys("s"))
        assert "逐件" in said(app)
        await press(pilot, *keys("<down><space>a<enter>"))
        assert [one for one, _, _ in desk.acted] == [number(1)]

    walk(desk, then)


def test_all_listed_are_marked_by_one_key_and_unmarked_by_it_again() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        screen = app.screen
        assert isinstance(screen, QueueScreen)
        await press(pilot, "a")
        assert len(screen.table.marked or ()) == 12
        await press(pilot, "a")
        assert not screen.table.marked
        await press(pilot, "d")
        assert "还没有标记" in said(app)
        await press(pilot, *keys("<space>l"))
        assert not screen.table.marked, "nobody acts on what another filter hides"

    walk(FakeDesk(), then)


def test_what_each_case_proposes_for_itself_is_not_asked_of_all() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<space><space>dh<enter>"))
        assert [data for _, _, data in desk.acted] == [{"receiver": "张01"}, {"receiver": "张02"}]

    walk(desk, then)


def both(one: Field, two: Field | None) -> bool:
    """Whether an act that asks `one` of the first case and `two` of the second can be done to both at once."""
    views = [ActView("x", "X", fields=(field,) if field else ()) for field in (one, two)]
    return shared_acts([Offered(str(n), (view,)) for n, view in enumerate(views)])[0].allowed


def test_an_act_with_other_questions_or_choices_is_off_and_says_so() -> None:
    note, must, empty = (
        Field("note", "备注"),
        Field("to", "给", required=True, value="甲"),
        Field("to", "给", required=True),
    )
    steps = [Field("step", "环节", "choice", choices=(Choice(code, code),)) for code in "ab"]
    assert both(note, note)
    assert not both(note, None)
    assert not both(steps[0], steps[1])
    assert not both(must, empty), "a must without a proposal"
    assert own_answers(ActView("x", "X", fields=(must, note)), (note,)) == {"to": "甲"}
    assert shared_acts(()) == ()


def test_the_case_moved_under_her_hands_is_shown_side_by_side_and_nothing_typed_is_lost() -> None:
    desk = FakeDesk(moves_next=True)

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<enter>h王五<enter>1<f2>"))
        assert type(app.screen).__name__ == "ConflictScreen"
        assert desk.acted == []
        await press(pilot, "escape")
        assert "10:44" in said(app), "the form is there again with the reason"
        await press(pilot, "f2")
        assert [(code, data["receiver"]) for _, code, data in desk.acted] == [("deliver", "王五")]

    walk(desk, then)


def test_from_the_two_sides_she_looks_at_the_case_and_finds_her_form_as_she_left_it() -> None:
    desk = FakeDesk(moves_next=True)

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<enter>h王五<enter>1<f2><enter>"))
        assert type(app.screen).__name__ == "CaseScreen"
        assert desk.acted == []
        await press(pilot, *keys("h<f2>"))
        assert [data["receiver"] for _, _, data in desk.acted] == ["王五"]

    walk(desk, then)


def test_f2_on_the_two_sides_does_it_all_the_same() -> None:
    desk = FakeDesk(moves_next=True)

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<enter>4"))
        assert type(app.screen).__name__ == "ConflictScreen"
        await press(pilot, "f2")
        assert [code for _, code, _ in desk.acted] == ["check"]

    walk(desk, then)


def test_a_number_scanned_over_an_open_case_does_nothing_to_that_case_and_leaves_no_form_behind() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"<enter>{number(7)}<enter>"))
        assert [type(screen).__name__ for screen in app.screen_stack] == ["CaseScreen"]
        assert getattr(app.screen, "number", "") == number(7)
        assert desk.acted == []
        await press(pilot, *keys("123456789012345678"))
        assert desk.acted == [], "half a scan is no act either"
        await press(pilot, "4")
        assert [code for _, code, _ in desk.acted] == ["check"]

    walk(desk, then)


def test_the_code_of_a_preparation_list_scanned_over_the_queue_opens_the_prefile_and_no_case() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"{CODE.replace('-', '')}<enter>"))
        assert type(app.screen).__name__ == "IntakeScreen"
        assert f"take {CODE.replace('-', '')}" in desk.log
        assert not [line for line in desk.log if line.startswith("case ")]

    walk(desk, then)
