"""What the line fetches: nothing of a page is stored that the hall has not signed for this terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import msgspec
import pytest

from casework.facts import NO_HASH, digest
from casework.seals import seal
from casework.wire import PURPOSE_HEAD, Head, Hidden, PullAnswer, page_digest
from tests.scripted_hall import HALL, PORTAL, Counter, as_json, problem
from tests.scripted_line import copied, rewriting, says, tell
from tests.sim.loop import LoopClock


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
        keep, cached = copied(counter)
        counter.hall.write()
        counter.hall.expect("pull", keep, cached, cached)
        await counter.line.sync_once()
        counter.hall.write()
        done = await counter.line.sync_once()
        assert (done.pulled, counter.store.place.cursor, len(counter.store.links)) == (1, 2, 2)

    tell(story)


def test_t17_s29_a_cached_answer_is_no_evidence_for_the_clock_and_a_hall_set_back_is() -> None:
    """A copy from last night would move every legal time of the morning by a night."""

    async def story(counter: Counter) -> None:
        keep, cached = copied(counter)
        counter.hall.write()
        await counter.line.sync_once()
        await asyncio.sleep(60)
        counter.hall.expect("pull", keep)  # nothing new: this very page is asked for again in the morning
        await counter.line.sync_once()
        await asyncio.sleep(8 * 3600)
        await counter.line.sync_once()
        counter.hall.expect("pull", cached)
        await counter.line.sync_once()
        counter.start()  # in the morning: what is written down goes on counting
        counter.hall.expect("pull", cached)
        await counter.line.sync_once()
        assert [offset for _, offset in counter.store.contacts] == [0] * len(counter.store.contacts)

        counter.hall.clock = LoopClock(-timedelta(minutes=3))
        await counter.line.sync_once()
        await asyncio.sleep(1)
        await counter.line.sync_once()
        assert counter.store.contacts[-1][1] == 180_000

    tell(story)


def test_t17_s29_an_answer_that_the_power_cut_off_is_no_evidence_when_a_cache_gives_it_once_more() -> None:
    """It is newer than all that was written down, and as old as the power cut: only its question tells."""

    async def story(counter: Counter) -> None:
        counter.hall.names_questions = True
        keep, cached = copied(counter)
        counter.hall.write()
        await counter.line.sync_once()
        store = counter.store
        place, links, known = store.place, store.links[:], store.contacts[:]
        await asyncio.sleep(5)
        counter.hall.write()
        counter.hall.expect("pull", keep)
        await counter.line.sync_once()
        store.place, store.links, store.contacts = place, links, known[:]  # the power failed before it was written down
        counter.start()
        await asyncio.sleep(150)
        counter.hall.expect("pull", cached)
        await counter.line.sync_once()
        assert "line.not_the_hall" in store.troubles
        assert [offset for _, offset in store.contacts] == [0] * len(store.contacts)
        assert len(store.contacts) > len(known)
        assert store.place.cursor == 2

    tell(story)


def test_t17_a_cached_push_answer_acknowledges_nothing() -> None:
    async def story(counter: Counter) -> None:
        keep, cached = copied(counter)
        counter.hall.expect("push", keep, cached)
        counter.store.commit("a")
        await counter.line.sync_once()
        counter.store.commit("b")
        done = await counter.line.sync_once()
        assert (done.pending, counter.hall.acked) == (0, 2)

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
