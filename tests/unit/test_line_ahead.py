"""What the line asks before its turn: quicker, and nothing else than before (docs/adr/0032)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from casework.wire import PullAnswer
from console.memory_thread import MemoryThread
from local_db.errors import StoreError
from sync.errors import Diverged
from tests.scripted_hall import Counter, problem
from tests.scripted_line import rewriting, says, tell

PAGE = 500
SLOW = 0.2
"""Seconds that the memory takes for a page or for verdicts."""


def slow(counter: Counter, during: Callable[[str], None] = lambda name: None) -> None:
    """A memory that takes its time to write; `during` is called with the name of each call when half of it is over."""

    async def run(call: Callable[..., Any], *args: Any) -> Any:
        name = call.__name__
        if name in {"apply", "answered"}:
            await asyncio.sleep(SLOW / 2)
            during(name)
            await asyncio.sleep(SLOW / 2)
        return call(*args)

    counter.line._contact._run = run


def asked_for(counter: Counter) -> list[int]:
    """Behind which places pages were asked for."""
    return [int(request.url.params["after"]) for request in counter.hall.requests if request.url.path.endswith("pull")]


def test_s18_the_next_page_is_asked_for_while_one_is_stored_and_each_once() -> None:
    async def story(counter: Counter) -> None:
        seen: list[list[int]] = []
        slow(counter, lambda name: seen.append(asked_for(counter)))
        for _ in range(2 * PAGE + 1):
            counter.hall.write()
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (2 * PAGE + 1, "")
        assert seen == [[0, PAGE], [0, PAGE, 2 * PAGE], [0, PAGE, 2 * PAGE]]
        assert [link.seq for link in counter.store.links] == list(range(1, 2 * PAGE + 2))

    tell(story)


@pytest.mark.parametrize("word", ["terminal.set", "epoch.opened"])
def test_s7_nothing_is_asked_before_a_word_was_read_that_may_change_what_is_asked(word: str) -> None:
    async def story(counter: Counter) -> None:
        seen: list[list[int]] = []
        slow(counter, lambda name: seen.append(asked_for(counter)))
        counter.hall.write("hall", fact=msgspec.Raw(msgspec.json.encode({"type": word})))
        for _ in range(PAGE):
            counter.hall.write()
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (PAGE + 1, "")
        assert seen == [[0], [0, PAGE]]

    tell(story)


def test_s24_a_page_asked_for_ahead_is_not_stored_once_the_cursor_stands_still() -> None:
    async def story(counter: Counter) -> None:
        slow(counter)
        for _ in range(PAGE + 1):
            counter.hall.write()
        apply = counter.store.apply

        def and_freeze(*args: Any) -> bool:
            done = apply(*args)
            counter.store.freeze("line.diverged", counter.store.place.epoch)
            return done

        async def parted() -> None:
            raise Diverged("line.diverged")

        counter.line._healing.mend = parted  # type: ignore[method-assign]
        and_freeze.__name__ = "apply"
        counter.store.apply = and_freeze  # type: ignore[method-assign,assignment]
        await counter.serve_for(5)
        assert len(counter.store.links) == PAGE
        assert asked_for(counter)[:2] == [0, PAGE]

    tell(story)


def test_t16_a_rewritten_page_that_was_asked_for_ahead_is_never_stored() -> None:
    def cut(answer: PullAnswer) -> PullAnswer:
        return msgspec.structs.replace(answer, entries=answer.entries[:-1], upto=answer.upto - 1)

    async def story(counter: Counter) -> None:
        slow(counter)
        for _ in range(PAGE + 3):
            counter.hall.write()
        counter.hall.expect("pull", counter.hall.honest, rewriting(counter, cut, PullAnswer))
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (PAGE + 3, "")
        assert "line.not_the_hall" in counter.store.troubles
        assert asked_for(counter) == [0, PAGE, PAGE]

    tell(story)


@pytest.mark.parametrize(("answer", "waits"), [(problem(503, "busy"), True), (problem(401, "unknown_key"), False)])
def test_s31_what_a_question_ahead_is_refused_with_counts_when_its_turn_comes(
    answer: httpx.Response, waits: bool
) -> None:
    async def story(counter: Counter) -> None:
        slow(counter)
        for _ in range(PAGE + 1):
            counter.hall.write()
        counter.hall.expect("pull", counter.hall.honest, says(answer))
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (PAGE + 1, "")
        assert asked_for(counter) == [0, PAGE, PAGE]
        assert bool(counter.slept) is waits

    tell(story)


def test_s29_an_answer_that_lay_here_is_no_proof_of_a_wrong_clock() -> None:
    async def story(counter: Counter) -> None:
        slow(counter)
        for _ in range(2 * PAGE + 1):
            counter.hall.write()
        await counter.line.sync_once()
        assert {offset for _, offset in counter.store.contacts} == {0}
        assert counter.line._contact._offset.total_seconds() == 0

    tell(story)


def test_s11_a_batch_leaves_while_the_answer_before_it_is_written_and_never_beside_it() -> None:
    async def story(counter: Counter) -> None:
        at_once, most, left = 0, 0, []

        async def takes_long(request: httpx.Request) -> httpx.Response:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.05)
            at_once -= 1
            return await counter.hall.honest(request)

        slow(counter, lambda name: left.append(len(counter.hall.batches)))
        counter.store.commit(*(f"case {number}" for number in range(600)))
        counter.hall.expect("push", takes_long, takes_long, takes_long)
        done = await counter.line.sync_once()
        assert (done.pushed, done.pending, done.error, most) == (600, 0, "", 1)
        assert [(batch.first, batch.last) for batch in counter.hall.batches] == [(1, 250), (251, 500), (501, 600)]
        assert left[:3] == [2, 3, 3]

    tell(story)


def test_t5_verdicts_that_can_not_be_written_cost_nothing_though_the_next_batch_has_left() -> None:
    async def story(counter: Counter) -> None:
        answered, fails = counter.store.answered, [StoreError("store.full")]

        def full(*args: Any) -> None:
            if fails:
                raise fails.pop()
            answered(*args)

        full.__name__ = "answered"
        slow(counter)
        counter.store.answered = full  # type: ignore[method-assign,assignment]
        counter.store.commit(*(f"case {number}" for number in range(600)))
        done = await counter.line.sync_once()
        assert (done.pending, done.error, counter.hall.acked, len(counter.hall.log)) == (0, "", 600, 600)
        assert "line.memory" in counter.store.troubles

    tell(story)


def test_a_refused_batch_takes_the_one_behind_it_along() -> None:
    async def story(counter: Counter) -> None:
        slow(counter)
        counter.store.commit(*(f"case {number}" for number in range(600)))
        counter.hall.expect("push", says(problem(413, "too_big")))
        done = await counter.line.sync_once()
        assert (done.pending, done.error, counter.hall.acked) == (0, "", 600)
        firsts = [batch.first for batch in counter.hall.batches]
        assert firsts == sorted(firsts)

    tell(story)


def test_who_ends_the_line_waits_for_what_the_memory_is_writing() -> None:
    async def story() -> list[str]:
        told: list[str] = []
        begun, goes_on = threading.Event(), threading.Event()

        def write() -> None:
            begun.set()
            goes_on.wait(5)
            told.append("written")

        thread = MemoryThread()
        task = asyncio.ensure_future(thread(write))
        await asyncio.to_thread(begun.wait, 5)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        goes_on.set()
        await asyncio.gather(task, return_exceptions=True)
        told.append("ended")
        thread.close()
        return told

    assert asyncio.run(story()) == ["written", "ended"]
