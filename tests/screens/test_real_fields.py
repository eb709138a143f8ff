"""What the forms of acts and of the intake propose and refuse at the field, by keys on the real desk."""

from __future__ import annotations

from typing import cast

import pytest

from console.demo import demo
from screens.act import ActScreen
from screens.app import ConsoleApp
from screens.confirm import ConfirmScreen
from screens.field import InputRow
from screens.intake import IntakeScreen
from tests.screens.real_window import COMPANY, REGULAR, Window, at_window_12
from tests.screens.test_real_desk import AGAIN


async def to_delivery(window: Window) -> str:
    """A food licence of a known company, decided and certified; its number."""
    await window.types(AGAIN)
    number = window.newest().number
    await window.types("op<f2>")
    await window.becomes("2001")
    await window.types(f"{number}<enter>a<enter>e<f2>k2003<f2><enter>")
    await window.syncs()
    await window.becomes("2002")
    await window.types(f"{number}<enter>d<f2><enter>")
    await window.syncs()
    await window.becomes("1002")
    await window.types(f"{number}<enter>mJY1<f2><enter>")
    return number


def test_nobody_is_offered_to_write_down_that_the_company_itself_came_for_its_licence(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        number = await to_delivery(window)
        await window.types("h")
        form = cast(ActScreen, window.app.screen)
        assert form.sheet.values()["receiver"] == "王大力", "its legal representative may come"
        await window.types(f"<enter><ctrl+u>{REGULAR}<enter>")
        assert "不是姓名" in window.said
        await window.types("<f2>")
        assert isinstance(window.app.screen, ActScreen)
        await window.types("<ctrl+u>王大力<f2><enter>")
        done = window.terminal.memory.case_by_number(number)[0].delivered
        assert done is not None
        assert (done.receiver, done.how) == ("王大力", "counter")

    at_window_12(place, "1001", walk)


def test_a_credit_code_does_not_pass_for_the_name_of_a_legal_representative(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(
            f"na01<enter>2<enter>2<enter>{COMPANY}<enter>光谷创投公司<enter>13812345678<enter>关山大道1号<enter>"
        )
        screen = cast(IntakeScreen, window.app.screen)
        assert screen.sheet.key == "applicant.legal_representative"
        await window.types(f"{COMPANY}<enter>")
        assert "不是姓名" in window.said
        await window.types("<f2>")
        assert screen.sheet.key == "applicant.legal_representative", "the caret goes back to it"
        await window.types("<ctrl+u>王大力<enter>")
        assert "不是姓名" not in window.said
        await screen.sheet.goto("form.legal_representative")
        await window.types(f"<ctrl+u>{COMPANY.lower()}<enter>")
        assert "不是姓名" in window.said
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)


@pytest.mark.parametrize("days", ["0", "99", "2.5"])
def test_more_days_than_the_law_lets_a_limit_be_extended_are_refused_at_the_field_and_not_after_the_question(
    place: demo.Place, days: str
) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN)
        number = window.newest().number
        await window.types("op<f2>")
        await window.becomes("2001")
        await window.types(f"{number}<enter>a<enter>l")
        form = cast(ActScreen, window.app.screen)
        most = form.sheet.values()["days"]
        assert f"最多延长 {most} 日" in window.shown
        await window.types(f"<ctrl+u>{days}<enter>")
        assert f"1 到 {most}" in window.shown, "beside the field"
        await window.types("要件多<f2>")
        assert window.app.screen is form
        assert form.sheet.key == "days"
        await window.types(f"<ctrl+u>{most}<f2>")
        assert isinstance(window.app.screen, ConfirmScreen)
        assert f"最多延长 {most} 日" in window.shown, "the question says the limit"

    at_window_12(place, "1001", walk)


def test_what_is_no_answer_of_a_choice_is_said_and_the_choice_stays(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(ConsoleApp, "bell", lambda _: rung.append(1))

    async def walk(window: Window) -> None:
        await window.types("na01<enter>")
        sheet = cast(IntakeScreen, window.app.screen).sheet
        row = sheet.row
        assert isinstance(row, InputRow)
        assert row.is_choice
        await window.types("2")
        chosen = row.value
        assert not rung
        await window.types("x")
        assert (len(rung), row.value) == (1, chosen)
        assert f"按数字 1–{len(row.field.choices)} 选择" in window.said
        await window.types("9")
        assert (len(rung), row.value) == (2, chosen)

    at_window_12(place, "1001", walk)
