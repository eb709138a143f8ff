"""Rollouts: a bad version reaches few windows, a good one reaches all, and nobody opens a ring alone (updates.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import BadRollout
from casework.rollout import (
    RINGS,
    Rollout,
    Seen,
    Standing,
    Versions,
    approved,
    blocked,
    decode_rollout,
    encode_rollout,
    gate,
    halted,
    opened,
    progress,
    resumed,
    ring_of,
    versions_for,
)

OLD, NEW = Versions("0.4.0", "c7", "s3"), Versions("0.5.0", "c8", "s4")
HALL = tuple(f"{number:04d}" for number in range(1, 201))
NOON = "2026-11-26T12:00:00.000"
NEXT_DAY = "2026-11-27T12:00:01.000"
START = Rollout(1, "h1", NEW, OLD, lab=("9001", "9002"), first="0012", published_by="it-1")


def with_rings(*names: str, since: str = NOON) -> Rollout:
    return msgspec.structs.replace(START, opened=dict.fromkeys(names, since))


def heard(number: str, now: str = NEXT_DAY, **said: Any) -> Seen:
    known = {"rollout": 1, "app": "0.5.0", "state": "healthy", "version": "0.5.0", **said}
    return Seen(number, now, Standing(**known))


def run(rollout: Rollout, terminals: tuple[str, ...], fails: Callable[[str], bool]) -> tuple[Rollout, list[str]]:
    """Day after day whoever may tries the new version, ten at a time, and the hall opens what opens; who tried it."""
    said: dict[str, Seen] = {}
    for day in range(1, 14):
        now = f"2026-12-{day:02d}T12:00:01.000"
        tries = [one for one in terminals if versions_for(rollout, one).app == NEW.app and one not in said]
        for place in range(0, len(tries) + 1, 10):
            for one in tries[place : place + 10]:
                said[one] = heard(one, now, state="returned", app="0.4.0") if fails(one) else heard(one, now)
            found = gate(rollout, list(said.values()), now)
            if found.step == "halt":
                return halted(rollout, found.reason), list(said)
        said = {number: msgspec.structs.replace(seen, heard=now) for number, seen in said.items()}
        found = gate(rollout, list(said.values()), now)
        if found.step == "ask":
            rollout = approved(rollout, found.ring, "it-2", now)
        if found.step in {"ask", "open"}:
            rollout = opened(rollout, found.ring, now)
    return rollout, list(said)


def test_a_good_version_reaches_every_window_ring_by_ring() -> None:
    rollout, touched = run(START, HALL, lambda _: False)
    assert tuple(rollout.opened) == RINGS
    assert sorted(touched) == list(HALL)


def test_of_two_hundred_windows_three_percent_that_fail_halt_the_rollout_before_all_have_tried_it() -> None:
    bad = {number for place, number in enumerate(HALL) if place % 33 == 5}
    assert len(bad) == 6
    rollout, touched = run(START, HALL, bad.__contains__)
    assert rollout.halted == "rollout.halted.errors"
    assert len(touched) < len(HALL)
    assert {versions_for(rollout, one).app for one in HALL} == {"0.4.0"}, "who had it goes back"


def test_two_that_fail_are_not_yet_too_many() -> None:
    seen = [heard("9001", state="failed", app="0.4.0"), heard("9002", state="returned", app="0.4.0"), heard("0012")]
    assert gate(with_rings("lab", "first"), seen, NEXT_DAY).step == "wait"
    seen += [heard("0012", state="failed", app="0.4.0")]
    assert gate(with_rings("lab", "first"), seen, NEXT_DAY).step == "halt"


def test_nothing_opens_before_the_ring_before_has_soaked() -> None:
    found = gate(with_rings("lab"), [heard("9001", NOON)], "2026-11-27T11:59:00.000")
    assert (found.step, found.reason) == ("wait", "rollout.soaking")
    assert gate(with_rings("lab"), [heard("9001")], NEXT_DAY).step == "open"


def test_healthy_counts_only_when_the_new_version_itself_says_so() -> None:
    of_old = heard("9001", app="0.4.0")
    assert gate(with_rings("lab"), [of_old], NEXT_DAY).reason == "rollout.too_few"


def test_a_ring_of_which_nobody_is_online_does_not_count_as_healthy() -> None:
    assert gate(with_rings("lab"), [heard("9001", NOON)], NEXT_DAY).reason == "rollout.too_few"


def test_who_tries_the_version_and_is_not_heard_any_more_has_failed() -> None:
    silent = [heard(number, NOON, state="trial") for number in ("9001", "9002", "0012")]
    assert gate(with_rings("lab", "first"), silent, NEXT_DAY).step == "halt"


def test_who_only_has_it_on_the_disk_may_be_switched_off_until_the_deadline() -> None:
    asleep = [heard(number, NOON, state="staged", app="0.4.0") for number in ("9001", "9002", "0012")]
    open_ended = with_rings("lab", "first")
    assert gate(open_ended, asleep, NEXT_DAY).step == "wait"
    assert gate(msgspec.structs.replace(open_ended, deadline=NOON), asleep, NEXT_DAY).step == "halt"


def test_above_a_tenth_a_second_person_says_yes_to_each_ring() -> None:
    rollout = with_rings("lab", "first", "tenth")
    assert gate(rollout, [heard("9001")], NEXT_DAY).step == "ask"
    with pytest.raises(BadRollout, match="needs_approval"):
        opened(rollout, "half", NEXT_DAY)
    with pytest.raises(BadRollout, match="second_person"):
        approved(rollout, "half", "it-1", NEXT_DAY)
    rollout = opened(approved(rollout, "half", "it-2", NEXT_DAY), "half", NEXT_DAY)
    with pytest.raises(BadRollout, match="needs_approval"):
        opened(rollout, "all", NEXT_DAY)


def test_no_ring_is_jumped_over() -> None:
    with pytest.raises(BadRollout, match="out_of_turn"):
        opened(START, "first", NOON)


def test_a_blocked_version_is_run_nowhere_and_the_last_one_left_can_not_be_blocked() -> None:
    rollout = blocked(with_rings("lab", "first", "tenth"), "0.5.0")
    assert {versions_for(rollout, one).app for one in (*HALL, "9001")} == {"0.4.0"}
    with pytest.raises(BadRollout, match="nothing_left"):
        blocked(rollout, "0.4.0")


def test_going_on_after_a_halt_soaks_the_newest_ring_anew() -> None:
    rollout = resumed(halted(with_rings("lab"), "rollout.halted.person"), NEXT_DAY)
    assert rollout.opened == {"lab": NEXT_DAY}
    assert gate(rollout, [heard("9001")], NEXT_DAY).reason == "rollout.soaking"
    with pytest.raises(BadRollout, match="goes_on"):
        resumed(rollout, NEXT_DAY)


def test_two_windows_never_count_by_two_catalogues_once_the_lab_has_tried_it() -> None:
    assert versions_for(with_rings("lab"), "9001").catalogue == "c8"
    assert {versions_for(with_rings("lab"), one).catalogue for one in HALL} == {"c7"}
    assert {versions_for(with_rings("lab", "first"), one).catalogue for one in HALL} == {"c8"}


@given(st.lists(st.integers(0, 9999).map("{:04d}".format), min_size=50, max_size=300, unique=True), st.text("ab1"))
def test_a_window_that_joins_later_has_its_ring_and_keeps_it(numbers: list[str], hall: str) -> None:
    rollout = msgspec.structs.replace(START, hall=hall)
    rings = [ring_of(rollout, number) for number in numbers]
    assert rings == [ring_of(rollout, number) for number in numbers]
    assert set(rings) <= set(RINGS)


def test_a_tenth_is_about_a_tenth_and_not_always_the_same_windows() -> None:
    many = [f"{number:04d}" for number in range(2000)]
    tenth = {number for number in many if ring_of(START, number) == "tenth"}
    assert 120 < len(tenth) < 280
    other = msgspec.structs.replace(START, target=Versions("0.6.0"))
    assert tenth != {number for number in many if ring_of(other, number) == "tenth"}


def test_what_is_signed_is_read_again_alike_and_nonsense_is_refused() -> None:
    rollout = opened(START, "lab", NOON)
    assert decode_rollout(encode_rollout(rollout)) == rollout
    for wrong in (b"{", b"[]", encode_rollout(with_rings("everybody"))):
        with pytest.raises(BadRollout):
            decode_rollout(wrong)


def test_it_sees_how_far_each_ring_has_come() -> None:
    seen = [heard("9001"), heard("9002", state="staged", app="0.4.0"), heard("0012")]
    assert progress(with_rings("lab", "first"), seen)["lab"] == (1, 2)


@pytest.mark.parametrize("before", [Versions("0.4.0", "c7", "s3"), Versions()])
def test_settings_alone_go_from_ring_to_ring_without_a_new_version_of_the_application(before: Versions) -> None:
    rollout = Rollout(2, "h1", Versions(config="s4"), before, opened={"lab": NOON}, lab=("9001", "9002"))
    have = [heard(one, app="0.4.0", version="0.4.0", config="s4") for one in rollout.lab]
    lack = [heard(one, app="0.4.0", version="0.4.0", config="s3") for one in rollout.lab]
    assert gate(rollout, have, NEXT_DAY).step == "open"
    assert gate(rollout, lack, NEXT_DAY).reason == "rollout.too_few"
    assert progress(rollout, have)["lab"] == (2, 2)
