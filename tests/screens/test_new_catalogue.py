"""A newer catalogue or calendar comes while somebody is served: her form keeps its version, the next case has it."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta

import msgspec

from casework.catalogue.parse import decode, encode
from casework.catalogue.schema import Text
from casework.facts import digest
from console.demo import demo
from console.line_once import sync_once
from hall import cli
from hall.releases.catalogues import CALENDAR, Proposal
from hall.releases.in_force import in_force, number_in_force
from hall.releases.roles import CATALOGUE
from screens.case_views import CaseView
from tests.screens.real_window import REGULAR, Window, at_window_12, seated

BEGUN = f"nd01<enter>1<enter>{REGULAR}<enter>"
DONE = "<f6><f6>a<f2><enter><enter>"


def counts(place: demo.Place, kind: str, data: bytes) -> str:
    """A proven version is put in force at the hall; its hash."""
    with cli.open_hall(place.hall) as here:
        with here.store.reading() as reading:
            number = number_in_force(reading, kind) + 1
        proposal = Proposal(number, digest(data), "4001", here.hall.now, "3001", here.hall.now)
        here.hall.change(lambda reading, now, ids: in_force(reading, kind, data, proposal, now, ids))
    return digest(data)


def what_counts(place: demo.Place, kind: str) -> bytes:
    """The bytes that count at the hall."""
    with cli.open_hall(place.hall) as here, here.store.reading() as reading:
        return reading.blob(reading.head(kind)) or b""


def renamed(data: bytes, name: str) -> bytes:
    """A catalogue in which the food licence has another name."""
    catalogue = decode(data)
    item = msgspec.structs.replace(catalogue.items["D01"], name=Text(name, "Food licence, new"))
    return encode(msgspec.structs.replace(catalogue, items={**catalogue.items, "D01": item}))


def with_days_off(data: bytes, today: date) -> bytes:
    """A calendar in which the next three weekdays are off."""
    table = json.loads(data)
    for year in range(max(map(int, table["years"])) + 1, today.year + 2):
        table["years"][str(year)] = {"off": [], "work": []}
    days = (today + timedelta(days=n) for n in range(1, 30))
    weekdays = [day for day in days if day.weekday() < 5 and str(day) not in table["years"][str(day.year)]["off"]]
    for day in weekdays[:3]:
        table["years"][str(day.year)]["off"].append(str(day))
    return json.dumps(table).encode()


def test_a_form_that_is_open_keeps_its_version_and_the_next_case_has_the_new_one(place: demo.Place) -> None:
    old = what_counts(place, CATALOGUE)

    async def walk(window: Window) -> None:
        await window.types(BEGUN)
        assert "新版食品" not in window.shown
        new = counts(place, CATALOGUE, renamed(old, "新版食品经营许可"))
        await window.syncs()
        assert "新版食品" not in window.shown, "what stands before her does not change under her hands"
        await window.types("<up><down>" + DONE)
        first = window.newest()
        assert first.catalogue == digest(old)
        await window.types("<f3>" + BEGUN)
        assert "新版食品经营许可" in window.shown, "without a restart"
        await window.types(DONE)
        second = window.newest()
        assert (second.id != first.id, second.catalogue) == (True, new)
        await window.syncs()

    at_window_12(place, "1001", walk)


def test_a_draft_of_before_a_restart_goes_on_under_its_own_version(place: demo.Place) -> None:
    old = what_counts(place, CATALOGUE)

    async def begins(window: Window) -> None:
        await window.types(BEGUN + "<f3>")
        counts(place, CATALOGUE, renamed(old, "又新版食品许可"))
        await window.syncs()

    async def goes_on(window: Window) -> None:
        await window.types("n")
        assert "又新版" not in window.shown
        await window.types(DONE)
        assert window.newest().catalogue == digest(old)
        await window.syncs()

    at_window_12(place, "1001", begins)
    at_window_12(place, "1001", goes_on)


def test_two_windows_have_a_newer_calendar_at_one_place_of_the_log_and_tell_one_date(place: demo.Place) -> None:
    numbers: list[str] = []

    async def walk(window: Window) -> None:
        await window.types(BEGUN + DONE)
        await window.syncs()
        numbers.append(window.newest().number)

    async def told(terminal: str) -> tuple[list[str], int]:
        async with seated(place.terminal(terminal), "2001") as window:
            await asyncio.to_thread(sync_once, window.terminal)
            view = await window.desk.case(numbers[0])
            assert isinstance(view, CaseView)
            head = window.terminal.memory.head("calendar.head")
            assert head is not None
            return [clock.due for clock in view.clocks], head.seq

    async def both() -> tuple[list[str], int]:
        one, other = await told("0012"), await told("0007")
        assert one == other, "two windows never tell two dates"
        return one

    at_window_12(place, "2001", walk)
    due, seq = asyncio.run(both())
    with cli.open_hall(place.hall) as here:
        today = here.clock.now().date()
    counts(place, CALENDAR, with_days_off(what_counts(place, CALENDAR), today))
    later, later_seq = asyncio.run(both())
    assert later_seq > seq
    assert all(before < after for before, after in zip(due, later, strict=True)), (due, later)
