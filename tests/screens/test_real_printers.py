"""The window's printers by keys on the real desk: added, tried, changed, made the first, taken away."""

from __future__ import annotations

import asyncio

from console.demo import demo
from console.print_queue import PrintQueue, keep_slots, slots_of
from console.printing.slots import Slot, default_slots
from screens.act import ActScreen
from screens.printers import PrintersScreen
from screens.prints import PrintsScreen
from tests.screens.real_window import Window, at_window_12
from tests.till import nobody, till


def fresh(window: Window, *slots: Slot) -> None:
    """An empty queue and these printers."""
    for job in window.terminal.memory.open_prints():
        window.terminal.memory.settle_print(job.id, "dropped", "test", "")
    keep_slots(window.terminal, slots or default_slots())


def front(window: Window) -> type:
    """Which screen is in front."""
    return type(window.app.screen)


def test_a_till_is_added_from_the_settings_tried_and_made_the_first(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        fresh(window)
        with till("prints") as printer:
            await window.types("<ctrl+x><f7>")
            assert front(window) is PrintersScreen
            assert "其余全部" in window.shown
            await window.types("n")
            assert front(window) is ActScreen
            await window.types(f"小票机<enter>2<enter>127.0.0.1:{printer.port}<enter>2<enter>2<enter>2<enter>39<f2>")
            assert "“小票机”已记下；按 t 试打" in window.said
            (slot,) = slots_of(window.terminal)
            assert slot == Slot("小票机", f"tcp://127.0.0.1:{printer.port}?form=escpos", ("80mm", "ticket"))
            await window.types("t")
            assert "试打页已送往 小票机" in window.said
            await asyncio.to_thread(PrintQueue(window.terminal).print_waiting)
            assert printer.done.wait(5)
        assert "打印测试".encode("gb18030") in printer.papers[0]
        keep_slots(window.terminal, (slot, Slot("laser", "folder:")))
        await window.types("<escape><f7><down><enter>设为首选<enter>")
        assert [each.name for each in slots_of(window.terminal)] == ["laser", "小票机"]
        fresh(window)

    at_window_12(place, "1001", walk)


def test_a_wrong_address_stays_in_the_form_with_the_reason_and_a_right_one_holds(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        fresh(window, Slot("till", "tcp://10.0.0.8?answers=yes", ("80mm", "guide")), Slot("rest", "folder:"))
        await window.types("<ctrl+x><f7><enter>修改<enter><enter><ctrl+u>10.0.0.8:99999<f2>")
        assert front(window) is ActScreen
        assert "tcp://10.0.0.8:99999" in window.shown
        await window.types("<up>" * 9 + "<down><ctrl+u>10.0.0.9<f2>")
        assert front(window) is PrintersScreen
        changed = slots_of(window.terminal)[0]
        assert changed == Slot("till", "tcp://10.0.0.9?form=escpos&answers=yes", ("80mm", "guide"))
        await window.types("<down><enter>删除<enter>")
        await window.types("<f2><enter>")
        assert [each.name for each in slots_of(window.terminal)] == ["till"]
        fresh(window)

    at_window_12(place, "1001", walk)


def test_a_test_page_that_does_not_come_out_stands_among_the_papers(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        fresh(window, Slot("till", f"tcp://127.0.0.1:{nobody()}"))
        await window.types("<ctrl+x><f7>t")
        await asyncio.to_thread(PrintQueue(window.terminal).print_waiting)
        await window.types("<f3><f7>")
        assert front(window) is PrintsScreen
        assert "试打页" in window.shown
        assert "拒绝连接" in window.said
        await window.types("<f7>")
        assert front(window) is PrintersScreen
        fresh(window)

    at_window_12(place, "1001", walk)
