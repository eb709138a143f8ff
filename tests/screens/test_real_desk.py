"""A clerk's day by keys on the real desk: a real memory, a real hall beside it, real papers in the folder.

The screens' own ways are in `test_flows`; here is what only the whole can show: numbers of keys, what the hall says
later, what the printer got.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from casework.messages import Message
from console import bootstrap
from console.demo import demo
from console.line_once import sync_once
from screens.case import CaseScreen
from screens.field import InputRow
from screens.sheet import Sheet
from screens.table import Table
from tests.screens.real_window import COMPANY, REGULAR, Window, at_window_12, waiting_prints
from tests.screens.typing_keys import keys, press

A01 = (
    f"na01<enter>2<enter>2<enter>{COMPANY}<enter>光谷创投公司<enter>13812345678<enter>关山大道1号<enter>王大力<enter>"
    "吉祥餐饮公司<enter>高新大道88号<enter>王大力<enter>100<enter>餐饮<enter>a<f2><enter><enter>"
)
D01 = f"nd01<enter>1<enter>{COMPANY}<enter><f6>2<enter>面食<enter>80<enter><enter>a<f2><enter><enter>"
AGAIN = f"nd01<enter>1<enter>{REGULAR}<enter><f6><f6>a<f2><enter><enter>"
"""The second time: what she said the first time is proposed, and read back."""


def test_a_company_is_registered_and_its_food_licence_needs_45_keys_at_most(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01)
        case = window.newest()
        assert (case.received.item, case.state) == ("A01", "accepted")
        assert "acceptance" in waiting_prints(window)
        await window.types(f"<f3>{D01}")
        case = window.newest()
        assert (case.received.item, case.state) == ("D01", "received")
        assert case.received.applicant.name == "光谷创投公司"
        assert case.received.form["premises"] == "关山大道1号"
        assert case.received.form["legal_representative"] == "王大力"
        await window.desk.checks.done()
        assert window.newest().materials["D01-02"] == "checked"
        assert waiting_prints(window)[-1] == "receipt"
        assert (await window.app.desk.status()).pending > 0
        await window.syncs()
        assert (await window.app.desk.status()).pending == 0

    assert len(keys(D01)) <= 45
    at_window_12(place, "1001", walk)


def test_the_officers_take_the_case_to_the_counter_again(place: demo.Place) -> None:
    """Pre-review on from the receipt, acceptance, examination, site check by two, decision by another, delivery."""

    async def walk(window: Window) -> None:
        await window.types(AGAIN)
        number = window.newest().number
        await window.types("op<f2>")
        await window.becomes("2001")
        await window.types(f"{number}<enter>a<enter>e<f2>k2003<f2><enter>d")
        assert "由您受理" in window.said
        await window.syncs()
        await window.becomes("2002")
        await window.types(f"{number}<enter>d<f2><enter>")
        assert "等大厅确认" in window.said
        await window.syncs()
        await window.app.poll()
        await window.app.frame.freshen()
        assert "大厅已确认" in window.said
        await window.becomes("1002")
        await window.types(
            f"{number}<enter>mJY1<f2><enter>h3<enter>李代办<enter>420111199003070017<f2><enter><enter>5<enter>"
        )
        case = window.terminal.memory.case_by_number(number)[0]
        assert case.state == "closed"
        assert case.delivered is not None
        assert (case.delivered.receiver, case.delivered.how) == ("李代办", "agent")

    at_window_12(place, "1001", walk)


def test_with_the_cable_out_she_goes_on_and_only_the_decision_waits(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<ctrl+g>")
        await window.syncs()
        await window.types(A01)
        number = window.newest().number
        status = await window.app.desk.status()
        assert (status.link, status.pending > 0) == ("offline", True)
        assert waiting_prints(window)[-1] == "acceptance"
        await window.becomes("2001")
        await window.types(f"{number}<enter>e<f2>")
        assert "等 商事科 决定" in window.said
        await window.types("d")
        assert "线路不通" in window.said
        await window.types("<ctrl+g>")
        await window.syncs()
        assert (await window.app.desk.status()).pending == 0

    at_window_12(place, "1001", walk)


def test_what_another_window_was_faster_with_comes_into_the_tray_and_out_of_it(place: demo.Place) -> None:
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
        assert (await window.app.desk.status()).rejected == 1
        await window.types("<ctrl+r>")
        assert "别处已办理" in window.said
        assert "审核" in window.app.screen.query_one(Table).row.what
        await window.types("<enter><enter>")
        await press(window.pilot, *"撤回在先", "f2", "enter")
        assert window.app.screen.query_one(Table).rows == []
        await window.syncs()
        status = await window.app.desk.status()
        assert (status.rejected, status.pending) == (0, 0)

    at_window_12(place, "1001", walk)


def test_a_hearing_and_a_nudge_are_told_on_the_case(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "op<f2>")
        number = window.newest().number
        await window.becomes("2001")
        await window.types(f"{number}<enter>a<enter><escape>")
        await window.syncs()
        day = (window.terminal.clock.now() + timedelta(days=14)).date().isoformat()
        await window.types(f"{number}<enter>z<enter>x<enter>{day}<enter><enter>申请人要求<f2>")
        assert "“天数”必须填写" in window.said, "the letter did not get in"
        await window.types("10<f2><enter>")  # the caret stands where the mistake is
        await window.syncs()
        await window.types(".快办<f2>")
        screen = window.app.screen
        assert isinstance(screen, CaseScreen), window.said
        assert screen.case is not None
        facts = {line.name: line.value for line in screen.case.facts}
        assert facts["特殊程序"].startswith("听证")
        assert "预计到" in facts["特殊程序"]
        assert facts["催办"] == "1 次"

    at_window_12(place, "1001", walk)


def withdraw_elsewhere(place: demo.Place, number: str) -> None:
    """Window 7, an officer: the applicant does not want it any more."""
    with bootstrap.opened(str(place.terminal("0007"))) as terminal:
        sync_once(terminal)
        session = terminal.people.sign_in("2002", demo.PIN)
        terminal.counter.act(session, number, "withdraw", {"reason": "不办了"})
        sync_once(terminal)


def test_a_killed_form_is_told_at_sign_in_and_comes_back_at_its_field_and_to_nobody_else(place: demo.Place) -> None:
    async def typed(window: Window) -> None:
        await window.types(f"nd01<enter>1<enter>{REGULAR}<enter><f6><enter><enter>面")
        await window.pilot.pause(0.3)

    async def back(window: Window) -> None:
        await window.types("<insert>")
        assert window.app.screen.query_one(Sheet).values().get("item") == ""
        await window.becomes("1001")
        assert "没填完" in window.said
        await window.types("<insert>")
        sheet = window.app.screen.query_one(Sheet)
        assert (sheet.key, sheet.values()["form.business_items"]) == ("form.business_items", "面")
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", typed)
    at_window_12(place, "1002", back)


class AfterTheBoot(bootstrap.SystemClock):
    """A machine that was switched on just now and has not reached the hall yet."""

    def monotonic(self) -> float:
        """Seconds since the boot."""
        return super().monotonic() / 1e6


def test_nobody_knows_the_day_until_she_confirms_it_once(place: demo.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN.removesuffix("<enter>"))
        assert window.app.screen.PLACE == "confirm"  # type: ignore[attr-defined]
        before = window.newest().number
        await window.types("<enter>")
        assert window.newest().number != before
        await window.types("<enter><enter>")
        await window.types(AGAIN.removeprefix("n").removesuffix("<enter>"))
        assert window.app.screen.PLACE == "saved"  # type: ignore[attr-defined]

    monkeypatch.setattr(bootstrap, "SystemClock", AfterTheBoot)
    at_window_12(place, "1001", walk)


def test_a_look_at_the_status_takes_nothing_out_that_was_just_filled_in(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second ticks while the desk still looks for an open case of the company whose number was typed."""

    async def walk(window: Window) -> None:
        warns = window.desk.open_case_warning

        async def slowly(item: str, applicant_id: str) -> Message | None:
            await window.app.poll()
            return await warns(item, applicant_id)

        monkeypatch.setattr(window.desk, "open_case_warning", slowly)
        await window.types(f"nd01<enter>1<enter>{REGULAR}<enter>")
        rows = {row.key: row.value for row in window.app.screen.query_one(Sheet).rows if isinstance(row, InputRow)}
        assert (rows["applicant.id"], rows["applicant.name"]) == (REGULAR, "老面馆公司")
        assert rows["applicant.phone"]

    at_window_12(place, "1001", walk)
