"""The hall's timer and the notice that was on its way, in the simulated world (S30, T62)."""

from __future__ import annotations

import asyncio

from casework import bodies
from casework.case import Case
from tests.sim.terminal import Terminal
from tests.sim.test_troubles import Stage, tell
from tests.sim.test_versions import says, shown

DAY = 24 * 3600.0
_WAITS = (
    "select case_id from shown where state = 'received' and module in ('business', 'single')"
    " and json_extract(body, '$.received.registration') is null order by case_id"
)
"""The second window holds these modules alone."""


def ticks(stage: Stage) -> None:
    """A second of the hall's own."""
    server = stage.world.server
    with server.program.running():
        scopes = server.hall.tick()
    server._app.state.api.bell.ring(scopes)


def waits(stage: Stage, terminal: Terminal) -> str:
    """A case that was taken in there and waits for its acceptance."""
    while True:
        stage.take_in(terminal)
        row = terminal.eyes.execute(_WAITS).fetchone()
        if row is not None:
            case_id: str = row[0]
            return case_id


def at_the_hall(stage: Stage, case_id: str) -> Case:
    """The case as the hall holds it."""
    stage.world.truth.mirror.look()
    case = stage.world.truth.mirror.folded(case_id, len(stage.world.truth.mirror.raws))
    assert case is not None
    return case


async def sleeps(stage: Stage, seconds: float) -> None:
    """Everybody switches off; time goes by; everybody comes back, and the hall has looked at its timers meanwhile."""
    for terminal in stage.world.terminals:
        await terminal.power_off()
    await asyncio.sleep(seconds)
    for _ in range(3):  # what one second says may be over already for the next
        ticks(stage)


def told(stage: Stage, terminal: Terminal, case_id: str) -> None:
    """The applicant is told what is missing."""
    material = next(iter(sorted(shown(terminal, case_id).materials)))
    says(
        stage,
        terminal,
        case_id,
        "supplement.told",
        bodies.SupplementTold((bodies.SupplementLine(material, "缺", "补"),)),
    )


def test_t62_a_notice_that_was_given_while_the_line_was_cut_sets_the_timer_aside_at_every_window() -> None:
    async def story(stage: Stage) -> None:
        case_id = waits(stage, stage.first)
        await asyncio.sleep(60)
        stage.second.wire.cut = True
        await asyncio.sleep(2 * DAY / 24)
        told(stage, stage.second, case_id)
        await sleeps(stage, 9 * DAY)
        assert at_the_hall(stage, case_id).deemed == "2026-11-30"
        stage.first.switch_on()
        await asyncio.sleep(60)
        assert shown(stage.first, case_id).state == "accepted"
        stage.second.wire.cut = False
        stage.second.switch_on()
        await asyncio.sleep(120)
        for terminal in stage.world.terminals:
            case = shown(terminal, case_id)
            assert (case.state, case.deemed, case.accepted_at) == ("awaiting_supplement", "", "")
        assert stage.world.truth.mirror.entries

    tell(story)


def test_s30_when_every_window_has_reported_past_the_moment_it_is_final() -> None:
    async def story(stage: Stage) -> None:
        case_id = waits(stage, stage.first)
        await asyncio.sleep(60)
        await sleeps(stage, 7.5 * DAY)
        ticks(stage)
        assert at_the_hall(stage, case_id).deemed == ""
        await asyncio.sleep(DAY)
        ticks(stage)
        assert (at_the_hall(stage, case_id).deemed, at_the_hall(stage, case_id).settled) == ("2026-11-30", False)
        stage.first.switch_on()
        await asyncio.sleep(90)
        ticks(stage)
        assert not at_the_hall(stage, case_id).settled, "the other window may still bring something"
        stage.second.switch_on()
        await asyncio.sleep(90)
        ticks(stage)
        assert at_the_hall(stage, case_id).settled
        await asyncio.sleep(60)
        assert shown(stage.second, case_id).settled

    tell(story)
