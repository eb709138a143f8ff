"""The status line: window and time are there, however much is told beside them."""

from __future__ import annotations

import msgspec
import pytest

from casework import messages
from console.messages import LANGUAGES, translator
from screens.bars import status_parts
from screens.desk import Status

BUSY = Status(
    link="offline", pending=27, oldest_seconds=7300, rejected=12, held=0, day="2026-11-23", revision=1,
    window="12", posts="General window+1", clock="11:24",
    prints_waiting=3, prints_seconds=7300, prints_unsure=1, sitting=("a", "b"),
)  # fmt: skip


def _line(status: Status, width: int) -> str:
    return "".join(text for text, _ in status_parts(status, width))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_busy_window_still_says_which_it_is_and_what_time(language: str) -> None:
    messages.install(translator(language))
    line = _line(BUSY, 80)
    assert "12" in line.rpartition("|")[0].rpartition("|")[2]
    assert line.endswith("11:24 ")
    assert "3!" in line
    quiet = msgspec.structs.replace(BUSY, pending=0, sitting=())
    assert "!" not in _line(quiet, 120)
