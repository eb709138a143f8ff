"""What a first shift stumbled over, by keys on the real desk: each of these once led a clerk astray."""

from __future__ import annotations

from typing import cast

from casework.messages import t
from console.demo import demo
from screens.act import ActScreen
from screens.actions import BEFORE_SIGN_IN
from screens.case import CaseScreen
from screens.case_lines import act_side
from screens.field import InputRow
from screens.intake import IntakeScreen
from screens.menu import MenuScreen
from screens.mine import MineScreen
from screens.preview import PreviewScreen
from screens.queue import QueueScreen
from screens.sign_in import SignInScreen
from screens.text import TextScreen
from tests.screens.real_window import COMPANY, Window, at_window_12
from tests.screens.test_real_desk import A01, AGAIN

D03 = f"nd03<enter>1<enter>2<enter>1<enter>2<enter>{COMPANY}<enter>吉祥<enter><enter><enter><enter><enter>高新<enter>"


def test_f3_from_a_case_opened_in_a_list_shows_the_queue_and_esc_that_list(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "<f3>m")
        mine = cast(MineScreen, window.app.screen)
        mine.table.at = next(at for at, row in enumerate(mine.table.rows) if row.number)
        await window.types("<enter>")
        assert isinstance(window.app.screen, CaseScreen)
        await window.types("<escape>")
        assert isinstance(window.app.screen, MineScreen)
        await window.types("<enter><f3>")
        assert isinstance(window.app.screen, QueueScreen)

    at_window_12(place, "1001", walk)


def test_f7_begins_with_the_paper_that_is_due_and_never_with_a_ticket(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "o<f7>")
        preview = cast(PreviewScreen, window.app.screen)
        kinds = [paper.kind for paper in preview.papers]
        assert kinds[preview.at] not in {"guide", "ticket"}
        assert "F7" in window.said
        first = preview.at
        await window.types("<f7>")
        assert preview.at != first

    at_window_12(place, "1001", walk)


def test_the_answers_that_have_no_room_are_told(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(D03)
        screen = cast(IntakeScreen, window.app.screen)
        assert screen.sheet.row is not None
        assert len(screen.sheet.unseen(screen.sheet.row)) == 3
        assert "5 " in window.said
        assert "7 其他公共场所" in window.said
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)


def test_what_is_proposed_follows_the_papers_at_once(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(D03 + "7<enter>零售<enter>80<enter>王大力<enter>3<enter>")
        screen = cast(IntakeScreen, window.app.screen)
        assert screen.model.outcome_code == "supplement"
        await window.types("a")
        assert screen.model.outcome_code != "supplement"
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)


def test_the_search_does_not_say_that_nothing_was_found_before_anything_was_asked(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<f4>")
        assert "没有找到" not in window.shown
        await window.types("zzzz")
        assert "没有找到" in window.shown

    at_window_12(place, "1001", walk)


def test_a_marks_the_whole_list_and_the_second_time_says_that_nothing_is_marked(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "<f3>a")
        queue = cast(QueueScreen, window.app.screen)
        assert len(queue.table.marked or {}) == queue.table.total > 0
        await window.types("a")
        assert not queue.table.marked
        assert "取消" in window.said

    at_window_12(place, "1001", walk)


def test_help_and_menu_can_be_left_before_anybody_has_signed_in(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<ctrl+l>")
        for way_in, way_out in (("f1", "escape"), ("f1", "enter"), ("f10", "escape")):
            await window.types(f"<{way_in}>")
            assert not isinstance(window.app.screen, SignInScreen)
            assert {act.id for act in window.app.frame.key_bar.acts} <= set(BEFORE_SIGN_IN)
            await window.types(f"<{way_out}>")
            assert isinstance(window.app.screen, SignInScreen)

    at_window_12(place, "1001", walk)


def test_the_decision_is_read_before_it_is_made_and_one_reason_to_wait_is_said_once(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await window.becomes("2001")
        await window.types(f"{number}<enter>e<f2>")
        await window.syncs()
        await window.types("d1<f7>")
        assert isinstance(window.app.screen, TextScreen), window.said
        assert "决定" in window.shown or "通知书" in window.shown
        await window.types("<escape><ctrl+g><f2><enter>")
        screen = cast(CaseScreen, window.app.screen)
        assert screen.case is not None
        off = [str(act.reason) for act in screen.case.acts if not act.allowed]
        assert len(off) > 1
        said = " ".join(text for line in act_side(screen.case, 200) for text, _ in line)
        assert said.count(off[0]) == 1
        await window.types("<ctrl+g>")

    at_window_12(place, "1001", walk)


def test_the_key_of_an_act_takes_it_from_the_list_of_acts_as_it_does_on_the_case(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "o<enter>")
        assert isinstance(window.app.screen, MenuScreen)
        await window.types("s")
        assert isinstance(window.app.screen, ActScreen)
        assert window.app.screen.act.code == "supplement"
        await window.types("<escape><enter>补正")
        assert isinstance(window.app.screen, MenuScreen)
        assert [row.code for row in window.app.screen.table.rows] == ["supplement"]
        await window.types("<escape>")

    at_window_12(place, "1001", walk)


def test_f7_is_offered_where_a_paper_comes_of_the_act_and_nowhere_else(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "os")
        assert isinstance(window.app.screen, ActScreen)
        assert "F7" in window.shown
        await window.types("<escape>w")
        assert window.app.screen.act.code == "withdraw"
        assert "F7" in window.shown
        await window.types("<escape>v")
        assert window.app.screen.act.code == "recuse"
        assert "F7" not in window.shown
        await window.types("<f7>")
        assert window.said == t("rehearsing.no_paper")
        await window.types("<escape>")

    at_window_12(place, "1001", walk)


def test_what_is_wrong_is_told_whole_while_the_caret_moves_on_and_again_on_coming_back(place: demo.Place) -> None:
    wrong = f"{COMPANY[:-1]}A"

    async def walk(window: Window) -> None:
        await window.types(f"na01<enter>2<enter>2<enter>{wrong}<enter>")
        sheet = cast(IntakeScreen, window.app.screen).sheet
        row = sheet.find("applicant.id")
        assert isinstance(row, InputRow)
        assert row.error is not None
        assert sheet.key != "applicant.id"
        assert sheet.flaw_is_cut(row)
        assert window.said == str(row.error)
        await window.types("<down>")
        assert window.said != str(row.error)
        await window.types("<up><up>")
        assert sheet.key == "applicant.id"
        assert window.said == str(row.error)
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)
