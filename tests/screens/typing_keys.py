"""Keys for the tests, many at once: put into the app's queue as a terminal does, then waited for.

Textual's own `Pilot.press` waits 50 ms after each key; a clerk's way of sixty keys would take four seconds.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot


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
    app = pilot.app
    for key in pressed:
        single = len(key) == 1
        character = " " if key == "space" else key if single else None
        event = events.Key(_character_to_key(key) if single else key, character)
        event.set_sender(app)
        app.post_message(event)
    done = asyncio.Event()
    app.call_later(done.set)
    await asyncio.wait_for(done.wait(), PATIENCE)
    while getattr(app, "held", ()):  # a digit waits a moment, whether a scan goes on with it
        await asyncio.sleep(0.02)
        await pilot.pause()
