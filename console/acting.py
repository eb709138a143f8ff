"""An act from the command line, with the hall's word where it needs one (S14).

What needs the hall is pushed at once, so that the answer's state is the hall's. Whether the line is down is known from
the last try; before a *no* for that reason stands, the line is tried once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from casework.messages import Message
from casework.outbox import UNSENT
from casework.rules import Refusal, sentence
from console import bootstrap
from console.counter import Acted
from console.line_once import QUICK, TAKEN, sync_once
from console.terminal import Terminal

ANOTHER_LINE_SECONDS = 6.0
"""How long a command waits for the hall's word that another process will bring."""
LOOK_SECONDS = 0.2

_FOR_WANT_OF_A_LINE = frozenset({"needs_hall", "not_taken_in_here"})


class Answer(msgspec.Struct, frozen=True):
    """What became of an act: done or refused, and what the person should know beside it."""

    done: Acted | Refusal
    remark: Message | None = None


def acted(terminal: Terminal, act: Callable[[], Acted | Refusal]) -> Answer:
    """Do `act`; asks the hall where it has to."""
    done = act()
    if isinstance(done, Refusal) and done.code in _FOR_WANT_OF_A_LINE and _line_is_back(terminal):
        done = act()
    if isinstance(done, Refusal) or not done.waits:
        return Answer(done)
    round_ = sync_once(terminal, QUICK)
    if round_.synced.error == TAKEN:
        asyncio.run(_until_answered(terminal, done))
    case = terminal.counter.case(done.number)
    waits = _waits(terminal, done)
    now = msgspec.structs.replace(done, state=case.state, waits=waits)
    if waits:
        return Answer(now, Message("console.act.waits", {"reason": round_.trouble or Message(TAKEN)}))
    refused = next((row for row in terminal.memory.tray() if row.case == case.id), None)
    if refused is None:
        return Answer(now)
    return Answer(now, Message("console.act.in_tray", {"reason": sentence(refused.code, refused.facts)}))


def _waits(terminal: Terminal, done: Acted) -> bool:
    """Whether the hall has yet to answer what was done."""
    history = terminal.memory.history(terminal.counter.case(done.number).id)
    return any(told.row in UNSENT and told.fact.type in done.types for told in history.lines)


async def _until_answered(terminal: Terminal, done: Acted) -> None:
    """Another process has the line, and looks every few seconds for what to push: wait for it, but not for long."""
    end = terminal.clock.monotonic() + ANOTHER_LINE_SECONDS
    while _waits(terminal, done) and terminal.clock.monotonic() < end:
        await bootstrap.wait(LOOK_SECONDS)


def _line_is_back(terminal: Terminal) -> bool:
    return sync_once(terminal, QUICK).trouble is None
