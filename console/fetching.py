"""What lies at the hall alone, asked for when a person opens it: bytes of refused facts of others (S16)."""

from __future__ import annotations

import asyncio

from casework import numbers
from casework.messages import Message
from casework.wire import CaseAnswer
from console import bootstrap
from console.line_once import QUICK
from console.terminal import Terminal
from sync.errors import Declined


def fetch_case(terminal: Terminal, case_id: str) -> Message | None:
    """Bring here what the hall keeps of a case; None when it is here now, else what stood in the way."""
    if terminal.counter.known_down():
        return Message("tray.at_the_hall")
    try:
        answer = asyncio.run(_asked(terminal, case_id))
    except Exception as error:  # no line, no hall, not our scope: the entry is shown as far as it is known
        return bootstrap.sentence(error)
    terminal.memory.keep_from_hall(answer)
    return None


def fetch_number(terminal: Terminal, number: str) -> Message | None:
    """Bring here an old case that the hall still has (S21): None when it is here now, else what stood in the way."""
    if terminal.counter.known_down():
        return Message("case.at_the_hall", {"number": numbers.printed(number)})
    try:
        answer = asyncio.run(_asked(terminal, number))
    except Declined:  # there is none, or none of this terminal's scopes
        return Message("case.unknown", {"number": numbers.printed(number)})
    except Exception as error:
        return bootstrap.sentence(error)
    terminal.memory.keep_case(answer.case, tuple(map(bytes, answer.entries)))
    return None


async def _asked(terminal: Terminal, case_id: str) -> CaseAnswer:
    async with bootstrap.line_for(terminal, limits=QUICK) as line:
        return await line.case(case_id)
