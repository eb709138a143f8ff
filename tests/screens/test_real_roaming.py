"""Who sits at which window, by keys on the real desk: badges, forms left open, queues handed over at a shift's end."""

from __future__ import annotations

import asyncio
import json
from typing import cast

import pytest

from casework.case import Case
from casework.errors import BadInput
from casework.wire import Tray
from console import bootstrap
from console.commands import post
from console.counter import Counter
from console.demo import demo
from console.line_once import sync_once
from console.main import main
from screens.case import CaseScreen
from screens.intake import IntakeScreen
from screens.posts import PostScreen
from screens.sheet import Sheet
from screens.sign_in import SignInScreen
from screens.table import Table
from tests.screens.real_window import COMPANY, Window, at_window_12, seated, waiting_prints
from tests.screens.test_real_desk import D01
from tests.screens.typing_keys import press

HALF = f"nd01<enter>2<enter>{COMPANY}<enter>漫游面馆公司<enter>13812345678<enter>"


def parked_of(window: Window, staff: str) -> list[str]:
    """The codes of the forms that lie aside under her name."""
    found = window.terminal.memory.prefiles()
    return [one.code for one in found if one.state == "parked" and one.touched_by == staff]


def shift_of(window: Window) -> tuple[str, ...]:
    """The posts that are served now."""
    assert window.app.person is not None
    return window.app.person.shift


def test_a_form_left_open_is_parked_under_its_owner_and_found_again_here_and_at_another_window(
    place: demo.Place,
) -> None:
    async def left(window: Window) -> None:
        await window.types(HALF)
        await window.types("%1002<enter>")
        assert isinstance(window.app.screen, SignInScreen)
        assert window.app.screen.query_one(Sheet).key == "pin"
        assert window.terminal.memory.drafts("1001"), "nobody else has signed in: it still waits here"
        await window.types(f"{demo.PIN}<enter>")
        assert window.app.person is not None
        assert window.app.person.number == "1002"
        assert window.terminal.memory.drafts("1001") == ()
        assert len(parked_of(window, "1001")) == 1
        await window.types("n")
        assert window.app.screen.query_one(Sheet).values()["item"] == "", "she sees nothing of the other one's form"
        await window.syncs()

    async def found(window: Window) -> None:
        await asyncio.to_thread(sync_once, window.terminal)
        await window.types("<ctrl+l>1001<enter>")
        await window.becomes("1001")
        assert "1 份" in window.said
        await window.types("<f9><down><down><down><enter>")
        screen = window.app.screen
        assert isinstance(screen, IntakeScreen)
        assert screen.sheet.values()["applicant.name"] == "漫游面馆公司"
        assert screen.sheet.key == "applicant.address", "where the caret stood"
        assert parked_of(window, "1001") == []
        await window.types("<ctrl+d><enter>")

    async def run() -> None:
        async with seated(place.terminal("0012"), "1001") as window:
            await left(window)
        async with seated(place.terminal("0007"), "1002") as window:
            await found(window)

    asyncio.run(run())


def test_who_only_locked_finds_her_form_as_it_was_and_no_prefile_is_made(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        before = parked_of(window, "1001")
        await window.types(HALF + f"<ctrl+l>{demo.PIN}<enter>")
        assert window.app.screen.query_one(Sheet).values()["applicant.name"] == "漫游面馆公司"
        assert parked_of(window, "1001") == before
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)


def test_another_post_needs_two_keys_from_anywhere(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        for begin in ("", "<f4>a02", "n", "<f8>"):
            await window.types(begin)
            await window.types("<f9>2")
            assert shift_of(window) == ("guide",)
            await window.types("<f9>0")
            assert shift_of(window) == ("window", "guide")

    at_window_12(place, "1001", walk)


def test_a_badge_is_no_number_alone_and_a_percent_in_a_text_is_none(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<f4>50%<enter>")
        assert window.app.person is not None
        await window.types("<ctrl+u>%777<enter>")
        assert window.app.screen.query_one(Sheet).values()["text"] == "%777", "nobody's badge is a text"
        await window.types("<f3>%9999<enter>")
        assert "不在名册" in window.said
        await window.types("<f3>%2001<enter>")
        assert isinstance(window.app.screen, SignInScreen)
        await window.types("<enter>")
        assert window.app.person is None, "a badge without a PIN lets nobody in"

    at_window_12(place, "1001", walk)


def test_at_the_shifts_end_each_item_goes_with_a_line_of_result_and_the_taker_sees_it(place: demo.Place) -> None:
    async def gives(window: Window) -> str:
        await window.types("<f3><f9>h")
        await press(window.pilot, *"刘洋", "enter")
        number: str = next(one.row.number for one in window.app.screen.query_one(Table).rows if one.mine)
        await window.types("<f2>")
        await press(window.pilot, *"还差一份授权书", "f2")
        lines = window.app.screen.query_one(Table).rows
        assert all(line.refused is None for line in lines), window.shown
        assert "打印交接清单" in window.said
        await window.types("p")
        assert waiting_prints(window)[-1] == "shift"
        case = window.terminal.memory.case_by_number(number)[0]
        assert case.handed is not None
        assert (case.handed.to, case.handed.by) == ("1002", "1001")
        await window.types("<escape>")
        assert isinstance(window.app.screen, PostScreen)
        await window.syncs()
        return number

    async def takes(window: Window, number: str) -> None:
        await asyncio.to_thread(sync_once, window.terminal)
        await window.becomes("1002")
        assert "交给您" in window.said
        await window.types("<f9>")
        lines = window.app.screen.query_one(Table).rows
        at = next(i for i, line in enumerate(lines) if line.code == number)
        assert "王芳交来" in lines[at].tip
        await window.types("<down>" * at + "<enter>")
        assert number[16:20] in window.shown
        assert "还差一份授权书" in window.shown

    async def run() -> None:
        async with seated(place.terminal("0012"), "1001") as window:
            number = await gives(window)
        async with seated(place.terminal("0007"), "1001") as window:
            await takes(window, number)

    asyncio.run(run())


def test_without_a_screen_an_officer_who_does_not_serve_the_post_takes_nothing(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(bootstrap.PIN_VARIABLE, demo.PIN)
    who = ["--dir", str(place.terminal("0012")), "--staff", "1001"]
    assert post.__name__ == "console.commands.post"
    assert main(["post", "list", *who]) == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert rows
    number = rows[0]["number"]
    assert main(["post", "hand-over", "2003", number, "000", *who]) == 0
    first, second = (json.loads(line) for line in capfd.readouterr().out.splitlines())
    assert (first["handed"], first["refused"]["code"]) == (False, "handover.other_post")
    assert second["handed"] is False
    assert main(["post", "hand-over", "1002", number, "--print", *who]) == 0
    done, sheet = (json.loads(line) for line in capfd.readouterr().out.splitlines())
    assert done["handed"]
    assert sheet["file"].endswith(".pdf")
    assert main(["post", "hand-over", "1001", number, *who]) == 1
    assert "不能交给自己" in capfd.readouterr().err


def test_a_case_that_goes_with_its_module_while_it_is_open_says_so(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def handles(*modules: str) -> None:
        words = ("terminal", "scope", "0012", ",".join(modules), "--dir", str(place.hall))
        monkeypatch.setenv("YICHUANG_PIN", demo.PIN)
        assert main([*words, "--staff", "4001", "--post", "it"]) == 0

    async def walk(window: Window) -> None:
        await window.types(D01)
        number = window.newest().number
        await window.syncs()
        await window.types(f"<f3>{number}<enter>")
        assert isinstance(window.app.screen, CaseScreen)
        handles("business")
        await window.syncs()
        await window.syncs()
        for _ in range(2):
            assert "已不在这台终端" in window.shown.replace(" ", "")
            assert "请核对编号" not in window.shown
            await window.app.poll()
        assert "请信息管理员把模块配回本窗口" in "".join(window.shown.split()), "the whole sentence"
        handles("business", "investment", "construction", "single")
        await window.syncs()
        await window.syncs()

    at_window_12(place, "1001", walk)


def test_a_case_whose_receipt_was_refused_while_it_is_open_is_said_to_be_in_the_tray(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had been said to be elsewhere, with all that was done here at the hall."""

    def gone(_counter: Counter, number: str) -> Case:
        raise BadInput("case.unknown", number=number)

    async def walk(window: Window) -> None:
        await window.types(D01)
        number = window.newest().number
        await window.types(f"<f3>{number}<enter>")
        screen = cast(CaseScreen, window.app.screen)
        line = Tray("f" * 32, "received", "c" * 32, "c" * 32, number, "0012", "1001", "no_right", {}, "")
        with monkeypatch.context() as refused:
            refused.setattr(Counter, "case", gone)
            refused.setattr(type(window.terminal.memory), "tray", lambda _memory: (line,))
            await screen.arrive()
            assert "还在待处理中等人了结" in window.shown
        await screen.arrive()
        assert "还在待处理中等人了结" not in window.shown

    at_window_12(place, "1001", walk)
