"""Calls from window to person, and the close of the hall's day, by the commands that people type at two windows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.command_line import Place, jsonl, line


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hall that listens, and two windows."""
    made = Place(tmp_path_factory.mktemp("hall"))
    made.found()
    with made.serving():
        for number in ("0012", "0007"):
            assert made.enrol(number).code == 0
        yield made


def test_who_is_called_answers_at_another_window_and_the_caller_sees_it(place: Place) -> None:
    number = str(place.at("0012", "intake", "-", stdin=jsonl(line("A01"))).one["number"])
    made = place.at("0012", "call", "to", "2001", "--case", number).one
    assert made["to"] == "2001"
    assert place.sync("0012").code == place.sync("0007").code == 0
    (heard,) = place.at("0007", "call", "list", staff="2001").lines
    assert (heard["id"], heard["terminal"], heard["number"], heard["answered_at"]) == (made["call"], "0012", number, "")
    assert place.at("0007", "call", "list", staff="2002").lines == [], "she alone was called"
    assert place.at("0007", "call", "answer", made["call"], staff="2001").one["answered"] is True
    assert place.sync("0007").code == place.sync("0012").code == 0
    (mine,) = place.at("0012", "call", "list").lines
    assert mine["answered_at"]


def test_a_call_to_nobody_or_of_somebody_else_says_what_to_do(place: Place) -> None:
    nobody = place.at("0012", "call", "to", "9999")
    oneself = place.at("0012", "call", "to", "1001")
    stranger = place.at("0012", "call", "answer", "0" * 32, staff="2001")
    for each in (nobody, oneself, stranger):
        assert (each.code, each.out) == (1, b"")
        assert each.err.startswith("yichuang call: ")
    assert len({nobody.err, oneself.err, stranger.err}) == 3


def test_the_close_of_the_day_names_what_each_window_has_open_and_who_put_a_form_aside(place: Place) -> None:
    place.at("0012", "intake", "-", stdin=jsonl(line("A01")))
    parked = place.at(
        "0012", "prefile", "park", "-", stdin=jsonl({"item": "A01", "applicant": line("A01")["applicant"]})
    )
    assert parked.code == 0, parked.err
    code = str(parked.one["code"])
    windows = {row["window"]: row for row in place.at("0012", "closing", staff="3001").lines if "window" in row}
    assert set(windows) == {"12", "07"}
    assert windows["12"]["may_close"] is False
    assert any("待同步" in words for words in windows["12"]["open"])
    assert place.sync("0012").code == 0
    said = place.at("0012", "closing", staff="3001").lines
    windows = {row["window"]: row for row in said if "window" in row}
    assert not any("待同步" in words for words in windows["12"]["open"])
    forms = [row["parked"] for row in said if "parked" in row]
    assert any(code in words and "-" in code for words in forms), "the code as it is printed on paper"
    assert any("王芳" in words for words in forms)
