"""The line between a memory of lists and a scripted hall, in virtual time: the troubles that it has to survive."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from casework.facts import NO_HASH, digest
from casework.limits import LIMITS
from casework.seals import seal
from casework.wire import PURPOSE_HEAD, Head, Hidden, PullAnswer, PushAnswer, page_digest
from sync.status import LineStatus, LinkState
from tests.scripted_hall import HALL, PORTAL, Counter, Trick, as_json, problem
from tests.sim.loop import LoopClock, run_virtual

Story = Callable[[Counter], Coroutine[Any, Any, None]]


def tell(story: Story, clock: LoopClock | None = None) -> None:
    """Run a story in virtual time."""

    async def on_stage() -> None:
        await story(Counter(clock))

    run_virtual(on_stage())


def says(response: httpx.Response) -> Trick:
    """Answers this, whatever was asked."""

    async def trick(request: httpx.Request) -> httpx.Response:
        return response

    return trick


def link_of(counter: Counter) -> LinkState:
    """Read afresh."""
    return counter.line.status.link


async def nobody(request: httpx.Request) -> httpx.Response:
    """The line is dead."""
    raise httpx.ConnectError("refused")


async def never(request: httpx.Request) -> httpx.Response:
    """A half-open line."""
    await asyncio.Event().wait()
    raise AssertionError


def lost_after_commit(counter: Counter) -> Trick:
    """The hall commits, the answer gets lost."""

    async def trick(request: httpx.Request) -> httpx.Response:
        await counter.hall.honest(request)
        raise httpx.RemoteProtocolError("cut")

    return trick


def rewriting(counter: Counter, rewrite: Callable[[Any], Any], kind: type[Any]) -> Trick:
    """Something on the way changes the answer."""

    async def trick(request: httpx.Request) -> httpx.Response:
        answer = await counter.hall.honest(request)
        return as_json(rewrite(msgspec.json.decode(answer.content, type=kind)))

    return trick


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


def test_t14_a_page_that_was_cut_but_is_valid_is_never_stored() -> None:
    def cut(answer: PullAnswer) -> PullAnswer:
        return msgspec.structs.replace(
            answer, entries=answer.entries[:-1], upto=answer.upto - 1, newest=answer.upto - 1
        )

    async def story(counter: Counter) -> None:
        for _ in range(3):
            counter.hall.write()
        counter.hall.expect("pull", rewriting(counter, cut, PullAnswer))
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (3, "")
        assert "line.not_the_hall" in counter.store.troubles

    tell(story)


def test_t15_the_sign_in_page_of_a_network_is_not_the_hall() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        counter.hall.write()
        for word in ("push", "pull"):
            redirect = httpx.Response(302, headers={"Location": "http://portal.test"})
            counter.hall.expect(word, says(PORTAL), says(redirect))
        done = await counter.line.sync_once()
        assert (done.pushed, done.pending, done.error) == (1, 0, "")
        assert counter.store.troubles == ["line.not_the_hall", "", "line.not_the_hall", ""]

    tell(story)


@pytest.mark.parametrize("part", ["scope", "hash", "signature"])
def test_t16_a_rewritten_page_is_never_stored(part: str) -> None:
    def rewrite(answer: PullAnswer) -> PullAnswer:
        if part == "signature":
            head = bytes(answer.head).replace(b'"sig":"', b'"sig":"00', 1)
            return msgspec.structs.replace(answer, head=msgspec.Raw(head))
        old, new = (b'"business"', b'"investment"') if part == "scope" else (b'"hash":"', b'"hash":"00')
        raws = tuple(msgspec.Raw(bytes(raw).replace(old, new)) for raw in answer.entries)
        return msgspec.structs.replace(answer, entries=raws)

    async def story(counter: Counter) -> None:
        counter.hall.write()
        counter.hall.write("hidden")
        counter.hall.expect("pull", rewriting(counter, rewrite, PullAnswer))
        done = await counter.line.sync_once()
        assert (done.pulled, done.error, counter.store.place.cursor) == (1, "", 2)
        assert "line.not_the_hall" in counter.store.troubles

    tell(story)


def _hide_the_first(answer: PullAnswer) -> PullAnswer:
    hidden = Hidden(answer.after + 1, digest(bytes(answer.entries[0])))
    return msgspec.structs.replace(answer, entries=(msgspec.Raw(msgspec.json.encode(hidden)), *answer.entries[1:]))


@pytest.mark.parametrize(
    "rewrite",
    [_hide_the_first, lambda a: msgspec.structs.replace(a, acked=9), lambda a: msgspec.structs.replace(a, newest=1)],
    ids=["hidden", "acked", "newest"],
)
def test_t16_s9_a_page_that_hides_a_real_entry_or_lies_of_the_marks_is_never_stored(
    rewrite: Callable[[PullAnswer], PullAnswer],
) -> None:
    async def story(counter: Counter) -> None:
        for _ in range(2):
            counter.hall.write()
        counter.hall.expect("pull", rewriting(counter, rewrite, PullAnswer))
        done = await counter.line.sync_once()
        assert (done.pulled, done.error, [link.entry is None for link in counter.store.links]) == (2, "", [False] * 2)
        assert "line.not_the_hall" in counter.store.troubles

    tell(story)


def test_t17_s9_the_page_of_another_terminal_is_never_stored() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.write()

        async def for_another(request: httpx.Request) -> httpx.Response:
            answer = await counter.hall.pull(request)
            page = page_digest("0007", answer.after, answer.newest, answer.acked, tuple(map(bytes, answer.entries)))
            head = Head(HALL, 1, answer.upto, counter.hall.chains[answer.upto], page)
            signed = msgspec.Raw(msgspec.json.encode(seal(counter.hall.signer, PURPOSE_HEAD, head)))
            return as_json(msgspec.structs.replace(answer, head=signed))

        counter.hall.expect("pull", for_another)
        done = await counter.line.sync_once()
        assert (done.pulled, counter.store.troubles) == (1, ["line.not_the_hall", ""])

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


def test_s20_a_page_that_the_memory_does_not_take_is_not_asked_for_in_a_circle() -> None:
    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        takes = counter.store.apply
        counter.store.apply = lambda *_: False  # type: ignore[method-assign]
        done = await counter.line.sync_once()
        assert done.error == "line.not_taken"
        counter.store.apply = takes  # type: ignore[method-assign]
        assert (await counter.line.sync_once()).error == ""
        assert counter.store.rows == ["passed"]

    tell(story)


def test_t17_a_cached_page_is_asked_for_again() -> None:
    async def story(counter: Counter) -> None:
        kept: list[httpx.Response] = []

        async def keep(request: httpx.Request) -> httpx.Response:
            kept.append(await counter.hall.honest(request))
            return kept[0]

        async def cached(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=kept[0].content, headers=kept[0].headers)

        counter.hall.write()
        counter.hall.expect("pull", keep, cached, cached)
        await counter.line.sync_once()
        counter.hall.write()
        done = await counter.line.sync_once()
        assert (done.pulled, counter.store.place.cursor, len(counter.store.links)) == (1, 2, 2)

    tell(story)


def test_t17_a_cached_push_answer_acknowledges_nothing() -> None:
    async def story(counter: Counter) -> None:
        kept: list[httpx.Response] = []

        async def keep(request: httpx.Request) -> httpx.Response:
            kept.append(await counter.hall.honest(request))
            return kept[0]

        async def cached(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=kept[0].content, headers=kept[0].headers)

        counter.hall.expect("push", keep, cached)
        counter.store.commit("a")
        await counter.line.sync_once()
        counter.store.commit("b")
        done = await counter.line.sync_once()
        assert (done.pending, counter.hall.acked) == (0, 2)

    tell(story)


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
        counter.hall.expect(word, says(problem(409, "diverged")))
        done = await counter.line.sync_once()
        assert done.error == "line.diverged"
        assert counter.store.place.frozen == "line.diverged"
        assert len(counter.store.rows) == 1
        again = await counter.line.sync_once()
        assert again.error == "line.diverged"

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


def test_t65_a_blob_that_is_named_comes_at_once_and_a_wrong_one_is_not_kept() -> None:
    async def story(counter: Counter) -> None:
        data = b"catalogue"
        counter.store.wanted = (digest(data),)
        counter.hall.blobs[digest(data)] = data
        counter.hall.expect("blob", says(httpx.Response(200, content=b"rewritten")), says(problem(404, "blob")))
        await counter.serve_for(60)
        assert counter.store.blobs == {digest(data): data}

    tell(story)


def test_a_page_answer_larger_than_allowed_is_dropped() -> None:
    async def story(counter: Counter) -> None:
        big = httpx.Response(
            200, content=b"[" + b"1," * 9_000_000 + b"1]", headers={"Content-Type": "application/json"}
        )
        counter.hall.expect("pull", says(big))
        counter.hall.write()
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (1, "")

    tell(story)


def test_a_fresh_terminal_stands_before_the_first_entry() -> None:
    async def story(counter: Counter) -> None:
        assert (counter.store.place.cursor, counter.store.place.chain) == (0, NO_HASH)
        done = await counter.line.sync_once()
        assert (done.pulled, done.error) == (0, "")

    tell(story)
