"""The hall that the tests on the real desk share, one for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from console.demo import demo
from tests.screens.real_window import hall_of_a_day


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[demo.Place]:
    """A hall that listens, and two enrolled windows."""
    with hall_of_a_day(tmp_path_factory.mktemp("day")) as made:
        yield made
