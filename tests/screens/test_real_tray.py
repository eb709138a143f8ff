"""The queue's items and the tray by keys on the real desk, with another window that is faster or has died."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator

import msgspec

from console import bootstrap
from console.counter import Session, Taken
from console.demo import demo
from console.demo.sample import application
from console.settling import Line, Settlement, Settling
from console.terminal import Terminal
from screens.case import CaseScreen
from screens.preview import PreviewScreen
from screens.table import Table
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_waiting import A01

EXAMINE = {"note": "齐全"}


@contextlib.contextmanager
def window_7(place: demo.Place, staff: str) -> Iterator[tuple[Terminal, Session]]:
    """Somebody at the other window, with all that the hall has."""
    with bootstrap.opened(str(place.terminal("0007"))) as terminal:
        demo.Cables(set()).sync(terminal)
        yield terminal, terminal.people.sign_in(staff, demo.PIN)
        demo.Cables(set()).sync(terminal)


def of(window: Window, session: Session, number: str) -> list[Line]:
    """What waits of a case in the tray of the window."""
    lines = Settling(window.terminal.counter).lines(session)
    return [line for line in lines if line.tray.number == number]


async def stand_on(window: Window, number: str) -> None:
    """The cursor on the row of that case; other tests of the day have left theirs."""
    table = window.app.screen.query_one(Table)
    place = next(at for at, row in enumerate(table.rows) if row.number == number)
    await window.types("<up>" * table.at + "<down>" * place)
    assert table.row.number == number


def test_s23_taking_an_item_from_the_queue_makes_it_hers_without_a_further_key(place: demo.Place) -> None:
    def elsewhere(number: str) -> str:
        with window_7(place, "2002") as (terminal, session):
            refused = terminal.counter.act(session, number, "examine", EXAMINE)
            return str(getattr(refused, "message", ""))

    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await window.becomes("2001")
        await window.types("<f3>")
        await stand_on(window, number)
        await window.types("<enter>")
        assert isinstance(window.app.screen, CaseScreen)
        await window.syncs()
        taken = window.terminal.counter.case(number)
        assert [claim.by for claim in taken.claims.values()] == ["2001"]
        assert "领取此件，现在只能查看" in await asyncio.to_thread(elsewhere, number)
        await window.types("`<f3>")
        await stand_on(window, number)
        assert window.app.screen.query_one(Table).row.holder == "我"
        await window.types("<enter>e齐全<f2>")
        assert "examine" in window.terminal.counter.case(number).steps
        assert window.terminal.counter.case(number).claims == {}

    at_window_12(place, "1001", walk)


def test_s23_an_item_that_another_window_has_is_opened_to_be_read_and_says_who_has_it(place: demo.Place) -> None:
    def claims(number: str) -> None:
        with window_7(place, "2002") as (terminal, session):
            terminal.counter.act(session, number, "claim", {})

    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await asyncio.to_thread(claims, number)
        await window.syncs()
        await window.becomes("2001")
        await window.types("<f3>")
        await stand_on(window, number)
        assert window.app.screen.query_one(Table).row.holder == "赵敏"
        await window.types("<enter>")
        assert "赵敏" in window.said
        assert "只能查看" in window.said
        await window.types("e")
        assert "examine" not in window.terminal.counter.case(number).steps

    at_window_12(place, "1001", walk)


def test_t54_s16_what_a_window_that_died_left_is_fetched_shown_in_words_and_insisted_on(place: demo.Place) -> None:
    """Window 7 examined offline and was never seen again: its bytes are at the hall."""

    def dies(number: str) -> None:
        with bootstrap.opened(str(place.terminal("0007"))) as terminal:
            session = terminal.people.sign_in("2002", demo.PIN)
            terminal.counter.act(session, number, "examine", EXAMINE)
            demo.Cables(set()).sync(terminal)

    def prepare(number: str) -> None:
        with window_7(place, "2002"):
            pass

    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await asyncio.to_thread(prepare, number)
        await window.becomes("2001")
        case = window.terminal.counter.case(number)
        session = window.terminal.people.sign_in("2001", demo.PIN)
        # Sent back to its own beginning: whoever had not seen it must look again.
        window.terminal.counter.act(session, number, "reassign", {"post": "chief", "reason": "转岗"})
        window.terminal.counter.act(session, number, "examine", EXAMINE)
        window.terminal.counter.act(session, number, "send-back", {"to": "examine", "reason": "再看一次"})
        await window.syncs()
        await asyncio.to_thread(dies, number)
        await window.syncs()
        (line,) = of(window, session, number)
        assert (line.tray.terminal, line.here) == ("0007", False)
        assert dict(line.ways)["insist"] is None
        await window.types("<ctrl+r>")
        await stand_on(window, number)
        await window.types("<enter>")
        assert "齐全" in window.shown
        assert "07号窗口" in window.shown
        assert of(window, session, number)[0].here
        await window.types("<escape>")
        supervisor = window.terminal.people.sign_in("3001", demo.PIN)
        done = Settling(window.terminal.counter).settle(supervisor, line.tray.fact, Settlement("insist", "两人核对过"))
        assert getattr(done, "types", ()) == ("resolve.insist",), done
        await window.syncs()
        await window.syncs()
        assert of(window, session, number) == []
        assert window.terminal.counter.case(case.number).steps["examine"].by == "2002"

    at_window_12(place, "1001", walk)


def test_s16_without_the_line_an_entry_of_another_window_says_where_its_content_is(place: demo.Place) -> None:
    def elsewhere(number: str) -> None:
        with window_7(place, "2002") as (terminal, session):
            terminal.counter.act(session, number, "examine", EXAMINE)

    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        with bootstrap.opened(str(place.terminal("0007"))) as theirs:
            await asyncio.to_thread(demo.Cables(set()).sync, theirs)
            window.terminal.counter.act(
                window.terminal.people.sign_in("1001", demo.PIN), number, "withdraw", {"reason": "不办了"}
            )
            await window.syncs()
            theirs.counter.act(theirs.people.sign_in("2002", demo.PIN), number, "examine", EXAMINE)
            await asyncio.to_thread(demo.Cables(set()).sync, theirs)
        await window.syncs()
        await window.types("<ctrl+g>")
        await window.syncs()
        await window.types("<ctrl+r>")
        await stand_on(window, number)
        await window.types("<enter>")
        assert "线路不通" in window.shown

    at_window_12(place, "1001", walk)


def test_s15_what_is_on_paper_is_given_up_only_with_its_recall_and_the_notice_is_printed(place: demo.Place) -> None:
    def withdrawn(number: str) -> None:
        with window_7(place, "1002") as (terminal, session):
            terminal.counter.act(session, number, "withdraw", {"reason": "申请人改变主意"})

    async def walk(window: Window) -> None:
        session = window.terminal.people.sign_in("1001", demo.PIN)
        item = window.terminal.library.current().items["A01"]
        command = application(item, 1, 977, window.terminal.legal.day())
        taken = window.terminal.counter.intake(session, msgspec.structs.replace(command, outcome="receive"))
        assert isinstance(taken, Taken)
        number, app = taken.number, window.app
        await window.syncs()
        await window.types("<ctrl+g>")
        window.terminal.counter.act(session, number, "accept", {})
        window.terminal.counter.print(session, number, "acceptance")
        await asyncio.to_thread(withdrawn, number)
        await window.types("<ctrl+g>")
        await window.syncs()
        assert "待处理多了1项" in window.said
        supervisor = window.terminal.people.sign_in("3001", demo.PIN)
        (line,) = of(window, supervisor, number)
        assert [paper.paper for paper in line.papers] == ["acceptance"]
        silent = Settling(window.terminal.counter).settle(
            supervisor, line.tray.fact, Settlement("withdraw", "撤回在先")
        )
        assert getattr(silent, "code", "") == "paper_out"
        await window.becomes("3001")
        await window.types("<ctrl+r>")
        await stand_on(window, number)
        await window.types("<enter>")
        assert re.search("1 +放弃被退内容", window.shown)
        assert re.search("3 +坚持原办理", window.shown), "its digit, whether there is something to amend or not"
        await window.types("<enter>撤回在先<enter><f2><enter>")
        assert isinstance(app.screen, PreviewScreen)
        await window.types("<enter>")
        case = window.terminal.counter.case(number)
        assert [task.paper for task in case.open_recalls] == ["acceptance"]
        assert case.papers[-1].paper == "recall"
        await window.types("<ctrl+r>")
        assert any(row.kind == "recall" for row in app.screen.query_one(Table).rows)
        await stand_on(window, number)
        await window.types("<enter><enter><f2>")
        assert window.terminal.counter.case(number).open_recalls == ()
        done = window.said
        assert "登记旧件收回" in done
        await window.syncs()
        assert window.said == done, "a list that is read anew leaves standing what was done"

    at_window_12(place, "1001", walk)
