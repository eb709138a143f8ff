"""A clerk's day by keys on the real desk: a real memory, a real hall beside it, real papers in the folder.

The screens' own ways are in `test_flows`; here is what only the whole can show: numbers of keys, what the hall says
later, what the printer got.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from casework import commands
from casework.bodies import Party
from casework.case import Case
from console import bootstrap, demo
from console.desk import CounterDesk
from console.line_once import sync_once
from console.terminal import Terminal
from screens.app import ConsoleApp
from screens.bars import MessageBar
from screens.sheet import Sheet
from screens.table import Table
from tests.screens.typing_keys import keys, press

COMPANY, REGULAR = "91110000600037341L", "91420100MA4K20900B"
"""One that comes for the first time, and one that was here with a food licence before."""
A01 = (
    f"na01<enter>2<enter>2<enter>{COMPANY}<enter>光谷创投公司<enter>13812345678<enter>关山大道1号<enter>王大力<enter>"
    "吉祥餐饮公司<enter>高新大道88号<enter>王大力<enter>100<enter>餐饮<enter>a<f2><enter><enter>"
)
D01 = f"nd01<enter>1<enter>{COMPANY}<enter><f6>2<enter>面食<enter>80<enter><enter>a<f2><enter><enter>"
AGAIN = f"nd01<enter>1<enter>{REGULAR}<enter><f6><f6>a<f2><enter><enter>"
"""The second time: what she said the first time is proposed, and read back."""
Walk = Callable[["Window"], Awaitable[None]]


@dataclasses.dataclass
class Window:
    """A window with a person at its keys."""

    terminal: Terminal
    app: ConsoleApp
    pilot: Pilot[Any]
    plugged: bool = True

    async def types(self, text: str) -> None:
        """Press these keys."""
        await press(self.pilot, *keys(text))

    async def syncs(self) -> None:
        """The line, once; with the cable out it fails as it would."""
        await asyncio.to_thread(demo.Cables(set() if self.plugged else {"0012"}).sync, self.terminal)
        await self.app.poll()

    async def becomes(self, number: str) -> None:
        """Another person sits down: her badge, her PIN."""
        await self.types(f"<ctrl+l>{number}<enter>{demo.PIN}<enter>")

    @property
    def said(self) -> str:
        """The message row."""
        return self.app.screen.query_one(MessageBar).text

    def newest(self) -> Case:
        """The case taken in last."""
        return self.terminal.memory.cases(limit=1)[0].case


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[demo.Place]:
    """A hall that listens, and two enrolled windows."""
    folder = tmp_path_factory.mktemp("day")
    before = os.environ.get("YICHUANG_STATE")
    os.environ["YICHUANG_STATE"] = str(folder / "state")
    made = demo.Place(folder / "demo")
    made.folder.mkdir()
    demo.set_up(made)
    with demo.hall_running(made):
        was_here_before(made)
        yield made
    os.environ.pop("YICHUANG_STATE") if before is None else os.environ.update(YICHUANG_STATE=before)


def was_here_before(place: demo.Place) -> None:
    """A company that took a food licence out last month."""
    applicant = Party("entity", "老面馆公司", REGULAR, "13812345678", "珞喻路3号", "王大力")
    form = {
        "premises": "珞喻路3号",
        "business_kind": "catering",
        "business_items": "面食",
        "area": "80",
        "legal_representative": "王大力",
    }
    command = commands.Intake(item="D01", applicant=applicant, situations={"direct_contact": "no"}, form=form)
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        terminal.counter.intake(terminal.people.sign_in("1001", demo.PIN), command)
        sync_once(terminal)


@contextlib.asynccontextmanager
async def seated(folder: Path, staff: str) -> AsyncIterator[Window]:
    """A window of the hall with `staff` signed in."""
    terminal = bootstrap.open_terminal(folder)
    terminal.speak("zh_CN")
    holder: list[Window] = []

    def cable(plugged: bool) -> None:
        holder[0].plugged = plugged

    terminal.link = lambda: "online" if holder and holder[0].plugged else "offline"
    app = ConsoleApp(CounterDesk(terminal, cable), poll_seconds=0)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            holder.append(Window(terminal, app, pilot))
            await holder[0].types(f"{staff}<enter>{demo.PIN}<enter>")
            yield holder[0]
    finally:
        terminal.memory.close()


def at_window_12(place: demo.Place, staff: str, walk: Walk) -> None:
    """Do `walk` at window 12."""

    async def run() -> None:
        async with seated(place.terminal("0012"), staff) as window:
            await walk(window)

    asyncio.run(run())


def waiting_prints(window: Window) -> list[str]:
    """Papers on their way to the printer, by kind."""
    return [one.kind for one in window.terminal.memory.waiting_prints()]


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
        assert case.materials["D01-02"] == "pending_check"
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
        await window.types(f"{number}<enter>a<enter>e<f2>k2003<f2>d")
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
        await window.types(f"{number}<enter>mJY1<f2>h3<enter>李代办<enter>420111199003070017<f2><enter>5")
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
