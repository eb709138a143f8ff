"""A hall of a day, its window served to browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext

from console.demo import demo
from tests.browser.served import Served, browser, serving
from tests.screens.real_window import hall_of_a_day


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[demo.Place]:
    """A hall that listens, and two enrolled windows."""
    with hall_of_a_day(tmp_path_factory.mktemp("hall")) as made:
        yield made


@pytest.fixture(scope="module")
def served(place: demo.Place) -> Iterator[Served]:
    """The window 12 of a real hall, in browsers."""
    with serving(place.terminal("0012")) as made:
        yield made


@pytest.fixture(scope="module")
def chrome(served: Served) -> Iterator[Callable[[], BrowserContext]]:
    """A Chromium; each call is a browser with its own cookies. After the hall: its driver keeps the thread's loop."""
    with browser() as new:
        yield new


@pytest.fixture
def person(chrome: Callable[[], BrowserContext]) -> Iterator[BrowserContext]:
    """A browser with its own cookies, gone after the test."""
    made = chrome()
    yield made
    made.close()
