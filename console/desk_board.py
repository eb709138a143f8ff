"""The board of the day, from what this terminal holds: what came in, how it stands, what counts against us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import cast

from casework.messages import t
from casework.standing import light_of, standing
from console.showing import Shower
from console.terminal import Terminal
from local_db.finding import Filter
from screens import desk

_LIT = 500
"""Of so many open cases at the posts of the shift, the oldest, the lights are counted."""
_LIGHTS = ("black", "red", "yellow", "green")


def board_rows(terminal: Terminal, show: Shower, shift: tuple[str, ...]) -> tuple[desk.BoardRow, ...]:
    """Today's cases by module and state, the lights at these posts, and what was asked for too late by item."""
    return (*_today(terminal), *_lights(terminal, shift), *_late_asks(terminal, show))


def _today(terminal: Terminal) -> Iterator[desk.BoardRow]:
    today = terminal.memory.cases(Filter(since=terminal.clock.now().date().isoformat()))
    by_module = Counter(row.module for row in today)
    by_state = Counter(row.state for row in today)
    for group, counts in (("module", by_module), ("state", by_state)):
        for name, count in sorted(counts.items()):
            yield desk.BoardRow(t(f"board.{group}"), t(f"{group}.{name}"), str(count))


def _lights(terminal: Terminal, shift: tuple[str, ...]) -> Iterator[desk.BoardRow]:
    waiting = {row.case.number: row.case.case for row in terminal.memory.queue(shift, _LIT)}
    calendar, now = terminal.library.calendar(), terminal.clock.now()
    counts = Counter(light_of(standing(case, calendar, now)) for case in waiting.values())
    for light in _LIGHTS:
        if counts[light]:
            yield desk.BoardRow(
                t("board.lights"), t(f"board.light.{light}"), str(counts[light]), cast(desk.Light, light)
            )


def _late_asks(terminal: Terminal, show: Shower) -> Iterator[desk.BoardRow]:
    """R5: each of these counts against the item, not against the applicant."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for row in terminal.memory.cases():
        if row.case.asks_refused:
            counts[row.item] += row.case.asks_refused
            names.setdefault(row.item, show.item_name(row.case))
    for item, count in counts.most_common():
        yield desk.BoardRow(t("board.late_asks"), f"{item} {names[item]}", str(count), "red")
