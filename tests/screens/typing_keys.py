"""Keys for the tests, many at once: put into the app's queue as a terminal does, then waited for.

Textual's own `Pilot.press` waits 50 ms after each key; a clerk's way of sixty keys would take four seconds.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from screens.app import ConsoleApp


def keys(text: str) -> list[str]:
    """`text` as keys; named ones stand between angle brackets."""
    out: list[str] = []
    while text:
        if text.startswith("<"):
            name, _, text = text[1:].partition(">")
            out.append(name)
        else:
            out.append(text[0])
            text = text[1:]
    return out


PATIENCE = 60.0
"""Seconds after which an app that has died is not waited for any longer."""


async def press(pilot: Pilot[Any], *pressed: str) -> None:
    """Type the keys without a pause between them, and wait until all of them are done and drawn."""
    await answered(pilot, *pressed)
    await pilot.pause()


async def answered(pilot: Pilot[Any], *pressed: str) -> None:
    """Type the keys and wait until they are done; other work may go on."""
    app = cast(ConsoleApp, pilot.app)
    for key in pressed:
        single = len(key) == 1
        character = " " if key == "space" else key if single else None
        event = events.Key(_character_to_key(key) if single else key, character)
        event.set_sender(app)
        app.post_message(event)
    looked_at = asyncio.Event()
    app.call_later(looked_at.set)
    try:
        async with asyncio.timeout(PATIENCE):
            await looked_at.wait()
            await app.keyboard.settled()  # a digit waits a moment, whether a scan goes on with it
    except TimeoutError:
        pytest.fail(f"after {PATIENCE:.0f} s the console had not done with the keys {' '.join(pressed)}")
