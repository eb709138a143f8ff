"""What the hall says by itself (S10, S30, R4): once, as of the day of receipt, and taken back by a notice of before."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec

from casework import bodies
from casework.case import Case
from casework.events import body_of, readable
from casework.facts import Fact, LegalTime, decode_fact
from casework.folding import fold, fold_mark
from casework.report import Report, encode_report
from casework.timers import DEEMED, is_provisional, timer_id
from casework.wire import ENTRY_FACT
from tests.contract.test_hall_healing import copied, restored
from tests.contract.test_hall_lost_and_found import gathered, placed, plugged
from tests.hall_world import HallWorld, Window, in_hall

DAY = 24 * 3600.0
LINES = (bodies.SupplementLine("D01-01", "缺", "补"),)


def deemed(world: HallWorld) -> list[str]:
    """The ids of all facts of the timer."""
    return [e.fact_id for e in world.entries() if e.kind == ENTRY_FACT and b'"deemed_accepted"' in bytes(e.fact)]


def seen(window: Window, id_: str) -> Case | None:
    """The case as a window folds what it has pulled."""
    entries = [link.entry for link in window.links if link.entry and link.entry.kind == ENTRY_FACT]
    return fold([fact for fact in (decode_fact(entry.fact) for entry in entries) if fact.case == id_])


def notice(window: Window, case: str, at: str) -> Fact:
    """A notice of what is missing, given at that moment."""
    made = window.make("supplement.told", bodies.SupplementTold(LINES), case)
    return msgspec.structs.replace(made, time=LegalTime(at, 0, at, same_boot=True))


def of(world: HallWorld, id_: str) -> Case:
    """The case as the hall holds it."""
    case = world.case(id_)
    assert case is not None
    return case


def test_r4_nobody_said_what_is_missing_so_it_counts_as_accepted_on_the_day_of_receipt(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = window.received()  # Monday 23 November
        await window.push(received)
        world.clock.go(7 * DAY - 3600)  # the fifth working day is Monday 30 November
        assert world.api.hall.tick() == frozenset()
        assert of(world, received.case).state == "received"
        world.clock.go(DAY)
        assert world.api.hall.tick() == {"single"}
        case = of(world, received.case)
        assert (case.state, case.accepted_at, case.deemed) == ("accepted", case.received_at, "2026-11-30")
        assert case.accepted is None
        assert world.api.hall.tick() == frozenset(), "once"
        assert deemed(world) == [timer_id(received.case, DEEMED, "2026-11-30")]
        await window.pull_all()
        assert seen(window, received.case) == case, "every window shows it"
        calendar = world.api.hall._calendar_of[1]
        assert calendar is not None
        assert is_provisional(case, calendar, "2026-12-01")
        assert not is_provisional(case, calendar, "2026-12-02")

    in_hall(tmp_path, story)


def test_s10_two_processes_and_a_restart_say_it_once(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await window.push(window.received(), window.received())
        world.clock.go(9 * DAY)
        other = type(world.api.hall)(world.store, world.signer, world.clock, world.ids.new_id)
        world.api.hall.tick()
        other.tick()
        world.restart()
        world.api.hall.tick()
        assert len(deemed(world)) == 2

    in_hall(tmp_path, story)


def test_t62_a_notice_given_offline_before_the_timer_sets_it_aside(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = window.received()
        await window.push(received)
        told = notice(window, received.case, "2026-11-27T16:30:00.000")
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert of(world, received.case).state == "accepted"
        await window.push(told)
        case = of(world, received.case)
        assert (case.state, case.accepted_at, case.deemed) == ("awaiting_supplement", "", "")
        assert case.supplement is not None
        assert (case.supplement.told_at, case.supplement.lines) == ("2026-11-27T16:30:00.000", LINES)
        await window.pull_all()
        assert seen(window, received.case) == case
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert len(deemed(world)) == 1, "what was told in time is waited for"

    in_hall(tmp_path, story)


def test_s25_s30_a_notice_that_a_restored_hall_had_forgotten_sets_the_timer_aside_when_a_window_shows_it_late(
    tmp_path: Path,
) -> None:
    """The applicant holds the notice; the window that gave it has been closed over the loss, and over the timer."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, place = await world.window("0012", client), await placed(world, "0013")
        received = window.received()
        await window.push(received)
        copied(world, tmp_path / "backup.db")
        await window.push(notice(window, received.case, "2026-11-23T09:00:00.000"))
        await place.sync()
        restored(world, tmp_path / "backup.db")
        gathered(world)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert of(world, received.case).deemed == "2026-11-30"
        plugged(world, place)
        await place.sync()
        case = of(world, received.case)
        assert (case.state, case.accepted_at, case.deemed) == ("awaiting_supplement", "", "")
        await place.sync()
        assert place.memory.case_state(received.case) == case

    in_hall(tmp_path, story)


def test_s15_what_the_timer_accepted_and_somebody_printed_is_not_taken_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = window.received()
        await window.push(received)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        await window.pull_all()
        await window.push(window.make("printed", bodies.Printed("acceptance", 1, ""), received.case))
        answers = await window.push(notice(window, received.case, "2026-11-27T16:30:00.000"))
        assert answers[0].verdict.flags, "a person gets to see it"
        assert of(world, received.case).state == "accepted"

    in_hall(tmp_path, story)


def test_s30_a_notice_after_the_moment_comes_too_late(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = window.received()
        await window.push(received)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        await window.push(notice(window, received.case, "2026-12-01T09:00:00.000"))
        case = of(world, received.case)
        assert (case.state, case.supplement) == ("accepted", None)

    in_hall(tmp_path, story)


def reports(window: Window, **said: object) -> dict[str, object]:
    """A report of a window that is well, for a batch."""
    made = Report(window.world.api_now(), "0.3.0", reads=readable())
    return {"report": msgspec.structs.replace(made, **said)}


async def tells(window: Window, **said: object) -> None:
    """A window says of itself how it is, with an empty hand."""
    window.seal(window.received())
    answer = await window.post(window.batch(len(window.sent), len(window.sent), **reports(window, **said)))
    assert answer.status_code == 200, answer.text


def settled(world: HallWorld) -> list[str]:
    """By what the timer's acceptances became final."""
    facts = [decode_fact(entry.fact) for entry in world.entries() if entry.kind == ENTRY_FACT]
    return [body_of(fact).by for fact in facts if fact.type == "timer.settled"]


def test_s30_it_is_final_as_soon_as_every_terminal_that_may_hold_it_has_reported_past_the_moment(
    tmp_path: Path,
) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window, other = await world.window("0012", client), await world.window("0013", client)
        received = window.received()
        await window.push(received)
        world.clock.go(8 * DAY)  # Tuesday 1 December
        world.api.hall.tick()
        case = of(world, received.case)
        assert (case.state, case.settled) == ("accepted", False)
        await tells(window)
        world.clock.go(60)
        world.api.hall.tick()
        assert settled(world) == [], "the other one may hold a notice"
        await tells(other, unsent=1, oldest="2026-11-30T17:00:00.000")
        world.clock.go(60)
        world.api.hall.keep_reports()
        world.api.hall.tick()
        assert settled(world) == [], "it does hold something of before"
        await tells(other)
        for _ in range(3):
            world.clock.go(60)
            query = f"epoch=1&after={other.cursor}&chain={other.chain}&report={quote(encode_report(Report()))}"
            await other.get("/sync/v1/pull", query)
            world.api.hall.tick()
        assert settled(world) == [], "what says nothing of its time is not heard"
        for each in (window, other):
            now = Report(world.api_now(), reads=readable())
            query = f"epoch=1&after={each.cursor}&chain={each.chain}&report={quote(encode_report(now))}"
            assert (await each.get("/sync/v1/pull", query)).status_code == 200
        world.clock.go(60)
        world.api.hall.tick()
        assert settled(world) == ["heard"]
        case = of(world, received.case)
        calendar = world.api.hall._calendar_of[1]
        assert calendar is not None
        assert case.settled
        assert not is_provisional(case, calendar, "2026-12-01")
        world.clock.go(5 * DAY)
        world.api.hall.tick()
        assert settled(world).count("heard") == 1, "once"

    in_hall(tmp_path, story)


def test_s30_it_is_final_after_one_working_day_more_whoever_is_silent(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = window.received()
        await window.push(received)
        world.clock.go(8 * DAY)
        world.api.hall.tick()
        world.api.hall.tick()
        assert settled(world) == []
        world.clock.go(DAY)
        world.api.hall.tick()
        world.restart()
        world.api.hall.tick()
        assert settled(world) == ["day"]
        told = notice(window, received.case, "2026-11-27T16:30:00.000")
        await window.push(told)
        case = of(world, received.case)
        assert (case.state, case.deemed, case.settled) == ("awaiting_supplement", "", False), "in time all the same"

    in_hall(tmp_path, story)


def test_r41_a_registration_is_never_deemed_accepted(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        await window.push(window.received(registration=True))
        world.clock.go(30 * DAY)
        assert world.api.hall.tick() == frozenset()

    in_hall(tmp_path, story)


def test_r4_whoever_accepts_after_the_timer_hands_out_the_notice_and_the_clock_stays(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = window.received(authority="X1", route=_ROUTE)
        await window.push(received)
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        body = bodies.Accepted("accept", "区城管局", authority="X1")
        await window.pull_all()
        await window.push(window.make("accepted", body, received.case))
        case = of(world, received.case)
        assert (case.state, case.accepted, case.accepted_at) == ("accepted", body, case.received_at)

    in_hall(tmp_path, story)


_ROUTE = (
    bodies.RouteStep("receive", "receive", "window"),
    bodies.RouteStep("accept", "accept", "window", ("receive",)),
    bodies.RouteStep("decide", "decide", "chief", ("accept",)),
    bodies.RouteStep("deliver", "deliver", "delivery", ("decide",)),
)


def test_s21_a_hall_that_another_program_has_folded_is_folded_anew_with_its_timers(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        received = window.received()
        await window.push(received)
        with world.store.writing() as tx:
            tx._db.execute("delete from timer")
            tx._db.execute("update case_state set state = null")
            tx._db.execute("update fold set version = 'another'")
        world.restart()
        world.api.hall.start()
        assert of(world, received.case).state == "received"
        with world.store.reading() as reading:
            assert reading.fold() == fold_mark()
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        assert of(world, received.case).state == "accepted"

    in_hall(tmp_path, story)


def test_s29_a_notice_without_proof_of_its_time_takes_no_acceptance_back(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        unproven, knew, lost = window.received(), window.received(), window.received()
        await window.push(unproven, knew, lost)
        world.clock.go(9 * DAY)
        early = notice(window, unproven.case, "2026-11-24T10:00:00.000")
        told = notice(window, lost.case, "2026-11-25T10:00:00.000")
        brought = window.make("material.added", bodies.MaterialAdded({"D01-01": "original"}), lost.case)
        at = "2026-11-26T10:00:00.000"
        brought = msgspec.structs.replace(brought, time=LegalTime(at, 0, at, same_boot=True))
        world.api.hall.tick()
        await window.push(msgspec.structs.replace(early, time=LegalTime("2026-11-24T10:00:00.000")), told, brought)
        assert of(world, unproven.case).state == "accepted"
        assert of(world, lost.case).state == "received", "the paper that was asked for is here"
        await window.pull_all()
        await window.push(notice(window, knew.case, "2026-11-24T10:00:00.000"))
        assert of(world, knew.case).state == "accepted", "told by a window that had seen the acceptance"

    in_hall(tmp_path, story)
