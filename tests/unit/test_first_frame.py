"""The first frame comes at once: what the sign-in does not need is loaded when it is opened, or behind the frame."""

from __future__ import annotations

import pytest

from tests.unit.test_house import ROOMS, in_fresh_interpreter

FIRST_FRAME = """
import functools, sys
from pathlib import Path
import console.main, console.commands.console
from console.window import open_console
from screens.app import App, ConsoleApp

found = set()

async def shown(app):
    found.update(sys.modules)
    app.exit()

ConsoleApp._first_poll = shown  # called when the first frame is on the screen
ConsoleApp.run = functools.partialmethod(App.run, headless=True, size=(80, 24))
open_console(Path("no-terminal"))
print(*sorted(found))
"""
CASEWORK = {"cells", "errors", "limits", "messages", "numbers", "short_codes", "text"}
CONSOLE = {"arguments", "commands", "commands.console", "errors", "folders", "keymap", "main", "messages", "window"}
SCREENS = {
    "actions", "app", "bars", "calls", "canvas", "closing", "everywhere", "field", "form", "frame", "hall_views",
    "idle", "keys", "line", "marking", "modes", "moved_views", "scan", "seat", "sheet", "sheet_lines", "sheet_owner",
    "sign_in", "sitting", "themes", "tour", "views",
}  # fmt: skip
NEEDED = (
    {"casework", "console", "screens"}
    | {f"casework.{name}" for name in CASEWORK}
    | {f"console.{name}" for name in CONSOLE}
    | {f"screens.{name}" for name in SCREENS}
)
HEAVY = {"sqlite3", "httpx", "starlette", "tenacity", "tomllib", "sqlite_utils", "cryptography", "PIL", "pypinyin"}


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules of a console that has just drawn its sign-in."""
    return set(in_fresh_interpreter(FIRST_FRAME).split())


def test_the_sign_in_loads_no_screen_store_or_line_that_it_does_not_show(loaded: set[str]) -> None:
    ours = {name for name in loaded if name.partition(".")[0] in ROOMS}
    assert "screens.sign_in" in ours
    assert ours - NEEDED == set(), "load it where it is opened; what the sign-in itself needs belongs on this list"


def test_the_list_names_nothing_that_is_not_loaded_any_more(loaded: set[str]) -> None:
    assert NEEDED - loaded == set()


def test_the_sign_in_loads_no_heavy_library(loaded: set[str]) -> None:
    assert loaded & HEAVY == set()


def test_the_style_sheet_is_read_once_for_the_first_frame() -> None:
    counted = FIRST_FRAME.replace(
        "found = set()",
        "found = set()\n"
        "from textual.css.stylesheet import Stylesheet\n"
        "read = []\n"
        "whole = Stylesheet.reparse\n"
        "Stylesheet.reparse = lambda sheet: (read.append(1), whole(sheet))[1]\n",
    ).replace("print(*sorted(found))", "print(len(read))")
    assert in_fresh_interpreter(counted) == "0"
