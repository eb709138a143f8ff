"""Two windows, one of them without its line, give an applicant two papers: the tray of the real desk (S14, S22)."""

from __future__ import annotations

import asyncio
import re

from casework.bodies import Form
from casework.prefile import Prefile
from casework.rules import Refusal
from console.counter import Acted, Taken
from console.demo import demo
from console.demo.sample import application
from console.preparing import Preparing
from screens.table import Table
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_real_tray import of, stand_on, window_7


def test_s14_the_second_notice_of_another_window_is_in_the_tray_until_its_paper_is_back(place: demo.Place) -> None:
    def notice(number: str) -> None:
        with window_7(place, "1002") as (terminal, session):
            terminal.counter.act(session, number, "supplement", {})

    def comes(number: str) -> None:
        with window_7(place, "1002"):
            pass

    async def walk(window: Window) -> None:
        terminal = window.terminal
        session = terminal.people.sign_in("1001", demo.PIN)
        item = terminal.library.current().items["D01"]
        taken = terminal.counter.intake(session, application(item, 1, 978, terminal.legal.day(), complete=False))
        assert isinstance(taken, Taken)
        number = taken.number
        await window.syncs()
        await asyncio.to_thread(comes, number)
        await asyncio.to_thread(notice, number)  # the hall has this one first
        assert isinstance(terminal.counter.act(session, number, "supplement", {}), Acted)
        terminal.counter.print(session, number, "supplement")
        await window.syncs()
        assert "待处理多了1项" in window.said
        supervisor = terminal.people.sign_in("3001", demo.PIN)
        (line,) = of(window, supervisor, number)
        assert (line.tray.kind, line.tray.code, line.here) == ("flagged", "second_notice", True)
        assert {way: off and off.code for way, off in line.ways} == {
            "withdraw": None, "amend": "nothing_to_amend", "insist": "insist_never",
        }  # fmt: skip
        again = terminal.counter.print(session, number, "supplement")
        assert not isinstance(again, Refusal)
        case = terminal.counter.case(number)
        assert case.papers[-1].of != case.papers[-2].of, "printed again it tells of the notice that counts"
        await window.becomes("3001")
        await window.types("<ctrl+r>")
        await stand_on(window, number)
        assert window.app.screen.query_one(Table).row.kind == "flagged"
        await window.types("<enter>")
        assert re.search("1 +已跟进，了结", window.shown)
        assert "放弃" not in window.shown, "nothing was refused"
        await window.types("<enter>以先告知的为准<enter><f2><enter>")
        assert "已跟进，了结：已保存" in window.said
        await window.types("<enter>")
        case = terminal.counter.case(number)
        assert [(task.paper, task.count) for task in case.open_recalls] == [("supplement", 1)], "not the good one"
        await window.syncs()
        assert of(window, supervisor, number) == []

    at_window_12(place, "1001", walk)


def test_s22_what_was_taken_in_at_two_windows_is_found_by_both_numbers_and_gets_no_third(place: demo.Place) -> None:
    def prefile(form: Form) -> Prefile:
        with window_7(place, "1002") as (terminal, session):
            made = Preparing(terminal.counter).open(session, form)
            assert isinstance(made, Prefile)
            return made

    async def walk(window: Window) -> None:
        terminal = window.terminal
        session = terminal.people.sign_in("1001", demo.PIN)
        command = application(terminal.library.current().items["D01"], 1, 979, terminal.legal.day())
        form = Form(
            command.item, applicant=command.applicant, situations=command.situations, form=command.form,
            materials=command.materials,
        )  # fmt: skip
        made = await asyncio.to_thread(prefile, form)
        await window.syncs()

        def received() -> Taken:
            with window_7(place, "1002") as (other, theirs):
                taken = other.counter.intake(theirs, command, made.id)
                assert isinstance(taken, Taken)
                return taken

        await window.types("<ctrl+g>")
        first = await asyncio.to_thread(received)
        second = terminal.counter.intake(session, command, made.id)
        assert isinstance(second, Taken)
        await window.types("<ctrl+g>")
        await window.syncs()
        case = terminal.counter.case(second.number)
        assert (case.number, case.former_numbers) == (first.number, (second.number,))
        assert case.number in {row.case.number for row in terminal.memory.reprints()}
        third = terminal.counter.intake(session, command, made.id)
        assert isinstance(third, Refusal)
        assert (third.code, third.facts) == ("received_twice", {"number": first.number})
        terminal.memory.keep_draft(made.id, "1001", b"{}")
        aside = Preparing(terminal.counter).park(session, form, case_id=made.id)
        assert isinstance(aside, Refusal), "nobody could open what is put aside behind its receipt"
        assert terminal.memory.draft(made.id) is not None, "what was typed is still there"
        terminal.memory.forget_draft(made.id)

    at_window_12(place, "1001", walk)
