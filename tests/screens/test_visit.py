"""The visitor who is here is not lost by opening her case or by a key too many: her next case is one key away."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from screens.app import ConsoleApp
from screens.case import CaseScreen
from screens.intake import IntakeScreen
from screens.queue import QueueScreen
from screens.saved import SavedScreen
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import COMPANY
from tests.screens.fake_words import PERSON_ID
from tests.screens.test_batch import said
from tests.screens.test_flows import walk
from tests.screens.test_known_people import form
from tests.screens.typing_keys import keys, press

FIRST = f"na02<enter>2<enter>{COMPANY}<enter><f6>9<enter>a<f2><enter>"


def test_esc_on_the_opened_case_comes_back_to_what_was_saved() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(FIRST + "<enter>o"))
        assert isinstance(app.screen, CaseScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, SavedScreen)
        assert app.screen.fates, "what was printed is still known"
        await press(pilot, *keys("vd01<enter>"))
        assert (form(app).visit, form(app).applicant.id) == ("visit-1", COMPANY)

    walk(FakeDesk(), then)


def test_from_the_queue_v_goes_on_with_the_same_visitor_also_after_n_was_hit() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(FIRST + "<enter>o<f3>vd01<enter>"))
        assert (form(app).visit, form(app).applicant.id) == ("visit-1", COMPANY)
        await press(pilot, *keys("<ctrl+d><enter><f3>"))
        assert isinstance(app.screen, QueueScreen)
        await press(pilot, *keys(FIRST + "n"))
        assert form(app).applicant.id == ""
        assert "还没打印" in said(app)
        await press(pilot, *keys("<f3>v"))
        assert (form(app).visit, form(app).applicant.id) == ("visit-1", COMPANY)

    walk(FakeDesk(), then)


def test_with_another_visitor_in_the_form_the_visit_is_over() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(FIRST + f"nd01<enter>{PERSON_ID}<enter><f3>"))
        await press(pilot, "v")
        assert isinstance(app.screen, QueueScreen)
        assert "同一来访" in said(app)

    walk(FakeDesk(), then)


def test_a_form_under_way_is_not_pushed_aside_by_v() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(FIRST + "<enter>nd01<enter><f3>v"))
        assert isinstance(app.screen, IntakeScreen)
        assert form(app).item == "D01"

    walk(FakeDesk(), then)


def test_another_person_finds_no_visitor_of_the_one_before() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(FIRST + "<enter><ctrl+l>2001<enter>135790<enter>v"))
        assert isinstance(app.screen, QueueScreen)
        assert app.seat.hers.visit is None

    walk(FakeDesk(), then)
