"""The line between a memory of lists and a scripted hall, in virtual time: the troubles that it has to survive."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import msgspec
import pytest

from casework.facts import digest
from sync.status import LineStatus, LinkState
from tests.scripted_hall import Counter, problem
from tests.scripted_line import link_of, never, nobody, says, tell
from tests.sim.loop import LoopClock


def test_t18_a_half_open_poll_ends_by_itself() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.expect("pull", never)
        task = asyncio.create_task(counter.line.serve())
        await asyncio.sleep(29)
        assert link_of(counter) is LinkState.CONNECTING
        await asyncio.sleep(3)
        assert link_of(counter) is LinkState.ONLINE
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert "line.no_answer" in counter.store.troubles

    tell(story)


def test_t19_what_nobody_announced_is_found_by_the_next_poll_or_look() -> None:
    async def story(counter: Counter) -> None:
        task = asyncio.create_task(counter.line.serve())
        await asyncio.sleep(5)
        counter.store.commit("committed by another process: nobody wakes the line")
        await asyncio.sleep(3)
        assert counter.hall.acked == 1
        await asyncio.sleep(30)
        assert counter.store.place.cursor == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    tell(story)


def test_a_wake_pushes_at_once() -> None:
    async def story(counter: Counter) -> None:
        task = asyncio.create_task(counter.line.serve())
        await asyncio.sleep(5.1)
        counter.store.commit("a")
        counter.line.wake()
        await asyncio.sleep(0.01)
        assert counter.hall.acked == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    tell(story)


def test_t27_the_own_fact_may_come_by_pull_before_the_push_is_answered() -> None:
    async def story(counter: Counter) -> None:
        async def slow(request: httpx.Request) -> httpx.Response:
            answer = await counter.hall.honest(request)
            await asyncio.sleep(10)
            return answer

        counter.hall.expect("push", slow)
        counter.store.commit("a")
        task = asyncio.create_task(counter.line.serve())
        await asyncio.sleep(5)
        assert counter.store.rows == ["passed"]
        await asyncio.sleep(10)
        assert len(counter.hall.batches) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    tell(story)


def test_t29_pull_goes_on_under_an_outbox_that_nobody_takes() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        counter.hall.write()
        counter.hall.expect("push", *[nobody] * 50)
        await counter.serve_for(120)
        assert counter.store.place.cursor == 1
        assert counter.store.rows == ["unsent"]

    tell(story)


def test_s29_t57_a_clock_in_the_year_2000_learns_the_time_and_gets_through() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.expect("pull", says(problem(401, "signature")))
        counter.hall.write()
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (1, "")
        assert counter.store.contacts[-1][1] == -9_823 * 24 * 3600 * 1000

    tell(story, LoopClock(timedelta(days=-9_823)))


def test_s29_an_answer_that_this_pc_slept_over_is_no_evidence_for_its_clock() -> None:
    """It lay closed for ten minutes while a poll was open: the answer of before had put its papers back by as much."""

    async def story(counter: Counter) -> None:
        async def slept_over(request: httpx.Request) -> httpx.Response:
            answer = await counter.hall.honest(request)
            for clock in (counter.clock, counter.hall.clock):
                clock.wrong_by += timedelta(minutes=10)
            return answer

        counter.hall.expect("pull", counter.hall.honest, slept_over)
        counter.hall.write()
        await counter.serve_for(120)
        assert counter.store.contacts[-1][0] > "2026-11-23T08:40"
        assert {offset for _, offset in counter.store.contacts} == {0}

    tell(story)


def test_t12_an_unknown_key_asks_hello_once_then_pauses_and_tries_again_after_a_minute() -> None:
    async def story(counter: Counter) -> None:
        seen: list[LineStatus] = []
        counter.line.watch(seen.append)
        counter.hall.expect("pull", *[says(problem(401, "unknown_key"))] * 4)
        await counter.serve_for(40)
        assert link_of(counter) is LinkState.STOPPED
        assert counter.line.status.error == "line.unknown"
        await counter.serve_for(200)
        assert link_of(counter) is LinkState.ONLINE
        hellos = [request for request in counter.hall.requests if request.url.path.endswith("hello")]
        assert len(hellos) == 2
        assert LinkState.STOPPED in [status.link for status in seen]

    tell(story)


def test_t13_the_halls_own_no_stops_the_line_with_a_sentence() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.expect("push", says(problem(403, "revoked")))
        counter.store.commit("a")
        await asyncio.wait_for(counter.line.serve(), 60)
        assert (counter.line.status.link, counter.line.status.error) == (LinkState.STOPPED, "line.revoked")
        assert counter.store.rows == ["unsent"]
        assert counter.line.status.message is not None

    tell(story)


@pytest.mark.parametrize("word", ["push", "pull"])
def test_t33_a_hall_with_another_log_freezes_the_cursor_and_clears_nothing(word: str) -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        for each in (word, "pull"):
            counter.hall.expect(each, says(problem(409, "diverged")))
        done = await counter.line.sync_once()
        assert done.error == "line.diverged"
        assert counter.store.place.frozen == "line.diverged"
        assert len(counter.store.rows) == 1
        again = await counter.line.sync_once()
        assert again.error == "line.diverged"

    tell(story)


@pytest.mark.parametrize("word", ["push", "pull"])
def test_t17_a_window_goes_on_where_the_hall_proves_that_its_log_is_the_same(word: str) -> None:
    """The answer was another window's. It had stood still until an operator opened an epoch that nobody needed."""

    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        counter.hall.expect(word, says(problem(409, "diverged")))
        assert (await counter.line.sync_once()).error == ""
        assert (counter.store.place.frozen, counter.store.rows) == ("", ["passed"])

    tell(story)


def test_s24_a_head_with_the_halls_signature_and_another_chain_is_proof_enough() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.write()
        await counter.line.sync_once()
        counter.hall.chains[-1] = digest(b"restored and gone another way")
        done = await counter.line.sync_once()
        assert done.error == "line.diverged"

    tell(story)


def test_another_hall_at_the_same_address_is_never_obeyed() -> None:
    async def story(counter: Counter) -> None:
        stranger = Counter()
        stranger.hall.signer = counter.hall.terminal
        counter.hall.expect("pull", says(problem(401, "signature")))
        counter.hall.expect("hello", stranger.hall.honest)
        counter.hall.write()
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (1, "")
        assert "line.other_hall" in counter.store.troubles

    tell(story)


def test_pulling_the_cable_ends_the_poll_and_plugging_it_in_ends_the_wait() -> None:
    async def story(counter: Counter) -> None:
        task = asyncio.create_task(counter.line.serve())
        await asyncio.sleep(10)
        counter.line.cable(False)
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert (counter.line.status.link, counter.line.status.error) == (LinkState.OFFLINE, "line.cable")
        counter.store.commit("taken in without a cable")
        await asyncio.sleep(600)
        assert counter.hall.acked == 0
        counter.line.cable(True)
        await asyncio.sleep(0.1)
        assert counter.hall.acked == 1
        assert link_of(counter) is LinkState.ONLINE
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    tell(story)


def test_sync_once_says_what_waits_when_the_hall_is_down() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a", "b")
        counter.hall.expect("push", *[nobody] * 3)
        done = await counter.line.sync_once()
        assert msgspec.to_builtins(done) == {
            "pushed": 0, "pulled": 0, "pending": 2, "held": 0, "rejected": 0, "error": "line.unreachable",
        }  # fmt: skip

    tell(story)


def test_a_busy_memory_delays_the_line_and_loses_nothing() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        counter.store.failures.extend([OSError("disk"), OSError("disk")])
        await counter.serve_for(60)
        assert counter.hall.acked == 1
        assert counter.store.place.cursor == 1

    tell(story)
