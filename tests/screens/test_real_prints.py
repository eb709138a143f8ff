"""The print queue by keys on the real desk: a printer that is dead, another one, a paper that may be out."""

from __future__ import annotations

import asyncio

from console.demo import demo
from console.print_queue import PrintQueue, keep_slots
from console.printing.slots import Slot
from screens.confirm import ConfirmScreen
from screens.intake import IntakeScreen
from screens.prints import PrintsScreen
from screens.table import Table
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_waiting import A01
from tests.till import Till, nobody, till


def dead() -> Slot:
    """A till printer that nobody switched on."""
    return Slot("till", f"tcp://127.0.0.1:{nobody()}")


def at(one: Till) -> Slot:
    """The till printer that is on."""
    return Slot("till", f"tcp://127.0.0.1:{one.port}")


async def prints(window: Window) -> None:
    """What the printer's thread does."""
    await asyncio.to_thread(PrintQueue(window.terminal).print_waiting)
    await window.app.poll()


def fresh(window: Window, *slots: Slot) -> None:
    """An empty queue and these printers; other tests of the day have left theirs."""
    for job in window.terminal.memory.open_prints():
        window.terminal.memory.settle_print(job.id, "dropped", "test", "")
    keep_slots(window.terminal, slots)


def test_a_dead_printer_never_blocks_an_intake_and_the_paper_is_moved_by_keys(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        fresh(window, dead(), Slot("folder", "folder:"))
        await window.types(A01)
        await prints(window)
        assert "待打印" in window.shown
        await window.types("n")  # the next case can begin
        assert isinstance(window.app.screen, IntakeScreen)
        await window.types("<f3><f7>")
        assert isinstance(window.app.screen, PrintsScreen)
        assert "拒绝连接" in window.said
        count = len(window.app.screen.query_one(Table).rows)
        await window.types("<enter>folder<enter>")
        assert window.said == "改由 folder 打印"
        await prints(window)
        assert len(window.app.screen.query_one(Table).rows) == count - 1

    at_window_12(place, "1001", walk)


def test_a_paper_that_may_be_out_is_printed_again_with_the_mark_of_a_reprint(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        with till("resets") as broken:
            fresh(window, at(broken))
            await window.types(A01)
            await prints(window)
        number = window.newest().number
        assert "请看打印 1" in window.shown
        with till("prints") as good:
            keep_slots(window.terminal, (at(good),))
            await window.types("<f3><f7>")
            shown = window.app.screen.query_one(Table)
            await window.types("<up>" * 9 + "<down>" * [row.state for row in shown.rows].index("不知打没打出"))
            await window.types("<enter>补打<enter>")
            assert "补打第1次（0012号机）" in window.said
            await prints(window)
        marked = [each for each in window.terminal.counter.case(number).papers if each.mark]
        assert [(each.count, each.mark) for each in marked] == [(2, "0012-1")]
        assert "补打第1次（0012号机）".encode("gb18030") in b"".join(good.papers)
        assert window.terminal.memory.prints_standing().unsure == 0

    at_window_12(place, "1001", walk)


def test_a_paper_is_given_up_with_a_reason_and_never_without(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        fresh(window, dead())
        await window.types(A01)
        await prints(window)
        await window.types("<f3><f7><enter>不打<enter>")
        before = window.terminal.memory.prints_standing().open
        await window.types("<f2>")
        assert window.terminal.memory.prints_standing().open == before
        await window.types("申请人不要<f2>")
        if isinstance(window.app.screen, ConfirmScreen):
            await window.types("<enter>")
        assert isinstance(window.app.screen, PrintsScreen)
        assert window.terminal.memory.prints_standing().open == before - 1

    at_window_12(place, "1001", walk)
