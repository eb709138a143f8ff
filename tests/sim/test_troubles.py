"""Single troubles of sync.md in the simulated world, each on a stage that is calm but for that one thing."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import tracemalloc
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from casework import bodies
from casework.admit import admit
from hall import judging
from sync.status import LinkState
from tests.builders import Hand
from tests.sim.loop import run_virtual
from tests.sim.profiles import Profile
from tests.sim.programs import OLD, Program
from tests.sim.server import STAFF
from tests.sim.terminal import PowerCut, Terminal
from tests.sim.world import World


class Stage:
    """A world in which only the story acts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.first, self.second = world.terminals

    def take_in(self, terminal: Terminal, count: int = 1) -> None:
        """Cases are received at `terminal`."""
        clerk = self.world.clerks[self.world.terminals.index(terminal)]
        while count:
            count -= "received" in clerk._intake(self.world.dice.stream("story").choice(STAFF[:2]))

    def act(self, terminal: Terminal, types: str, tries: int = 400) -> None:
        """Something of that kind happens at `terminal`."""
        clerk = self.world.clerks[self.world.terminals.index(terminal)]
        for _ in range(tries):
            if types in clerk.act():
                return
        raise AssertionError(f"nobody did {types}")

    @property
    def log(self) -> int:
        """Entries at the hall."""
        self.world.truth.mirror.look()
        return len(self.world.truth.mirror.raws)

    def cursor(self, terminal: Terminal) -> int:
        """Where a terminal stands."""
        place: int = terminal.eyes.execute("select cursor from standing").fetchone()[0]
        return place

    def count(self, what: str) -> int:
        """How often something happened."""
        return self.world.happened[what]

    async def deaf(self, terminal: Terminal) -> None:
        """From here on no pull gets through; the poll that was open has ended."""
        terminal.wire.blocked.add("pull")
        await asyncio.sleep(40)

    async def restart(self, terminal: Terminal) -> None:
        """The power goes and comes back."""
        await terminal.power_off()
        terminal.switch_on()


def tell(story: Callable[[Stage], Coroutine[Any, Any, None]], seed: int = 1, ending: Program = OLD) -> None:
    """Play a story, then heal and tell the whole truth, as the program `ending` sees it."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="yichuang-sim-", dir=memory if memory.is_dir() else None))

    async def play() -> None:
        world = World(seed, Profile(terminals=2, latency=(0.01, 0.02)), folder)
        await world.found()
        await asyncio.sleep(5)
        try:
            await story(Stage(world))
            world._raise()
            with ending.running():
                await world.heal()
        finally:
            await world.end()

    try:
        run_virtual(play())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_t1_an_answer_lost_after_the_commit() -> None:
    async def story(stage: Stage) -> None:
        await stage.deaf(stage.first)
        stage.first.wire.forced["push"].extend(["lost_answer", "lost_answer"])
        stage.take_in(stage.first)
        await asyncio.sleep(120)
        assert stage.count("lost_answer") == 2
        assert stage.count("duplicate") > 0
        assert stage.first.mind.pending().unsent == 0

    tell(story)


def test_t2_the_same_push_twice_at_once() -> None:
    async def story(stage: Stage) -> None:
        stage.first.wire.forced["push"].append("double")
        stage.take_in(stage.first)
        await asyncio.sleep(30)
        assert stage.count("double") == 1

    tell(story)


def test_t5_a_verdict_that_is_missing_from_the_answer_comes_by_pull() -> None:
    async def story(stage: Stage) -> None:
        await stage.deaf(stage.first)
        stage.first.wire.forced["push"].append("thinned")
        stage.take_in(stage.first)
        for _ in range(100):
            await asyncio.sleep(0.0 if stage.count("thinned") else 0.005)
        stage.first.wire.blocked.add("push")
        await asyncio.sleep(20)
        assert stage.count("thinned") == 1
        assert stage.first.mind.pending().unsent == 1
        stage.first.wire.blocked.remove("pull")
        await asyncio.sleep(120)
        assert stage.first.mind.pending().unsent == 0

    tell(story)


def test_t5_a_verdict_that_is_missing_from_the_answer_is_asked_for_again() -> None:
    async def story(stage: Stage) -> None:
        await stage.deaf(stage.first)
        stage.first.wire.forced["push"].extend(["thinned"] * 3)
        stage.take_in(stage.first)
        await asyncio.sleep(240)
        assert stage.count("thinned") >= 2  # which verdict is missing is drawn each time
        assert stage.first.mind.pending().unsent == 0

    tell(story)


def test_t6_the_hall_dies_while_it_judges_a_batch() -> None:
    async def story(stage: Stage) -> None:
        stage.first.wire.cut = True
        stage.take_in(stage.first, 10)
        stage.first.wire.cut = False
        stage.first.line.cable(True)  # type: ignore[union-attr]
        await asyncio.sleep(0.015)
        await stage.world.server.stop()
        await asyncio.sleep(60)
        stage.world.server.start()

    tell(story)


def test_t8_what_depends_on_a_refused_act_waits_and_other_cases_flow() -> None:
    async def story(stage: Stage) -> None:
        stage.take_in(stage.first, 4)
        await asyncio.sleep(30)
        for terminal in (stage.first, stage.second):
            terminal.wire.cut = True
            for _ in range(60):
                stage.world.clerks[stage.world.terminals.index(terminal)].act()
        for terminal in (stage.first, stage.second):
            terminal.wire.cut = False
        await asyncio.sleep(120)
        assert stage.count("verdict rejected") + stage.count("verdict held") > 0
        for terminal in (stage.first, stage.second):
            assert terminal.mind.pending().unsent == 0

    tell(story)


def test_t4_a_terminal_whose_mark_runs_ahead_is_called_back_by_the_gap() -> None:
    async def story(stage: Stage) -> None:
        stage.first.wire.cut = True
        stage.take_in(stage.first, 6)
        with stage.first.mind.transaction() as db:
            db.execute("update standing set acked = 4")
        stage.first.wire.cut = False
        await asyncio.sleep(120)
        assert stage.first.mind.pending().unsent == 0
        assert stage.first.mind.position().cursor == stage.log

    tell(story)


def test_t7_s17_a_poisoned_event_waits_for_the_next_version_and_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    poison: set[str] = set()

    def trips(case: Any, fact: Any, bench: Any, unseen: Any) -> Any:
        if fact.id in poison:
            raise ZeroDivisionError
        return admit(case, fact, bench, unseen)

    monkeypatch.setattr(judging, "admit", trips)

    async def story(stage: Stage) -> None:
        stage.take_in(stage.first, 2)
        await asyncio.sleep(30)
        stage.first.wire.cut = True
        stage.act(stage.first, "accepted")
        own = stage.world.truth.windows[stage.first.number].own
        poison.update(each.fact.id for each in own[-3:] if each.fact.type == "accepted")
        stage.take_in(stage.first, 3)
        stage.first.wire.cut = False
        await asyncio.sleep(120)
        assert stage.first.mind.pending().unsent == 0
        assert stage.first.mind.pending().held >= 1
        poison.clear()
        await stage.world.server.stop()
        stage.world.server.start()
        api = stage.world.server._app.state.api
        api.bell.ring(api.hall.rejudge())
        await asyncio.sleep(60)
        assert stage.first.mind.pending().held == 0

    tell(story)


def test_t26_what_the_hall_refuses_is_undone_exactly() -> None:
    """The applicant takes a case back at one window while another works on it with its cable out."""

    async def story(stage: Stage) -> None:
        stage.take_in(stage.first, 4)
        await asyncio.sleep(30)
        stage.first.wire.cut = True
        for _ in range(20):
            stage.world.clerks[0].act()
        for _ in range(3):
            stage.act(stage.second, "withdrawn", 4000)
        await asyncio.sleep(30)
        stage.first.wire.cut = False
        await asyncio.sleep(120)
        assert stage.count("verdict rejected") > 0
        grown = stage.first.mind.projection_hash()
        stage.first.mind.rebuild()
        assert stage.first.mind.projection_hash() == grown

    tell(story)


def test_t40_killed_right_after_saved_what_was_saved_arrives_once() -> None:
    async def story(stage: Stage) -> None:
        for _ in range(4):
            stage.take_in(stage.first)
            await stage.restart(stage.first)
        saved = [own.fact.id for own in stage.world.truth.windows[stage.first.number].own]
        await asyncio.sleep(120)
        assert stage.log
        assert all(id_ in stage.world.truth.mirror.ids for id_ in saved)

    tell(story)


def test_s11_s20_two_thousand_facts_that_waited_drain_in_batches_while_others_work() -> None:
    async def story(stage: Stage) -> None:
        stage.take_in(stage.first)
        await asyncio.sleep(20)
        stage.first.wire.cut = True
        own = stage.world.truth.windows[stage.first.number].own
        looked_at, hand = own[-1].fact.case, Hand(stage.first.number, "many")
        facts = tuple(hand.fact("unmasked", bodies.Unmasked("核对"), looked_at) for _ in range(2000))
        with stage.first.mind.writing() as act:
            act.commit_groups([(fact,) for fact in facts])
        assert stage.first.mind.pending().unsent == 2000
        stage.first.wire.cut = False
        tracemalloc.start()
        stage.take_in(stage.second)
        await asyncio.sleep(60)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert stage.first.mind.pending().unsent == 0
        assert stage.cursor(stage.first) == stage.cursor(stage.second) == stage.log
        assert most < 64 * 1024 * 1024

    tell(story)


def test_t9_t58_what_waits_is_still_there_after_a_restart() -> None:
    async def story(stage: Stage) -> None:
        stage.first.wire.cut = True
        stage.take_in(stage.first, 20)
        for _ in range(3):
            await stage.restart(stage.first)
            await asyncio.sleep(30)
        waiting = stage.first.mind.pending().unsent
        assert waiting >= 20
        stage.first.wire.cut = False
        await asyncio.sleep(120)
        assert stage.first.mind.pending().unsent == 0

    tell(story)


def test_t19_a_poll_that_missed_the_bell_finds_it_by_itself() -> None:
    async def story(stage: Stage) -> None:
        bell = stage.world.server._app.state.api.bell
        bell.ring = lambda scopes: None
        stage.take_in(stage.first)
        await asyncio.sleep(60)
        assert stage.cursor(stage.second) == stage.log

    tell(story)


def test_t23_killed_between_two_slices_of_a_page() -> None:
    async def story(stage: Stage) -> None:
        stage.second.wire.cut = True
        stage.take_in(stage.first, 60)
        await asyncio.sleep(30)
        begun = stage.cursor(stage.second)
        stage.second.wire.cut = False
        killed_at = set()
        for fuse in range(4, 13):
            stage.second.clock.fuse = fuse
            stage.second.line.cable(True)  # type: ignore[union-attr]
            await asyncio.sleep(90)
            if stage.second.serving is not None and stage.second.serving.done():
                assert isinstance(stage.second.serving.exception(), PowerCut)
                killed_at.add(stage.cursor(stage.second))
                await stage.restart(stage.second)
        assert any(begun < place < stage.log for place in killed_at), (begun, killed_at, stage.log)

    tell(story)


def test_t24_pages_that_are_exactly_full_empty_and_of_one() -> None:
    async def story(stage: Stage) -> None:
        stage.second.wire.cut = True
        while stage.log - stage.cursor(stage.second) < 500:
            stage.take_in(stage.first, 20)
            await asyncio.sleep(3)
        stage.second.wire.cut = False
        await asyncio.sleep(120)
        assert stage.cursor(stage.second) == stage.log
        await asyncio.sleep(60)
        stage.act(stage.first, "received")
        await asyncio.sleep(60)
        assert stage.cursor(stage.second) == stage.log

    tell(story)


def test_t27_the_own_entry_comes_by_pull_before_the_push_is_answered() -> None:
    async def story(stage: Stage) -> None:
        stage.first.wire.forced["push"].append("slow_answer")
        stage.take_in(stage.first)
        await asyncio.sleep(10)
        assert stage.first.mind.pending().unsent == 0
        await asyncio.sleep(30)

    tell(story)


def test_t28_what_is_acknowledged_never_vanishes_before_the_log_brings_it() -> None:
    async def story(stage: Stage) -> None:
        await stage.deaf(stage.first)
        stage.take_in(stage.first, 5)
        await asyncio.sleep(60)
        assert stage.first.mind.pending().unsent == 0
        assert stage.first.eyes.execute("select count(*) from shown").fetchone()[0] == 5
        stage.first.wire.blocked.clear()

    tell(story)


def test_t29_the_log_comes_in_under_an_outbox_that_nobody_takes() -> None:
    async def story(stage: Stage) -> None:
        stage.first.wire.blocked.add("push")
        stage.take_in(stage.first, 5)
        stage.take_in(stage.second, 5)
        await asyncio.sleep(120)
        assert stage.cursor(stage.first) == stage.log
        assert stage.first.mind.pending().unsent >= 5
        assert stage.first.line is not None
        assert stage.first.line.status.link is not LinkState.STOPPED
        stage.first.wire.blocked.clear()

    tell(story)
