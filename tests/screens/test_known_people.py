"""Whoever was here before is known by her number alone; and nothing of one person stays under another's number."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from screens.app import ConsoleApp
from screens.intake import IntakeScreen
from screens.sheet import Sheet
from tests.screens.fake_desk import PERSON_ID, FakeDesk
from tests.screens.fake_prefiles import COMPANY
from tests.screens.test_flows import walk
from tests.screens.typing_keys import keys, press

OTHER = "420111199003070025"


def form(app: ConsoleApp) -> Any:
    """What the form holds."""
    assert isinstance(app.screen, IntakeScreen)
    app.screen.model.take(app.screen.sheet.rows)
    return app.screen.model.form()


def test_an_agent_who_was_here_before_is_filled_in_by_her_number() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"na01<enter>{COMPANY}<enter><enter><enter><enter><enter>y<enter>{PERSON_ID}<enter>"))
        assert form(app).agent.name == "李代办"
        assert app.screen.query_one(Sheet).key == "agent.name"
        await press(pilot, *keys("<up><ctrl+u>"), *OTHER, "enter")
        assert (form(app).agent.name, form(app).agent.phone) == ("", "")

    walk(FakeDesk(), then)


def test_another_number_takes_away_what_was_known_of_the_one_before() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"na01<enter>{COMPANY}<enter>"))
        assert form(app).applicant.name
        await press(pilot, *keys(f"<up><ctrl+u>{OTHER}<enter>"))
        assert (form(app).applicant.name, form(app).applicant.address, form(app).form.get("f1", "")) == ("", "", "")

    walk(FakeDesk(), then)


def test_what_was_typed_stays_when_a_digit_of_the_number_is_put_right() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"na01<enter>{OTHER}<enter>"), *"张三", *keys(f"<enter><up><up>{PERSON_ID}<enter>"))
        assert form(app).applicant.name == "张三"

    walk(FakeDesk(), then)


def test_the_next_case_of_the_visit_has_its_agent_too() -> None:
    desk = FakeDesk()
    first = f"na01<enter>{COMPANY}<enter><enter><enter><enter><enter>y<enter>{PERSON_ID}<enter><enter><enter>"

    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(first), *"办理", *keys("<f6><f6>a<f2><enter><enter><enter>"))
        assert desk.saved[0].agent is not None
        await press(pilot, *keys("d01<enter>"))
        carried = form(app)
        assert (carried.visit, carried.applicant.id) == ("visit-1", COMPANY)
        assert carried.agent == desk.saved[0].agent

    walk(desk, then)
