"""When a window changes its version: between two cases, never in one, and not at all where it failed (updates.md)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from casework.rollout import RINGS, Rollout, Versions
from casework.updating import Here, delay_seconds, plan

NOON = "2026-11-26T12:00:00.000"
ROLLOUT = Rollout(
    3, "h1", Versions("0.5.0"), Versions("0.4.0"), opened=dict.fromkeys(RINGS, "2026-11-25T08:00:00.000"),
    window=("18:00", "07:30"), deadline="2026-11-30T18:00:00.000",
)  # fmt: skip
STAGED = Here("0012", "0.4.0", staged=("0.5.0",))


def but(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def test_it_is_fetched_at_night_and_offered_by_day() -> None:
    bare = but(STAGED, staged=())
    assert plan(ROLLOUT, bare, NOON).step == "wait"
    assert plan(ROLLOUT, bare, "2026-11-26T22:00:00.000").step == "fetch"
    assert plan(ROLLOUT, bare, "2026-11-27T07:29:59.000").step == "fetch"
    assert plan(ROLLOUT, STAGED, NOON).step == "offer"


def test_nobody_is_interrupted_and_an_empty_window_changes_by_itself() -> None:
    assert plan(ROLLOUT, but(STAGED, idle=False), NOON).step == "offer"
    assert plan(ROLLOUT, but(STAGED, at_work=False), NOON).step == "switch"
    assert plan(ROLLOUT, but(STAGED, at_work=False, idle=False), NOON).step == "offer", "a paper is being printed"


@pytest.mark.parametrize(
    ("now", "urge"),
    [("2026-11-26T12:00:00.000", ""), ("2026-11-29T12:00:00.000", "soon"), ("2026-11-30T15:00:00.000", "today"),
     ("2026-11-30T18:00:00.000", "now")],
)  # fmt: skip
def test_the_banner_grows_as_the_deadline_nears(now: str, urge: str) -> None:
    assert plan(ROLLOUT, but(STAGED, idle=False), now).urge == urge


def test_after_the_deadline_it_changes_between_two_cases_and_not_in_one() -> None:
    late = "2026-11-30T18:00:01.000"
    assert plan(ROLLOUT, but(STAGED, idle=False), late).step == "offer"
    assert plan(ROLLOUT, STAGED, late).step == "switch"


def test_what_failed_here_is_not_tried_again_until_a_new_rollout_says_so() -> None:
    failed = but(STAGED, failed=("0.5.0",), failed_in=3)
    assert plan(ROLLOUT, failed, NOON).why == "updating.failed_here"
    assert plan(but(ROLLOUT, number=4, attempt=4), failed, NOON).step == "offer"


def test_a_blocked_version_is_left_as_soon_as_nothing_is_open_whatever_the_hour() -> None:
    bad = but(ROLLOUT, blocked=("0.5.0",))
    here = Here("0012", "0.5.0", staged=("0.4.0", "0.5.0"))
    assert (plan(bad, here, NOON).step, plan(bad, here, NOON).version) == ("switch", "0.4.0")
    assert plan(bad, but(here, staged=()), NOON).step == "fetch"


def test_with_nothing_new_nothing_is_done() -> None:
    assert plan(None, STAGED, NOON).step == "none"
    assert plan(ROLLOUT, Here("0012", "0.5.0"), NOON).step == "none"
    assert plan(but(ROLLOUT, opened={}), Here("0012", "0.4.0"), NOON).step == "none"


def test_two_hundred_windows_do_not_ask_at_once() -> None:
    waits = [delay_seconds(ROLLOUT, f"{number:04d}") for number in range(200)]
    assert max(waits) <= 15 * 60
    assert len({wait // 60 for wait in waits}) >= 14
