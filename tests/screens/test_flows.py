"""A clerk's ways through the screens, by keys alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from textual.pilot import Pilot

from casework.errors import BadInput
from casework.messages import Message
from screens.app import ConsoleApp
from screens.bars import MessageBar, StatusBar
from screens.case import CaseScreen
from screens.desk import Done, IntakeForm, Refused, Saved
from screens.intake import IntakeScreen
from screens.page import Page
from screens.sheet import Sheet
from screens.sign_in import SignInScreen
from screens.table import Table
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import COMPANY
from tests.screens.fake_words import number
from tests.screens.typing_keys import keys, press

Walk = Callable[[Pilot[Any], ConsoleApp], Awaitable[None]]


def walk(desk: FakeDesk, then: Walk, *, size: tuple[int, int] = (80, 24), staff: str = "1001") -> None:
    """Sign in and do `then`."""

    async def run() -> None:
        app = ConsoleApp(desk, poll_seconds=0)
        async with app.run_test(size=size) as pilot:
            await press(pilot, *keys(f"{staff}<enter>135790<enter>"))
            await then(pilot, app)

    asyncio.run(run())


def said(app: ConsoleApp) -> str:
    """The message row."""
    return app.screen.query_one(MessageBar).text


A02 = f"na02<enter>2<enter>{COMPANY}<enter><f6>"


def test_a_known_company_changes_its_address_within_45_keys() -> None:
    desk = FakeDesk()
    script = [*keys(A02), *"关山路9号", *keys("<enter>a<f2><enter><enter>")]

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        for key in script:
            await press(pilot, key)
        assert desk.saved[0].outcome == "accept"
        assert desk.saved[0].form["address"] == "关山路9号"
        assert desk.saved[0].form["f1"] == "餐饮服务"
        assert desk.saved[0].applicant.kind == "entity"
        assert [kind for _, kind in desk.printed] == ["receipt", "acceptance"]

    assert len(script) <= 45
    walk(desk, then)


def test_the_next_case_of_the_same_visit_has_its_applicant() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(A02 + "x<enter>a<f2><enter><enter><enter>"), *keys("d01<enter>"))
        model = app.screen.model  # type: ignore[attr-defined]
        assert model.values["applicant.id"] == COMPANY
        assert model.visit == "visit-1"
        assert model.item.code == "D01"

    walk(desk, then)


def test_a_wrong_number_is_marked_and_gone_back_to_on_saving() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>420111199003070018<enter>王小二<enter>"))
        sheet = app.screen.query_one(Sheet)
        assert sheet.key == "applicant.phone"
        await press(pilot, "f2")
        assert sheet.key == "applicant.id"
        assert said(app)
        await press(pilot, *keys("420111199003070017<enter><f2>"))
        assert sheet.key == "form.f1"

    walk(FakeDesk(), then)


def test_a_refused_save_comes_back_to_the_field_with_the_reason() -> None:
    desk = FakeDesk(refuse_next=Message("screens.act_form.off"))

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(A02 + "x<enter>a<f2><enter>"))
        assert app.screen.query_one(Sheet).key == "applicant.phone"
        assert said(app) == "现在不能这样办"
        await press(pilot, *keys("<f2><enter>"))
        assert len(desk.saved) == 1

    walk(desk, then)


def test_pinyin_initials_find_an_item_and_an_unknown_one_is_said() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("nzzz<enter>"))
        assert app.screen.query_one(Sheet).key == "item"
        await press(pilot, *keys("spj<enter>"))
        assert app.screen.query_one(Sheet).values()["item"] == "D01"

    walk(FakeDesk(), then)


def test_a_paper_that_may_not_be_pledged_is_not() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na02<enter><f6><f6><f6>"))
        sheet = app.screen.query_one(Sheet)
        assert sheet.key == "materials.A02-01"
        await press(pilot, "p")
        assert sheet.key == "materials.A02-01"
        assert "不能用告知承诺" in said(app)
        await press(pilot, "c", "d", "p")
        have = app.screen.model.have  # type: ignore[attr-defined]
        assert have == {"A02-01": "copy", "A02-02": "defer", "A02-04": "pledge"}

    walk(FakeDesk(), then)


def test_the_language_changes_in_the_middle_of_a_form_and_nothing_typed_is_lost() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>420111199003070017<enter>王小<ctrl+y>二<enter>"))
        sheet = app.screen.query_one(Sheet)
        assert sheet.values()["applicant.name"] == "王小二"
        assert next(row.label for row in sheet.rows if row.key == "applicant.name") == "Name"
        await press(pilot, "ctrl+y")
        assert next(row.label for row in sheet.rows if row.key == "applicant.name") == "名称"

    walk(FakeDesk(), then)


def test_an_act_with_a_form_a_question_and_a_refusal() -> None:
    desk = FakeDesk(refuse_next=Message("screens.act_form.off"))

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "d", "1", "enter", *"材料齐全", "enter")
        assert app.screen.PLACE == "confirm"  # type: ignore[attr-defined]
        await press(pilot, "enter")
        assert app.screen.query_one(Sheet).key == "reason"
        assert desk.acted == []
        await press(pilot, "f2", "enter")
        assert isinstance(app.screen, CaseScreen)
        assert desk.acted[0][1:] == ("decide", {"result": "granted", "reason": "材料齐全"})

    walk(desk, then, staff="2001")


def test_an_act_that_is_off_says_why_and_does_nothing() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "d")
        assert said(app) == "现在不能这样办"
        await press(pilot, "a")
        assert said(app) == "现在不能“受理”：等 商事科"
        assert desk.acted == []

    walk(desk, then)


def test_a_scan_on_any_screen_opens_the_case() -> None:
    for before in ("", "<f4>abc", "n", "<f10>", "<ctrl+r>", "<enter>k"):

        async def then(pilot: Pilot[Any], app: ConsoleApp, before: str = before) -> None:
            await press(pilot, *keys(before), *number(9), "enter")
            assert isinstance(app.screen, CaseScreen), before
            assert app.screen.number == number(9)

        walk(FakeDesk(), then)


def test_a_scan_over_a_half_filled_act_leaves_it_as_it_was() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "h", *"王", *number(9), "enter")
        assert isinstance(app.screen, CaseScreen)
        await press(pilot, "escape")
        assert app.screen.query_one(Sheet).values()["receiver"] == "王"

    walk(FakeDesk(), then)


def test_another_post_is_two_keys_and_another_person_sees_no_open_form() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "f9", "enter")
        assert [person.shift for person in (app.person,) if person] == [("window",)]
        await press(pilot, *keys("na01<enter>420111199003070017<enter>王小二<ctrl+l>"))
        assert app.current_mode == "sign_in"
        await press(pilot, "f3", "insert")
        assert app.current_mode == "sign_in"
        await press(pilot, "up", *keys("2001<enter>135790<enter>n"))
        assert isinstance(app.screen, IntakeScreen)
        assert "王小二" not in str(app.screen.model.values)
        await press(pilot, "ctrl+l", "up", *keys("1001<enter>135790<enter>n"))
        assert app.screen.query_one(Sheet).values()["applicant.name"] == "王小二"

    walk(desk, then)


def test_the_same_person_finds_all_as_it_was_after_a_lock() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>420111199003070017<enter>王<ctrl+l>135790<enter>小<enter>"))
        assert app.screen.query_one(Sheet).values()["applicant.name"] == "王小"

    walk(FakeDesk(), then)


def test_with_the_cable_out_everything_goes_on() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "ctrl+g")
        status = app.screen.query_one(StatusBar).status
        assert status is not None
        assert status.link == "offline"
        await press(pilot, *keys(A02 + "x<enter>a<f2><enter>"))
        assert len(desk.saved) == 1

    walk(desk, then)


def test_the_tray_is_emptied_by_a_person() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "t", "enter", "down", "enter", *"已更正", "enter")
        assert "resolve amend" in desk.log
        assert app.screen.query_one(Table).rows == []

    walk(desk, then)


def test_a_list_of_a_hundred_thousand_reads_only_what_is_seen() -> None:
    desk = FakeDesk(rows_total=100_000)

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        table = app.screen.query_one(Table)
        assert len(table.rows) == 200
        for _ in range(12):
            await press(pilot, "pagedown")
        assert len(table.rows) <= 600
        assert table.at == 12 * 19

    walk(desk, then)


def test_the_list_is_read_again_when_the_desk_knows_more_and_the_cursor_stays() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        table = app.screen.query_one(Table)
        await press(pilot, "down", "down")
        here = table.row.number
        desk.revision += 1
        await app.poll()
        assert table.row.number == here

    walk(desk, then)


def test_esc_goes_back_step_by_step_to_the_queue() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "f7", "f1", "escape", "escape", "escape")
        assert app.current_mode == "queue"
        await press(pilot, "escape")
        assert app.current_mode == "queue"

    walk(FakeDesk(), then)


def test_unmasking_asks_for_a_reason() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "2", "f2")
        assert "必须填写" in said(app)
        await press(pilot, *"核对", "enter")
        assert isinstance(app.screen, CaseScreen)
        assert app.screen.case is not None
        assert not app.screen.case.masked

    walk(FakeDesk(), then)


def test_five_minutes_of_silence_lock_the_console() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        app._poll_seconds = 100
        for _ in range(3):
            await app.poll()
        assert app.person is None

    walk(desk, then)


def test_the_console_does_not_lock_in_the_face_of_an_applicant_but_some_day_it_does() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>420111199003070017<enter>王"))
        app._poll_seconds = 100
        for _ in range(4):
            await app.poll()
        assert isinstance(app.screen, IntakeScreen)
        for _ in range(15):
            await app.poll()
        assert isinstance(app.screen, SignInScreen)
        await press(pilot, *keys("135790<enter>小<enter>"))
        assert app.screen.query_one(Sheet).values()["applicant.name"] == "王小"

    walk(FakeDesk(), then)


def test_a_full_disk_is_said_and_the_form_stays() -> None:
    class FullDesk(FakeDesk):
        full = True

        async def submit_intake(self, form: IntakeForm) -> Saved | Refused:
            if self.full:
                raise BadInput("screens.act_form.off")
            return await super().submit_intake(form)

    desk = FullDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(A02 + "x<enter>a<f2><enter>"))
        assert said(app) == "现在不能这样办"
        assert app.screen.query_one(Sheet).values()["form.address"] == "x"
        desk.full = False
        await press(pilot, *keys("<f2><enter>"))
        assert len(desk.saved) == 1

    walk(desk, then)


def test_no_draft_comes_back_after_the_form_was_saved() -> None:
    desk = FakeDesk(slow=0.01)

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(A02 + "x<enter>a<f2><enter>"))
        assert len(desk.saved) == 1
        await pilot.pause(0.4)
        assert desk.drafts == {}

    walk(desk, then)


def test_what_was_typed_into_an_act_stays_when_it_is_left_and_another_case_does_not_see_it() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "h", *"王", "escape", "h")
        assert app.screen.query_one(Sheet).values()["receiver"] == "王"
        await press(pilot, "escape", "escape", "down", "enter", "h")
        assert app.screen.query_one(Sheet).values()["receiver"] == ""

    walk(FakeDesk(), then)


def test_a_question_is_asked_only_where_the_answer_before_it_needs_it() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "h", *"王", "enter", "1")
        assert "tracking" not in app.screen.query_one(Sheet).values()
        await press(pilot, "2", "f2")
        assert app.screen.query_one(Sheet).key == "tracking"
        await press(pilot, *"SF1", "f2")
        assert desk.acted[0][2] == {"receiver": "王", "how": "post", "tracking": "SF1"}

    walk(desk, then)


def test_a_grave_act_says_what_was_chosen_and_what_will_happen() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter", "d", "2", "enter", *"不符合", "enter")
        text = "\n".join("".join(part for part, _ in line) for line in app.screen.query_one(Page).lines)
        assert "不予" in text
        assert "不符合" in text
        assert "决定后不能再改" in text

    walk(FakeDesk(), then, staff="2001")


def test_a_badge_at_the_locked_console_is_another_person_and_no_pin() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        before = desk.log.count("sign_in")
        await press(pilot, *keys("<ctrl+l>2001<enter>"))
        assert desk.log.count("sign_in") == before
        await press(pilot, *keys("135790<enter>"))
        assert app.person is not None
        assert app.person.number == "2001"

    walk(desk, then)


def test_esc_on_a_scanned_case_goes_back_to_the_form_that_was_open() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>"), *number(9), "enter")
        assert isinstance(app.screen, CaseScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, IntakeScreen)

    walk(FakeDesk(), then)


def test_f2_pressed_twice_prints_and_never_skips_the_papers() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(A02 + "x<enter>a<f2><f2><f2>"))
        assert [kind for _, kind in desk.printed] == ["receipt", "acceptance"]

    walk(desk, then)


def test_papers_that_were_not_printed_are_told_when_she_goes_on() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(A02 + "x<enter>a<f2><f2>n"))
        assert "没打印" in said(app)

    walk(FakeDesk(), then)


def test_a_paper_that_is_checked_over_the_network_is_never_missing() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na02<enter><f6><f6><f6><down><down>"))
        sheet = app.screen.query_one(Sheet)
        assert sheet.key == "materials.A02-04"
        have = app.screen.model.have  # type: ignore[attr-defined]
        for pressed, state in (("space", "original"), ("m", "pending_check")):
            await press(pilot, "up" if sheet.key != "materials.A02-04" else "home", pressed)
            assert have["A02-04"] == state

    walk(FakeDesk(), then)


def test_a_sentence_too_long_for_its_row_is_whole_in_the_help() -> None:
    class Wordy(FakeDesk):
        async def act(
            self, number: str, action: str, data: dict[str, str], seen: frozenset[str] = frozenset()
        ) -> Done | Refused:
            return Refused(Message("screens.paste.too_many" * 5))

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<enter>4"))
        bar = app.screen.query_one(MessageBar)
        assert bar.cut
        await press(pilot, "f1")
        text = "".join(part for line in app.screen.query_one(Page).lines for part, _ in line)
        assert text.replace(" ", "").count("screens.paste.too_many") == 5

    walk(Wordy(), then)


def test_a_text_longer_than_the_screen_says_that_more_is_below() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, "enter")
        assert isinstance(app.screen, CaseScreen)
        page = app.screen.page
        last = page.size.height - 1
        assert "PgDn" in page.render_line(last).text
        await press(pilot, "end")
        assert "完" in page.render_line(last).text

    walk(FakeDesk(), then)


def test_who_may_not_take_in_is_told_before_the_form() -> None:
    desk = FakeDesk()

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        assert app.person is not None
        app.seat.person = msgspec.structs.replace(app.person, may_not=frozenset({"received"}))
        await press(pilot, "insert")
        assert app.current_mode == "queue"
        assert "不收件" in said(app)

    walk(desk, then)
