"""The console in a real terminal when it can't go on: it leaves with a sentence, never with a stack trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.terminal import Terminal

BROKEN = """
import asyncio, os, sys
from pathlib import Path
os.environ["YICHUANG_STATE"] = sys.argv[1]
from console import station
from console.main import main

class Desk:
    async def status(self):
        secret = "420111199003070017"
        raise KeyError(secret)
    def __getattr__(self, name):
        raise KeyError(name)

class Station:
    def __init__(self, folder, **options):
        self.desk = Desk()
    def close(self):
        pass

station.Station = Station
sys.exit(main(["--lang", "en", "console", "--dir", sys.argv[1]]))
"""
"""The console on a desk with a mistake in it."""


@pytest.fixture
def open_terminals() -> Iterator[list[Terminal]]:
    """Terminals that are closed at the end."""
    made: list[Terminal] = []
    yield made
    for terminal in made:
        terminal.close()


def left(terminal: Terminal) -> str:
    """What stands on the screen when the program has ended."""
    while terminal.alive:
        terminal.pump(5)
    return terminal.text()


@pytest.mark.parametrize(("language", "sentence"), [("zh_CN", "里还没有终端"), ("en", "There is no terminal in")])
def test_a_console_without_a_terminal_ends_with_what_to_do(
    tmp_path: Path, open_terminals: list[Terminal], language: str, sentence: str
) -> None:
    words = [sys.executable, "-m", "console.main", "--lang", language, "console", "--dir", str(tmp_path / "none")]
    terminal = Terminal(words)
    open_terminals.append(terminal)
    shown = left(terminal)
    assert terminal.sees(sentence), shown
    assert "Traceback" not in shown
    assert terminal.sees("yichuang terminal enrol")


def test_a_mistake_in_the_program_is_told_without_what_was_typed(
    tmp_path: Path, open_terminals: list[Terminal]
) -> None:
    terminal = Terminal([sys.executable, "-c", BROKEN, str(tmp_path)], columns=120)
    open_terminals.append(terminal)
    shown = left(terminal)
    assert terminal.sees("The program met an error that nobody expected (KeyError)"), shown
    assert terminal.sees("fault.txt")
    assert "Traceback" not in shown
    trace = (tmp_path / "fault.txt").read_text(encoding="utf-8")
    assert "KeyError" in trace
    assert "420111199003070017" not in trace + shown
