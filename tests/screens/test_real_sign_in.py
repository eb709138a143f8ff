"""Wrong PINs by keys on the real desk: what is left, until when nobody of that number gets in, and that it is kept."""

from __future__ import annotations

import re

from console.demo import demo
from local_db.people import Lockout
from screens.desk import Refused
from tests.screens.real_window import Window, at_window_12


def test_five_wrong_pins_lock_the_number_in_words_and_a_restart_does_not_open_it(place: demo.Place) -> None:
    async def guesses(window: Window) -> None:
        await window.types("<ctrl+l><up><ctrl+u>1002<enter>000000<enter>")
        assert "还可以试 4 次" in window.said
        await window.types("000000<enter>" * 4)
        assert re.search(r"锁定到 \d\d:\d\d", window.said), window.said
        await window.types(f"{demo.PIN}<enter>")
        assert re.search(r"已锁定，到 \d\d:\d\d 再试", window.said), window.said
        await window.types(f"<up><ctrl+u>1001<enter>{demo.PIN}<enter>")
        assert window.app.current_mode == "queue", "the lock is that number's, the window serves on"

    async def after_a_restart(window: Window) -> None:
        await window.types(f"<ctrl+l><up><ctrl+u>1002<enter>{demo.PIN}<enter>")
        assert "再试" in window.said
        window.terminal.memory.keep_lockout("1002", Lockout())
        await window.types(f"{demo.PIN}<enter>")
        assert window.app.current_mode == "queue"

    at_window_12(place, "1001", guesses)
    at_window_12(place, "1001", after_a_restart)


def test_a_supervisor_lets_a_colleague_try_again_and_the_window_keeps_who_did(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<ctrl+l><up><ctrl+u>1002<enter>" + "000000<enter>" * 5)
        assert "锁定到" in window.said
        await window.types(f"<up><ctrl+u>1001<enter>{demo.PIN}<enter><f9>")
        assert "口令已锁定" not in window.shown, "no clerk opens another's lock"
        assert isinstance(await window.desk.unlock("1002"), Refused)
        await window.becomes("3001")
        await window.types("<f9>")
        assert "口令已锁定：刘洋 1002" in window.shown
        await window.types("<end><enter>")
        assert "连续输错 5 次" in window.shown
        await window.types("<enter>")
        assert "可以再试口令" in window.said
        assert "口令已锁定" not in window.shown
        (done,) = window.terminal.people.unlocked()
        assert (done.staff, done.by, done.failures) == ("1002", "3001", 5)
        await window.becomes("1002")
        assert window.app.current_mode == "queue"

    at_window_12(place, "1001", walk)
