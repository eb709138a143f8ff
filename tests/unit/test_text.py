"""What people type and paste: nothing invisible gets in, nothing of a name gets lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import BadCode, BadInput, BadText
from casework.text import clean_code, clean_line, clean_name, clean_text, split_paste


@pytest.mark.parametrize("name", ["𠮷田䶮", "买买提·吐尔逊", "欧阳娜娜", "Ｏ'Ｂｒｉｅｎ", "葛\U000e0100城", "\ue863某"])
def test_a_rare_name_keeps_its_characters(name: str) -> None:
    assert clean_name(name) == name


def test_what_a_web_page_or_a_word_file_leaves_in_a_name_goes() -> None:
    assert clean_name("\ufeff 张\u200b三\x00\u00a0\u3000 丰\t\u202e\n") == "张三 丰"


def test_a_name_that_came_in_halves_is_put_together() -> None:
    assert clean_name("\ud842\udfb7田") == "𠮷田"


@pytest.mark.parametrize("text", ["张\ud842三", "\udfb7", "张\ufffd"])
def test_a_character_that_broke_on_its_way_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadText) as refused:
        clean_name(text)
    assert refused.value.code == "text.broken"
    with pytest.raises(BadCode):
        clean_code(text)


def test_a_name_too_long_is_refused_and_never_cut() -> None:
    assert len(clean_name("张" * 200)) == 200
    with pytest.raises(BadText) as refused:
        clean_name("张" * 201)
    assert refused.value.message.facts == {"most": 200, "given": 201}
    assert clean_line("a" * 5, most=5) == "aaaaa"
    with pytest.raises(BadText):
        clean_text("a" * 6, most=5)


def test_a_code_loses_full_width_spaces_and_odd_dashes() -> None:
    assert clean_code(" ４２０１１８－ａb　—１２\u200b") == "420118-AB-12"


def test_a_reason_keeps_its_lines() -> None:
    assert clean_text("\r\n 一、缺公章\t \r\n\r\n二、 地址不全\x07\n\n") == "一、缺公章\n\n二、 地址不全"


def test_lines_and_cells_of_a_paste_go_into_fields() -> None:
    assert split_paste("张三\t420111199003070017\r\n\r\n 李四 \u2028王五\x00\n") == [
        "张三",
        "420111199003070017",
        "李四",
        "王五",
    ]
    assert split_paste("张三\t\t13800138000") == ["张三", "", "13800138000"]
    assert split_paste("张三") == ["张三"]
    assert split_paste(" \r\n") == []


def test_a_whole_table_pasted_into_a_form_is_refused() -> None:
    assert len(split_paste("x\n" * 60)) == 60
    with pytest.raises(BadText) as refused:
        split_paste("x\n" * 61)
    assert refused.value.code == "text.too_many_lines"


@given(st.text(st.characters(exclude_categories=[]), max_size=80))
def test_cleaning_twice_changes_nothing_and_leaves_nothing_invisible(text: str) -> None:
    for clean in (clean_line, clean_name, clean_code):
        try:
            once = clean(text)
        except BadInput:
            continue
        assert clean(once) == once
        assert not {unicodedata.category(char) for char in once} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        once.encode()
    try:
        pieces = split_paste(text)
    except BadText:
        return
    assert pieces == [clean_line(piece) for piece in pieces]


@given(
    st.text(
        st.characters(categories=["Lo", "Lu", "Ll", "Mn", "Co", "Nd", "Po"], exclude_characters="\ufffd"), max_size=80
    )
)
def test_no_visible_character_of_a_name_is_lost(text: str) -> None:
    assert clean_name(text) == text
