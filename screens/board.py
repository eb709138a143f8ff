"""The board of the day: figures with their plots, from this terminal's own data; each has its definition at one key."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from textual.widget import Widget

from casework.board import PERIODS
from casework.messages import t
from screens.bars import age
from screens.board_views import BoardFigure, BoardLine, BoardView
from screens.canvas import Part, fit, width_of
from screens.frame import FrameScreen
from screens.page import Lines, Page
from screens.plot import bar, columns, stack
from screens.side import Side, titled

_NAME = 12
"""Cells of a line's name at least."""
_COLUMN = 3
"""Cells of a column with the blank behind it."""
_LONGEST = 40
"""Cells of a bar at most."""
_TALL = 4
"""Rows of the columns of all together where there is room for it."""


class BoardPage(Page):
    """Figures one under the other; up and down go from figure to figure, and the one in hand is marked."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0

    async def handle(self, key: str, character: str | None = None) -> bool:
        """Another figure, or scroll."""
        step = {"down": 1, "up": -1, "tab": 1, "shift+tab": -1}.get(key)
        if step is None or not self.marks:
            return await super().handle(key, character)
        self.at = max(0, min(self.at + step, len(self.marks) - 1))
        self.stand()
        return True

    def on_resize(self) -> None:
        """Its own width is known now, or another one: beside the panel it is narrower than the window."""
        screen = self.screen
        if isinstance(screen, BoardScreen):
            screen.stood()
        super().on_resize()

    def stand(self) -> None:
        """Bring the figure in hand into sight, whole where it fits."""
        if not self.marks:
            return
        first = self.marks[self.at]
        end = self.marks[self.at + 1] if self.at + 1 < len(self.marks) else len(self.lines)
        top = min(self.top, first) if first < self.top else max(self.top, min(first, end - self._room))
        self._scroll(0 if not self.at else top)
        screen = self.screen
        if isinstance(screen, BoardScreen):
            screen.stood()


class BoardScreen(FrameScreen):
    """Figures only; persons and firms are in none of them."""

    PLACE = "board"
    LIVE = True

    def __init__(self) -> None:
        super().__init__()
        self.page = BoardPage()
        self.side = Side()
        self.days = PERIODS[-1]
        self.view: BoardView | None = None

    def body(self) -> Iterator[Widget]:
        """The figures; beside them the definition of the one in hand."""
        yield self.page
        yield self.side

    def heading(self) -> str:
        """The title with the period."""
        return f"{t('screens.title.board')} / {t('screens.board.days', n=self.days)}"

    async def arrive(self) -> None:
        """Read them."""
        self.view = await self.desk.board(self.days)
        self._draw()
        self.dress()
        if self.view.uncounted:
            self.run_worker(self._count_on(), exclusive=True, group="board")

    freshen = arrive

    async def _count_on(self) -> None:
        """What came in bulk is being counted: show how far it is, until it is done or somebody looks elsewhere."""
        while self.view is not None and self.view.uncounted and self.console_app.frame is self:
            self.view = await self.desk.board(self.days)
            self._draw()

    @property
    def figure(self) -> BoardFigure | None:
        """The figure in hand."""
        figures = self.view.figures if self.view else ()
        return figures[self.page.at] if self.page.at < len(figures) else None

    def _draw(self) -> None:
        if self.view is None or not self.page.size.width:
            return
        lines: Lines = [_age(self.view)]
        marks = []
        height = _TALL if self.size.height >= 40 else 1
        for place, figure in enumerate(self.view.figures):
            lines.append([])
            marks.append(len(lines))
            lines += _figure(figure, self.page.size.width, height, held=place == self.page.at)
        self.page.show(lines, marks, keep=True)
        self._define()

    def stood(self) -> None:
        """Another figure is in hand, or the width is another one."""
        self._draw()

    def _define(self) -> None:
        figure = self.figure
        if figure is not None:
            lines: Lines = []
            for place, text in enumerate(figure.definition):
                lines += titled(_PARTS[place], [text])
            self.side.show([[(f" {figure.title}", "strong")], [], *lines])
        self.say(t("screens.board.keys"), "dim")

    async def act_define(self) -> None:
        """Enter: what the figure in hand counts, from which facts, and what not."""
        from screens.text import TextScreen

        figure = self.figure
        if figure is None:
            return

        async def read() -> str:
            now = self.figure or figure
            parts = (f"{t(_PARTS[place])}\n{text}" for place, text in enumerate(now.definition))
            return "\n\n".join((f"{now.title}  {now.value}", *parts))

        await self.console_app.show(TextScreen("screens.board.definition", read))

    async def act_close_day(self) -> None:
        """c: what every window of the hall still has open."""
        from screens.hall_close import ClosingScreen

        await self.console_app.show(ClosingScreen())

    async def act_period(self) -> None:
        """Rates and times over another number of days."""
        self.days = PERIODS[(PERIODS.index(self.days) + 1) % len(PERIODS)]
        await self.arrive()

    async def act_reload(self) -> None:
        """Read again now."""
        await self.arrive()


_PARTS = ("screens.board.what", "screens.board.facts", "screens.board.not")


def _age(view: BoardView) -> list[Part]:
    """How old the data is and what of the hall it covers, before any figure."""
    if not view.as_of:
        parts: list[Part] = [(f" {t('screens.board.never')}", "warn")]
    else:
        words = t("screens.board.as_of", at=view.as_of, age=age(view.age_seconds))
        parts = [(f" {words}", "dim" if view.online else "warn")]
    parts.append((f" | {view.scope}", "dim"))
    if view.uncounted:
        parts.append((f" | {t('screens.board.uncounted', n=view.uncounted)}", "warn"))
    return parts


def _figure(figure: BoardFigure, width: int, height: int, *, held: bool) -> Lines:
    mark = ">" if held else " "
    names = max((cell_len(line.name) for line in figure.lines), default=0)
    values = max((cell_len(line.value) for line in figure.lines), default=0)
    wide = (min(max(names, _NAME), width // 3), values)
    head: list[Part] = [
        (mark, "focus" if held else ""),
        (figure.title, "heading"),
        ("  ", ""),
        (figure.value, "strong"),
    ]
    if figure.plot == "columns" and figure.scale:
        before = 3 + wide[0] + 1 + wide[1] + 2
        scale = "".join(f"{one:<{_COLUMN}}" for one in figure.scale)
        head += [(" " * max(before - width_of(head), 1), ""), (scale, "dim")]
    lines: Lines = [head]
    peak = max((max(line.columns, default=0) for line in figure.lines if not line.whole), default=0)
    for line in figure.lines:
        lines += _line(figure, line, width, wide, max(line.columns, default=0) if line.whole else peak, height)
    return lines


def _line(figure: BoardFigure, line: BoardLine, width: int, wide: tuple[int, int], peak: int, height: int) -> Lines:
    """`wide`: cells of names and values; `peak`: what takes the whole height of a column."""
    name, value = wide
    ink = line.light if line.light != "none" else ""
    plain = figure.plot == "columns"
    shown = " " * max(value - cell_len(line.value), 0) + line.value if plain else fit(line.value, value)
    head: list[Part] = [("   ", ""), (fit(line.name, name), ""), (" ", ""), (shown, ink or "strong"), ("  ", "")]
    room = max(min(width - width_of(head) - 1, _LONGEST), 0)
    match figure.plot:
        case "columns":
            drawn = columns(line.columns, peak, height if line.whole else 1, _COLUMN - 1)
            blank: list[Part] = [(" " * width_of(head), "")]
            return [[*(head if row is drawn[-1] else blank), (row, "on")] for row in drawn]
        case "stack":
            return [[*head, *stack(line.stack, room)]]
        case "range":
            solid, both = bar(line.share, room), bar(line.second, room)
            return [[*head, (solid, "on"), (both[len(solid) :], "dim")]]
        case "bar":
            return [[*head, (bar(line.share, room), ink or "on")]]
    return [head]
