"""What the line brings to the hall: in order, once, around every proxy and past every lost answer."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import msgspec
import pytest

from casework.limits import LIMITS
from casework.wire import PushAnswer
from sync.status import LinkState
from tests.scripted_hall import Counter, problem
from tests.scripted_line import link_of, lost_after_commit, nobody, rewriting, says, tell


def test_what_was_taken_in_offline_arrives_in_order_and_once() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit(*(f"case {number}" for number in range(600)))
        done = await counter.line.sync_once()
        assert (done.pushed, done.pending, done.error) == (600, 0, "")
        assert counter.hall.acked == 600
        assert [len(batch.events) for batch in counter.hall.batches] == [250, 250, 100]
        assert done.pulled == 600
        assert counter.store.place.chain == counter.hall.chains[-1]

    tell(story)


def test_t1_an_answer_lost_after_the_commit_doubles_nothing() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a", "b")
        counter.hall.expect("push", lost_after_commit(counter))
        done = await counter.line.sync_once()
        assert done.pending == 0
        assert len(counter.hall.log) == 2
        assert len(counter.hall.batches) == 2

    tell(story)


def test_t4_a_gap_is_resent_from_the_halls_mark() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a", "b", "c")
        counter.store.rows = ["accepted", "accepted", "unsent"]
        counter.hall.expect("push", says(problem(409, "gap", next=1)))
        done = await counter.line.sync_once()
        assert (done.pending, counter.hall.acked) == (0, 3)

    tell(story)


def test_t4_a_gap_that_stays_the_same_is_not_asked_in_a_circle() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        counter.hall.expect("push", *[says(problem(409, "gap", next=1))] * 5)
        await counter.serve_for(600)
        assert counter.hall.acked == 1
        assert sum(1 for request in counter.hall.requests if request.url.path.endswith("push")) == 6
        assert "line.gap" in counter.store.troubles

    tell(story)


def test_t60_facts_that_are_not_kept_here_any_more_are_not_asked_for_in_a_circle() -> None:
    async def story(counter: Counter) -> None:
        store = counter.store
        store.commit("a", "b", "c")
        store.rows[0] = "passed"  # purged long ago, and the hall was restored from before it
        store.resend_from = lambda seq: None  # type: ignore[method-assign]
        counter.hall.expect("push", *[says(problem(409, "gap", next=1))] * 9)
        done = await counter.line.sync_once()
        assert (done.error, done.pending) == ("line.lost", 2)
        assert counter.line.status.link is LinkState.STOPPED
        assert sum(1 for request in counter.hall.requests if request.url.path.endswith("push")) == 2

    tell(story)


def test_t5_an_event_without_a_verdict_counts_as_unsent() -> None:
    def without_second(answer: PushAnswer) -> PushAnswer:
        kept = tuple(verdict for verdict in answer.verdicts if verdict.seq != 2)
        return msgspec.structs.replace(answer, verdicts=kept, acked=1)

    async def story(counter: Counter) -> None:
        counter.store.commit("a", "b", "c")
        counter.hall.expect("push", rewriting(counter, without_second, PushAnswer))
        await counter.line.sync_once()
        assert [(batch.first, batch.last) for batch in counter.hall.batches] == [(1, 3), (2, 3)]
        assert "unsent" not in counter.store.rows

    tell(story)


def test_t10_a_proxy_that_takes_only_small_bodies_gets_small_batches() -> None:
    async def story(counter: Counter) -> None:
        honest = counter.hall.honest

        async def proxy(request: httpx.Request) -> httpx.Response:
            return httpx.Response(413) if len(request.content) > 1500 else await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        counter.store.commit(*(f"{number:0200}" for number in range(40)))
        done = await counter.line.sync_once()
        assert (done.pending, done.error) == (0, "")
        assert counter.store.stubs == {}

    tell(story)


def test_t10_one_fact_that_the_proxy_refuses_alone_travels_as_a_stub_and_the_rest_arrives() -> None:
    async def story(counter: Counter) -> None:
        honest = counter.hall.honest

        async def proxy(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("push") and any(
                b"poison" in bytes(event.fact) for event in counter.hall.batch_of(request).events
            ):
                return httpx.Response(403, html="<h1>blocked</h1>")
            return await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        counter.store.commit("a", "poison", "b", "c")
        done = await counter.line.sync_once()
        assert (done.pending, done.held) == (0, 1)
        assert list(counter.hall.stubs) == [2]
        assert list(counter.store.stubs) == [2]
        assert counter.hall.acked == 4

    tell(story)


def test_t10_s12_the_bytes_of_a_stub_follow_when_the_proxy_lets_them_through() -> None:
    async def story(counter: Counter) -> None:
        honest, strict = counter.hall.honest, True

        async def proxy(request: httpx.Request) -> httpx.Response:
            if strict and request.url.path.endswith("push") and b"poison" in gzip_or_plain(request):
                return httpx.Response(413, html="<h1>too large</h1>")
            return await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        counter.store.commit("a", "poison", "b")
        await counter.serve_for(60)
        assert counter.store.rows == ["passed", "held", "passed"]
        pushes = len(counter.hall.batches)
        await counter.serve_for(900)
        assert len(counter.hall.batches) <= pushes + 4, "tried again now and then, not in a circle"
        assert counter.store.rows[1] == "held"
        strict = False
        await counter.serve_for(400)
        assert counter.store.rows == ["passed", "passed", "passed"]

    tell(story)


def test_t10_s12_who_only_syncs_once_in_a_while_sends_the_bytes_of_a_stub_as_well() -> None:
    """The tray says to sync again; each time that was another process, which had only just begun to wait."""

    async def story(counter: Counter) -> None:
        honest, strict = counter.hall.honest, True

        async def proxy(request: httpx.Request) -> httpx.Response:
            if strict and request.url.path.endswith("push") and b"poison" in gzip_or_plain(request):
                return httpx.Response(413, html="<h1>too large</h1>")
            return await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        counter.store.commit("a", "poison", "b")
        await counter.line.sync_once(scans=True)
        assert (counter.store.rows[1], counter.hall.acked) == ("held", 3)
        done = await counter.line.sync_once(scans=True)
        assert (counter.store.rows[1], done.error) == ("held", ""), "nothing is worse than before"
        strict = False
        await counter.line.sync_once(scans=True)
        assert counter.store.rows == ["passed", "passed", "passed"]

    tell(story)


def gzip_or_plain(request: httpx.Request) -> bytes:
    """The body as the proxy sees it."""
    packed = request.headers.get("Content-Encoding") == "gzip"
    return gzip.decompress(request.content) if packed else request.content


def test_t10_a_proxy_that_refuses_everything_costs_no_fact_its_bytes() -> None:
    async def story(counter: Counter) -> None:
        honest = counter.hall.honest

        async def proxy(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("push") and counter.clock.monotonic() < 600:
                return httpx.Response(404, html="not here")
            return await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        counter.store.commit("a", "b")
        await counter.serve_for(900)
        assert counter.store.stubs == {}
        assert counter.hall.acked == 2
        assert counter.hall.stubs == {}

    tell(story)


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Mon, 23 Nov 2026 00:31:30 GMT", "Date": "Mon, 23 Nov 2026 00:31:00 GMT"}, 30.0),
        ({"Retry-After": "Mon, 23 Nov 2026 00:30:20 GMT"}, 20.0),
        ({"Retry-After": "soon"}, 0.5),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 -0100"}, 0.5),
        ({"Retry-After": "Sat, 01 Jan 99999999999999999999 00:00:00 GMT"}, 0.5),
        ({}, 0.5),
    ],
)
def test_t11_the_hall_may_ask_for_patience_in_seconds_or_by_a_date(headers: dict[str, str], least: float) -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        counter.hall.expect("push", says(httpx.Response(503, headers=headers)))
        done = await counter.line.sync_once()
        assert counter.slept[0] == pytest.approx(least, abs=1)
        assert done.pending == 0

    tell(story)


def test_t11_a_year_of_patience_is_an_hour_for_the_line_and_an_answer_at_once_for_whoever_waits() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        years = says(httpx.Response(503, headers={"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}))
        counter.hall.expect("push", years)
        done = await counter.line.sync_once()
        assert (done.error, done.pending, counter.slept) == ("line.busy", 1, [])
        counter.hall.expect("push", years)
        await counter.serve_for(4000)
        assert 3600.0 in counter.slept
        assert counter.hall.acked == 1

    tell(story)


def test_s31_t11_back_off_doubles_to_its_bound_and_never_stops() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.expect("pull", *[nobody] * 40)
        await counter.serve_for(1800)
        assert counter.hall.log == []
        slept = [seconds for seconds in counter.slept if seconds != LIMITS.purge_seconds]
        waits = [seconds for seconds in slept if seconds != 2.0 or slept.index(seconds) < 3]
        assert {0.5, 1.0, 4.0, 8.0, 16.0, 30.0} <= set(waits)
        assert max(waits) == 30.0
        assert link_of(counter) is LinkState.ONLINE

    tell(story)


@pytest.mark.parametrize("ahead", [2, 3, 4, 99, 0, -5, "x"])
def test_t4_a_gap_that_points_ahead_is_not_believed(ahead: object) -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a", "b", "c")
        counter.hall.expect("push", says(problem(409, "gap", next=ahead)))
        done = await counter.line.sync_once()
        assert (done.pending, counter.hall.acked) == (0, 3)
        assert [batch.first for batch in counter.hall.batches] == [1]
        assert "line.gap" in counter.store.troubles

    tell(story)


def test_t5_an_answer_without_the_first_verdict_is_not_asked_for_in_a_circle() -> None:
    def silent(answer: PushAnswer) -> PushAnswer:
        return msgspec.structs.replace(answer, verdicts=answer.verdicts[1:], acked=3)

    async def story(counter: Counter) -> None:
        counter.store.commit("a", "b", "c")
        counter.hall.expect("push", *[rewriting(counter, silent, PushAnswer)] * 5)
        task = asyncio.create_task(counter.line.serve())
        counter.hall.expect("pull", *[nobody] * 50)
        await asyncio.sleep(0.3)
        assert len(counter.hall.batches) == 1
        await asyncio.sleep(200)
        assert counter.store.rows == ["accepted"] * 3
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    tell(story)
