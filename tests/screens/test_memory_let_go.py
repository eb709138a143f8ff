"""A console that sits open all day keeps nothing of the screens that were left."""

from __future__ import annotations

import gc
from collections import Counter

from textual._styles_cache import StylesCache
from textual.widget import Widget

from console.demo import demo
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_desk import AGAIN

TURNS = 3


def drawn() -> Counter[str]:
    """What is alive of screens, and of what was drawn for them."""
    gc.collect()
    return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, Widget | StylesCache))


def test_screens_that_were_left_are_gone_with_what_was_drawn_for_them(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        found = []
        for _ in range(TURNS):
            await window.types(AGAIN + "<f3><f4>0001<enter><f3><f3>")
            found.append(drawn())
        assert found[-1]["QueueScreen"] == 1
        assert found[-1]["CaseScreen"] <= 1
        assert found[-1] == found[-2], "each turn leaves something behind"

    at_window_12(place, "1001", walk)
