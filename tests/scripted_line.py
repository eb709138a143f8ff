"""The line beside a scripted hall: how a story is told in virtual time, and what may go wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import msgspec

from sync.status import LinkState
from tests.scripted_hall import Counter, Trick, as_json
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


def copied(counter: Counter) -> tuple[Trick, Trick]:
    """A cache on the way: the first trick passes on what the hall answers and keeps it, the second gives that again."""
    kept: list[httpx.Response] = []

    async def keep(request: httpx.Request) -> httpx.Response:
        kept.append(await counter.hall.honest(request))
        return kept[0]

    async def again(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=kept[0].content, headers=kept[0].headers)

    return keep, again


def rewriting(counter: Counter, rewrite: Callable[[Any], Any], kind: type[Any]) -> Trick:
    """Something on the way changes the answer."""

    async def trick(request: httpx.Request) -> httpx.Response:
        answer = await counter.hall.honest(request)
        return as_json(rewrite(msgspec.json.decode(answer.content, type=kind)))

    return trick
