"""Help that teaches: the row in hand is explained from its declaration, by F1 and where nothing is typed by `?`."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from textual.pilot import Pilot

from casework import messages
from casework.messages import t
from console.demo import demo
from console.messages import LANGUAGES, translator
from screens.actions import ACTS, BY_ID, CASE_KEYS, USER
from screens.app import ConsoleApp
from screens.bars import MessageBar
from screens.desk import Field, FieldKind
from screens.field import input_row
from screens.help import RULED, SHOWN_BY, HelpScreen, row_help
from screens.intake import IntakeScreen
from screens.key_sheet import KeyLine, KeySheetScreen, key_lines
from screens.keymap import obey_keys
from screens.page import Page
from screens.sheet import Sheet
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import COMPANY
from tests.screens.real_window import Window, at_window_12
from tests.screens.test_flows import walk
from tests.screens.typing_keys import keys, press


def shown(app: ConsoleApp) -> str:
    """The text of the page in front, a line to a line."""
    return "\n".join("".join(part for part, _ in line) for line in app.screen.query_one(Page).lines)


def helped(app: ConsoleApp) -> bool:
    """Is the help in front?"""
    return isinstance(app.screen, HelpScreen)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(FieldKind))
def test_every_kind_of_field_says_what_it_takes(kind: FieldKind, language: str) -> None:
    messages.install(translator(language))
    lines = [text for _, text in row_help(input_row(Field("f", "F", kind), "s", "f"))]
    assert not [line for line in lines if line.startswith("screens.")]
    assert (t(f"screens.help.rule.{kind}") in lines) == (kind in RULED)
    assert (t(f"screens.help.example.{kind}") in lines) == (kind in SHOWN_BY)


def test_f1_explains_the_field_with_the_caret_and_esc_goes_back_to_it() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na02<enter>2<enter>9111<f1>"))
        assert helped(app)
        text = shown(app)
        assert t("screens.help.rule.any_id") in text
        assert COMPANY in text
        assert t("screens.help.must") in text
        await press(pilot, *keys("<escape>0000600037341L<enter>"))
        assert app.screen.query_one(Sheet).values()["applicant.id"] == COMPANY

    walk(FakeDesk(), then)


def test_a_question_mark_is_help_on_choices_and_papers_and_a_sign_in_a_text() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("na02<enter>?"))
        assert helped(app)
        assert "新住所使用证明" in shown(app)
        await press(pilot, *keys(f"<escape>2<enter>{COMPANY}<enter>?"))
        assert not helped(app)
        assert "?" in app.screen.query_one(Sheet).values()["applicant.name"]
        await press(pilot, *keys("<ctrl+u>王<enter><f6>9<enter>?"))
        assert helped(app)
        assert "第二十四条" in shown(app)

    walk(FakeDesk(), then)


def test_the_help_of_a_paper_knows_its_copies_article_and_sample(place: demo.Place) -> None:
    async def walk_it(window: Window) -> None:
        await window.types("nd01<enter>?")
        question = shown(window.app)
        assert t("item.about.decides") in question
        await window.types(f"<escape>1<enter>{COMPANY}<enter><f6><f6><f1>")
        paper = shown(window.app)
        first = window.terminal.library.current().items["D01"].materials[0]
        assert first.basis.zh[:10] in paper
        assert t("item.about.handed.copies", form=t("have.original"), copies=first.copies) in paper
        assert t("item.about.handed") in paper

    at_window_12(place, "1001", walk_it)


def found(app: ConsoleApp) -> list[KeyLine]:
    """The lines of the key sheet in front."""
    assert isinstance(app.screen, KeySheetScreen)
    return list(app.screen.table.rows)


def test_f1_twice_shows_all_keys_and_typing_finds_one() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("n<f1><f1>"))
        assert found(app)[0].place == "intake"
        assert {line.act for line in found(app)} >= {*(act.id for act in ACTS), *(f"case.{code}" for code in CASE_KEYS)}
        await press(pilot, *keys("工作台 f7"))
        assert [(line.place, line.act) for line in found(app)] == [("queue", "go_prints")]
        assert str(app.screen.query_one(MessageBar).text) == BY_ID["go_prints"].tip
        await press(pilot, *keys("<ctrl+u>xyz<enter>"))
        assert app.current_mode == "intake"
        assert isinstance(app.screen, IntakeScreen)

    walk(FakeDesk(), then)


def test_the_menu_leads_to_all_keys_and_they_are_the_users_own() -> None:
    async def then(pilot: Pilot[Any], app: ConsoleApp) -> None:
        await press(pilot, *keys("<f10>所有按键<enter>"))
        await press(pilot, *keys("查询 到处"))
        assert [line.keys for line in found(app) if line.act == "go_search"] == ["Ctrl-V"]
        await press(pilot, *keys("<ctrl+u>办件 决定"))
        assert [line.keys for line in found(app) if line.act == "case.decide"] == ["a"]
        await press(pilot, *keys("<f1><f1><escape>"))
        assert not isinstance(app.screen, KeySheetScreen)

    obey_keys({"go_search": ("ctrl+v",), "case.decide": ("a",), "case.accept": ("d",)})
    try:
        walk(FakeDesk(), then)
    finally:
        USER.clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_of_the_table_has_its_word(language: str) -> None:
    messages.install(translator(language))
    assert [line for line in key_lines() if "screens." in f"{line.where}{line.keys}{line.name}{line.tip}"] == []
