"""What holds for every test: whatever language one installs, the next begins without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from casework import messages


@pytest.fixture(autouse=True)
def _no_language_left_over() -> Iterator[None]:
    """The lookup is one global of the process, and with two runners each plays its tests in any order."""
    before = messages._translator
    yield
    messages.install(before)
