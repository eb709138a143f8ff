"""Two cases of one number, in a log whose end was lost (S25, S27)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from casework import bodies
from casework.facts import NO_HASH, Fact
from casework.seals import Signed
from casework.wire import Point, PullAnswer
from tests.contract.test_hall_healing import copied, offers, restored, said
from tests.contract.test_hall_lost_and_found import gathered, number_of
from tests.hall_world import HallWorld, Window, in_hall, together


def under_the_number_of(fact: Fact, second: Fact) -> Fact:
    """`second`, as a clone gives the number of `fact` once more."""
    body: dict[str, Any] = msgspec.json.decode(second.body)
    body["number"] = msgspec.json.decode(fact.body)["number"]
    return msgspec.structs.replace(second, body=msgspec.Raw(msgspec.json.encode(body)))


async def one_more(window: Window) -> tuple[PullAnswer, Signed, Point]:
    """The next entry alone, as a bad line brings it."""
    answer = await window.pull(limit=1)
    return answer, msgspec.json.decode(answer.head, type=Signed), Point(answer.upto, window.chain)


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late-and-the-hall-stops"])
@pytest.mark.parametrize("shown", [False, True], ids=["its-new-number-is-lost", "its-new-number-comes-back"])
def test_s25_s27_a_case_whose_new_number_was_lost_with_the_hall_gets_one_all_the_same(
    tmp_path: Path, shown: bool, late: bool
) -> None:
    """Two applicants went on under one number for good, and no receipt was to be printed again. Also where that
    comes after the gathering, and the hall is started anew before it has said so.
    """

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        one, twin, other = [await world.window(number, client) for number in ("0012", "0013", "0014")]
        first = one.received()
        await one.push(first)
        await other.pull_all()
        common = Point(other.cursor, other.chain)
        copied(world, tmp_path / "backup.db")
        second = under_the_number_of(first, twin.received())
        (answered,) = await twin.push(second)
        assert answered.verdict.flags == ("number_doubled",)
        given = number_of(world, second)
        answer, head, end = await one_more(other)
        more = await one_more(other) if shown else None
        restored(world, tmp_path / "backup.db")
        if late:
            gathered(world)
        newest = (more[2], end) if more else (end,)
        said(await offers(other, 0, more[1] if more else head, points=(*newest, common)))
        said(await offers(other, common.seq, head, entries=answer.entries))
        if more:
            said(await offers(other, end.seq, more[1], entries=more[0].entries))
        if late:
            world.restart()
            world.api.hall.start()
        gathered(world)
        assert number_of(world, second) == given != number_of(world, first)
        assert sum(entry.fact_id != "" and b'"renumbered"' in bytes(entry.fact) for entry in world.entries()) == 1
        twin.epoch, twin.cursor, twin.chain = 2, 0, NO_HASH
        (again,) = await twin.push(first=1)
        assert again.duplicate

    in_hall(tmp_path, story)


def test_s26_s27_a_receipt_that_is_held_takes_no_number_from_one_that_stands(tmp_path: Path) -> None:
    """From the log alone the number was the other one's: the hall could be restored from no copy with its segments."""

    async def story(world: HallWorld, client: httpx.AsyncClient) -> None:
        one, two = await world.window("0012", client), await world.window("0007", client)
        taken = one.received()
        unread = msgspec.structs.replace(one.make("nudged", bodies.Nudged("快"), taken.case), version=99)
        held = await one.push(*together(taken, unread))
        assert {answer.verdict.v for answer in held} == {"held"}
        (stands,) = await two.push(two.received(number=msgspec.json.decode(taken.body)["number"]))
        assert (stands.verdict.v, stands.verdict.flags) == ("accepted", ())

    in_hall(tmp_path, story)
