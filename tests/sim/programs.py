"""Programs of two versions in one simulated world: what a newer one reads besides, put in place while it runs.

The tables of the shipped program are exchanged around each call of a machine, and never between two awaits.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec

from casework import bodies
from casework.case import Case
from casework.events import EVENTS, EventType, Klass
from casework.facts import Fact
from casework.folding import EVOLVERS
from casework.nudging import with_nudge
from casework.rules import RULES
from casework.rules.refusing import Bench, Refusal
from casework.upcasting import CHANGES, Change, Plain

_TABLES: tuple[dict[str, Any], ...] = (EVENTS, CHANGES, EVOLVERS, RULES)
_SHIPPED = tuple(dict(table) for table in _TABLES)
_running: Program | None = None
"""Whose tables are in place; None: nobody has exchanged them."""


@dataclasses.dataclass(frozen=True)
class Program:
    """What a version of the program has besides the shipped one."""

    name: str
    events: dict[str, EventType] = dataclasses.field(default_factory=dict)
    changes: dict[str, dict[int, Change]] = dataclasses.field(default_factory=dict)
    evolvers: dict[str, Any] = dataclasses.field(default_factory=dict)
    rules: dict[str, Any] = dataclasses.field(default_factory=dict)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """This program's tables, until the block ends."""
        global _running
        if _running is self:
            yield
            return
        outer, _running = _running, self
        before = [dict(table) for table in _TABLES]
        own: tuple[dict[str, Any], ...] = (self.events, self.changes, self.evolvers, self.rules)
        _fill(tuple(shipped | more for shipped, more in zip(_SHIPPED, own, strict=True)))
        try:
            yield
        finally:
            _fill(before)
            _running = outer


def _fill(tables: Any) -> None:
    for table, content in zip(_TABLES, tables, strict=True):
        table.clear()
        table.update(content)


class NudgedTwo(bodies.Body, frozen=True):
    """`nudged` of version 2: what was said has another name, and it says by which way it came."""

    words: str
    way: str = "counter"


class Noted(bodies.Body, frozen=True):
    """`noted`: a type that only the newer program knows."""

    organ: str


def _up(body: Plain) -> Plain:
    return {"words": body["text"], "way": "counter"}


def _down(body: Plain) -> Plain:
    return {"text": body["words"]}


def _nudged(case: Case, fact: Fact, body: NudgedTwo) -> Case:
    return with_nudge(case, fact, body.words)


def _noted(case: Case, fact: Fact, body: Noted) -> Case:
    return msgspec.structs.replace(case, organ=body.organ)


def _said(case: Case, fact: Fact, body: NudgedTwo, bench: Bench) -> Refusal | None:
    return None if body.words.strip() else Refusal("nothing_said")


OLD = Program("0.3.0")
"""The shipped one."""
NEW = Program(
    "0.4.0",
    {
        "nudged": msgspec.structs.replace(EVENTS["nudged"], body=NudgedTwo, version=2),
        "noted": EventType("noted", Klass.COUNTER, Noted, "case.print"),
    },
    {"nudged": {1: Change(_up, _down)}},
    {"nudged": _nudged, "noted": _noted},
    {"nudged": _said},
)
"""One that reads a second version of `nudged`, and a new type."""
