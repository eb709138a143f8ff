"""Typing into a line: the caret, wide characters, proposals; and what paste and input methods leave behind."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from screens.canvas import fit, named, wrap
from screens.desk import Field
from screens.field import is_typed, typed
from screens.line import Line
from screens.scan import Trail, case_number
from tests.screens.fake_words import number


def test_a_proposal_gives_way_to_typing_and_stays_for_an_arrow() -> None:
    line = Line()
    line.set("张三", fresh=True)
    line.insert("李")
    assert (line.text, line.caret) == ("李", 1)
    line.set("张三", fresh=True)
    line.edit("end")
    line.insert("丰")
    assert line.text == "张三丰"


def test_a_rare_character_is_one_step_and_two_cells() -> None:
    line = Line()
    line.insert("𠮷野")
    assert line.caret == 2
    assert line.view(20) == ("𠮷野", 4)
    line.edit("left")
    line.edit("backspace")
    assert line.text == "野"


def test_a_long_line_shows_the_part_with_the_caret() -> None:
    line = Line()
    line.insert("武汉市东湖新技术开发区关山大道")
    shown, caret = line.view(11)
    assert shown == "区关山大道"
    assert caret == 10
    line.edit("home")
    assert line.view(11) == ("武汉市东湖", 0)


@pytest.mark.parametrize(
    "key", ["ctrl+left", "ctrl+right", "delete", "ctrl+u", "home", "end", "left", "right", "backspace"]
)
def test_editing_keys_never_fail_at_the_ends(key: str) -> None:
    for text, caret in (("", 0), ("a b", 0), ("a b", 3), ("  ", 1)):
        line = Line(text, caret)
        assert line.edit(key)
        assert 0 <= line.caret <= len(line.text)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "𠮷\u200b\u00a0a", "𠮷 a"),
        ("text", "[b]", "[b]"),
        ("text", "\x00", ""),
        ("phone", "１３８", "138"),
        ("any_id", "x", "X"),
    ],
)
def test_what_may_stand_in_a_field(kind: str, given: str, kept: str) -> None:
    assert typed(Field("f", "f", kind), given) == kept  # type: ignore[arg-type]


def test_private_use_characters_of_rare_names_are_typed() -> None:
    assert is_typed("\ue000")
    assert not is_typed("\x1b")
    assert not is_typed(None)


def test_a_scan_is_known_by_its_digits_and_gives_back_what_was_there() -> None:
    trail = Trail()
    for place, digit in enumerate("138" + number(7)):
        trail.digit(digit, place)
    assert trail.ended() == (number(7), 3)
    assert trail.ended() is None


def test_a_wrong_digit_or_another_key_in_between_is_no_scan() -> None:
    wrong = number(7)[:-1] + str((int(number(7)[-1]) + 1) % 10)
    trail = Trail()
    for digit in wrong:
        trail.digit(digit, None)
    assert trail.ended() is None
    for digit in number(7)[:11]:
        trail.digit(digit, None)
    trail.broken()
    for digit in number(7)[11:]:
        trail.digit(digit, None)
    assert trail.ended() is None


def test_a_pasted_number_may_have_blanks() -> None:
    plain = number(7)
    assert case_number(f"{plain[:6]} {plain[6:12]} {plain[12:16]} {plain[16:20]} {plain[20:]}\n") == plain


@pytest.mark.parametrize("width", range(1, 12))
def test_cutting_and_wrapping_count_cells(width: int) -> None:
    assert cell_len(fit("武汉市东湖a开发区", width)) == width
    assert all(cell_len(line) <= max(width, 2) for line in wrap("武汉市 a b 东湖\n区", width))


def test_a_long_name_stays_apart_from_its_value_and_a_long_value_goes_on_below() -> None:
    short, long = named([("经营面积", "95"), ("执业药师姓名及注册证编号", "冯" * 30)], 60, least=20)[:2]
    assert "".join(text for text, _ in long).startswith("   执业药师姓名及注册证编号 冯")
    assert "".join(text for text, _ in short).index("95") == 3 + 25 - 4
    rows = named([("范围", "软件开发；" * 20)], 60, least=20)
    assert len(rows) > 1
    assert "".join(text for row in rows for text, ink in row[-1:]) == "软件开发；" * 20
