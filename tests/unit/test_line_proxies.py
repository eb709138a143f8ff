"""A proxy that carries no large bodies, or takes headers away: scans and catalogues get through (S33, S35).

What stands between is nobody's fault at the counter: nothing of a window may wait for it for ever.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import httpx
import msgspec
import pytest

from casework.facts import digest
from casework.limits import LIMITS
from tests.scripted_hall import PORTAL, Counter, problem
from tests.scripted_line import tell
from tests.unit.test_line_scans import BIG, SHA, SMALL, holding

CARRIES = 100_000
HOWS = ("403", "413", "502", "reset", "slow", "gateway")
Answers = Callable[[httpx.Request], Awaitable[httpx.Response]]


async def refused(how: str, request: httpx.Request) -> httpx.Response:
    """What becomes of what is too large."""
    if how == "reset":
        raise httpx.ReadError("connection reset", request=request)
    if how == "slow":
        await asyncio.sleep(LIMITS.request_seconds + 1)
    if how == "gateway":  # a problem of its own, in the very form of the hall's
        return httpx.Response(500, json={"status": 500, "error": "Internal Server Error", "message": "", "path": "/"})
    return PORTAL if how in {"slow", "page"} else httpx.Response(int(how), html="<html>too large</html>")


def between(counter: Counter, how: str, stops: Callable[[httpx.Request, httpx.Response], bool]) -> None:
    """A proxy that does not carry what `stops` names."""
    honest = counter.hall.honest

    async def proxy(request: httpx.Request) -> httpx.Response:
        answer = await honest(request)
        return await refused(how, request) if stops(request, answer) else answer

    counter.hall.honest = proxy  # type: ignore[method-assign]


def too_large(request: httpx.Request, answer: httpx.Response) -> bool:
    """Either body is larger than what gets through."""
    return max(len(request.content), len(answer.content)) > CARRIES


@pytest.mark.parametrize("how", HOWS)
def test_s35_t10_a_scan_is_sent_in_pieces_as_small_as_the_proxy_takes(how: str) -> None:
    """The pieces never got smaller than 256 KiB, or got as large again at once: no scan ever arrived."""

    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        between(counter, how, lambda request, _: len(request.content) > CARRIES)
        await counter.serve_for(600)
        assert counter.hall.blobs == {SHA: BIG}

    tell(story)


@pytest.mark.parametrize("how", HOWS)
def test_s35_t10_a_scan_is_fetched_in_pieces_as_small_as_the_proxy_carries(how: str) -> None:
    async def story(counter: Counter) -> None:
        counter.hall.blobs[SHA], counter.store.wants[SHA] = BIG, len(BIG)
        between(counter, how, too_large)
        await counter.serve_for(600)
        assert counter.store.scans[SHA] == BIG

    tell(story)


@pytest.mark.parametrize("how", HOWS)
def test_s33_t10_a_catalogue_comes_in_parts_as_small_as_the_proxy_carries(how: str) -> None:
    """A window without its catalogue takes nothing in."""

    async def story(counter: Counter) -> None:
        counter.store.wanted, counter.hall.blobs[SHA] = (SHA,), BIG
        between(counter, how, too_large)
        await counter.serve_for(1200)
        assert counter.store.blobs == {SHA: BIG}
        assert counter.store.contacts

    tell(story)


@pytest.mark.parametrize("how", [*HOWS, "page"])
@pytest.mark.parametrize("fetched", [True, False], ids=["fetched", "sent"])
def test_s35_a_scan_that_never_gets_through_holds_up_no_other(how: str, fetched: bool) -> None:
    """One that somebody waited for had kept every scan of the window from being sent."""

    async def story(counter: Counter) -> None:
        holding(counter, SMALL)
        if fetched:
            counter.hall.blobs[SHA], counter.store.wants[SHA] = BIG, len(BIG)
        else:
            holding(counter, BIG)
            counter.store.scans = dict(reversed(counter.store.scans.items()))
        between(counter, how, lambda request, _: SHA in request.url.path)
        await counter.serve_for(120)
        assert digest(SMALL) in counter.hall.blobs

    tell(story)


def test_s35_a_scan_that_never_gets_through_holds_up_no_other_of_a_single_sync() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG, SMALL)
        between(counter, "502", lambda request, _: SHA in request.url.path)
        done = await counter.line.sync_once(scans=True)
        assert (done.error, done.scans) == ("", 1)
        assert digest(SMALL) in counter.hall.blobs

    tell(story)


@pytest.mark.parametrize("scan", [True, False], ids=["scan", "catalogue"])
def test_s35_where_a_proxy_takes_the_range_away_all_of_it_is_taken_at_once(scan: bool) -> None:
    """Scanners of viruses do, to see the whole."""

    async def story(counter: Counter) -> None:
        counter.hall.blobs[SHA] = BIG
        if scan:
            counter.store.wants[SHA] = len(BIG)
        else:
            counter.store.wanted = (SHA,)
        honest = counter.hall.honest

        async def proxy(request: httpx.Request) -> httpx.Response:
            if "Range" in request.headers:
                del request.headers["Range"]
            return await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        await counter.serve_for(60)
        assert (counter.store.scans if scan else counter.store.blobs) == {SHA: BIG}

    tell(story)


def test_s35_where_a_proxy_takes_away_how_much_the_hall_has_the_first_piece_says_it() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG, SMALL)
        counter.hall.blobs[SHA] = BIG[:300_000]
        honest = counter.hall.honest

        async def proxy(request: httpx.Request) -> httpx.Response:
            answer = await honest(request)
            answer.headers.pop("Upload-Offset", None)
            return answer

        counter.hall.honest = proxy  # type: ignore[method-assign]
        await counter.serve_for(30)
        assert counter.hall.blobs == {SHA: BIG, digest(SMALL): SMALL}

    tell(story)


def test_s33_t21_what_has_come_of_a_catalogue_stays_however_often_the_next_part_is_lost() -> None:
    """A line that loses two answers of three had begun anew each time, and a window had never got its catalogue."""

    async def story(counter: Counter) -> None:
        counter.store.wanted, counter.hall.blobs[SHA] = (SHA,), BIG
        asked = iter(range(1 << 30))
        between(counter, "502", lambda request, _: SHA in request.url.path and next(asked) % 3 > 0)
        await counter.serve_for(1800)
        assert counter.store.blobs == {SHA: BIG}

    tell(story)


def test_s33_parts_that_never_go_on_are_not_asked_for_in_a_circle() -> None:
    """Whatever range is asked for, a cache gives the first bytes."""

    async def story(counter: Counter) -> None:
        counter.store.wanted, counter.hall.blobs[SHA] = (SHA,), BIG
        honest = counter.hall.honest

        async def cache(request: httpx.Request) -> httpx.Response:
            if "Range" not in request.headers:
                return await honest(request)
            return httpx.Response(206, content=BIG[:1000], headers={"Content-Range": f"bytes 0-999/{len(BIG)}"})

        counter.hall.honest = cache  # type: ignore[method-assign]
        counter.hall.write()
        await counter.serve_for(60)
        assert counter.store.blobs == {}
        assert counter.store.place.cursor == 1
        assert len(counter.hall.requests) < 100

    tell(story)


def taken_in(counter: Counter, count: int) -> None:
    """So many facts that pack badly."""
    counter.store.commit(*("".join(digest(f"{nth}-{part}".encode()) for part in range(8)) for nth in range(count)))


@pytest.mark.parametrize("status", [400, 403, 406, 415, 422, 501])
@pytest.mark.parametrize("mangled", [False, True], ids=["refused", "header taken away"])
def test_t10_where_nothing_packed_gets_through_it_goes_unpacked(status: int, mangled: bool) -> None:
    """Whoever looks into bodies refuses what it can't look into: every push was, also that of a stub."""

    async def story(counter: Counter) -> None:
        taken_in(counter, 40)
        honest = counter.hall.honest

        async def proxy(request: httpx.Request) -> httpx.Response:
            if "Content-Encoding" not in request.headers:
                return await honest(request)
            return problem(422, "unreadable") if mangled else httpx.Response(status, html="<html>no</html>")

        counter.hall.honest = proxy  # type: ignore[method-assign]
        await counter.serve_for(60)
        assert (counter.hall.acked, counter.hall.stubs) == (40, {})
        packed = sum("Content-Encoding" in request.headers for request in counter.hall.requests)
        assert packed == 1, "it is not tried each time"

    tell(story)


@pytest.mark.parametrize("how", ["408", "429", "500", "502", "503", "504", "page", "reset", "slow", "gateway"])
def test_t10_a_batch_gets_smaller_also_where_a_proxy_only_says_that_it_is_busy(how: str) -> None:
    """Not every one says 413: a body that is too large or too slow for it is a trouble of its own."""

    async def story(counter: Counter) -> None:
        taken_in(counter, 100)
        between(counter, how, lambda request, _: len(request.content) > 6000)
        await counter.serve_for(900)
        assert (counter.hall.acked, counter.hall.stubs) == (100, {})

    tell(story)


@pytest.mark.parametrize("how", ["502", "reset", "slow", "gateway"])
def test_t10_s12_what_something_on_the_way_takes_away_without_a_word_holds_up_nothing_else(how: str) -> None:
    """A filter of contents resets the connection: all that happened at the window since had waited for one fact."""

    async def story(counter: Counter) -> None:
        honest, filters = counter.hall.honest, True

        async def proxy(request: httpx.Request) -> httpx.Response:
            body = gzip.decompress(request.content) if "Content-Encoding" in request.headers else request.content
            return await refused(how, request) if filters and b"drop table" in body else await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        counter.store.commit("a", "drop table", "b", "drop table", "c")
        task = asyncio.create_task(counter.line.serve())
        await asyncio.sleep(3 * 3600)
        assert (counter.hall.acked, list(counter.hall.stubs)) == (5, [2, 4])
        filters = False
        await asyncio.sleep(3 * LIMITS.stub_again_seconds)
        assert counter.hall.stubs == {}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    tell(story)


@pytest.mark.parametrize("how", ["502", "reset", "slow"])
def test_t10_s12_after_hours_without_a_line_no_fact_goes_without_its_bytes(how: str) -> None:
    async def story(counter: Counter) -> None:
        honest, down = counter.hall.honest, True

        async def proxy(request: httpx.Request) -> httpx.Response:
            return await refused(how, request) if down else await honest(request)

        counter.hall.honest = proxy  # type: ignore[method-assign]
        counter.store.commit("a", "b", "c")
        task = asyncio.create_task(counter.line.serve())
        for _ in range(20):
            await asyncio.sleep(1801)
            down = False
            await asyncio.sleep(200)
            counter.store.commit("more")
            down = True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(counter.hall.envelopes) >= 20
        assert not any(event.stub for batch in counter.hall.batches for event in batch.events)

    tell(story)


@pytest.mark.parametrize("how", HOWS)
def test_t10_a_page_gets_smaller_whatever_a_proxy_says_of_one_that_is_too_large_for_it(how: str) -> None:
    """What a gateway said in a form like the hall's was taken for the hall's word, and no page ever came."""

    async def story(counter: Counter) -> None:
        for nth in range(300):
            counter.hall.write(fact=msgspec.Raw(b'"%s"' % digest(str(nth).encode()).encode()))
        between(counter, how, lambda _, answer: len(answer.content) > 20_000)
        await counter.serve_for(1800)
        assert counter.store.place.cursor == 300

    tell(story)


@pytest.mark.parametrize("error", ["Not Found", "not_found"])
def test_s21_a_gateway_that_knows_no_such_address_does_not_say_that_the_hall_has_no_such_case(error: str) -> None:
    """What this window had taken in of it would have counted as seen in the log."""

    async def story(counter: Counter) -> None:
        given_up: list[str] = []
        counter.store.holes = lambda *_: ("case-1",)  # type: ignore[method-assign]
        counter.store.no_case = given_up.append  # type: ignore[assignment, method-assign]
        between(counter, "404", lambda request, _: "/case/" in request.url.path)
        said = httpx.Response(404, json={"error": error, "message": "", "status": 404})
        counter.hall.expect("case", *[lambda _request: _now(said)] * 3)
        await counter.serve_for(60)
        assert given_up == []

    tell(story)


@pytest.mark.parametrize("what", ["scan", "push"])
def test_t12_a_proxy_that_wants_a_name_is_not_told_as_a_hall_that_does_not_know_this_window(what: str) -> None:
    """The hall says hello and answers the polls: only what the proxy does not let through waits."""

    async def story(counter: Counter) -> None:
        seen: list[str] = []
        counter.line.watch(lambda status: seen.append(status.error))
        if what == "push":
            counter.store.commit("a")
        else:
            holding(counter, BIG, SMALL)
        between(counter, "401", lambda request, _: what in request.url.path or SHA in request.url.path)
        await counter.serve_for(120)
        assert "line.unknown" not in seen
        assert what == "push" or counter.hall.blobs == {digest(SMALL): SMALL}

    tell(story)


def test_t11_a_date_that_no_calendar_has_ends_no_line() -> None:
    """The error of reading it ended push and pull together."""

    async def story(counter: Counter) -> None:
        counter.store.commit("a")
        nonsense = httpx.Response(503, headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 -0100"})
        counter.hall.expect("push", lambda _request: _now(nonsense))
        await counter.serve_for(30)
        assert counter.hall.acked == 1

    tell(story)


async def _now(response: httpx.Response) -> httpx.Response:
    return response
