"""A fee is typed in yuan and kept in fen: what the receipt says is what was typed, to the fen."""

from __future__ import annotations

import pytest

from casework.errors import BadInput
from casework.money import fen, yuan


@pytest.mark.parametrize(
    ("typed", "kept", "printed"),
    [
        ("12400.5", 1_240_050, "12400.50"),
        ("12,400.50元", 1_240_050, "12400.50"),
        ("12，400", 1_240_000, "12400.00"),
        (" 0.05 ", 5, "0.05"),
        ("0", 0, "0.00"),
        ("9999999999.99", 999_999_999_999, "9999999999.99"),
    ],
)
def test_a_sum_is_kept_to_the_fen_however_it_is_typed(typed: str, kept: int, printed: str) -> None:
    assert fen(typed) == kept
    assert yuan(kept) == printed


@pytest.mark.parametrize("typed", ["", "元", "12.345", "-5", "1e3", "十元", "99999999999", "5.", ".5", "5元整", "元5"])
def test_what_is_no_sum_is_refused_with_what_was_typed(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        fen(typed)
    assert (refused.value.code, refused.value.message.facts) == ("money.yuan", {"given": typed})


def test_a_sum_as_long_as_a_letter_is_shown_by_its_beginning() -> None:
    with pytest.raises(BadInput) as refused:
        fen("9" * 50)
    assert refused.value.message.facts == {"given": "9" * 40}
