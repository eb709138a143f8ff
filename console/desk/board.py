"""The board as the screen and the command show it: the figures of `casework.board` in words, with their definitions."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import msgspec

from casework.ambient import moment
from casework.board import Board, FirstPass, made
from casework.case import APPLICANT, THIRD_PARTY
from casework.catalogue.schema import MODULES
from casework.messages import t
from casework.urgency import LIGHTS, Urgencies
from console.showing import Shower
from console.terminal import Terminal
from screens import desk

FIGURES = ("hours", "first_pass", "handling", "waits", "lights", "states", "late_asks")
DEFINITION = ("what", "facts", "not")
_MEASURING_SECONDS = 0.1
"""So long a look at the board goes on measuring what came in bulk."""
_POSTS_SHOWN = 12
"""Posts with the most open steps; the rest is one line."""


class BoardBook:
    """Makes the board of a terminal again and again; what it knows of lights it keeps for the day."""

    def __init__(self, terminal: Terminal, show: Shower) -> None:
        self._terminal, self._show = terminal, show
        self._lights: Urgencies | None = None

    def board(self, days: int) -> Board:
        """The figures, after measuring for a moment what is not measured yet."""
        memory, clock = self._terminal.memory, self._terminal.clock
        began = clock.monotonic()
        while memory.measure() and clock.monotonic() - began < _MEASURING_SECONDS:
            pass
        now, calendar = clock.now(), self._terminal.library.calendar()
        since = (now.date() - timedelta(days=days - 1)).isoformat()
        rows = memory.board_rows(now.date().isoformat(), since)
        self._lights = self._lights.at(calendar, now) if self._lights else Urgencies(calendar, now)
        return made(rows, calendar, now, days, since, self._lights.light)

    def view(self, days: int) -> desk.BoardView:
        """The board for the screen."""
        board = self.board(days)
        contact = self._terminal.memory.last_contact()
        now = self._terminal.clock.now()
        behind = (now - moment(contact.hall_time)).total_seconds() if contact.hall_time else 0
        return desk.BoardView(
            as_of=contact.hall_time[5:16].replace("T", " "),
            age_seconds=max(0, int(behind)),
            online=self._terminal.link() == "online",
            scope=scope_words(self._terminal),
            days=days,
            figures=tuple(_FIGURES[name](board, self) for name in FIGURES),
            uncounted=board.uncounted,
        )

    def post_name(self, post: str) -> str:
        """A post, or who else a case waits for."""
        if post in (APPLICANT, THIRD_PARTY):
            return t(f"board.{post}")
        found = self._terminal.library.current().posts.get(post)
        return self._show.say(found.name) if found else post

    def item_name(self, code: str) -> str:
        """An item with its code."""
        item = self._terminal.library.current().items.get(code)
        return f"{code} {self._show.say(item.name)}" if item else code


def scope_words(terminal: Terminal) -> str:
    """Which modules this terminal holds: the figures are of these alone."""
    here = [scope for scope in terminal.memory.scopes_here() if scope in MODULES]
    if set(here) == set(MODULES):
        return t("board.scope.all")
    return t("board.scope.some", modules=[t(f"module.{one}") for one in MODULES if one in here])


def definition(name: str) -> tuple[str, ...]:
    """What a figure counts, from which facts, and what not."""
    return tuple(t(f"board.define.{name}.{part}") for part in DEFINITION)


def _figure(
    name: str,
    value: str,
    plot: str,
    lines: tuple[desk.BoardLine, ...],
    scale: tuple[str, ...] = (),
) -> desk.BoardFigure:
    return desk.BoardFigure(name, t(f"board.{name}"), value, plot, lines, definition(name), scale)  # type: ignore[arg-type]


def _hours(board: Board, _book: BoardBook) -> desk.BoardFigure:
    count = len(board.hours[0].by_hour) if board.hours else 0
    every = tuple(sum(row.by_hour[n] for row in board.hours) for n in range(count))
    lines = tuple(desk.BoardLine(t(f"module.{row.module}"), str(row.count), columns=row.by_hour) for row in board.hours)
    whole = sum(every)
    if len(lines) > 1:
        lines = (*lines, desk.BoardLine(t("board.all"), str(whole), columns=every, whole=True))
    scale = tuple(f"{board.first_hour + n:02}" for n in range(count))
    return _figure("hours", t("board.cases", n=whole), "columns", lines, scale)


def _first_pass(board: Board, _book: BoardBook) -> desk.BoardFigure:
    whole = FirstPass(
        "",
        sum(row.passed for row in board.first_pass),
        sum(row.checked for row in board.first_pass),
        sum(row.again for row in board.first_pass),
        sum(row.looks for row in board.first_pass),
    )
    lines = tuple(
        desk.BoardLine(t(f"module.{row.module}"), _rate(row), share=row.passed / row.checked if row.checked else 0.0)
        for row in board.first_pass
    )
    attempts = t("board.first_pass.looks", looks=whole.looks, again=whole.again)
    prefiles, looks = board.prefile_looks
    before = t("board.first_pass.prefiles", n=prefiles, looks=looks)
    notes = (desk.BoardLine(t("board.attempts"), attempts), desk.BoardLine(t("board.before"), before))
    return _figure("first_pass", _rate(whole), "bar", (*lines, *notes))


def _rate(row: FirstPass) -> str:
    """`92.0% (46/50)`; without cases no rate."""
    percent = row.percent
    return t("board.no_cases") if percent is None else f"{percent:.1f}% ({row.passed}/{row.checked})"


def _handling(board: Board, _book: BoardBook) -> desk.BoardFigure:
    longest = max((row.p90 for row in board.handling), default=0) or 1
    lines = tuple(
        desk.BoardLine(
            t(f"module.{row.module}"),
            t("board.handling.row", median=_span(row.median, board), p90=_span(row.p90, board), n=row.count),
            share=row.median / longest,
            second=row.p90 / longest,
        )
        for row in board.handling
    )
    return _figure("handling", t("board.cases", n=sum(row.count for row in board.handling)), "range", lines)


def _span(minutes: int, board: Board) -> str:
    """Office minutes in days, hours or minutes."""
    if minutes >= board.office_day:
        return t("board.span.days", n=f"{minutes / board.office_day:.1f}")
    if minutes >= 60:
        return t("board.span.hours", n=f"{minutes / 60:.1f}")
    return t("board.span.minutes", n=minutes)


def _waits(board: Board, book: BoardBook) -> desk.BoardFigure:
    most = max((row.count for row in board.waits), default=0) or 1
    lines = [
        desk.BoardLine(
            book.post_name(row.post),
            t("board.waits.sitting" if row.sitting else "board.waits.row", n=row.count, sitting=row.sitting,
              oldest=_span(row.minutes, board)),
            "red" if row.sitting else "none",
            share=row.count / most,
        )
        for row in board.waits[:_POSTS_SHOWN]
    ]  # fmt: skip
    rest = sum(row.count for row in board.waits[_POSTS_SHOWN:])
    if rest:
        lines.append(desk.BoardLine(t("board.rest"), t("board.steps", n=rest), share=rest / most))
    return _figure("waits", t("board.steps", n=sum(row.count for row in board.waits)), "bar", tuple(lines))


def _lights(board: Board, _book: BoardBook) -> desk.BoardFigure:
    lines = tuple(
        desk.BoardLine(
            t(f"module.{row.module}"),
            _light_words(row.counts),
            stack=tuple((cast(desk.Light, light), n) for light, n in zip(LIGHTS, row.counts, strict=True)),
        )
        for row in board.lights
    )
    whole = tuple(sum(row.counts[place] for row in board.lights) for place in range(len(LIGHTS)))
    return _figure("lights", _light_words(whole), "stack", lines)


def _light_words(counts: tuple[int, ...]) -> str:
    words = [t(f"board.light.{light}", n=n) for light, n in zip(LIGHTS, counts, strict=True) if n]
    return " ".join(words) or t("board.no_cases")


def _states(board: Board, _book: BoardBook) -> desk.BoardFigure:
    most = max((count for _, count in board.states), default=0) or 1
    lines = tuple(desk.BoardLine(t(f"state.{name}"), str(n), share=n / most) for name, n in board.states)
    return _figure("states", t("board.cases", n=sum(n for _, n in board.states)), "bar", lines)


def _late_asks(board: Board, book: BoardBook) -> desk.BoardFigure:
    """R5: each of these counts against the item, not against the applicant."""
    most = max((count for _, count in board.late_asks), default=0) or 1
    lines = tuple(desk.BoardLine(book.item_name(item), str(n), "red", share=n / most) for item, n in board.late_asks)
    return _figure("late_asks", t("board.times", n=sum(n for _, n in board.late_asks)), "bar", lines)


_FIGURES = {
    "hours": _hours,
    "first_pass": _first_pass,
    "handling": _handling,
    "waits": _waits,
    "lights": _lights,
    "states": _states,
    "late_asks": _late_asks,
}


def facts(board: Board, terminal: Terminal) -> dict[str, object]:
    """The figures as plain values, with how old they are, what they cover and what each means."""
    contact = terminal.memory.last_contact()
    plain = msgspec.to_builtins(board)
    plain["lights"] = [
        {"module": row.module, **dict(zip(LIGHTS, row.counts, strict=True))} for row in board.lights
    ]  # fmt: skip
    plain["states"] = dict(board.states)
    plain["late_asks"] = dict(board.late_asks)
    for row, each in zip(plain["first_pass"], board.first_pass, strict=True):
        row["percent"] = None if each.percent is None else round(each.percent, 1)
    return {
        "as_of": contact.hall_time,
        "scopes": [scope for scope in terminal.memory.scopes_here() if scope in MODULES],
        **plain,
        "definitions": {name: dict(zip(DEFINITION, definition(name), strict=True)) for name in FIGURES},
    }
