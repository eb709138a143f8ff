"""What holds for every test: whatever language one installs, the next begins without; no example is late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from casework import messages

settings.register_profile("house", deadline=None)  # a machine that does other work too is no mistake of the code
settings.load_profile("house")


def _kept() -> Iterator[None]:
    """The lookup is one global of the process, and with two runners each plays its tests in any order."""
    before = messages._translator
    yield
    messages.install(before)


_no_language_left_over = pytest.fixture(autouse=True, name="no_language_left_over")(_kept)
_nor_by_a_module = pytest.fixture(autouse=True, scope="module", name="no_language_left_over_by_a_module")(_kept)
"""What a fixture of a whole module installs lasts as long as the module."""
