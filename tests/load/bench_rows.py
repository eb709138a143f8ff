"""A list of 100,000 cases: how long until it stands, and a move of the cursor, against Textual's DataTable.

    python -m tests.load.bench_rows [ROWS] [ROUNDS] [--json]

By turns, medians. Both lists get the same rows from memory; ours asks for them a page at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import DataTable

from screens.cases import COLUMNS, case_table, cells
from screens.desk import Page, QueueRow
from screens.table import Table

ROWS, ROUNDS, MOVES, PAGE = 100_000, 3, 40, 200
SIZE = (80, 24)


def made(number: int) -> QueueRow:
    """A row."""
    return QueueRow(
        f"4201182611230012{number % 10_000:04d}{number % 97:02d}", "A02", "有限责任公司变更登记", "武汉*科技有限公司",
        "审查中", "初审", "green", "2026-12-01", "剩3工作日", False, "审查",
    )  # fmt: skip


async def page(rows: list[QueueRow], after: str) -> Page[QueueRow]:
    """As a desk answers."""
    start = int(after or 0)
    last = start + PAGE
    return Page(tuple(rows[start:last]), len(rows), str(last) if last < len(rows) else "")


class Ours(App[None]):
    """The list of the console."""

    def compose(self) -> ComposeResult:
        yield case_table("screens.queue.empty")


class Theirs(App[None]):
    """The list that Textual brings."""

    def compose(self) -> ComposeResult:
        table: DataTable[str] = DataTable(cursor_type="row")
        table.add_columns(*(column.title for column in COLUMNS))
        yield table


async def ours(rows: list[QueueRow]) -> tuple[float, float]:
    """Milliseconds to open, and of one move (median)."""
    app = Ours()
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(Table)
        began = time.perf_counter()
        await table.load(lambda after: page(rows, after))
        await pilot.pause()
        opened = _since(began)
        moves = []
        for _ in range(MOVES):
            began = time.perf_counter()
            await table.handle("down")
            _draw(table)
            moves.append(_since(began))
            await pilot.pause()
        return opened, statistics.median(moves)


async def theirs(rows: list[QueueRow]) -> tuple[float, float]:
    """The same."""
    app = Theirs()
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(DataTable)
        began = time.perf_counter()
        table.add_rows([str(text) for text, _ in cells(row)] for row in rows)
        await pilot.pause()
        opened = _since(began)
        moves = []
        for _ in range(MOVES):
            began = time.perf_counter()
            table.action_cursor_down()
            _draw(table)
            moves.append(_since(began))
            await pilot.pause()
        return opened, statistics.median(moves)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _draw(table: Widget) -> None:
    """What is in sight, line by line, as the screen asks for it."""
    for line in range(table.size.height):
        table.render_line(line)


def measure(count: int, rounds: int) -> dict[str, float]:
    """The figures."""
    rows = [made(number) for number in range(count)]
    found = [(asyncio.run(ours(rows)), asyncio.run(theirs(rows))) for _ in range(rounds)]
    (our_open, our_move), (their_open, their_move) = (
        [statistics.median(each[who][what] for each in found) for what in range(2)] for who in range(2)
    )
    return {
        "open_ms": round(our_open, 1),
        "move_ms": round(our_move, 2),
        "datatable_open_ms": round(their_open, 1),
        "datatable_move_ms": round(their_move, 2),
        "open_ratio": round(our_open / their_open, 4),
        "move_ratio": round(our_move / their_move, 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A list of many rows.")
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="always so: one line of facts")
    options = parser.parse_args()
    print(json.dumps(measure(options.rows, options.rounds)))


if __name__ == "__main__":
    main()
