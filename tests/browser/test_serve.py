"""The console in a real browser: Chinese on the grid, our keys ours, nothing asked outside, a lost tab found again."""

from __future__ import annotations

import io
import os
import re
import select
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext

from console.demo import demo
from screens.actions import ACTS, FORBIDDEN
from tests.browser.served import SECONDS, Served, Tab, serving
from tests.screens.real_window import COMPANY

CELL = 9
"""Pixels of a cell at 16 px of Roboto Mono, as xterm.js measures it."""


def test_nothing_is_asked_of_anybody_but_this_machine(person: BrowserContext, served: Served) -> None:
    asked: list[str] = []
    person.on("request", lambda request: asked.append(request.url))
    lines: list[str] = []
    person.on("page", lambda page: page.on("websocket", lambda line: lines.append(line.url)))
    said: list[str] = []
    person.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab = Tab(person, served.url)
    tab.signs_in()
    assert asked
    assert {url for url in asked if not url.startswith((f"{served.url}/", "data:,"))} == set()
    assert {url.partition("?")[0] for url in lines} == {f"{served.url.replace('http', 'ws')}/ws"}
    assert said == []  # nor was anything held back by the policy of the page


def test_chinese_stands_on_the_grid_in_the_shipped_font(person: BrowserContext, served: Served) -> None:
    tab = Tab(person, served.url)
    tab.signs_in()
    tab.types("<F4>" + "中" * 16 + "国")
    tab.sees("中" * 16 + "国")
    fonts = 'Array.from(document.fonts).filter(one => one.status === "loaded").length'
    assert tab.page.evaluate(fonts) == 2
    picture = Image.open(io.BytesIO(tab.page.screenshot())).convert("L")
    row = next(y for y, text in enumerate(tab.shown.splitlines()) if "中" * 16 in text)
    high = 21
    start = 12 * CELL  # the field begins behind its label
    cells = [
        picture.crop((start + at * 2 * CELL, row * high, start + (at + 1) * 2 * CELL, (row + 1) * high))
        for at in range(17)
    ]
    first = cells[0].tobytes()
    assert len(set(first)) > 8  # it is drawn, and not as an empty box of one colour
    assert all(cell.tobytes() == first for cell in cells[:16])  # each in its two cells, none a pixel off
    assert cells[16].tobytes() != first


def browser_key(key: str) -> str:
    """A key of the table as the browser calls it."""
    control, _, last = key.rpartition("+")
    return f"Control+{last}" if control == "ctrl" else last.upper()


OURS = re.compile(r"f[1-9][0-2]?|ctrl\+[a-z]")
KEYS = sorted({key for act in ACTS for key in act.keys if OURS.fullmatch(key) and key not in FORBIDDEN})


def test_the_browser_takes_none_of_our_keys(person: BrowserContext, served: Served) -> None:
    tab = Tab(person, served.url)
    tab.signs_in()
    tab.page.evaluate(
        """() => { window.kept = {}; window.here = true;
        window.addEventListener("keydown", (e) => { window.kept[e.key + e.ctrlKey] = e.defaultPrevented; }); }"""
    )
    for key in KEYS:
        if key in {"ctrl+l", "ctrl+q"}:  # they leave the queue
            continue
        name = browser_key(key)
        tab.types(f"<{name}>")
        last = name.rpartition("+")[2]
        seen = tab.page.evaluate("([key, control]) => window.kept[key + control]", [last, "+" in name])
        assert seen is not False, f"the browser takes {key}"
        tab.types("<Escape><Escape>" + ("<Control+y>" if key == "ctrl+y" else ""))  # back to Chinese: it is kept
    for name in ("F5", "Control+r", "Control+p", "Control+f", "Alt"):  # no reload, no print, no search, no menu
        tab.types(f"<{name}>")
    tab.types("<Escape><Escape><F3>")
    tab.sees("工作台")
    assert tab.page.evaluate("window.here") is True
    assert len(person.pages) == 1


def test_f1_f10_and_the_ways_between_screens_work(person: BrowserContext, served: Served) -> None:
    tab = Tab(person, served.url)
    tab.signs_in()
    for key, seen in (
        ("F1", "帮助"),
        ("F8", "今日看板"),
        ("F4", "查询"),
        ("F10", "菜单"),
        ("F9", "换岗"),
        ("F7", "打印队列"),
    ):
        tab.types(f"<{key}>")
        tab.sees(f"一窗 | {seen}")
        tab.types("<Escape><F3>")
        tab.sees("一窗 | 工作台")


def test_pasted_text_comes_into_the_field(person: BrowserContext, served: Served) -> None:
    person.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.url)
    tab = Tab(person, served.url)
    tab.signs_in()
    tab.types("<F4>")
    tab.sees("一窗 | 查询")
    tab.page.evaluate("navigator.clipboard.writeText('张建国𠮷')")
    tab.types("<Control+v>")
    tab.sees("张建国𠮷")


def test_a_reloaded_page_and_a_second_tab_find_the_console_as_it_was(person: BrowserContext, served: Served) -> None:
    tab = Tab(person, served.url)
    tab.signs_in()
    consoles = len(served.consoles())
    tab.types(f"<Insert>a02<Enter><F6>{COMPANY}")
    tab.sees(COMPANY)
    tab.page.reload()
    tab.sees(COMPANY, "1001")  # still signed in, every row drawn anew
    other = Tab(person, served.url)
    other.sees(COMPANY, "1001")
    tab.page.wait_for_selector("#over", state="visible")
    assert "另一个页面" in tab.page.inner_text("#words")
    assert len(served.consoles()) == consoles


def test_after_a_lost_tab_the_draft_is_offered_again_at_the_sign_in(
    chrome: Callable[[], BrowserContext], served: Served
) -> None:
    lost = chrome()
    tab = Tab(lost, served.url)
    tab.signs_in("1002")
    tab.types(f"<Insert>a02<Enter><F6>{COMPANY}<Enter>")
    tab.sees(COMPANY)
    tab.page.wait_for_timeout(600)  # a draft is on the disk within 300 ms
    lost.close()  # the browser crashed, its cookie is gone
    found = chrome()
    again = Tab(found, served.url)
    again.sees("登录")  # nobody is signed in by a page alone
    again.signs_in("1002")
    again.sees("没填完的表单")
    again.types("<Insert>")
    again.sees(COMPANY)
    found.close()


def test_who_leaves_the_console_is_told_so_and_can_open_it_again(person: BrowserContext, served: Served) -> None:
    tab = Tab(person, served.url)
    tab.sees("登录")
    tab.types("<Control+q>")
    tab.page.wait_for_selector("#over", state="visible")
    tab.types("<Enter>")
    tab.sees("登录")


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_no_console_outlives_its_server(chrome: Callable[[], BrowserContext], place: demo.Place, how: str) -> None:
    with serving(place.terminal("0012")) as server:
        person = chrome()
        tab = Tab(person, server.url)
        tab.signs_in()
        (console,) = server.consoles()
        handle = os.pidfd_open(console)
        getattr(server.process, how)()
        ended, _, _ = select.select([handle], [], [], SECONDS)
        assert ended
        os.close(handle)
        told = {"terminate": "#over", "kill": "#lost"}[how]  # one said good-bye, the other did not
        tab.page.wait_for_selector(told, state="visible")
        person.close()
