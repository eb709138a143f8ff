"""What several unit tests stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from casework import messages
from console.messages import translator


@pytest.fixture
def chinese() -> Iterator[None]:
    """The counter's own language, and afterwards whatever was there."""
    before = messages._translator
    messages.install(translator("zh_CN"))
    yield
    messages.install(before)
