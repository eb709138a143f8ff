"""Versions of what a type of fact says (S32): readers of old ones are never deleted, and reading changes no byte.

A body of another version is made into the one that this program works with when it is read (`up`), purely, from plain
JSON values to plain JSON values. A newer version is *written* only after the hall's `write.version`; until then its
maker writes it in the old form (`down`), so that everybody can read it. `casework.events` knows the newest version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Plain = dict[str, Any]
"""A body as JSON has it."""

FIRST_WRITTEN = 1
"""The version of a type that anybody may write without a word of the hall."""

HALL_WORD = "write/"
"""Under `write/<type>` the memories keep which version may be written since when."""


class Change(msgspec.Struct, frozen=True):
    """How a body of one version becomes one of the next, and back. Both pure."""

    up: Callable[[Plain], Plain]
    down: Callable[[Plain], Plain]


CHANGES: dict[str, dict[int, Change]] = {}
"""For each type: what leads from a version to the next. Nothing is ever taken out."""

FIRST_TYPES = frozenset(
    {"prefile.opened", "prefile.checked", "prefile.parked", "prefile.taken", "received", "material.added"}
    | {"material.returned", "checked_by_network", "mended_on_the_spot", "supplement.told", "ask.refused", "handed_over"}
    | {"nudged", "paid", "certified", "posted", "delivered", "closed", "printed", "unmasked", "accepted"}
    | {"refused_at_intake", "returned", "step.done", "step.not_needed", "inspected", "sent_back", "reassigned"}
    | {"consulted", "recused", "pledge.checked", "withdrawn", "terminated", "transferred", "forwarded", "suspended"}
    | {"resumed", "extended", "decided", "corrected", "revoked", "voided", "resolve.withdraw", "resolve.amend"}
    | {"deemed_accepted", "timer.set_aside", "staff.set", "terminal.set", "catalogue.head", "calendar.head"}
)
"""What every program reads since 0.2.0, at version 1: nobody has to say so."""


def read_as(type_: str, version: int, wanted: int, body: Plain) -> Plain:
    """`body` of `version` in the form of `wanted`, older or newer. Raises KeyError where no way leads there."""
    ways = CHANGES.get(type_, {})
    while version < wanted:
        body = ways[version].up(body)
        version += 1
    while version > wanted:
        version -= 1
        body = ways[version].down(body)
    return body


def written_version(type_: str, newest: int, words: Mapping[str, int]) -> int:
    """The version in which a fact of `type_` is written now.

    Args:
        type_: the event type.
        newest: the newest version that this program knows.
        words: what the hall has said may be written, by type (`write.version`).
    """
    return min(newest, max(FIRST_WRITTEN, words.get(type_, FIRST_WRITTEN)))


def can_read(reads: Mapping[str, int], type_: str, version: int) -> bool:
    """Whether a program reads that version. `reads`: what it said beyond the first release (`casework.report`)."""
    return version <= reads.get(type_, FIRST_WRITTEN if type_ in FIRST_TYPES else 0)
