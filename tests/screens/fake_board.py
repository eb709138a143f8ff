"""The figures that the fake desk shows: a busy day of one hall."""

from __future__ import annotations

from casework.messages import t
from casework.urgency import LIGHTS
from screens.desk import BoardFigure, BoardLine, BoardView

MODULES = ("business", "construction", "investment", "single")
HOURS = {
    "business": (6, 14, 11, 2, 0, 9, 12, 5, 1),
    "construction": (1, 2, 2, 0, 0, 3, 1, 0, 0),
    "investment": (0, 1, 2, 0, 0, 1, 1, 0, 0),
    "single": (8, 22, 17, 3, 0, 15, 21, 9, 2),
}


def board(days: int, *, uncounted: int = 0, online: bool = True) -> BoardView:
    """The board as the real desk words it."""
    every = tuple(map(sum, zip(*HOURS.values(), strict=True)))
    hours = tuple(BoardLine(t(f"module.{name}"), str(sum(row)), columns=row) for name, row in HOURS.items())
    whole = BoardLine(t("board.all"), str(sum(every)), columns=every, whole=True)
    waits = (
        _waits(t("board.applicant"), 1.0, n=31, oldest=t("board.span.days", n="4.5")),
        _waits(t("step.examine"), 0.55, n=17, sitting=2, oldest=t("board.span.hours", n="3.2")),
        _waits(t("board.third_party"), 0.42, n=13, oldest=t("board.span.days", n="12.0")),
    )
    first_pass = (
        BoardLine(t("module.business"), "95.0% (19/20)", share=0.95),
        BoardLine(t("module.single"), "90.0% (27/30)", share=0.9),
        BoardLine(t("board.attempts"), t("board.first_pass.looks", looks=57, again=3)),
        BoardLine(t("board.before"), t("board.first_pass.prefiles", n=31, looks=44)),
    )
    handling = (
        _times("business", "35", "3.1", 148, 0.02, 0.15),
        _times("construction", "52", "20.5", 9, 0.3, 1.0),
        _times("single", "48", "9.0", 55, 0.1, 0.44),
    )
    lit = (_lit("business", (0, 1, 4, 52, 0)), _lit("single", (1, 2, 8, 88, 5)))
    scale = tuple(f"{hour:02}" for hour in range(9, 18))
    figures = (
        _figure("hours", t("board.cases", n=sum(every)), "columns", (*hours, whole), scale),
        _figure("first_pass", "92.0% (46/50)", "bar", first_pass),
        _figure("handling", t("board.cases", n=212), "range", handling),
        _figure("waits", t("board.steps", n=61), "bar", waits),
        _figure("lights", _lights((1, 3, 12, 140, 5)), "stack", lit),
        _figure("late_asks", t("board.times", n=2), "bar", (BoardLine("D01", "2", "red", share=1.0),)),
    )
    return BoardView("11-23 10:40", 125, online, t("board.scope.all"), days, figures, uncounted)


def _figure(code: str, value: str, plot: str, lines: tuple[BoardLine, ...], scale: tuple[str, ...] = ()) -> BoardFigure:
    from console.desk.board import definition  # the fake console starts without what the real desk needs

    return BoardFigure(code, t(f"board.{code}"), value, plot, lines, definition(code), scale)  # type: ignore[arg-type]


def _times(module: str, minutes: str, days: str, count: int, median: float, p90: float) -> BoardLine:
    spans = {"median": t("board.span.minutes", n=minutes), "p90": t("board.span.days", n=days)}
    return BoardLine(t(f"module.{module}"), t("board.handling.row", n=count, **spans), share=median, second=p90)


def _lights(counts: tuple[int, ...]) -> str:
    return " ".join(t(f"board.light.{light}", n=n) for light, n in zip(LIGHTS, counts, strict=True) if n)


def _lit(module: str, counts: tuple[int, ...]) -> BoardLine:
    stack = tuple(zip(LIGHTS, counts, strict=True))
    return BoardLine(t(f"module.{module}"), _lights(counts), stack=stack)  # type: ignore[arg-type]


def _waits(name: str, share: float, **facts: object) -> BoardLine:
    sits = "sitting" in facts
    return BoardLine(
        name, t(f"board.waits.{'sitting' if sits else 'row'}", **facts), "red" if sits else "none", share=share
    )
