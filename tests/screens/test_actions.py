"""The table of acts: a key means one thing in its place, an act has its words, no key is taken that is not ours."""

from __future__ import annotations

from collections import Counter

import pytest

from casework import messages
from console.messages import LANGUAGES, translator
from screens.actions import ACTS, ANY, CASE_KEYS, FORBIDDEN, acts_of, key_row

PLACES = sorted({place for act in ACTS for place in act.where} - {ANY, "materials"})


def test_an_act_has_one_name_in_the_table() -> None:
    assert [act for act, count in Counter(act.id for act in ACTS).items() if count > 1] == []


@pytest.mark.parametrize("place", PLACES)
def test_a_key_means_one_thing_in_its_place(place: str) -> None:
    keys = Counter(key for act in acts_of(place) for key in act.keys)
    if place in {"case", "batch"}:
        keys.update(CASE_KEYS.values())
    assert [key for key, count in keys.items() if count > 1] == []


def test_the_letters_of_the_materials_are_not_shared() -> None:
    keys = Counter(key for act in ACTS if "materials" in act.where for key in act.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_key_is_taken_that_the_browser_or_the_terminal_keeps() -> None:
    keys = {key for act in ACTS for key in act.keys} | set(CASE_KEYS.values())
    assert keys & FORBIDDEN == set()
    assert [key for key in keys if key.startswith(("ctrl+shift+", "alt"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_has_its_words(language: str) -> None:
    messages.install(translator(language))
    for act in ACTS:
        assert act.name != f"screens.act.{act.id}", act
        assert act.tip != f"screens.act.{act.id}.tip", act
    for code in CASE_KEYS:
        assert messages.t(f"screens.case_act.{code}") != f"screens.case_act.{code}"


@pytest.mark.parametrize("place", PLACES)
def test_the_key_row_shows_help_and_menu_and_at_most_seven(place: str) -> None:
    shown = [act.id for act in key_row(place)]
    assert len(shown) <= 7
    assert {"help", "menu"} | ({"back"} if place != "sign_in" else set()) <= set(shown)
