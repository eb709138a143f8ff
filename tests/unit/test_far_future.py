"""One event from a clock that was a hundred years ahead (T38): it poisons no clock, no order, no list and no timer."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec

from casework import bodies
from casework.facts import Fact, LegalTime
from casework.standing import light_of, nearest, standing
from casework.timers import timers_of
from local_db.memory import TerminalMemory
from tests.builders import NO_HEAD, START, FixedClock, Hand, Log
from tests.hall_world import HallWorld, in_hall
from tests.people import CALENDAR
from tests.terminals import enrolled

FUTURE = "2126-11-23T09:00:00.000"
DAY = 24 * 3600.0


def in_future(fact: Fact, *, proven: bool = False) -> Fact:
    """`fact` as a clock a hundred years ahead makes it; `proven`: with an evidence that lies."""
    time = LegalTime(FUTURE, 0, FUTURE, same_boot=True) if proven else LegalTime(FUTURE)
    return msgspec.structs.replace(fact, time=time)


def test_t38_at_the_hall_it_is_flagged_and_all_other_timers_run(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        window = await world.window("0012", client)
        far, near = in_future(window.received(), proven=True), window.received()
        answers = await window.push(far, near, in_future(window.received()))
        assert [answer.verdict.v for answer in answers] == ["accepted"] * 3, "nothing is refused because of a clock"
        assert [answer.verdict.flags for answer in answers] == [("clock_unproven",), (), ("clock_unproven",)]
        world.clock.go(9 * DAY)
        world.api.hall.tick()
        case = world.case(near.case)
        assert case is not None
        assert (case.state, case.deemed) == ("accepted", "2026-11-30")
        other = world.case(far.case)
        assert other is not None
        assert other.state == "received", "its own day has not come"
        assert world.entries()[-1].received_at < FUTURE, "the log goes by the hall's time alone"
        later = window.received()
        assert (await window.push(later))[0].verdict.flags == ()
        hello = (await client.get("/sync/v1/hello")).content
        assert b"2126" not in hello

    in_hall(tmp_path, story)


def filled(tmp_path: Path, clock: FixedClock) -> tuple[TerminalMemory, str]:
    """A terminal with nine cases of today and one of the next century."""
    memory, hand, log = enrolled(tmp_path, clock), Hand("0013", clock=clock), Log()
    facts = [hand.received() for _ in range(9)]
    far = in_future(hand.received())
    for fact in (*facts[:4], far, *facts[4:]):
        log.accept(fact)
    links, chain = log.page(0)
    assert memory.apply(links, 0, NO_HEAD, chain, 1, 0)
    memory.contact("2026-11-23T09:00:00.000", 0)
    return memory, far.case


def test_t38_at_a_window_lists_pages_and_lights_go_on(tmp_path: Path) -> None:
    clock = FixedClock()
    memory, far = filled(tmp_path, clock)
    seen, page = [], memory.cases(limit=3)
    while page:
        seen += [row.case_id for row in page]
        page = memory.cases(limit=3, before=(page[-1].received_at, page[-1].case_id))
    assert len(seen) == len(set(seen)) == 10
    assert len(memory.queue(("window",))) == 10
    for row in memory.cases():
        stand = standing(row.case, CALENDAR, START)
        assert light_of(stand) in {"green", "yellow", "red", "black", "none"}
        nearest(stand)
    case = memory.case_state(far)
    assert case is not None
    assert case.doubts == ("received",)
    assert timers_of(case, CALENDAR) == {}
    assert memory.hall_day() == START.date(), "no fact sets a clock"
    assert memory.legal_time().at == "2026-11-23T09:00:00.000"
    memory.close()


def test_t38_a_later_fact_of_the_same_case_is_folded_in_the_order_of_the_log(tmp_path: Path) -> None:
    clock = FixedClock()
    memory, hand, log = enrolled(tmp_path, clock), Hand("0013", clock=clock), Log()
    received = hand.received()
    told = in_future(
        hand.fact(
            "supplement.told", bodies.SupplementTold((bodies.SupplementLine("D01-01", "缺", "补"),)), received.case
        )
    )
    brought = hand.fact("material.added", bodies.MaterialAdded({"D01-01": "original"}), received.case)
    for fact in (received, told, brought):
        log.accept(fact)
    links, chain = log.page(0)
    assert memory.apply(links, 0, NO_HEAD, chain, 1, 0)
    case = memory.case_state(received.case)
    assert case is not None
    assert (case.state, case.doubts) == ("received", ("received", "told")), "what was asked for is here"
    memory.close()
