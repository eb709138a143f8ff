"""Scanned papers between a memory of lists and a scripted hall, in virtual time (S35): cuts, changes, facts first."""

from __future__ import annotations

import asyncio

import httpx

from casework.facts import digest
from casework.limits import LIMITS
from sync.status import LinkState
from tests.scripted_hall import PORTAL, Counter, Trick, problem
from tests.scripted_line import lost_after_commit, never, nobody, says, tell

PIECE = LIMITS.scan_piece_bytes
BIG = b"%PDF-1.7 " + bytes(range(256)) * 4096  # a little over a megabyte: five pieces
SHA = digest(BIG)
SMALL = b"%PDF-1.7 small"


def holding(counter: Counter, *scans: bytes) -> None:
    """The window has these scans, and the hall knows of them by their facts."""
    for data in scans:
        counter.store.scans[digest(data)] = data
        counter.hall.named[digest(data)] = len(data)


def pieces(counter: Counter) -> list[int]:
    """The offsets of the pieces of the big scan, as they came to the hall."""
    return [int(one.partition("+")[2]) for one in counter.hall.order if one.startswith(SHA[:4])]


def test_s35_a_scan_goes_in_pieces_and_once() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG, SMALL)
        done = await counter.line.sync_once(scans=True)
        assert (done.error, done.scans) == ("", 0)
        assert counter.hall.blobs == {SHA: BIG, digest(SMALL): SMALL}
        assert pieces(counter) == [0, PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE]
        await counter.line.sync_once(scans=True)
        assert len(pieces(counter)) == 5

    tell(story)


def test_s35_what_the_hall_has_already_does_not_travel() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.hall.blobs[SHA] = BIG
        await counter.line.sync_once(scans=True)
        assert counter.store.sent == [SHA]
        assert pieces(counter) == []

    tell(story)


def test_s35_a_cut_in_the_middle_goes_on_where_the_hall_stands() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.hall.expect("blob", counter.hall.honest, counter.hall.honest, lost_after_commit(counter), nobody)
        await counter.serve_for(120)
        assert counter.hall.blobs == {SHA: BIG}
        assert counter.store.sent == [SHA]
        assert pieces(counter)[:2] == [0, PIECE]
        assert len(set(pieces(counter))) == len(pieces(counter)), "what arrived is not sent again"

    tell(story)


def test_s35_after_a_restart_of_the_window_nothing_is_sent_twice() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.hall.expect("blob", counter.hall.honest, counter.hall.honest, never)
        await counter.serve_for(5)
        assert counter.hall.blobs[SHA] == BIG[:PIECE]
        again = Counter()
        again.hall.named, again.hall.blobs, again.store.scans = (
            counter.hall.named,
            counter.hall.blobs,
            counter.store.scans,
        )
        await again.line.sync_once(scans=True)
        assert again.hall.blobs == {SHA: BIG}
        assert pieces(again)[0] == PIECE

    tell(story)


def test_s35_a_hall_that_lost_its_part_is_asked_again_and_gets_it_from_the_beginning() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)

        async def forgets(request: httpx.Request) -> httpx.Response:
            counter.hall.blobs.clear()
            return await counter.hall.honest(request)

        counter.hall.expect("blob", counter.hall.honest, counter.hall.honest, forgets)
        await counter.line.sync_once(scans=True)
        assert counter.hall.blobs == {SHA: BIG}
        assert pieces(counter)[:3] == [0, PIECE, 0]

    tell(story)


def test_s35_facts_overtake_a_scan_between_two_pieces() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)

        async def meanwhile(request: httpx.Request) -> httpx.Response:
            counter.store.commit("a", "b")
            return await counter.hall.honest(request)

        counter.hall.expect("blob", counter.hall.honest, meanwhile)
        await counter.serve_for(60)
        order = [one for one in counter.hall.order if one.startswith(("push", SHA[:4]))]
        assert order[:3] == [f"{SHA[:4]}+0", "push 1", f"{SHA[:4]}+{PIECE}"]
        assert counter.hall.blobs == {SHA: BIG}

    tell(story)


def test_s35_while_no_push_gets_through_no_scan_travels() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.store.commit("a")
        counter.hall.expect("push", *[says(problem(503, "storage"))] * 8)
        await counter.serve_for(20)
        assert pieces(counter) == []
        await counter.serve_for(300)
        assert counter.hall.blobs == {SHA: BIG}

    tell(story)


def test_s35_a_piece_that_was_changed_on_its_way_is_sent_again_and_costs_nothing_else() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)

        async def changed(request: httpx.Request) -> httpx.Response:
            other = httpx.Request(request.method, request.url, content=b"x" * len(request.content))
            return await counter.hall.honest(other)

        counter.hall.expect("blob", counter.hall.honest, counter.hall.honest, changed)
        await counter.serve_for(5)
        assert counter.store.scan_troubles == {SHA: "line.scan.changed"}
        await counter.serve_for(LIMITS.scan_retry_seconds + 60)
        assert counter.hall.blobs == {SHA: BIG}
        assert counter.store.scan_troubles == {}

    tell(story)


def test_s35_a_file_that_broke_here_is_not_sent_for_ever() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG, SMALL)
        counter.store.scans[SHA] = b"y" + BIG[1:]
        await counter.serve_for(600)
        assert counter.store.damaged == {SHA}
        assert SHA not in counter.hall.blobs
        assert counter.store.sent == [digest(SMALL)], "the next scan goes on"
        assert len(pieces(counter)) == 5

    tell(story)


def test_s35_a_hall_without_room_takes_facts_and_the_line_stays_green() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.hall.expect("blob", counter.hall.honest, *[says(problem(507, "scans_full", {"Retry-After": "30"}))] * 3)
        await counter.serve_for(30)
        counter.store.commit("a")
        await counter.serve_for(30)
        assert counter.hall.acked == 1
        assert counter.store.scan_troubles == {SHA: "line.scan.full"}
        assert counter.line.status.link is LinkState.ONLINE
        await counter.serve_for(900)
        assert counter.hall.blobs == {SHA: BIG}

    tell(story)


def test_s35_a_scan_that_the_hall_does_not_know_yet_holds_up_no_other() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, BIG, SMALL)
        del counter.hall.named[SHA]
        await counter.serve_for(30)
        assert counter.store.sent == [digest(SMALL)]
        assert counter.store.scan_troubles == {SHA: "line.scan.unknown"}
        counter.hall.named[SHA] = len(BIG)
        await counter.serve_for(LIMITS.scan_retry_seconds + 30)
        assert counter.hall.blobs[SHA] == BIG

    tell(story)


def test_s35_nor_do_a_hundred_of_them() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, *(b"%PDF-1.7 " + bytes([count]) for count in range(120)))
        counter.hall.named.clear()
        await counter.serve_for(LIMITS.scan_retry_seconds / 2)
        holding(counter, SMALL)
        await counter.serve_for(LIMITS.scan_retry_seconds)
        assert counter.store.sent == [digest(SMALL)]

    tell(story)


def test_s35_somebody_else_who_answers_is_not_taken_for_the_hall() -> None:
    """T15."""

    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.hall.expect("blob", says(PORTAL), counter.hall.honest, says(PORTAL))
        await counter.serve_for(300)
        assert counter.hall.blobs == {SHA: BIG}
        assert counter.store.sent == [SHA]

    tell(story)


def test_s35_what_somebody_waits_for_is_fetched_in_pieces_and_gone_on_with() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.blobs[SHA] = BIG
        counter.store.wants[SHA] = len(BIG)
        counter.hall.expect("blob", counter.hall.honest, never)
        await counter.serve_for(2)
        assert counter.store.came[SHA] == BIG[:PIECE]
        await counter.serve_for(120)
        assert counter.store.scans[SHA] == BIG
        asked = [request.headers.get("Range", "") for request in counter.hall.requests if request.method == "GET"]
        assert f"bytes=0-{PIECE - 1}" in asked
        assert asked.count(f"bytes=0-{PIECE - 1}") == 1

    tell(story)


def test_s35_fetched_bytes_of_another_hash_are_thrown_away() -> None:
    async def story(counter: Counter) -> None:
        counter.hall.blobs[SHA] = b"z" + BIG[1:]
        counter.store.wants[SHA] = len(BIG)
        await counter.line.sync_once(scans=True)
        assert SHA not in counter.store.scans
        assert counter.store.scan_troubles == {SHA: "line.scan.changed"}

    tell(story)


def test_s35_a_scan_that_has_not_come_to_the_hall_is_asked_for_again_later() -> None:
    async def story(counter: Counter) -> None:
        counter.store.wants[SHA] = len(BIG)
        await counter.serve_for(10)
        assert counter.store.scan_troubles == {SHA: "line.scan.not_come"}
        counter.hall.blobs[SHA] = BIG
        await counter.serve_for(LIMITS.scan_retry_seconds + 60)
        assert counter.store.scans[SHA] == BIG

    tell(story)


def slowly(counter: Counter, seconds: float) -> Trick:
    """The line carries it in that time."""

    async def trick(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(seconds)
        return await counter.hall.honest(request)

    return trick


def test_s35_a_slow_line_carries_small_pieces_so_that_no_push_waits_long() -> None:
    """T21."""

    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.hall.expect("blob", counter.hall.honest, *[slowly(counter, 20)] * 3)
        await counter.serve_for(63)
        sizes = [len(request.content) for request in counter.hall.requests if request.method == "PUT"]
        assert sizes[:3] == [PIECE, PIECE // 2, PIECE // 4]

    tell(story)


def test_s35_the_line_tidies_up_once_before_it_carries_anything() -> None:
    async def story(counter: Counter) -> None:
        holding(counter, SMALL)
        await counter.serve_for(30)
        assert counter.store.tidied == 1

    tell(story)


def test_s35_a_scan_that_the_hall_does_not_know_yet_makes_no_others_pieces_smaller() -> None:
    """The hall's no to a question without a body was taken for a proxy that carries no large pieces."""

    async def story(counter: Counter) -> None:
        holding(counter, BIG)
        counter.store.scans = {digest(SMALL): SMALL, **counter.store.scans}
        counter.hall.expect("blob", says(httpx.Response(404)))
        await counter.line.sync_once(scans=True)
        assert pieces(counter) == [0, PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE]

    tell(story)
