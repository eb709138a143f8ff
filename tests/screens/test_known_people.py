"""Whoever was here before is known by her number alone; and nothing of one person stays under another's number."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from screens.app import ConsoleApp
from screens.field import InputRow, Pick
from screens.intake import IntakeScreen
from screens.sheet import Sheet
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import COMPANY
from tests.screens.fake_words import PERSON_ID
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


# By the initials or characters of a name


def picks(app: ConsoleApp) -> list[str]:
    """What is offered below the field of a number."""
    rows = app.screen.query_one(Sheet).rows
    return [row.label for row in rows if isinstance(row, Pick) and row.section == "applicant"]


def test_initials_that_fit_one_company_are_taken_by_enter_in_one_burst() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>gsmg<enter>"))
        assert form(app).applicant.id == COMPANY
        assert form(app).applicant.name == "武汉光谷某某餐饮管理有限公司"
        assert app.screen.query_one(Sheet).key == "applicant.name"
        assert picks(app) == []

    walk(FakeDesk(slow=0.01), then)


def test_characters_of_the_name_that_fit_two_wait_for_a_choice() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>光谷"))
        assert len(picks(app)) == 2
        assert app.screen.query_one(Sheet).key == "applicant.id"
        await press(pilot, "enter")
        assert form(app).applicant.id == "光谷", "nobody was chosen"
        await press(pilot, "2")
        assert form(app).applicant.id == "91420100MA4K20900B"
        await press(pilot, *keys("<up><ctrl+u>光谷<down><down><enter>"))
        assert form(app).applicant.id == "91420100MA4K20900B"
        await press(pilot, *keys("<up><ctrl+u>光谷<down><enter>"))
        assert form(app).applicant.id == COMPANY

    walk(FakeDesk(), then)


def test_a_real_number_is_never_taken_for_a_name() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>GG1234567"))
        assert picks(app) == []
        assert app.screen.query_one(Sheet).values()["applicant.id"] == "GG1234567"
        await press(pilot, *keys(f"<ctrl+u>{OTHER}<enter>"))
        assert form(app).applicant.id == OTHER

    walk(FakeDesk(), then)


def test_an_agent_is_found_by_initials_and_what_she_may_do_by_a_digit() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"na01<enter>{COMPANY}<enter><ctrl+a>ldb<enter><enter><enter>2"))
        agent = form(app).agent
        assert (agent.id, agent.name) == (PERSON_ID, "李代办")
        assert agent.authority == "代为办理公司设立登记并领取文书"

    walk(FakeDesk(), then)


def test_a_name_that_is_left_unchosen_is_named_when_she_saves() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na01<enter>光谷<f6><f2>"))
        row = app.screen.query_one(Sheet).row
        assert isinstance(row, InputRow)
        assert row.key == "applicant.id"
        assert row.error is not None

    walk(FakeDesk(), then)


# Papers from before


def papers(app: ConsoleApp) -> dict[str, str]:
    """The papers that an earlier case holds, with its number."""
    return dict(form(app).reused)


def test_one_key_takes_all_papers_from_before_and_puts_them_back() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys(f"ny01<enter>{COMPANY}<enter><f6><f6>"))
        before = form(app).materials
        await press(pilot, "t")
        assert list(papers(app)) == ["D01-05"]
        assert form(app).materials["D01-05"] == "electronic"
        await press(pilot, "t")
        assert papers(app) == {}
        assert form(app).materials == before
        await press(pilot, *keys("<down><down>ot"))
        assert form(app).materials["D01-05"] == "original", "what is in the hand stays in the hand"
        await press(pilot, *keys("<f6><f6>"))

    walk(FakeDesk(), then)
