"""A helper's own lists by keys, on the real desk: her prefiles and cases, her companies, and a nudge to the officer."""

from __future__ import annotations

import pytest

from console.demo import demo
from screens.case import CaseScreen
from screens.intake import IntakeScreen
from screens.mine import CompaniesScreen, MineScreen
from screens.queue import QueueScreen
from screens.sheet import Sheet
from tests.screens.real_window import COMPANY, REGULAR, Window, at_window_12
from tests.screens.test_real_desk import A01, AGAIN

PREFILE = f"nd01<enter>1<enter>{REGULAR}<enter><ctrl+k>"


def test_a_prefile_of_a_known_company_is_put_aside_with_its_list_printed_in_few_keys(place: demo.Place) -> None:
    """A minute at two keys a second is 120 keys; this takes a quarter of them, the identity number included."""

    async def walk(window: Window) -> None:
        await window.types(PREFILE + "<ctrl+f>p")
        prefile = window.terminal.memory.prefiles_of_clerk("1001")[0]
        assert (prefile.form.item, prefile.opened_by) == ("D01", "1001")
        assert any(one.kind == "preparation" for one in window.terminal.memory.waiting_prints())
        await window.types("<f3>m")
        screen = window.app.screen
        assert isinstance(screen, MineScreen)
        assert screen.table.rows[0].prefile
        await window.types("<enter>")
        assert isinstance(window.app.screen, IntakeScreen)
        assert window.app.screen.query_one(Sheet).values()["applicant.id"] == REGULAR
        await window.types("<ctrl+k>")

    at_window_12(place, "1001", walk)


def test_my_cases_and_my_companies_and_a_new_case_of_one_of_them(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.types("<f3>m")
        screen = window.app.screen
        assert isinstance(screen, MineScreen)
        assert number in [row.number for row in screen.table.rows]
        await window.types("<f6>")
        companies = window.app.screen
        assert isinstance(companies, CompaniesScreen)
        assert {row.id for row in companies.table.rows} >= {COMPANY, REGULAR}
        companies.table.at = next(at for at, row in enumerate(companies.table.rows) if row.id == COMPANY)
        await window.types("<enter>")
        assert isinstance(window.app.screen, MineScreen)
        assert number in [row.number for row in window.app.screen.table.rows]
        await window.types("<enter>")
        assert isinstance(window.app.screen, CaseScreen)
        await window.types("<escape>")
        assert isinstance(window.app.screen, MineScreen)
        await window.types("<escape>nd01<enter>")
        assert isinstance(window.app.screen, IntakeScreen)
        assert window.app.screen.query_one(Sheet).values()["applicant.id"] == COMPANY
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)


@pytest.mark.parametrize("way", ["list", "case"])
def test_a_nudge_stands_in_the_officers_queue_with_who_and_only_once_a_day(place: demo.Place, way: str) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "op<f2>")
        number = window.newest().number
        await window.becomes("2001")
        await window.types(f"{number}<enter>a<enter><escape>")
        await window.syncs()
        await window.becomes("1001")
        if way == "list":
            await window.types("<f3>m")
            screen = window.app.screen
            assert isinstance(screen, MineScreen)
            screen.table.at = next(at for at, row in enumerate(screen.table.rows) if row.number == number)
        else:
            await window.types(f"{number}<enter>")
        await window.types(".<f2>")
        assert "催办" in window.said, window.said
        case = window.terminal.memory.case_by_number(number)[0]
        assert [(each.by, each.text) for each in case.nudged] == [("1001", "申请人来催，请尽快办理")]
        await window.types(".")
        assert "今天" in window.said, window.said
        await window.syncs()
        await window.becomes("2001")
        await window.types("<f3>")
        queue = window.app.screen
        assert isinstance(queue, QueueScreen)
        row = next(row for row in queue.table.rows if row.number == number)
        assert (row.nudges, row.nudged_by) == (1, "王芳")
        assert "*催1 王芳" in window.shown

    at_window_12(place, "1001", walk)
