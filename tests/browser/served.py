"""`yichuang serve` as a process, a headless Chromium before it, and what its terminal shows."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
SECONDS = 30.0


def chromium() -> str:
    """The system's Chromium; without one the test fails and says how to get it."""
    found = os.environ.get("YICHUANG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("The browser tests need a Chromium: apt install chromium, or name one in YICHUANG_CHROMIUM.")
    return found


@dataclasses.dataclass
class Served:
    """A server that listens."""

    url: str
    process: subprocess.Popen[bytes]

    def consoles(self) -> list[int]:
        """The console processes behind its pages."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [int(child) for child in children]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve the terminal of `folder`."""
    words = [sys.executable, "-m", "console.main", "serve", "--dir", str(folder), "--port", "0", "--lang", "zh_CN"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield Served(json.loads(process.stdout.readline())["listening"], process)
        finally:
            process.terminate()


class Tab:
    """A page with the terminal as the browser got it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self._screen: pyte.Screen = pyte.Screen(200, 60)
        self._stream = pyte.ByteStream(self._screen)
        self.page.on("websocket", self._line)
        self.page.goto(url)

    def _line(self, line: Any) -> None:
        self._screen.reset()
        line.on("framereceived", self._frame)

    def _frame(self, payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            self._stream.feed(payload)

    @property
    def shown(self) -> str:
        """The screen as text; a wide character is there once."""
        rows = (self._screen.buffer[y] for y in range(self._screen.lines))
        return "\n".join("".join(row[x].data for x in range(self._screen.columns)).rstrip() for row in rows).rstrip()

    def sees(self, *texts: str) -> None:
        """Wait until all of these are on the screen."""
        self.until(lambda: all(text in self.shown for text in texts), f"{texts} in\n")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until it holds; the browser's news come in meanwhile."""
        for _ in range(int(SECONDS * 20)):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{what}{self.shown}")

    def types(self, text: str) -> None:
        """Type; what stands in <> is a key (`<F4>`, `<Control+p>`)."""
        for place, piece in enumerate(re.split("[<>]", text)):
            if place % 2:
                self.page.keyboard.press(piece)
            elif piece.isascii():
                self.page.keyboard.type(piece)
            else:
                self.page.keyboard.insert_text(piece)  # as an input method does

    def signs_in(self, number: str = "1001") -> None:
        """Staff number and PIN."""
        self.sees("登录")
        self.types(f"{number}<Enter>135790<Enter>")
        self.sees("工作台", number)


@contextlib.contextmanager
def browser(width: int = 1280, height: int = 760) -> Iterator[Callable[[], BrowserContext]]:
    """A headless Chromium; each call is a browser of its own, with its own cookies."""
    with sync_playwright() as play:
        chrome = play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield lambda: chrome.new_context(viewport={"width": width, "height": height})
        finally:
            chrome.close()
