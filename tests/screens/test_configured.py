"""A version of the settings comes while somebody works: all of it or nothing, and no choice of hers is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from casework.errors import BadInput
from casework.limits import LIMITS
from casework.rollout import RINGS, Versions
from casework.window_settings import numbered
from console import bootstrap
from console.configured import apply_config, follow, limits_of, taken, versions_here
from console.demo import demo
from console.print_queue import keep_slots, slots_of
from console.settings import settings_of
from hall.releases.roles import CONFIG
from sync.errors import UpdateRefused
from tests.releases import Asker, Publisher
from tests.screens.real_window import Window, at_window_12

A4 = {"name": "a4", "address": "folder:a4", "takes": ["A4"]}


def version(number: int, **layers: Any) -> bytes:
    """The signed bytes of a version."""
    return numbered(json.dumps(layers).encode(), number)


def test_a_version_holds_at_once_and_what_she_chose_by_hand_stays_hers(place: demo.Place) -> None:
    async def walk(window: Window) -> None:
        await window.types("<ctrl+x><down>2<enter><f2>")  # another theme, by hand
        assert window.app.theme == "yichuang-contrast"
        data = version(
            1, base={"theme": "yichuang-dark", "borders": False, "idle_minutes": 7},
            terminals={"0012": {"phone": "027-65522222", "poll_spacing": 5}, "0007": {"phone": "110"}},
        )  # fmt: skip
        assert apply_config(window.terminal, data, "1") == "1"
        hers = settings_of(window.terminal, "1001")
        assert (hers.theme, hers.borders, hers.idle_minutes, hers.phone) == (
            "yichuang-contrast", False, 7, "027-65522222",
        )  # fmt: skip
        other = settings_of(window.terminal, "1002")
        assert (other.theme, other.borders) == ("yichuang-dark", False), "who has chosen nothing has IT's"
        assert limits_of(window.terminal.memory).poll_spacing == 5
        assert versions_here(window.terminal.memory).config == "1"
        await window.becomes("1002")
        assert (window.app.theme, window.app.seat.idle.seconds) == ("yichuang-dark", 420), "without a restart"

    at_window_12(place, "1001", walk)


def test_a_bad_version_changes_nothing_and_the_last_good_one_goes_on(place: demo.Place) -> None:
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        apply_config(terminal, version(2, base={"idle_minutes": 9}))
        for bad in (
            b"no settings", version(3, base={"idle_minutes": 10, "theme": "pink"}),
            version(3, terminals={"0012": {"phone": "1", "printers": [{"name": "x", "address": "ftp://x"}]}}),
        ):  # fmt: skip
            with pytest.raises(BadInput):
                apply_config(terminal, bad)
        with pytest.raises(BadInput):
            apply_config(terminal, version(4), "5")
        assert taken(terminal.memory).number == 2
        assert settings_of(terminal, "1002").idle_minutes == 9
        assert settings_of(terminal, "1002").phone != "1"


def test_the_windows_printer_is_replaced_only_by_a_version_that_names_one(place: demo.Place) -> None:
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        own = slots_of(terminal)
        apply_config(terminal, version(6, base={"idle_minutes": 5}))
        assert slots_of(terminal) == own
        named = version(7, base={"printers": [A4]})
        apply_config(terminal, named)
        assert [slot.name for slot in slots_of(terminal)] == ["a4"]
        keep_slots(terminal, own)  # somebody at the window changes it by hand
        apply_config(terminal, named)
        assert slots_of(terminal) == own, "the same version again changes nothing"
        apply_config(terminal, version(8, base={"printers": [A4]}))
        assert [slot.name for slot in slots_of(terminal)] == ["a4"]
        apply_config(terminal, version(1, base={"idle_minutes": 6}))
        assert taken(terminal.memory).number == 1, "a rollout may go back to an older number"


def test_without_settings_of_its_everything_is_as_the_program_has_it(place: demo.Place) -> None:
    with bootstrap.opened(str(place.terminal("0007"))) as terminal:
        assert limits_of(terminal.memory) == LIMITS
        assert versions_here(terminal.memory) == Versions()


def test_the_rollout_names_the_version_and_what_is_not_signed_or_not_possible_does_not_hold(
    place: demo.Place, tmp_path: Path
) -> None:
    hall = Publisher(tmp_path / "releases")
    window = Asker(hall, tmp_path / "updates")
    hall.lists(CONFIG, "config/11.json", version(11, base={"idle_minutes": 11}))
    hall.lists(CONFIG, "config/12.json", version(12, base={"printers": [{"name": "x", "address": "ftp://x"}]}))
    with bootstrap.opened(str(place.terminal("0007"))) as terminal:
        for number, wanted in enumerate(("11", "12", "13"), 1):
            rollout = hall.rolls_out(number, target=Versions(config=wanted), opened=dict.fromkeys(RINGS, "2026-11-27"))
            if wanted == "13":
                with pytest.raises(UpdateRefused, match=r"update\.not_listed"):
                    follow(terminal, window.asks(), rollout)
            else:
                follow(terminal, window.asks(), rollout)
            assert versions_here(terminal.memory).config == "11", "the last good one goes on"
        held = taken(terminal.memory)
        assert (held.refused, held.error) == ("12", "printer.address"), "and it is known why"
        assert settings_of(terminal, "1001").idle_minutes == 11
