"""Cases that a terminal has let go or never had: spoken of again, asked for at the hall, found by their number."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework import bodies
from casework.limits import LIMITS
from casework.wire import CaseAnswer
from hall.rows import TerminalRow
from local_db.errors import Damaged
from sync.errors import NotTheHall
from tests.beginning import DAY, PULLS, SMALL, Wire, at_hall, busy, placed
from tests.hall_world import HallWorld, Window
from tests.lines import Place


def test_t68_an_old_case_that_is_spoken_of_again_comes_back_whole(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        ended = (await busy(window, 2))[1]
        await place.sync()
        shown = place.memory.case_state(ended)
        assert shown is not None
        world.clock.go(LIMITS.kept_seconds + DAY)
        await busy(window, 1)
        await place.sync()
        while place.memory.purge_step():
            pass
        assert place.memory.case_state(ended) is None
        await window.push(window.make("printed", bodies.Printed("return", 2, "0012-1"), ended))
        while (await place.line._inbound.step(0.0)).upto < world.entries()[-1].seq:
            pass
        assert place.memory.holes() == (ended,)
        assert place.memory.history(ended).at_hall
        await place.sync()
        assert place.memory.holes() == ()
        assert not place.memory.history(ended).at_hall
        assert place.memory.case_state(ended) == world.case(ended)
        assert len(place.memory.history(ended).lines) == 4
        before = place.memory.projection_hash()
        place.memory.rebuild()
        assert place.memory.projection_hash() == before

    at_hall(tmp_path, story)


def test_s21_what_the_hall_does_not_show_is_asked_for_once(tmp_path: Path) -> None:
    async def story(world: HallWorld, _window: Window) -> None:
        place = await placed(world, "0032", limits=SMALL, wire=Wire)
        own = place.hand.received()
        place.commit(own)
        place.memory.mark_sent(1, 1)  # sent and never heard of again
        await place.line._bootstrap.step()
        while await place.line._bootstrap.step():
            pass
        assert place.memory.holes() == (own.case,)
        assert place.memory.case_state(own.case) is not None
        await place.line._holes.step()
        assert place.memory.holes() == ()
        assert place.memory.case_state(own.case) is not None
        assert (await place.sync()).pushed == 1

    at_hall(tmp_path, story)


def test_t16_a_case_that_was_changed_on_the_way_is_not_believed(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        (case,) = await busy(window, 1)
        answer = world.api.hall.case(_row(world, "0032"), case)
        short = msgspec.structs.replace(answer, entries=answer.entries[:-1])
        for shown, good in ((answer, True), (short, False)):
            place.line._contact.transport.case = _saying(shown)  # type: ignore[method-assign]
            if good:
                assert (await place.line.case(case)).case == case
            else:
                with pytest.raises(NotTheHall):
                    await place.line.case(case)

    at_hall(tmp_path, story)


def _saying(answer: CaseAnswer) -> Callable[..., Coroutine[Any, Any, CaseAnswer]]:
    async def say(*_: object) -> CaseAnswer:
        return answer

    return say


def _row(world: HallWorld, number: str) -> TerminalRow:
    with world.store.reading() as reading:
        row = reading.terminal(number)
    assert row is not None
    return row


def test_a_case_is_found_at_the_hall_by_its_number(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        (case,) = await busy(window, 1)
        number = world.case(case).number  # type: ignore[union-attr]
        assert (await place.line.case(number)).case == case

    at_hall(tmp_path, story)


def test_s21_the_purge_takes_what_is_over_and_leaves_what_somebody_has_to_settle(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        quiet, open_ = (await busy(window, 3))[1:]
        mine = place.hand.received()
        place.commit(mine, place.hand.withdrawn(mine.case))
        await place.sync()
        printed = place.hand.printed(mine.case, "return")
        world.clock.go(LIMITS.kept_seconds + DAY)
        place.commit(printed)  # nobody has answered it: its case stays
        await busy(window, 1)
        await place.line._inbound.step(0.0)
        floor = _floor(place)
        while place.memory.purge_step():
            pass
        assert _floor(place) > floor
        assert place.memory.case_state(quiet) is None
        assert place.memory.case_state(open_) is not None
        assert place.memory.case_state(mine.case) is not None
        assert place.memory.case_by_number(world.case(quiet).number) == ()  # type: ignore[union-attr]
        await place.sync()
        assert place.memory.pending().unsent == 0
        with pytest.raises(Damaged), place.memory.transaction() as db:  # nothing else may delete an entry
            db.execute("delete from entry where seq = (select max(seq) from entry where kind = 'fact')")
        with place.memory.reading() as db:
            assert db.execute("select count(*) from fact").fetchone() == (3,)

    at_hall(tmp_path, story)


def test_s21_old_cases_go_also_behind_something_that_was_refused_here_and_is_settled(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        ended, open_ = (await busy(window, 3))[1:]
        mine = place.hand.received()
        early = place.hand.decided(mine.case)  # nobody has accepted it
        place.commit(mine, early)
        await place.sync()
        assert place.memory.pending().rejected == 1
        await window.push(window.gives_up(mine.case, early.id))
        await place.sync()
        assert place.memory.pending().rejected == 0
        world.clock.go(LIMITS.kept_seconds + DAY)
        await busy(window, 1)
        await place.sync()
        while place.memory.purge_step():
            pass
        assert place.memory.case_state(ended) is None
        assert place.memory.case_state(open_) is not None
        assert place.memory.case_state(mine.case) == world.case(mine.case)
        before = place.memory.projection_hash()
        place.memory.rebuild()
        assert place.memory.projection_hash() == before

    at_hall(tmp_path, story)


def _floor(place: Place) -> int:
    with place.memory.reading() as db:
        floor: int = db.execute("select floor from standing").fetchone()[0]
    return floor


def test_s21_a_clock_that_is_a_year_ahead_lets_nothing_go(tmp_path: Path) -> None:
    async def story(world: HallWorld, window: Window) -> None:
        place = await placed(world, "0032", limits=PULLS)
        (case,) = (await busy(window, 2))[1:]
        await place.sync()
        world.clock.go(365 * DAY)
        while place.memory.purge_step():
            pass
        assert place.memory.case_state(case) is not None

    at_hall(tmp_path, story)
