"""A newer catalogue or calendar counts from one place of the log on: for open cases, timers and every window."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import msgspec
import pytest

from casework.catalogue.parse import decode, encode
from casework.catalogue.schema import Text
from casework.facts import digest
from casework.wire import ENTRY_FACT
from hall.errors import ReleaseTrouble
from hall.releases.catalogues import CALENDAR, Proposal
from hall.releases.in_force import in_force, number_in_force, without_version
from hall.releases.roles import CATALOGUE
from tests.contract.test_hall_timers import DAY, deemed, of
from tests.hall_world import CALENDAR as SHIPPED_CALENDAR
from tests.hall_world import CATALOGUE as SHIPPED
from tests.hall_world import HallWorld, Window, in_hall, together
from tests.sim.programs import NEW, OLD, Noted

SHIPPED_VERSION = digest(SHIPPED)


def counts(world: HallWorld, kind: str, number: int, data: bytes) -> None:
    """A proven version is put in force."""
    proposal = Proposal(number, digest(data), "4001", "2026-11-23T09:00:00.000", "3001", "2026-11-23T09:05:00.000")
    world.api.hall.change(lambda reading, now, ids: in_force(reading, kind, data, proposal, now, ids))


def renamed() -> bytes:
    """The shipped catalogue with another name for one item."""
    catalogue = decode(SHIPPED)
    item = msgspec.structs.replace(catalogue.items["D01"], name=Text("新名", "New name"))
    return encode(msgspec.structs.replace(catalogue, items={**catalogue.items, "D01": item}))


def without_item(code: str) -> bytes:
    """The shipped catalogue without an item; its bundles as they may be without it."""
    catalogue = decode(SHIPPED)
    items = {each: item for each, item in catalogue.items.items() if each != code}
    return encode(msgspec.structs.replace(catalogue, items=items, bundles={}))


def without_posts() -> bytes:
    """A catalogue in which somebody has forgotten the post of the heads."""
    catalogue = decode(SHIPPED)
    posts = {code: post for code, post in catalogue.posts.items() if code != "chief"}
    return encode(msgspec.structs.replace(catalogue, posts=posts))


def with_days_off(*days: str, first: int = 2024) -> bytes:
    """The shipped calendar with more days off in 2026."""
    table = json.loads(SHIPPED_CALENDAR)
    table["years"]["2026"]["off"] += days
    table["years"] = {year: each for year, each in table["years"].items() if int(year) >= first}
    return json.dumps(table).encode()


async def an_open_case(window: Window, catalogue: str = SHIPPED_VERSION) -> str:
    """The id of a case that was taken in under a version."""
    received = msgspec.structs.replace(window.received(), catalogue=catalogue)
    await window.push(received)
    return received.case


def heads(window: Window) -> list[tuple[int, bytes]]:
    """Each word on what counts, as a window has pulled it: its place in the log and its bytes."""
    entries = [link.entry for link in window.links if link.entry and link.entry.kind == ENTRY_FACT]
    return [(one.seq, bytes(one.fact)) for one in entries if b'.head"' in bytes(one.fact)]


def test_every_window_has_a_new_version_at_the_same_place_with_who_proposed_and_who_approved(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        one, other = await world.window("0012", client), await world.window("0007", client)
        await one.pull_all()
        counts(world, CATALOGUE, 1, renamed())
        counts(world, CALENDAR, 1, with_days_off("2026-12-01"))
        await one.push(one.received())
        await one.pull_all()
        await other.pull_all()
        assert heads(one) == heads(other)
        (_, catalogue), (_, calendar) = heads(one)[-2:]
        for said, data in ((catalogue, renamed()), (calendar, with_days_off("2026-12-01"))):
            body = json.loads(said)["body"]
            assert body == {"version": digest(data), "number": 1, "proposed_by": "4001", "approved_by": "3001"}
        answer = await other.get(f"/sync/v1/blob/{digest(renamed())}")
        assert answer.content == renamed()

    in_hall(tmp_path, story)


def test_an_open_case_keeps_its_version_also_when_its_item_is_gone_from_the_new_one(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await an_open_case(window)
        counts(world, CATALOGUE, 1, without_item("D01"))
        assert of(world, case).catalogue == SHIPPED_VERSION
        answer = await window.get(f"/sync/v1/blob/{SHIPPED_VERSION}")
        assert answer.content == SHIPPED, "the old version is there as long as a case names it"
        await window.push(window.accepted(case))
        assert of(world, case).state == "accepted"

    in_hall(tmp_path, story)


def test_a_version_that_was_lost_with_the_halls_disk_is_told_and_stops_no_later_one(tmp_path: Path) -> None:
    """Nobody could publish a change of the law any more while one case named what no hall has."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await an_open_case(window, "f" * 64)
        counts(world, CATALOGUE, 1, renamed())
        with world.store.reading() as reading:
            lost, counting = without_version(reading), reading.head("catalogue")
        assert (lost, counting) == ([of(world, case).number], digest(renamed()))

    in_hall(tmp_path, story)


def test_a_post_that_an_open_case_still_goes_through_can_not_be_left_out(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await an_open_case(window)
        with pytest.raises(ReleaseTrouble, match=r"version\.cases_without_post") as trouble:
            counts(world, CATALOGUE, 1, without_posts())
        assert of(world, case).number in str(trouble.value)
        with world.store.reading() as reading:
            assert (reading.head("catalogue"), number_in_force(reading, "catalogue")) == (SHIPPED_VERSION, 0)

    in_hall(tmp_path, story)


def test_a_calendar_that_begins_after_an_open_case_was_received_is_refused(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await an_open_case(window)
        table = json.loads(with_days_off(first=2026))
        table["years"] = {"2027": {"off": [], "work": []}}
        with pytest.raises(ReleaseTrouble, match=r"version\.cases_without_day"):
            counts(world, CALENDAR, 1, json.dumps(table).encode())

    in_hall(tmp_path, story)


def test_a_number_counts_once_and_never_an_older_one_again(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        counts(world, CATALOGUE, 3, renamed())
        for number in (2, 3):
            with pytest.raises(ReleaseTrouble, match=r"version\.counts_already"):
                counts(world, CATALOGUE, number, without_item("D01"))

    in_hall(tmp_path, story)


def test_s10_the_halls_timer_waits_longer_when_a_newer_calendar_gives_a_day_off(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        case = await an_open_case(window)  # received Monday 23 November: the last day is Monday 30 November
        counts(world, CALENDAR, 1, with_days_off("2026-11-30"))
        world.clock.go(8 * DAY)
        world.api.hall.tick()
        assert of(world, case).state == "received", "Tuesday is the last day now"
        world.clock.go(DAY)
        world.api.hall.tick()
        assert (of(world, case).state, of(world, case).deemed) == ("accepted", "2026-12-01")
        assert len(deemed(world)) == 1

    in_hall(tmp_path, story)


def test_s10_the_halls_timer_comes_sooner_when_a_newer_calendar_takes_a_day_off_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        counts(world, CALENDAR, 1, with_days_off("2026-11-30"))
        window = await world.window("0012", client)
        case = await an_open_case(window)
        counts(world, CALENDAR, 2, SHIPPED_CALENDAR)
        world.clock.go(8 * DAY)
        world.api.hall.tick()
        assert (of(world, case).state, of(world, case).deemed) == ("accepted", "2026-11-30")

    in_hall(tmp_path, story)


@pytest.mark.parametrize("first", ["new", "known"])
def test_s3_s32_what_a_hall_does_not_know_yet_waits_with_all_of_its_group_and_stands_after_the_update(
    tmp_path: Path, first: str
) -> None:
    """The one that was known stood at once, and the other was never whole again: it was held for ever."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        with OLD.running():
            taken = window.received()
            await window.push(taken)
        with NEW.running():
            noted = window.make("noted", Noted("城关所"), taken.case)
            printed = window._fact(window.hand.printed(taken.case), "1001", "window", None)
            group = together(*((noted, printed) if first == "new" else (printed, noted)))
        with OLD.running():
            assert {one.verdict.v for one in await window.push(*group)} == {"held"}
            world.api.hall.rejudge()
        with NEW.running():
            world.restart()
            world.api.hall.start()
            world.api.hall.rejudge()
            case = world.case(taken.case)
            assert case is not None
            assert (case.organ, [paper.paper for paper in case.papers]) == ("城关所", ["receipt"])
            assert world.waiting() == []

    in_hall(tmp_path, story)
