"""Slow lines and many windows in virtual time (T20, T21), and the whole back-off table row by row (S31)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from casework.facts import digest
from casework.limits import LIMITS
from casework.wire import Problem
from sync.backoff import Next, judge
from sync.errors import Declined
from sync.status import LinkState
from tests.scripted_hall import Counter, as_json, problem
from tests.sim.loop import run_virtual

HALLS_OWN = [
    (403, "revoked", Next.STOP), (403, "not_enrolled", Next.STOP), (409, "forked", Next.STOP),
    (409, "gap", Next.RESEND), (409, "diverged", Next.FREEZE), (426, "too_old", Next.UPDATE),
]  # fmt: skip
ANYBODYS = [
    *((status, Next.RETRY) for status in (408, 425, 429, 500, 502, 503, 504, 511, 599)),
    (401, Next.HELLO_THEN_PAUSE),
    *((status, Next.HALVE) for status in (400, 402, 403, 404, 405, 409, 411, 413, 414, 415, 418, 422, 426, 431, 451)),
]


@pytest.mark.parametrize(("status", "code", "wanted"), HALLS_OWN)
def test_s31_what_only_the_hall_can_say_by_status_and_code(status: int, code: str, wanted: Next) -> None:
    for batch in (True, False):
        assert judge(Declined(status, Problem(code, "…")), batch=batch) is wanted


@pytest.mark.parametrize(("status", "wanted"), ANYBODYS)
def test_s31_what_anybody_on_the_way_can_say(status: int, wanted: Next) -> None:
    """With a page of its own, without one, and with a problem that is none of the hall's."""
    for problem_ in (None, Problem("blocked_by_policy", "…")):
        assert judge(Declined(status, problem_), batch=True) is wanted
        alone = Next.RETRY if wanted is Next.HALVE else wanted
        assert judge(Declined(status, problem_), batch=False) is alone, "a question can't be asked smaller"


def test_s32_a_line_that_is_too_old_says_so_fetches_what_it_is_told_and_pushes_after_the_update() -> None:
    async def story() -> None:
        counter = Counter()
        honest, data = counter.hall.honest, b"update"
        counter.store.wanted = (digest(data),)
        counter.hall.blobs[digest(data)] = data
        counter.store.commit("a")
        updated = False

        async def newer(request: httpx.Request) -> httpx.Response:
            if not updated and request.url.path.rsplit("/", 1)[1] in {"push", "pull"}:
                return problem(426, "too_old", oldest=2)
            return await honest(request)

        counter.hall.honest = newer  # type: ignore[method-assign]
        await counter.serve_for(300)
        assert (counter.line.status.link, counter.line.status.error) == (LinkState.STOPPED, "line.too_old")
        assert counter.line.status.message is not None
        assert counter.store.blobs == {digest(data): data}, "the update itself comes"
        assert counter.store.rows == ["unsent"], "and nothing is lost or spoiled meanwhile"
        assert counter.store.stubs == {}
        updated = True
        await counter.serve_for(120)
        assert counter.hall.acked == 1

    run_virtual(story())


class Gate:
    """The door of a hall that can answer so many at once; whoever stands too far behind is told to come again."""

    def __init__(self, at_once: int, room: int, seconds: float) -> None:
        self._seats = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._room = room
        self._seconds = seconds
        self.turned_away = 0
        self.done: list[tuple[float, int]] = []

    def before(self, counter: Counter, number: int) -> None:
        """Put the door before a terminal's hall."""
        honest = counter.hall.honest

        async def through(request: httpx.Request) -> httpx.Response:
            if not request.url.path.endswith("push"):
                return await honest(request)
            if self._waiting >= self._room:
                self.turned_away += 1
                return as_json(Problem("storage", "…"), 503, {"Retry-After": "1"})
            self._waiting += 1
            try:
                async with self._seats:
                    await asyncio.sleep(self._seconds)
                    answer = await honest(request)
            finally:
                self._waiting -= 1
            self.done.append((counter.clock.monotonic(), number))
            return answer

        counter.hall.honest = through  # type: ignore[method-assign]


def test_t20_all_windows_return_at_half_past_eight_and_none_is_starved() -> None:
    """200 windows with more than a batch each, at a hall that takes two batches a second and lets two dozen wait."""

    async def story() -> None:
        gate, counters = Gate(at_once=1, room=24, seconds=0.5), [Counter() for _ in range(200)]
        for number, counter in enumerate(counters):
            counter.store.commit(*("x" * 8 for _ in range(BACKLOG)))
            gate.before(counter, number)
        serving = [asyncio.create_task(counter.line.serve()) for counter in counters]
        ideal = len(counters) * 2 * 0.5
        for _ in range(600):
            await asyncio.sleep(2)
            if all(counter.hall.acked == BACKLOG for counter in counters):
                break
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        assert [counter.hall.acked for counter in counters] == [BACKLOG] * len(counters), "all drained"
        assert gate.turned_away > 0, "the hall had to ask for patience, or nothing was proven"
        ends = {number: at for at, number in gate.done}
        assert max(ends.values()) < 4 * ideal, "and in little more time than the hall needs for the work"
        firsts: dict[int, float] = {}
        for at, number in gate.done:
            firsts.setdefault(number, at)
        assert max(firsts.values()) < 3 * ideal, "nobody waits for ever for the first word"

    run_virtual(story())


BACKLOG = 260


def slow(counter: Counter, bytes_a_second: Callable[[], float]) -> None:
    """Every question takes as long as its bytes do."""
    honest = counter.hall.honest

    async def crawl(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(len(request.content) / bytes_a_second())
        return await honest(request)

    counter.hall.honest = crawl  # type: ignore[method-assign]


def _runs(story: Callable[[Counter], Coroutine[Any, Any, None]]) -> None:
    async def on_stage() -> None:
        await story(Counter())

    run_virtual(on_stage())


def test_t21_over_a_thin_line_a_push_gets_smaller_until_it_gets_through() -> None:
    async def story(counter: Counter) -> None:
        slow(counter, lambda: 100.0)
        counter.store.commit(*(digest(str(number).encode()) * 8 for number in range(40)))
        await counter.serve_for(6000)
        assert counter.hall.acked == 40
        assert counter.store.stubs == {}, "no fact is cut to get through"
        assert "unsent" not in counter.store.rows

    _runs(story)


def test_t21_at_one_byte_a_second_nothing_gets_through_and_nothing_is_lost() -> None:
    async def story(counter: Counter) -> None:
        speed = 1.0
        slow(counter, lambda: speed)
        counter.store.commit("a", "b", "c")
        await counter.serve_for(3600)
        assert counter.hall.acked == 0
        assert counter.store.rows == ["unsent"] * 3
        assert counter.store.stubs == {}
        asked = [seconds for seconds in counter.slept if seconds != LIMITS.purge_seconds]
        assert max(asked) <= LIMITS.retry_most, "it never stops to ask"
        speed = 100_000.0
        await counter.serve_for(120)
        assert counter.hall.acked == 3
        assert counter.line.status.link is LinkState.ONLINE

    _runs(story)
