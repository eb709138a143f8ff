"""The fleet screen by keys: IT halts a bad version at once, and nobody opens a ring alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from casework.fleet import Fleet
from casework.messages import Message
from screens.canvas import Canvas
from screens.desk import Refused
from screens.fleet_app import WORKS, FleetApp
from screens.frame import FrameScreen
from tests.screens.fake_fleet import ROLLOUT, FakeFleet, afternoon
from tests.screens.typing_keys import keys, press

WAYS = {
    "fleet": "",
    "fleet_terminal": "<enter>",
    "fleet_halt": "h",
    "fleet_approve": "a4002<enter>135790",
    "fleet_block": "b1<enter>4001<enter>135790<f2>",
    "fleet_acts": "w",
    "fleet_help": "<f1>",
    "fleet_menu": "<f10>",
    "fleet_halted": "",
    "fleet_none": "",
}
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
HALTED = Message("rollout.halted.errors", {"count": 3, "most": 2, "terminals": "0009, 0012, 0021"})


def fleet_of(way: str) -> Fleet:
    """What there is to see on a way."""
    if way.endswith("none"):
        return afternoon(rows=(), rollout=None)
    if way.endswith("halted"):
        trouble = (Message("fleet.trouble.no_look", {"at": "11-27 09:12"}),)
        stands = msgspec.structs.replace(ROLLOUT, halted=True, step="none", why=HALTED)
        return afternoon(rollout=stands, troubles=trouble)
    return afternoon()


def app(language: str = "zh_CN", way: str = "") -> tuple[FleetApp, FakeFleet]:
    """The fleet screen, read anew only by keys."""
    hall = FakeFleet(language, fleet_of(way))
    made = FleetApp(hall, poll_seconds=0)
    made.language = language
    return made, hall


def typed(way: str) -> tuple[FakeFleet, list[str]]:
    """After these keys: what the hall was asked, and what stands in the message row and on the screen."""
    made, hall = app()
    seen: list[str] = []

    async def run() -> None:
        async with made.run_test(size=(80, 24)) as pilot:
            await press(pilot, *keys(way))
            frame = made.screen
            assert isinstance(frame, FrameScreen)
            lines = (widget.render_line(y).text for widget in frame.query(Canvas) for y in range(widget.size.height))
            seen.extend([frame.PLACE, frame.message_bar.text, "\n".join(lines)])

    asyncio.run(run())
    return hall, seen


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", WAYS)
def test_it_looks_as_before(snap_compare: Callable[..., bool], way: str, size: str, language: str) -> None:
    async def go(pilot: Pilot[Any]) -> None:
        await press(pilot, *keys(WAYS[way]))

    assert snap_compare(app(language, way)[0], terminal_size=SIZES[size], run_before=go)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("way", ["fleet", "fleet_halted", "fleet_none", "fleet_block"])
def test_every_row_fits_80_columns(way: str, language: str) -> None:
    made, _ = app(language, way)

    async def run() -> None:
        async with made.run_test(size=(80, 24)) as pilot:
            await press(pilot, *keys(WAYS[way]))
            for widget in made.screen.query(Canvas):
                for y in range(widget.size.height):
                    assert cell_len(widget.render_line(y).text) == widget.size.width

    asyncio.run(run())


def test_a_bad_version_is_halted_with_a_number_and_no_pin_and_by_none_without_one() -> None:
    hall, seen = typed("h")
    assert (hall.asked, seen[0]) == ([], "act")
    hall, seen = typed("h<f2>")
    assert (hall.asked, seen[0]) == ([], "act")
    hall, seen = typed("h<escape>")
    assert (hall.asked, seen[0]) == ([], "fleet")
    hall, seen = typed("h4001<f2>")
    assert hall.asked == [("halted", "4001", "")]
    assert (seen[0], "8" in seen[1]) == ("fleet", True)
    assert typed("h4001<enter>bad prints<f2>")[0].asked == [("halted", "4001", "bad prints")]


def test_it_goes_on_and_the_next_ring_opens_for_whoever_types_her_pin() -> None:
    assert typed("r4001<enter>135790<f2>")[0].asked == [("resumed", "4001", "135790")]
    assert typed("p4001<enter>135790<f2>")[0].asked == [("opened", "half", "4001", "135790")]


def test_who_did_what_is_read_by_one_key() -> None:
    _, seen = typed("w")
    assert seen[0] == "text"
    assert "3001" in seen[2]


def test_a_second_person_approves_with_her_number_and_pin() -> None:
    hall, seen = typed("a4002<enter>135790<enter>")
    assert hall.asked == [("approved", "half", "4002", "135790")]
    assert seen[0] == "fleet"


def test_a_wrong_pin_leaves_the_form_as_it_was_and_no_pin_is_kept_for_the_next_one() -> None:
    made, hall = app()
    hall.refuses = Refused(Message("people.wrong_pin", {"left": 4}), "pin")

    async def run() -> None:
        async with made.run_test(size=(80, 24)) as pilot:
            await press(pilot, *keys("a4002<enter>1<enter>"))
            assert isinstance(made.screen, FrameScreen)
            assert made.screen.PLACE == "act"
            hall.refuses = None
            await press(pilot, *keys("<escape>a"))
            assert made.screen.sheet.values() == {"number": "", "pin": ""}  # type: ignore[attr-defined]

    asyncio.run(run())


def test_a_version_is_blocked_only_after_it_was_read_what_happens() -> None:
    hall, seen = typed("b1<enter>4001<enter>135790<f2>")
    assert (hall.asked, seen[0]) == ([], "confirm")
    assert "135790" not in seen[2], "a PIN is never shown"
    hall, seen = typed("b1<enter>4001<enter>135790<f2><f2>")
    assert (hall.asked, seen[0]) == ([("blocked", "0.5.0", "4001", "135790", "")], "fleet")


def test_without_a_rollout_nothing_can_be_halted_and_it_says_so() -> None:
    made, hall = app(way="fleet_none")

    async def run() -> None:
        async with made.run_test(size=(80, 24)) as pilot:
            for key in "hrpab":
                await press(pilot, key)
                assert isinstance(made.screen, FrameScreen)
                assert made.screen.PLACE == "fleet"
                assert made.screen.message_bar.tone == "warn"

    asyncio.run(run())
    assert hall.asked == []


def test_it_is_read_anew_by_itself_and_the_cursor_stays_at_its_terminal() -> None:
    made, hall = app()

    async def run() -> None:
        async with made.run_test(size=(80, 24)) as pilot:
            await press(pilot, *keys("<down><down>"))
            screen = made.screen
            assert screen.table.row.number == "0021"  # type: ignore[attr-defined]
            hall.now = afternoon(rows=tuple(reversed(hall.now.rows)))
            await made.poll()
            assert screen.table.row.number == "0021"  # type: ignore[attr-defined]

    asyncio.run(run())


@pytest.mark.parametrize("way", ["<escape>", "<ctrl+q>", "<enter><escape><escape>"])
def test_esc_leaves_it(way: str) -> None:
    made, _ = app()

    async def run() -> None:
        async with made.run_test(size=(80, 24)) as pilot:
            await press(pilot, *keys(way))
        assert made.return_code == 0
        assert not made.is_running

    asyncio.run(run())


@pytest.mark.parametrize("key", ["f3", "f4", "f8", "insert", "ctrl+l", "ctrl+g", "ctrl+x", "ctrl+r", "f9"])
def test_no_key_leads_to_the_work_of_a_clerk(key: str) -> None:
    hall, seen = typed(f"<{key}>")
    assert (hall.asked, seen[0]) == ([], "fleet")


def test_the_language_is_changed_where_one_is() -> None:
    made, _ = app()

    async def run() -> None:
        async with made.run_test(size=(80, 24)) as pilot:
            await press(pilot, "ctrl+y")
            assert isinstance(made.screen, FrameScreen)
            assert made.screen.heading().startswith("Fleet")

    asyncio.run(run())


def test_what_works_has_a_method() -> None:
    for act in WORKS:
        if act.startswith("fleet_"):
            from screens.fleet import FleetScreen

            assert isinstance(getattr(FleetScreen, f"act_{act}"), Callable)  # type: ignore[arg-type]
