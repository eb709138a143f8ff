"""A new version begins between two cases, never in one; nobody is interrupted, nothing typed is lost (updates.md)."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from casework.limits import LIMITS
from casework.messages import Message
from screens.app import ConsoleApp
from screens.bars import MessageBar, StatusBar
from screens.desk import Refused, UpdateView
from screens.updating import TO_NEW_VERSION, is_busy
from tests.screens.fake_desk import FakeDesk
from tests.screens.fake_prefiles import COMPANY
from tests.screens.test_snapshots import FORM, SIGNED
from tests.screens.typing_keys import keys, press

READY = UpdateView("0.6.0", "", "11-30 18:00")
LATE = UpdateView("0.6.0", "now", "11-30 18:00")


def played(story: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A story at the window as a test."""

    @functools.wraps(story)
    def test(*args: Any, **named: Any) -> None:
        async def whole() -> None:
            await story(*args, **named)

        asyncio.run(whole())

    return test


@pytest.fixture
def desk() -> FakeDesk:
    """A window for which a version is ready."""
    made = FakeDesk(language="en")
    made.update = READY
    return made


def window(desk: FakeDesk) -> ConsoleApp:
    made = ConsoleApp(desk, poll_seconds=0)
    made.language = desk.language
    return made


async def signed_in(pilot: Pilot[Any], desk: FakeDesk) -> None:
    """Sign in under the nose of a version that would begin at once."""
    waits, desk.update = desk.update, None
    await press(pilot, *keys(SIGNED))
    desk.update = waits


@played
async def test_it_begins_where_nobody_sits(desk: FakeDesk) -> None:
    app = ConsoleApp(desk, poll_seconds=60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()  # its first poll
    assert (desk.begun, app.return_code) == (1, TO_NEW_VERSION)


@played
async def test_nobody_who_types_her_number_is_interrupted(desk: FakeDesk) -> None:
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *keys("1001<enter>13"))
        app._poll_seconds = 60.0
        await app.poll()
        assert desk.begun == 0


@played
async def test_who_works_is_told_and_not_interrupted(desk: FakeDesk) -> None:
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        await app.poll()
        assert desk.begun == 0
        assert "New 0.6.0 u" in "".join(text for text, _ in app.frame.query_one(StatusBar).parts(0))


@played
async def test_update_now_is_one_key_and_asks_first(desk: FakeDesk) -> None:
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        await app.poll()
        await press(pilot, *keys("u<escape>"))
        assert desk.begun == 0
        await press(pilot, *keys("u<enter>"))
    assert (desk.begun, app.return_code) == (1, TO_NEW_VERSION)
    assert desk.log[-1] == "sign_out"


@played
async def test_without_a_new_version_the_key_says_so(desk: FakeDesk) -> None:
    desk.update = None
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *keys(SIGNED + "u"))
        assert app.frame.query_one(MessageBar).text == "No new version is waiting"


@played
async def test_after_the_deadline_the_case_in_hand_is_finished_first(desk: FakeDesk) -> None:
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        await press(pilot, *keys(FORM + "<f6>9<enter>a"))
        desk.update = LATE
        await app.poll()
        assert (desk.begun, is_busy(app)) == (0, True)
        await press(pilot, *keys("<f2><enter><enter>"))
        await app.poll()
        assert desk.begun == 0, "her papers are still being handed out"
        await press(pilot, *keys("<f3>"))
        await app.poll()
    assert (desk.begun, app.return_code) == (1, TO_NEW_VERSION)


@played
async def test_a_form_that_nobody_has_touched_for_long_is_put_aside_after_the_deadline(desk: FakeDesk) -> None:
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        await press(pilot, *keys(f"na02<enter>2<enter>{COMPANY}<enter>"))
        desk.update = LATE
        await app.poll()
        assert desk.begun == 0
        app._poll_seconds = LIMITS.update_quiet_seconds
        await app.poll()
        assert desk.begun == 1
    assert desk.drafts, "it is found again under its owner"


@played
async def test_an_act_that_was_left_half_typed_keeps_the_version_waiting(desk: FakeDesk) -> None:
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        app.seat.hers.unfinished[("1", "decide")] = {}
        assert not is_busy(app)
        app.seat.hers.unfinished[("1", "decide")] = {"text": "half a"}
        desk.update = LATE
        await app.poll()
        assert desk.begun == 0


@played
async def test_a_version_that_can_not_begin_is_said_and_work_goes_on(desk: FakeDesk) -> None:
    desk.no_update = Refused(Message("update.not_ready", {"what": "0.6.0"}))
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        await app.poll()
        await press(pilot, *keys("u<enter>"))
        assert "cannot begin just now" in app.frame.query_one(MessageBar).text
        assert app.signed_in


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@played
async def test_the_banner_grows_and_leaves_the_row_whole(desk: FakeDesk, language: str) -> None:
    desk.language = language
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        await desk.switch_language(language)
        inks = []
        for urge in ("", "soon", "today"):
            desk.update = UpdateView("0.6.0", urge, "11-30 18:00")
            await app.poll()
            parts = app.frame.query_one(StatusBar).parts(0)
            banner = next(part for part in parts if "0.6.0" in part[0])
            inks.append(banner[1])
            assert parts[-1] == ("10:42 ", "strong"), "the clock has its place"
        assert inks == ["dim", "warn", "error"]


@played
async def test_no_version_and_no_settings_begin_while_a_paper_is_on_its_way_to_the_printer(desk: FakeDesk) -> None:
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        desk.update, desk.printing, desk.settings_wait = LATE, True, True
        await app.poll()
        assert (desk.begun, "take_settings" in desk.log) == (0, False)
        desk.printing = False
        await app.poll()
        assert (desk.begun, "take_settings" in desk.log) == (1, True)


@played
async def test_settings_that_can_not_be_kept_are_said_once_and_work_goes_on(desk: FakeDesk) -> None:
    desk.update, desk.settings_wait, desk.no_update = None, True, Refused(Message("update.nothing_ready"))
    app = window(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await signed_in(pilot, desk)
        await app.poll()
        await app.poll()
        assert desk.log.count("take_settings") == 1, "not every second"
        assert app.signed_in
