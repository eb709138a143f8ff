"""The hall is closed for the day when no window has anything open that somebody would miss tomorrow."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from casework.closing import Open, WindowState, open_ends
from casework.errors import BadBytes
from casework.seals import Signed
from casework.snapshot import Offer, read_offer, write_offer

NOW = datetime(2026, 11, 26, 17, 30)  # noqa: DTZ001 - the hall's civil time is naive
SEEN = "2026-11-26T17:29:00.000"


def test_a_window_with_nothing_open_is_closed_and_what_it_has_not_said_stands_in_nobodys_way() -> None:
    assert open_ends(WindowState("0012", SEEN), NOW, 300) == ()
    assert open_ends(WindowState("0012", SEEN, unsent=0, prints=0, forms=0), NOW, 300) == ()


def test_each_thing_that_is_open_is_named_with_how_many_there_are() -> None:
    window = WindowState("0012", SEEN, 3, "2026-11-26T16:00:00.000", 1, 2, 4, 5)
    assert open_ends(window, NOW, 300) == (
        Open("unsent", 3, "2026-11-26T16:00:00.000"),
        Open("prints", 4),
        Open("forms", 5),
        Open("rejected", 2),
        Open("held", 1),
    )


@pytest.mark.parametrize(
    ("seen", "silent", "expected"),
    [
        ("2026-11-26T17:25:00.000", 300, ()),
        ("2026-11-26T17:24:59.999", 300, (Open("silent", 5, "2026-11-26T17:24:59.999"),)),
        ("2026-11-26T15:30:01.000", 300, (Open("silent", 119, "2026-11-26T15:30:01.000"),)),
        ("", 300, (Open("unknown"),)),
        ("yesterday", 300, ()),
    ],
)
def test_a_window_that_nobody_hears_from_may_have_what_nobody_knows_of(
    seen: str, silent: float, expected: tuple[Open, ...]
) -> None:
    assert open_ends(WindowState("0012", seen), NOW, silent) == expected


def test_a_silent_window_says_so_before_what_it_said_last() -> None:
    window = WindowState("0012", "2026-11-26T15:30:00.000", unsent=1, oldest=SEEN)
    assert [each.kind for each in open_ends(window, NOW, 300)] == ["silent", "unsent"]


def test_s21_an_offer_comes_out_of_its_header_as_it_went_in() -> None:
    snapshot, head = (
        Signed("ed25519", "0" * 16, purpose, msgspec.Raw(b'{"a":"?>~"}'), "s") for purpose in ("snapshot", "head")
    )
    offer = Offer(snapshot, head, ("single", "business"))
    text = write_offer(offer)
    assert text.isascii()
    assert read_offer(text) == offer


@pytest.mark.parametrize("text", ["", "x", "一窗", "e30=", "bm90IGpzb24="])
def test_s21_what_is_no_offer_is_refused_with_its_reason(text: str) -> None:
    with pytest.raises(BadBytes) as refused:
        read_offer(text)
    assert refused.value.code == "bytes.message"
    assert refused.value.message.facts["kind"] == "Offer"
    assert refused.value.message.facts["reason"]
