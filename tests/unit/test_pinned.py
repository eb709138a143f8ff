"""Windows of two versions in one hall: the rules say of stored facts what they said before, unless it is meant."""

from __future__ import annotations

import pytest

from casework import messages
from tests.pinned.keeping import FOLDER, ROOMS, difference, kept, names


@pytest.mark.parametrize(("room", "history"), names(), ids=lambda name: name.replace(" ", "_"))
def test_a_window_of_the_version_before_says_the_same_of_it(room: str, history: str) -> None:
    messages.install(messages._untranslated)
    assert difference(room, history) == ""


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_kept_that_nobody_tells_any_more(room: str) -> None:
    assert kept(room).keys() == ROOMS[room].keys()


def test_every_kept_room_is_one_that_is_told() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == ROOMS.keys()
