"""The whole trade through the screens, by keys alone: every act of a case, bundles, prefiles, who sits and waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from casework.commands import ACTS
from screens.actions import CASE_KEYS, shown_key
from screens.app import ConsoleApp
from screens.bars import MessageBar, StatusBar
from screens.case import CaseScreen
from screens.desk import ActView, CaseView, Refused
from screens.intake import IntakeScreen
from screens.menu import MenuScreen
from screens.prefiles import PrefilesScreen
from screens.sheet import Sheet
from screens.table import Table
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import CODE, COMPANY
from tests.screens.fake_words import OTHERS, number
from tests.screens.typing_keys import keys, press

Walk = Callable[[Pilot[Any], ConsoleApp], Awaitable[None]]
SIZES = [(80, 24), (120, 40)]
ON_THE_CASE = tuple(code for code in ACTS if code != "tell-apart")
"""Whether two cases are one is told in the tray, where both stand side by side."""
BUNDLE = f"ny01<enter>{COMPANY}<enter><f6><f6>"


def walk(desk: FakeDesk, then: Walk, *, size: tuple[int, int] = (80, 24)) -> None:
    """Sign in and do `then`."""

    async def run() -> None:
        app = ConsoleApp(desk, poll_seconds=0)
        async with app.run_test(size=size) as pilot:
            await press(pilot, *keys("1001<enter>135790<enter>"))
            await then(pilot, app)

    asyncio.run(run())


def said(app: ConsoleApp) -> str:
    """The message row."""
    return app.screen.query_one(MessageBar).text


class EveryAct(FakeDesk):
    """A case on which everything may be done."""

    async def case(self, number: str) -> CaseView | Refused:
        view = await super().case(number)
        assert isinstance(view, CaseView)
        return msgspec.structs.replace(view, acts=tuple(ActView(code, code) for code in ON_THE_CASE))


@pytest.mark.parametrize("size", SIZES)
def test_each_of_the_acts_has_its_key_on_the_case(size: tuple[int, int]) -> None:
    desk = EveryAct()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter")
        for code in ON_THE_CASE:
            await press(pilot, shown_key(CASE_KEYS[code]) if len(CASE_KEYS[code]) > 1 else CASE_KEYS[code])
        assert [code for _, code, _ in desk.acted] == list(ON_THE_CASE)

    assert set(CASE_KEYS) == set(ON_THE_CASE)
    walk(desk, then, size=size)


@pytest.mark.parametrize("size", SIZES)
def test_acts_beyond_one_screenful_are_reached_through_the_menu(size: tuple[int, int]) -> None:
    desk = EveryAct()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, MenuScreen)
        assert len(app.screen.table.rows) == len(ON_THE_CASE)
        await press(pilot, "pagedown", "pagedown", "pagedown", "enter")
        assert [code for _, code, _ in desk.acted] == [list(ON_THE_CASE)[-1]]

    walk(desk, then, size=size)


@pytest.mark.parametrize("size", SIZES)
def test_a_bundle_prints_the_papers_of_all_its_cases(size: tuple[int, int]) -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(BUNDLE + "o<down>r<f2><enter><enter>"))
        assert desk.saved[0].materials == {"D01-03": "original", "D04-02": "electronic", "D01-05": "electronic"}
        assert desk.saved[0].reused == {"D01-05": number(42)}
        assert desk.printed == [(number(101), "receipt"), (number(101), "acceptance"), (number(200), "receipt")]

    walk(desk, then, size=size)


def test_a_shared_paper_follows_the_one_that_it_is_until_it_is_marked_itself() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        screen = app.screen
        await press(pilot, *keys(BUNDLE + "o"))
        screen = app.screen
        assert isinstance(screen, IntakeScreen)
        assert screen.model.form().materials["D04-02"] == "electronic"
        await press(pilot, "up", "m")
        assert screen.model.form().materials["D04-02"] == "missing"
        await press(pilot, "a")
        held = screen.model.form().materials
        assert (held["D01-03"], held["D04-02"], held["D01-05"]) == ("original", "electronic", "original")
        assert [row.have for row in screen.sheet.rows if row.section == "materials" and row.stops] == [  # type: ignore[attr-defined]
            "original",
            "electronic",
            "original",
        ]

    walk(FakeDesk(), then)


def test_a_shared_paper_follows_also_after_the_form_was_put_aside() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(BUNDLE + "o<ctrl+k><ctrl+f><enter>"))
        screen = app.screen
        assert isinstance(screen, IntakeScreen)
        assert screen.model.form().materials["D04-02"] == "electronic"
        await screen.sheet.goto("materials.D01-03")
        await press(pilot, "m")
        assert screen.model.form().materials["D04-02"] == "missing"

    walk(desk, then)


def test_a_paper_taken_from_an_earlier_case_can_be_brought_after_all() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(BUNDLE + "r"))
        assert "没有以前交过的" in said(app)
        await press(pilot, *keys("<down><down>r<up>o"))
        screen = app.screen
        assert isinstance(screen, IntakeScreen)
        assert screen.model.form().reused == {}
        assert screen.model.form().materials["D01-05"] == "original"

    walk(FakeDesk(), then)


@pytest.mark.parametrize("size", SIZES)
def test_a_form_is_put_aside_and_found_again_by_its_code(size: tuple[int, int]) -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"na02<enter>2<enter>{COMPANY}<enter><ctrl+k>"))
        assert CODE in said(app)
        assert desk.parked[0].applicant.id == COMPANY
        assert app.screen.query_one(Sheet).values()["item"] == ""
        await press(pilot, *keys(f"<f4>{CODE}<enter>"))
        sheet = app.screen.query_one(Sheet)
        assert (sheet.key, sheet.values()["applicant.id"]) == ("applicant.phone", COMPANY)

    walk(desk, then, size=size)


def test_a_form_without_an_item_is_not_put_aside() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("nzz<ctrl+k>"))
        assert desk.parked == []
        assert "请先选事项" in said(app)

    walk(desk, then)


@pytest.mark.parametrize("size", SIZES)
def test_prefiles_are_looked_through_printed_and_taken(size: tuple[int, int]) -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<ctrl+f>"))
        assert isinstance(app.screen, PrefilesScreen)
        await press(pilot, *keys("c<enter>x<f2>p"))
        assert desk.looked == [(CODE, {"A02-01": "", "A02-02": "x"})]
        assert desk.printed == [(CODE, "preparation")]
        await press(pilot, *keys("<f7><escape><enter>"))
        assert isinstance(app.screen, IntakeScreen)

    walk(desk, then, size=size)


def test_a_form_under_way_is_not_pushed_aside_by_a_prefile() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>420111199003070017<enter><f3>f<enter>"))
        assert "还没办完" in said(app)
        assert app.screen.query_one(Sheet).values()["applicant.id"] == "420111199003070017"
        assert f"take {CODE}" not in desk.log

    walk(desk, then)


def test_keys_in_a_burst_over_putting_aside_and_taking_up_land_where_they_should() -> None:
    desk = FakeDesk(slow=0.01)

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"na02<enter>2<enter>{COMPANY}<enter><ctrl+k><ctrl+f><enter>13900001111<enter>"))
        sheet = app.screen.query_one(Sheet)
        assert sheet.values()["applicant.phone"] == "13900001111"
        assert sheet.key == "applicant.address"

    walk(desk, then)


def test_the_terminal_rings_once_for_each_applicant_who_sits_down(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(ConsoleApp, "bell", lambda _: rung.append(1))
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        for sitting, times in (((), 0), ((number(1),), 1), ((number(1),), 1), ((number(2),), 2), ((), 2)):
            desk.sitting = sitting
            desk.revision += 1
            await app.poll()
            assert len(rung) == times
            status = app.screen.query_one(StatusBar).status
            assert status is not None
            assert status.sitting == sitting
            assert sum(row.sits for row in app.screen.query_one(Table).rows) == len(sitting)

    walk(desk, then)


def test_another_case_of_the_bundle_opens_by_a_key() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<enter>9<down><enter>"))
        assert isinstance(app.screen, CaseScreen)
        assert app.screen.number == OTHERS[1]

    walk(FakeDesk(), then)
