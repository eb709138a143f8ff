"""IT sets printers, periods and what a beginner sees, once for all windows; what a person chose by hand stays hers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from casework.errors import BadInput
from casework.window_settings import (
    LANGUAGES,
    THEMES,
    check_settings,
    decode_settings,
    diff_settings,
    numbered,
    settings_for,
)
from console.messages import LANGUAGES as SPOKEN
from screens.themes import THEMES as DRAWN

OFFICE = {"name": "a4", "address": "tcp://10.0.0.5:9100?form=pdf", "takes": ["A4"]}


def document(**layers: Any) -> bytes:
    """A file of IT's."""
    return json.dumps(layers, indent=1, ensure_ascii=False).encode()


def rules(data: bytes) -> list[tuple[str, int]]:
    """What the check finds, with the lines."""
    return [(finding.reason.id, finding.line) for finding in check_settings("config.json", data)]


def test_the_nearest_layer_wins_and_what_none_names_stays_open() -> None:
    data = document(
        base={"theme": "yichuang-dark", "idle_minutes": 5, "phone": "12345"},
        hall={"idle_minutes": 8, "phone": "027-65522222"},
        terminals={"0012": {"idle_minutes": 12, "printers": [OFFICE]}},
    )
    mine, other = (settings_for(decode_settings(data), terminal) for terminal in ("0012", "0007"))
    assert (mine.theme, mine.idle_minutes, mine.phone) == ("yichuang-dark", 12, "027-65522222")
    assert mine.printers is not None
    assert mine.printers[0].name == "a4"
    assert (other.idle_minutes, other.printers, other.language) == (8, None, None)


@pytest.mark.parametrize(
    ("layer", "rule"),
    [
        ({"idle_minutes": 0}, "config.span"),
        ({"idle_minutes": 9000}, "config.span"),
        ({"poll_spacing": 0.01}, "config.span"),
        ({"retry_most": 86400}, "config.span"),
        ({"look_minutes": 1}, "config.span"),
        ({"language": "fr"}, "config.possible"),
        ({"theme": "pink"}, "config.possible"),
        ({"badge": "A"}, "config.badge"),
        ({"phone": "ask the desk"}, "config.phone"),
        ({"printers": []}, "config.no_printer"),
        ({"printers": [OFFICE, OFFICE]}, "config.printer_twice"),
        ({"printers": [{"name": "x", "address": "ftp://x"}]}, "printer.address"),
        ({"idle_minuets": 5}, "config.unknown"),
    ],
)
def test_a_slip_is_named_with_the_line_on_which_it_stands(layer: dict[str, Any], rule: str) -> None:
    data = document(base={"theme": "yichuang-dark"}, terminals={"0012": layer})
    ((found, line),) = rules(data)
    assert found == rule
    assert f'"{next(iter(layer))}"' in data.decode().splitlines()[line - 1]


def test_a_terminal_that_is_none_and_a_file_that_is_none_are_named_too() -> None:
    assert rules(document(terminals={"12": {}}))[0][0] == "config.terminal"
    assert rules(b'{\n "base": {\n  "idle_minutes": "five"}}') == [("config.unreadable", 3)]
    assert rules(b'{\n "base": {,}}')[0] == ("config.unreadable", 2)


def test_what_changes_is_said_layer_by_layer() -> None:
    old = document(base={"idle_minutes": 5}, terminals={"0012": {"printers": [OFFICE]}})
    new = document(base={"idle_minutes": 6}, hall={"borders": False})
    said = {(change.code, str(change.what.facts["field"])) for change in diff_settings(old, new)}
    assert {code for code, _ in said} == {"base", "hall", "0012"}
    assert diff_settings(old, numbered(old, 7)) == (), "a number is no change"


def test_the_signed_bytes_name_their_number_and_are_of_one_form() -> None:
    data = document(base={"idle_minutes": 5})
    assert decode_settings(numbered(data, 7)).number == 7
    assert numbered(numbered(data, 7), 7) == numbered(data, 7)


def test_what_a_newer_program_has_put_in_is_passed_over_at_a_window() -> None:
    assert decode_settings(document(base={"idle_minutes": 5, "colour": "x"}, tomorrow={})).base.idle_minutes == 5
    with pytest.raises(BadInput, match=r"config\.unreadable|设置文件读不懂"):
        decode_settings(b"[]")


def test_the_settings_know_the_languages_and_themes_of_the_console() -> None:
    assert LANGUAGES == SPOKEN
    assert set(THEMES) == {theme.name for theme in DRAWN}
