"""The case number, as it is made, printed, typed and mistyped."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from casework import numbers
from casework.errors import BadCode, BadDate

DAY = date(2026, 11, 23)
GOOD = "4201182611230012004282"

NUMBERS = st.builds(
    numbers.make,
    st.text("0123456789", min_size=6, max_size=6),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.text("0123456789", min_size=4, max_size=4),
    st.integers(1, 9999),
)


def test_the_number_of_the_42nd_case_at_terminal_12() -> None:
    assert numbers.make("420118", DAY, "0012", 42) == GOOD
    assert numbers.printed(GOOD) == "420118 261123 0012 0042 82"


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        "420118 261123 0012 0042 82",
        "４２０１１８ ２６１１２３ ００１２ ００４２ ８２",
        "420118-261123-0012-0042-82\r\n",
        "\ufeff" + GOOD,
    ],
)
def test_a_number_is_read_however_it_came_in(typed: str) -> None:
    assert numbers.parse(typed) == numbers.CaseNumberParts(GOOD, "420118", DAY, "0012", 42)


@given(NUMBERS)
def test_every_number_reads_back_and_agrees_with_the_standard(number: str) -> None:
    parts = numbers.parse(numbers.printed(number))
    assert numbers.make(parts.region, parts.day, parts.terminal, parts.counter) == number
    assert mod_97_10.is_valid(number)
    assert mod_97_10.calc_check_digits(number[:-2]) == number[-2:]


@given(NUMBERS)
def test_a_number_typed_with_a_wrong_digit_is_refused_with_the_reason(number: str) -> None:
    for place, digit in enumerate(number):
        for other in "0123456789".replace(digit, ""):
            with pytest.raises(BadCode) as refused:
                numbers.parse(number[:place] + other + number[place + 1 :])
            assert refused.value.code == "code.number.check_digits"


@given(NUMBERS)
def test_two_digits_that_changed_places_are_found(number: str) -> None:
    for place in range(21):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if swapped != number:
            with pytest.raises(BadCode):
                numbers.parse(swapped)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "code.number.length"),
        (GOOD[:-1], "code.number.length"),
        (GOOD + "0", "code.number.length"),
        (GOOD.replace("0012", "OO12"), "code.number.character"),
        ("²" + GOOD[1:], "code.number.character"),
        ("٤" + GOOD[1:], "code.number.character"),
        ("42011826133100120042" + str(mod_97_10.calc_check_digits("42011826133100120042")), "code.number.no_such_date"),
        ("42011826112300120000" + str(mod_97_10.calc_check_digits("42011826112300120000")), "code.number.check_digits"),
        ("0" * 300, "text.too_long"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(typed: str, code: str) -> None:
    with pytest.raises(BadCode) as refused:
        numbers.parse(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("region", "terminal", "counter", "code"),
    [
        ("42011", "0012", 1, "code.number.region"),
        ("42011A", "0012", 1, "code.number.region"),
        ("420118", "12", 1, "code.number.terminal"),
        ("420118", "00１2", 1, "code.number.terminal"),
        ("420118", "0012", 0, "code.number.counter"),
        ("420118", "0012", 10000, "code.number.counter"),
    ],
)
def test_a_terminal_that_is_set_up_wrong_or_out_of_numbers_says_so(
    region: str, terminal: str, counter: int, code: str
) -> None:
    with pytest.raises(BadCode) as refused:
        numbers.make(region, DAY, terminal, counter)
    assert refused.value.code == code


def test_a_computer_whose_battery_died_makes_no_number_of_1980() -> None:
    with pytest.raises(BadDate):
        numbers.make("420118", date(1980, 1, 1), "0012", 1)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_taken_or_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(BadCode):
        numbers.parse("x" + typed)
