"""What a person chooses for herself and her window: seen at once, remembered, refused with a sentence; her own keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from casework.errors import BadInput
from casework.papers import Paper
from console import bootstrap
from console.demo import demo
from console.keymap import load
from console.main import main
from screens.actions import USER
from screens.app import ConsoleApp
from screens.bars import MessageBar
from screens.intake import IntakeScreen
from screens.keymap import read_keymap
from screens.sheet import Sheet
from screens.table import Table
from tests.screens.fake_desk import FakeDesk
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_flows import walk
from tests.screens.typing_keys import keys, press


def said(app: ConsoleApp) -> str:
    """The message row."""
    return app.screen.query_one(MessageBar).text


def test_what_she_chooses_holds_at_once_and_the_next_time(place: demo.Place) -> None:
    async def chooses(window: Window) -> None:
        app = window.app
        await window.types("<ctrl+x>2")
        assert "Language" in window.shown
        await window.types("<enter>2<enter>2<enter>12<enter><f2>")
        assert (app.theme, app.borders, app.seat.idle.seconds) == ("yichuang-contrast", False, 720)
        assert "Settings are kept" in window.said

    async def again(window: Window) -> None:
        app = window.app
        assert (app.language, app.theme, app.borders, app.seat.idle.seconds) == ("en", "yichuang-contrast", False, 720)
        await window.becomes("1002")
        assert app.seat.idle.seconds == 720, "the lock is the window's"
        await window.becomes("1001")
        await window.types("<ctrl+x>1<enter>1<enter>1<enter><f2>")
        assert (app.language, app.theme, app.borders) == ("zh_CN", "yichuang-dark", True)

    at_window_12(place, "1001", chooses)
    at_window_12(place, "1001", again)


def test_a_wrong_value_is_refused_and_the_one_before_holds(place: demo.Place) -> None:
    async def walks(window: Window) -> None:
        await window.types("<ctrl+x><down><down><down>900<enter>")
        assert "1 到 60" in window.shown
        await window.types("<f3>")
        assert window.app.seat.idle.seconds <= 3600

    at_window_12(place, "1001", walks)


def test_the_same_without_a_screen(
    place: demo.Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(bootstrap.PIN_VARIABLE, demo.PIN)
    who = ["--dir", str(place.terminal("0007")), "--staff", "1002"]
    assert main(["settings", "set", "idle_minutes", "20", *who]) == 0
    assert json.loads(capfd.readouterr().out)["idle_minutes"] == 20
    assert main(["settings", "set", "phone", "027-6788 0012", *who]) == 0
    assert json.loads(capfd.readouterr().out)["phone"] == "027-6788 0012"
    for name, value in (
        ("phone", "ask Li"),
        ("idle_minutes", "x"),
        ("theme", "pink"),
        ("badge", "a"),
        ("printer", "none"),
        ("colour", "1"),
    ):
        assert main(["settings", "set", name, value, *who]) == 1
        assert capfd.readouterr().err.startswith("yichuang settings: ")
    assert main(["settings", "list", *who]) == 0
    assert json.loads(capfd.readouterr().out)["theme"] == ""


def test_the_telephone_of_the_window_stands_on_its_papers(place: demo.Place) -> None:
    async def walks(window: Window) -> None:
        await window.types("<ctrl+x>" + "<down>" * 5 + "<ctrl+u>027-1234 5678<f2>")
        assert "设置已记住" in window.said
        case = window.newest()
        counter, people = window.terminal.counter, window.terminal.people
        paper = counter.preview(people.sign_in("1001", demo.PIN), case.number, "receipt")
        assert isinstance(paper, Paper)
        assert ("窗口电话", "027-1234 5678") in paper.fields

    at_window_12(place, "1001", walks)


def test_a_letter_goes_to_its_row_and_any_other_key_takes_the_letters_away() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<ctrl+o>d"))
        assert app.screen.query_one(Table).at == 2
        await press(pilot, *keys("<ctrl+o><escape>"))
        assert app.screen.query_one(Table).at == 2
        await press(pilot, *keys("na01<enter>420111199003070017<enter>王<ctrl+o>a"))
        assert isinstance(app.screen, IntakeScreen)
        sheet = app.screen.query_one(Sheet)
        assert sheet.values()["applicant.name"] == "王"
        assert sheet.key == "item"

    walk(FakeDesk(), then)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"go_moon": "f6"}, "keymap.act"),
        ({"go_board": 7}, "keymap.value"),
        ({"help": "f6"}, "keymap.kept"),
        ({"go_board": "f5"}, "keymap.forbidden"),
        ({"go_board": "ctrl+shift+a"}, "keymap.forbidden"),
        ({"go_board": "ctrl+m"}, "keymap.forbidden"),
        ({"go_board": "hyper"}, "keymap.key"),
        ({"go_board": "b"}, "keymap.types"),
        ({"go_board": "f4"}, "keymap.double"),
        ({"case.accept": "b"}, "keymap.double"),
        ({"case.moon": "b"}, "keymap.act"),
    ],
)
def test_a_wrong_key_map_says_what_is_wrong(wanted: dict[str, object], why: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_keymap(wanted)
    assert caught.value.code == why
    assert str(caught.value) != why


def test_her_own_keys_hold_and_stand_in_key_row_and_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YICHUANG_SETTINGS", str(tmp_path))
    assert load() is None
    file = tmp_path / "keys.toml"
    file.write_text('[keys]\ngo_search = "ctrl+v"\n[case]\naccept = "d"\ndecide = "a"\n', encoding="utf-8")
    assert load() is None

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "f4")
        assert app.current_mode == "queue"
        await press(pilot, "ctrl+v")
        assert app.current_mode == "search"

    try:
        walk(FakeDesk(), then)
        file.write_text('[keys]\ngo_search = "f5"\n', encoding="utf-8")
        trouble = load()
        assert trouble is not None
        assert "F5" in str(trouble)
        file.write_text("[keys\n", encoding="utf-8")
        assert load() is not None
    finally:
        USER.clear()
