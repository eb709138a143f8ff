"""What two walks of a full shift found awkward in lists and fields, by keys on the real desk."""

from __future__ import annotations

from typing import cast

from casework.standing import light_of, standing
from console.demo import demo
from screens.case import CaseScreen
from screens.intake import IntakeScreen
from screens.queue import QueueScreen
from screens.search import SearchScreen
from screens.table import Table
from tests.screens.real_window import REGULAR, Window, at_window_12
from tests.screens.test_real_desk import A01, AGAIN
from tests.screens.test_real_tray import stand_on


def test_leaving_a_case_without_an_act_lets_it_go_unless_she_keeps_it(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01)
        number = window.newest().number
        await window.syncs()
        await window.becomes("2001")
        await window.types("<f3>")
        await stand_on(window, number)
        await window.types("<enter>")
        assert [one.by for one in window.terminal.counter.case(number).claims.values()] == ["2001"]
        await window.types("<escape>")
        assert isinstance(window.app.screen, QueueScreen)
        assert window.terminal.counter.case(number).claims == {}
        assert window.app.screen.query_one(Table).row.holder == ""
        await window.types("<enter>`")
        assert "仍由您办理" in window.said
        await window.types("<escape>")
        await window.syncs()
        assert [one.by for one in window.terminal.counter.case(number).claims.values()] == ["2001"]
        assert window.app.screen.query_one(Table).row.holder == "我"
        await window.types("<enter><escape>")
        assert window.terminal.counter.case(number).claims, "what was hers before stays so after a look"

    at_window_12(place, "1001", walk)


def test_queue_search_and_case_show_one_light(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(A01)
        case = window.newest()
        await window.syncs()
        await window.becomes("2001")
        await window.types("<f3>")
        queue = cast(QueueScreen, window.app.screen)
        row = next(one for one in queue.table.rows if one.number == case.number)
        assert row.sits
        now, calendar = window.terminal.clock.now(), window.terminal.library.calendar()
        legal = light_of(standing(window.terminal.counter.case(case.number), calendar, now))
        await window.types(f"<f4>{case.number}")
        found = cast(SearchScreen, window.app.screen).table.rows[0]
        await window.types("<enter>")
        shown = cast(CaseScreen, window.app.screen).case
        assert shown is not None
        assert {row.light, found.light, shown.light} == {legal}
        assert row.left == found.left, "the minutes of the counter stand beside the mark, not where the limit stands"
        assert "分钟" in row.sits_left

    at_window_12(place, "1001", walk)


def test_the_most_urgent_stand_first_in_the_queue(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN + "<f3>")
        queue = cast(QueueScreen, window.app.screen)
        ranks = {light: rank for rank, light in enumerate(("black", "red", "yellow", "green", "none"))}
        lights = [ranks[row.light] for row in queue.table.rows if not row.sits]
        assert lights == sorted(lights)
        for light in ("black", "red", "yellow", "green"):
            await window.types("l")
            assert all(row.light == light for row in queue.table.rows)
            assert queue.table.total >= len(queue.table.rows)

    at_window_12(place, "1001", walk)


def test_a_letter_does_not_get_into_a_number_or_a_date_and_the_row_says_what_is_wanted(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types(f"nd01<enter>1<enter>{REGULAR}<enter>")
        screen = cast(IntakeScreen, window.app.screen)
        await screen.sheet.goto("form.area")
        await window.types("<ctrl+u>mc")
        assert screen.sheet.values()["form.area"] == ""
        assert "只填数字" in window.said
        await window.types("１2")
        assert screen.sheet.values()["form.area"] == "12"
        await window.types("<ctrl+d><enter>")

    at_window_12(place, "1001", walk)


def test_who_is_chosen_by_initials_is_filled_in_and_the_look_stands_on_record_with_the_new_case(
    place: demo.Place,
) -> None:
    async def walk(window: Window) -> None:
        await window.types(AGAIN)
        source = window.newest()
        before = [line.fact.type for line in window.terminal.memory.history(source.id).lines].count("unmasked")
        await window.types(f"<f3>nd01<enter>1<enter>{REGULAR}<enter>")
        screen = cast(IntakeScreen, window.app.screen)
        assert screen.model.values["applicant.phone"]
        looks = [line.fact for line in window.terminal.memory.history(source.id).lines if line.fact.type == "unmasked"]
        assert len(looks) == before + 1
        assert looks[-1].actor == "1001"
        await window.types("<f6><f6>a<f2><enter><enter>")
        made = window.newest()
        assert made.id != source.id
        assert made.id in bytes(looks[-1].body).decode(), "the record names the case for which it was"

    at_window_12(place, "1001", walk)


def test_nobody_is_offered_to_park_who_is_refused_it(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        person = window.app.person
        assert person is not None
        await window.types("<f3>n")
        offered = {act.id for act in window.app.frame.key_bar.acts}
        assert ("park" in offered) == ("prefile.parked" not in person.may_not)
        if "park" not in offered:
            await window.types("<ctrl+k>")
            assert "不能办这一项" in window.said

    for who in ("1001", "2001"):
        at_window_12(place, who, walk)
