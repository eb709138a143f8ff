"""How each screen looks, in both sizes and languages; reached by keys alone, on a desk whose clock stands still."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from casework.messages import Message, t
from console.coach import Coach
from console.practice import facts
from screens.app import ConsoleApp
from screens.canvas import Canvas
from screens.desk import CallView
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import COMPANY
from tests.screens.fake_words import PERSON_ID, number
from tests.screens.typing_keys import keys, press

SIGNED = "1001<enter>135790<enter>"
FORM = f"na02<enter>2<enter>{COMPANY}<enter>"
BUNDLE = f"ny01<enter>{COMPANY}<enter><f6><f6>"
WAYS = {
    "sign_in": "",
    "sign_in_refused": "1001<enter>0<enter>",
    "queue": SIGNED,
    "intake_items": SIGNED + "n",
    "intake_form": SIGNED + FORM + "<f6>",
    "intake_offers": SIGNED + "na02<enter>2<enter>光谷",
    "intake_agent": SIGNED + f"na01<enter>{COMPANY}<enter><ctrl+a>{PERSON_ID}<enter><enter><enter>",
    "intake_materials": SIGNED + FORM + "<f6>9<enter><space>d",
    "read_back": SIGNED + FORM + "<f6>9<enter>a<f2>",
    "bundle_earlier": SIGNED + BUNDLE + "t",
    "bundle": SIGNED + BUNDLE + "o<down>r",
    "saved_bundle": SIGNED + BUNDLE + "o<down>r<f2><enter>",
    "prefiles": SIGNED + "f",
    "prefile_check": SIGNED + "fc",
    "queue_sitting": SIGNED,
    "case_others": SIGNED + f"{number(7)}<enter>9",
    "case_facts": SIGNED + f"{number(7)}<enter><f6>",
    "saved": SIGNED + FORM + "<f6>9<enter>a<f2><enter><enter>",
    "preview": SIGNED + "<enter><f7>",
    "case": SIGNED + f"{number(7)}<enter>",
    "case_acts": SIGNED + "<enter><enter>",
    "act": SIGNED + "<enter>h王<enter>",
    "confirm": "2001<enter>135790<enter><enter>d1<enter>x<enter>",
    "queue_marked": SIGNED + "<space><space><down><space>",
    "batch": SIGNED + "<space><space><space>d",
    "batch_asked": SIGNED + "<space><space><space>dr王<f2>",
    "batch_done_refused": SIGNED + "<space><space><space>da<enter>",
    "conflict_moves": SIGNED + "<enter>h王<enter>1<f2>",
    "conflict_refused": SIGNED + "<enter>!",
    "queue_nudged": SIGNED + "<down>",
    "mine": SIGNED + "m",
    "companies": SIGNED + "m<f6>",
    "search": SIGNED + "<f4>a02",
    "tray": SIGNED + "t",
    "tray_opened": SIGNED + "t<enter>",
    "prints": SIGNED + "<f7>",
    "prints_ways": SIGNED + "<f7><down><enter>",
    "menu": SIGNED + "<f10>",
    "posts": SIGNED + "<f9>",
    "posts_waiting": SIGNED + "<f9>",
    "handover": SIGNED + "<f9>h<enter>",
    "handover_asked": SIGNED + "<f9>h<enter><f2>",
    "handover_done": SIGNED + "<f9>h<enter><f2><f2>",
    "jump_form": SIGNED + FORM + "<f6><ctrl+o>",
    "jump_list": SIGNED + "<ctrl+o>",
    "settings": SIGNED + "<ctrl+x>",
    "settings_unruled": SIGNED + "<ctrl+x><down><down>n",
    "printers": SIGNED + "<ctrl+x><f7><down>",
    "printer_new": SIGNED + "<ctrl+x><f7>n",
    "badge": SIGNED + "%2001<enter>",
    "help": SIGNED + "n<f1>",
    "key_sheet": SIGNED + "n<f1><f1>",
    "key_sheet_found": SIGNED + "<f1><f1>f7<down>",
    "help_choice": SIGNED + "na02<enter>?",
    "help_number": SIGNED + "na02<enter>2<enter><f1>",
    "help_paper": SIGNED + FORM + "<f6>9<enter><f1>",
    "board": SIGNED + "<f8>",
    "board_lights": SIGNED + "<f8><down><down><down><down><down>",
    "board_definition": SIGNED + "<f8><down><enter>",
    "agent_files": SIGNED + "b",
    "agent_file": SIGNED + "b<enter><enter>",
    "agent_sure": SIGNED + "b<enter><enter><enter>",
    "agent_done": SIGNED + "b<enter><enter><enter><enter>",
    "day_end": SIGNED + "e",
    "closing": SIGNED + "<f8>c",
    "closing_offline": SIGNED + "<ctrl+g><f8>c",
    "call_menu": SIGNED + "<ctrl+x>",
    "called": SIGNED,
    "pick_post": SIGNED + "p",
    "queue_of_post": SIGNED + "p<down><enter>",
    "tray_doubles": SIGNED + "t<down>",
    "twins": SIGNED + "t<down><enter>",
    "twins_ways": SIGNED + "t<down><enter><enter>",
    "cable_out": SIGNED + "<ctrl+g>",
    "practice_sign_in": "",
    "practice_form": SIGNED + "na02<enter><f1><escape>2<enter>",
    "practice_lessons": SIGNED + "<f10>tour<enter>",
}
OF_THE_HALL = ("closing", "closing_offline", "pick_post", "queue_of_post", "tray_doubles", "twins", "twins_ways")
"""Ways of a supervisor."""
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
Compare = Callable[..., bool]


def app(language: str, way: str = "") -> ConsoleApp:
    """The console on a new desk; on the way that says so with an applicant who sits and waits."""
    sitting = (number(1),) if way.endswith("sitting") else ()
    desk = FakeDesk(language=language, sitting=sitting, moves_next=way.endswith("moves"), nudged=way.endswith("nudged"))
    desk.supervises = way in OF_THE_HALL
    if way == "called":
        desk.calls = (CallView("c1", t("call.come", window="12", name="王芳"), "come"),)
    if way.endswith("refused"):
        desk.refused = {number(n): Message("refusal.reason") for n in (1, 2)}
    if way.endswith("waiting"):
        desk.something_waits()
    coach = Coach(Path(tempfile.mkdtemp()) / "tour.json", facts()) if way.startswith("practice") else None
    made = ConsoleApp(coach.watching(desk) if coach else desk, poll_seconds=0)
    made.tour = coach
    made.language = language
    return made


def going(way: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press the keys of a way."""

    async def go(pilot: Pilot[Any]) -> None:
        await press(pilot, *keys(WAYS[way]))

    return go


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "contrast"])
def test_it_looks_as_before(snap_compare: Compare, way: str, size: str, language: str) -> None:
    assert snap_compare(app(language, way), terminal_size=SIZES[size], run_before=going(way))


def test_high_contrast_looks_as_before(snap_compare: Compare) -> None:
    shown = ConsoleApp(FakeDesk(), poll_seconds=0, theme="yichuang-contrast")
    assert snap_compare(shown, terminal_size=(80, 24), run_before=going("intake_materials"))


DRAWN = (
    "queue", "queue_marked", "batch", "conflict_refused", "intake_materials", "bundle", "case", "menu", "saved",
    "help", "help_paper", "key_sheet", "key_sheet_found", "mine", "companies",
    "tray", "prefiles", "board", "prints", "posts", "handover", "agent_file", "day_end",
    "closing", "call_menu", "printers",
)  # fmt: skip
AMBIGUOUS = "…“”‘’·●○→←↑↓■□▲△▼▽★☆◆◇─│┌┐└┘├┤┬┴┼═║"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("way", DRAWN)
def test_every_row_fits_and_has_no_character_of_doubtful_width(way: str, language: str) -> None:
    async def run() -> None:
        made = app(language)
        async with made.run_test(size=(80, 24)) as pilot:
            await going(way)(pilot)
            for widget in made.screen.query(Canvas):
                for y in range(widget.size.height):
                    strip = widget.render_line(y)
                    assert cell_len(strip.text) == widget.size.width, strip.text
                    assert not set(strip.text) & set(AMBIGUOUS), strip.text

    asyncio.run(run())
