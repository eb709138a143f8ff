"""Whose item of the queue it is, is the hall's word: the first claim in its log holds, for a day (S23)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from casework import bodies
from casework.facts import Fact
from tests.contract.test_hall_insisting import a_case, case_of, said
from tests.hall_world import HallWorld, Window, in_hall

Client = httpx.AsyncClient


def claims(window: Window, case: str, actor: str = "2001", post: str = "single") -> Fact:
    """A claim on the examination."""
    return window.make("claimed", bodies.Claimed("examine", window.number, f"人{actor}"), case, actor, post)


async def accepted(window: Window, **said_: Any) -> str:
    """A case that waits for its examination."""
    case = await a_case(window, **said_)
    await window.push(window.accepted(case, "2002"))
    await window.pull_all()
    return case


def test_s23_of_two_who_take_it_at_once_the_first_has_it_and_the_other_works_on_nothing(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await accepted(window)
        await other.pull_all()
        (first,) = await window.push(claims(window, case))
        (second,) = await other.push(claims(other, case, "2002"))
        assert (first.verdict.flags, second.verdict.flags) == ((), ("claimed_by",))
        assert case_of(world, case).claims["examine"].by == "2001"
        await other.pull_all()
        assert said(await other.push(other.examined(case, "2002"))) == [("rejected", "claimed_by")]
        assert said(await window.push(window.examined(case))) == [("accepted", "")]
        assert case_of(world, case).claims == {}

    in_hall(tmp_path, story)


def test_s23_what_nobody_has_is_worked_on_at_once(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window = await world.window("0012", client)
        case = await accepted(window)
        assert said(await window.push(window.examined(case))) == [("accepted", "")]

    in_hall(tmp_path, story)


def test_s23_a_claim_lapses_with_its_day(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await accepted(window)
        await window.push(claims(window, case))
        await other.pull_all()
        world.clock.go(24 * 3600)
        assert said(await other.push(other.examined(case, "2002"))) == [("accepted", "")]

    in_hall(tmp_path, story)


def test_s23_a_supervisor_frees_what_somebody_has_and_says_why(tmp_path: Path) -> None:
    async def story(world: HallWorld, client: Client) -> None:
        window, other = await world.window("0012", client), await world.window("0007", client)
        case = await accepted(window)
        await window.push(claims(window, case))
        await other.pull_all()
        boss = other.make("released", bodies.Released("examine", "已下班"), case, "3001", "supervisor")
        (answer,) = await other.push(boss)
        assert answer.verdict.flags == ()
        assert said(await other.push(other.examined(case, "2002"))) == [("accepted", "")]

    in_hall(tmp_path, story)
