"""Closing the day of the hall: what each window still has open, as the hall knows it. Pure.

A window says with every push and pull how many of its facts wait, how many papers and how many unfinished forms
(`casework.report`); the hall adds what of it sits in a tray, and when it last heard from it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from casework.ambient import moment
from casework.errors import BadBytes

PURPOSE_WINDOWS = "windows"


class WindowState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One window. -1: it has not said."""

    number: str
    last_seen: str = ""
    unsent: int = -1
    oldest: str = ""
    """Legal time of the oldest fact that waits."""
    held: int = 0
    rejected: int = 0
    prints: int = -1
    """Papers that wait for their printer."""
    forms: int = -1
    """Unfinished forms that nobody has put aside."""


class Windows(msgspec.Struct, frozen=True):
    """All windows that are enrolled, at the hall's time `at`; signed by the hall for the terminal `asked_by`."""

    hall: str
    at: str
    asked_by: str
    windows: tuple[WindowState, ...]


class Open(msgspec.Struct, frozen=True):
    """One thing that stands in the way of closing: `unsent`, `prints`, `forms`, `rejected`, `held`, `silent` (not heard
    from for `count` minutes) or `unknown` (never).
    """

    kind: str
    count: int = 0
    since: str = ""


def open_ends(window: WindowState, now: datetime, silent_seconds: float) -> tuple[Open, ...]:
    """What that window still has open; nothing: its day may be closed.

    A window that has not been heard from may have what nobody knows of.
    """
    if not window.last_seen:
        return (Open("unknown"),)
    found = [
        Open("unsent", window.unsent, window.oldest),
        Open("prints", window.prints),
        Open("forms", window.forms),
        Open("rejected", window.rejected),
        Open("held", window.held),
    ]
    left = [each for each in found if each.count > 0]
    quiet = _seconds(window.last_seen, now)
    if quiet > silent_seconds:
        left.insert(0, Open("silent", int(quiet // 60), window.last_seen))
    return tuple(left)


def _seconds(since: str, now: datetime) -> float:
    try:
        return (now - moment(since)).total_seconds()
    except BadBytes:
        return 0.0
