"""IT's settings at a window: a signed version taken as a whole or not at all, between two cases and without a restart.

A look at what is published only proves a version and keeps its bytes; what holds changes where nothing is open: the
console asks for it (screens.updating), a process without a screen does it before its next round.

What a person has chosen by hand stays hers, because a version says only what holds where she has chosen nothing. What
the window has chosen is replaced where a new version names it, once: what somebody changes at the window afterwards
holds until the next version.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import msgspec

from casework.ambient import stamp
from casework.bodies.hall import NUMBERED
from casework.errors import BadInput
from casework.limits import LIMITS, Limits
from casework.rollout import Rollout, Versions, versions_for
from casework.window_settings import Layer, decode_settings, problems, settings_for
from console.paperwork import PHONE
from console.print_queue import keep_slots
from console.terminal import Terminal
from console.updating.notes import Notes
from local_db.memory import TerminalMemory
from sync.errors import NoLock, UpdateRefused
from sync.owner import Owner, own

if TYPE_CHECKING:  # loads tuf
    from sync.updates.client import Published

CONFIG = "config"
"""The setting of the window that holds the version last taken, with what it says of this window."""
WAITING = "config.waiting"
"""The proven bytes of the version that is to hold next; empty: none."""
WINDOW = "console"
OPEN = "console.lock"
"""Held while a console is open over these data: it alone knows when nothing is open in it."""


class OfWindow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the window has chosen, or was set for it."""

    idle_minutes: int = 0
    badge: str = "%"


class Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """The version that holds here."""

    number: int = 0
    layer: Layer = Layer()
    refused: str = ""
    """A newer version that could not be kept here, and the message id of why."""
    error: str = ""


def taken(memory: TerminalMemory) -> Taken:
    """The version last taken; 0 for none."""
    return msgspec.json.decode(memory.setting(CONFIG) or b"{}", type=Taken)


def follow(memory: TerminalMemory, published: Published, rollout: Rollout) -> None:
    """Keep the settings that the rollout names for this window, proven by what is published, until they can be taken.

    A version that can't hold here is noted and keeps nobody from an update of the application that mends it.
    Raises UpdateError when it is not listed, or can't be had.
    """
    version, before = versions_for(rollout, memory.identity.terminal).config, taken(memory)
    if not version or version == str(before.number):
        _wait_for(memory, "")
        _note(memory, msgspec.structs.replace(before, refused="", error=""))
        return
    data = published.target(f"config/{version}.json")
    if data is None:
        raise UpdateRefused("update.not_listed", what=f"config/{version}.json")
    try:
        _layer_in(data, memory.identity.terminal, version)
    except BadInput as error:
        _wait_for(memory, "")
        _note(memory, msgspec.structs.replace(before, refused=version, error=error.message.id))
    else:
        _wait_for(memory, data.decode())


def waits(memory: TerminalMemory) -> bool:
    """Whether a version is kept that does not hold yet."""
    return bool(memory.setting(WAITING))


def _wait_for(memory: TerminalMemory, data: str) -> None:
    if data != (memory.setting(WAITING) or ""):
        memory.keep_setting(WAITING, data)


def _note(memory: TerminalMemory, now: Taken) -> None:
    if now != taken(memory):
        memory.keep_setting(CONFIG, msgspec.json.encode(now).decode())


def take(terminal: Terminal) -> None:
    """Let the version that waits hold from now on; nothing where none does. The hall hears of it with the next contact.

    Only where nothing is open: see `take_alone` and screens.updating.
    """
    memory, data = terminal.memory, terminal.memory.setting(WAITING)
    if not data:
        return
    before = taken(memory)
    try:
        apply_config(terminal, data.encode())
    except BadInput as error:  # an older program came back in between, that can't hold it
        _note(memory, msgspec.structs.replace(before, refused="?", error=error.message.id))
    _wait_for(memory, "")
    notes, now = Notes(memory, terminal.clock), taken(memory)
    said = notes.standing
    if said.rollout:
        trouble = now.error if said.error in {"", before.error} else said.error
        notes.say(msgspec.structs.replace(said, config=str(now.number or ""), error=trouble))


def take_alone(terminal: Terminal) -> None:
    """The same for a process without a screen: not while a console is open here, which does it between two cases."""
    if waits(terminal.memory):
        free = opens(terminal)
        if free is not None:
            with free:
                take(terminal)


def opens(terminal: Terminal) -> Owner | None:
    """Say that a console is open here, until it is closed; None where another one is, or nothing can be written."""
    with contextlib.suppress(NoLock):
        return own(terminal.memory.folder, os.getpid(), stamp(terminal.clock.now()), OPEN)
    return None


def apply_config(terminal: Terminal, data: bytes, version: str = "") -> str:
    """Take the proven bytes of `config/<version>.json`; the version that holds now.

    Taken again it changes nothing. Raises BadInput when it can't be read, is another version, or holds a value that
    is not possible here: then nothing is written, and the last good version goes on.
    """
    number, layer = _layer_in(data, terminal.memory.identity.terminal, version)
    if number != taken(terminal.memory).number:
        _keep(terminal, layer)
        _note(terminal.memory, Taken(number, layer))  # last: a cut in between does it again
        terminal.pace()
        terminal.print_again()
    return str(number)


def _layer_in(data: bytes, terminal: str, version: str) -> tuple[int, Layer]:
    """The number of a version, and what it says of `terminal`. Raises BadInput for what is not possible here."""
    document = decode_settings(data)
    if version and version != str(document.number):
        raise BadInput("config.other_number", number=document.number, wanted=version[:20])
    layer = settings_for(document, terminal)
    for _, problem in problems(layer):
        raise BadInput(problem.id, **problem.facts)
    return document.number, layer


def _keep(terminal: Terminal, layer: Layer) -> None:
    """What belongs to the window, where the version names it."""
    window = of_window(terminal)
    if layer.idle_minutes is not None:
        window = msgspec.structs.replace(window, idle_minutes=layer.idle_minutes)
    if layer.badge is not None:
        window = msgspec.structs.replace(window, badge=layer.badge)
    keep_window(terminal, window)
    if layer.phone is not None:
        terminal.memory.keep_setting(PHONE, layer.phone)
    if layer.printers is not None:
        keep_slots(terminal, layer.printers)


def of_window(terminal: Terminal) -> OfWindow:
    """What holds for the window."""
    return msgspec.json.decode(terminal.memory.setting(WINDOW) or b"{}", type=OfWindow)


def keep_window(terminal: Terminal, window: OfWindow) -> None:
    """Write it down."""
    terminal.memory.keep_setting(WINDOW, msgspec.json.encode(window).decode())


def limits_of(memory: TerminalMemory, limits: Limits = LIMITS) -> Limits:
    """The bounds with the periods that the settings name."""
    layer = taken(memory).layer
    return msgspec.structs.replace(
        limits,
        poll_spacing=layer.poll_spacing or limits.poll_spacing,
        retry_most=layer.retry_most or limits.retry_most,
        update_poll_seconds=layer.look_minutes * 60.0 if layer.look_minutes else limits.update_poll_seconds,
    )


def versions_here(memory: TerminalMemory) -> Versions:
    """Which signed catalogue and settings hold at this window, for its report; empty where none was signed."""
    number = taken(memory).number
    return Versions(catalogue=_signed(memory, "catalogue"), config=str(number) if number else "")


def calendar_here(memory: TerminalMemory) -> str:
    """The number of the calendar that holds; empty where none was signed."""
    return _signed(memory, "calendar")


def _signed(memory: TerminalMemory, kind: str) -> str:
    head, current = memory.head(f"{kind}.head{NUMBERED}"), memory.head(f"{kind}.head")
    return head.version if head is not None and current is not None and head.seq == current.seq else ""
