"""A version of the settings comes while somebody works: all of it or nothing, and no choice of hers is lost."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from casework.errors import BadInput
from casework.limits import LIMITS
from casework.rollout import RINGS, Rollout, Versions, encode_rollout
from casework.window_settings import numbered
from console import bootstrap
from console.configured import (
    WAITING,
    apply_config,
    follow,
    limits_of,
    opens,
    take,
    take_alone,
    taken,
    versions_here,
    waits,
)
from console.demo import demo
from console.print_queue import keep_slots, slots_of
from console.settings import settings_of
from hall.releases.roles import CONFIG, ROLLOUT
from sync.errors import UpdateRefused
from tests.releases import Asker, Publisher
from tests.screens.real_window import REGULAR, Window, at_window_12
from tests.updated_pc import Window as Seat
from tests.updated_pc import installed

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


def follows(window: Window, data: bytes, number: str, hall: Publisher, asker: Asker) -> None:
    """The look beside the console finds a version that is rolled out to everybody."""
    hall.lists(CONFIG, f"config/{number}.json", data)
    rollout = hall.rolls_out(int(number), target=Versions(config=number), opened=dict.fromkeys(RINGS, "2026-11-27"))
    follow(window.terminal.memory, asker.asks(), rollout)


def test_settings_that_come_while_a_form_is_open_hold_after_it_and_not_in_it(place: demo.Place, tmp_path: Path) -> None:
    hall = Publisher(tmp_path / "releases")
    asker = Asker(hall, tmp_path / "updates")
    data = version(
        21,
        terminals={
            "0012": {"phone": "027-65522222", "theme": "yichuang-contrast", "idle_minutes": 8, "printers": [A4]}
        },
    )

    async def walk(window: Window) -> None:
        own, phone = slots_of(window.terminal), settings_of(window.terminal, "1002").phone
        await window.types(f"nd01<enter>1<enter>{REGULAR}<enter>")
        follows(window, data, "21", hall, asker)
        await window.app.poll()
        assert waits(window.terminal.memory)
        assert (slots_of(window.terminal), settings_of(window.terminal, "1002").phone) == (own, phone)
        assert window.app.theme == "yichuang-dark"
        await window.types("<f6><f6>a<f2><enter><enter><f3>")
        await window.app.poll()
        assert not waits(window.terminal.memory)
        hers = settings_of(window.terminal, "1002")
        assert (hers.phone, [slot.name for slot in slots_of(window.terminal)]) == ("027-65522222", ["a4"])
        assert (window.app.theme, window.app.seat.idle.seconds) == ("yichuang-contrast", 480), "without a restart"

    at_window_12(place, "1002", walk)


def test_language_and_look_change_before_her_eyes_or_at_the_next_sign_in(place: demo.Place, tmp_path: Path) -> None:
    hall = Publisher(tmp_path / "releases")
    asker = Asker(hall, tmp_path / "updates")

    async def walk(window: Window) -> None:
        follows(window, version(31, base={"language": "en"}), "31", hall, asker)
        await window.app.poll()
        assert (window.app.language, "Queue" in window.shown or "queue" in window.shown) == ("en", True)
        await window.types("<ctrl+l>")
        both = version(32, base={"language": "zh_CN", "theme": "yichuang-dark", "idle_minutes": 6})
        follows(window, both, "32", hall, asker)
        window.app._poll_seconds = 60.0  # nobody types her number
        await window.app.poll()
        assert (window.app.language, window.app.seat.idle.seconds) == ("en", 360), "the window's hold where nobody sits"
        await window.types(f"1002<enter>{demo.PIN}<enter>")
        assert window.app.language == "zh_CN", "hers, as soon as she is back"

    at_window_12(place, "1002", walk)


def test_settings_that_an_older_rollout_named_are_not_taken_any_more(place: demo.Place, tmp_path: Path) -> None:
    hall = Publisher(tmp_path / "releases")
    asker = Asker(hall, tmp_path / "updates")
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        before = str(taken(terminal.memory).number)
        hall.lists(CONFIG, "config/41.json", version(41, base={"idle_minutes": 4}))
        for number, wanted in ((1, "41"), (2, before)):
            rollout = hall.rolls_out(number, target=Versions(config=wanted), opened=dict.fromkeys(RINGS, "2026-11-27"))
            follow(terminal.memory, asker.asks(), rollout)
            assert waits(terminal.memory) == (wanted == "41")


def test_refused_settings_are_told_to_the_hall_and_those_that_hold_too(place: demo.Place, tmp_path: Path) -> None:
    hall = Publisher(tmp_path / "releases")
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        home = installed(tmp_path / "pc", hall)
        looker = Seat(terminal.memory, terminal.clock, home, hall).looker
        looker.apply = functools.partial(follow, terminal.memory)
        short = terminal.memory.identity.hall[:16]
        for number, idle in ((61, 9), (62, 100_000), (63, 5)):
            data = version(number, base={"idle_minutes": idle})
            hall.lists(CONFIG, f"config/{number}.json", data)
            before, wanted = Versions(home.version), Versions(config=str(number))
            opened = dict.fromkeys(RINGS, "2026-11-01T08:00:00.000")
            rollout = Rollout(number, short, wanted, before, opened=opened, jitter_minutes=0)
            hall.lists(ROLLOUT, f"rollout/{short}.json", encode_rollout(rollout))
            hall.releases.publish()
            looker.look()
            take(terminal)
            said = looker.notes.standing
            expected = ("61", "config.span") if number == 62 else (str(number), "")
            assert (said.config, said.error, said.state) == (*expected, "healthy")


def test_a_line_without_a_screen_takes_settings_only_while_no_console_is_open(place: demo.Place) -> None:
    with bootstrap.opened(str(place.terminal("0012"))) as terminal:
        terminal.memory.keep_setting(WAITING, version(51, base={"poll_spacing": 7}).decode())
        console = opens(terminal)
        assert console is not None
        assert opens(terminal) is None
        take_alone(terminal)
        assert waits(terminal.memory), "the console takes them between two cases"
        console.close()
        take_alone(terminal)
        assert (waits(terminal.memory), limits_of(terminal.memory).poll_spacing) == (False, 7)


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
                    follow(terminal.memory, window.asks(), rollout)
            else:
                follow(terminal.memory, window.asks(), rollout)
                take(terminal)
            assert versions_here(terminal.memory).config == "11", "the last good one goes on"
        held = taken(terminal.memory)
        assert (held.refused, held.error) == ("12", "printer.address"), "and it is known why"
        assert settings_of(terminal, "1001").idle_minutes == 11
